"""A release says how much is different from the one before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conferences", "0007_item_ends")]
    operations = [migrations.AddField("release", "counts", models.JSONField(default=dict))]
