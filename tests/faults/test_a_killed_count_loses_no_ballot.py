"""kill -9 at every statement of sealing, counting, and destroying the key, and just before each commit: what was, is, and
the next try does it whole."""

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from backend.resolutions import services
from backend.resolutions.models import Entitlement, Envelope, OpenedBallot, Poll
from tests.dump import everything
from tests.factories.resolutions import secret_poll

pytestmark = pytest.mark.django_db(transaction=True)
VOTERS = 6


def killed(work: Callable[[], Any], *, at: int | None) -> bool:
    """Runs `work` in a process that kills itself at its statement number `at`, or where it would commit when that is None;
    False when it got to the end before."""
    connections.close_all()
    connection.close_pool()
    child = os.fork()
    if child == 0:
        try:
            _kill_myself_at(at, work)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _kill_myself_at(at: int | None, work: Callable[[], Any]) -> None:
    count = 0

    def die(*_: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def counting(execute: Any, *arguments: Any) -> Any:
        nonlocal count
        count += 1
        return die() if count == at else execute(*arguments)

    if at is None:
        BaseDatabaseWrapper._commit = die  # type: ignore[method-assign]
    with connection.execute_wrapper(counting):
        work()


def record() -> dict[str, list[str]]:
    """What polls and the outbox hold, wherever and by which transaction it was written."""
    kept = everything()
    return {name: sorted(rows) for name, rows in kept.items() if name.startswith(("resolutions_", "outbox_event"))}


def killed_everywhere(work: Callable[[], Any]) -> int:
    """How many statements `work` has; at each it was killed and left everything as it was, and then it was done."""
    before = _without_locks(record())
    assert killed(work, at=None)
    assert _without_locks(record()) == before
    at = 1
    while killed(work, at=at):
        assert _without_locks(record()) == before, f"killed at statement {at}"
        at += 1
    assert _without_locks(record()) != before
    return at - 1


def _without_locks(kept: dict[str, list[str]]) -> dict[str, list[str]]:
    """A lock that died leaves its transaction's number in xmax."""
    return {
        name: sorted(" ".join([*row.split(" ")[:2], *row.split(" ")[3:]]) for row in rows)
        for name, rows in kept.items()
    }


def test_whoever_is_killed_over_an_urn_leaves_it_as_it_was(settings: Any) -> None:
    poll, words = secret_poll(VOTERS)
    services.open_poll(poll_id=poll.pk)
    for caster in Entitlement.objects.filter(poll=poll).values_list("caster_id", flat=True):
        services.cast(poll_id=poll.pk, person_id=caster, choice="yes")
    teller = poll.tellers.values_list("person_id", flat=True)[0]

    assert killed_everywhere(lambda: services.seal(poll_id=poll.pk)) >= 8
    assert Poll.objects.get(pk=poll.pk).tally["returned"] == VOTERS  # type: ignore[index]
    assert killed_everywhere(lambda: services.open_envelopes(poll_id=poll.pk, words=words[:2])) >= 6
    assert OpenedBallot.objects.filter(poll=poll, choice="yes").count() == VOTERS
    services.declare(poll_id=poll.pk)
    assert killed_everywhere(lambda: services.destroy_key(poll_id=poll.pk, person_id=teller)) >= 3
    settings.COMPLAINT_DAYS = 0
    assert killed_everywhere(services.end_complaints) >= 6
    assert Envelope.objects.filter(poll=poll, sealed=None).count() == VOTERS
    assert Poll.objects.get(pk=poll.pk).key_destroyed_at is not None
