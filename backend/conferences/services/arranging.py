"""The whole programme in one step: another order, or everything from a point on earlier or later.

Both tell what they do to whom (`Effects`), also when they are refused, and with `preview` do it and undo it again.
"""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction

from backend.conferences import reading_order
from backend.conferences.models import AgendaItem, Conference
from backend.conferences.queries import clashes_of
from backend.conferences.queries.effects import Effects, bookings_of, effects
from backend.conferences.reading_order import DEEPEST, Stands
from backend.conferences.services import timing
from backend.conferences.services.agenda import only_sessions_hold, renumbered, standing, too_deep
from backend.conferences.services.rehearsal import rehearsal
from backend.conferences.services.scheduling import ensure_on_its_days, ensure_writable, rearrange, save_changes
from backend.conferences.states import ClashPolicy, ConferenceState, ItemKind, ItemState
from backend.core.clock import local, now
from backend.core.errors import Conflict, Invalid
from backend.core.queries import locked
from backend.core.text import localized, say

Change = Callable[[Conference, list[AgendaItem]], list[AgendaItem]]


class PlaceFields(TypedDict, total=False):
    """Where an item goes. What is left out stays as it is; `starts_at` pins, None lets the time follow from the order."""

    id: UUID
    parent: UUID | None
    parallel: bool
    minutes_planned: int | None
    starts_at: dt.datetime | None


class Refused(Conflict):
    """The arrangement cannot be; `effects` tells what it would have done."""

    def __init__(self, refusal: Conflict, effects: Effects) -> None:
        super().__init__(refusal.sentence, **refusal.extra)
        self.effects = effects


def arrange(
    *, conference_id: UUID, items: Sequence[PlaceFields], expected: int | None = None, preview: bool = False
) -> tuple[Conference, Effects]:
    """Gives the programme the order of `items`, which names every one of it exactly once, from top to bottom.

    Raises Invalid naming what is missing, named twice, another conference's, or does not stand below what holds it;
    Refused when a room is taken at the new time, when the conference refuses a clash, or when an item that has begun
    were to move.
    """
    return _rearranged(
        conference_id, lambda conference, rows: _in_new_order(conference, rows, items), expected, preview
    )


def shift(
    *,
    conference_id: UUID,
    minutes: int,
    after: UUID | None = None,
    since: dt.datetime | None = None,
    until: UUID | None = None,
    across_days: bool = False,
    expected: int | None = None,
    preview: bool = False,
) -> tuple[Conference, Effects]:
    """Moves everything after the item `after`, or everything that begins at `since` or later, by so many minutes.

    - Pinned items move, the others follow; the first that would not is pinned to its new time. What runs beside the
      item is not after it. With `until`, which moves too, all that comes after that one stays where it is.
    - What has begun in a running conference stays where it is, and nothing moves into the past of one. Items called off
      keep their planned time.
    - Only the day on which it begins moves, unless `across_days` says so, and no item into another day; none is pinned to
      a day that is not the conference's.

    Raises Invalid when nothing there has a time, and naming `minutes` when an item would leave the conference's days;
    Refused like `arrange`, or when an item would change the day.
    """

    def change(conference: Conference, rows: list[AgendaItem]) -> list[AgendaItem]:
        going = _going(conference, rows, after, since, until)
        if not across_days:
            going = _on_the_first_day(conference, rows, going)
        _shift(conference, rows, going, dt.timedelta(minutes=minutes))
        return rows

    return _rearranged(conference_id, change, expected, preview, across_days=across_days)


def _rearranged(
    conference_id: UUID, change: Change, expected: int | None, preview: bool, *, across_days: bool = True
) -> tuple[Conference, Effects]:
    with rehearsal(preview):
        conference = locked(Conference, conference_id, expected=expected)
        ensure_writable(conference, moving=conference.state == ConferenceState.CLOSED)
        rows = timing.agenda_of(conference)
        before, booked = timing.kept(rows), bookings_of(conference)
        known = clashes_of(conference.pk) if conference.clash_policy == ClashPolicy.REFUSE else []
        details = {row.pk: (row.parallel, row.minutes_planned) for row in rows}
        within = {row.pk: row.parent_id for row in rows}
        rows = change(conference, rows)
        table = timing.keep_times(conference, rows)
        also = {row.pk for row in rows if details[row.pk] != (row.parallel, row.minutes_planned)}
        if timing.store(rows, before, also=also):
            shuts = any(within[row.pk] != row.parent_id for row in rows)
            save_changes(conference, fields=["agenda"], shuts=shuts)
        found = effects(conference, rows, table, before=before, booked=booked)
        refusal = _refusal(conference, found, across_days)
        try:
            if refusal is not None:
                raise refusal
            with transaction.atomic():
                rearrange(conference, known=known)
        except Conflict as refused:
            found.refusal = refused.sentence
            if not preview:
                raise Refused(refused, found) from None
    return conference, found


def _refusal(conference: Conference, found: Effects, across_days: bool) -> Conflict | None:
    """Why the arrangement cannot be, before any room is asked for."""
    if conference.state == ConferenceState.RUNNING:
        moment = now()
        for move in found.moves:
            begun = move.before.start is not None and move.before.start <= moment
            if begun and (move.before.start != move.after.start or move.other_session):
                return Conflict(
                    _named(
                        move.item, vi="“{item_vi}” đã bắt đầu, không dời được.", en="“{item_en}” has begun and stays."
                    )
                )
            if not begun and move.after.start is not None and move.after.start < moment:
                return Conflict(
                    _named(
                        move.item, vi="“{item_vi}” sẽ bắt đầu trong quá khứ.", en="“{item_en}” would begin in the past."
                    )
                )
    if not across_days:
        for move in found.moves:
            if move.other_day:
                return Conflict(
                    _named(
                        move.item,
                        vi="“{item_vi}” sẽ sang ngày khác: hãy ghi across_days nếu đúng ý.",
                        en="“{item_en}” would fall on another day: say across_days if that is meant.",
                    )
                )
    return None


def _named(item: AgendaItem, *, vi: str, en: str) -> Any:
    return say(vi=vi, en=en, item_vi=localized(item.title, "vi"), item_en=localized(item.title, "en"))


def _no_item_here() -> Any:
    return say(vi="Không phải nội dung của hội nghị này.", en="Not an agenda item of this conference.")


# Another order


def _in_new_order(conference: Conference, rows: list[AgendaItem], items: Sequence[PlaceFields]) -> list[AgendaItem]:
    by_id: dict[Any, AgendaItem] = {row.pk: row for row in rows}
    _ensure_all_named(by_id, items)
    parents = {entry["id"]: entry.get("parent", by_id[entry["id"]].parent_id) for entry in items}
    _ensure_tree(by_id, [Stands(entry["id"], parents[entry["id"]]) for entry in items])
    for entry in items:
        row = by_id[entry["id"]]
        row.parent = by_id[parents[row.pk]] if parents[row.pk] is not None else None
        row.parallel = entry.get("parallel", row.parallel)
        row.minutes_planned = entry.get("minutes_planned", row.minutes_planned)
        if "starts_at" in entry:
            field = f"items.{items.index(entry)}.starts_at"
            if row.state != ItemState.PLANNED:
                raise Invalid({field: say(vi="Mục này đã hoãn hoặc huỷ.", en="It is called off.")})
            if entry["starts_at"] != row.starts_at:
                ensure_on_its_days(conference, field=field, on=entry["starts_at"])
            row.starts_at, row.pinned = entry["starts_at"], entry["starts_at"] is not None
            row.day, row.day_part = (None, "") if row.pinned else (row.day, row.day_part)
    return renumbered(rows, [entry["id"] for entry in items])


def _ensure_all_named(by_id: dict[UUID, AgendaItem], items: Sequence[PlaceFields]) -> None:
    wrong: dict[str, Any] = {}
    seen: set[UUID] = set()
    for index, entry in enumerate(items):
        if entry["id"] not in by_id:
            wrong[f"items.{index}.id"] = _no_item_here()
        elif entry["id"] in seen:
            wrong[f"items.{index}.id"] = say(vi="Được kể hai lần.", en="Named twice.")
        seen.add(entry["id"])
    if missing := [row for row in by_id.values() if row.pk not in seen]:
        names = "; ".join(f"{localized(row.title)} ({row.pk})" for row in missing[:10])
        wrong["items"] = say(
            vi="Còn thiếu {count} mục: {names}.", en="{count} missing: {names}.", count=len(missing), names=names
        )
    if wrong:
        raise Invalid(wrong)


def _ensure_tree(by_id: dict[UUID, AgendaItem], tree: Sequence[Stands]) -> None:
    places = {row.id: index for index, row in enumerate(tree)}
    wrong: dict[str, Any] = {}
    for index, row in enumerate(tree):
        if row.parent is None:
            continue
        holder = by_id.get(row.parent)  # type: ignore[call-overload]
        field = f"items.{index}.parent"
        if holder is None:
            wrong[field] = _no_item_here()
        elif holder.kind != ItemKind.SESSION:
            wrong[field] = only_sessions_hold()
        elif places[holder.pk] >= index:
            wrong[field] = say(
                vi="Phiên phải đứng trước nội dung của nó.",
                en="A session stands before what it holds, never in a circle.",
            )
        elif holder.state != ItemState.PLANNED and by_id[row.id].parent_id != holder.pk:  # type: ignore[index]
            wrong[field] = say(vi="Phiên này đã hoãn hoặc huỷ.", en="The session is postponed or cancelled.")
    if wrong:
        raise Invalid(wrong)
    if (stray := reading_order.astray(tree)) is not None:
        outside = say(
            vi="Nội dung của một phiên phải đứng liền nhau.", en="What a session holds stands together, right below it."
        )
        raise Invalid({f"items.{places[stray]}.id": outside})
    for item_id, depth in reading_order.depths(tree).items():
        if depth > DEEPEST:
            raise Invalid({f"items.{places[item_id]}.parent": too_deep()})


# Earlier or later


def _going(
    conference: Conference,
    rows: Sequence[AgendaItem],
    after: UUID | None,
    since: dt.datetime | None,
    until: UUID | None,
) -> set[UUID]:
    """The items that move: planned ones with a known time which have not begun."""
    place = {row.pk: index for index, row in enumerate(rows)}
    for name, item_id in (("after", after), ("until", until)):
        if item_id is not None and item_id not in place:
            raise Invalid({name: _no_item_here()})
    last = len(rows)
    if until is not None:
        last = max(place[each.id] for each in reading_order.block(standing(rows), until))  # type: ignore[index]
    beside = _up_to_and_beside(rows, after) if after is not None else set()
    moment = now() if conference.state == ConferenceState.RUNNING else None
    going = {
        row.pk
        for row in rows
        if row.pk not in beside
        and place[row.pk] <= last
        and row.state == ItemState.PLANNED
        and row.starts_at is not None
        and (since is None or row.starts_at >= since)
        and (moment is None or row.starts_at > moment)
    }
    if until is not None and until not in going:
        raise Invalid({"until": say(vi="Mục này không dời.", en="This item does not move.")})
    if not going:
        nothing = say(
            vi="Sau đó không còn nội dung nào có giờ để dời.", en="Nothing after that has a time to be moved."
        )
        raise Invalid({"after" if after is not None else "from": nothing})
    return going


def _on_the_first_day(conference: Conference, rows: Sequence[AgendaItem], going: set[UUID]) -> set[UUID]:
    """Those of the day on which the first of them begins, and what follows from it past midnight: not what is pinned to a
    later day, nor what comes after that. Who is late today does not begin late tomorrow."""
    days = {
        row.pk: local(row.starts_at, conference.time_zone).date()
        for row in rows
        if row.pk in going and row.starts_at is not None
    }
    first, tree = min(days.values()), standing(rows)
    pinned = {row.pk for row in rows if row.pinned}
    for place, row in enumerate(rows):
        if days.get(row.pk, first) > first and pinned & _ids(tree, row.pk):
            return going - {later.pk for later in rows[place:] if days.get(later.pk, first) > first}
    return going


def _up_to_and_beside(rows: Sequence[AgendaItem], item_id: UUID) -> set[UUID]:
    """What does not come after the item: all above it, what it holds, and what runs beside it or its sessions."""
    by_id = {row.pk: row for row in rows}
    place = {row.pk: index for index, row in enumerate(rows)}
    tree = standing(rows)
    found = {row.pk for row in rows[: place[item_id] + 1]} | _ids(tree, item_id)
    above: UUID | None = item_id
    while above is not None:
        for row in rows[place[above] + 1 :]:
            if row.parent_id != by_id[above].parent_id or row.reserve:
                continue
            if not row.parallel:
                break
            found |= _ids(tree, row.pk)
        above = by_id[above].parent_id
    return found


def _ids(tree: Sequence[Stands], item_id: UUID) -> set[Any]:
    return {each.id for each in reading_order.block(tree, item_id)}


def _shift(conference: Conference, rows: list[AgendaItem], going: Collection[UUID], by: dt.timedelta) -> None:
    """Moves the pinned ones, and pins whatever else would not stand where it is to stand."""
    wanted = {
        row.pk: row.starts_at + by if row.pk in going else row.starts_at
        for row in rows
        if row.state == ItemState.PLANNED and row.starts_at is not None
    }
    for row in rows:
        if row.pinned and row.pk in going:
            row.starts_at = wanted[row.pk]
    while True:
        timing.keep_times(conference, rows)
        astray = next((row for row in rows if row.pk in wanted and row.starts_at != wanted[row.pk]), None)
        if astray is None:
            break
        astray.starts_at, astray.pinned = wanted[astray.pk], True
    for row in rows:
        if row.pinned and row.pk in going and row.starts_at is not None:
            _ensure_on_its_days(conference, row.starts_at - by, row.starts_at)


def _ensure_on_its_days(conference: Conference, was: dt.datetime, starts_at: dt.datetime) -> None:
    """As with a start given to a single item; within its day an item moves freely, also beyond the conference's last."""
    if local(was, conference.time_zone).date() != local(starts_at, conference.time_zone).date():
        ensure_on_its_days(conference, field="minutes", on=starts_at)
