"""The waiting list against a model of it: a list of seats and a queue."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from backend.core.errors import Conflict
from backend.registration import services
from backend.registration.models import Registration, Seats
from tests.factories.conferences import ConferenceFactory
from tests.factories.people import PersonFactory


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
