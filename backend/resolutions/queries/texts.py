"""Reading texts: who stands behind them, and what is moved to change them."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from backend.resolutions.models import (
    Amendment,
    Backing,
    Procedure,
    Resolution,
)
from backend.resolutions.states import (
    CARRIED,
    AmendmentState,
    BackingRole,
    SupportBy,
)
from backend.resolutions.wording.amending import Conflict, conflicts, order


def unmerged(resolution: Resolution) -> QuerySet[Amendment]:
    """What was carried and is not part of the text yet."""
    return resolution.amendments.filter(state__in=CARRIED, merged_in=None)


@dataclass(frozen=True, kw_only=True)
class Support:
    """How many stand behind something, counted in people or organisations, and how many must."""

    by: str
    needed: int
    given: int

    @property
    def missing(self) -> int:
        return max(self.needed - self.given, 0)


def support_of(row: Resolution | Amendment) -> Support:
    """Sponsors and supporters alike count; whoever took it back does not."""
    procedure = Procedure.objects.filter(conference=row.conference_id).first() or Procedure()
    if isinstance(row, Resolution):
        live = Backing.objects.filter(resolution=row, taken_back_at=None)
        needed = procedure.resolution_support if row.support_needed is None else row.support_needed
    else:
        live, needed = Backing.objects.filter(amendment=row, taken_back_at=None), procedure.amendment_support
    counted = "organisation" if procedure.support_by == SupportBy.ORGANISATIONS else "person"
    given = live.exclude(**{counted: None}).values(counted).distinct().count()
    return Support(by=procedure.support_by, needed=needed, given=given)


def backings(row: Resolution | Amendment) -> QuerySet[Backing]:
    """Who stands behind it, sponsors first, with those who took it back."""
    of = {"resolution": row} if isinstance(row, Resolution) else {"amendment": row}
    rows = Backing.objects.filter(**of).select_related("person", "organisation")
    return rows.order_by("role", "given_at")


def amending(resolution: Resolution) -> tuple[list[Amendment], list[Conflict]]:
    """The pending amendments in the order they are voted on (the chair's, where there is one, before the norm's), and
    which of those pending or carried conflict."""
    live = resolution.amendments.filter(Q(state=AmendmentState.SUBMITTED) | Q(state__in=CARRIED, merged_in=None))
    rows = {row.number: row for row in live}
    wording = resolution.wording
    pending = [row.change for row in rows.values() if row.state == AmendmentState.SUBMITTED]
    by_norm = [rows[change.number] for change in order(wording, pending)]
    chairs_order: list[str] = resolution.voting_order.get("amendments", [])
    first = {each: place for place, each in enumerate(chairs_order)}
    in_order = sorted(by_norm, key=lambda row: first.get(str(row.pk), len(first)))
    return in_order, conflicts(wording, [row.change for row in rows.values()])


def sponsors(person_id: UUID, resolution_id: UUID) -> bool:
    live = Backing.objects.filter(resolution=resolution_id, person=person_id, taken_back_at=None)
    return live.filter(role=BackingRole.SPONSOR).exists()
