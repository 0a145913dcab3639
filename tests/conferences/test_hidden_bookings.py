"""A room's day tells that it is taken, and for what only to whoever may know of it."""

import datetime as dt
from collections.abc import Callable

from rest_framework.test import APIClient

from backend.conferences import services
from backend.people.models import Organisation
from tests.factories.conferences import AgendaItemFactory, ConferenceFactory, RoomFactory, SiteFactory

START = dt.datetime(2021, 1, 14, 1, 0, tzinfo=dt.UTC)


def test_a_closed_item_of_a_public_conference_takes_its_room_namelessly(
    organiser: APIClient, granted: Callable[..., APIClient], host: Organisation
) -> None:
    room = RoomFactory()
    conference = ConferenceFactory(
        lead=host, announced=True, starts_at=START, ends_at=START + dt.timedelta(hours=8), day_part=""
    )
    site = SiteFactory(conference=conference, venue=room.venue)
    items = []
    for hours, level in enumerate(("", "internal")):
        item = AgendaItemFactory(
            conference=conference,
            starts_at=START + dt.timedelta(hours=hours),
            minutes_planned=60,
            confidentiality=level,
        )
        fields = {"agenda_item": item, "site": site, "room": room}
        services.add_agenda_room(conference_id=conference.pk, fields=fields)
        items.append(str(item.pk))

    path = f"/api/v1/rooms/{room.pk}/day?date=2021-01-14"
    shown = granted().get(path).json()["bookings"]
    assert [(row["agenda_item"], row["conference"] is not None, row["site"]) for row in shown] == [
        (items[0], True, str(site.pk)),
        (None, False, None),
    ]
    assert [row["agenda_item"] for row in organiser.get(path).json()["bookings"]] == items
