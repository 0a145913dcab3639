"""The counter of places: many at once for the last one, and the same crowd with the guards off."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from backend.core.clock import now
from backend.core.errors import Conflict
from backend.delegations import services
from backend.delegations.models import Delegate, Delegation
from backend.delegations.queries import counted
from backend.delegations.services import naming
from backend.invitations import services as invitations
from backend.invitations.models import Invitation, InvitationList
from backend.invitations.services import named as naming_once
from backend.invitations.services.lists import ListFull
from backend.invitations.services.named import Named
from backend.invitations.services.single import restore
from backend.people.models import Person
from tests.factories.delegations import DelegationFactory
from tests.factories.invitations import InvitationFactory
from tests.factories.people import PersonFactory
from tests.threads import Meanwhile, in_threads

CROWD = 8
NAMES = "ABCDEGHK"


def somebody(letter: str, email: str = "") -> Named:
    return {
        "full_name": f"Nguyễn Văn {letter}",
        "honorific": "",
        "office": "",
        "email": email or f"{letter.lower()}@xa.example",
        "phone": "",
    }


def all_at_once(call: Callable[[str], Any]) -> list[Any]:
    letters = list(NAMES)
    connection.close()
    return in_threads(CROWD, lambda: call(letters.pop()))


def naming_in(row_id: UUID, **fields: str) -> Callable[[str], Any]:
    return lambda letter: services.name_delegate(delegation_id=row_id, link_round=1, named=somebody(letter, **fields))


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_race_for_the_last_place_one_gets_it() -> None:
    row = DelegationFactory(asked=True, quota=3)
    for letter in "XY":
        naming_in(row.pk)(letter)

    results = all_at_once(naming_in(row.pk))

    assert [isinstance(each, Delegate) for each in results].count(True) == 1
    assert [isinstance(each, Conflict) for each in results].count(True) == CROWD - 1
    row.refresh_from_db()
    assert (row.taken, Invitation.objects.count(), Person.objects.filter(organisation=row.organisation).count()) == (
        3,
        3,
        3,
    )


@contextmanager
def without_locks() -> Iterator[None]:
    """Naming as it would be if everybody looked first and wrote then, with all of them looking at the same moment."""
    import threading

    gate = threading.Barrier(CROWD)

    def looked(delegation_id: UUID, *, expected: int | None = None) -> Delegation:
        row = Delegation.objects.select_related("conference").get(pk=delegation_id)
        gate.wait()
        return row

    with mock.patch.object(naming, "locked_delegation", looked):
        yield


@contextmanager
def without_guard() -> Iterator[None]:
    """PostgreSQL as it would be if it did not count who stands on a unit's list."""
    table, guard = "ALTER TABLE invitations_invitation", "TRIGGER never_more_invited_than_places"
    with connection.cursor() as cursor:
        cursor.execute(f"{table} DISABLE {guard}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"{table} ENABLE {guard}")


@pytest.mark.django_db(transaction=True)
def test_who_is_put_on_the_list_by_the_organisers_takes_a_place() -> None:
    row = DelegationFactory(asked=True, quota=3)
    naming_in(row.pk)("X")
    put = [PersonFactory().pk for _ in range(3)]

    invitations.add_members(list_id=row.list_id, people=put[:1])
    shown = counted(Delegation.objects.all()).get()
    assert (shown.named, shown.added, shown.left) == (1, 1, 1)  # type: ignore[attr-defined]
    with pytest.raises(ListFull):
        invitations.add_members(list_id=row.list_id, people=put[1:])
    invitations.add_members(list_id=row.list_id, offices=[{"office": {"vi": "Vụ trưởng"}}])
    with pytest.raises(Conflict):
        naming_in(row.pk)("Y")
    row.refresh_from_db()
    with pytest.raises(Conflict):
        services.change_delegation(delegation_id=row.pk, changes={"quota": 2})
    services.change_delegation(delegation_id=row.pk, changes={"quota": 4})
    naming_in(row.pk)("Y")
    assert Invitation.objects.exclude(state="withdrawn").count() == 4


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_the_organisers_and_the_unit_race_for_the_last_place(guarded: bool) -> None:
    """Through the API of the organisers and the unit's link at the same moment; without the guard the list overflows."""
    row = DelegationFactory(asked=True, quota=1)
    people = [PersonFactory().pk for _ in range(CROWD)]

    def put(letter: str) -> Any:
        if letter in NAMES[::2]:
            return invitations.add_members(list_id=row.list_id, people=[people.pop()])
        return naming_in(row.pk)(letter)

    if guarded:
        results = all_at_once(put)
        assert [isinstance(each, Conflict) for each in results].count(True) == CROWD - 1, results
    else:
        with without_guard():
            all_at_once(put)
    assert (Invitation.objects.filter(list=row.list_id).count() == 1) is guarded


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_last_place_would_be_given_to_everybody() -> None:
    row = DelegationFactory(asked=True, quota=1)

    with without_locks(), without_guard():
        results = all_at_once(naming_in(row.pk))

    assert [each for each in results if isinstance(each, Exception)] == []
    assert Delegate.objects.filter(delegation=row).count() == CROWD


@pytest.mark.django_db(transaction=True)
def test_one_human_being_named_by_eight_units_at_once_is_invited_once() -> None:
    first = DelegationFactory(asked=True)
    units = [first.pk, *(DelegationFactory(asked=True, conference=first.conference).pk for _ in range(CROWD - 1))]
    connection.close()

    results = in_threads(CROWD, lambda: naming_in(units.pop())("A"))

    assert [isinstance(each, Delegate) for each in results].count(True) == 1
    assert Invitation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_queue_they_would_be_invited_more_than_once() -> None:
    first = DelegationFactory(asked=True)
    units = [first.pk, *(DelegationFactory(asked=True, conference=first.conference).pk for _ in range(CROWD - 1))]
    connection.close()

    with mock.patch.object(naming_once, "ONE_NAMING_AT_A_TIME", "SELECT %s::text, pg_sleep(0.2)"):
        in_threads(CROWD, lambda: naming_in(units.pop())("A"))

    assert Invitation.objects.count() > 1


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"taken": 4}, {"taken": 2, "returned": 2}, {"quota": 0}])
def test_postgresql_refuses_more_places_than_there_are(wrong: dict[str, int]) -> None:
    row = DelegationFactory(quota=3)

    with pytest.raises(IntegrityError), transaction.atomic():
        Delegation.objects.filter(pk=row.pk).update(**wrong)


@pytest.mark.django_db
def test_without_the_check_it_would_take_them() -> None:
    row = DelegationFactory(quota=3)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE delegations_delegation DROP CONSTRAINT never_over_quota")

    assert Delegation.objects.filter(pk=row.pk).update(taken=4) == 1


@pytest.mark.django_db
def test_a_unit_has_one_delegation_for_a_site_and_category() -> None:
    row = DelegationFactory()

    with pytest.raises(IntegrityError, match="one_delegation_per_unit"), transaction.atomic():
        DelegationFactory(conference=row.conference, organisation=row.organisation)
    DelegationFactory(conference=row.conference, organisation=row.organisation, category="guest")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("work", ["restore", "close"])
def test_whoever_needs_a_units_list_and_its_places_waits_at_the_list_with_nothing_held(work: str) -> None:
    unit = DelegationFactory(asked=True)
    row = InvitationFactory(list=unit.list, sent=True, state="sent")
    if work == "restore":
        Invitation.objects.filter(pk=row.pk).update(state="withdrawn", called_off_from="sent")
    else:
        Delegation.objects.filter(pk=unit.pk).update(taken=1, due_at=now() - dt.timedelta(minutes=1))

    def other() -> None:
        if work == "restore":
            restore(conference_id=unit.conference_id, known=1)
        else:
            services.mind_deadlines()

    with transaction.atomic():
        InvitationList.objects.select_for_update().get(pk=unit.list_id)
        waiting = Meanwhile(other)
        assert waiting.is_alive()
        Delegation.objects.select_for_update(nowait=True).get(pk=unit.pk)
        Invitation.objects.select_for_update(nowait=True).get(pk=row.pk)
    waiting.join()
    assert Invitation.objects.get(pk=row.pk).state == "sent"
    assert Delegation.objects.get(pk=unit.pk).state == ("asked" if work == "restore" else "closed")
