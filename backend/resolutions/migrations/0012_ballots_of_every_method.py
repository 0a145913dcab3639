from django.db import migrations, models

JSON = "ALTER TABLE resolutions_namedballot ALTER COLUMN choice TYPE jsonb USING to_jsonb(choice)"
UNDO = "ALTER TABLE resolutions_namedballot ALTER COLUMN choice TYPE varchar(8) USING choice #>> '{}'"


class Migration(migrations.Migration):
    """A ballot's content is JSON: a word, or a list of candidates."""

    dependencies = [("resolutions", "0011_members_and_units")]
    operations = [migrations.RunSQL(JSON, UNDO, [migrations.AlterField("namedballot", "choice", models.JSONField())])]
