"""An occurrence its series' rule no longer has stays known by the time the rule gave it last."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conferences", "0017_reason_told")]
    operations = [
        migrations.AddField(
            model_name="conference",
            name="last_slot",
            field=models.CharField(blank=True, default="", editable=False, max_length=19),
        ),
    ]
