"""A room is taken once: booking, moving, freeing, and many at once."""

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from backend.conferences import services
from backend.conferences.models import Conference, Room, RoomBooking
from backend.core.errors import Conflict
from backend.people.models import Organisation
from tests.factories.conferences import ConferenceFactory, RoomFactory, SiteFactory

URL = "/api/v1/conferences"
START = dt.datetime(2021, 1, 14, 6, 30, tzinfo=dt.UTC)
END = dt.datetime(2021, 1, 14, 10, 0, tzinfo=dt.UTC)
PARTIES = 8


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
    assert problem["detail"] == "Phòng Hội trường A đã có lịch từ 13:00 14/01/2021 đến 17:00 14/01/2021."
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


def rush() -> tuple[int, int]:
    """Many conferences move to the same room and time at the same moment: how many got it, how many were refused."""
    room = RoomFactory()
    rivals = [ConferenceFactory() for _ in range(PARTIES)]
    for rival in rivals:
        SiteFactory(conference=rival, venue=room.venue, room=room)
    ready = threading.Barrier(PARTIES)
    outcomes: list[str] = []

    def move(conference: Conference) -> None:
        try:
            ready.wait()
            services.edit(conference_id=conference.pk, fields={"starts_at": START, "ends_at": END})
            outcomes.append("booked")
        except Conflict:
            outcomes.append("refused")
        except Exception as error:  # noqa: BLE001 -- a thread's crash must fail the test, not vanish
            outcomes.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=move, args=(rival,)) for rival in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(outcomes) <= {"booked", "refused"}, outcomes
    assert RoomBooking.objects.filter(room=room).count() == outcomes.count("booked")
    return outcomes.count("booked"), outcomes.count("refused")


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_gets_the_room() -> None:
    assert rush() == (1, PARTIES - 1)


@pytest.mark.django_db(transaction=True)
def test_without_the_constraint_all_of_them_get_it() -> None:
    """The negative control: it is PostgreSQL that refuses, nothing in Python."""
    with without_the_guard():
        assert rush() == (PARTIES, 0)
