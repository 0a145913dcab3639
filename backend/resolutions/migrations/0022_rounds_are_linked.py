from django.db import migrations, models


class Migration(migrations.Migration):
    """Rounds are counted along what replaces or follows a poll; of an election one of each number is held."""

    dependencies = [("resolutions", "0021_quorums_seen_until")]
    operations = [
        migrations.RemoveConstraint("poll", "one_poll_per_round"),
        migrations.RemoveConstraint("poll", "one_round_at_a_time"),
        migrations.AddConstraint(
            "poll",
            models.UniqueConstraint(
                condition=models.Q(("state__in", ["draft", "annulled"]), _negated=True),
                fields=("election", "round"),
                name="one_round_at_a_time",
            ),
        ),
    ]
