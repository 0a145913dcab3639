"""Organisations, people, houses and rooms of a planned year, as rows."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from backend.conferences import services as conferences
from backend.conferences.models import Room, Venue
from backend.people import services as people
from backend.people.models import Organisation as OrganisationRow
from backend.people.models import Person as PersonRow
from backend.simulation.progress import Tell
from backend.simulation.shapes import Organisation, Person, Plan


@dataclass(frozen=True)
class Ground:
    """The rows that stand for the plan's keys."""

    organisations: dict[str, OrganisationRow]
    people: dict[str, PersonRow]
    venues: dict[str, Venue]
    rooms: dict[str, Room]


def slug(plan: Plan, key: str) -> str:
    return f"{plan.name}-{key}"


def is_settled(plan: Plan) -> bool:
    """Whether the ground is there: it is written as a whole."""
    return OrganisationRow.objects.filter(slug=slug(plan, plan.organisations[0].key)).exists()


@transaction.atomic
def settle(plan: Plan, tell: Tell) -> None:
    """Writes all of it."""
    made: dict[str, UUID] = {}
    for done, organisation in enumerate(plan.organisations, start=1):
        made[organisation.key] = _add_organisation(plan, organisation, made)
        tell("organisations", done, len(plan.organisations))
    for done, person in enumerate(plan.people, start=1):
        _add_person(person, made)
        tell("people", done, len(plan.people))
    _build(plan, made, tell)


def _add_organisation(plan: Plan, organisation: Organisation, made: dict[str, UUID]) -> UUID:
    row = people.add_organisation(
        parent_id=made[organisation.parent] if organisation.parent else None,
        former_names=[{"name": each.name.text, "valid_to": each.valid_to} for each in organisation.former],
        slug=slug(plan, organisation.key),
        kind=organisation.kind,
        symbol=organisation.symbol,
        name=organisation.name.text,
        short_name=organisation.short_name.text,
        place=organisation.place.text,
    )
    return row.pk


def _add_person(person: Person, made: dict[str, UUID]) -> None:
    """Without an address: nobody who does not exist gets mail."""
    row = people.add_person(
        full_name=person.full_name,
        organisation_id=made[person.organisation],
        honorific=person.honorific,
        degree=person.degree,
        language=person.language,
    )
    for office in person.offices:
        people.add_position(
            person_id=row.pk,
            organisation_id=made[office.organisation],
            title=office.title.text,
            rank=office.rank,
            valid_from=office.valid_from,
            valid_to=office.valid_to,
        )


def _build(plan: Plan, made: dict[str, UUID], tell: Tell) -> None:
    owners = OrganisationRow.objects.in_bulk(list(made.values()))
    venues = {
        house.key: conferences.add_venue(
            fields={
                "name": house.name.text,
                "address": house.address.text,
                "hired": house.hired,
                "organisation": owners[made[house.organisation]],
                "portable": [{"kind": kind, "quantity": quantity} for kind, quantity in house.portable],
            }
        )
        for house in plan.houses
    }
    for done, room in enumerate(plan.rooms, start=1):
        conferences.add_room(
            fields={
                "venue": venues[room.house],
                "name": room.name.text,
                "capacity": room.capacity,
                "equipment": list(room.equipment),
                "setup_minutes": room.setup_minutes,
                "clearing_minutes": room.clearing_minutes,
            }
        )
        tell("rooms", done, len(plan.rooms))


def found(plan: Plan) -> Ground:
    """The rows of what is settled, found by what is unique within the year: organisations by their slug, and by their
    organisation, which has one house, people and rooms by name."""
    slugs = {row.slug: row for row in OrganisationRow.objects.filter(slug__startswith=f"{plan.name}-")}
    organisations = {each.key: slugs[slug(plan, each.key)] for each in plan.organisations}
    of_ours = {"organisation__in": [row.pk for row in organisations.values()]}
    named = {(row.organisation_id, row.full_name): row for row in PersonRow.objects.filter(**of_ours)}
    owned = {row.organisation_id: row for row in Venue.objects.filter(**of_ours)}
    venues = {house.key: owned[organisations[house.organisation].pk] for house in plan.houses}
    built = {
        (row.venue_id, row.name["vi"]): row
        for row in Room.objects.filter(venue__in=[row.pk for row in venues.values()]).select_related("venue")
    }
    return Ground(
        organisations=organisations,
        people={each.key: named[organisations[each.organisation].pk, each.full_name] for each in plan.people},
        venues=venues,
        rooms={room.key: built[venues[room.house].pk, room.name.vi] for room in plan.rooms},
    )
