"""The waiting list against a model of it: people, each in one state, whose heads are counted."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
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
from backend.core.errors import Conflict, Gone
from backend.invitations import services as invitations
from backend.invitations.models import Invitation
from backend.registration import services
from backend.registration.models import Registration, SeatLimit, Seats
from backend.registration.services import answers
from tests.factories.conferences import ConferenceFactory, SiteFactory
from tests.factories.invitations import InvitationFactory
from tests.factories.people import OrganisationFactory, PersonFactory
from tests.threads import in_threads


class Guest:
    """One person in the model; over and done with when `state` is none of pending, waiting, offered and confirmed."""

    def __init__(self, state: str, site: Any, unit: Any, turn: int | None = None) -> None:
        self.state, self.site, self.unit, self.turn = state, site, unit, turn

    @property
    def holds(self) -> bool:
        return self.state in ("confirmed", "offered")

    @property
    def rank(self) -> tuple[int, int]:
        """Less is better."""
        waits = self.state == "waiting"
        return ("confirmed", "offered", "waiting", "pending").index(self.state), (self.turn or 0) if waits else 0


class WaitingList(RuleBasedStateMachine):
    """`guests` say what must be so: every step is done to them as well, by counting heads instead of counters."""

    @initialize(
        capacity=st.integers(0, 3),
        decided=st.sampled_from([(True, False), (True, True), (False, False), (False, True)]),
        crowd=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1)), min_size=4, max_size=8),
    )
    def open(self, capacity: int, decided: tuple[bool, bool], crowd: list[tuple[int, int]]) -> None:
        start = now() + dt.timedelta(days=30)
        self.conference = ConferenceFactory(
            announced=True, starts_at=start, ends_at=start + dt.timedelta(hours=3), capacity=capacity
        )
        self.sites = [None, *(SiteFactory(conference=self.conference).pk for _ in range(2))]
        self.units = [OrganisationFactory().pk for _ in range(2)]
        services.set_capacity(conference_id=self.conference.pk, capacity=capacity)
        self.capacity: int | None = capacity
        self.limits: dict[Any, int] = {}
        self.guests: dict[Any, Guest] = {}
        self.letters: dict[Any, Invitation] = {}
        self.turns = 0
        self.it_is_decided_how_seats_pass_on(*decided)
        for site, unit in crowd:
            self.come(self.sites[site], self.units[unit], asks=False)
        for key in self.of("confirmed")[:1]:
            self.give_up(key, heard=True)

    def of(self, *states: str) -> list[Any]:
        return sorted(key for key, guest in self.guests.items() if guest.state in states)

    def held(self, **of: Any) -> int:
        return sum(
            g.holds and all(getattr(g, name) == value for name, value in of.items()) for g in self.guests.values()
        )

    def fits(self, guest: Guest) -> bool:
        return (
            (self.capacity is None or self.held() < self.capacity)
            and (guest.site not in self.limits or self.held(site=guest.site) < self.limits[guest.site])
            and (guest.unit not in self.limits or self.held(unit=guest.unit) < self.limits[guest.unit])
        )

    def next(self) -> Guest | None:
        """Who is next of those who fit: by turn, or of the unit that holds fewest."""
        fitting = [guest for guest in self.guests.values() if guest.state == "waiting" and self.fits(guest)]
        order = lambda guest: (self.held(unit=guest.unit) if self.by_unit else 0, guest.turn)  # noqa: E731
        return min(fitting, key=order, default=None)

    def seat_or_queue(self, guest: Guest) -> None:
        if self.fits(guest) and self.next() is None:
            guest.state = "confirmed"
        else:
            self.turns += 1
            guest.state, guest.turn = "waiting", self.turns

    def give_out(self) -> None:
        while lucky := self.next():
            lucky.state = "offered" if self.offers else "confirmed"

    def row(self, key: Any) -> Registration:
        return Registration.objects.get(pk=key)

    @rule(data=st.data(), asks=st.booleans())
    def somebody_comes(self, data: st.DataObject, asks: bool) -> None:
        self.come(data.draw(st.sampled_from(self.sites)), data.draw(st.sampled_from(self.units)), asks=asks)

    def come(self, site: Any, unit: Any, *, asks: bool) -> None:
        person = PersonFactory(organisation_id=unit)
        guest = Guest("pending", site, unit)
        if asks:
            made = services.ask(conference_id=self.conference.pk, person_id=person.pk, site_id=site)
        else:
            made = services.register(conference_id=self.conference.pk, person_id=person.pk, site_id=site)
            self.seat_or_queue(guest)
        self.guests[made.pk] = guest

    @precondition(lambda self: self.of("pending", "waiting", "offered", "confirmed"))
    @rule(data=st.data(), heard=st.booleans())
    def somebody_gives_up(self, data: st.DataObject, heard: bool) -> None:
        """The seat is passed on once the news of it is heard; before that, others may come."""
        self.give_up(data.draw(st.sampled_from(self.of("pending", "waiting", "offered", "confirmed"))), heard=heard)

    def give_up(self, key: Any, *, heard: bool) -> None:
        services.cancel(registration_id=key)
        services.cancel(registration_id=key)
        guest = self.guests[key]
        guest.state = "cancelled" if guest.state == "confirmed" else "withdrawn"
        if heard:
            self.promote()

    @precondition(lambda self: self.of("waiting", "offered", "confirmed"))
    @rule(data=st.data(), known=st.booleans(), heard=st.booleans())
    def somebody_sends_another(self, data: st.DataObject, known: bool, heard: bool) -> None:
        """Whoever comes instead, `known` or not, has the better of both places, and no other place changes."""
        key = data.draw(st.sampled_from(self.of("waiting", "offered", "confirmed")))
        others = [
            other
            for other in self.of("pending", "waiting", "offered", "confirmed")
            if other not in {key, *self.letters}
        ]
        own = data.draw(st.sampled_from(others)) if known and others else None
        gone, comes = self.letter(key), self.letter(own) if own else self.letter_to(PersonFactory())
        invitations.withdraw(invitation_id=gone.pk)
        Invitation.objects.filter(pk=gone.pk).update(substitute=comes)
        for _ in range(2):
            services.follow_withdrawal(invitation_id=gone.pk)
        guest = self.guests[key]
        if own is None or guest.rank < self.guests[own].rank:
            made = own or Registration.objects.get(conference=self.conference, person_id=comes.person_id).pk
            kept = self.guests[made].turn if own else None
            hands_on = guest.state != "confirmed"
            self.guests[made] = Guest(guest.state, guest.site, guest.unit, guest.turn if hands_on else kept)
            self.letters[made] = comes
            guest.turn = None if hands_on else guest.turn
        guest.state = "cancelled" if guest.state == "confirmed" else "withdrawn"
        if heard:
            self.promote()

    def letter(self, key: Any) -> Invitation:
        """Whoever comes by an invitation already, has it."""
        if key not in self.letters:
            self.letters[key] = self.letter_to(self.row(key).person)
            Registration.objects.filter(pk=key).update(invitation=self.letters[key])
        return self.letters[key]

    def letter_to(self, person: Any) -> Invitation:
        made: Invitation = InvitationFactory(conference=self.conference, person=person, sent=True)
        return made

    @precondition(lambda self: self.of("waiting", "offered", "confirmed"))
    @rule(data=st.data())
    def somebody_registers_twice(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(self.of("waiting", "offered", "confirmed")))
        assert services.register(conference_id=self.conference.pk, person_id=self.row(key).person_id).pk == key

    @precondition(lambda self: self.of("pending"))
    @rule(data=st.data(), how=st.sampled_from(["approve", "refuse", "register"]))
    def a_request_is_decided(self, data: st.DataObject, how: str) -> None:
        key = data.draw(st.sampled_from(self.of("pending")))
        if how == "refuse":
            services.refuse(registration_id=key, reason={"vi": "Hội trường nhỏ"})
            self.guests[key].state = "refused"
            return
        if how == "approve":
            services.approve(registration_id=key)
        else:
            services.register(conference_id=self.conference.pk, person_id=self.row(key).person_id)
        self.seat_or_queue(self.guests[key])

    @precondition(lambda self: self.of("offered"))
    @rule(data=st.data(), ended=st.booleans())
    def an_offer_is_taken_up_or_ends(self, data: st.DataObject, ended: bool) -> None:
        key = data.draw(st.sampled_from(self.of("offered")))
        if not ended:
            services.accept(registration_id=key)
            self.guests[key].state = services.accept(registration_id=key).state
            assert self.guests[key].state == "confirmed"
            return
        Registration.objects.filter(pk=key).update(offer_until=now() - dt.timedelta(seconds=1))
        with pytest.raises(Gone):
            services.accept(registration_id=key)
        services.expire_offers()
        self.guests[key].state = "expired"
        self.give_out()

    @rule()
    def promote(self) -> None:
        services.promote(conference_id=self.conference.pk)
        self.give_out()

    @rule(offers=st.booleans(), by_unit=st.booleans())
    def it_is_decided_how_seats_pass_on(self, offers: bool, by_unit: bool) -> None:
        self.offers, self.by_unit = offers, by_unit
        services.set_admission(
            conference_id=self.conference.pk, mode="approval", offer_hours=24 * offers, by_unit=by_unit
        )

    @rule(capacity=st.none() | st.integers(0, 6))
    def resize(self, capacity: int | None) -> None:
        with self.refused_if(capacity, self.held()) as allowed:
            services.set_capacity(conference_id=self.conference.pk, capacity=capacity)
        if allowed:
            self.capacity = capacity
            self.give_out()

    @rule(data=st.data(), capacity=st.none() | st.integers(0, 3))
    def limit(self, data: st.DataObject, capacity: int | None) -> None:
        name, key = data.draw(
            st.sampled_from([*(("site", site) for site in self.sites[1:]), *(("unit", unit) for unit in self.units)])
        )
        of = {"site_id" if name == "site" else "organisation_id": key}
        with self.refused_if(capacity, self.held(**{name: key})) as allowed:
            services.set_limit(conference_id=self.conference.pk, capacity=capacity, **of)
        if allowed:
            self.limits.pop(key, None)
            self.limits |= {} if capacity is None else {key: capacity}
            self.give_out()

    @staticmethod
    @contextmanager
    def refused_if(capacity: int | None, held: int) -> Iterator[bool]:
        """Fewer than are held already is refused, and changes nothing."""
        allowed = capacity is None or capacity >= held
        with nullcontext() if allowed else pytest.raises(Conflict):
            yield allowed

    @invariant()
    def the_house_says_the_same(self) -> None:
        if not hasattr(self, "conference"):
            return
        rows = Registration.objects.filter(conference=self.conference)
        said = {pk: (state, turn) for pk, state, turn in rows.values_list("pk", "state", "turn")}
        assert said == {key: (guest.state, guest.turn) for key, guest in self.guests.items()}, "somebody is lost"
        seats = Seats.objects.get(conference=self.conference)
        assert (seats.capacity, seats.limited) == (self.capacity, bool(self.limits))
        counted = {"confirmed": seats.taken, "offered": seats.offered, "waiting": seats.waiting}
        assert counted == {state: len(self.of(state)) for state in counted}
        assert self.capacity is None or self.held() <= self.capacity
        limits = SeatLimit.objects.filter(conference=self.conference)
        assert {limit.site_id or limit.organisation_id: (limit.capacity, limit.held) for limit in limits} == {
            key: (capacity, self.held(site=key) + self.held(unit=key)) for key, capacity in self.limits.items()
        }


class TestWaitingList(HypothesisCase, WaitingList.TestCase):  # type: ignore[misc, name-defined]
    settings = settings(max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))


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
    seat, reached, begun, raised = answers._seat, threading.Event(), threading.Event(), []

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

    monkeypatch.setattr(answers, "_seat", stopping)
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
    here = now()
    monkeypatch.setattr("django.utils.timezone.now", lambda: here + dt.timedelta(minutes=1))
    row = InvitationFactory(sent=True)
    for answer in ("accepted", "declined", "accepted"):
        invitations.reply(invitation_id=row.pk, answer=answer)
        services.follow_answer(invitation_id=row.pk)
    assert list(Registration.objects.order_by("id").values_list("state", flat=True)) == ["cancelled", "confirmed"]
