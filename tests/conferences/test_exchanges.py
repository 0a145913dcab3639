"""Rooms are exchanged within one house, and whoever wants a room waits for who is about to take it."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from backend.conferences import services
from backend.conferences.models import RoomBooking
from backend.conferences.services.booking import lock_rooms
from backend.people.models import Organisation
from tests.conferences.test_rooms import END, START
from tests.factories.conferences import (
    AgendaItemFactory,
    AgendaRoomFactory,
    ConferenceFactory,
    RoomFactory,
    SiteFactory,
)


@pytest.mark.django_db
def test_an_item_is_not_exchanged_into_another_house(organiser: APIClient, host: Organisation) -> None:
    """A hall is exchanged with its site; the room of an item stays in the house of its site."""
    here, there = (RoomFactory() for _ in range(2))
    conference = ConferenceFactory(lead=host, exact=True)
    taken: list[Any] = []
    for room in (here, there):
        site = SiteFactory(conference=conference, venue=room.venue)
        item = AgendaItemFactory(conference=conference, starts_at=START, minutes_planned=30)
        taken.append(AgendaRoomFactory(conference=conference, agenda_item=item, site=site, room=room))
    body = {"between": [{"agenda_room": str(row.pk)} for row in taken]}
    refused = organiser.post("/api/v1/rooms/swap", body)
    assert (refused.status_code, [error["field"] for error in refused.json()["errors"]]) == (400, ["between"])
    assert [row.room_id for row in conference.agenda_rooms.order_by("pk")] == [here.pk, there.pk]


@pytest.mark.django_db(transaction=True)
def test_bookings_of_one_room_queue_at_it() -> None:
    """Or two that check each other at the same moment would deadlock, and one of them be told of an error."""
    room = RoomFactory()
    conference = ConferenceFactory()
    SiteFactory(conference=conference, venue=room.venue, room=room)

    def book() -> None:
        try:
            services.edit(conference_id=conference.pk, fields={"starts_at": START, "ends_at": END})
        finally:
            connection.close()

    other = threading.Thread(target=book)
    with transaction.atomic():
        lock_rooms({room.pk})
        other.start()
        other.join(timeout=1.5)
        assert other.is_alive(), "it waits until whoever was first has ended"
    other.join()
    assert RoomBooking.objects.get().room_id == room.pk
