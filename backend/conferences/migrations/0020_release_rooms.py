"""The rooms a released programme uses stand beside it, kept by PostgreSQL and indexed: rooms' feeds look them up."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conferences", "0019_about_told")]
    operations = [
        migrations.AddField(
            model_name="release",
            name="rooms",
            field=models.GeneratedField(
                expression=models.Func(
                    models.F("programme"),
                    models.Value("$.entries[*].places[*].room"),
                    function="jsonb_path_query_array",
                ),
                output_field=models.JSONField(),
                db_persist=True,
            ),
        ),
        migrations.AddIndex(
            model_name="release",
            index=GinIndex(fields=["rooms"], opclasses=["jsonb_path_ops"], name="releases_by_room"),
        ),
    ]
