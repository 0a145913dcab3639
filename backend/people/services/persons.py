"""People and the offices they hold."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from backend.core.errors import Invalid
from backend.core.queries import locked
from backend.core.text import say
from backend.outbox.services import emit
from backend.people.events import PersonChanged, PersonCreated, PositionChanged, PositionTaken
from backend.people.models import Person, Position


@transaction.atomic
def add_person(*, full_name: str, organisation_id: UUID | None = None, **fields: Any) -> Person:
    """Adds a person. Two people may bear one name; nothing is merged."""
    person = Person.objects.create(full_name=full_name, organisation_id=organisation_id, **fields)
    emit(PersonCreated(person_id=person.pk, organisation_id=organisation_id))
    return person


@transaction.atomic
def change_person(*, person_id: UUID, changes: Mapping[str, Any], expected: int | None = None) -> Person:
    """Corrects what the record says of a person. Mails and minutes already written keep what they said."""
    person = locked(Person, person_id, expected=expected)
    for name, value in changes.items():
        setattr(person, name, value)
    person.save()
    emit(PersonChanged(person_id=person_id, fields=sorted(changes)))
    return person


@transaction.atomic
def add_position(*, person_id: UUID, **fields: Any) -> Position:
    """Records an office a person holds or held; what is not known of its dates stays unknown."""
    position = Position(person_id=person_id, **fields)
    _check_dates(position)
    position.save()
    emit(PositionTaken(position_id=position.pk, person_id=person_id))
    return position


@transaction.atomic
def change_position(*, position_id: UUID, changes: Mapping[str, Any], expected: int | None = None) -> Position:
    position = locked(Position, position_id, expected=expected)
    for name, value in changes.items():
        setattr(position, name, value)
    _check_dates(position)
    position.save()
    emit(PositionChanged(position_id=position_id, person_id=position.person_id, fields=sorted(changes)))
    return position


def _check_dates(position: Position) -> None:
    if position.valid_from and position.valid_to and position.valid_to < position.valid_from:
        raise Invalid({"valid_to": say(vi="Ngày thôi giữ phải sau ngày nhận.", en="Must not be before valid_from.")})
