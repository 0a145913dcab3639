"""Quorums: set by the chair, watched while people come and go, told once when they are lost."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from backend.conferences.models import Conference
from backend.core.clock import now
from backend.outbox.models import Event
from backend.people.models import Account, Organisation
from backend.registration.models import Presence, Registration
from backend.resolutions import services
from backend.resolutions.models import Quorum, QuorumChange
from tests.factories.conferences import ConferenceFactory, DutyFactory
from tests.factories.people import AccountFactory, OrganisationFactory, PersonFactory
from tests.factories.registration import RegistrationFactory
from tests.factories.resolutions import QuorumFactory
from tests.guards import assert_refused_by, assert_written_without
from tests.threads import in_threads

pytestmark = pytest.mark.django_db


@pytest.fixture
def conference() -> Conference:
    made: Conference = ConferenceFactory(state="running")
    return made


@pytest.fixture
def chair(conference: Conference) -> APIClient:
    account: Account = AccountFactory(person=PersonFactory())
    DutyFactory(conference=conference, kind="chair", person=account.person)
    api = APIClient()
    api.force_authenticate(account)
    return api


def seated(
    conference: Conference, count: int, *, category: str = "delegate", unit: Organisation | None = None
) -> list[Registration]:
    rows = [RegistrationFactory(conference=conference, category=category) for _ in range(count)]
    if unit is not None:
        Registration.objects.filter(pk__in=[row.pk for row in rows]).update(organisation=unit)
    return rows


def pass_door(row: Registration, direction: str = "in", minutes_ago: int = 0) -> None:
    at = now() - dt.timedelta(minutes=minutes_ago)
    Presence.objects.create(conference=row.conference, registration=row, direction=direction, source="name", at=at)


def body(conference: Conference, **fields: Any) -> dict[str, Any]:
    return {
        "conference": str(conference.pk),
        "share": "2/3",
        "base": "summoned",
        "categories": ["staff", "delegate"],
        **fields,
    }


def test_a_quorum_is_reached_and_lost_as_people_come_and_go(conference: Conference, chair: APIClient) -> None:
    rows = seated(conference, 6) + seated(conference, 4, category="guest")
    made = chair.post("/api/v1/quorums", body(conference), format="json")
    assert made.status_code == 201, made.data
    assert (made.data["met"], made.data["now"]["needed"], made.data["now"]["base_number"]) == (None, 4, 6)

    for row in [*rows[:3], *rows[6:]]:
        pass_door(row, minutes_ago=30)
    assert services.watch_quorums() == 1, "not there from the start is told too"
    pass_door(rows[3], minutes_ago=20)
    assert services.watch_quorums() == 1
    assert services.watch_quorums() == 0, "each change is told once"
    pass_door(rows[0], "out", minutes_ago=10)
    services.watch_quorums()

    facts = Event.objects.filter(name__startswith="quorum.").order_by("id")
    told = [(fact.name, fact.payload["present"], fact.payload["needed"]) for fact in facts]
    assert told == [("quorum.lost", 3, 4), ("quorum.reached", 4, 4), ("quorum.lost", 3, 4)]
    shown = chair.get(f"/api/v1/quorums/{made.data['id']}").data
    assert (shown["met"], shown["now"]["got"], shown["now"]["margin"]) == (False, 3, -1)
    assert shown["now"]["sentence"]["vi"] == (
        "Hiện có mặt 3/6 người được triệu tập (50,00%), yêu cầu từ 2/3 trở lên, "
        "tức ít nhất 4 người: không đạt, thiếu 1 người."
    )
    course = chair.get(f"/api/v1/quorums/{made.data['id']}/course").data
    assert [(step["present"], step["met"]) for step in course["steps"]][-3:] == [(3, False), (4, True), (3, False)]
    assert [change["met"] for change in course["changes"]] == [False, True, False]


def test_each_loss_is_told_however_short_it_was(conference: Conference, chair: APIClient) -> None:
    rows = seated(conference, 6)
    made = chair.post("/api/v1/quorums", body(conference), format="json").data
    for row in rows[:4]:
        pass_door(row, minutes_ago=30)
    assert services.watch_quorums() == 1
    for minutes, row, direction in (
        (20, rows[0], "out"),
        (20, rows[1], "out"),
        (15, rows[0], "in"),
        (14, rows[1], "in"),
    ):
        pass_door(row, direction, minutes_ago=minutes)
    assert services.watch_quorums() == 2, "lost and regained between two looks"
    assert services.watch_quorums() == 0
    course = chair.get(f"/api/v1/quorums/{made['id']}/course").data
    assert [(change["met"], change["present"]) for change in course["changes"]] == [(True, 4), (False, 3), (True, 4)]
    assert {change["at"] for change in course["changes"][1:]} <= {step["at"] for step in course["steps"]}, "when it was"
    facts = Event.objects.filter(name__startswith="quorum.").order_by("id")
    assert [fact.name for fact in facts] == ["quorum.reached", "quorum.lost", "quorum.reached"]


def test_only_the_units_named_count_with_those_below_them(conference: Conference, chair: APIClient) -> None:
    ministry = OrganisationFactory()
    below = OrganisationFactory(parent=ministry)
    ours = seated(conference, 2, unit=ministry) + seated(conference, 1, unit=below)
    for row in [*ours[1:], *seated(conference, 3)]:
        pass_door(row)
    asked = body(conference, units=[str(ministry.pk)])
    made = chair.post("/api/v1/quorums", asked, format="json").data
    assert (made["now"]["got"], made["now"]["base_number"]) == (2, 3)
    course = chair.get(f"/api/v1/quorums/{made['id']}/course").data
    assert [step["present"] for step in course["steps"]] == [1, 2]


def test_of_all_members_somebody_says_how_many(conference: Conference, chair: APIClient) -> None:
    for row in seated(conference, 3):
        pass_door(row)
    asked = body(conference, base="members", members=5, share="1/2", cmp=">")
    made = chair.post("/api/v1/quorums", asked, format="json")
    assert (made.data["now"]["needed"], made.data["now"]["holds"]) == (3, True)
    etag = {"HTTP_IF_MATCH": made["ETag"]}
    edited = chair.patch(f"/api/v1/quorums/{made.data['id']}", {"members": 6}, format="json", **etag)
    assert (edited.status_code, edited.data["now"]["needed"], edited.data["met"]) == (200, 4, None)
    late = chair.patch(f"/api/v1/quorums/{made.data['id']}", {"members": 7}, format="json", **etag)
    assert late.status_code == 412


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"share": "3/2"}, "share"),
        ({"share": "2/2", "cmp": ">"}, "share"),
        ({"share": "0.5"}, "share"),
        ({"base": "members"}, "members"),
        ({"members": 5}, "members"),
        ({"categories": []}, "categories"),
        ({"base": "returned"}, "base"),
    ],
)
def test_a_quorum_nobody_could_meet_is_refused(
    conference: Conference, chair: APIClient, wrong: dict[str, Any], field: str
) -> None:
    answer = chair.post("/api/v1/quorums", body(conference, **wrong), format="json")
    assert answer.status_code == 400
    assert [error["field"].split(".")[0] for error in answer.data["errors"]] == [field]
    assert not Quorum.objects.exists()


def test_a_conference_has_one_quorum_and_guests_of_others_do_not_set_it(
    conference: Conference, chair: APIClient
) -> None:
    assert chair.post("/api/v1/quorums", body(conference), format="json").status_code == 201
    assert chair.post("/api/v1/quorums", body(conference), format="json").status_code == 409
    stranger = APIClient()
    stranger.force_authenticate(AccountFactory(person=PersonFactory()))
    other = ConferenceFactory(state="running")
    assert stranger.post("/api/v1/quorums", body(other), format="json").status_code == 403


def test_nobody_is_watched_before_the_opening_or_after_the_end() -> None:
    for state in ("announced", "closed"):
        QuorumFactory(conference__state=state)
    assert services.watch_quorums() == 0
    assert not QuorumChange.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_look_at_once_tell_once() -> None:
    quorum = QuorumFactory()
    pass_door(seated(quorum.conference, 1)[0])
    in_threads(4, services.watch_quorums)
    assert QuorumChange.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [{"met": True, "present": 3, "needed": 4}, {"met": False, "present": 4, "needed": 4}],
)
def test_postgresql_keeps_what_was_seen_and_its_numbers_together(change: dict[str, Any]) -> None:
    quorum = QuorumFactory()

    def wrong() -> None:
        QuorumChange.objects.create(quorum=quorum, base_number=6, **change)

    assert_refused_by("a_quorum_is_met_by_numbers", wrong)
    assert_written_without("a_quorum_is_met_by_numbers", wrong)


@pytest.mark.parametrize(
    ("fields", "guard"),
    [
        ({"base": "members", "members": None}, "a_quorum_of_members_says_how_many"),
        ({"members": 5}, "a_quorum_of_members_says_how_many"),
        ({"share": "0.5"}, "a_quorum_is_a_fraction"),
        ({"cmp": "<"}, "a_quorum_is_a_fraction"),
        ({"categories": []}, "a_quorum_counts_somebody"),
    ],
)
def test_postgresql_refuses_what_is_no_quorum(fields: dict[str, Any], guard: str) -> None:
    conference = ConferenceFactory()

    def wrong() -> None:
        QuorumFactory(conference=conference, **fields)

    assert_refused_by(guard, wrong)
    assert_written_without(guard, wrong)


def test_what_was_seen_is_never_rewritten() -> None:
    seen = QuorumChange.objects.create(quorum=QuorumFactory(), met=True, present=4, needed=4, base_number=6)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuorumChange.objects.filter(pk=seen.pk).update(present=5)
    with pytest.raises(IntegrityError), transaction.atomic():
        seen.delete()
