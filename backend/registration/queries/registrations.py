"""Reading registrations: who may be seen, by code, by offer and by name."""

import datetime as dt
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from backend.conferences.models import Conference
from backend.conferences.queries import also_visible, led_or_not
from backend.conferences.queries.deadlines import by_start
from backend.conferences.states import EXPECTED, ConferenceState
from backend.core.clock import database_now
from backend.core.errors import Conflict, Gone, NotFound
from backend.core.text import say
from backend.invitations.models import Invitation
from backend.invitations.queries import LOOKS, MAY_COME, also_hears, conferences_of
from backend.invitations.states import InvitationState
from backend.people.identity import name_key
from backend.people.models import Account, Person
from backend.people.queries import knows_who_is_asked, visible_people
from backend.questions.queries import Comer, also_asked
from backend.registration import codes, offer_links
from backend.registration.models import Registration
from backend.registration.states import OVER, RegistrationState

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


@knows_who_is_asked
def registered_people(where: set[UUID]) -> tuple[Exists, Exists]:
    return led_or_not(Registration.objects.all(), where)


@also_hears
def coming(conference_id: UUID) -> dict[UUID, UUID | None]:
    """Who has or waits for a seat, with the site."""
    rows = Registration.objects.filter(conference_id=conference_id).exclude(state__in=OVER)
    return dict(rows.values_list("person_id", "site_id"))


def seated_uninvited(conference_id: UUID) -> QuerySet[Registration]:
    """Who has a seat and an address, and no letter of invitation in hand by which they may come."""
    invited = Invitation.objects.filter(
        conference_id=conference_id, person=OuterRef("person"), state__in=MAY_COME, sent_at__isnull=False
    ).exclude(email="")
    rows = Registration.objects.filter(conference_id=conference_id, state=RegistrationState.CONFIRMED)
    return rows.exclude(person__email="").exclude(Exists(invited))


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


def with_names(rows: QuerySet[Registration]) -> QuerySet[Registration]:
    """With the names the API shows beside the ids."""
    return rows.select_related("person", "organisation")


def visible_to(account: Account) -> QuerySet[Registration]:
    """Registrations of conferences the account works for, and its own person's."""
    rows = with_names(Registration.objects.select_related("conference"))
    if not account.is_authenticated:
        return rows.none()
    return rows.filter(Q(conference__in=conferences_of(account, *LOOKS)) | Q(person__account=account))


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
    if row.state == RegistrationState.EXPIRED:
        raise Gone(OFFER_ENDED)
    if row.conference.state not in EXPECTED:
        raise Conflict(
            say(
                vi="Hội nghị không nhận đăng ký (hiện: {state}).",
                en="The conference does not take registrations (now: {state}).",
                state=ConferenceState(row.conference.state).label,
            )
        )
    until = offer_end(row)
    if row.state == RegistrationState.OFFERED and until is not None and until <= database_now():
        raise Gone(OFFER_ENDED)


def offer_end(row: Registration) -> dt.datetime | None:
    """When the seat offered goes on to the next: also an offer that was made when the conference was later ends with its
    start."""
    return row.offer_until and by_start(row.offer_until, row.conference)


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


def named(conference: Conference, folded: str) -> list[Registration]:
    """Live registrations whose person's name holds every word of `folded`; at most 11, enough to say there are many."""
    rows = Registration.objects.filter(conference=conference).exclude(state__in=OVER)
    for word in folded.split()[:8]:
        rows = rows.filter(person__folded__contains=word)
    found = list(rows.select_related("person", "organisation").order_by("person__sort_key", "id")[:11])
    exact = [row for row in found if row.person.folded == folded]
    return exact if len(exact) == 1 else found


def namesakes(
    conference_id: UUID, full_name: str, organisation_id: UUID | None, elsewhere: QuerySet[Person]
) -> list[Person]:
    """People of that name, however written, who belong to the unit or are asked to this conference; and those `elsewhere`
    who are on record in no other unit. At most ten."""
    of_name = Person.objects.filter(folded=name_key(full_name))
    here = Q(registrations__conference_id=conference_id) | Q(invitations__conference_id=conference_id)
    other = Q(pk__in=elsewhere.filter(folded=name_key(full_name)).values("pk"))
    if organisation_id:
        here |= Q(organisation_id=organisation_id)
        other &= Q(organisation=None)
    found = of_name.filter(here | other).distinct().select_related("organisation").order_by("sort_key", "id")
    return list(found[:10])


def people_seen_by(account: Account) -> QuerySet[Person]:
    """Whom the account may look up, or has seen registered at a conference it works for."""
    seen = Registration.objects.filter(conference__in=conferences_of(account, *LOOKS)).values("person")
    looked_up = visible_people(account).select_related(None).values("pk")
    return Person.objects.filter(Q(pk__in=looked_up) | Q(pk__in=seen))


def seated_of_unit(conference_id: UUID, organisation_id: UUID) -> list[UUID]:
    """The registrations of everybody of one unit who has a seat."""
    rows = Registration.objects.filter(conference_id=conference_id, organisation_id=organisation_id)
    return list(rows.filter(state=RegistrationState.CONFIRMED).order_by("id").values_list("pk", flat=True))


def expected_at_door(conference_id: UUID) -> QuerySet[Registration]:
    """Who may come in: everybody with a seat."""
    rows = Registration.objects.filter(conference_id=conference_id, state=RegistrationState.CONFIRMED)
    return rows.select_related("person").order_by("id")
