import hashlib
import json
from typing import Any
from uuid import uuid4

from django.db import migrations


def give_structure(apps: Any, schema_editor: Any) -> None:
    """What was a list of language maps becomes Điều with ids, in a first version under the hash that polls name."""
    resolutions, versions = (apps.get_model("resolutions", name) for name in ("Resolution", "TextVersion"))
    polls = apps.get_model("resolutions", "Poll")
    voting = set(polls.objects.filter(state__in=["open", "sealed", "counted"]).values_list("resolution_id", flat=True))
    for row in resolutions.objects.order_by("id"):
        said = json.dumps([row.title, row.clauses], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        row.clauses = [{"id": uuid4().hex[:12], "text": text} for text in row.clauses]
        if row.state == "tabled" and row.pk in voting:
            row.state = "voting"
        row.save()
        versions.objects.create(
            resolution=row,
            number=1,
            source="written",
            title=row.title,
            clauses=row.clauses,
            hash=hashlib.sha256(said.encode()).hexdigest(),
        )


def take_structure(apps: Any, schema_editor: Any) -> None:
    """Back to the Điều alone: what stands below them and in front of them is lost with the versions."""
    for row in apps.get_model("resolutions", "Resolution").objects.order_by("id"):
        row.clauses = [clause["text"] for clause in row.clauses]
        row.state = {"voting": "tabled", "referred": "withdrawn", "issued": "adopted"}.get(row.state, row.state)
        row.save()


class Migration(migrations.Migration):
    """Clauses on record get ids that stay with them, and every text its first version."""

    dependencies = [("resolutions", "0003_structured_texts")]
    operations = [migrations.RunPython(give_structure, take_structure)]
