"""A series that is edited while one of its people is asked elsewhere: the two writes do not miss each other."""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from backend.conferences import services
from backend.conferences.models import Conference, Series
from backend.conferences.queries import clashes_of
from backend.conferences.queries import series as series_queries
from backend.conferences.services import scheduling
from backend.core.errors import Conflict
from tests.factories.conferences import ConferenceFactory, DutyFactory
from tests.factories.people import OrganisationFactory, PersonFactory

pytestmark = pytest.mark.django_db(transaction=True)
NOW = dt.datetime(2026, 11, 21, 2, 0, tzinfo=dt.UTC)
MONDAY = dt.date(2026, 11, 23)
#: How many seconds the first writer stays in its transaction for a second that is to wait, or to come through.
A_WHILE, LONG = 1.0, 30.0


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series_queries, "now", lambda: NOW)


def monday_at(hour: int) -> dt.datetime:
    return dt.datetime.combine(MONDAY, dt.time(hour - 7), dt.UTC)


def one_chair_of_two() -> tuple[Series, Conference]:
    """A series on Mondays at eight that warns of clashes, and a conference on Monday at ten that refuses them."""
    chair, host = PersonFactory(), OrganisationFactory()
    series = services.add_series(
        fields={
            "title": {"vi": "Giao ban tuần"},
            "organisation": host,
            "rule": "FREQ=WEEKLY;BYDAY=MO",
            "starts_on": MONDAY,
            "start_time": dt.time(8),
            "minutes": 60,
            "horizon_days": 14,
            "announces": True,
        },
        outline={"duties": [{"kind": "chair", "person": chair}]},
    )
    refusing = ConferenceFactory(
        lead=host,
        announced=True,
        clash_policy="refuse",
        day=MONDAY,
        day_part="",
        starts_at=monday_at(10),
        ends_at=monday_at(11),
    )
    DutyFactory(conference=refusing, kind="chair", person=chair)
    return series, refusing


def one_within_the_other(
    first: Callable[[], Any], second: Callable[[], Any], patience: float = A_WHILE
) -> tuple[Any, Any]:
    """What both came to: `second` begins when `first` has written everything and not yet committed."""
    written, through = threading.Event(), threading.Event()
    came_to: dict[str, Any] = {}

    def follow() -> None:
        written.wait()
        try:
            came_to["second"] = second()
        except Conflict:
            came_to["second"] = "refused"
        finally:
            through.set()
            connection.close()

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        with transaction.atomic():
            came_to["first"] = first()
            written.set()
            through.wait(patience)
    finally:
        written.set()
        thread.join()
    return came_to["first"], came_to["second"]


def led(series: Series) -> Callable[[], int]:
    """The whole series goes to two o'clock; how many clashes its first meeting then has, as the writer sees it."""

    def work() -> int:
        services.edit_series(series_id=series.pk, fields={"start_time": dt.time(14)})
        return len(clashes_of(Conference.objects.get(series=series, day=MONDAY).pk))

    return work


def put_to_two(refusing: Conference) -> Callable[[], str]:
    def work() -> str:
        services.edit(conference_id=refusing.pk, fields={"starts_at": monday_at(14), "ends_at": monday_at(15)})
        return "written"

    return work


def test_a_conference_that_refuses_clashes_waits_for_the_series_and_is_refused() -> None:
    series, refusing = one_chair_of_two()
    assert one_within_the_other(led(series), put_to_two(refusing)) == (0, "refused")
    assert clashes_of(refusing.pk) == []


def test_a_series_waits_for_the_conference_and_knows_of_the_clash() -> None:
    series, refusing = one_chair_of_two()
    assert one_within_the_other(put_to_two(refusing), led(series)) == ("written", 1)


def test_without_the_queue_they_miss_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: both pass, and neither hears of a clash the conference refuses."""
    monkeypatch.setattr(scheduling, "queue_for_people", lambda conferences: None)
    series, refusing = one_chair_of_two()
    assert one_within_the_other(led(series), put_to_two(refusing), LONG) == (0, "written")
    assert clashes_of(refusing.pk)
    series, refusing = one_chair_of_two()
    assert one_within_the_other(put_to_two(refusing), led(series), LONG) == ("written", 0)
    assert clashes_of(refusing.pk)
