"""The waiting list against a model of it: a list of seats and a queue."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from backend.conferences.models import Conference
from backend.core.clock import now
from backend.core.errors import Conflict
from backend.invitations.models import Invitation
from backend.registration import services
from backend.registration.models import Registration, Seats
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
