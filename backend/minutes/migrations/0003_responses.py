from django.db import migrations, models


class Migration(migrations.Migration):
    """What the bodies a proposal is addressed to answered."""

    dependencies = [
        ("minutes", "0002_guards"),
    ]

    operations = [
        migrations.AddField(
            model_name="proposal",
            name="responses",
            field=models.JSONField(blank=True, default=list),
        ),
    ]
