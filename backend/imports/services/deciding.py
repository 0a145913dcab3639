"""Where a file leaves open who is meant, somebody says it."""

from uuid import UUID

from django.db import transaction

from backend.core.errors import Conflict, Invalid
from backend.core.queries import locked
from backend.core.text import say
from backend.imports.models import Import, ImportRow
from backend.imports.states import ImportState, Outcome


@transaction.atomic
def decide(*, row_id: UUID, person_id: UUID | None) -> ImportRow:
    """The row means one of its candidates, or (None) somebody new. It may be said again until it is committed.

    Raises Conflict when nothing is open about the row, Invalid for somebody who is no candidate.
    """
    row = locked(ImportRow, row_id)
    imported = locked(Import, row.imported_id)
    is_open = row.outcome == Outcome.AMBIGUOUS or row.decided or bool(row.candidates)
    if imported.state != ImportState.READY or not is_open:
        raise Conflict(say(vi="Dòng này không có gì phải quyết định.", en="There is nothing to decide about this row."))
    if person_id is not None and person_id not in row.candidates:
        raise Invalid({"person": say(vi="Không phải người được nêu ở dòng này.", en="Not a candidate of this row.")})
    row.person_id, row.decided, row.errors = person_id, True, []
    row.outcome = Outcome.KNOWN if person_id else Outcome.NEW
    row.save(update_fields=["person", "decided", "errors", "outcome"])
    imported.save()
    return row
