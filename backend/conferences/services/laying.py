"""A whole agenda at once: the one a new conference begins with, and the standing one of a series."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backend.conferences.models import AgendaItem, Conference, OwnPhase
from backend.conferences.services import timing
from backend.conferences.services.agenda import ensure_tree, only_sessions_hold, write_item
from backend.conferences.services.inputs import NestedAgendaFields
from backend.conferences.services.parts import LIMITS, at_most, order_taken, under
from backend.conferences.services.phases import NamedPhase, phases_named
from backend.conferences.services.speakers import fill_item
from backend.conferences.states import ItemKind
from backend.core.errors import Invalid

#: An entry with its path and the index of the one that holds it.
Flat = tuple[str, int | None, NestedAgendaFields]
#: What an item of a standing agenda says; all else of an item is the occurrence's own.
_STANDING = (
    "kind", "phase", "title", "minutes_planned", "parallel", "reserve", "confidentiality", "carried_over", "own_phase",
)  # fmt: skip


def fill_agenda(conference: Conference, agenda: Sequence[NestedAgendaFields]) -> dict[int, AgendaItem]:
    """Gives a new conference its agenda; returns the items by their order. Whatever comes without an order stands where
    it stands in the list. Raises Invalid naming the field by its path, as `agenda.0.children.1.title`."""
    items: dict[int, AgendaItem] = {}
    flat = list(flattened(agenda))
    if len(flat) > LIMITS[AgendaItem]:
        raise Invalid({"agenda": at_most(LIMITS[AgendaItem])})
    own_phases = _own_phases(conference, flat)
    made: list[AgendaItem] = []
    for (path, above, entry), own_phase in zip(flat, own_phases, strict=True):
        with under(path):
            item = AgendaItem(conference=conference, parent=made[above] if above is not None else None)
            item.order = entry.get("order", made[-1].order + 1 if made else 1)
            if item.order in items:
                raise Invalid({"order": order_taken()})
            item.own_phase = own_phase
            write_item(item, entry)
            if item.parent is not None and item.parent.kind != ItemKind.SESSION:
                raise Invalid({"children": only_sessions_hold()})
            items[item.order] = item
            made.append(item)
    rows = sorted(made, key=lambda row: row.order)
    with under("agenda"):
        ensure_tree(rows)
    timing.keep_times(conference, rows)
    AgendaItem.objects.bulk_create(rows)
    for item, (path, _, entry) in zip(made, flat, strict=True):
        if entry.get("speakers"):
            with under(path):
                fill_item(item, entry["speakers"])
    return items


def flattened(
    agenda: Sequence[NestedAgendaFields], path: str = "agenda", above: int | None = None, base: int = 0
) -> Iterator[tuple[str, int | None, NestedAgendaFields]]:
    """Each entry from top to bottom with its path and the index of the one that holds it. What holds others is a
    session, unless it says otherwise."""
    index = base
    for place, entry in enumerate(agenda):
        children = entry.get("children") or ()
        here, mine = f"{path}.{place}", index
        yield here, above, {"kind": ItemKind.SESSION, **entry} if children else entry
        index += 1
        for found in flattened(children, f"{here}.children", mine, index):
            index += 1
            yield found


def _own_phases(conference: Conference, flat: Sequence[Flat]) -> list[OwnPhase | None]:
    """For each entry the phase of the conference's own that it names."""
    named: list[NamedPhase] = [
        {"name": entry["phase_name"], "stands_for": entry["phase"]} for _, _, entry in flat if _names_phase(entry)
    ]
    found = iter(phases_named(conference, named))
    return [next(found) if _names_phase(entry) else None for _, _, entry in flat]


def _names_phase(entry: Mapping[str, Any]) -> bool:
    return bool(entry.get("phase_name") and entry.get("phase"))


def lay_agenda(conference: Conference, agenda: Sequence[NestedAgendaFields]) -> tuple[bool, list[AgendaItem]]:
    """Makes the agenda of an occurrence what the series says, in the items that are there, found by their order: duties
    and speeches may refer to them. Returns whether anything changed, and the items the series knows nothing of.

    Times are not worked out yet.
    """
    there = {item.order: item for item in timing.agenda_of(conference)}
    flat = list(flattened(agenda))
    laid: list[AgendaItem] = []
    changed = False
    for (_, above, entry), own_phase in zip(flat, _own_phases(conference, flat), strict=True):
        item = there.pop(entry["order"], None) or AgendaItem(conference=conference, order=entry["order"])
        wanted: dict[str, Any] = {name: entry[name] for name in _STANDING if name in entry}  # type: ignore[literal-required]
        wanted |= {"own_phase": own_phase, "parent": laid[above] if above is not None else None}
        if item._state.adding or any(getattr(item, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(item, name, value)
            item.save()
            changed = True
        laid.append(item)
    known = {item.pk for item in laid}
    for item in there.values():
        if item.parent_id in known:  # a standing session holds what the series says, and nothing else
            item.parent = None
            item.save()
    return changed, list(there.values())
