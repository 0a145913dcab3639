from django.db import migrations

from backend.core.guards import erasable


class Migration(migrations.Migration):
    """The bytes of a file that is part of no record may be erased; its hash and size stay."""

    dependencies = [("documents", "0003_attached"), ("core", "0003_erasing")]
    operations = [erasable("documents_documentfile", "content", "filename")]
