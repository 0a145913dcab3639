"""Filling invitation lists and sending them: any number of people in a constant number of statements."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypedDict
from uuid import UUID

import psycopg
from django.db import IntegrityError, transaction
from django.db.models import F

from backend.conferences.models import Conference, Site
from backend.conferences.queries import lead_organisation_id
from backend.conferences.queries.deadlines import by_start
from backend.conferences.states import OVER, ConferenceState
from backend.core.clock import now
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.queries import locked
from backend.core.text import Text, say
from backend.invitations import queries
from backend.invitations.events import InvitationIssued, InvitationListSent
from backend.invitations.models import Invitation, InvitationList
from backend.invitations.services import formal
from backend.invitations.services.offices import UNRANKED, renew_offices
from backend.invitations.states import InvitationState, Substitutes
from backend.mail import batches
from backend.outbox.services import emit
from backend.people.models import Organisation, Person


class OfficeEntry(TypedDict, total=False):
    """A seat for whoever holds an office; the name comes later. Lower `rank` goes first, as among people."""

    office: Text
    rank: int
    organisation: UUID | None


class ListFields(TypedDict, total=False):
    """What of a list may change once it is made; minutes before the start and before the deadline for answers."""

    title: Text
    reply_by: dt.datetime | None
    start_reminders: list[int] | None
    reply_reminders: list[int] | None
    substitutes: str


@dataclass(frozen=True, kw_only=True)
class Added:
    """`already` were on a list of this conference before."""

    added: int
    already: int


@dataclass(frozen=True, kw_only=True)
class Sent:
    """`held` stay on the list unsent: an office without a name, or a person without an address."""

    list: InvitationList
    issued: int
    held: int


@transaction.atomic
def create_list(
    *,
    conference_id: UUID,
    title: Text,
    category: str,
    organisation_id: UUID | None = None,
    site_id: UUID | None = None,
    reply_by: dt.datetime | None = None,
    start_reminders: Sequence[int] | None = None,
    reply_reminders: Sequence[int] | None = None,
    substitutes: str = Substitutes.APPROVED,
    people: Sequence[UUID] = (),
    offices: Sequence[OfficeEntry] = (),
) -> InvitationList:
    """An empty or filled list. Nobody hears of it until it is sent."""
    conference = Conference.objects.filter(pk=conference_id).first()
    if conference is None:
        raise NotFound()
    _still_to_come(conference)
    _ensure_before_start(conference, reply_by)
    if site_id and not Site.objects.filter(pk=site_id, conference_id=conference_id).exists():
        raise Invalid({"site": say(vi="Không phải địa điểm của hội nghị này.", en="Not a site of this conference.")})
    if organisation_id and not Organisation.objects.filter(pk=organisation_id).exists():
        raise Invalid({"organisation": say(vi="Không có đơn vị này.", en="There is no such organisation.")})
    made = InvitationList.objects.create(
        conference=conference,
        title=title,
        category=category,
        organisation_id=organisation_id,
        site_id=site_id,
        reply_by=reply_by,
        start_reminders=_in_order(start_reminders),
        reply_reminders=_in_order(reply_reminders),
        substitutes=substitutes,
    )
    if people or offices:
        add_members(list_id=made.id, people=people, offices=offices)
    return made


@transaction.atomic
def edit_list(*, list_id: UUID, fields: ListFields, expected: int | None = None) -> InvitationList:
    """Changes these fields. Nobody is written to: a deadline that moves takes its reminders along."""
    row = locked(InvitationList, list_id, expected=expected)
    conference = Conference.objects.get(pk=row.conference_id)
    _still_to_come(conference)
    _ensure_before_start(conference, fields.get("reply_by"))
    for name, value in fields.items():
        setattr(row, name, _in_order(value) if name.endswith("_reminders") else value)  # type: ignore[arg-type]
    row.save()
    return row


def _ensure_before_start(conference: Conference, reply_by: dt.datetime | None) -> None:
    if reply_by is not None and reply_by != by_start(reply_by, conference):
        raise Invalid({"reply_by": say(vi="Phải trước khi hội nghị khai mạc.", en="Must be before the conference.")})


def _in_order(minutes: Sequence[int] | None) -> list[int] | None:
    return None if minutes is None else sorted(set(minutes), reverse=True)


#: What PostgreSQL calls it when a list is full: on a floor above, units have so many places.
FULL = "never_more_invited_than_places"


class ListFull(Conflict):
    title = say(
        vi="Danh sách của đơn vị không còn đủ chỗ; hãy tăng chỉ tiêu của đơn vị trước.",
        en="The unit's list has not that many places left; raise the unit's quota first.",
    )


@contextmanager
def within_places() -> Iterator[None]:
    """Rolls back what is done inside and raises ListFull when it puts more people on a unit's list than it has
    places."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if isinstance(error.__cause__, psycopg.Error) and error.__cause__.diag.constraint_name == FULL:
            raise ListFull() from None
        raise


@transaction.atomic
def add_members(*, list_id: UUID, people: Sequence[UUID] = (), offices: Sequence[OfficeEntry] = ()) -> Added:
    """Puts people and offices on the list, each person once per conference; a list already sent is sent again to reach
    the new ones. Raises Invalid naming the ids nobody has, ListFull for more people than a unit's list has places."""
    invitations = locked(InvitationList, list_id)
    conference = Conference.objects.get(pk=invitations.conference_id)
    _still_to_come(conference)
    wanted = list(dict.fromkeys(people))
    found = Person.objects.in_bulk(wanted)
    _refuse_missing("people", [person_id for person_id in wanted if person_id not in found])
    units = {unit for entry in offices if (unit := entry.get("organisation"))}
    _refuse_missing("offices", units - set(Organisation.objects.filter(pk__in=units).values_list("pk", flat=True)))
    titles = queries.offices(list(found.values()), conference)
    shared = {
        "list": invitations,
        "conference": conference,
        "site_id": invitations.site_id,
        "category": invitations.category,
    }
    rows = [
        Invitation(
            person=person,
            organisation_id=person.organisation_id or invitations.organisation_id,
            office=titles[person.id].title if person.id in titles else {},
            rank=titles[person.id].rank if person.id in titles else UNRANKED,
            language=person.language,
            email=person.email,
            **shared,
        )
        for person in (found[person_id] for person_id in wanted)
    ]
    rows += [
        Invitation(
            office=entry["office"],
            organisation_id=entry.get("organisation") or invitations.organisation_id,
            rank=entry.get("rank", UNRANKED),
            **shared,
        )
        for entry in offices
    ]
    before = Invitation.objects.filter(list=invitations).count()
    # Two lists may name the same person at the same moment: the constraint decides, not a look beforehand.
    with within_places():
        Invitation.objects.bulk_create(rows, ignore_conflicts=True)
    added = Invitation.objects.filter(list=invitations).count() - before
    return Added(added=added, already=len(rows) - added)


@transaction.atomic
def send_list(*, list_id: UUID, expected: int | None = None) -> Sent:
    """Invites everybody on the list who was not invited yet. Sending it again reaches only those added since.

    Raises Conflict while the giấy mời that is to go with the mails is not issued, or tells another time or place.
    """
    invitations = locked(InvitationList, list_id, expected=expected)
    conference = Conference.objects.select_for_update(no_key=True).get(pk=invitations.conference_id)
    if conference.state not in {ConferenceState.ANNOUNCED, ConferenceState.RUNNING}:
        raise Conflict(
            say(
                vi="Chỉ gửi giấy mời cho hội nghị đã công bố (hiện: {state}).",
                en="Invitations go out for an announced conference only (now: {state}).",
                state=ConferenceState(conference.state).label,
            )
        )
    drafts = Invitation.objects.filter(list=invitations, state=InvitationState.DRAFT)
    found = drafts.filter(person__isnull=False).exclude(email="").select_for_update().values_list("id", "site_id")
    due, sites = [invitation_id for invitation_id, _ in found], {site for _, site in found}
    formal.ensure_ready(invitations, conference, sites)
    renew_offices(due, conference)
    moment = now()
    Invitation.objects.filter(pk__in=due).update(
        state=InvitationState.SENT,
        sequence=conference.sequence,
        first_sequence=conference.sequence,
        sent_at=moment,
        updated_at=moment,
        version=F("version") + 1,
    )
    held = drafts.count()
    invitations.sent_at = invitations.sent_at or moment
    invitations.save()
    batch = _batch(invitations, conference) if due else None
    emit(
        InvitationListSent(list_id=invitations.id, conference_id=conference.id, issued=len(due), held=held),
        *(
            InvitationIssued(
                invitation_id=invitation_id,
                conference_id=conference.id,
                sequence=conference.sequence,
                link_round=0,
                batch_id=batch,
            )
            for invitation_id in due
        ),
    )
    return Sent(list=invitations, issued=len(due), held=held)


def _batch(invitations: InvitationList, conference: Conference) -> UUID:
    """Of the letters of this sending; the list is locked."""
    return batches.open_batch(
        purpose="invitation",
        subject_id=invitations.pk,
        number=batches.next_number(purpose="invitation", subject_id=invitations.pk),
        conference_id=conference.pk,
        organisation_id=lead_organisation_id(conference),
    )


def _still_to_come(conference: Conference) -> None:
    if conference.state in {*OVER, ConferenceState.CANCELLED}:
        raise Conflict(
            say(
                vi="Không mời thêm được: hội nghị {state}.",
                en="Nobody can be invited any more: the conference is {state}.",
                state=ConferenceState(conference.state).label,
            )
        )


def _refuse_missing(field: str, missing: Sequence[UUID] | set[UUID]) -> None:
    if missing:
        ids = ", ".join(str(row_id) for row_id in sorted(missing)[:10])
        raise Invalid({field: say(vi="Không tìm thấy: {ids}.", en="Not found: {ids}.", ids=ids)})
