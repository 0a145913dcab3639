from django.db import migrations, models


class Migration(migrations.Migration):
    """Each loss of a quorum is told, however short: a look goes on where the last one ended."""

    dependencies = [("resolutions", "0020_verdicts_are_signed")]
    operations = [
        migrations.AddField("quorum", "seen_until", models.DateTimeField(editable=False, null=True)),
        migrations.AlterModelOptions("quorumchange", {"ordering": ["id"]}),
    ]
