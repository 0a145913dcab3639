"""Seats under a crowd: real transactions, many at once, and the same crowd with the guards off."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from backend.core.clock import now
from backend.core.errors import Conflict
from backend.outbox.models import Event
from backend.registration import services
from backend.registration.models import Registration, Seats
from backend.registration.services import counters
from backend.registration.states import RegistrationState
from tests.factories.conferences import ConferenceFactory
from tests.factories.invitations import InvitationFactory
from tests.factories.people import PersonFactory
from tests.factories.registration import RegistrationFactory

CROWD = 8  # as many connections as the pool holds

#: What a register without the counter would do: look, then insert.
LOOK_THEN_INSERT = """
WITH looked AS (
    SELECT (SELECT count(*) FROM registration_registration WHERE conference_id = %(conference)s AND state = 'confirmed')
        < (SELECT capacity FROM registration_seats WHERE conference_id = %(conference)s) AS seated, pg_sleep(0.02)
)
INSERT INTO registration_registration
    (id, created_at, updated_at, version, conference_id, person_id, invitation_id, organisation_id, site_id, category,
     state, turn, code_round, reason)
SELECT %(id)s, now(), now(), 1, %(conference)s, %(person)s, %(invitation)s, %(organisation)s, %(site)s, %(category)s,
    CASE WHEN seated THEN 'confirmed' ELSE 'waiting' END,
    CASE WHEN seated THEN NULL ELSE (random() * 1e9)::integer END, 0, '{}' FROM looked RETURNING *
"""


def at_once(calls: list[Callable[[], Any]]) -> list[Exception]:
    """Runs the calls in a crowd of threads, each with its own connection; returns what was raised."""
    queue, raised, start = list(calls), [], threading.Barrier(CROWD)

    def work() -> None:
        try:
            start.wait()
            while queue:
                try:
                    call = queue.pop(0)
                except IndexError:
                    break
                try:
                    call()
                except Exception as error:
                    raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(CROWD)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def forty_for_ten() -> tuple[UUID, list[Exception]]:
    conference = ConferenceFactory(announced=True, capacity=10)
    services.set_capacity(conference_id=conference.id, capacity=10)
    people = PersonFactory.create_batch(40)
    connection.close()

    def registering(person_id: UUID) -> Callable[[], Any]:
        return lambda: services.register(conference_id=conference.id, person_id=person_id)

    return conference.id, at_once([registering(person.id) for person in people])


def states(conference_id: UUID) -> tuple[int, int]:
    rows = Registration.objects.filter(conference_id=conference_id)
    return rows.filter(state="confirmed").count(), rows.filter(state="waiting").count()


@pytest.fixture
def without_constraint() -> Iterator[Callable[[str, str], None]]:
    """Drops a constraint or unique index for one test."""
    dropped: list[str] = []

    def drop(statement: str, restore: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)
        dropped.append(restore)

    yield drop
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("TRUNCATE registration_registration, registration_seats, registration_presence CASCADE")
        cursor.execute("SET session_replication_role = origin")
        for restore in dropped:
            cursor.execute(restore)


@pytest.mark.django_db(transaction=True)
def test_forty_people_for_ten_seats_are_ten_seated_and_thirty_waiting_in_order() -> None:
    conference_id, raised = forty_for_ten()

    assert raised == []
    assert states(conference_id) == (10, 30)
    turns = Registration.objects.filter(conference_id=conference_id, state="waiting").values_list("turn", flat=True)
    assert sorted(turns) == list(range(1, 31))
    seats = Seats.objects.get(pk=conference_id)
    assert (seats.taken, seats.waiting, seats.last_turn) == (10, 30, 30)
    assert Event.objects.filter(name="registration.confirmed").count() == 10
    assert Event.objects.filter(name="registration.waitlisted").count() == 30


@pytest.mark.django_db(transaction=True)
def test_a_burst_waits_in_the_order_of_arrival() -> None:
    """A small one of what `make bench` does with 2,000: whoever had the answer before another asked comes before them."""
    conference = ConferenceFactory(announced=True, capacity=20)
    people = PersonFactory.create_batch(80)
    connection.close()
    asked: list[tuple[float, float, int]] = []

    def registering(person_id: UUID) -> Callable[[], Any]:
        def register() -> None:
            begun = time.monotonic()
            row = services.register(conference_id=conference.id, person_id=person_id)
            asked.append((begun, time.monotonic(), row.turn or 0))

        return register

    raised = at_once([registering(person.id) for person in people])

    assert raised == []
    assert states(conference.id) == (20, 60)
    assert sorted(turn for _, _, turn in asked) == [0] * 20 + list(range(1, 61))
    assert all(before <= after for _, end, before in asked for begun, _, after in asked if end < begun)


@pytest.mark.django_db(transaction=True)
def test_without_the_locked_counter_the_same_crowd_oversells(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: it is the counter's lock, and no luck of timing, that keeps the number."""
    monkeypatch.setattr(counters, "TAKE_SEAT_OR_TURN", LOOK_THEN_INSERT)

    conference_id, _ = forty_for_ten()

    assert states(conference_id)[0] > 10


@pytest.mark.django_db(transaction=True)
def test_the_same_person_ten_times_at_once_is_registered_once() -> None:
    conference = ConferenceFactory(announced=True, capacity=10)
    person = PersonFactory()
    connection.close()

    raised = at_once([lambda: services.register(conference_id=conference.id, person_id=person.id)] * 10)

    assert raised == []
    assert Registration.objects.count() == 1
    assert Seats.objects.get().taken == 1


@pytest.mark.django_db
def test_one_live_registration_per_person_is_a_constraint() -> None:
    row = RegistrationFactory()

    with pytest.raises(IntegrityError, match="one_live_registration_per_person"), transaction.atomic():
        Registration.objects.create(conference=row.conference, person=row.person, category="guest", state="confirmed")


@pytest.mark.django_db(transaction=True)
def test_without_the_index_a_person_could_sit_twice(without_constraint: Callable[[str, str], None]) -> None:
    without_constraint(
        "DROP INDEX one_live_registration_per_person",
        "CREATE UNIQUE INDEX one_live_registration_per_person ON registration_registration (conference_id, person_id)"
        " WHERE NOT (state IN ('cancelled', 'expired', 'refused', 'withdrawn'))",
    )
    row = RegistrationFactory()

    Registration.objects.create(conference=row.conference, person=row.person, category="guest", state="confirmed")

    assert Registration.objects.filter(person=row.person).count() == 2


@pytest.mark.django_db
def test_the_counter_cannot_pass_the_capacity() -> None:
    seats = Seats.objects.create(conference=ConferenceFactory(), capacity=2, taken=2)

    with pytest.raises(IntegrityError, match="never_over_capacity"), transaction.atomic():
        Seats.objects.filter(pk=seats.pk).update(taken=3)


@pytest.mark.django_db(transaction=True)
def test_without_the_check_the_counter_would_pass_it(without_constraint: Callable[[str, str], None]) -> None:
    without_constraint(
        "ALTER TABLE registration_seats DROP CONSTRAINT never_over_capacity",
        "ALTER TABLE registration_seats ADD CONSTRAINT never_over_capacity"
        " CHECK (capacity IS NULL OR capacity >= taken + offered)",
    )
    seats = Seats.objects.create(conference=ConferenceFactory(), capacity=2, taken=2)

    assert Seats.objects.filter(pk=seats.pk).update(taken=3) == 1


@pytest.mark.django_db(transaction=True)
def test_cancelling_promoting_and_registering_at_once_keeps_every_count_true() -> None:
    conference = ConferenceFactory(announced=True, capacity=10)
    rows = [RegistrationFactory(conference=conference) for _ in range(20)]
    people = PersonFactory.create_batch(10)
    connection.close()

    calls: list[Callable[[], Any]] = []
    for row, person in zip(rows[:10], people, strict=True):
        calls += [
            lambda row=row: services.cancel(registration_id=row.id),  # type: ignore[misc]
            lambda: services.promote(conference_id=conference.id),
            lambda person=person: services.register(conference_id=conference.id, person_id=person.id),  # type: ignore[misc]
        ]
    raised = at_once(calls)
    services.promote(conference_id=conference.id)

    assert raised == []
    assert states(conference.id) == (10, 10)
    seats = Seats.objects.get()
    assert (seats.taken, seats.waiting) == (10, 10)
    # The ten who waited from the start came before the ten newcomers.
    assert set(Registration.objects.filter(state="confirmed").values_list("id", flat=True)) == {r.id for r in rows[10:]}


@pytest.mark.django_db
def test_a_newcomer_does_not_pass_those_who_wait_for_a_seat_just_freed() -> None:
    conference = ConferenceFactory(announced=True, capacity=1)
    first, second = RegistrationFactory(conference=conference), RegistrationFactory(conference=conference)
    services.cancel(registration_id=first.id)

    newcomer = RegistrationFactory(conference=conference)
    services.promote(conference_id=conference.id)

    second.refresh_from_db()
    assert (second.state, newcomer.state, newcomer.turn) == (RegistrationState.CONFIRMED, RegistrationState.WAITING, 2)


@pytest.mark.django_db
def test_more_seats_go_to_those_who_wait_and_fewer_than_taken_are_refused() -> None:
    conference = ConferenceFactory(announced=True, capacity=1)
    rows = [RegistrationFactory(conference=conference) for _ in range(4)]

    services.set_capacity(conference_id=conference.id, capacity=3)

    assert [Registration.objects.get(pk=row.pk).state for row in rows] == ["confirmed"] * 3 + ["waiting"]
    with pytest.raises(Conflict):
        services.set_capacity(conference_id=conference.id, capacity=2)


@pytest.mark.django_db
def test_a_seat_follows_the_answer() -> None:
    invitation = InvitationFactory(sent=True)

    def answered(state: str) -> list[str]:
        type(invitation).objects.filter(pk=invitation.pk).update(state=state, answered_at=now())
        services.follow_answer(invitation_id=invitation.id)
        services.follow_answer(invitation_id=invitation.id)
        services.follow_withdrawal(invitation_id=invitation.id)
        return list(Registration.objects.order_by("id").values_list("state", flat=True))

    assert answered("tentative") == []
    assert answered("accepted") == ["confirmed"]
    assert answered("tentative") == ["confirmed"]
    assert answered("declined") == ["cancelled"]
    assert answered("accepted") == ["cancelled", "confirmed"]
    assert answered("withdrawn") == ["cancelled", "cancelled"]


@pytest.mark.django_db
def test_a_conference_that_is_over_registers_nobody() -> None:
    with pytest.raises(Conflict):
        RegistrationFactory(conference=ConferenceFactory(state="closed"))
    late = InvitationFactory(sent=True, list__conference__state="closed", state="accepted")
    assert services.follow_answer(invitation_id=late.id) is None
