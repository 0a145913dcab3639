from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("conferences", "0003_series")]
    operations: list[migrations.operations.base.Operation] = []
