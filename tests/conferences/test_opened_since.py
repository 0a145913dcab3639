"""A released programme is not read by more people than it was released to, whatever is opened later."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from backend.conferences import services
from backend.people.models import Organisation
from tests.factories.conferences import AgendaItemFactory, ConferenceFactory


@pytest.mark.parametrize("level", ["internal", "restricted"])
def test_what_was_closed_when_it_was_released_is_not_read_in_that_release_by_others(
    organiser: APIClient, granted: Callable[..., APIClient], host: Organisation, level: str
) -> None:
    conference = services.announce(conference_id=ConferenceFactory(lead=host).pk)
    AgendaItemFactory(conference=conference, title={"vi": "Khai mạc"})
    closed = AgendaItemFactory(
        conference=conference, kind="session", title={"vi": "Nhân sự: ông A"}, confidentiality=level
    )
    AgendaItemFactory(conference=conference, parent=closed, title={"vi": "Phiếu của ông A"})
    services.release(conference_id=conference.pk)
    path = f"/api/v1/agenda-items/{closed.pk}"
    opened = {"confidentiality": "", "title": {"vi": "Công tác cán bộ"}}
    assert organiser.patch(path, opened, headers={"If-Match": "*"}).status_code == 200

    stranger = granted()
    programme = f"/api/v1/conferences/{conference.pk}/programme"
    for shown in (programme, f"{programme}?release=1"):
        said = stranger.get(shown).content.decode()
        assert "Khai mạc" in said
        assert "ông A" not in said, "neither the session nor what it held"
        assert "Công tác cán bộ" not in said, "nor what is being worked on"
    assert "ông A" in organiser.get(f"{programme}?release=1").content.decode()

    services.release(conference_id=conference.pk)
    assert "Công tác cán bộ" in stranger.get(programme).content.decode()
