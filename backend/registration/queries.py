"""Reading registrations and the in/out log: who may be seen, who is in the room, and whether that is a quorum."""

import datetime as dt
import math
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from backend.conferences.models import Conference
from backend.conferences.queries import also_visible
from backend.conferences.queries import visible_to as visible_conferences
from backend.conferences.states import EXPECTED, ConferenceState
from backend.core.clock import database_now
from backend.core.errors import Conflict, Gone, NotFound
from backend.core.text import Text, say
from backend.invitations.models import Invitation
from backend.invitations.queries import LIVE, LOOKS, also_hears, conferences_of
from backend.invitations.states import Category, InvitationState
from backend.people.models import Account, Person
from backend.questions.queries import Comer, also_asked
from backend.registration import codes, offer_links
from backend.registration.models import Admission, Presence, Registration, Seats
from backend.registration.states import HOLDS, OVER, Direction, RegistrationState

#: Who counts towards a quorum: guests are welcome, and are not counted.
COUNTED = (Category.STAFF, Category.DELEGATE)

OFFER_ENDED = say(
    vi="Lời mời nhận chỗ đã hết hạn; chỗ đã dành cho người tiếp theo.",
    en="The offer has ended; the seat goes to the next in line.",
)


@also_visible
def registered(account: Account) -> Q:
    """Conferences at which the account's person has or waits for a seat."""
    if account.person_id is None:
        return Q(pk__in=[])
    mine = Registration.objects.filter(conference=OuterRef("pk"), person_id=account.person_id)
    live = mine.exclude(state__in=OVER)
    return Q(Exists(live))


@also_hears
def coming(conference_id: UUID) -> dict[UUID, UUID | None]:
    """Who has or waits for a seat, with the site."""
    rows = Registration.objects.filter(conference_id=conference_id).exclude(state__in=OVER)
    return dict(rows.values_list("person_id", "site_id"))


@also_asked
def registrants(conference_id: UUID, person_id: UUID | None) -> dict[UUID, Comer]:
    """Who has, waits for or asked for a seat, as what and to which site."""
    rows = Registration.objects.filter(conference_id=conference_id).exclude(state__in=OVER)
    if person_id is not None:
        rows = rows.filter(person_id=person_id)
    return {
        person: Comer(category=category, site=site, expected=True)
        for person, category, site in rows.values_list("person_id", "category", "site_id")
    }


def admission(conference_id: UUID) -> Admission:
    """How the conference takes people: as decided, else by invitation. Raises NotFound."""
    stored = Admission.objects.select_related("conference").filter(pk=conference_id).first()
    if stored is not None:
        return stored
    conference = Conference.objects.filter(pk=conference_id).first()
    if conference is None:
        raise NotFound()
    return Admission(conference=conference)


def visible_admissions(account: Account) -> QuerySet[Admission]:
    """What was decided for the conferences the account sees."""
    return Admission.objects.select_related("conference").filter(conference__in=visible_conferences(account))


def with_names(rows: QuerySet[Registration]) -> QuerySet[Registration]:
    """With the names the API shows beside the ids."""
    return rows.select_related("person", "organisation")


def visible_to(account: Account) -> QuerySet[Registration]:
    """Registrations of conferences the account works for, and its own person's."""
    rows = with_names(Registration.objects.select_related("conference"))
    if not account.is_authenticated:
        return rows.none()
    return rows.filter(Q(conference__in=conferences_of(account, *LOOKS)) | Q(person__account=account))


def visible_presences(account: Account) -> QuerySet[Presence]:
    """The log of conferences the account works for."""
    if not account.is_authenticated:
        return Presence.objects.none()
    rows = Presence.objects.select_related("conference", "registration__person")
    return rows.filter(conference__in=conferences_of(account, *LOOKS))


def visible_seats(account: Account) -> QuerySet[Seats]:
    """The seat counters of conferences the account works for."""
    if not account.is_authenticated:
        return Seats.objects.none()
    return with_limits(Seats.objects.filter(conference__in=conferences_of(account, *LOOKS)))


def with_limits(rows: QuerySet[Seats]) -> QuerySet[Seats]:
    """With the limits of sites and units the API shows beside the total."""
    return rows.select_related("conference").prefetch_related("conference__seat_limits")


def by_code(code: str) -> Registration:
    """The registration a check-in code stands for. Raises NotFound for a forged or replaced code."""
    signed = codes.read(code)
    found = (
        signed and Registration.objects.select_related("conference").filter(pk=signed[0], code_round=signed[1]).first()
    )
    if not found:
        raise NotFound(say(vi="Mã không đúng hoặc đã được thay.", en="The code is wrong or has been replaced."))
    return found


def offered_by(token: str) -> Registration:
    """The registration an offer's link is about, with what its page says, whatever its state. Raises NotFound for a
    forged link."""
    registration_id = offer_links.read(token)
    rows = Registration.objects.select_related("person", "invitation", "conference", "site__venue", "site__room")
    rows = rows.prefetch_related("conference__organisers__organisation", "conference__sites__venue")
    found = rows.filter(pk=registration_id, offer_until__isnull=False).first() if registration_id else None
    if found is None:
        raise NotFound(say(vi="Liên kết không đúng.", en="This is not a valid link."))
    return found


def check_offer(row: Registration) -> None:
    """Raises Gone or Conflict with the sentence people are told when an offered seat can no longer be had. By the
    database's clock."""
    late = row.state == RegistrationState.OFFERED and row.offer_until is not None and row.offer_until <= database_now()
    if late or row.state == RegistrationState.EXPIRED:
        raise Gone(OFFER_ENDED)
    if row.conference.state not in EXPECTED:
        raise Conflict(
            say(
                vi="Hội nghị không nhận đăng ký (hiện: {state}).",
                en="The conference does not take registrations (now: {state}).",
                state=ConferenceState(row.conference.state).label,
            )
        )


def last_events(conference_id: UUID, moment: dt.datetime) -> QuerySet[Presence]:
    """The last thing the log says of each registration up to `moment`."""
    return (
        Presence.objects.filter(conference_id=conference_id, at__lte=moment)
        .order_by("registration_id", "-at", "-id")
        .distinct("registration_id")
    )


def live_registration(conference_id: UUID, person_id: UUID) -> Registration | None:
    """The one that was not cancelled, if there is one."""
    rows = Registration.objects.filter(conference_id=conference_id, person_id=person_id)
    return rows.exclude(state__in=OVER).first()


def unseated_until(heard: Invitation) -> QuerySet[Invitation]:
    """Who accepted no later than `heard` did and has no place yet, in the order of the answers. Whoever was registered
    since, and cancelled, has had one."""
    since = Registration.objects.filter(conference_id=heard.conference_id, person_id=OuterRef("person_id")).filter(
        ~Q(state__in=OVER) | Q(created_at__gte=OuterRef("answered_at")) | Q(cancelled_at__gte=OuterRef("answered_at"))
    )
    accepted = Invitation.objects.filter(
        conference_id=heard.conference_id,
        state=InvitationState.ACCEPTED,
        person__isnull=False,
        answered_at__lte=heard.answered_at,
    )
    return accepted.filter(~Exists(since)).order_by("answered_at", "id")


def present_at(conference_id: UUID, moment: dt.datetime) -> QuerySet[Registration]:
    """Who was in the room at `moment`: whoever's last event before it was coming in."""
    last = last_events(conference_id, moment)
    inside = Presence.objects.filter(pk__in=last.values("pk"), direction=Direction.IN)
    return Registration.objects.select_related("person", "organisation").filter(pk__in=inside.values("registration_id"))


@dataclass(frozen=True, kw_only=True)
class Share:
    """One row of attendance: how many have a seat, and how many are present."""

    key: str | None
    name: Text
    registered: int
    present: int


@dataclass(frozen=True, kw_only=True)
class Attendance:
    """Attendance at one moment. `present` at a site is where people came in, not where they were expected."""

    conference: UUID
    at: dt.datetime
    registered: int
    present: int
    by_unit: list[Share]
    by_site: list[Share]
    by_category: list[Share]


def attendance(conference_id: UUID, moment: dt.datetime) -> Attendance:
    """Totals, and shares by unit, site and category, in a constant number of statements."""
    seated = Registration.objects.filter(conference_id=conference_id, state=RegistrationState.CONFIRMED)
    inside = Presence.objects.filter(pk__in=last_events(conference_id, moment).values("pk"), direction=Direction.IN)
    units = _shares(
        _counted(seated, key=F("organisation_id"), name=F("organisation__name")),
        _counted(inside, key=F("registration__organisation_id"), name=F("registration__organisation__name")),
    )
    sites = _shares(
        _counted(seated, key=F("site_id"), name=F("site__venue__name")),
        _counted(inside, key=F("site_id"), name=F("site__venue__name")),
    )
    categories = _shares(
        _counted(seated, key=F("category"), name=F("category")),
        _counted(inside, key=F("registration__category"), name=F("registration__category")),
    )
    return Attendance(
        conference=conference_id,
        at=moment,
        registered=sum(share.registered for share in categories),
        present=sum(share.present for share in categories),
        by_unit=units,
        by_site=sites,
        by_category=categories,
    )


Counted = dict[str | None, tuple[Text, int]]


def _counted(rows: QuerySet[Registration] | QuerySet[Presence], *, key: F, name: F) -> Counted:
    grouped = rows.order_by().values(key=key, label=name).annotate(n=Count("pk"))
    return {_key(row["key"]): (row["label"] if isinstance(row["label"], dict) else {}, row["n"]) for row in grouped}


def _key(value: UUID | str | None) -> str | None:
    return None if value is None else str(value)


def _shares(seated: Counted, inside: Counted) -> list[Share]:
    keys = sorted({*seated, *inside}, key=lambda key: (key is None, key or ""))
    nobody: tuple[Text, int] = ({}, 0)
    shares = []
    for key in keys:
        (name, registered), (said, present) = seated.get(key, nobody), inside.get(key, nobody)
        shares.append(Share(key=key, name=name or said, registered=registered, present=present))
    return shares


@dataclass(frozen=True, kw_only=True)
class Quorum:
    """`needed` is the least number of people that makes the share of `summoned`."""

    summoned: int
    present: int
    needed: int
    met: bool


def quorum(conference_id: UUID, share: Fraction, at: dt.datetime) -> Quorum:
    """Is at least `share` of those summoned in the room at `at`? Summoned are staff and delegates who were invited
    (whatever they answered) or have a seat; guests do not count on either side. Nobody summoned is no quorum."""
    invited = Invitation.objects.filter(
        conference_id=conference_id, state__in=LIVE, category__in=COUNTED, person__isnull=False
    )
    seated = Registration.objects.filter(
        conference_id=conference_id, category__in=COUNTED, state__in={*HOLDS, RegistrationState.WAITING}
    )
    summoned = Person.objects.filter(
        Q(pk__in=invited.values("person_id")) | Q(pk__in=seated.values("person_id"))
    ).count()
    present = present_at(conference_id, at).filter(category__in=COUNTED).count()
    needed = math.ceil(share * summoned)
    return Quorum(summoned=summoned, present=present, needed=needed, met=summoned > 0 and present >= needed)


def named(conference: Conference, folded: str) -> list[Registration]:
    """Live registrations whose person's name holds every word of `folded`; at most 11, enough to say there are many."""
    rows = Registration.objects.filter(conference=conference).exclude(state__in=OVER)
    for word in folded.split()[:8]:
        rows = rows.filter(person__folded__contains=word)
    found = list(rows.select_related("person", "organisation").order_by("person__sort_key", "id")[:11])
    exact = [row for row in found if row.person.folded == folded]
    return exact if len(exact) == 1 else found
