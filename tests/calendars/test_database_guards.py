"""What PostgreSQL refuses of calendar links whatever the services look at first: each guard, and its negative control."""

from collections.abc import Callable

import pytest
from django.db import connection

from backend.calendars.models import CalendarLink
from tests.factories.calendars import CalendarLinkFactory
from tests.factories.people import AccountFactory
from tests.guards import assert_refused_by, assert_written_without

pytestmark = pytest.mark.django_db


def _two_live_links_to_ones_own_calendar() -> None:
    account = AccountFactory()
    for digest in ("a" * 64, "b" * 64):
        CalendarLinkFactory(account=account, kind="person", subject=None, digest=digest)


def _a_link_to_the_feed_of_no_room() -> None:
    CalendarLinkFactory(kind="room", subject=None)


GUARDS: list[tuple[str, Callable[[], None]]] = [
    ("one_live_calendar_link_per_feed", _two_live_links_to_ones_own_calendar),
    ("a_calendar_link_is_of_something", _a_link_to_the_feed_of_no_room),
]


@pytest.mark.parametrize(("guard", "wrong"), GUARDS, ids=[name for name, _ in GUARDS])
def test_the_database_refuses(guard: str, wrong: Callable[[], None]) -> None:
    assert_refused_by(guard, wrong)


@pytest.mark.parametrize(("guard", "wrong"), GUARDS, ids=[name for name, _ in GUARDS])
def test_without_its_guard_it_would_not(guard: str, wrong: Callable[[], None]) -> None:
    assert_written_without(guard, wrong)


def _two_links_with_one_address() -> None:
    for _ in range(2):
        CalendarLinkFactory(digest="c" * 64)


def _unique_digest() -> str:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, CalendarLink._meta.db_table)
    return next(name for name, facts in found.items() if facts["unique"] and facts["columns"] == ["digest"])


def test_no_address_opens_two_links() -> None:
    assert_refused_by(_unique_digest(), _two_links_with_one_address)


def test_without_its_guard_one_could() -> None:
    assert_written_without(_unique_digest(), _two_links_with_one_address)
