from django.db import migrations

from backend.core.guards import append_only


class Migration(migrations.Migration):
    """What the public once read can neither be changed nor removed."""

    dependencies = [("articles", "0001_initial"), ("core", "0002_append_only")]
    operations = [append_only("articles_articlerevision")]
