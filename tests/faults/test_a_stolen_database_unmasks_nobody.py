"""Somebody holds everything: every table with xmin and ctid, sequences, facts, logs, Redis. Over 2,000 ballots cast over
HTTP, half of them sealed by the voters and half by the house, no way of joining voters to opened choices does better than
chance. The same thief recovers every vote of the customary design, a table of voters and a table of ballots written in
one transaction: the attack can succeed, and here it does not."""

import base64
import math
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import connection

from backend.core.clock import now
from backend.people.models import Account, ApiToken, Person
from backend.people.queries import token_digest
from backend.registration.models import Registration
from backend.resolutions import sealing, services
from backend.resolutions.models import Entitlement, Envelope, OpenedBallot, Poll
from tests.dump import everything
from tests.factories.people import OrganisationFactory
from tests.factories.resolutions import PollFactory, committee
from tests.faults.stack import Breakable, breakable

pytestmark = pytest.mark.django_db(transaction=True)
VOTERS = 2000
CHOICES = ("yes", "no", "abstain")


def a_secret_poll(voters: int) -> tuple[Poll, list[str]]:
    """An open one with so many on its roll, each with a token for the API; and the tellers' words."""
    poll: Poll = PollFactory(secrecy="secret")
    unit = OrganisationFactory()
    people = Person.objects.bulk_create(
        Person(full_name=f"Nguyễn Văn {n}", organisation=unit, sort_key=f"{n:09}", folded=f"nguyen van {n}")
        for n in range(voters)
    )
    accounts = Account.objects.bulk_create(Account(email=f"n{n}@xa.example", person=p) for n, p in enumerate(people))
    ApiToken.objects.bulk_create(
        ApiToken(
            account=account,
            name="thử",
            digest=token_digest(f"plenum_{account.person_id}"),
            scopes=["*"],
            expires_at=now().replace(year=2200),
        )
        for account in accounts
    )
    Registration.objects.bulk_create(
        Registration(conference=poll.conference, person=person, category="staff", state="confirmed", confirmed_at=now())
        for person in people
    )
    words = committee(poll)
    services.open_poll(poll_id=poll.pk, override_reason="thử")
    return Poll.objects.get(pk=poll.pk), words


def body_of(poll: Poll, number: int, choice: str) -> dict[str, Any]:
    """Sealed by the voter, for every other one."""
    if number % 2:
        return {"poll": str(poll.pk), "choice": choice}
    ballot = sealing.written(str(poll.pk), choice, sealing.new_tracker())
    sealed = base64.b64encode(sealing.sealed(poll.public_key, ballot)).decode()
    return {"poll": str(poll.pk), "envelopes": [{"number": number, "sealed": sealed}]}


def everybody_votes(stack: Breakable, poll: Poll, *, times: int = 1) -> tuple[dict[int, str], list[list[Any]]]:
    """Who chose what, and the answers to each voter, whose request is sent `times` times at once."""
    roll = dict(Entitlement.objects.filter(poll=poll).values_list("number", "caster_id"))
    truth = {number: random.SystemRandom().choice(CHOICES) for number in roll}
    order = random.SystemRandom().sample(sorted(roll), len(roll))
    with httpx.Client(base_url=stack.base_url, timeout=60) as client, ThreadPoolExecutor(8) as pool:

        def send(number: int, body: dict[str, Any]) -> httpx.Response:
            headers = {"Authorization": f"Bearer plenum_{roll[number]}"}
            return client.post("/api/v1/ballots", json=body, headers=headers)

        def vote(number: int) -> list[Any]:
            body = body_of(poll, number, truth[number])
            with ThreadPoolExecutor(times) as doors:
                return [answer.result() for answer in [doors.submit(send, number, body) for _ in range(times)]]

        answers = list(pool.map(vote, order))
    return truth, answers


def best_guess(voters: list[dict[str, Any]], ballots: list[dict[str, Any]], truth: dict[Any, str]) -> tuple[float, str]:
    """The share of voters whose choice the thief gets right, and by which pair of columns: joined where a value stands on
    both sides, and laid side by side in the order of each, upwards and downwards."""
    best = (0.0, "")
    for mine in voters[0]:
        for theirs in ballots[0].keys() - {"choice"}:
            by_value = {str(ballot[theirs]): ballot["choice"] for ballot in ballots}
            guesses = [by_value.get(str(voter[mine])) for voter in voters]
            best = max(best, (_right(voters, guesses, truth), f"{mine} = {theirs}"))
            for backwards in (False, True):
                lined_up = sorted(ballots, key=lambda row: row[theirs], reverse=backwards)
                by_rank = sorted(voters, key=lambda row: row[mine])
                guesses = [ballot["choice"] for ballot in lined_up]
                best = max(best, (_right(by_rank, guesses, truth), f"order of {mine} and {theirs}, {backwards=}"))
    return best


def _right(voters: list[dict[str, Any]], guesses: list[Any], truth: dict[Any, str]) -> float:
    return sum(truth[v["number"]] == guess for v, guess in zip(voters, guesses, strict=True)) / len(voters)


def rows(statement: str, *arguments: Any) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


WHERE = "(t.ctid::text::point)[0]::int * 10000 + (t.ctid::text::point)[1]::int AS place, t.xmin::text::bigint AS xmin"


def test_nobody_is_unmasked(tmp_path: Path) -> None:
    poll, words = a_secret_poll(VOTERS)
    with breakable(tmp_path, "api", "relay", "worker") as stack:
        truth, answers = everybody_votes(stack, poll)
        assert {answer.status_code for (answer,) in answers} == {200}
        services.seal(poll_id=poll.pk)
        services.open_envelopes(poll_id=poll.pk, words=words[:2])
        told = "".join(path.read_text(errors="replace") for path in stack.logs.glob("*.log"))
        for key in stack.tell_redis("KEYS", "*"):
            told += str(key) + str(stack.tell_redis("DUMP", key))
    assert Counter(OpenedBallot.objects.values_list("choice", flat=True)) == Counter(truth.values())

    voters = rows(
        f"SELECT number, {WHERE}, leaf, encode(sealed, 'hex') AS sealed, encode(substr(sealed, 33), 'hex') AS inner_box,"
        " length(sealed) AS size, (SELECT caster_id FROM resolutions_entitlement e WHERE e.poll_id = t.poll_id"
        " AND e.number = t.number) AS caster, (SELECT holder_id FROM resolutions_entitlement e"
        " WHERE e.poll_id = t.poll_id AND e.number = t.number) AS holder FROM resolutions_envelope t"
    )
    ballots = rows(f"SELECT {WHERE}, tracker, choice #>> '{{}}' AS choice, valid FROM resolutions_openedballot t")
    assert len({voter["size"] for voter in voters}) == 1
    assert len({ballot["xmin"] for ballot in ballots}) == 1
    share = sum((count / VOTERS) ** 2 for count in Counter(truth.values()).values())
    chance = share + 5 * math.sqrt(share * (1 - share) / VOTERS)  # of some hundred guesses none gets this far by luck
    assert best_guess(voters, ballots, truth) < (chance, "")

    # Whatever names an opened ballot stands nowhere else, and whatever names an envelope stands with no choice.
    kept = everything()
    elsewhere = "\n".join(row for name, found in kept.items() if name != "resolutions_openedballot" for row in found)
    assert not any(ballot["tracker"] in elsewhere + told for ballot in ballots)
    leaves = {voter["leaf"] for voter in voters}
    for name, found in kept.items():
        if name != "resolutions_envelope":
            assert not any(leaf in row for row in found for leaf in _hexadecimal(row) & leaves), name
    assert not any(choice in told for choice in ('"yes"', '"abstain"', "choice"))
    assert not any(part in elsewhere + told for each in words for part in (each, each.split(" ", 4)[4]))
    assert not any(row for row in kept["resolutions_envelope"] if "yes" in row or "abstain" in row)


def _hexadecimal(row: str) -> set[str]:
    return {word for word in row.replace('"', " ").replace(",", " ").replace("(", " ").split() if len(word) == 64}


def test_the_same_thief_unmasks_everybody_where_voters_and_ballots_are_two_tables() -> None:
    """The negative control. Random ids and dropped times do not help: the transaction is in every row."""
    truth = {number: random.SystemRandom().choice(CHOICES) for number in range(VOTERS)}
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE two_voters (number integer PRIMARY KEY)")
        cursor.execute("CREATE TABLE two_ballots (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), choice text)")
        try:
            for number, choice in truth.items():
                cursor.execute(
                    "WITH voter AS (INSERT INTO two_voters VALUES (%s)) INSERT INTO two_ballots (choice) VALUES (%s)",
                    [number, choice],
                )
            voters = rows(f"SELECT number, {WHERE} FROM two_voters t")
            ballots = rows(f"SELECT {WHERE}, id::text AS id, choice FROM two_ballots t")
        finally:
            cursor.execute("DROP TABLE two_voters, two_ballots")
    assert best_guess(voters, ballots, truth)[0] == 1.0
    in_order = [{"place": number, "choice": choice} for number, choice in truth.items()]
    assert best_guess(voters, in_order, truth)[0] == 1.0, "nor where ballots are opened in the order of the urn"


def test_a_ballot_sent_twice_at_once_to_different_processes_is_one_with_one_receipt(tmp_path: Path) -> None:
    poll, _ = a_secret_poll(150)
    with breakable(tmp_path, "api") as stack:
        _, answers = everybody_votes(stack, poll, times=2)
    assert {answer.status_code for both in answers for answer in both} == {200}
    assert all(first.json() == second.json() for first, second in answers)
    replays = [sum("Idempotency-Replayed" in answer.headers for answer in both) for both in answers]
    assert set(replays) == {1}, "one of the two was told that the other had cast it"
    assert Envelope.objects.filter(poll=poll).count() == 150
