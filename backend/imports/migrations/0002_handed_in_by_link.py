"""Lists handed in through a link, without an account."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imports", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(
            model_name="import",
            name="one_import_per_file_and_list",
        ),
        migrations.AddField(
            model_name="import",
            name="holder_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.UniqueConstraint(
                fields=("organisation", "list", "holder_id", "sha256"),
                name="one_import_per_file_and_list",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.UniqueConstraint(fields=("holder_id",), name="one_import_per_holder"),
        ),
    ]
