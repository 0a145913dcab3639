"""What a conference consists of: who leads, chairs and writes, under which name and office; loaded with its parts."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery

from backend.conferences.models import (
    AgendaItem,
    AgendaRoom,
    Conference,
    Duty,
    Organiser,
    Release,
    Site,
    Speaker,
    Speech,
)
from backend.conferences.queries.confidential import Reader, hidden_items, without
from backend.conferences.queries.rooms import with_bookings
from backend.conferences.queries.visibility import of_the_whole, visible_to
from backend.conferences.queries.working import working_parts
from backend.conferences.states import DutyKind, OrganiserRole
from backend.core.text import Text
from backend.people.models import Account, Organisation, Position


def for_lists(conferences: QuerySet[Conference]) -> QuerySet[Conference]:
    """With organisers and places loaded, in a constant number of queries."""
    return conferences.prefetch_related(
        Prefetch("organisers", Organiser.objects.select_related("organisation")),
        "organisers__organisation__former_names",
        Prefetch("sites", with_bookings(Site.objects.all())),
    )


def for_details(conferences: QuerySet[Conference], account: Reader | None) -> QuerySet[Conference]:
    """With everything a conference's own page shows, in a constant number of queries.

    Other conferences, and what belongs to agenda items, are left out where they are hidden from the account; so is the
    working programme where another one was released. None leaves nothing out: for what the house itself works out,
    never for what it shows. `last_release` is the number of the latest released programme, None without one.
    """
    hidden = None
    items, rooms, duties = (
        AgendaItem.objects.select_related("own_phase"),
        AgendaRoom.objects.select_related("agenda_item", "site", "room"),
        Duty.objects.select_related("person", "organisation"),
    )
    if account is not None:
        items, rooms, duties = (
            working_parts(items, account),
            working_parts(rooms, account),
            working_parts(duties, account),
        )
        hidden = hidden_items(account)
        known = visible_to(account)
        conferences = conferences.prefetch_related(
            Prefetch("follows", known), Prefetch("followed_by", known.order_by("day", "id"))
        )
    numbers = Release.objects.filter(conference=OuterRef("pk")).order_by("-number").values("number")
    conferences = conferences.annotate(last_release=Subquery(numbers[:1]))
    return for_lists(conferences).prefetch_related(
        Prefetch("agenda", with_speakers(without(items, hidden))),
        Prefetch("agenda_rooms", without(rooms, hidden)),
        "agenda_rooms__bookings",
        "agenda_rooms__site__bookings",
        Prefetch("duties", without(duties, hidden)),
        "duties__organisation__former_names",
    )


def with_speakers(items: QuerySet[AgendaItem]) -> QuerySet[AgendaItem]:
    """With who is planned to speak to each, in three more queries."""
    return items.prefetch_related(
        Prefetch("speakers", Speaker.objects.select_related("conference", "person", "organisation")),
        "speakers__organisation__former_names",
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
    """The (first) secretary of the whole, None while unknown."""
    return next((duty for duty in duties(conference, DutyKind.SECRETARY) if duty.agenda_item_id is None), None)


def has_duty(account: Account, conference: Conference, *kinds: str) -> bool:
    """True when the account's person has a duty of one of these kinds in the conference as a whole."""
    return (
        account.person_id is not None
        and of_the_whole(*kinds).filter(conference=conference, person_id=account.person_id).exists()
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
