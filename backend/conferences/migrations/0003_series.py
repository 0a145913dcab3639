from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("conferences", "0002_rooms")]
    operations: list[migrations.operations.base.Operation] = []
