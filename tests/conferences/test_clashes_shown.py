"""Whoever chairs one item may look at the clashes, but not learn from them of items that are closed to them."""

import datetime as dt
from collections.abc import Callable

from rest_framework.test import APIClient

from backend.people.models import Organisation
from tests.factories.conferences import AgendaItemFactory, ConferenceFactory, DutyFactory, SpeakerFactory
from tests.factories.people import PersonFactory

START = dt.datetime(2021, 1, 14, 6, 30, tzinfo=dt.UTC)


def test_a_clash_at_a_closed_item_is_told_to_who_sees_the_item(
    organiser: APIClient, granted: Callable[..., APIClient], host: Organisation
) -> None:
    conference = ConferenceFactory(lead=host, exact=True, announced=True)
    elsewhere = ConferenceFactory(exact=True, announced=True)
    chair, speakers = PersonFactory(), [PersonFactory(), PersonFactory()]
    items = []
    for speaker, level in zip(speakers, ("", "restricted"), strict=True):
        item = AgendaItemFactory(
            conference=conference, starts_at=START, minutes_planned=30, parallel=True, confidentiality=level
        )
        SpeakerFactory(conference=conference, agenda_item=item, person=speaker)
        DutyFactory(conference=elsewhere, kind="secretary", person=speaker, office={})
        items.append(str(item.pk))
    DutyFactory(conference=conference, kind="chair", agenda_item_id=items[0], person=chair, office={})

    path = f"/api/v1/conferences/{conference.pk}/clashes"
    seen = granted(person=chair).get(path)
    assert seen.status_code == 200, seen.json()
    assert [clash["agenda_item"] for clash in seen.json()["results"]] == [items[0]]
    assert speakers[1].full_name not in seen.content.decode()
    assert {clash["agenda_item"] for clash in organiser.get(path).json()["results"]} == set(items)
