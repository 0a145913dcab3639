"""A planned year in the record: what the plan promised, through the services, whole or not at all."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.conferences.models import Conference, RoomBooking, Series, Speaker
from backend.conferences.queries import clashes_of
from backend.conferences.queries import series as series_queries
from backend.conferences.services import extend_all_series
from backend.outbox.models import Event
from backend.people.models import Organisation, Person
from backend.simulation import load as loading
from backend.simulation.load import ACTOR, load
from backend.simulation.plan import plan_year
from backend.simulation.shapes import HELD, Plan
from backend.simulation.stored import count_stored, promised_digest, stored_digest

pytestmark = pytest.mark.django_db(transaction=True)


def past_year(conferences: int = 24) -> Plan:
    return plan_year(2025, conferences, 20, 7, seen_from=dt.date(2025, 10, 1))


def test_sixty_conferences_are_stored_as_they_were_planned() -> None:
    plan = past_year(60)
    assert load(plan) == 60
    assert count_stored(plan) == 60
    assert stored_digest(plan) == promised_digest(plan)
    assert Series.objects.count() == len(plan.series) > 0
    assert Organisation.objects.count() == len(plan.organisations)
    assert Person.objects.count() == len(plan.people)
    assert not Person.objects.exclude(email="").exists()  # nobody who does not exist gets mail
    spoken = sum(len(item.speakers) for each in plan.conferences for item in each.agenda)
    assert Speaker.objects.filter(agenda_item__parent=None).count() == spoken > 0
    assert RoomBooking.objects.count() > 30
    held = [each for each in plan.conferences if each.fate in HELD]
    assert Event.objects.filter(name="conference.closed").count() == len(held) > 10
    assert set(Event.objects.values_list("actor", flat=True)) == {ACTOR}
    assert not [clash for each in Conference.objects.order_by("slug")[:20] for clash in clashes_of(each.pk)]


def test_a_year_to_come_is_complete_at_once_and_its_clock_adds_nothing() -> None:
    plan = plan_year(dt.date.today().year + 1, 24, 20, 7)
    load(plan)
    assert stored_digest(plan) == promised_digest(plan)
    extend_all_series()
    assert Conference.objects.count() == 24
    assert not [short for series in Series.objects.all() for short in series_queries.shortfalls(series)]


def test_this_year_in_the_middle_leaves_the_next_weeks_to_the_series() -> None:
    today = dt.date.today()
    plan = plan_year(today.year, 40, 20, 7, seen_from=today)
    load(plan)
    assert stored_digest(plan) == promised_digest(plan)
    extend_all_series()
    assert Conference.objects.count() == 40


def test_loaded_twice_it_is_there_once() -> None:
    plan = plan_year(2025, 12, 10, 7)
    assert load(plan) == 12
    assert load(plan) == 0
    assert count_stored(plan) == 12


def test_an_interrupted_load_leaves_whole_transactions_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "BATCH", 4)
    plan = past_year()

    def stop(step: str, done: int, total: int) -> None:
        if step == "conferences" and done == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(plan, stop)
    recurring = sum(1 for each in plan.conferences if each.series)
    assert count_stored(plan) == recurring + 4
    assert load(plan) == 24 - recurring - 4
    assert stored_digest(plan) == promised_digest(plan)


def test_an_interrupted_ground_leaves_nothing() -> None:
    plan = past_year()

    def stop(step: str, done: int, total: int) -> None:
        if step == "rooms":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(plan, stop)
    assert not Organisation.objects.exists()


def test_two_years_stand_beside_each_other() -> None:
    first, second = plan_year(2025, 10, 10, 7), plan_year(2025, 10, 10, 8)
    load(first)
    load(second)
    assert (count_stored(first), count_stored(second)) == (10, 10)
    assert stored_digest(first) == promised_digest(first)
    assert stored_digest(second) == promised_digest(second)


def test_an_edit_shows_in_the_digest() -> None:
    plan = plan_year(2025, 3, 5, 7)
    load(plan)
    Conference.objects.filter(pk=Conference.objects.first().pk).update(title={"vi": "Tên khác"})
    assert stored_digest(plan) != promised_digest(plan)


def test_the_digest_takes_as_many_queries_for_thirty_conferences_as_for_three() -> None:
    counts = []
    for conferences in (3, 30):
        plan = plan_year(2025, conferences, 10, conferences)
        load(plan)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            stored_digest(plan)
        counts.append(len(queries))
    assert counts[0] == counts[1]
