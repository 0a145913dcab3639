"""Reading conferences: who sees which, who leads, chairs and writes, and how time and place are said."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TypeVar
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, Model, OuterRef, Prefetch, Q, QuerySet

from backend.conferences.models import Conference, Duty, Organiser, RoomBooking, Site, Speech
from backend.conferences.states import ConferenceState, Confidentiality, DayPart, DutyKind, OrganiserRole
from backend.core.clock import local
from backend.core.text import Text, localized
from backend.people.models import Account, Organisation, Position, Role
from backend.people.queries import organisations_with

#: Roles that read everything of the organisations they are held in, drafts included.
READERS = (Role.ORGANISER, Role.SECRETARY, Role.EDITOR, Role.APPROVER, Role.AUDITOR)
#: Roles that may write a conference of the organisation they are held in.
WRITERS = (Role.ORGANISER, Role.SECRETARY)

Visibility = Callable[[Account], Q]
#: What floors above add to `visible_to`: each entry gives the announced conferences an account may see for a reason
#: of that floor (an invitation, a registration). Fill it with `also_visible`.
VISIBILITY: list[Visibility] = []

Row = TypeVar("Row", bound=Model)


def also_visible(reason: Visibility) -> Visibility:
    """Decorator for the queries of a floor above: `reason(account)` widens `visible_to` by the conferences its Q finds.

    The Q must not join (write Exists(…) or id__in=…), or lists would show a conference twice. It can open internal
    and restricted conferences, never drafts. Registering happens once, when the app's `ready` imports the module.
    """
    if reason not in VISIBILITY:
        VISIBILITY.append(reason)
    return reason


def _held_by(organisation_ids: set[UUID] | None, *roles: str) -> Q:
    """Conferences one of the organisations (None: any) holds in one of `roles` (none given: in any)."""
    organisers = Organiser.objects.filter(conference=OuterRef("pk"))
    if organisation_ids is not None:
        organisers = organisers.filter(organisation_id__in=organisation_ids)
    if roles:
        organisers = organisers.filter(role__in=roles)
    return Q(Exists(organisers))


def visible_to(account: Account | AnonymousUser) -> QuerySet[Conference]:
    """The conferences an account may know of; whatever else exists is answered 404.

    - everything, where it holds a reading role everywhere;
    - drafts, and conferences cancelled before they were announced: only readers of the lead organisation;
    - public ones: every signed-in account;
    - internal and restricted ones: readers of an organiser, people with a duty in it, and who VISIBILITY adds.
    """
    conferences = Conference.objects.all()
    if isinstance(account, AnonymousUser):
        return conferences.none()
    where = organisations_with(account, *READERS)
    if where is None:
        return conferences
    concerned = Q(confidentiality=Confidentiality.PUBLIC) | _held_by(where)
    if account.person_id is not None:
        concerned |= Q(Exists(Duty.objects.filter(conference=OuterRef("pk"), person_id=account.person_id)))
    for reason in VISIBILITY:
        concerned |= reason(account)
    known = ~Q(state=ConferenceState.DRAFT) & ~Q(state=ConferenceState.CANCELLED, announced_at=None)
    return conferences.filter(_held_by(where, OrganiserRole.LEAD) | (known & concerned))


def parts_visible_to(rows: QuerySet[Row], account: Account | AnonymousUser) -> QuerySet[Row]:
    """Of rows that belong to a conference (sites, agenda items, …) those whose conference the account may see."""
    return rows.filter(conference__in=visible_to(account))


def held_by(organisation_id: UUID) -> Q:
    """Conferences the organisation leads or co-organises."""
    return _held_by({organisation_id})


def for_lists(conferences: QuerySet[Conference]) -> QuerySet[Conference]:
    """With organisers and places loaded, in a constant number of queries."""
    return conferences.prefetch_related(
        Prefetch("organisers", Organiser.objects.select_related("organisation")),
        "organisers__organisation__former_names",
        Prefetch("sites", Site.objects.select_related("venue", "room")),
    )


def for_details(conferences: QuerySet[Conference]) -> QuerySet[Conference]:
    """With everything a conference's own page shows, in a constant number of queries."""
    return for_lists(conferences).prefetch_related(
        "agenda",
        Prefetch("duties", Duty.objects.select_related("person", "organisation")),
        "duties__organisation__former_names",
    )


def speeches_of(conference_id: UUID) -> QuerySet[Speech]:
    """The conference's speeches in order, with speakers and agenda items."""
    return (
        Speech.objects.filter(conference_id=conference_id)
        .select_related("person", "organisation", "agenda_item")
        .order_by("order")
    )


def lead_organisation(conference: Conference) -> Organisation | None:
    """The organisation that answers for the conference; reads prefetched organisers when there are any."""
    return next((o.organisation for o in _organisers(conference) if o.role == OrganiserRole.LEAD), None)


def lead_organisation_id(conference: Conference) -> UUID | None:
    if _knows_organisers(conference):
        return next((o.organisation_id for o in conference.organisers.all() if o.role == OrganiserRole.LEAD), None)
    return conference.organisers.filter(role=OrganiserRole.LEAD).values_list("organisation_id", flat=True).first()


def co_organisations(conference: Conference) -> list[Organisation]:
    """Those who hold it together with the lead, in their order."""
    return [o.organisation for o in _organisers(conference) if o.role == OrganiserRole.CO]


def _organisers(conference: Conference) -> Iterable[Organiser]:
    if _knows_organisers(conference):
        return conference.organisers.all()
    return conference.organisers.select_related("organisation")


def _knows_organisers(conference: Conference) -> bool:
    return "organisers" in getattr(conference, "_prefetched_objects_cache", {})


def duties(conference: Conference, kind: str) -> list[Duty]:
    """The duties of one kind, in order, with person and organisation."""
    return list(conference.duties.filter(kind=kind).select_related("person", "organisation").order_by("order", "id"))


def chairs(conference: Conference) -> list[Duty]:
    """Who chairs: one, co-chairs, or nobody known."""
    return duties(conference, DutyKind.CHAIR)


def secretary(conference: Conference) -> Duty | None:
    """The (first) secretary, None while unknown."""
    return next(iter(duties(conference, DutyKind.SECRETARY)), None)


def has_duty(account: Account, conference: Conference, *kinds: str) -> bool:
    """True when the account's person has a duty of one of these kinds in the conference."""
    return (
        account.person_id is not None
        and Duty.objects.filter(conference=conference, person_id=account.person_id, kind__in=kinds).exists()
    )


def name_then(organisation: Organisation, day: dt.date | None) -> Text:
    """The name the organisation bore on `day`: a former one if its validity covers the day, else today's.

    Reads prefetched `former_names`. A former name with neither end known covers no day: nothing says it did.
    """
    if day is not None:
        for former in organisation.former_names.all():
            known = former.valid_from is not None or former.valid_to is not None
            if known and (former.valid_from or day) <= day <= (former.valid_to or day):
                name: Text = former.name
                return name
    today: Text = organisation.name
    return today


def office_then(person_id: UUID, day: dt.date | None, organisation_id: UUID | None = None) -> Position | None:
    """The highest office (by protocol rank) the person held on `day`, in `organisation_id` if given.

    None when the day is unknown: which office was held then would be a guess.
    """
    if day is None:
        return None
    held = Position.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day), person_id=person_id
    )
    if organisation_id is not None:
        held = held.filter(organisation_id=organisation_id)
    return held.order_by("rank", "id").first()


def overlapping_booking(
    room_id: UUID, starts_at: dt.datetime, ends_at: dt.datetime, *, besides: UUID
) -> RoomBooking | None:
    """The first booking of the room in that time by another conference than `besides`."""
    return (
        RoomBooking.objects.filter(room_id=room_id, during__overlap=(starts_at, ends_at))
        .exclude(site__conference_id=besides)
        .order_by("during")
        .first()
    )


_WHEN: dict[str, dict[str, str]] = {
    "vi": {
        DayPart.MORNING: "Sáng {day}",
        DayPart.AFTERNOON: "Chiều {day}",
        DayPart.EVENING: "Tối {day}",
        DayPart.WHOLE: "Ngày {day}",
        "exact": "{hour} giờ {minute:02} ngày {day}",
    },
    "en": {
        DayPart.MORNING: "Morning of {day}",
        DayPart.AFTERNOON: "Afternoon of {day}",
        DayPart.EVENING: "Evening of {day}",
        DayPart.WHOLE: "{day}",
        "exact": "{hour:02}:{minute:02}, {day}",
    },
}
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def day_said(day: dt.date, language: str = "vi") -> str:
    """14/01/2021, in English 14 January 2021."""
    if language == "en":
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"{day.day:02}/{day.month:02}/{day.year}"


def when_said(conference: Conference, language: str = "vi") -> str:
    """The time as people say it: "Chiều 14/01/2021", "13 giờ 30 ngày 14/01/2021" when it is exact, "" when unknown."""
    phrases = _WHEN.get(language, _WHEN["vi"])
    if conference.starts_at is not None:
        start = local(conference.starts_at, conference.time_zone)
        return phrases["exact"].format(hour=start.hour, minute=start.minute, day=day_said(start.date(), language))
    if conference.day is not None:
        return phrases[conference.day_part].format(day=day_said(conference.day, language))
    return ""


def site_said(site: Site, language: str = "vi") -> str:
    """Room, house and address of one site, as far as they are known."""
    parts = [
        localized(site.room.name, language) if site.room else "",
        localized(site.venue.name, language),
        localized(site.venue.address, language),
    ]
    return ", ".join(part for part in parts if part)


def where_said(conference: Conference, language: str = "vi") -> str:
    """Every place of the conference, in order; "" when none is known."""
    if "sites" in getattr(conference, "_prefetched_objects_cache", {}):
        sites: Iterable[Site] = conference.sites.all()
    else:
        sites = conference.sites.select_related("venue", "room")
    return "; ".join(site_said(site, language) for site in sites)
