"""Whoever rewrites the record is found out."""

from collections.abc import Callable

import pytest
from django.db import connection

from backend.outbox import audit
from backend.outbox.models import Event
from backend.outbox.services import fan_out
from tests.factories.outbox import EventFactory

pytestmark = pytest.mark.django_db


def turn_guards_off() -> None:
    """As somebody could who owns the database; the test's rollback turns them on again."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE outbox_event DISABLE TRIGGER USER")


@pytest.fixture
def chain() -> None:
    EventFactory.create_batch(5)
    fan_out({})


def at(position: int) -> Event:
    return Event.objects.get(position=position)


def change(where: int, **values: object) -> None:
    Event.objects.filter(position=where).update(**values)


def swap() -> None:
    change(2, position=99)
    change(3, position=2)
    change(99, position=3)


@pytest.mark.usefixtures("chain")
def test_an_untouched_record_holds() -> None:
    report = audit.verify_chain()

    assert (report.broken, report.broken_at, report.checked, report.last_hash) == ([], None, 5, at(5).hash)


def test_an_empty_record_holds() -> None:
    assert audit.verify() == []


@pytest.mark.usefixtures("chain")
@pytest.mark.parametrize(
    ("_case", "tamper", "first_broken"),
    [
        ("another payload", lambda: change(3, payload={"conference_id": "khác"}), 3),
        ("another actor", lambda: change(1, actor="account:ai-khac"), 1),
        ("another time", lambda: change(5, recorded_at="2020-01-01T00:00:00Z"), 5),
        ("a fact removed", lambda: Event.objects.filter(position=2).delete(), 2),
        ("the first fact removed", lambda: Event.objects.filter(position=1).delete(), 1),
        ("two facts swapped", swap, 2),
        ("a link rewritten with its fact", lambda: change(3, hash="f" * 64), 3),
    ],
)
def test_a_change_is_found_where_it_was_made(_case: str, tamper: Callable[[], object], first_broken: int) -> None:
    turn_guards_off()
    tamper()

    report = audit.verify_chain()

    assert report.broken_at == first_broken
    assert report.checked == first_broken - 1


@pytest.mark.usefixtures("chain")
def test_a_cut_end_shows_only_against_a_hash_that_was_kept() -> None:
    kept = audit.verify_chain().last_hash
    turn_guards_off()
    Event.objects.filter(position=5).delete()

    assert audit.verify() == []
    assert audit.verify_chain().last_hash != kept
