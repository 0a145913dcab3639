"""The SEQUENCE of a point in a room's feed before anything of its programme is released: PostgreSQL counts its changes."""

import datetime as dt
from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from backend.conferences import services as conferences
from backend.conferences.models import AgendaItem, AgendaRoom, Conference, Room
from backend.core.errors import DomainError
from backend.invitations.ical import item_uid
from tests.calendars.reading import entries, link
from tests.factories.conferences import AgendaItemFactory, ConferenceFactory, RoomFactory, SiteFactory, VenueFactory
from tests.factories.people import account_with

pytestmark = pytest.mark.django_db
QUARTER = dt.timedelta(minutes=15)


@pytest.fixture
def rooms() -> list[Room]:
    venue = VenueFactory()
    return [RoomFactory(venue=venue) for _ in range(3)]


@pytest.fixture
def item(rooms: list[Room]) -> AgendaItem:
    """A point of an announced conference, in a side room."""
    drafted = ConferenceFactory(exact=True)
    site = SiteFactory(conference=drafted, venue=rooms[0].venue, room=rooms[0])
    start = drafted.starts_at
    made = AgendaItemFactory(
        conference=drafted, pinned=True, starts_at=start, ends_at=start + QUARTER, minutes_planned=15
    )
    conferences.add_agenda_room(conference_id=drafted.pk, fields={"agenda_item": made, "site": site, "room": rooms[1]})
    conferences.announce(conference_id=drafted.pk)
    return AgendaItem.objects.get(pk=made.pk)


def shown(item: AgendaItem) -> list[int]:
    """The SEQUENCE of the item's entries in all rooms."""
    feeds = (entries(f"/calendars/rooms/{room.pk}.ics") for room in Room.objects.order_by("id"))
    uid = item_uid(item.pk)
    return [int(event["sequence"]) for feed in feeds for event in feed.values() if str(event["uid"]) == uid]


def edit(item: AgendaItem, **fields: Any) -> None:
    conferences.edit_agenda_item(agenda_item_id=item.pk, fields=fields)  # type: ignore[arg-type]


def test_each_change_of_the_entry_is_one_step_and_what_it_does_not_show_is_none(
    item: AgendaItem, rooms: list[Room]
) -> None:
    begun = shown(item)[0]
    start, taken = item.starts_at, AgendaRoom.objects.get()
    assert start
    conference = item.conference_id
    reason = {"vi": "Bão"}
    steps: list[tuple[Any, int]] = [
        (lambda: edit(item, title={"vi": "Tên khác"}, reserve=False), 0),
        (lambda: edit(item, starts_at=start + QUARTER, minutes_planned=20, title={"vi": "Phiên A"}), 1),
        (lambda: conferences.edit_agenda_room(agenda_room_id=taken.pk, fields={"room": rooms[2]}), 1),
        (lambda: conferences.edit_agenda_room(agenda_room_id=taken.pk, fields={"room": rooms[2]}), 0),
        (lambda: conferences.shift(conference_id=conference, minutes=15, since=start), 1),
        (lambda: conferences.postpone(conference_id=conference, reason=reason), 1),
        (lambda: conferences.announce(conference_id=conference), 1),
        (lambda: conferences.cancel_agenda_item(agenda_item_id=item.pk, reason=reason), 1),
        (lambda: conferences.postpone(conference_id=conference, reason=reason), 0),
        (lambda: conferences.announce(conference_id=conference), 0),
        (lambda: conferences.reopen_agenda_item(agenda_item_id=item.pk), 1),
        (lambda: conferences.edit(conference_id=conference, fields={"title": {"vi": "Tổng kết"}}), 0),
        (lambda: conferences.release(conference_id=conference), 0),
    ]
    expected = begun
    for number, (act, rise) in enumerate(steps):
        act()
        expected += rise
        assert shown(item) == [expected], number


def test_a_refused_change_is_none(item: AgendaItem) -> None:
    begun = shown(item)
    assert item.starts_at
    with pytest.raises(DomainError):
        edit(item, starts_at=item.starts_at + dt.timedelta(days=60))
    assert shown(item) == begun


def test_a_row_read_before_and_saved_after_does_not_take_the_count_back(item: AgendaItem) -> None:
    """One that was read before the room changed, and writes only words."""
    stale = AgendaItem.objects.get(pk=item.pk)
    AgendaRoom.objects.get().delete()
    stale.title = {"vi": "Tên khác"}
    stale.save()
    assert AgendaItem.objects.get(pk=item.pk).sequence == item.sequence + 1
    AgendaItem.objects.filter(pk=item.pk).update(sequence=0)
    assert AgendaItem.objects.get(pk=item.pk).sequence == item.sequence + 1


def test_what_was_shown_with_its_conferences_sequence_goes_on_from_there(item: AgendaItem) -> None:
    """Before items had one of their own."""
    Conference.objects.filter(pk=item.conference_id).update(sequence=7)
    with connection.cursor() as cursor:
        cursor.execute(import_module("backend.conferences.migrations.0014_item_sequence").AS_SHOWN)
    assert shown(item) == [7]
    assert item.starts_at
    edit(item, starts_at=item.starts_at + QUARTER)
    assert shown(item) == [8]


def test_what_is_worked_on_after_a_release_its_organisers_read_in_the_rooms_feed(
    item: AgendaItem, rooms: list[Room]
) -> None:
    """Under a count that what was released of it, a second room, is not ahead of."""
    lead = item.conference.organisers.get().organisation
    [room] = Room.objects.filter(agendaroom__agenda_item=item)
    mine = link(account_with("organiser", organisation=lead), "room", room)
    conferences.release(conference_id=item.conference_id)
    site = AgendaRoom.objects.get().site
    second = {"agenda_item": item, "site": site, "room": rooms[2]}
    conferences.add_agenda_room(conference_id=item.conference_id, fields=second)
    conferences.release(conference_id=item.conference_id)

    def read(path: str) -> tuple[str, int, Any]:
        [event] = entries(path).values()
        return str(event["summary"]), int(event["sequence"]), event["dtstart"].dt

    title, sequence, start = read(mine)
    assert (title, sequence, start) == read(f"/calendars/rooms/{room.pk}.ics")
    for number in (1, 2):
        edit(item, starts_at=start + number * QUARTER)
        assert read(mine) == (title, sequence + number, start + number * QUARTER)
        told = entries(f"/calendars/rooms/{room.pk}.ics")
        assert set(told) == {title, "Bận"}
        assert (told[title]["sequence"], told[title]["dtstart"].dt) == (sequence, start), "until the next release"
    conferences.release(conference_id=item.conference_id)
    assert read(mine)[1] == sequence + 2
    assert read(f"/calendars/rooms/{room.pk}.ics") == (title, sequence + 1, start + 2 * QUARTER)
