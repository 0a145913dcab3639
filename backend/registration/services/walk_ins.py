"""Somebody stands at the door who is not registered: known or not, they get a free seat and are in, or nothing at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from backend.core.errors import Conflict, Invalid
from backend.core.text import Text, localized, say
from backend.invitations.states import Category
from backend.people import services as people
from backend.people.identity import Likeness, likeness, on_record, told
from backend.people.models import Organisation, Person
from backend.registration import queries
from backend.registration.models import Presence, Registration, SeatLimit, Seats
from backend.registration.services.presence import check_in
from backend.registration.services.seats import register
from backend.registration.services.waiting import accept
from backend.registration.states import RegistrationState


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """As much as a badge needs; nothing more is asked of anybody at a door. They come for `organisation_id`, if for any;
    the record of `home_id` has them, without one that of no unit."""

    full_name: str
    organisation_id: UUID | None = None
    home_id: UUID | None = None
    honorific: str = ""
    office: Text | None = None


@dataclass(frozen=True, kw_only=True)
class WalkIn:
    """`added` is true when the person was not on record; `new` is false when they were in already."""

    registration: Registration
    presence: Presence
    added: bool
    new: bool


@transaction.atomic
def walk_in(
    *,
    conference_id: UUID,
    who: UUID | Stranger,
    category: str = Category.GUEST,
    site_id: UUID | None = None,
    anew: bool = False,
    elsewhere: QuerySet[Person] | None = None,
) -> WalkIn:
    """Seats a person on record, or a stranger, and checks them in, in one transaction.

    A stranger of whom `people.identity` says that they are somebody on record is taken for them, unless they are said to
    be somebody else (`anew`). Namesakes are looked for at this conference, in the unit and among those `elsewhere`. Who is registered already keeps their registration, and an offered seat is theirs.
    Raises NotFound, Invalid, and Conflict, with nothing left behind: where that is unclear (`candidates`), where
    there is no free seat or others wait for it (with the counts), and while the doors are shut.
    """
    person_id, added = (
        (who, False) if isinstance(who, UUID) else _person(conference_id, who, anew=anew, elsewhere=elsewhere)
    )
    before = queries.live_registration(conference_id, person_id)
    made = register(
        conference_id=conference_id,
        person_id=person_id,
        category=category,
        site_id=site_id,
        organisation_id=None if isinstance(who, UUID) else who.organisation_id,
    )
    if made.state == RegistrationState.OFFERED:
        made = accept(registration_id=made.id)
    if made.state != RegistrationState.CONFIRMED:
        raise _no_seat(made, counted=before is None or before.state != made.state)
    if before is None:
        Registration.objects.filter(pk=made.pk).update(walk_in=True)
    came = check_in(registration_id=made.id, site_id=site_id)
    return WalkIn(registration=made, presence=came.presence, added=added, new=came.new)


def _person(conference_id: UUID, who: Stranger, *, anew: bool, elsewhere: QuerySet[Person] | None) -> tuple[UUID, bool]:
    if who.organisation_id and not Organisation.objects.filter(pk=who.organisation_id).exists():
        raise Invalid({"organisation": say(vi="Không có đơn vị này.", en="There is no such organisation.")})
    others = Person.objects.none() if elsewhere is None else elsewhere
    alike = [] if anew else queries.namesakes(conference_id, who.full_name, who.organisation_id, others)
    described = told(full_name=who.full_name, unit=who.organisation_id)
    same = [person for person in alike if likeness(described, on_record(person)) == Likeness.SAME]
    if len(same) == 1:
        return same[0].pk, False
    if alike:
        raise Conflict(
            say(
                vi="Đã có người tên như vậy; hãy chọn một người, hoặc xác nhận là người khác.",
                en="There are people of such a name; choose one, or say that this is somebody else.",
            ),
            candidates=[
                {
                    "person": str(person.pk),
                    "name": person.full_name,
                    "organisation": localized(person.organisation.name) if person.organisation else "",
                }
                for person in alike
            ],
        )
    person = people.add_person(full_name=who.full_name, organisation_id=who.home_id, honorific=who.honorific)
    if who.office:
        people.add_position(person_id=person.pk, organisation_id=who.organisation_id, title=who.office)
    return person.pk, True


def _no_seat(made: Registration, *, counted: bool) -> Conflict:
    """`counted`: they are among those who wait only until this transaction is undone."""
    seats = Seats.objects.get(pk=made.conference_id)
    waiting = seats.waiting - counted
    limit = _full_limit(made)
    if limit is not None:
        sentence = say(
            vi="Hết chỗ cho địa điểm hoặc đơn vị này: {held}/{capacity} chỗ đã có người.",
            en="No seat is left for this site or unit: {held} of {capacity} are held.",
            held=limit.held,
            capacity=limit.capacity,
        )
        counts: Mapping[str, Any] = {"capacity": limit.capacity, "taken": limit.held, "waiting": waiting}
    else:
        sentence = say(
            vi="Không còn chỗ trống: {taken}/{capacity} chỗ đã có người, {waiting} người đang chờ.",
            en="No seat is free: {taken} of {capacity} are held, and {waiting} people wait.",
            taken=seats.taken + seats.offered,
            capacity="∞" if seats.capacity is None else seats.capacity,
            waiting=waiting,
        )
        counts = {"capacity": seats.capacity, "taken": seats.taken + seats.offered, "waiting": waiting}
    return Conflict(sentence, **counts)


def _full_limit(made: Registration) -> SeatLimit | None:
    limits = SeatLimit.objects.filter(conference_id=made.conference_id)
    theirs = {("site", made.site_id), ("unit", made.organisation_id)}
    for each in limits:
        of = ("site", each.site_id) if each.site_id else ("unit", each.organisation_id)
        if of in theirs and each.held >= each.capacity:
            return each
    return None
