from django.db import migrations

from backend.core.guards import append_only


class Migration(migrations.Migration):
    """A recorded fact stays as it was said; the relay fills its place in the chain once."""

    dependencies = [("outbox", "0001_initial"), ("core", "0002_append_only")]
    operations = [append_only("outbox_event", "position", "previous_hash", "hash", "committed_at")]
