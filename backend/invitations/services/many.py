"""What is done with many invitations in one call, each with a report of whom it left alone and why.

Asked for again at once, each changes nothing more: whoever was written to within the hour is not written to again, and
what is withdrawn stays so.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from backend.conferences.models import Conference, Site
from backend.core.clock import database_now
from backend.core.errors import Conflict, Invalid
from backend.core.text import say
from backend.invitations.events import InvitationIssued, InvitationsSiteCalledOff, InvitationWithdrawn
from backend.invitations.letters import new_batch
from backend.invitations.models import Invitation, InvitationList, Reminder
from backend.invitations.services import reminders
from backend.invitations.services.proposals import settle_of_withdrawn
from backend.invitations.states import InvitationState, ReminderKind
from backend.outbox.services import emit

#: Nobody is written to again by hand within this time.
RECENT = dt.timedelta(hours=1)
_WHOLE = ("draft", "withdrawn", "declined")


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Invitations of one conference: all of them, or of a list, to a site, in some states, or these."""

    conference_id: UUID
    list_id: UUID | None = None
    site_id: UUID | None = None
    states: Collection[str] | None = None
    invitations: Collection[UUID] | None = None

    @property
    def narrow(self) -> bool:
        return any(part is not None for part in (self.list_id, self.site_id, self.invitations))

    @property
    def whole_site(self) -> UUID | None:
        """The site all of whose invitations these are."""
        parts = (self.list_id, self.states, self.invitations)
        return self.site_id if all(part is None for part in parts) else None


@dataclass(frozen=True, kw_only=True)
class Report:
    """How many were `reached`, and how many of the selected were left alone, by the reason."""

    reached: int
    left: dict[str, int] = field(default_factory=dict)


@transaction.atomic
def remind_now(*, selection: Selection) -> Report:
    """Reminds those who may come: of the deadline who has not answered, of time and place everybody else. Raises
    Conflict when the conference is not inviting, Invalid for what is not part of it."""
    # Locked in the order in which the clock does it.
    list(InvitationList.objects.filter(conference=selection.conference_id).select_for_update().order_by("id"))
    conference = _inviting(selection.conference_id)
    at = database_now()
    reminded = Reminder.objects.filter(invitation=OuterRef("pk"), at__gt=at - RECENT)
    rows = list(_selected(selection).annotate(reminded=Exists(reminded)))
    reached, left = _sorted_out(rows, at, lambda row: row.email, lambda row: row.reminded)  # type: ignore[attr-defined]
    undecided = [row.pk for row in reached if row.state == InvitationState.SENT]
    others = [row.pk for row in reached if row.state != InvitationState.SENT]
    reminders.address(conference, ReminderKind.REPLY_BY, at, undecided)
    reminders.address(conference, ReminderKind.START, at, others)
    return Report(reached=len(reached), left=left)


@transaction.atomic
def resend_many(*, selection: Selection) -> Report:
    """Writes the letter again, to each person's present address and with a new link; older links stop working. Drafts
    are left to the sending of their list. Raises what `remind_now` raises."""
    conference = _inviting(selection.conference_id)
    at = database_now()
    rows = list(_selected(selection).select_for_update(of=("self",)))
    reached, left = _sorted_out(rows, at, lambda row: row.person.email if row.person else "", lambda row: False)
    for row in reached:
        assert row.person is not None
        row.email, row.sequence, row.sent_at, row.updated_at = row.person.email, conference.sequence, at, at
        row.link_round, row.version = row.link_round + 1, row.version + 1
    Invitation.objects.bulk_update(reached, ["email", "sequence", "sent_at", "updated_at", "link_round", "version"])
    batch = new_batch(conference, "invitation") if reached else None
    emit(
        *(
            InvitationIssued(
                invitation_id=row.pk,
                conference_id=conference.pk,
                sequence=row.sequence,
                link_round=row.link_round,
                batch_id=batch,
            )
            for row in reached
        )
    )
    return Report(reached=len(reached), left=left)


@transaction.atomic
def withdraw_many(*, selection: Selection) -> Report:
    """Takes these invitations back; who was written to is written to again. All of one site's: it is called off, and units
    asked to name people for it are told and asked no more. Raises Invalid for what is not part of the
    conference, and for all of it: that is what cancelling it is for."""
    if not selection.narrow:
        raise Invalid(
            {
                "invitations": say(
                    vi="Hãy chọn một danh sách, một địa điểm hoặc các giấy mời.",
                    en="Choose a list, a site or the invitations.",
                )
            }
        )
    rows = list(_selected(selection).select_for_update(of=("self",)))
    reached = [row for row in rows if row.state != InvitationState.WITHDRAWN]
    told = [row for row in reached if row.state != InvitationState.DRAFT]
    at = database_now()
    for row in reached:
        row.state, row.updated_at, row.version = InvitationState.WITHDRAWN, at, row.version + 1
    Invitation.objects.bulk_update(reached, ["state", "updated_at", "version"])
    settle_of_withdrawn([row.pk for row in told])
    batch = new_batch(told[0].conference, "cancellation") if told else None
    emit(
        *(
            InvitationWithdrawn(
                invitation_id=row.pk, conference_id=row.conference_id, sequence=row.sequence, batch_id=batch
            )
            for row in told
        )
    )
    if site_id := selection.whole_site:
        emit(InvitationsSiteCalledOff(conference_id=selection.conference_id, site_id=site_id))
    left = len(rows) - len(reached)
    return Report(reached=len(reached), left={"withdrawn": left} if left else {})


def _inviting(conference_id: UUID) -> Conference:
    conference = reminders.expected(conference_id)
    if conference is None:
        raise Conflict(say(vi="Hội nghị không còn mời.", en="The conference is not inviting."))
    return conference


def _selected(selection: Selection) -> QuerySet[Invitation]:
    rows = Invitation.objects.filter(conference=selection.conference_id)
    if selection.list_id is not None:
        _refuse_strange(InvitationList.objects.filter(pk=selection.list_id), "list", selection)
        rows = rows.filter(list=selection.list_id)
    if selection.site_id is not None:
        _refuse_strange(Site.objects.filter(pk=selection.site_id), "site", selection)
        rows = rows.filter(site=selection.site_id)
    if selection.invitations is not None:
        wanted = set(selection.invitations)
        strange = wanted - set(rows.filter(pk__in=wanted).values_list("pk", flat=True))
        if strange:
            ids = ", ".join(str(row_id) for row_id in sorted(strange)[:10])
            raise Invalid({"invitations": say(vi="Không tìm thấy: {ids}.", en="Not found: {ids}.", ids=ids)})
        rows = rows.filter(pk__in=wanted)
    if selection.states is not None:
        rows = rows.filter(state__in=selection.states)
    return rows.select_related("person").order_by("id")


def _refuse_strange(rows: QuerySet[InvitationList] | QuerySet[Site], name: str, selection: Selection) -> None:
    if not rows.filter(conference=selection.conference_id).exists():
        raise Invalid({name: say(vi="Không phải của hội nghị này.", en="Not of this conference.")})


def _sorted_out(
    rows: Collection[Invitation],
    at: dt.datetime,
    address: Callable[[Invitation], str],
    reminded: Callable[[Invitation], bool],
) -> tuple[list[Invitation], dict[str, int]]:
    """Those to be written to, and of the others how many there are for each reason."""
    reached: list[Invitation] = []
    left: Counter[str] = Counter()
    for row in rows:
        if row.state in _WHOLE:
            left[row.state] += 1
        elif not address(row):
            left["no_address"] += 1
        elif reminded(row) or (row.sent_at is not None and row.sent_at > at - RECENT):
            left["recently"] += 1
        else:
            reached.append(row)
    return reached, dict(left)
