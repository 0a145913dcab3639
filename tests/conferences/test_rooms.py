"""A room is taken once: booking, moving, freeing, and many at once."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from rest_framework.test import APIClient

from backend.conferences import services
from backend.conferences.models import AgendaRoom, Conference, Room, RoomBooking
from backend.conferences.services import rooms
from backend.outbox.models import Event
from backend.people.models import Organisation
from tests.factories.conferences import ConferenceFactory, RoomFactory, SiteFactory
from tests.threads import in_threads, rush

URL = "/api/v1/conferences"
START = dt.datetime(2021, 1, 14, 6, 30, tzinfo=dt.UTC)
END = dt.datetime(2021, 1, 14, 10, 0, tzinfo=dt.UTC)
PARTIES = 20


def times(first: int, last: int) -> dict[str, str]:
    return {"starts_at": f"2021-01-14T{first:02}:00:00+07:00", "ends_at": f"2021-01-14T{last:02}:00:00+07:00"}


def draft(client: APIClient, host: Organisation, room: Room, **fields: Any) -> Any:
    site = {"venue": str(room.venue_id), "room": str(room.pk)}
    return client.post(
        URL, {"kind": "review", "title": {"vi": "Tổng kết"}, "lead": str(host.pk), "sites": [site], **fields}
    )


@pytest.mark.django_db
def test_a_taken_room_is_refused_with_its_name_and_times(organiser: APIClient, host: Organisation) -> None:
    room = RoomFactory(name={"vi": "Hội trường A", "en": "Hall A"})
    assert draft(organiser, host, room, **times(13, 17)).status_code == 201
    refused = draft(organiser, host, room, **times(16, 18), title={"vi": "Hội thảo"})
    problem = refused.json()
    assert refused.status_code == 409
    assert problem["room"] == str(room.pk)
    assert problem["detail"] == "Hội trường A đã có lịch từ 13:00 14/01/2021 đến 17:00 14/01/2021."
    assert "Tổng kết" not in refused.content.decode()
    assert Conference.objects.count() == 1


@pytest.mark.django_db
def test_one_after_the_other_is_no_conflict(organiser: APIClient, host: Organisation) -> None:
    room = RoomFactory()
    assert draft(organiser, host, room, **times(8, 11)).status_code == 201
    assert draft(organiser, host, room, **times(11, 12)).status_code == 201
    assert draft(organiser, host, room, day="2021-01-14").status_code == 201  # no exact times: nothing is booked
    assert RoomBooking.objects.count() == 2


@pytest.mark.django_db
def test_a_room_twice_in_one_conference_is_refused(organiser: APIClient, host: Organisation) -> None:
    room = RoomFactory()
    site = {"venue": str(room.venue_id), "room": str(room.pk)}
    assert draft(organiser, host, room, **times(8, 11), sites=[site, site]).status_code == 409


@pytest.mark.django_db
def test_a_booking_moves_with_its_conference(organiser: APIClient, host: Organisation) -> None:
    room = RoomFactory()
    moving = draft(organiser, host, room, **times(8, 11)).json()
    draft(organiser, host, room, **times(13, 17))
    path = f"{URL}/{moving['id']}"
    assert organiser.patch(path, times(16, 18), headers={"If-Match": "*"}).status_code == 409
    assert organiser.get(path).json()["starts_at"] == moving["starts_at"]
    assert organiser.patch(path, times(9, 12), headers={"If-Match": "*"}).status_code == 200
    assert {b.during.lower.hour for b in RoomBooking.objects.all()} == {2, 6}
    unknown = {"starts_at": None, "ends_at": None}
    assert organiser.patch(path, unknown, headers={"If-Match": "*"}).json()["day"] == "2021-01-14"
    assert RoomBooking.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("off", "on"), [("postpone", "announce"), ("cancel", "reopen")])
def test_calling_off_frees_the_room_and_coming_back_takes_it(
    organiser: APIClient, host: Organisation, off: str, on: str
) -> None:
    room = RoomFactory()
    first = draft(organiser, host, room, **times(8, 11)).json()["id"]
    organiser.post(f"{URL}/{first}/announce", {})
    assert organiser.post(f"{URL}/{first}/{off}", {"reason": {"vi": "Bão"}}).status_code == 200
    assert not RoomBooking.objects.exists()
    second = draft(organiser, host, room, **times(9, 10)).json()["id"]
    assert organiser.post(f"{URL}/{first}/{on}", {}).status_code == 409
    assert organiser.get(f"{URL}/{first}").json()["moves"] == [
        *(["announce", "cancel"] if off == "postpone" else ["reopen"])
    ]
    organiser.post(f"{URL}/{second}/cancel", {"reason": {"vi": "Nhường phòng"}})
    assert organiser.post(f"{URL}/{first}/{on}", {}).status_code == 200
    assert RoomBooking.objects.get().site.conference_id == Conference.objects.get(pk=first).pk


@pytest.mark.django_db
def test_a_site_that_changes_rooms_leaves_the_old_one(organiser: APIClient, host: Organisation) -> None:
    old = RoomFactory()
    new = RoomFactory(venue=old.venue)
    site = draft(organiser, host, old, **times(8, 11)).json()["sites"][0]["id"]
    assert organiser.patch(f"/api/v1/sites/{site}", {"room": str(new.pk)}, headers={"If-Match": "*"}).status_code == 200
    assert RoomBooking.objects.get().room == new
    assert organiser.delete(f"/api/v1/sites/{site}", headers={"If-Match": "*"}).status_code == 204
    assert not RoomBooking.objects.exists()


# Setting up and clearing


def buffered(setup: int, clearing: int, **fields: Any) -> Room:
    made: Room = RoomFactory(setup_minutes=setup, clearing_minutes=clearing, **fields)
    return made


@pytest.mark.django_db
def test_a_room_is_held_longer_than_it_is_taken(organiser: APIClient, host: Organisation) -> None:
    site = draft(organiser, host, buffered(30, 15), **times(8, 11)).json()["sites"][0]
    assert site["booking"] == {
        "taken": {"from": "2021-01-14T08:00:00+07:00", "until": "2021-01-14T11:00:00+07:00"},
        "held": {"from": "2021-01-14T07:30:00+07:00", "until": "2021-01-14T11:15:00+07:00"},
    }


@pytest.mark.django_db
def test_buffers_may_touch_but_not_overlap(organiser: APIClient, host: Organisation) -> None:
    room = buffered(30, 30)
    assert draft(organiser, host, room, **times(8, 10)).status_code == 201
    close = {"starts_at": "2021-01-14T10:59:00+07:00", "ends_at": "2021-01-14T12:00:00+07:00"}
    refused = draft(organiser, host, room, **close)
    assert refused.status_code == 409
    assert refused.json()["detail"].endswith("từ 07:30 14/01/2021 đến 10:30 14/01/2021.")
    assert draft(organiser, host, room, **times(11, 12)).status_code == 201


@pytest.mark.django_db
def test_a_site_may_need_more_or_less_time_than_its_room(organiser: APIClient, host: Organisation) -> None:
    room = buffered(60, 60)
    own = {"venue": str(room.venue_id), "room": str(room.pk), "setup_minutes": 0}
    made = draft(organiser, host, room, **times(8, 10), sites=[own]).json()["sites"][0]
    assert made["booking"]["held"]["from"] == "2021-01-14T08:00:00+07:00"
    assert made["booking"]["held"]["until"] == "2021-01-14T11:00:00+07:00"
    path = f"/api/v1/sites/{made['id']}"
    cleared = organiser.patch(path, {"clearing_minutes": 5}, headers={"If-Match": "*"}).json()
    assert cleared["booking"]["held"]["until"] == "2021-01-14T10:05:00+07:00"


@pytest.mark.django_db
def test_the_night_the_clocks_change_takes_as_long_as_it_lasts(organiser: APIClient, host: Organisation) -> None:
    """Berlin, 25 October 2026: from 02:00 to 03:00 there are two hours. The room is taken for both, and no longer."""
    room, zone = buffered(15, 15), {"time_zone": "Europe/Berlin"}
    night = {"starts_at": "2026-10-25T02:00:00+02:00", "ends_at": "2026-10-25T03:00:00+01:00", **zone}
    assert draft(organiser, host, room, **night).status_code == 201
    held = RoomBooking.objects.get().during
    assert held.upper - held.lower == dt.timedelta(hours=2, minutes=30)
    twin = {"starts_at": "2026-10-25T02:30:00+01:00", "ends_at": "2026-10-25T02:45:00+01:00", **zone}
    assert draft(organiser, host, room, **twin).status_code == 409
    after = {"starts_at": "2026-10-25T03:30:00+01:00", "ends_at": "2026-10-25T04:00:00+01:00", **zone}
    assert draft(organiser, host, room, **after).status_code == 201


@pytest.mark.django_db
def test_a_booking_that_stays_keeps_its_row(organiser: APIClient, host: Organisation) -> None:
    room = RoomFactory()
    made = draft(organiser, host, room, **times(8, 11)).json()
    before = RoomBooking.objects.get()
    organiser.patch(f"{URL}/{made['id']}", {"title": {"vi": "Khác"}}, headers={"If-Match": "*"})
    organiser.patch(f"/api/v1/sites/{made['sites'][0]['id']}", {"capacity": 90}, headers={"If-Match": "*"})
    assert (RoomBooking.objects.get().pk, RoomBooking.objects.get().version) == (before.pk, before.version)
    organiser.patch(f"{URL}/{made['id']}", times(9, 11), headers={"If-Match": "*"})
    assert (RoomBooking.objects.get().pk, RoomBooking.objects.get().version) == (before.pk, before.version + 1)


@pytest.mark.django_db
def test_the_database_refuses_to_hold_a_room_shorter_than_it_is_taken(organiser: APIClient, host: Organisation) -> None:
    draft(organiser, host, RoomFactory(), **times(8, 11))
    with pytest.raises(IntegrityError, match="a_room_is_held_while_it_is_taken"), transaction.atomic():
        RoomBooking.objects.update(during=(START, END))


# Rooms of agenda items


@pytest.fixture
def hall() -> Room:
    return buffered(30, 30, name={"vi": "Hội trường A", "en": "Hall A"})


@pytest.fixture
def parallel(organiser: APIClient, host: Organisation, hall: Room) -> dict[str, Any]:
    """A conference from 8 to 17 in the hall, with two items at 14:00 and one without a time."""
    agenda = [
        {"phase": "discussion", "title": {"vi": title}, "starts_at": at, "minutes_planned": at and 60}
        for title, at in (
            ("Tổ 1", "2021-01-14T14:00:00+07:00"),
            ("Tổ 2", "2021-01-14T14:00:00+07:00"),
            ("Đáp từ", None),
        )
    ]
    made: dict[str, Any] = draft(organiser, host, hall, **times(8, 17), agenda=agenda).json()
    return made


def take(client: APIClient, conference: dict[str, Any], item: int, room: Room, **fields: Any) -> Any:
    body = {
        "conference": conference["id"],
        "agenda_item": conference["agenda"][item]["id"],
        "site": conference["sites"][0]["id"],
        "room": str(room.pk),
        **fields,
    }
    return client.post("/api/v1/agenda-rooms", body)


@pytest.mark.django_db
def test_one_item_runs_in_many_rooms_for_its_own_time(
    organiser: APIClient, host: Organisation, hall: Room, parallel: dict[str, Any]
) -> None:
    rooms = [buffered(0, 10, venue=hall.venue) for _ in range(3)]
    for room in rooms:
        answer = take(organiser, parallel, 0, room)
        assert answer.status_code == 201, answer.json()
        assert answer.json()["booking"] == {
            "taken": {"from": "2021-01-14T14:00:00+07:00", "until": "2021-01-14T15:00:00+07:00"},
            "held": {"from": "2021-01-14T14:00:00+07:00", "until": "2021-01-14T15:10:00+07:00"},
        }
    assert draft(organiser, host, rooms[0], **times(8, 13)).status_code == 201
    assert draft(organiser, host, rooms[1], **times(13, 15)).status_code == 409
    shown = organiser.get(f"{URL}/{parallel['id']}").json()["agenda_rooms"]
    assert {row["room"]["id"] for row in shown} == {str(room.pk) for room in rooms}


@pytest.mark.django_db
def test_what_has_no_time_takes_no_room_until_it_has_one(
    organiser: APIClient, hall: Room, parallel: dict[str, Any]
) -> None:
    room = RoomFactory(venue=hall.venue)
    assert take(organiser, parallel, 2, room).json()["booking"] is None
    path = f"/api/v1/agenda-items/{parallel['agenda'][2]['id']}"
    when = {"starts_at": "2021-01-14T16:00:00+07:00", "minutes_planned": 30}
    assert organiser.patch(path, when, headers={"If-Match": "*"}).status_code == 200
    assert room.bookings.get().taken.lower == dt.datetime(2021, 1, 14, 9, 0, tzinfo=dt.UTC)
    organiser.delete(path, headers={"If-Match": "*"})
    assert not room.bookings.exists()


@pytest.mark.django_db
def test_two_items_at_once_do_not_share_a_room(organiser: APIClient, hall: Room, parallel: dict[str, Any]) -> None:
    room = RoomFactory(venue=hall.venue)
    assert take(organiser, parallel, 0, room).status_code == 201
    assert take(organiser, parallel, 1, room).status_code == 409
    assert take(organiser, parallel, 0, hall).status_code == 201
    assert take(organiser, parallel, 1, hall).status_code == 409


@pytest.mark.django_db
def test_one_item_after_the_other_needs_no_clearing_in_between(
    organiser: APIClient, hall: Room, parallel: dict[str, Any]
) -> None:
    room = buffered(30, 30, venue=hall.venue)
    take(organiser, parallel, 0, room)
    path = f"/api/v1/agenda-items/{parallel['agenda'][1]['id']}"
    organiser.patch(path, {"starts_at": "2021-01-14T15:00:00+07:00"}, headers={"If-Match": "*"})
    assert take(organiser, parallel, 1, room).status_code == 201
    first, second = room.bookings.order_by("during")
    assert (first.during.upper, second.during.lower) == (first.taken.upper, second.taken.lower)
    assert (first.taken.lower - first.during.lower).seconds == 30 * 60


@pytest.mark.django_db
def test_an_item_in_the_hall_of_its_site_is_held_by_the_site(
    organiser: APIClient, hall: Room, parallel: dict[str, Any]
) -> None:
    assert take(organiser, parallel, 0, hall).json()["booking"] == parallel["sites"][0]["booking"]
    assert hall.bookings.count() == 1
    late = {"starts_at": "2021-01-14T16:30:00+07:00"}
    organiser.patch(f"/api/v1/agenda-items/{parallel['agenda'][0]['id']}", late, headers={"If-Match": "*"})
    assert hall.bookings.get().taken.upper == dt.datetime(2021, 1, 14, 10, 30, tzinfo=dt.UTC)


@pytest.mark.django_db
def test_a_room_of_another_sites_venue_is_refused(
    organiser: APIClient, host: Organisation, parallel: dict[str, Any]
) -> None:
    refused = take(organiser, parallel, 0, RoomFactory())
    assert refused.status_code == 400
    assert refused.json()["errors"] == [{"field": "room", "reason": "Phòng này không thuộc địa điểm của điểm họp."}]
    foreign = ConferenceFactory(lead=host)
    room = RoomFactory()
    site = SiteFactory(conference=foreign, venue=room.venue)
    refused = take(organiser, parallel, 0, room, site=str(site.pk))
    assert [error["field"] for error in refused.json()["errors"]] == ["site"]
    assert not RoomBooking.objects.filter(agenda_room__isnull=False).exists()


@pytest.mark.django_db
def test_a_site_does_not_leave_the_rooms_of_its_items_behind(
    organiser: APIClient, hall: Room, parallel: dict[str, Any]
) -> None:
    take(organiser, parallel, 0, RoomFactory(venue=hall.venue))
    path = f"/api/v1/sites/{parallel['sites'][0]['id']}"
    elsewhere = {"venue": str(RoomFactory().venue_id), "room": None}
    refused = organiser.patch(path, elsewhere, headers={"If-Match": "*"})
    assert [error["field"] for error in refused.json()["errors"]] == ["venue"]


@pytest.mark.django_db
def test_another_room_for_an_announced_item_is_a_move_of_the_item_and_not_of_the_conference(
    organiser: APIClient, hall: Room, parallel: dict[str, Any]
) -> None:
    row = take(organiser, parallel, 0, RoomFactory(venue=hall.venue)).json()
    organiser.post(f"{URL}/{parallel['id']}/announce", {})
    other = RoomFactory(venue=hall.venue)
    path = f"/api/v1/agenda-rooms/{row['id']}"
    moved = organiser.patch(path, {"room": str(other.pk)}, headers={"If-Match": '"1"'})
    assert moved.status_code == 200
    assert not Event.objects.filter(name="conference.moved").exists()
    assert Event.objects.filter(name="conference.edited").latest("id").payload["fields"] == ["agenda_rooms"]
    assert (Conference.objects.get(pk=parallel["id"]).sequence, AgendaRoom.objects.get().agenda_item.sequence) == (0, 1)
    assert organiser.delete(path, headers={"If-Match": "*"}).status_code == 204
    assert not other.bookings.exists()


# Exchanging rooms


def swap(client: APIClient, *between: tuple[str, str]) -> Any:
    return client.post("/api/v1/rooms/swap", {"between": [{name: row_id} for name, row_id in between]})


@pytest.fixture
def two(organiser: APIClient, host: Organisation) -> list[dict[str, Any]]:
    """Two conferences at the same time, each in a room of its own; the first is announced."""
    made = [draft(organiser, host, buffered(15, 15), **times(8, 11)).json() for _ in range(2)]
    organiser.post(f"{URL}/{made[0]['id']}/announce", {})
    return made


def sites(two: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [("site", conference["sites"][0]["id"]) for conference in two]


def rooms_of(two: list[dict[str, Any]]) -> list[str]:
    booked = {str(b.site.conference_id): str(b.room_id) for b in RoomBooking.objects.select_related("site")}
    return [booked[conference["id"]] for conference in two]


@pytest.mark.django_db
def test_two_conferences_exchange_their_rooms(organiser: APIClient, two: list[dict[str, Any]]) -> None:
    before = rooms_of(two)
    answer = swap(organiser, *sites(two))
    assert answer.status_code == 200, answer.json()
    assert [row["room"]["id"] for row in answer.json()] == before[::-1] == rooms_of(two)
    moved = Event.objects.get(name="conference.moved")  # the other is a draft: nobody has heard of it
    assert (str(moved.subject_id), moved.payload["changes"]) == (two[0]["id"], ["sites"])
    site = organiser.get(f"{URL}/{two[0]['id']}").json()["sites"][0]
    assert site["venue"]["id"] == site["room"]["venue"]


@pytest.mark.django_db
def test_an_exchange_needs_the_check_put_off(
    organiser: APIClient, two: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: with the constraint checked at each step the first step already fails."""
    before = rooms_of(two)
    monkeypatch.setattr(rooms, "exchanging", lambda *conferences: nullcontext())
    assert swap(organiser, *sites(two)).status_code == 409
    assert rooms_of(two) == before


@pytest.mark.django_db
def test_an_exchange_that_meets_a_third_changes_nothing(
    organiser: APIClient, host: Organisation, two: list[dict[str, Any]]
) -> None:
    """The first is moved to the evening; there a third has the second's room."""
    organiser.patch(f"{URL}/{two[0]['id']}", times(18, 20), headers={"If-Match": "*"})
    room = Room.objects.get(pk=rooms_of(two)[1])
    assert draft(organiser, host, room, **times(19, 21), title={"vi": "Kín"}).status_code == 201
    before = rooms_of(two)
    sequence = Conference.objects.get(pk=two[0]["id"]).sequence
    refused = swap(organiser, *sites(two))
    assert (refused.status_code, refused.json()["room"]) == (409, str(room.pk))
    assert "Kín" not in refused.content.decode()
    assert rooms_of(two) == before
    assert Conference.objects.get(pk=two[0]["id"]).sequence == sequence


@pytest.mark.django_db
def test_sites_and_items_of_one_conference_exchange_rooms(
    organiser: APIClient, hall: Room, parallel: dict[str, Any]
) -> None:
    small, other = RoomFactory(venue=hall.venue), RoomFactory(venue=hall.venue)
    first = take(organiser, parallel, 0, small).json()["id"]
    second = take(organiser, parallel, 1, other).json()["id"]
    assert swap(organiser, ("agenda_room", first), ("agenda_room", second)).status_code == 200
    assert other.bookings.get().agenda_room_id == small.bookings.get().agenda_room.conference.agenda_rooms.first().pk
    answer = swap(organiser, ("site", parallel["sites"][0]["id"]), ("agenda_room", first))
    assert [row["room"]["id"] for row in answer.json()] == [str(other.pk), str(hall.pk)]


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [[], [{}], [{"site": "x"}, {"site": "y"}], [{"site": 1, "agenda_room": 2}] * 2])
def test_an_exchange_is_between_two(organiser: APIClient, wrong: Any) -> None:
    assert organiser.post("/api/v1/rooms/swap", {"between": wrong}).status_code == 400


@pytest.mark.django_db
def test_nothing_to_exchange_is_said(organiser: APIClient, two: list[dict[str, Any]]) -> None:
    itself = sites(two)[0]
    assert [e["field"] for e in swap(organiser, itself, itself).json()["errors"]] == ["between"]


@pytest.mark.django_db
def test_one_exchanges_only_what_one_organises(organiser: APIClient, granted: Any, two: list[dict[str, Any]]) -> None:
    strange = ConferenceFactory(announced=True, exact=True)
    theirs = str(SiteFactory(conference=strange, room=RoomFactory()).pk)
    assert swap(organiser, sites(two)[0], ("site", theirs)).status_code == 403
    hidden = str(SiteFactory(conference=ConferenceFactory()).pk)
    refused = swap(organiser, sites(two)[0], ("site", hidden))
    assert [e["field"] for e in refused.json()["errors"]] == ["between.1.site"]
    assert swap(granted(), *sites(two)).status_code == 403


# Many at once


@contextmanager
def without_the_guard() -> Iterator[None]:
    """The exclusion constraint dropped from this test database, and put back afterwards."""
    guard = next(c for c in RoomBooking._meta.constraints if c.name == "no_room_booked_twice")
    with connection.schema_editor() as editor:
        editor.remove_constraint(RoomBooking, guard)
    try:
        yield
    finally:
        RoomBooking.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(RoomBooking, guard)


def rush_for_a_room() -> tuple[int, int]:
    """Many conferences move to one room at overlapping times at the same moment: how many got it, how many did not."""
    room = buffered(15, 15)
    rivals = [ConferenceFactory() for _ in range(PARTIES)]
    for rival in rivals:
        SiteFactory(conference=rival, venue=room.venue, room=room)

    def move(rival: Conference, later: dt.timedelta) -> None:
        services.edit(conference_id=rival.pk, fields={"starts_at": START + later, "ends_at": END + later})

    booked, refused = rush(
        partial(move, rival, dt.timedelta(minutes=5 * number)) for number, rival in enumerate(rivals)
    )
    assert RoomBooking.objects.filter(room=room).count() == booked
    return booked, refused


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_gets_the_room() -> None:
    assert rush_for_a_room() == (1, PARTIES - 1)


@pytest.mark.django_db(transaction=True)
def test_without_the_constraint_all_of_them_get_it() -> None:
    """The negative control: it is PostgreSQL that refuses, nothing in Python."""
    with without_the_guard():
        assert rush_for_a_room() == (PARTIES, 0)


@pytest.mark.django_db(transaction=True)
def test_many_exchanges_at_once_all_happen_one_after_the_other() -> None:
    """Half of them name the two the other way round: nobody waits for somebody who waits for them."""
    pair = []
    for room in (buffered(15, 15), buffered(0, 0)):
        conference = ConferenceFactory(exact=True)
        pair.append(SiteFactory(conference=conference, venue=room.venue, room=room))
        services.edit(conference_id=conference.pk, fields={"ends_at": END + dt.timedelta(minutes=1)})
    turns = [pair if number % 2 else pair[::-1] for number in range(PARTIES)]

    def exchange() -> str:
        first, second = turns.pop()
        services.swap_rooms(first=first, second=second)
        return "exchanged"

    assert in_threads(PARTIES, exchange) == ["exchanged"] * PARTIES
    rooms_now = [booking.room_id for booking in RoomBooking.objects.order_by("site_id")]
    assert rooms_now == [site.room_id for site in sorted(pair, key=lambda site: site.pk)]  # an even number of turns
