"""Reading invitations: whose they are, which may be seen, and what a link opens."""

import datetime as dt
from collections.abc import Callable, Collection
from uuid import UUID

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, JSONObject, Lower

from backend.conferences.models import Conference, TimeAndPlace
from backend.conferences.queries import also_visible, held_by_any, led_or_not
from backend.conferences.queries.deadlines import Behind, Reader, also_due
from backend.conferences.queries.told import WHEN
from backend.conferences.states import OVER, ConferenceState, Confidentiality, OrganiserRole
from backend.core.errors import Conflict, Gone
from backend.core.text import say
from backend.invitations import links
from backend.invitations.events import InvitationIssued, InvitationWithdrawn
from backend.invitations.models import (
    FailedLetter,
    Invitation,
    InvitationLetter,
    InvitationList,
    InvitationReply,
    ReplyProposal,
)
from backend.invitations.states import Category, InvitationState
from backend.mail.models import SuppressedAddress
from backend.outbox.models import Event
from backend.people.models import Account, Person, Position, Role
from backend.people.queries import knows_who_is_asked, organisations_with
from backend.questions.queries import Comer, also_asked

#: Roles that may read guest lists; writing them belongs to the lead organisation (rules.py).
LOOKS = (Role.ORGANISER, Role.SECRETARY, Role.AUDITOR)
#: States in which an invitee has been asked and has not been told to stay away.
LIVE = (InvitationState.SENT, InvitationState.ACCEPTED, InvitationState.DECLINED, InvitationState.TENTATIVE)
#: States in which an invitee may still come.
MAY_COME = (InvitationState.SENT, InvitationState.ACCEPTED, InvitationState.TENTATIVE)

#: For a conference, whoever comes without an invitation: person → site (None: the conference as a whole). Floors above
#: fill it with `also_hears`.
Comers = Callable[[UUID], dict[UUID, UUID | None]]
COMERS: list[Comers] = []
#: Whether somebody is in the room of a conference now, as the floors above know it; filled with `knows_who_is_inside`.
Inside = Callable[[UUID, UUID], bool]
INSIDE: list[Inside] = []
STILL_INSIDE = say(
    vi="Người này đã điểm danh vào và chưa ra; xin điểm danh ra trước.",
    en="Already checked in, and not out again; check out first.",
)


def conferences_of(account: Account, *roles: str) -> QuerySet[Conference]:
    """The conferences which an organisation holds where the account has one of `roles`; a restricted one is its lead's
    alone."""
    where = organisations_with(account, *roles)
    conferences = Conference.objects.all()
    if where is None:
        return conferences
    jointly = held_by_any(where) & ~Q(confidentiality=Confidentiality.RESTRICTED)
    return conferences.filter(jointly | held_by_any(where, OrganiserRole.LEAD))


def also_hears(comers: Comers) -> Comers:
    """Decorator for the queries of a floor above: what `comers(conference_id)` finds is told what is new, like those
    who are invited. Registering happens once, when the app's `ready` imports the module."""
    if comers not in COMERS:
        COMERS.append(comers)
    return comers


def knows_who_is_inside(inside: Inside) -> Inside:
    """Decorator for the queries of a floor above, registered as `also_hears` is."""
    if inside not in INSIDE:
        INSIDE.append(inside)
    return inside


def is_inside(conference_id: UUID, person_id: UUID | None) -> bool:
    """Whether the person is in the room now: then nothing of theirs is given up from outside."""
    return person_id is not None and any(inside(conference_id, person_id) for inside in INSIDE)


def check_not_inside(invitation: Invitation) -> None:
    """Raises Conflict when the invitee is in the room: declining and sending somebody else are refused. Who comes in a
    moment later keeps the seat all the same, whatever was answered."""
    if is_inside(invitation.conference_id, invitation.person_id):
        raise Conflict(STILL_INSIDE)


def comers(conference_id: UUID) -> dict[UUID, UUID | None]:
    """People who come, invited or not, as the floors above know it, with the site they come to."""
    return {person: site for known in COMERS for person, site in known(conference_id).items()}


@also_visible
def invited(account: Account) -> Q:
    """Conferences to which the account's person is invited, whatever the answer was."""
    if account.person_id is None:
        return Q(pk__in=[])
    mine = Invitation.objects.filter(conference=OuterRef("pk"), person_id=account.person_id, state__in=LIVE)
    return Q(Exists(mine))


@knows_who_is_asked
def invited_people(where: set[UUID]) -> tuple[Exists, Exists]:
    return led_or_not(Invitation.objects.all(), where)


@also_asked
def invitees(conference_id: UUID, person_id: UUID | None) -> dict[UUID, Comer]:
    """Who is invited, as what and to which site; expected once they accepted."""
    rows = Invitation.objects.filter(conference_id=conference_id, state__in=LIVE, person__isnull=False)
    if person_id is not None:
        rows = rows.filter(person_id=person_id)
    return {
        person: Comer(category=category, site=site, expected=state == InvitationState.ACCEPTED)
        for person, category, site, state in rows.values_list("person_id", "category", "site_id", "state")
        if person is not None
    }


@also_due
def due_behind_start(conference: Conference, account: Reader) -> list[Behind]:
    """Deadlines for answers."""
    if conference.starts_at is None or not isinstance(account, Account):
        return []
    rows = visible_lists(account).filter(conference=conference, reply_by__gt=conference.starts_at)
    return [Behind(kind="invitation-list", id=row.pk, title=row.title, deadline=row.reply_by) for row in rows]


def visible_lists(account: Account) -> QuerySet[InvitationList]:
    """The invitation lists the account may read, with how many stand on each."""
    if not account.is_authenticated:
        return InvitationList.objects.none()
    return (
        InvitationList.objects.filter(conference__in=conferences_of(account, *LOOKS))
        .select_related("conference", "organisation")
        .annotate(
            members=Count("invitations", filter=~Q(invitations__state=InvitationState.WITHDRAWN)),
            waiting_to_be_sent=Count("invitations", filter=Q(invitations__state=InvitationState.DRAFT)),
        )
    )


def answered_to_former() -> Exists:
    """Whether an invitation's answer was given while its invitee knew another time or place than its last letter tells:
    by when it was given, which for one on paper or by word of mouth is before it was recorded."""
    last = InvitationReply.objects.filter(invitation=OuterRef(OuterRef("pk"))).order_by("-id")
    facts = JSONObject(**{name: F(name) for name in ("called_off", *WHEN, "places")})
    known = TimeAndPlace.objects.filter(conference=OuterRef("conference"), recorded_at__lte=OuterRef("given"))
    told_since = TimeAndPlace.objects.filter(
        conference=OuterRef("conference"),
        sequence=OuterRef("sequence"),
        sequence__gt=OuterRef("first_sequence"),
    ).annotate(
        given=Coalesce(Subquery(last.values("taken_at")[:1]), OuterRef("answered_at")),
        says=facts,
        said=Subquery(known.order_by("-sequence").values(facts=facts)[:1]),
    )
    another = Q(said__isnull=True) | ~Q(says=F("said"))
    return Exists(told_since.filter(another, recorded_at__gt=F("given")))


def given_at(row: Invitation) -> dt.datetime | None:
    """When the answer that counts was given, which may be before it was recorded; None while there is none."""
    last = row.replies.order_by("-id").first()
    return last.taken_at if last and last.taken_at else row.answered_at


def first_sent(row: Invitation) -> dt.datetime | None:
    """The earliest the invitee can have read the invitation; None while nothing has gone out. Of the letters only the
    last one's time is kept: the first one is no older than the invitation, nor than what it told."""
    if row.sent_at is None or (row.sequence == row.first_sequence and not row.link_round):
        return row.sent_at
    first = TimeAndPlace.objects.filter(conference=row.conference_id, sequence=row.first_sequence).first()
    return max(row.created_at, first.recorded_at) if first else row.created_at


def is_outdated(row: Invitation) -> bool:
    """`answered_to_former` of one invitation."""
    return Invitation.objects.filter(answered_to_former(), pk=row.pk).exists()


def visible_to(account: Account) -> QuerySet[Invitation]:
    """The invitations of conferences the account works for, and those made out to its own person."""
    if not account.is_authenticated:
        return Invitation.objects.none()
    own = Q(person__account=account) & ~Q(state=InvitationState.DRAFT)
    dead = SuppressedAddress.objects.filter(address=Lower(OuterRef("email")), lifted_at=None)
    rows = Invitation.objects.select_related("conference", "person", "organisation").annotate(
        unreachable=Exists(dead), outdated=answered_to_former()
    )
    return rows.filter(Q(conference__in=conferences_of(account, *LOOKS)) | own)


def visible_failures(account: Account) -> QuerySet[FailedLetter]:
    """The letters that did not arrive, of conferences the account works for."""
    if not account.is_authenticated:
        return FailedLetter.objects.none()
    rows = FailedLetter.objects.select_related("conference", "person", "invitation")
    return rows.filter(conference__in=conferences_of(account, *LOOKS))


def visible_letters(account: Account) -> QuerySet[InvitationLetter]:
    """The letters of the lists the account may read."""
    if not account.is_authenticated:
        return InvitationLetter.objects.none()
    rows = InvitationLetter.objects.filter(list__conference__in=conferences_of(account, *LOOKS))
    return rows.select_related("list__conference", "signer")


def visible_replies(account: Account) -> QuerySet[InvitationReply]:
    """The answers given for the conferences the account works for, and to its own person's invitations."""
    if not account.is_authenticated:
        return InvitationReply.objects.none()
    rows = InvitationReply.objects.select_related("invitation__person")
    theirs = Q(invitation__conference__in=conferences_of(account, *LOOKS))
    return rows.filter(theirs | Q(invitation__person__account=account))


def visible_proposals(account: Account) -> QuerySet[ReplyProposal]:
    """What invitees of the conferences the account works for proposed."""
    if not account.is_authenticated:
        return ReplyProposal.objects.none()
    theirs = conferences_of(account, *LOOKS)
    rows = ReplyProposal.objects.filter(invitation__conference__in=theirs)
    return rows.select_related("invitation__conference", "invitation__person")


def with_letter_facts(invitations: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """Joined to everything a letter or a reply page says; `withdrawn_before` counts how often the person was invited
    to the conference before and taken off again by themselves, in letters: not with the conference; and whoever had the
    same address, and was taken off before this one was first written to: calendars know one meeting there."""
    issued = Event.objects.filter(name=InvitationIssued.name, subject_id=OuterRef("pk")).order_by("recorded_at")
    taken_off = Event.objects.filter(
        name=InvitationWithdrawn.name, subject_id=OuterRef("pk"), recorded_at__lt=OuterRef(OuterRef("written_to_since"))
    )
    there = Q(email__iexact=OuterRef("email")) & ~Q(email="") & Exists(taken_off)
    before = Invitation.objects.filter(
        Q(person_id=OuterRef("person_id"), id__lt=OuterRef("id")) | there,
        conference_id=OuterRef("conference_id"),
        state=InvitationState.WITHDRAWN,
        called_off_from="",
        sent_at__isnull=False,
    )
    count = before.order_by().values("conference_id").annotate(n=Count("pk")).values("n")
    return (
        invitations.select_related(
            "list",
            "person",
            "organisation",
            "conference",
            "site__venue",
            "site__room",
            "substitute__person",
            "stands_in_for__person",
        )
        .prefetch_related(
            "organisation__former_names",
            "conference__organisers__organisation__former_names",
            "conference__sites__venue",
            "conference__sites__room",
        )
        .annotate(written_to_since=Coalesce(Subquery(issued.values("recorded_at")[:1]), F("created_at")))
        .annotate(withdrawn_before=Coalesce(Subquery(count), 0))
    )


def sharing_calendar_entry(row: Invitation) -> QuerySet[Invitation]:
    """Others who are or were invited, or are to be, at the same address (an office's mailbox, a substitute without one of
    their own): a meeting stands once in its calendar, whoever it is for."""
    there = Invitation.objects.filter(conference=row.conference_id, site=row.site_id, email__iexact=row.email)
    return there.exclude(pk=row.pk).exclude(email="")


def opened_by(token: str) -> Invitation:
    """The invitation a reply link opens, whatever its state. Raises NotFound for a forged link, Gone for an old one."""
    rows = with_letter_facts(Invitation.objects.filter(sent_at__isnull=False))
    unknown = say(vi="Liên kết trả lời không đúng.", en="This is not a valid reply link.")
    found: Invitation = links.opens(token, rows, unknown=unknown)
    return found


def check_open(invitation: Invitation, conference: Conference) -> None:
    """Raises Gone or Conflict with the sentence an invitee is told when an answer can no longer be given."""
    if conference.state == ConferenceState.CANCELLED:
        raise Gone(say(vi="Hội nghị đã huỷ.", en="The conference has been cancelled."))
    if invitation.state == InvitationState.WITHDRAWN and invitation.substitute_id:
        raise Gone(say(vi="Đã cử người dự thay theo giấy mời này.", en="Somebody else comes in place of this invitee."))
    if invitation.state == InvitationState.WITHDRAWN:
        raise Gone(say(vi="Giấy mời này đã được rút lại.", en="This invitation has been withdrawn."))
    if conference.state in OVER:
        raise Conflict(
            say(
                vi="Hội nghị đã bế mạc; không nhận trả lời nữa.",
                en="The conference is over; answers are no longer taken.",
            )
        )
    if conference.state in {ConferenceState.POSTPONED, ConferenceState.DRAFT}:
        raise Conflict(
            say(
                vi="Hội nghị đang hoãn; Ông/Bà sẽ nhận được thư khi có thời gian mới.",
                en="The conference is postponed; you will receive a letter when there is a new date.",
            )
        )


#: On a guest list, those of the first kind stand before those of the second …
_FIRST = (Category.GUEST, Category.DELEGATE, Category.STAFF)


def in_protocol_order(invitations: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """First those an organiser gave a place by hand, in that order. Then guests, delegates, staff; among them by rank
    of office, by organisation, whoever has a name before whoever is invited as an office only, and by name, tên first."""
    kinds = Case(*(When(category=kind, then=place) for place, kind in enumerate(_FIRST)), output_field=IntegerField())
    return invitations.order_by(
        F("place").asc(nulls_last=True),
        kinds,
        "rank",
        F("organisation__sort_key").asc(nulls_last=True),
        F("person__sort_key").asc(nulls_last=True),
        "id",
    )


def offices(people: Collection[Person] | Collection[UUID], conference: Conference) -> dict[UUID, Position]:
    """Each person's first office by protocol on the day of the conference, in one statement."""
    day = conference.day or (conference.starts_at.date() if conference.starts_at else None)
    positions = Position.objects.filter(person__in=people)
    if day:
        positions = positions.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gte=day)
        )
    else:
        positions = positions.filter(valid_to__isnull=True)
    found: dict[UUID, Position] = {}
    for position in positions.order_by("rank", "id"):
        found.setdefault(position.person_id, position)
    return found
