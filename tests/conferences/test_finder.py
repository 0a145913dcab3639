"""Which rooms are free, what a room's day looks like, and what both give away: times, never titles."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from backend.conferences import queries, services
from backend.conferences.models import EquipmentClaim, Room, Venue
from backend.conferences.queries.rooms import Span, peak
from backend.people.models import Organisation
from tests.factories.conferences import (
    ConferenceFactory,
    PortableEquipmentFactory,
    RoomFactory,
    SiteFactory,
    VenueFactory,
)
from tests.factories.people import OrganisationFactory

pytestmark = pytest.mark.django_db
DAY = dt.date(2021, 1, 14)


def at(hour: int, minute: int = 0) -> str:
    return f"2021-01-14T{hour:02}:{minute:02}:00+07:00"


def booked(room: Room, first: str, last: str, **fields: Any) -> Any:
    """A conference in the room, through the service that books."""
    conference = ConferenceFactory(**fields)
    SiteFactory(conference=conference, venue=room.venue, room=room)
    services.edit(
        conference_id=conference.pk,
        fields={"starts_at": dt.datetime.fromisoformat(first), "ends_at": dt.datetime.fromisoformat(last)},
    )
    return conference


def ask(client: APIClient, first: str, last: str, **query: Any) -> Any:
    given = {"starts_at": first, "ends_at": last} | query
    return client.get(f"/api/v1/rooms/free?{urlencode(given, doseq=True)}")


def free(client: APIClient, first: str, last: str, **query: Any) -> list[str]:
    answer = ask(client, first, last, **query)
    assert answer.status_code == 200, answer.json()
    return [found["room"]["id"] for found in answer.json()["results"]]


@pytest.fixture
def anybody(granted: Callable[..., APIClient]) -> APIClient:
    return granted()


def test_the_smallest_that_fits_comes_first(anybody: APIClient) -> None:
    unknown, large, small, middle = (RoomFactory(capacity=seats) for seats in (None, 300, 20, 80))
    assert free(anybody, at(8), at(9)) == [str(r.pk) for r in (small, middle, large, unknown)]
    assert free(anybody, at(8), at(9), capacity=50) == [str(middle.pk), str(large.pk)]
    assert free(anybody, at(8), at(9), capacity=80) == [str(middle.pk), str(large.pk)]


def test_a_room_is_free_up_to_the_minute_and_with_its_buffers(anybody: APIClient) -> None:
    room = RoomFactory(setup_minutes=30, clearing_minutes=15)
    booked(room, at(10), at(11))  # held from 9:30 to 11:15
    assert free(anybody, at(8), at(9, 15)) == [str(room.pk)]
    assert free(anybody, at(8), at(9, 16)) == []
    assert free(anybody, at(11, 45), at(12)) == [str(room.pk)]
    assert free(anybody, at(11, 44), at(12)) == []
    found = ask(anybody, at(11, 45), at(12)).json()["results"][0]
    assert found["held"] == {"from": at(11, 15), "until": at(12, 15)}
    assert found["venue"]["id"] == str(room.venue_id)


@pytest.mark.parametrize(
    ("first", "last", "is_free"),
    [
        (at(6), at(7), True),  # before all
        (at(9), at(10), True),  # in the gap, touching both sides
        (at(13), at(14), True),  # after all
        (at(8, 59), at(9, 30), False),  # into the first
        (at(9, 30), at(10, 1), False),  # into the second
        (at(8, 15), at(8, 45), False),  # within one
        (at(6), at(14), False),  # around both
        (at(10), at(12), False),  # one exactly
    ],
)
def test_a_slot_lies_between_bookings_or_not(anybody: APIClient, first: str, last: str, is_free: bool) -> None:
    room = RoomFactory()
    booked(room, at(8), at(9))
    booked(room, at(10), at(12))
    assert (free(anybody, first, last) == [str(room.pk)]) is is_free


def test_what_the_finder_says_is_what_booking_does(anybody: APIClient) -> None:
    """The finder looks at one booking per room; asked beside PostgreSQL's own overlap it must agree everywhere."""
    room = RoomFactory(setup_minutes=10, clearing_minutes=20)
    start = dt.datetime(2021, 1, 14, 1, 0, tzinfo=dt.UTC)
    for hours in (0, 2, 3, 7):
        first = start + dt.timedelta(hours=hours)
        booked(room, first.isoformat(), (first + dt.timedelta(minutes=30)).isoformat())
    for step in range(60):
        for minutes in (5, 60, 200):
            begin = start + dt.timedelta(minutes=10 * step - 60)
            end = begin + dt.timedelta(minutes=minutes)
            held = (begin - dt.timedelta(minutes=10), end + dt.timedelta(minutes=20))
            found = queries.free_rooms(starts_at=begin, ends_at=end).filter(pk=room.pk).exists()
            assert found is not room.bookings.filter(during__overlap=held).exists(), (begin, end)


def test_rooms_are_found_by_venue_and_owner(anybody: APIClient, host: Organisation) -> None:
    own = RoomFactory(venue=VenueFactory(organisation=host))
    other = RoomFactory()
    assert free(anybody, at(8), at(9), organisation=str(host.pk)) == [str(own.pk)]
    assert free(anybody, at(8), at(9), venue=str(other.venue_id)) == [str(other.pk)]
    assert free(anybody, at(8), at(9), venue=str(OrganisationFactory().pk)) == []


# Equipment


def test_equipment_is_fixed_in_the_room_or_carried_there(anybody: APIClient) -> None:
    fixed = RoomFactory(equipment=["projector", "stage"], capacity=10)
    near = RoomFactory(equipment=["stage"], capacity=20)
    RoomFactory(equipment=["microphone"])
    PortableEquipmentFactory(venue=near.venue, kind="projector", quantity=1)
    assert free(anybody, at(8), at(9), equipment=["projector", "stage"]) == [str(fixed.pk), str(near.pk)]
    assert free(anybody, at(8), at(9), equipment="voting") == []


def claims(organiser: APIClient, host: Organisation, venue: Venue, first: str, last: str, quantity: int) -> Any:
    site = {"venue": str(venue.pk), "equipment": [{"kind": "projector", "quantity": quantity}]}
    body = {"kind": "meeting", "title": {"vi": "Họp"}, "lead": str(host.pk), "sites": [site]}
    return organiser.post("/api/v1/conferences", {**body, "starts_at": first, "ends_at": last})


def test_a_portable_piece_is_found_while_one_is_left(
    anybody: APIClient, organiser: APIClient, host: Organisation
) -> None:
    room = RoomFactory()
    PortableEquipmentFactory(venue=room.venue, kind="projector", quantity=2)
    assert claims(organiser, host, room.venue, at(8), at(10), 1).status_code == 201
    assert claims(organiser, host, room.venue, at(10), at(12), 1).status_code == 201
    # From 9 to 11 both are claimed, but never both at once.
    assert free(anybody, at(9), at(11), equipment="projector") == [str(room.pk)]
    assert claims(organiser, host, room.venue, at(9), at(11), 1).status_code == 201
    assert free(anybody, at(9), at(11), equipment="projector") == []
    assert free(anybody, at(12), at(13), equipment="projector") == [str(room.pk)]


def test_a_site_claims_what_its_venue_has(organiser: APIClient, host: Organisation) -> None:
    venue = VenueFactory()
    refused = claims(organiser, host, venue, at(8), at(9), 1)
    assert [error["field"] for error in refused.json()["errors"]] == ["sites.0.equipment.0.kind"]
    PortableEquipmentFactory(venue=venue, kind="projector", quantity=1)
    made = claims(organiser, host, venue, at(8), at(9), 1).json()
    assert made["sites"][0]["equipment"] == [{"kind": "projector", "quantity": 1}]
    path = f"/api/v1/sites/{made['sites'][0]['id']}"
    twice = {"equipment": [{"kind": "projector", "quantity": 1}] * 2}
    refused = organiser.patch(path, twice, headers={"If-Match": "*"})
    assert [error["field"] for error in refused.json()["errors"]] == ["equipment.1.kind"]
    moved = {"venue": str(VenueFactory().pk)}
    refused = organiser.patch(path, moved, headers={"If-Match": "*"})
    assert [error["field"] for error in refused.json()["errors"]] == ["equipment.0.kind"]
    freed = organiser.patch(path, {**moved, "equipment": []}, headers={"If-Match": "*"})
    assert (freed.status_code, freed.json()["equipment"]) == (200, [])
    assert not EquipmentClaim.objects.exists()


def test_a_venue_counts_its_portable_equipment(organiser: APIClient, host: Organisation) -> None:
    pieces = [{"kind": "voting", "quantity": 100}, {"kind": "projector", "quantity": 1}]
    venue = organiser.post("/api/v1/venues", {"name": {"vi": "Trụ sở"}, "portable": pieces}).json()
    assert venue["portable"] == sorted(pieces, key=lambda piece: str(piece["kind"]))
    path, ids = f"/api/v1/venues/{venue['id']}", set(Venue.objects.get(pk=venue["id"]).portable.values_list("pk"))
    one = [{"kind": "projector", "quantity": 3}]
    changed = organiser.patch(path, {"portable": one}, headers={"If-Match": '"1"'})
    assert (changed.json()["portable"], changed["ETag"]) == (one, '"2"')
    assert set(Venue.objects.get(pk=venue["id"]).portable.values_list("pk")) < ids
    same = organiser.patch(path, {"portable": one}, headers={"If-Match": '"2"'})
    assert same["ETag"] == '"2"'
    claims(organiser, host, Venue.objects.get(pk=venue["id"]), at(8), at(9), 1)
    assert organiser.patch(path, {"portable": []}, headers={"If-Match": "*"}).status_code == 409
    assert organiser.patch(path, {"portable": one * 2}, headers={"If-Match": "*"}).status_code == 400


def test_the_house_list_is_told_in_both_languages(anybody: APIClient) -> None:
    kinds = anybody.get("/api/v1/rooms/equipment").json()
    assert {"kind": "projector", "name": {"vi": "máy chiếu", "en": "projector"}} in kinds


@pytest.mark.parametrize(
    ("spans", "most"),
    [
        ([], 0),
        ([(0, 2, 1), (2, 4, 1)], 1),
        ([(0, 3, 1), (2, 4, 1)], 2),
        ([(0, 9, 1), (1, 2, 2), (3, 4, 2)], 3),
        ([(0, 1, 5), (1, 2, 5), (0, 2, 1)], 6),
    ],
)
def test_the_peak_is_what_is_away_at_one_moment(spans: list[tuple[int, int, int]], most: int) -> None:
    hour = dt.datetime(2021, 1, 14, tzinfo=dt.UTC)
    given = [(Span(hour + dt.timedelta(hours=a), hour + dt.timedelta(hours=b)), n) for a, b, n in spans]
    assert peak(given) == most


# A room's day


def test_a_room_shows_its_day(organiser: APIClient, anybody: APIClient, host: Organisation) -> None:
    room = RoomFactory(setup_minutes=30, clearing_minutes=30)
    known = booked(room, at(8), at(10), lead=host, announced=True)
    booked(room, at(11), at(12))  # somebody's draft
    day = anybody.get(f"/api/v1/rooms/{room.pk}/day?date=2021-01-14").json()
    assert [booking["conference"] for booking in day["bookings"]] == [
        {"id": str(known.pk), "title": known.title},
        None,
    ]
    assert day["bookings"][1]["site"] is None
    assert day["bookings"][0]["held"] == {"from": at(7, 30), "until": at(10, 30)}
    # The gap from 10:30 to 10:30 is none; nothing fits before 7:00 but what is cleared by 7:30.
    assert [time["usable"] for time in day["free"]] == [
        {"from": at(0), "until": at(7)},
        {"from": at(13), "until": "2021-01-15T00:00:00+07:00"},
    ]
    assert day["free"][0]["held"]["until"] == at(7, 30)


@pytest.mark.parametrize(("date", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_day_is_as_long_as_the_clocks_make_it(anybody: APIClient, date: str, hours: int) -> None:
    room = RoomFactory()
    day = anybody.get(f"/api/v1/rooms/{room.pk}/day?date={date}&time_zone=Europe/Berlin").json()["day"]
    length = dt.datetime.fromisoformat(day["until"]) - dt.datetime.fromisoformat(day["from"])
    assert length == dt.timedelta(hours=hours)


def test_a_free_day_is_free_all_day_and_a_full_one_never(anybody: APIClient) -> None:
    room = RoomFactory(setup_minutes=30)
    path = f"/api/v1/rooms/{room.pk}/day?date=2021-01-14"
    assert anybody.get(path).json()["free"][0]["usable"] == {"from": at(0), "until": "2021-01-15T00:00:00+07:00"}
    booked(room, "2021-01-13T09:00:00+07:00", "2021-01-16T09:00:00+07:00")
    day = anybody.get(path).json()
    assert (len(day["bookings"]), day["free"]) == (1, [])


# Others' plans


def test_concurrent_plans_for_one_room_are_seen_by_both(granted: Callable[..., APIClient], host: Organisation) -> None:
    """A draft nobody else may read holds its room all the same: the second to plan sees it taken, and by a link their
    own booking, so that neither finds out on the day."""
    room, other = RoomFactory(), OrganisationFactory()
    first, second = granted("organiser", host), granted("organiser", other)
    site = {"venue": str(room.venue_id), "room": str(room.pk)}
    body = {"kind": "meeting", "sites": [site], "starts_at": at(8), "ends_at": at(10)}
    mine = first.post("/api/v1/conferences", {**body, "title": {"vi": "Kín"}, "lead": str(host.pk)}).json()
    assert free(second, at(9), at(11)) == []
    refused = second.post("/api/v1/conferences", {**body, "title": {"vi": "Khác"}, "lead": str(other.pk)})
    assert refused.status_code == 409
    assert "Kín" not in refused.content.decode()
    path = f"/api/v1/rooms/{room.pk}/day?date=2021-01-14"
    assert first.get(path).json()["bookings"][0]["conference"]["id"] == mine["id"]
    assert second.get(path).json()["bookings"][0]["conference"] is None


# Bad input


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"ends_at": at(7)}, "ends_at"),
        ({"ends_at": at(8)}, "ends_at"),
        ({"ends_at": "2022-01-14T08:00:00+07:00"}, "ends_at"),
        ({"ends_at": "2021-01-14T09:00:00"}, "ends_at"),
        ({"starts_at": "soon"}, "starts_at"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": -1}, "capacity"),
        ({"equipment": "trumpet"}, "equipment.0"),
        ({"venue": "x"}, "venue"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_question_names_the_field(anybody: APIClient, query: dict[str, Any], field: str) -> None:
    answer = ask(anybody, **{"first": at(8), "last": at(9), **query})
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (400, [field])


def test_a_month_may_be_asked_for(anybody: APIClient) -> None:
    room = RoomFactory()
    assert free(anybody, at(8), "2021-02-14T08:00:00+07:00") == [str(room.pk)]


def test_a_plus_sign_need_not_be_escaped(anybody: APIClient) -> None:
    RoomFactory()
    answer = anybody.get(f"/api/v1/rooms/free?starts_at={at(8)}&ends_at={at(9)}")
    assert [found["held"]["from"] for found in answer.json()["results"]] == [at(8)]


@pytest.mark.parametrize("query", ["", "date=14/01/2021", "date=2021-01-14&time_zone=Mars", "date=2021-02-30"])
def test_a_day_must_be_one(anybody: APIClient, query: str) -> None:
    assert anybody.get(f"/api/v1/rooms/{RoomFactory().pk}/day?{query}").status_code == 400


def test_nobody_finds_anything_unsigned() -> None:
    for path in ("free", "equipment", f"{RoomFactory().pk}/day?date=2021-01-14"):
        assert APIClient().get(f"/api/v1/rooms/{path}").status_code in (401, 403)


def test_only_the_best_are_named(anybody: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.conferences.api.rooms.BEST", 2)
    made = [RoomFactory(capacity=seats) for seats in (1, 2, 3)]
    answer = ask(anybody, at(8), at(9)).json()
    assert ([found["room"]["id"] for found in answer["results"]], answer["more"]) == (
        [str(room.pk) for room in made[:2]],
        True,
    )


# Cost


def test_finding_costs_the_same_with_1_3_and_30_bookings(anybody: APIClient) -> None:
    costs = []
    room = RoomFactory()
    PortableEquipmentFactory(venue=room.venue)
    anybody.get("/api/v1/conferences")  # an account reads its grants once
    for hour in range(30):
        start = dt.datetime(2021, 1, 14, tzinfo=dt.UTC) + dt.timedelta(hours=hour)
        booked(RoomFactory(), start.isoformat(), (start + dt.timedelta(minutes=30)).isoformat(), announced=True)
        booked(room, start.isoformat(), (start + dt.timedelta(minutes=30)).isoformat(), announced=True)
        if hour + 1 in (1, 3, 30):
            with CaptureQueriesContext(connection) as finding:
                free(anybody, at(8), at(9), equipment=["projector"], capacity=10)
            with CaptureQueriesContext(connection) as looking:
                anybody.get(f"/api/v1/rooms/{room.pk}/day?date=2021-01-14")
            costs.append((len(finding), len(looking)))
    assert len(set(costs)) == 1, costs
