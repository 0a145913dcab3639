"""Ballots over HTTP against pgbench casting them with the same statements: what the API costs on top of PostgreSQL."""

from functools import cache

from backend.conferences.models import Conference
from backend.core.clock import now
from backend.people.queries import token_digest
from backend.registration.models import Registration
from backend.resolutions import merkle
from backend.resolutions.counting import PRESETS
from backend.resolutions.models import Entitlement, NamedBallot, Poll, Resolution
from bench import http_load, pgbench
from bench.house import House
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
from bench.rounds import Comparison, Scale, taking_turns

PATH = "/api/v1/ballots"
CONNECTIONS = 16


def measure(house: House, scale: Scale) -> list[Comparison]:
    recording = recorded(scale)
    settle_tables()
    with house.running("api"):
        pgbench_rates, loads = taking_turns(
            scale.rounds, lambda _: cast_by_pgbench(recording, scale), lambda _: cast_over_http(house.port, scale)
        )
    return [
        http_load.compared("ballots over HTTP", loads, pgbench_rates, CONNECTIONS, len(recording.statements)),
    ]


def cast_by_pgbench(recording: pgbench.Recording, scale: Scale) -> float:
    """A new poll, and one ballot each from everybody; returns ballots a second."""
    poll = open_poll(scale)
    rate = pgbench.play(recording, {"poll": str(poll.pk)}, clients=CONNECTIONS, transactions=scale.people, base=BASE)
    _require(poll, scale.people)
    return rate


def cast_over_http(port: int, scale: Scale) -> http_load.Load:
    """A new poll, and one ballot each from the first `scale.requests` people."""
    poll = open_poll(scale)
    voters = people(scale.people)[: scale.requests]
    requests = [http_load.post(port, PATH, secret(n), {"poll": str(poll.pk), "choice": "yes"}) for n in voters]
    load = http_load.run(port, requests, CONNECTIONS)
    _require(poll, len(voters))
    return load


def recorded(scale: Scale) -> pgbench.Recording:
    """What one ballot says to PostgreSQL."""
    poll = open_poll(scale)
    statements, _ = pgbench.statements_of(PATH, secret(SAMPLE), {"poll": str(poll.pk), "choice": "yes"})
    return pgbench.Recording(
        statements=statements,
        literals={
            f"'{token_digest(secret(SAMPLE))}'": f"encode(sha256('{secret(0)[:-12]}:i'), 'hex')",
            # Hashed by Python in the request: any 64 characters cost PostgreSQL the same.
            merkle.leaf(str(poll.pk), SAMPLE, "yes"): f"{'0' * 52}:i",
            str(BASE + SAMPLE): ":i",
            str(SAMPLE): ":n",
        },
        places={"poll": str(poll.pk)},
    )


def open_poll(scale: Scale) -> Poll:
    """A poll with everybody on its roll, entitlement n held by person n."""
    conference = _voting_conference(scale)
    resolution = Resolution.objects.create(conference=conference, title={"vi": "Nghị quyết"}, state="tabled")
    poll = Poll.objects.create(
        resolution=resolution,
        conference=conference,
        question={"vi": "Thông qua?"},
        rule=PRESETS["staff_conference"].to_json(),
        voting_categories=["staff"],
    )
    Entitlement.objects.bulk_create(
        Entitlement(
            poll=poll,
            number=n,
            holder_id=numbered(REGISTRATION, n),
            caster_id=numbered(PERSON, n),
            present_at_open=True,
        )
        for n in [*people(scale.people), SAMPLE]
    )
    Poll.objects.filter(pk=poll.pk).update(state="open", opened_at=now())
    return poll


@cache
def _voting_conference(scale: Scale) -> Conference:
    conference = announced_conference()
    Registration.objects.bulk_create(
        Registration(
            id=numbered(REGISTRATION, n),
            conference=conference,
            person_id=numbered(PERSON, n),
            category="staff",
            state="confirmed",
            confirmed_at=now(),
        )
        for n in [*people(scale.people), SAMPLE]
    )
    return conference


def _require(poll: Poll, count: int) -> None:
    cast = NamedBallot.objects.filter(poll=poll).count()
    if cast != count:
        raise RuntimeError(f"{cast} ballots were cast, not {count}")
