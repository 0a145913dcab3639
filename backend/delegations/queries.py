"""Reading delegations: who may see them, what the focal point's link opens, what is due, and how many places are left."""

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from backend.conferences.models import Conference
from backend.conferences.queries.deadlines import Behind, Reader, also_due, applying, by_start
from backend.conferences.states import ConferenceState
from backend.core.errors import Conflict, Gone
from backend.core.text import both, localized, say
from backend.delegations import links, schedule
from backend.delegations.models import Delegate, Delegation
from backend.delegations.states import DelegationState
from backend.imports import queries as imported_lists
from backend.imports.form import heading_of
from backend.imports.models import ImportRow
from backend.imports.states import ImportState, Outcome
from backend.invitations.models import Invitation
from backend.invitations.queries import LOOKS, conferences_of
from backend.invitations.states import InvitationState
from backend.jobs.models import Job
from backend.jobs.states import JobState
from backend.people.models import Account

#: States of a conference in which units are asked, reminded and closed.
INVITING = (ConferenceState.ANNOUNCED, ConferenceState.RUNNING)


def gone(delegate: str = "") -> Q:
    """Delegates whose invitation was taken back, and nobody comes in their place."""
    return Q(
        **{
            f"{delegate}invitation__state": InvitationState.WITHDRAWN,
            f"{delegate}invitation__substitute__isnull": True,
        }
    )


def counted(delegations: QuerySet[Delegation]) -> QuerySet[Delegation]:
    """With `named`, those whose invitation lives; `added`, whom the organisers put on the unit's list; and `left`, the
    places still to be filled: none once it is closed."""
    named = Count("delegates", filter=~gone("delegates__"))
    listed = Invitation.objects.filter(list=OuterRef("list")).exclude(state=InvitationState.WITHDRAWN)
    on_list = Coalesce(Subquery(listed.order_by().values("list").annotate(n=Count("pk")).values("n")), 0)
    rows = delegations.annotate(named=named, on_list=on_list)
    return rows.annotate(added=F("on_list") - F("named"), left=F("quota") - F("returned") - F("on_list"))


def visible_to(account: Account) -> QuerySet[Delegation]:
    """The delegations of conferences the account works for."""
    if not account.is_authenticated:
        return Delegation.objects.none()
    rows = Delegation.objects.filter(conference__in=conferences_of(account, *LOOKS))
    return counted(rows.select_related("conference", "organisation"))


def with_letter_facts(delegations: QuerySet[Delegation]) -> QuerySet[Delegation]:
    """Joined to everything a letter or the page says."""
    return delegations.select_related("conference", "organisation", "site__venue", "site__room").prefetch_related(
        "conference__organisers__organisation__former_names", "conference__sites__venue", "conference__sites__room"
    )


def opened_by(token: str) -> Delegation:
    """The delegation a link opens, whatever its state. Raises NotFound for a forged link, Gone for an old one."""
    rows = counted(with_letter_facts(Delegation.objects.filter(asked_at__isnull=False)))
    unknown = say(vi="Liên kết cử đại biểu không đúng.", en="This is not a valid link to name delegates.")
    found: Delegation = links.opens(token, rows, unknown=unknown)
    return found


def check_wanted(conference: Conference) -> None:
    """Raises Gone or Conflict with the sentence a focal point is told when the conference wants no names."""
    if conference.state == ConferenceState.CANCELLED:
        raise Gone(say(vi="Hội nghị đã huỷ.", en="The conference has been cancelled."))
    if conference.state in {ConferenceState.CLOSED, ConferenceState.ARCHIVED}:
        raise Conflict(say(vi="Hội nghị đã bế mạc.", en="The conference is over."))
    if conference.state not in INVITING:
        raise Conflict(
            say(
                vi="Hội nghị đang hoãn; ban tổ chức sẽ liên hệ khi có thời gian mới.",
                en="The conference is postponed; the organisers will be in touch when there is a new date.",
            )
        )


def due(row: Delegation) -> dt.datetime:
    """The deadline that applies."""
    return by_start(row.due_at, row.conference)


@also_due
def due_behind_start(conference: Conference, account: Reader) -> list[Behind]:
    """Deadlines of units that have not been closed."""
    if conference.starts_at is None or not isinstance(account, Account):
        return []
    rows = visible_to(account).filter(conference=conference, due_at__gt=conference.starts_at)
    return [
        Behind(kind="delegation", id=row.pk, title=row.organisation.name, deadline=row.due_at)
        for row in rows.exclude(state=DelegationState.CLOSED)
    ]


def open_until(row: Delegation) -> dt.datetime:
    """Until when names are taken: the deadline; with some grace for a unit whose silence the unit above was told of. Who
    was silent waits until the clock has told it: named in between, the first delegate would hide the silence, and the
    unit would be closed without its grace."""
    return due(row) if row.escalated_at is None else due(row) + schedule.grace()


def live_delegates(delegation_id: UUID) -> QuerySet[Delegate]:
    """Who is named, in the order in which they were."""
    rows = Delegate.objects.filter(delegation=delegation_id).exclude(gone())
    return rows.select_related("invitation__person", "invitation__list").order_by("created_at", "id")


# The list a unit handed in as a file

#: Rows of a preview that are shown: a longer list is to be shortened anyway.
MOST_SHOWN = 300


class Flaw(NamedTuple):
    column: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ListedRow:
    """A row of the file by its number there; `wrong` says by column why it is left out, `remarks` what is worth knowing.
    `state` is sound, named, double, unread or wrong."""

    number: int
    name: str
    office: str
    reached: str
    state: str
    wrong: list[Flaw]
    remarks: list[Flaw]


@dataclass(frozen=True, kw_only=True)
class ListedFile:
    """What became of the unit's file so far. `busy` while it is read or its people are named; `sound` rows would be
    named, `named` ones are. `reason` says why it could not be read or went no further."""

    filename: str
    state: str
    busy: bool
    reason: str
    total: int
    sound: int
    named: int
    left_out: int
    rows: list[ListedRow]
    more: int

    @property
    def idle(self) -> int:
        """Rows that would be left out."""
        return self.total - self.sound

    @property
    def ready(self) -> bool:
        """Whether its sound rows can be committed."""
        return self.sound > 0 and not self.busy and self.state in {ImportState.READY, ImportState.COMMITTING}


def listed_by_file(delegation_id: UUID) -> ListedFile | None:
    """The file the unit's focal point handed in last, as a preview row by row."""
    imported = imported_lists.held_by(delegation_id)
    if imported is None:
        return None
    jobs = Job.objects.filter(subject_id=imported.pk).order_by("-id")
    last = jobs.only("state", "reason").first()
    rows = [_listed_row(row) for row in imported.rows.order_by("place")[:MOST_SHOWN]]
    committed: int = imported.rows_committed  # type: ignore[attr-defined]
    total: int = imported.rows_total  # type: ignore[attr-defined]
    return ListedFile(
        filename=imported.filename,
        state=imported.state,
        busy=last is not None and last.state in WAITED_FOR,
        reason=localized(imported.reason) or (localized(last.reason) if last else ""),
        total=total,
        sound=imported_lists.to_commit(imported).count(),
        named=committed,
        left_out=total - committed,
        rows=rows,
        more=max(0, total - MOST_SHOWN),
    )


#: Jobs that go on by themselves; a stuck one waits for an operator.
WAITED_FOR = (JobState.QUEUED, JobState.RUNNING)


def _listed_row(row: ImportRow) -> ListedRow:
    flaws = {"wrong": row.errors, "remarks": row.remarks}
    if row.duplicate_of:
        same = say(vi="Trùng với dòng {n}.", en="The same as row {n}.", n=row.duplicate_of)
        flaws["remarks"] = [*row.remarks, {"column": "full_name", "reason": both(same)}]
    said = {
        kind: [Flaw(heading_of(flaw["column"]), localized(flaw["reason"])) for flaw in found]
        for kind, found in flaws.items()
    }
    return ListedRow(
        number=row.number,
        name=row.tells("full_name") or row.values.get("full_name", ""),
        office=row.tells("office"),
        reached=row.tells("email") or row.tells("phone"),
        state="named" if row.committed_at else _STATES.get(row.outcome, "wrong"),
        **said,
    )


_STATES: dict[str, str] = {
    Outcome.NEW: "sound",
    Outcome.KNOWN: "sound",
    Outcome.DUPLICATE: "double",
    Outcome.PENDING: "unread",
}


# What is due by the clock


def to_remind(at: dt.datetime) -> QuerySet[Delegation]:
    """Those still to be submitted for which another moment before the deadline has come."""
    come = Q(pk__in=[])
    for stage, before in enumerate(schedule.distances(), start=1):
        come |= Q(reminders__lt=stage, due__lte=at + before)
    return _waiting().filter(come, due__gt=at)


def to_escalate(at: dt.datetime) -> QuerySet[Delegation]:
    """Those past their deadline for which nobody was named."""
    return _waiting().filter(taken=0, escalated_at=None, due__lte=at)


def to_close(at: dt.datetime) -> QuerySet[Delegation]:
    """Those whose time is over, grace included."""
    over = Q(escalated_at=None, due__lte=at) & (Q(taken__gt=0) | Q(state=DelegationState.SUBMITTED))
    over |= Q(escalated_at__isnull=False, due__lte=at - schedule.grace())
    rows = _inviting(DelegationState.ASKED, DelegationState.SUBMITTED)
    return rows.filter(over)


def _waiting() -> QuerySet[Delegation]:
    return _inviting(DelegationState.ASKED)


def _inviting(*states: str) -> QuerySet[Delegation]:
    rows = Delegation.objects.filter(state__in=states, conference__state__in=INVITING).select_related("conference")
    return rows.annotate(due=applying("due_at")).order_by("due", "id")


# How far a conference has come


@dataclass(frozen=True, kw_only=True)
class Overview:
    """`quota` is what units were given, `named` what they have filled, `returned` what went back, `left` the rest;
    `silent` counts units that were asked and have named nobody."""

    units: int
    by_state: dict[str, int]
    silent: int
    quota: int
    named: int
    returned: int
    left: int


def overview(conference_id: UUID) -> Overview:
    """The places of a conference, in one statement."""
    rows = counted(Delegation.objects.filter(conference_id=conference_id)).order_by()
    figures = list(rows.values_list("state", "quota", "named", "returned", "left"))  # type: ignore[misc]
    states = [state for state, *_ in figures]
    return Overview(
        units=len(figures),
        by_state={state: states.count(state) for state in DelegationState.values},
        silent=sum(state == DelegationState.ASKED and not named for state, _, named, _, _ in figures),
        quota=sum(quota for _, quota, _, _, _ in figures),
        named=sum(named for _, _, named, _, _ in figures),
        returned=sum(returned for _, _, _, returned, _ in figures),
        left=sum(left for _, _, _, _, left in figures),
    )
