"""Lists of people are not kept longer than they are needed: what they were for is in the record."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from backend.core.errors import Conflict
from backend.core.queries import locked
from backend.core.text import say
from backend.imports.models import Import, ImportRow
from backend.imports.states import ImportState


@transaction.atomic
def remove(*, import_id: UUID, expected: int | None = None) -> None:
    """Removes the file and its rows; the people it became stay. Of a committed import the hash remains, so that the
    same file is refused.

    Raises StaleWrite, Conflict while it is being committed.
    """
    imported = locked(Import, import_id, expected=expected)
    if imported.state == ImportState.COMMITTING:
        raise Conflict(say(vi="Tệp đang được ghi.", en="The file is being committed."))
    if imported.state != ImportState.COMMITTED:
        imported.delete()
        return
    empty([imported.pk])


def empty(ids: Collection[UUID]) -> int:
    """Drops the files and rows of imports; returns how many. Their hashes remain."""
    ImportRow.objects.filter(imported__in=ids).delete()
    return Import.objects.filter(pk__in=ids).update(content=b"", filename="", headings={}, unused=[], kept=False)
