"""Two at once on the same minutes. Each race is run a second time without its guard, and must then be lost."""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection

from backend.core.errors import Conflict, IllegalMove, StaleWrite
from backend.documents import services as documents
from backend.documents.models import DocumentFile, OfficialNumber
from backend.minutes import services
from backend.minutes.models import Minutes
from backend.minutes.queries import content_hash
from backend.minutes.services import approval, writing
from backend.outbox.models import Event
from tests.factories.minutes import review
from tests.factories.people import account_with
from tests.threads import in_threads

pytestmark = pytest.mark.django_db(transaction=True)
PASSAGE = "Giải lao 15 phút."


def unlocked(rows: Any, row_id: UUID, *, expected: int | None = None) -> Any:
    """What `locked` would be without its lock: reads, compares the version, and lets others in."""
    found = (rows if hasattr(rows, "filter") else rows.objects).get(pk=row_id)
    if expected is not None and found.version != expected:
        raise StaleWrite()
    time.sleep(0.3)
    return found


@pytest.fixture
def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in (approval, writing):
        monkeypatch.setattr(room, "locked", unlocked)


def drafted() -> Minutes:
    return services.draft(conference_id=review().pk)


def submitted() -> Minutes:
    return services.submit(minutes_id=drafted().pk)


def together(*deeds: Callable[[], Any]) -> list[Any]:
    """What each deed came to, in no order; all begin at the same moment."""
    waiting = list(deeds)
    return in_threads(len(deeds), lambda: waiting.pop()())


def done(results: list[Any]) -> list[Any]:
    """Those that succeeded; whoever failed was refused for a reason, and did not fall over."""
    failed = [one for one in results if isinstance(one, Exception)]
    assert all(isinstance(one, Conflict | IllegalMove | StaleWrite) for one in failed), failed
    return [one for one in results if not isinstance(one, Exception)]


# Two approvals


def approvals(monkeypatch: pytest.MonkeyPatch) -> tuple[list[Any], list[Any]]:
    """Five chairs approve at once: what each came to, and who got as far as asking for a number."""
    minutes, account = submitted(), account_with("secretary")
    asked: list[Any] = []
    number = documents.next_number

    def asking(**given: Any) -> OfficialNumber:
        asked.append(given)
        return number(**given)

    monkeypatch.setattr(documents, "next_number", asking)
    approve = lambda: services.approve(minutes_id=minutes.pk, account_id=account.pk)  # noqa: E731 -- handed to threads
    return in_threads(5, approve), asked


def test_of_five_approvals_at_once_one_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    results, asked = approvals(monkeypatch)
    assert (len(done(results)), len(asked)) == (1, 1)
    assert OfficialNumber.objects.count() == 1
    assert Event.objects.filter(name="minutes.approved").count() == 1
    assert DocumentFile.objects.filter(draft=False).count() == 2
    minutes = Minutes.objects.get()
    assert minutes.content_hash == content_hash(minutes.head, minutes.content)


def test_without_the_lock_several_get_as_far_as_a_number(monkeypatch: pytest.MonkeyPatch, without_lock: None) -> None:
    _, asked = approvals(monkeypatch)
    assert len(asked) > 1


# An approval against an edit


def approval_against_edit() -> tuple[bool, bool]:
    """The chair approves while the secretary takes the minutes back and edits them: whether each succeeded."""
    minutes, account = submitted(), account_with("secretary")

    def take_back_and_edit() -> str:
        services.send_back(minutes_id=minutes.pk)
        services.edit(minutes_id=minutes.pk, texts={}, added=[{"text": {"vi": PASSAGE}}], removed=[])
        return "edited"

    def approve() -> str:
        services.approve(minutes_id=minutes.pk, account_id=account.pk)
        return "approved"

    results = [one for one in together(approve, take_back_and_edit) if isinstance(one, str)]
    return "approved" in results, "edited" in results


def test_what_the_chair_approves_nobody_edits_meanwhile() -> None:
    approved, edited = approval_against_edit()
    assert approved != edited
    minutes = Minutes.objects.get()
    assert (minutes.state == "approved") == approved
    assert any(block["text"].get("vi") == PASSAGE for block in minutes.content) == edited


def test_without_the_lock_an_edit_is_lost_under_the_approval(without_lock: None) -> None:
    """Both are told they succeeded, or both read the same state; the row holds only one of them."""
    approval_against_edit()
    names = list(
        Event.objects.filter(name__in=["minutes.approved", "minutes.sent_back"]).values_list("name", flat=True)
    )
    assert sorted(names) == ["minutes.approved", "minutes.sent_back"]


# Edits


def edits(expected: int | None) -> list[Any]:
    """Five secretaries add a passage each, all at once."""
    minutes = drafted()
    added = [{"text": {"vi": PASSAGE}}]
    return in_threads(
        5, lambda: services.edit(minutes_id=minutes.pk, texts={}, added=added, removed=[], expected=expected)
    )


def passages() -> int:
    return sum(block["kind"] == "passage" for block in Minutes.objects.get().content)


def test_edits_at_once_that_named_no_version_all_stay() -> None:
    assert len(done(edits(None))) == 5
    assert passages() == 5


def test_of_edits_at_once_of_the_same_version_one_is_taken() -> None:
    results = edits(1)
    assert len(done(results)) == 1
    assert [type(one) for one in results if isinstance(one, Exception)] == [StaleWrite] * 4
    assert passages() == 1


@pytest.mark.parametrize("expected", [None, 1])
def test_without_the_lock_edits_are_overwritten(expected: int | None, without_lock: None) -> None:
    taken = len(done(edits(expected)))
    assert taken > passages()


# Drafts


def drafts() -> list[Any]:
    conference = review()
    return in_threads(4, lambda: services.draft(conference_id=conference.pk))


def test_drafted_four_times_at_once_there_is_one() -> None:
    assert len({one.pk for one in done(drafts())}) == 1
    assert Minutes.objects.count() == 1
    assert Event.objects.filter(name="minutes.drafted").count() == 1


def test_without_the_lock_the_constraint_still_keeps_one(without_lock: None) -> None:
    results = drafts()
    assert Minutes.objects.count() == 1
    assert any(isinstance(one, IntegrityError) for one in results)


@contextlib.contextmanager
def no_constraint() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'one_minutes_per_conference'")
        (definition,) = cursor.fetchone()
        cursor.execute("DROP INDEX one_minutes_per_conference")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica; DELETE FROM minutes_minutes")
            cursor.execute("SET session_replication_role = DEFAULT")
            cursor.execute(definition)


def test_without_lock_and_constraint_there_are_several(without_lock: None) -> None:
    with no_constraint():
        drafts()
        assert Minutes.objects.count() > 1
