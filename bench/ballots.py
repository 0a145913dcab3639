"""A burst of ballots over HTTP, open and secret, beside pgbench casting them with the same statements and beside the least
Django view that says these; and the same burst while mails go out at full rate."""

import base64
import itertools
import json
import threading
from functools import cache, partial
from pathlib import Path

from django.db import connection

from backend.conferences import services as conferences
from backend.conferences.models import Conference, Duty
from backend.core.clock import now
from backend.embedded import commands
from backend.people.queries import token_digest
from backend.registration.models import Registration
from backend.resolutions import sealing, services
from backend.resolutions.models import Envelope, NamedBallot, Poll, Resolution
from bench import http_load, mails, pgbench
from bench.house import House
from bench.http_servers import served
from bench.population import (
    BASE,
    PERSON,
    REGISTRATION,
    SAMPLE,
    announced_conference,
    numbered,
    people,
    secret,
    settle_tables,
)
from bench.rounds import Comparison, Scale, in_turns, taking_turns

PATH = "/api/v1/ballots"
#: The burst: so many ballots at once, over so many lines.
BALLOTS, CONNECTIONS, TELLERS = 2000, 64, 3


def measure(house: House, scale: Scale) -> list[Comparison]:
    found = []
    for secrecy in ("named", "secret"):
        recording = recorded(scale, secrecy)
        settle_tables()
        with house.running("api"), served(house, "least-view", least_view(house, recording)) as least:
            sides = in_turns(
                scale.rounds,
                {
                    "pgbench": partial(_by_pgbench, recording, scale, secrecy),
                    "least": lambda _, port=least, secrecy=secrecy: cast_over_http(port, scale, secrecy).per_second,
                    "product": lambda _, secrecy=secrecy: cast_over_http(house.port, scale, secrecy),
                },
            )
        name = f"{'open' if secrecy == 'named' else secrecy} ballots over HTTP"
        statements = len(recording.statements)
        found += [
            http_load.compared(name, sides["product"], sides["pgbench"], CONNECTIONS, statements),
            http_load.compared(
                name, sides["product"], sides["least"], CONNECTIONS, statements, "the least Django view, the same"
            ),
        ]
    return [*found, beside_mails(house, scale)]


def _by_pgbench(recording: pgbench.Recording, scale: Scale, secrecy: str, _: int) -> float:
    return cast_by_pgbench(recording, scale, secrecy)


def beside_mails(house: House, scale: Scale) -> Comparison:
    """How long the slowest hundredth of voters waits while the mail worker sends as fast as it can."""
    letters = mails.rendered(scale)
    settle_tables()

    def alone(_: int) -> float:
        return cast_over_http(house.port, scale, "secret").p99_ms

    def together(_: int) -> float:
        voted, sender = threading.Event(), threading.Thread(target=lambda: keep_sending(voted))
        sender.start()
        house.catcher.wait_for(1)
        try:
            return cast_over_http(house.port, scale, "secret").p99_ms
        finally:
            voted.set()
            sender.join()

    def keep_sending(voted: threading.Event) -> None:
        house.catcher.reset()
        for round_ in itertools.count(1):
            mails.queue_again(letters)
            house.catcher.wait_for(round_ * len(letters))
            if voted.is_set():
                connection.close()
                return

    with house.running("api", "relay", "mail-worker"):
        quiet, busy = taking_turns(scale.rounds, alone, together)
    return Comparison(
        name="secret ballots, p99 while mails go out",
        unit="ms",
        reference="the same with no mails",
        ours=busy,
        theirs=quiet,
        detail={"mails": len(letters)},
    )


def cast_by_pgbench(recording: pgbench.Recording, scale: Scale, secrecy: str) -> float:
    """A new poll, and one ballot each from as many as the clients share evenly; returns ballots a second."""
    poll, count = open_poll(scale, secrecy), len(voters(scale)) // CONNECTIONS * CONNECTIONS
    rate = pgbench.play(recording, {"poll": str(poll.pk)}, clients=CONNECTIONS, transactions=count, base=BASE)
    _require(poll, count)
    return rate


def cast_over_http(port: int, scale: Scale, secrecy: str) -> http_load.Load:
    """A new poll, and one ballot each from everybody. Secret ones are sealed beforehand, as voters' own devices do."""
    poll = open_poll(scale, secrecy)
    requests = [http_load.post(port, PATH, secret(n), body_of(poll, n)) for n in voters(scale)]
    load = http_load.run(port, requests, CONNECTIONS)
    _require(poll, len(requests))
    return load


def recorded(scale: Scale, secrecy: str) -> pgbench.Recording:
    """What one ballot says to PostgreSQL."""
    poll = open_poll(scale, secrecy)
    number = len(voters(scale)) + 1
    statements, _ = pgbench.statements_of(PATH, secret(SAMPLE), body_of(poll, number))
    ballots = NamedBallot if secrecy == "named" else Envelope
    return pgbench.Recording(
        statements=statements,
        literals={
            f"'{token_digest(secret(SAMPLE))}'": f"encode(sha256('{secret(0)[:-12]}:i'), 'hex')",
            # Hashed by Python in the request: any 64 characters cost PostgreSQL the same.
            ballots.objects.get(poll=poll).leaf: f"{'0' * 52}:i",
            str(BASE + SAMPLE): ":i",
            f"'{{{number}}}'": "'{:n}'",
        },
        places={"poll": str(poll.pk)},
    )


def least_view(house: House, recording: pgbench.Recording) -> str:
    """Writes down what the least view says for one ballot; returns its command, of the API's shape in the Procfile."""
    marked = {literal: said.replace(":n", "@n@").replace(":i", "@i@") for literal, said in recording.literals.items()}
    digest = next(literal for literal in marked if literal.startswith("'"))
    replaced = {**marked, digest: "'@digest@'", recording.places["poll"]: "@poll@"}
    file = Path(house.env["PLENUM_DATA_DIR"]) / "statements.json"
    file.write_text(json.dumps([pgbench.filled_in(statement, replaced) for statement in recording.statements]))
    return f"env BENCH_STATEMENTS={file} {commands()['api'].replace('backend.wsgi', 'bench.least_view')}"


def open_poll(scale: Scale, secrecy: str) -> Poll:
    """An open poll of `voting_conference`: entitlement n is person n's, the last one SAMPLE's."""
    poll, _ = poll_and_words(scale, secrecy)
    return poll


def poll_and_words(scale: Scale, secrecy: str) -> tuple[Poll, list[str]]:
    """The same, and the words of its tellers' keys if it is secret."""
    conference = voting_conference(scale)
    poll = services.draft_poll(
        resolution=Resolution.objects.create(conference=conference, title={"vi": "Nghị quyết"}, state="tabled"),
        question={"vi": "Thông qua?"},
        rule="simple_majority",
        voting_categories=["staff"],
        secrecy=secrecy,
    )
    words = _committee(poll) if secrecy == "secret" else []
    return services.open_poll(poll_id=poll.pk), words


def _committee(poll: Poll) -> list[str]:
    """Tellers of the poll with tested keys; the words of each."""
    tellers = [duty.person for duty in Duty.objects.filter(conference_id=poll.conference_id).select_related("person")]
    services.appoint(poll_id=poll.pk, people=tellers)
    words = []
    for person in tellers:
        _, drawn = services.draw_key(poll_id=poll.pk, person_id=person.pk)
        services.test_key(poll_id=poll.pk, person_id=person.pk, words=drawn)
        words.append(drawn)
    return words


def body_of(poll: Poll, n: int) -> dict[str, object]:
    """The ballot of person n."""
    if poll.secrecy == "named":
        return {"poll": str(poll.pk), "choice": "yes"}
    sealed = base64.b64encode(sealed_ballot(poll)).decode()
    return {"poll": str(poll.pk), "envelopes": [{"number": n, "sealed": sealed}]}


def sealed_ballot(poll: Poll) -> bytes:
    return sealing.sealed(poll.public_key, sealing.written(str(poll.pk), "yes", sealing.new_tracker()))


def voters(scale: Scale) -> list[int]:
    """The numbers of those who vote."""
    return people(scale.people)[:BALLOTS]


@cache
def voting_conference(scale: Scale) -> Conference:
    """A running one with three tellers, at which all who vote have a seat, and SAMPLE."""
    conference = conferences.start(conference_id=announced_conference().pk)
    Registration.objects.bulk_create(
        Registration(
            id=numbered(REGISTRATION, n),
            conference=conference,
            person_id=numbered(PERSON, n),
            category="staff",
            state="confirmed",
            confirmed_at=now(),
        )
        for n in [*voters(scale), SAMPLE]
    )
    Duty.objects.bulk_create(
        Duty(conference=conference, kind="teller", person_id=numbered(PERSON, n)) for n in voters(scale)[:TELLERS]
    )
    return conference


def _require(poll: Poll, count: int) -> None:
    cast = (NamedBallot if poll.secrecy == "named" else Envelope).objects.filter(poll=poll).count()
    if cast != count:
        raise RuntimeError(f"{cast} ballots were cast, not {count}")
