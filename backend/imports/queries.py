"""Imports and their rows, for those who keep the people of the organisation."""

from uuid import UUID

from django.db.models import Count, Q, QuerySet

from backend.imports.models import Import, ImportRow
from backend.imports.states import Outcome
from backend.people.models import Account
from backend.people.queries import has_role, organisations_with

#: Who keeps people, and so hands in lists of them.
KEEPERS = ("organiser", "secretary")


def keeps_people_of(account: Account, organisation_id: UUID) -> bool:
    return has_role(account, *KEEPERS, organisation_id=organisation_id)


def imports() -> QuerySet[Import]:
    """Every import without its bytes, with how many rows would do what."""
    counts = {f"rows_{outcome}": Count("rows", filter=Q(rows__outcome=outcome)) for outcome in Outcome.values}
    return Import.objects.defer("content").annotate(
        rows_total=Count("rows"), rows_committed=Count("rows", filter=Q(rows__committed_at__isnull=False)), **counts
    )


def visible_to(account: Account) -> QuerySet[Import]:
    """The imports of organisations whose people the account keeps; those handed in through a link are their holder's."""
    where, rows = organisations_with(account, *KEEPERS), imports().filter(holder_id=None)
    return rows if where is None else rows.filter(organisation_id__in=where)


def visible_rows(account: Account) -> QuerySet[ImportRow]:
    """Their rows: what people are not to see of each other stands in them."""
    where = organisations_with(account, *KEEPERS)
    rows = ImportRow.objects.select_related("imported", "unit").filter(imported__holder_id=None)
    return rows if where is None else rows.filter(imported__organisation_id__in=where)


def held_by(holder_id: UUID) -> Import | None:
    """The import handed in through the link that opens this row, with how many rows would do what."""
    return imports().filter(holder_id=holder_id, kept=True).first()


def to_commit(imported: Import) -> QuerySet[ImportRow]:
    """The rows that become people and have not yet, from the top."""
    sound = [Outcome.NEW, Outcome.KNOWN]
    return ImportRow.objects.filter(imported=imported, outcome__in=sound, committed_at=None).order_by("place")
