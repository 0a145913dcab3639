from django.db import migrations

from backend.core.guards import append_only

# What people answered is evidence: the invitation holds the last answer, the log keeps every one of them.


class Migration(migrations.Migration):
    dependencies = [("core", "0002_append_only"), ("invitations", "0001_initial")]
    operations = [append_only("invitations_invitationreply")]
