"""What recurs has a SEQUENCE of its own, which only a change of when it meets raises."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conferences", "0010_follow_ups")]
    operations = [
        migrations.AddField(model_name="series", name="sequence", field=models.PositiveIntegerField(default=0))
    ]
