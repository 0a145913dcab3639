from django.db import migrations

from backend.core.guards import erasable


class Migration(migrations.Migration):
    """What somebody wrote with an answer, and who took it, may be erased; that they answered, how and when stays."""

    dependencies = [("invitations", "0005_substitutes"), ("core", "0003_erasing")]
    operations = [erasable("invitations_invitationreply", "note", "taken_by")]
