"""What the parts of a conference have in common: places in an order, limits, locking, removing."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Max, Model, ProtectedError, Q

from backend.conferences.models import AgendaItem, Conference, Duty, OwnPhase, Site, Speech
from backend.conferences.services.booking import book_rooms
from backend.conferences.services.scheduling import ensure_writable, save_changes
from backend.conferences.states import ConferenceState
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.queries import locked
from backend.core.text import say

Part = TypeVar("Part", Site, AgendaItem, Duty, Speech, OwnPhase)

#: The most parts of one kind a conference may have.
LIMITS: dict[type[Model], int] = {Site: 20, AgendaItem: 500, Duty: 300, Speech: 500, OwnPhase: 30}
#: The field of conference.edited that tells of each kind of part. Speeches are no edit of the conference.
NAMES: dict[type[Model], str] = {Site: "sites", AgendaItem: "agenda", Duty: "duties", OwnPhase: "own_phases"}


@contextmanager
def under(path: str) -> Iterator[None]:
    """Within the block, Invalid names its fields below `path`: "person" becomes "duties.3.person"."""
    try:
        yield
    except Invalid as error:
        raise Invalid({f"{path}.{field}": reason for field, reason in error.fields.items()}) from None


@contextmanager
def as_sent(**names: str) -> Iterator[None]:
    """Within the block, Invalid names a field as it was sent: `as_sent(agenda_item="agenda_order")`."""
    try:
        yield
    except Invalid as error:
        raise Invalid({names.get(field, field): reason for field, reason in error.fields.items()}) from None


def orders(name: str, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """The order of each row: the given one, else one more than the row's before it. Raises Invalid on a repetition."""
    found: list[int] = []
    for index, row in enumerate(rows):
        order = row.get("order", found[-1] + 1 if found else 1)
        if order in found:
            raise Invalid({f"{name}.{index}.order": order_taken()})
        found.append(order)
    return found


def order_taken() -> Any:
    return say(vi="Số thứ tự này đã có.", en="This order is taken.")


def named(rows: Mapping[int, Any], order: int, field: str) -> Any:
    if order not in rows:
        raise Invalid({field: say(vi="Không có mục mang số thứ tự này.", en="Nothing has this order.")})
    return rows[order]


def locked_part(kind: type[Part], part_id: UUID, expected: int | None) -> tuple[Conference, Part]:
    """The conference, locked, then its part, locked. Raises NotFound, StaleWrite, or Conflict when nothing of the
    conference may be written any more."""
    found = kind._default_manager.filter(pk=part_id).values_list("conference_id", flat=True).first()
    if found is None:
        raise NotFound()
    conference = locked(Conference, found)
    ensure_writable(conference)
    part = locked(kind, part_id, expected=expected)
    part.conference = conference
    return conference, part


def remove(kind: type[Part], part_id: UUID, expected: int | None) -> Conference:
    """Takes the part off a draft; returns its conference. Raises Conflict for any other conference, or for what is in
    use elsewhere."""
    conference, part = locked_part(kind, part_id, expected)
    if conference.state != ConferenceState.DRAFT:
        raise Conflict(
            say(
                vi="Chỉ xoá được khi hội nghị còn là dự thảo.",
                en="This can be deleted only while the conference is a draft.",
            )
        )
    delete_unused(part)
    if kind in NAMES:
        save_changes(conference, fields=[NAMES[kind]])
        book_rooms(conference)
    return conference


def delete_unused(part: Model) -> None:
    try:
        part.delete()
    except ProtectedError:
        raise Conflict(say(vi="Mục này đang được dùng ở nơi khác.", en="This is in use elsewhere.")) from None


def write(row: Model, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        setattr(row, name, value)


def within_limit(kind: type[Part], conference: Conference) -> None:
    """Raises Conflict when there is no place for one more."""
    if kind._default_manager.filter(conference=conference).count() >= LIMITS[kind]:
        raise Conflict(at_most(LIMITS[kind]))


def at_most(most: int) -> Any:
    return say(vi="Nhiều nhất {most} mục.", en="At most {most} of these.", most=most)


def free_order(kind: type[Part], conference: Conference, wanted: int | None, *, besides: UUID | None = None) -> int:
    """`wanted` if no other part has it (else Invalid), or the next one. A new part must fit into the limit."""
    rows = kind._default_manager.filter(conference=conference)
    if besides is None:
        within_limit(kind, conference)
    if wanted is None:
        last: int = rows.aggregate(last=Max("order"))["last"] or 0
        return last + 1
    if rows.filter(~Q(pk=besides), order=wanted).exists():
        raise Invalid({"order": order_taken()})
    return wanted


def ensure_of(conference: Conference, **parts: Site | AgendaItem | OwnPhase | None) -> None:
    """Raises Invalid for a site, agenda item or phase of another conference."""
    for name, part in parts.items():
        if part is not None and part.conference_id != conference.pk:
            raise Invalid({name: say(vi="Không thuộc hội nghị này.", en="Does not belong to this conference.")})
