"""Accepted papers are read by whoever sees their item; what was handed in before stays with who worked on them."""

import datetime as dt
from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from backend.conferences import services
from backend.conferences.models import Paper
from backend.documents.uploads import looked_at
from backend.people.models import Organisation
from tests.factories.conferences import ConferenceFactory, SpeakerFactory
from tests.factories.papers import PDF
from tests.factories.people import PersonFactory

FIRST, SECOND = PDF, PDF.replace(b"Catalog", b"Katalog")


@pytest.fixture
def accepted(host: Organisation) -> Paper:
    """Returned once, and accepted as version 2; version 3 is the same, filed as the final one."""
    conference = ConferenceFactory(lead=host, announced=True, day=dt.date(2035, 1, 14))
    speaker = SpeakerFactory(conference=conference, person=PersonFactory())
    paper = services.request_paper(speaker_id=speaker.pk)
    services.hand_in(paper_id=paper.pk, upload=looked_at(filename="a.pdf", content=FIRST))
    services.send_back_paper(paper_id=paper.pk, number=1, remarks={"vi": "Bớt số liệu mật"})
    services.hand_in(paper_id=paper.pk, upload=looked_at(filename="a.pdf", content=SECOND))
    return services.accept_paper(paper_id=paper.pk, number=2)


def versions(client: APIClient, paper: Paper) -> list[int]:
    return [each["number"] for each in client.get(f"/api/v1/papers/{paper.pk}").json()["versions"]]


def test_others_read_the_final_version_of_an_accepted_paper_only(
    granted: Callable[..., APIClient], accepted: Paper
) -> None:
    stranger, content = granted(), f"/api/v1/papers/{accepted.pk}/content"
    assert versions(stranger, accepted) == [3]
    final = stranger.get(content)
    assert (final.status_code, final.content) == (200, SECOND)
    for draft in (1, 2):
        assert stranger.get(f"{content}?version={draft}").status_code == 404
    assert stranger.get(f"{content}?version=3").status_code == 200


def test_who_works_on_it_reads_every_version(organiser: APIClient, accepted: Paper) -> None:
    content = f"/api/v1/papers/{accepted.pk}/content"
    assert versions(organiser, accepted) == [1, 2, 3]
    assert [organiser.get(f"{content}?version={number}").content for number in (1, 2, 3)] == [FIRST, SECOND, SECOND]


@pytest.mark.parametrize(("verb", "more"), [("accept", {}), ("send_back", {"remarks": {"vi": "Ngắn hơn"}})])
def test_a_version_is_judged_by_who_has_read_the_last_one(
    organiser: APIClient, host: Organisation, verb: str, more: dict[str, object]
) -> None:
    conference = ConferenceFactory(lead=host, announced=True, day=dt.date(2035, 1, 14))
    paper = services.request_paper(speaker_id=SpeakerFactory(conference=conference, person=PersonFactory()).pk)
    for content in (FIRST, SECOND):
        services.hand_in(paper_id=paper.pk, upload=looked_at(filename="a.pdf", content=content))
    path = f"/api/v1/papers/{paper.pk}"
    refused = organiser.post(f"{path}/{verb}", {"number": 1, **more}, headers={"If-Match": "*"})
    assert (refused.status_code, refused.json()["last"]) == (409, 2)
    assert organiser.get(path).json()["state"] == "handed_in"
    assert organiser.post(f"{path}/{verb}", {"number": 2, **more}, headers={"If-Match": "*"}).status_code == 200


def test_what_is_on_file_keeps_its_author_also_when_it_was_withdrawn(organiser: APIClient, host: Organisation) -> None:
    conference = ConferenceFactory(lead=host, announced=True, day=dt.date(2035, 1, 14))
    speaker = SpeakerFactory(conference=conference, person=PersonFactory())
    paper = services.request_paper(speaker_id=speaker.pk)
    services.hand_in(paper_id=paper.pk, upload=looked_at(filename="a.pdf", content=FIRST))
    services.withdraw_paper(paper_id=paper.pk)
    path = f"/api/v1/speakers/{speaker.pk}"
    assert organiser.delete(path, headers={"If-Match": "*"}).status_code == 409
    assert organiser.patch(path, {"person": str(PersonFactory().pk)}, headers={"If-Match": "*"}).status_code == 409
    assert Paper.objects.get().speaker_id == speaker.pk
