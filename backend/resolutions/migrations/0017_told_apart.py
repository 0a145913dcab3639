from django.db import migrations, models
from django.db.models.functions import MD5, Cast, Lower


class Migration(migrations.Migration):
    """Namesakes on one paper differ in what stands beside the name; a committee keeps the order it was named in."""

    dependencies = [("resolutions", "0016_elections")]

    operations = [
        migrations.AlterModelOptions(name="teller", options={"ordering": ("id",)}),
        migrations.AddConstraint(
            model_name="candidate",
            constraint=models.UniqueConstraint(
                models.F("election"),
                Lower("name"),
                MD5(Cast("about", models.TextField())),
                name="candidates_are_told_apart",
            ),
        ),
    ]
