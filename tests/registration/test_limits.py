"""Limits of sites and units, and what PostgreSQL refuses whoever writes."""

from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from backend.core.clock import now
from backend.core.errors import Conflict, Invalid
from backend.registration import services
from backend.registration.models import Admission, Registration, SeatLimit, Seats
from backend.registration.services import counters
from backend.registration.states import MOVES, RegistrationState
from tests.factories.conferences import ConferenceFactory, SiteFactory
from tests.factories.people import OrganisationFactory, PersonFactory
from tests.factories.registration import RegistrationFactory
from tests.registration.test_seats import at_once, states


def crowd_at_a_site(people: int, seats: int) -> tuple[UUID, list[Exception]]:
    """So many want to come to a site with so many seats, all at once, at a conference with room for more."""
    conference = ConferenceFactory(announced=True, capacity=people)
    site = SiteFactory(conference=conference)
    services.set_limit(conference_id=conference.pk, site_id=site.pk, capacity=seats)
    everybody = PersonFactory.create_batch(people)
    connection.close()

    def registering(person_id: UUID) -> Callable[[], Any]:
        return lambda: services.register(conference_id=conference.pk, person_id=person_id, site_id=site.pk)

    return conference.pk, at_once([registering(person.pk) for person in everybody])


@pytest.mark.django_db(transaction=True)
def test_a_crowd_at_one_site_fills_it_and_waits_in_order() -> None:
    conference_id, raised = crowd_at_a_site(24, 5)

    assert raised == []
    assert states(conference_id) == (5, 19)
    assert SeatLimit.objects.get().held == 5
    rows = Registration.objects.filter(state="waiting").order_by("created_at")
    assert list(rows.values_list("turn", flat=True)) == list(range(1, 20))


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_check_stops_the_crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control of the lock: whoever reads the limit at the same time finds room, and the CHECK is left."""
    without_the_lock(monkeypatch)

    conference_id, raised = crowd_at_a_site(24, 5)

    assert any("never_over_limit" in str(error) for error in raised)
    assert states(conference_id)[0] <= 5


@pytest.mark.django_db(transaction=True)
def test_without_lock_and_check_the_crowd_oversells_the_site(monkeypatch: pytest.MonkeyPatch) -> None:
    without_the_lock(monkeypatch)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE registration_seatlimit DROP CONSTRAINT never_over_limit")
    try:
        assert states(crowd_at_a_site(24, 5)[0])[0] > 5
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE registration_seatlimit")
            cursor.execute(
                "ALTER TABLE registration_seatlimit ADD CONSTRAINT never_over_limit CHECK (held <= capacity)"
            )


def without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads what is free does so beside others who do."""

    def looked_at(conference_id: UUID) -> Seats:
        counters.ensure_seats(conference_id)
        return Seats.objects.get(pk=conference_id)

    monkeypatch.setattr(counters, "locked_seats", looked_at)
    monkeypatch.setattr(counters, "free", slowly(counters.free))


def slowly(free: Callable[[Seats], Any]) -> Callable[[Seats], Any]:
    """Waits after reading what is free, as a busy machine might."""

    def reading(seats: Seats) -> Any:
        found = free(seats)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.05)")
        return found

    return reading


@pytest.mark.django_db(transaction=True)
def test_limits_and_capacity_rise_and_fall_while_people_register() -> None:
    conference = ConferenceFactory(announced=True, capacity=6)
    units = OrganisationFactory.create_batch(2)
    people = [PersonFactory(organisation=units[index % 2]) for index in range(24)]
    connection.close()

    def registering(person_id: UUID) -> Callable[[], Any]:
        return lambda: services.register(conference_id=conference.pk, person_id=person_id)

    def changing(index: int) -> Callable[[], Any]:
        def change() -> None:
            try:
                services.set_capacity(conference_id=conference.pk, capacity=(8, 3, 12)[index % 3])
                services.set_limit(
                    conference_id=conference.pk, organisation_id=units[0].pk, capacity=(2, 5, None)[index % 3]
                )
            except Conflict:
                pass  # more are taken by now

        return change

    calls: list[Callable[[], Any]] = []
    for index, person in enumerate(people):
        calls += [registering(person.pk), *([changing(index // 3)] if index % 3 == 0 else [])]
    raised = at_once(calls)
    services.set_limit(conference_id=conference.pk, organisation_id=units[0].pk, capacity=8)
    services.set_capacity(conference_id=conference.pk, capacity=12)

    assert raised == []
    assert states(conference.pk) == (12, 12)
    held = Counter(Registration.objects.filter(state="confirmed").values_list("organisation_id", flat=True))
    limit = SeatLimit.objects.get()
    assert limit.held == held[units[0].pk] <= limit.capacity


@pytest.mark.django_db
def test_who_does_not_fit_waits_and_stops_nobody_behind() -> None:
    conference = ConferenceFactory(announced=True, capacity=10)
    full, roomy = SiteFactory(conference=conference), SiteFactory(conference=conference)
    services.set_limit(conference_id=conference.pk, site_id=full.pk, capacity=1)

    made = [RegistrationFactory(conference=conference, site=site) for site in (full, full, roomy, None, full)]
    assert [row.state for row in made] == ["confirmed", "waiting", "confirmed", "confirmed", "waiting"]

    services.cancel(registration_id=made[0].pk)
    newcomer = RegistrationFactory(conference=conference, site=full)
    services.promote(conference_id=conference.pk)
    made[1].refresh_from_db()
    assert (made[1].state, newcomer.state, newcomer.turn) == ("confirmed", "waiting", 3)


@pytest.mark.django_db
def test_fewer_than_are_held_are_refused_and_nobody_is_moved() -> None:
    conference = ConferenceFactory(announced=True, capacity=10)
    unit = OrganisationFactory()
    for _ in range(3):
        RegistrationFactory(conference=conference, person=PersonFactory(organisation=unit))

    with pytest.raises(Conflict, match="3 người"):
        services.set_limit(conference_id=conference.pk, organisation_id=unit.pk, capacity=2)
    with pytest.raises(Invalid):
        services.set_limit(conference_id=conference.pk, capacity=2)
    assert not SeatLimit.objects.exists()
    services.set_limit(conference_id=conference.pk, organisation_id=unit.pk, capacity=3)
    assert RegistrationFactory(conference=conference, person=PersonFactory(organisation=unit)).state == "waiting"
    services.set_limit(conference_id=conference.pk, organisation_id=unit.pk, capacity=None)
    assert states(conference.pk) == (4, 0)
    assert not Seats.objects.get().limited


@pytest.mark.django_db
@pytest.mark.parametrize(("by_unit", "next_ones"), [(False, ["a", "a", "b"]), (True, ["b", "a", "b"])])
def test_free_seats_go_by_turn_or_to_the_unit_that_holds_fewest(by_unit: bool, next_ones: list[str]) -> None:
    conference = ConferenceFactory(announced=True, capacity=1)
    services.set_admission(conference_id=conference.pk, mode="invitation", by_unit=by_unit)
    units = {name: OrganisationFactory() for name in "ab"}
    for name in "aaabb":
        RegistrationFactory(conference=conference, person=PersonFactory(organisation=units[name]))

    came = []
    for capacity in (2, 3, 4):
        before = set(Registration.objects.filter(state="confirmed").values_list("pk", flat=True))
        services.set_capacity(conference_id=conference.pk, capacity=capacity)
        [lucky] = Registration.objects.filter(state="confirmed").exclude(pk__in=before)
        came.append(next(name for name, unit in units.items() if unit.pk == lucky.organisation_id))
    assert came == next_ones


def waiting(**fields: Any) -> Registration:
    made: Registration = Registration.objects.create(
        conference=ConferenceFactory(),
        person=PersonFactory(),
        category="guest",
        **{"state": "waiting", "turn": 1, **fields},
    )
    return made


GUARDS: dict[str, tuple[str, Callable[[], Any]]] = {
    "who_waits_has_a_turn": ("registration_registration", lambda: waiting(turn=None)),
    "an_offer_ends": ("registration_registration", lambda: waiting(state="offered")),
    "never_over_limit": (
        "registration_seatlimit",
        lambda: SeatLimit.objects.create(
            conference=ConferenceFactory(), organisation=OrganisationFactory(), capacity=1, held=2
        ),
    ),
    "a_limit_is_of_a_site_or_a_unit": (
        "registration_seatlimit",
        lambda: SeatLimit.objects.create(conference=ConferenceFactory(), capacity=1),
    ),
    "admission_closes_after_it_opens": (
        "registration_admission",
        lambda: Admission.objects.create(
            conference=ConferenceFactory(), opens_at=now(), closes_at=now().replace(year=2020)
        ),
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", GUARDS)
def test_a_constraint_refuses_it_and_nothing_else_would(name: str) -> None:
    table, wrong = GUARDS[name]

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        wrong()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    assert wrong().pk


NO_MOVES = [("waiting", "cancelled"), ("refused", "confirmed"), ("expired", "confirmed"), ("confirmed", "waiting")]


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), NO_MOVES)
def test_postgresql_refuses_a_move_that_does_not_exist(before: str, after: str) -> None:
    rows = Registration.objects.filter(pk=waiting(state=before).pk)

    with pytest.raises(IntegrityError, match="does not move"), transaction.atomic():
        rows.update(state=after)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE registration_registration DISABLE TRIGGER registration_moves")
    assert rows.update(state=after) == 1


@pytest.mark.django_db
def test_the_moves_are_the_same_in_the_program_and_in_postgresql() -> None:
    program = {(source, move.target) for move in MOVES.moves.values() for source in move.sources}
    allowed = set()
    row = waiting(state="confirmed")
    for before in RegistrationState.values:
        for after in set(RegistrationState.values) - {before}:
            with connection.cursor() as cursor, transaction.atomic():
                cursor.execute("SET LOCAL session_replication_role = replica")
                Registration.objects.filter(pk=row.pk).update(state=before, turn=1, offer_until=now())
                cursor.execute("SET LOCAL session_replication_role = origin")
            try:
                with transaction.atomic():
                    Registration.objects.filter(pk=row.pk).update(state=after)
            except IntegrityError:
                continue
            allowed.add((before, after))
    assert allowed == program
