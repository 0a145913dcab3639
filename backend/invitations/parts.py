"""Who has a part in a conference, invited or not: those who speak, chair, keep the minutes or count votes."""

from dataclasses import dataclass
from uuid import UUID

from backend.conferences.models import Conference, Duty, Release, Speaker
from backend.conferences.queries import released
from backend.conferences.states import DutyKind

#: Duties that make people come. Guests and consultants come when they are invited.
CALLING = (DutyKind.CHAIR, DutyKind.PANEL, DutyKind.SECRETARY, DutyKind.TELLER)
#: Duties that, held of the whole conference, let people read all of it.
LEADING = (DutyKind.CHAIR, DutyKind.SECRETARY)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """`people` are all who have a part; `sites` says of those with a duty of the whole conference, who come to all of
    it, to which site (None: to any); those in `leading` chair it or keep its minutes."""

    people: frozenset[UUID]
    sites: dict[UUID, UUID | None]
    leading: frozenset[UUID]


def parts_in(conference: Conference) -> Parts:
    """By the record as it is being written, and by the programme people were last told of: who was taken off since
    still counts on it."""
    people = set(
        Speaker.objects.filter(conference=conference, person__isnull=False).values_list("person_id", flat=True)
    )
    told = Release.objects.filter(conference=conference, number=conference.told_release).first()
    if told is not None:
        people.update(*(entry.people() for entry in released(told).entries))
    sites: dict[UUID, UUID | None] = {}
    leading: set[UUID] = set()
    duties = Duty.objects.filter(conference=conference, kind__in=CALLING).order_by("id")
    for kind, person, site, item in duties.values_list("kind", "person_id", "site_id", "agenda_item_id"):
        if person is None:
            continue
        people.add(person)
        if item is None:
            sites[person] = site if sites.get(person, site) == site else None
            if kind in LEADING:
                leading.add(person)
    return Parts(people=frozenset(people), sites=sites, leading=frozenset(leading))
