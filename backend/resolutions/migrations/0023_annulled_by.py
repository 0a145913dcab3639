import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Who voided a poll."""

    dependencies = [("resolutions", "0022_rounds_are_linked")]

    operations = [
        migrations.AddField(
            model_name="poll",
            name="annulled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="annulments",
                to="people.person",
            ),
        ),
    ]
