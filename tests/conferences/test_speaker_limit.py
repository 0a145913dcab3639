"""An item has so many speakers and no more."""

import pytest
from rest_framework.test import APIClient

from backend.conferences.models import Speaker
from backend.conferences.services import speakers
from backend.people.models import Organisation
from tests.factories.conferences import AgendaItemFactory, ConferenceFactory
from tests.factories.people import PersonFactory


def test_no_more_speak_to_an_item_than_may(
    organiser: APIClient, host: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speakers, "MOST_PER_ITEM", 2)
    item = AgendaItemFactory(conference=ConferenceFactory(lead=host))

    def add() -> int:
        body = {"conference": str(item.conference_id), "agenda_item": str(item.pk), "person": str(PersonFactory().pk)}
        return organiser.post("/api/v1/speakers", body).status_code

    assert [add() for _ in range(3)] == [201, 201, 409]
    assert Speaker.objects.count() == 2
