"""The waiting list against a model of it: a list of seats and a queue."""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from backend.conferences.models import Conference
from backend.core.clock import now
from backend.core.errors import Conflict
from backend.invitations import services as invitations
from backend.invitations.models import Invitation
from backend.registration import services
from backend.registration.models import Registration, Seats
from backend.registration.services import seats as seating
from tests.factories.conferences import ConferenceFactory
from tests.factories.invitations import InvitationFactory
from tests.factories.people import PersonFactory
from tests.threads import in_threads


class WaitingList(RuleBasedStateMachine):
    """`seated` and `queue` say what must be so; every step is done to both."""

    @initialize(capacity=st.integers(0, 3))
    def open(self, capacity: int) -> None:
        self.conference = ConferenceFactory(announced=True, capacity=capacity)
        services.set_capacity(conference_id=self.conference.id, capacity=capacity)
        self.capacity: int | None = capacity
        self.seated: set[Any] = set()
        self.queue: list[Any] = []

    @rule()
    def somebody_registers(self) -> None:
        person = PersonFactory()
        services.register(conference_id=self.conference.id, person_id=person.id)
        room = self.capacity is None or len(self.seated) < self.capacity
        if room and not self.queue:
            self.seated.add(person.id)
        else:
            self.queue.append(person.id)

    @precondition(lambda self: self.seated or self.queue)
    @rule(data=st.data())
    def somebody_cancels(self, data: st.DataObject) -> None:
        person_id = data.draw(st.sampled_from(sorted([*self.seated, *self.queue])))
        row = Registration.objects.exclude(state="cancelled").get(person_id=person_id, conference=self.conference)
        services.cancel(registration_id=row.id)
        services.cancel(registration_id=row.id)
        self.seated.discard(person_id)
        self.queue = [other for other in self.queue if other != person_id]

    @precondition(lambda self: self.seated or self.queue)
    @rule(data=st.data())
    def somebody_registers_twice(self, data: st.DataObject) -> None:
        person_id = data.draw(st.sampled_from(sorted([*self.seated, *self.queue])))
        services.register(conference_id=self.conference.id, person_id=person_id)

    @rule()
    def promote(self) -> None:
        services.promote(conference_id=self.conference.id)
        self._promote()

    @rule(capacity=st.none() | st.integers(0, 6))
    def resize(self, capacity: int | None) -> None:
        try:
            services.set_capacity(conference_id=self.conference.id, capacity=capacity)
        except Conflict:
            assert capacity is not None
            assert capacity < len(self.seated)
        else:
            self.capacity = capacity
            self._promote()

    def _promote(self) -> None:
        while self.queue and (self.capacity is None or len(self.seated) < self.capacity):
            self.seated.add(self.queue.pop(0))

    @invariant()
    def the_house_says_the_same(self) -> None:
        if not hasattr(self, "conference"):
            return
        rows = Registration.objects.filter(conference=self.conference)
        seats = Seats.objects.get(conference=self.conference)
        assert set(rows.filter(state="confirmed").values_list("person_id", flat=True)) == self.seated
        waiting = rows.filter(state="waiting").order_by("turn").values_list("person_id", flat=True)
        assert list(waiting) == self.queue
        assert (seats.capacity, seats.taken, seats.waiting) == (self.capacity, len(self.seated), len(self.queue))


class TestWaitingList(HypothesisCase, WaitingList.TestCase):  # type: ignore[misc, name-defined]
    settings = settings(max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))


def accepted(conference: Conference, count: int) -> list[Invitation]:
    """Accepted one after the other, and nobody heard of it yet."""
    rows = [InvitationFactory(conference=conference, sent=True) for _ in range(count)]
    moment = now()
    for index, row in enumerate(rows):
        Invitation.objects.filter(pk=row.pk).update(
            state="accepted", answered_at=moment + dt.timedelta(milliseconds=index)
        )
    return rows


def order_of(rows: list[Invitation]) -> list[tuple[str, int | None]]:
    found = {row.invitation_id: (row.state, row.turn) for row in Registration.objects.all()}
    return [found[row.pk] for row in rows]


#: Of a reaction that finds its work done.
STATEMENTS = 8

IN_ORDER = [("confirmed", None), ("waiting", 1), ("waiting", 2), ("waiting", 3)]


@pytest.mark.django_db
def test_turns_go_by_the_time_of_the_answers_in_whatever_order_they_are_heard() -> None:
    rows = accepted(ConferenceFactory(announced=True, capacity=1), 4)
    for row in reversed(rows):
        services.follow_answer(invitation_id=row.pk)
    assert order_of(rows) == IN_ORDER


@pytest.mark.django_db(transaction=True)
def test_answers_heard_by_many_workers_at_once_keep_their_order() -> None:
    rows = accepted(ConferenceFactory(announced=True, capacity=1), 4)
    ids = iter([row.pk for row in reversed(rows)])
    results = in_threads(4, lambda: services.follow_answer(invitation_id=next(ids)))
    assert not [result for result in results if isinstance(result, Exception)]
    assert order_of(rows) == IN_ORDER


@pytest.mark.django_db
def test_without_those_before_whoever_is_heard_first_would_be_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr(
        "backend.registration.queries.unseated_until", lambda heard: Invitation.objects.filter(pk=heard.pk)
    )
    rows = accepted(ConferenceFactory(announced=True, capacity=1), 4)
    for row in reversed(rows):
        services.follow_answer(invitation_id=row.pk)
    assert order_of(rows) == list(reversed(IN_ORDER))


@pytest.mark.django_db
def test_who_was_cancelled_since_answering_is_not_seated_by_anothers_answer() -> None:
    first, second = accepted(ConferenceFactory(announced=True, capacity=5), 2)
    made = services.follow_answer(invitation_id=first.pk)
    assert made is not None
    services.cancel(registration_id=made.pk)
    services.follow_answer(invitation_id=second.pk)
    services.follow_answer(invitation_id=first.pk)
    assert order_of([first, second]) == [("cancelled", None), ("confirmed", None)]


@pytest.mark.django_db
def test_a_reaction_that_is_repeated_keeps_everybodys_place() -> None:
    rows = accepted(ConferenceFactory(announced=True, capacity=1), 4)
    for index in (3, 1, 3, 0, 0, 2, 1):
        services.follow_answer(invitation_id=rows[index].pk)
    assert order_of(rows) == IN_ORDER
    assert Registration.objects.count() == 4


@pytest.mark.django_db
@pytest.mark.parametrize("others", [1, 3, 30])
def test_an_answer_followed_already_costs_the_same_however_many_accepted(others: int) -> None:
    rows = accepted(ConferenceFactory(announced=True, capacity=1), others)
    services.follow_answer(invitation_id=rows[-1].pk)
    with CaptureQueriesContext(connection) as said:
        services.follow_answer(invitation_id=rows[-1].pk)
    assert len(said) == STATEMENTS


def meanwhile(monkeypatch: pytest.MonkeyPatch, heard: Invitation, act: Callable[[], Any], *, seated: bool) -> list[Any]:
    """Follows `heard`, and begins `act` when those accepted are read (`seated`: have been seated too), before the
    commit. Returns what was raised."""
    seat, reached, begun, raised = seating._seat, threading.Event(), threading.Event(), []

    def stopping(*said: Any) -> None:
        if seated:
            seat(*said)
        reached.set()
        begun.wait(1)  # or as long as `act` waits for us
        if not seated:
            seat(*said)

    def run(work: Callable[[], Any]) -> None:
        try:
            work()
        except Exception as error:
            raised.append(error)
        finally:
            connections.close_all()

    def then() -> None:
        reached.wait(10)
        act()
        begun.set()

    monkeypatch.setattr(seating, "_seat", stopping)
    threads = [
        threading.Thread(target=run, args=[work])
        for work in (lambda: services.follow_answer(invitation_id=heard.pk), then)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@pytest.mark.django_db(transaction=True)
def test_who_is_taken_back_while_anothers_answer_is_followed_keeps_no_seat(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = accepted(ConferenceFactory(announced=True, capacity=5), 2)

    def take_back() -> None:
        invitations.withdraw(invitation_id=first.pk)
        services.follow_withdrawal(invitation_id=first.pk)

    assert meanwhile(monkeypatch, second, take_back, seated=False) == []
    assert list(Registration.objects.exclude(state="cancelled").values_list("invitation", flat=True)) == [second.pk]


@pytest.mark.django_db(transaction=True)
def test_a_letter_to_everybody_and_an_answer_do_not_wait_crosswise(monkeypatch: pytest.MonkeyPatch) -> None:
    conference = ConferenceFactory(announced=True, capacity=5)
    rows = accepted(conference, 2)
    second = rows[1]
    Conference.objects.filter(pk=conference.pk).update(sequence=7)

    def write_to_everybody() -> None:
        people = [str(row.person_id) for row in rows]
        window = {"from_sequence": 0, "to_sequence": 7, "from_release": 0, "to_release": 0}
        assert invitations.mail_news(conference_id=conference.pk, people=people, **window) == 2

    assert meanwhile(monkeypatch, second, write_to_everybody, seated=True) == []
    assert Registration.objects.count() == 2


@pytest.mark.django_db
def test_who_declines_and_accepts_again_is_seated_whatever_the_programs_clocks_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(seating, "now", lambda: now() + dt.timedelta(minutes=1))
    row = InvitationFactory(sent=True)
    for answer in ("accepted", "declined", "accepted"):
        invitations.reply(invitation_id=row.pk, answer=answer)
        services.follow_answer(invitation_id=row.pk)
    assert list(Registration.objects.order_by("id").values_list("state", flat=True)) == ["cancelled", "confirmed"]
