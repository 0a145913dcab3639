"""The phases a conference has for itself, beside those of the house."""

from collections.abc import Iterable
from typing import TypedDict
from uuid import UUID

from django.db import transaction
from django.db.models import F

from backend.conferences.models import AgendaItem, Conference, OwnPhase
from backend.conferences.services.inputs import OwnPhaseFields
from backend.conferences.services.parts import free_order, locked_part, write
from backend.conferences.services.scheduling import ensure_writable, save_changes
from backend.core.clock import now
from backend.core.errors import Conflict
from backend.core.queries import locked
from backend.core.text import Text, say


class NamedPhase(TypedDict):
    """A phase as it is named in a new programme, and what it counts as."""

    name: Text
    stands_for: str


@transaction.atomic
def add_own_phase(*, conference_id: UUID, fields: OwnPhaseFields) -> OwnPhase:
    """A further phase, last unless `order` says where. Raises Conflict when there are too many."""
    conference = locked(Conference, conference_id)
    ensure_writable(conference)
    order = free_order(OwnPhase, conference, fields.get("order"))
    phase = OwnPhase.objects.create(conference=conference, **{**fields, "order": order})
    save_changes(conference, fields=["own_phases"])
    return phase


@transaction.atomic
def edit_own_phase(*, own_phase_id: UUID, fields: OwnPhaseFields, expected: int | None = None) -> OwnPhase:
    """Its items follow: they are called as it is, and count as what it stands for."""
    conference, phase = locked_part(OwnPhase, own_phase_id, expected)
    if "order" in fields:
        free_order(OwnPhase, conference, fields["order"], besides=phase.pk)
    write(phase, fields)
    phase.save()
    items = AgendaItem.objects.filter(own_phase=phase).exclude(phase=phase.stands_for)
    items.update(phase=phase.stands_for, version=F("version") + 1, updated_at=now())
    save_changes(conference, fields=["own_phases"])
    return phase


@transaction.atomic
def remove_own_phase(*, own_phase_id: UUID, expected: int | None = None) -> None:
    """Takes a phase nothing is in off the conference. Raises Conflict while an item is in it."""
    conference, phase = locked_part(OwnPhase, own_phase_id, expected)
    if phase.items.exists():
        raise Conflict(
            say(
                vi="Còn nội dung thuộc phần này: hãy chuyển sang phần khác trước.",
                en="Agenda items are in this phase: put them in another one first.",
            )
        )
    phase.delete()
    save_changes(conference, fields=["own_phases"])


def phases_named(conference: Conference, wanted: Iterable[NamedPhase]) -> list[OwnPhase]:
    """The conference's own phases of these names, one for each of `wanted`; those it does not have are added. Of one
    name with two meanings there are two."""
    there = list(OwnPhase.objects.filter(conference=conference))
    by_name = {_key(phase.name, phase.stands_for): phase for phase in there}
    order = max((phase.order for phase in there), default=0)
    found, new = [], []
    for phase in wanted:
        key = _key(phase["name"], phase["stands_for"])
        if key not in by_name:
            order += 1
            by_name[key] = OwnPhase(conference=conference, order=order, **phase)
            new.append(by_name[key])
        found.append(by_name[key])
    OwnPhase.objects.bulk_create(new)
    return found


def _key(name: Text, stands_for: str) -> tuple[object, ...]:
    return (*sorted(name.items()), stands_for)
