"""What the chair and the house may not do to a vote: close over it, break its ties for the chair, decide without a quorum,
or make it disappear."""

import pytest

from backend.conferences.models import Conference
from backend.resolutions import services
from backend.resolutions.models import Poll
from tests.factories.resolutions import PollFactory, QuorumFactory, ResolutionFactory
from tests.guards import assert_refused_by, assert_written_without
from tests.resolutions.test_elections import Hall
from tests.resolutions.test_evidence import fetched, verify_poll
from tests.resolutions.test_secret_polls import API, casters, signed_in

pytestmark = pytest.mark.django_db


def vote(hall: Hall, **fields: object) -> Poll:
    poll: Poll = PollFactory(resolution=ResolutionFactory(conference=hall.conference), **fields)
    return poll


def test_no_conference_is_closed_while_people_vote() -> None:
    hall = Hall(3)
    poll = hall.opened(vote(hall))
    close = f"{API}conferences/{hall.conference.pk}/close"
    refused = hall.chair.post(close, {})
    assert (refused.status_code, refused.data["reason"]) == (409, "polls")
    assert "Thông qua?" in refused.data["detail"]

    def closed() -> int:
        return Conference.objects.filter(pk=hall.conference.pk).update(state="closed")

    assert_refused_by("polls_end_first", closed)
    caster = signed_in(casters(poll)[0])
    assert caster.post(f"{API}ballots", {"poll": str(poll.pk), "choice": "yes"}).status_code == 200
    hall.chair.post(f"{API}polls/{poll.pk}/seal")
    assert hall.chair.post(close, {}).status_code == 200, "what is sealed is counted and declared afterwards, too"
    again = vote(hall)
    assert_refused_by("polls_open_in_session", lambda: Poll.objects.filter(pk=again.pk).update(state="open"))
    assert_written_without("polls_open_in_session", lambda: Poll.objects.filter(pk=again.pk).update(state="open"))
    Conference.objects.filter(pk=hall.conference.pk).update(state="running")
    assert_written_without("polls_end_first", closed)
