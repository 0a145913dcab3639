"""What PostgreSQL itself refuses of secret polls, whoever writes; and that without the guard nothing else would."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from backend.resolutions import services
from tests.factories.resolutions import secret_poll
from tests.resolutions.test_secret_polls import casters

pytestmark = pytest.mark.django_db
INSERT = "INSERT INTO resolutions_envelope (poll_id, number, sealed, leaf) VALUES"
LATE = f"{INSERT} ('{{p}}', 2, decode(repeat('00', 560), 'hex'), 'b')"
#: After which step, what is tried, and by which guard it is refused.
WRONG: dict[str, tuple[str, str, str]] = {
    "a second envelope": ("open", f"{INSERT} ('{{p}}', 1, decode(repeat('00', 560), 'hex'), 'b')", "pkey"),
    "a copied envelope": ("open", f"{INSERT} ('{{p}}', 2, decode(repeat('00', 560), 'hex'), (SELECT leaf FROM resolutions_envelope))", "no_envelope_is_copied"),
    "a short envelope": ("open", f"{INSERT} ('{{p}}', 2, '\\x00', 'b')", "envelopes_are_alike"),
    "an empty envelope": ("open", f"{INSERT} ('{{p}}', 2, NULL, 'b')", "envelope_stands"),
    "an envelope of nobody": ("open", f"{INSERT} ('{{p}}', 9, decode(repeat('00', 560), 'hex'), 'b')", "an_envelope_needs_an_entitlement"),
    "a late envelope": ("seal", LATE, "ballot_in_time"),
    "an open ballot in a secret poll": ("open", "INSERT INTO resolutions_namedballot (poll_id, number, choice, leaf, cast_by) VALUES ('{p}', 2, '\"yes\"', 'b', '')", "ballot_in_time"),
    "an envelope changed": ("open", "UPDATE resolutions_envelope SET leaf = 'c'", "resolutions_envelope_append_only"),
    "an envelope emptied early": ("count", "SELECT set_config('plenum.erasing', 'on', true); UPDATE resolutions_envelope SET sealed = NULL", "envelope_stands"),
    "an envelope taken out": ("open", "DELETE FROM resolutions_envelope", "resolutions_envelope_append_only"),
    "an urn emptied": ("open", "TRUNCATE resolutions_envelope", "resolutions_envelope_append_only"),
    "opened before it was sealed": ("open", "INSERT INTO resolutions_openedballot VALUES ('t', '\"yes\"', true, '{p}')", "opened_in_count"),
    "a ballot slipped in after the count": ("count", "INSERT INTO resolutions_openedballot (tracker, choice, valid, poll_id) VALUES ('t', '\"yes\"', true, '{p}')", "opened_in_count"),
    "an opened ballot changed": ("count", "UPDATE resolutions_openedballot SET choice = '\"no\"'", "resolutions_openedballot_append_only"),
    "an opened ballot taken out": ("count", "DELETE FROM resolutions_openedballot", "resolutions_openedballot_append_only"),
    "counted with a ballot missing": ("seal", "UPDATE resolutions_poll SET state = 'counted', verdict = '{{}}'", "counted_whole"),
    "another key": ("open", "UPDATE resolutions_poll SET public_key = repeat('0', 64)", "poll_stands"),
    "another threshold": ("open", "UPDATE resolutions_poll SET threshold = 3", "poll_stands"),
    "another signature": ("seal", "UPDATE resolutions_poll SET urn_signature = 'x'", "poll_stands"),
    "another result": ("count", "UPDATE resolutions_poll SET opened_root = 'x'", "poll_stands"),
    "a teller added": ("open", "INSERT INTO resolutions_teller (id, created_at, updated_at, version, poll_id, person_id, public_key) SELECT gen_random_uuid(), now(), now(), 1, '{p}', holder.person_id, '' FROM registration_registration holder LIMIT 1", "tellers_stand"),
    "a teller taken out": ("open", "DELETE FROM resolutions_teller", "tellers_stand"),
    "a share exchanged": ("open", "UPDATE resolutions_teller SET sealed_share = '\\x00'", "tellers_stand"),
    "opened without tested keys": ("draft", "UPDATE resolutions_teller SET tested_at = NULL; UPDATE resolutions_poll SET state = 'open', public_key = 'x'", "tellers_are_tested"),
    "opened without a key": ("draft", "UPDATE resolutions_teller SET sealed_share = '\\x00'; UPDATE resolutions_poll SET state = 'open'", "a_secret_poll_has_a_key"),
    "one teller who opens alone": ("draft", "UPDATE resolutions_poll SET threshold = 1", "no_teller_opens_alone"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_postgresql_refuses(what: str) -> None:
    until, statement, guard = WRONG[what]
    poll, words = secret_poll(2, tellers=2)
    if until != "draft":
        services.open_poll(poll_id=poll.pk)
        services.cast(poll_id=poll.pk, person_id=casters(poll)[0].pk, choice="yes")
    if until in {"seal", "count"}:
        services.seal(poll_id=poll.pk)
    if until == "count":
        services.open_envelopes(poll_id=poll.pk, words=words)
    only_refused_by(guard, statement.format(p=poll.pk))


def only_refused_by(guard: str, statement: str) -> None:
    """By the guard of that name (or what it ends with), and without it by nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing of the preparations is left to be looked at

    def wrong() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        wrong()
    assert str(refused.value.__cause__.diag.constraint_name).endswith(guard)  # type: ignore[union-attr]
    with connection.cursor() as cursor:  # the negative control: nothing else stands in the way
        _without(cursor, refused.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]
    wrong()


def _without(cursor: Any, guard: str) -> None:
    cursor.execute("SELECT conrelid::regclass::text FROM pg_constraint WHERE conname = %s", [guard])
    if (found := cursor.fetchone()) is not None:
        cursor.execute(f'ALTER TABLE {found[0]} DROP CONSTRAINT "{guard}" CASCADE')
        return
    cursor.execute("SET LOCAL session_replication_role = replica")  # a trigger
