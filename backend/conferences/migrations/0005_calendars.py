from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("conferences", "0004_programme")]
    operations: list[migrations.operations.base.Operation] = []
