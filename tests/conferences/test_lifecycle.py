"""The moves of a conference's life, over the API."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from backend.conferences import services
from backend.conferences.models import Conference
from backend.conferences.states import MOVES, ConferenceState
from backend.core.clock import now
from backend.core.errors import IllegalMove
from backend.outbox.models import Event
from backend.people.models import Organisation
from tests.factories.conferences import ConferenceFactory, DutyFactory
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/conferences"
REASON = {"reason": {"vi": "Bão số 9", "en": "Storm no. 9"}}
BODIES: dict[str, Any] = {"postpone": REASON, "cancel": REASON}
#: What each legal move leads to, written out a second time on purpose.
LIFE = {
    ("draft", "announce"): "announced",
    ("draft", "cancel"): "cancelled",
    ("announced", "start"): "running",
    ("announced", "postpone"): "postponed",
    ("announced", "cancel"): "cancelled",
    ("running", "close"): "closed",
    ("closed", "archive"): "archived",
    ("postponed", "announce"): "announced",
    ("postponed", "cancel"): "cancelled",
    ("cancelled", "reopen"): "draft",
}
VERBS = sorted({verb for _, verb in LIFE})
FACTS = {
    "announce": "announced",
    "start": "started",
    "close": "closed",
    "archive": "archived",
    "postpone": "postponed",
    "cancel": "cancelled",
    "reopen": "reopened",
}


def do(client: APIClient, conference: Conference, verb: str, body: Any = None) -> Any:
    return client.post(f"{URL}/{conference.pk}/{verb}", body if body is not None else BODIES.get(verb, {}))


@pytest.mark.parametrize("state", ConferenceState.values)
@pytest.mark.parametrize("verb", VERBS)
def test_each_move_is_made_or_refused_with_the_legal_ones(
    organiser: APIClient, host: Organisation, state: str, verb: str
) -> None:
    conference = ConferenceFactory(lead=host, state=state)
    answer = do(organiser, conference, verb)
    legal = sorted(v for s, v in LIFE if s == state)
    if (state, verb) in LIFE:
        assert (answer.status_code, answer.json()["state"]) == (200, LIFE[state, verb])
        assert Event.objects.filter(subject_id=conference.pk, name=f"conference.{FACTS[verb]}").exists()
    else:
        problem = answer.json()
        assert (answer.status_code, problem["type"], problem["legal"]) == (409, "/problems/illegal-move", legal)
        conference.refresh_from_db()
        assert (conference.state, conference.version) == (state, 1)
        assert not Event.objects.exists()
    assert organiser.get(f"{URL}/{conference.pk}").json()["moves"] == MOVES.legal(LIFE.get((state, verb), state))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=st.lists(st.sampled_from(VERBS), max_size=12))
def test_a_random_walk_never_leaves_the_life(host: Organisation, walk: list[str]) -> None:
    """Whatever is tried in whatever order, the row is where the legal moves alone would have led, and each of them
    has left its one fact; the sequence never falls."""
    with transaction.atomic():
        conference = ConferenceFactory(lead=host)
        state, sequence, made = "draft", 0, []
        for verb in walk:
            extra = {"reason": {"vi": "Bão"}} if verb in BODIES else {}
            if (state, verb) not in LIFE:
                with pytest.raises(IllegalMove) as refusal:
                    getattr(services, verb)(conference_id=conference.pk, **extra)
                assert refusal.value.extra["legal"] == sorted(v for s, v in LIFE if s == state)
            else:
                row = getattr(services, verb)(conference_id=conference.pk, **extra)
                state = LIFE[state, verb]
                made.append(f"conference.{FACTS[verb]}")
                assert row.sequence >= sequence
                sequence = row.sequence
            kept = Conference.objects.get(pk=conference.pk)
            assert (kept.state, kept.sequence) == (state, sequence)
        told = Event.objects.filter(subject_id=conference.pk).exclude(
            name__in=["conference.moved", "conference.news_due", "conference.postponement_due"]
        )
        assert list(told.order_by("id").values_list("name", flat=True)) == made
        transaction.set_rollback(True)


def test_announcing_names_what_is_missing(granted: Callable[..., APIClient]) -> None:
    conference = ConferenceFactory(lead=False, day=None)
    answer = do(granted("administrator"), conference, "announce")
    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} == {"lead", "day"}
    conference.refresh_from_db()
    assert conference.state == "draft"


@pytest.mark.parametrize("verb", ["postpone", "cancel"])
@pytest.mark.parametrize("body", [{}, {"reason": {}}, {"reason": {"en": "Storm"}}, {"reason": "bão"}])
def test_calling_off_needs_a_reason_in_vietnamese(
    organiser: APIClient, host: Organisation, verb: str, body: dict[str, Any]
) -> None:
    answer = do(organiser, ConferenceFactory(lead=host, announced=True), verb, body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "reason")


def test_calling_off_keeps_the_reason_until_it_is_on_again(organiser: APIClient, host: Organisation) -> None:
    conference = ConferenceFactory(lead=host, announced=True)
    assert do(organiser, conference, "postpone").json()["reason"] == REASON["reason"]
    again = do(organiser, conference, "announce").json()
    assert (again["reason"], again["sequence"]) == ({}, 2)
    moved = Event.objects.get(subject_id=conference.pk, name="conference.moved")
    assert moved.payload["changes"] == ["resumed"]


def test_conferences_follow_each_other_one_way(organiser: APIClient, host: Organisation) -> None:
    first, second, third = (ConferenceFactory(lead=host) for _ in range(3))

    def follows(one: Conference, other: Conference) -> Any:
        return organiser.patch(f"{URL}/{one.pk}", {"follows": str(other.pk)}, headers={"If-Match": "*"})

    assert [follows(second, first).status_code, follows(third, second).status_code] == [200, 200]
    for other in (first, second, third):
        refused = follows(first, other)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "follows")
    first.follows = third
    with pytest.raises(IntegrityError, match="follow"), transaction.atomic():
        first.save()
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER conferences_follow_one_way ON conferences_conference")
    first.save()


def test_cancelling_a_draft_and_opening_it_again_are_steps_in_its_organisers_calendars(
    organiser: APIClient, host: Organisation
) -> None:
    conference = ConferenceFactory(lead=host)
    assert [do(organiser, conference, verb).json()["sequence"] for verb in ("cancel", "reopen")] == [1, 2]


def test_chairs_open_and_close_and_do_nothing_else(granted: Callable[..., APIClient], host: Organisation) -> None:
    conference = ConferenceFactory(lead=host, announced=True)
    person = PersonFactory()
    DutyFactory(conference=conference, person=person)
    chair = granted(person=person)
    assert do(chair, conference, "postpone").status_code == 403
    assert do(chair, conference, "start").json()["opened_at"]
    assert do(chair, conference, "close").json()["closed_at"]
    assert do(chair, conference, "archive").status_code == 403
    assert do(chair, ConferenceFactory(lead=host, announced=True), "start").status_code == 403


def test_opening_and_closing_may_be_recorded_late_but_not_ahead(organiser: APIClient, host: Organisation) -> None:
    conference = ConferenceFactory(lead=host, announced=True)
    ahead = (now() + dt.timedelta(hours=1)).isoformat()
    assert do(organiser, conference, "start", {"at": ahead}).status_code == 400
    opened = do(organiser, conference, "start", {"at": "2021-01-14T13:30:00+07:00"}).json()["opened_at"]
    assert dt.datetime.fromisoformat(opened) == dt.datetime(2021, 1, 14, 6, 30, tzinfo=dt.UTC)
    assert do(organiser, conference, "close", {"at": "2021-01-14T13:00:00+07:00"}).status_code == 400
    assert do(organiser, conference, "close", {"at": "2021-01-14T17:00:00+07:00"}).status_code == 200


def test_a_move_on_a_stale_reading_is_refused(organiser: APIClient, host: Organisation) -> None:
    conference = ConferenceFactory(lead=host)
    assert organiser.post(f"{URL}/{conference.pk}/announce", {}, headers={"If-Match": '"7"'}).status_code == 412
