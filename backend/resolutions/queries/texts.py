"""Reading texts: who stands behind them, and what is moved to change them."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from backend.resolutions import merkle
from backend.resolutions.models import (
    Amendment,
    Backing,
    Poll,
    Procedure,
    Resolution,
    TextVersion,
)
from backend.resolutions.states import (
    CARRIED,
    AmendmentState,
    BackingRole,
    SupportBy,
    TextSource,
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
    """Sponsors and supporters alike count; whoever took it back, or stands behind former words, does not."""
    procedure = Procedure.objects.filter(conference=row.conference_id).first() or Procedure()
    if isinstance(row, Resolution):
        live = _standing(row)
        needed = procedure.resolution_support if row.support_needed is None else row.support_needed
    else:
        live, needed = Backing.objects.filter(amendment=row, taken_back_at=None), procedure.amendment_support
    counted = "organisation" if procedure.support_by == SupportBy.ORGANISATIONS else "person"
    given = live.exclude(**{counted: None}).values(counted).distinct().count()
    return Support(by=procedure.support_by, needed=needed, given=given)


def words_backed(resolution: Resolution) -> str:
    """The hash of the words that people are asked to stand behind: those of the draft, and once it is tabled those it was
    tabled with, whatever amendments made of them since."""
    written = resolution.versions.filter(source=TextSource.WRITTEN).order_by("-number")
    return written.values_list("hash", flat=True).first() or resolution.wording.hash()


def version_voted_on(poll: Poll) -> TextVersion | None:
    """The version of the text that an opened poll is on, or that the amendment it is on was to; None for an election."""
    if poll.resolution is None:
        return None
    content = poll.amendment.content if poll.amendment else None
    versions = poll.resolution.versions.order_by("-number")
    of = (row for row in versions if poll.text_hash == (merkle.digest([row.hash, content]) if content else row.hash))
    return next(of, None)


def backings(row: Resolution | Amendment) -> QuerySet[Backing]:
    """Who stands behind it, sponsors first, with those who took it back or stood behind former words (`former_words`)."""
    of = {"resolution": row} if isinstance(row, Resolution) else {"amendment": row}
    words = words_backed(row) if isinstance(row, Resolution) else ""
    rows = Backing.objects.filter(**of).select_related("person", "organisation")
    former = ExpressionWrapper(~Q(text_hash=words), output_field=BooleanField())
    return rows.annotate(former_words=former).order_by("role", "given_at")


def _standing(resolution: Resolution) -> QuerySet[Backing]:
    """Support for the words as they are, that was not taken back."""
    return Backing.objects.filter(resolution=resolution, taken_back_at=None, text_hash=words_backed(resolution))


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


def sponsors(person_id: UUID, resolution: Resolution) -> bool:
    return _standing(resolution).filter(person=person_id, role=BackingRole.SPONSOR).exists()
