"""Ballots that come while the urn is being sealed. Every way of closing that looks right and is not stands here as a
negative control: the late ballot is in, after the count."""

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import connection, connections
from psycopg.errors import RestrictViolation

from backend.resolutions import services
from backend.resolutions.models import Entitlement, Envelope, Poll
from backend.resolutions.services.locks import NAMESPACE
from tests.factories.resolutions import secret_poll

pytestmark = pytest.mark.django_db(transaction=True)

INSERT = (
    "INSERT INTO resolutions_envelope (poll_id, number, sealed, leaf)"
    " SELECT p.id, 1, decode(repeat('00', 560), 'hex'), 'late' FROM resolutions_poll p WHERE p.id = %(p)s"
    " AND p.state = 'open'"
)
LOCK = f"pg_advisory_xact_lock_shared({NAMESPACE}, hashtext(%(t)s))"
#: lock, check and insert: in which statements, and in which transaction.
IN_TWO_STATEMENTS = (f"SELECT {LOCK}", INSERT)
IN_ONE_STATEMENT = (f"WITH waited AS MATERIALIZED (SELECT {LOCK}) {INSERT} AND EXISTS (SELECT FROM waited)",)
READ_COMMITTED, REPEATABLE_READ = "BEGIN ISOLATION LEVEL READ COMMITTED", "BEGIN ISOLATION LEVEL REPEATABLE READ"


def late(begin: str, statements: tuple[str, ...], *, trigger: bool) -> int:
    """A cast that comes while the urn is being sealed and waits for that: how many ballots are in it afterwards, beside
    those that were sealed. Raises what PostgreSQL refuses it with."""
    poll, _ = secret_poll(1)
    services.open_poll(poll_id=poll.pk)
    said: dict[str, Any] = {"p": poll.pk, "t": str(poll.pk)}
    refused: list[Exception] = []
    with _connected() as caster, _connected() as sealer:
        if not trigger:
            caster.execute("SET session_replication_role = replica")
        sealer.execute("BEGIN")
        sealer.execute(f"SELECT pg_advisory_xact_lock({NAMESPACE}, hashtext(%(t)s))", said)
        caster.execute(begin)

        def cast() -> None:
            try:
                for statement in statements:
                    caster.execute(statement, said)
                caster.execute("COMMIT")
            except psycopg.Error as error:
                refused.append(error)

        thread = threading.Thread(target=cast)
        thread.start()
        _wait_for_the_lock(caster.info.backend_pid)
        sealer.execute(
            "UPDATE resolutions_poll SET state = 'sealed', sealed_at = now(), tally = %(n)s WHERE id = %(p)s",
            {**said, "n": '{"returned": 0}'},
        )
        sealer.execute("COMMIT")
        thread.join()
    for error in refused:
        raise error
    return Envelope.objects.filter(poll=poll).count()


def _connected() -> psycopg.Connection[Any]:
    database = connection.settings_dict
    return psycopg.connect(
        host=database["HOST"], port=database["PORT"], user=database["USER"], password=database["PASSWORD"],
        dbname=database["NAME"], autocommit=True,
    )  # fmt: skip


def _wait_for_the_lock(pid: int) -> None:
    with connection.cursor() as cursor:
        for _ in range(10_000):
            cursor.execute("SELECT wait_event = 'advisory' FROM pg_stat_activity WHERE pid = %s", [pid])
            if cursor.fetchone() == (True,):
                return
    raise AssertionError("it never waited")


def test_two_statements_under_read_committed_are_right() -> None:
    assert late(READ_COMMITTED, IN_TWO_STATEMENTS, trigger=False) == 0


@pytest.mark.parametrize(
    ("begin", "statements"),
    [(READ_COMMITTED, IN_ONE_STATEMENT), (REPEATABLE_READ, IN_TWO_STATEMENTS), (REPEATABLE_READ, IN_ONE_STATEMENT)],
    ids=["lock and insert in one statement", "repeatable read", "both"],
)
def test_traps(begin: str, statements: tuple[str, ...]) -> None:
    assert late(begin, statements, trigger=False) == 1, "the trap: one more than was counted"
    with pytest.raises(RestrictViolation):
        late(begin, statements, trigger=True)


def test_connections_of_the_house_are_read_committed() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW default_transaction_isolation")
        assert cursor.fetchone() == ("read committed",)


def sealed_while_many_cast(voters: int, rounds: int, prepared: Callable[[int], Any] = secret_poll) -> None:
    """In each round all cast while one seals in the midst of it: every ballot that got a receipt is under the seal, and no
    other is there."""
    for _ in range(rounds):
        poll, _ = prepared(voters)
        services.open_poll(poll_id=poll.pk)
        people = list(Entitlement.objects.filter(poll=poll).values_list("caster_id", flat=True))
        accepted: list[bool] = [False] * voters
        gate = threading.Barrier(voters + 1)

        def vote(
            index: int, poll: Poll = poll, people: Any = people, accepted: Any = accepted, gate: Any = gate
        ) -> None:
            gate.wait()
            try:
                accepted[index] = bool(services.cast(poll_id=poll.pk, person_id=people[index], choice="yes"))
            except services.ballots.Conflict:
                pass
            finally:
                connections.close_all()

        threads = [threading.Thread(target=vote, args=(index,)) for index in range(voters)]
        for thread in threads:
            thread.start()
        gate.wait()
        sealed = services.seal(poll_id=poll.pk)
        for thread in threads:
            thread.join()
        assert sealed.tally is not None
        assert sealed.tally["returned"] == sum(accepted) == Envelope.objects.filter(poll=poll).count()


def test_what_is_sealed_is_what_was_cast() -> None:
    sealed_while_many_cast(voters=16, rounds=2)
