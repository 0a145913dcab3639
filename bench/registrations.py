"""Registrations over HTTP against pgbench making them with the same statements, all at one conference's counter; and
the burst when registration opens: four times as many people as places, each for themselves, all at once."""

from collections import Counter

from backend.conferences.models import Conference
from backend.outbox.models import Event
from backend.people.queries import token_digest
from backend.registration import services
from backend.registration.models import Registration
from bench import http_load, pgbench
from bench.house import House
from bench.population import (
    BASE,
    PERSON,
    SAMPLE,
    announced_conference,
    host,
    numbered,
    organiser_token,
    people,
    secret,
    settle_tables,
)
from bench.rounds import Comparison, Scale, taking_turns

PATH = "/api/v1/registrations"
CONNECTIONS = 16
#: Ids that are made while a registration is.
MADE = ("registration", "fact", "request")

#: The burst: so many attempts on so many places, by so many clients at once.
ATTEMPTS, PLACES, CLIENTS = 2000, 500, 64


def measure(house: House, scale: Scale) -> list[Comparison]:
    recording = recorded(scale)
    settle_tables()
    with house.running("api"):
        pgbench_rates, loads = taking_turns(
            scale.rounds,
            lambda number: register_by_pgbench(recording, scale, number),
            lambda _: register_over_http(house.port, scale),
        )
        opening = recorded_opening(scale)
        settle_tables()
        burst_rates, bursts = taking_turns(
            scale.rounds,
            lambda number: burst_by_pgbench(opening, number),
            lambda _: burst_over_http(house.port, scale),
        )
    return [
        http_load.compared("registrations over HTTP", loads, pgbench_rates, CONNECTIONS, len(recording.statements)),
        http_load.compared(
            f"{ATTEMPTS:,} attempts on {PLACES} places", bursts, burst_rates, CLIENTS, len(opening.statements)
        ),
    ]


def register_by_pgbench(recording: pgbench.Recording, scale: Scale, number: int) -> float:
    """Everybody at a new conference, in round `number`; returns registrations a second."""
    conference = counted_conference()
    places = _places(conference, number, kinds=1)
    rate = pgbench.play(recording, places, clients=CONNECTIONS, transactions=scale.people, base=BASE)
    _require(conference, scale.people)
    return rate


def register_over_http(port: int, scale: Scale) -> http_load.Load:
    """The first `scale.requests` people, registered by an organiser at a new conference."""
    conference = counted_conference()
    chosen = people(scale.people)[: scale.requests]
    requests = [http_load.post(port, PATH, organiser_token(), _body(conference, n)) for n in chosen]
    load = http_load.run(port, requests, CONNECTIONS)
    _require(conference, len(chosen))
    return load


def burst_by_pgbench(opening: pgbench.Recording, number: int) -> float:
    """The burst at a new conference, in round `number`; returns attempts a second."""
    conference = open_conference(PLACES)
    places = _places(conference, number, kinds=11)
    rate = pgbench.play(opening, places, clients=CLIENTS, transactions=ATTEMPTS, base=BASE)
    require_in_order(conference, PLACES, ATTEMPTS // CLIENTS * CLIENTS - PLACES)
    return rate


def burst_over_http(port: int, scale: Scale) -> http_load.Load:
    """The burst at a new conference, everybody with a token of their own. Raises RuntimeError when one attempt fails,
    or the places and turns are not as they must be."""
    conference = open_conference(PLACES)
    chosen = people(scale.people)[:ATTEMPTS]
    requests = [http_load.post(port, PATH, secret(n), {"conference": str(conference.pk)}) for n in chosen]
    load = http_load.run(port, requests, CLIENTS)
    require_in_order(conference, PLACES, ATTEMPTS - PLACES)
    return load


def require_in_order(conference: Conference, seated: int, waiting: int) -> None:
    """Raises RuntimeError unless exactly so many have a seat, and all others the turns 1, 2, … as they arrived, after
    everybody who has a seat."""
    rows = list(Registration.objects.filter(conference=conference).order_by("created_at").values_list("state", "turn"))
    expected = [("confirmed", None)] * seated + [("waiting", turn) for turn in range(1, waiting + 1)]
    if rows != expected:
        counted = Counter(state for state, _ in rows)
        raise RuntimeError(f"{dict(counted)} is not {seated} seated and {waiting} waiting in the order of arrival")


def recorded(scale: Scale) -> pgbench.Recording:
    """What one registration says to PostgreSQL."""
    people(scale.people)
    conference = counted_conference()
    statements, made = pgbench.statements_of(PATH, organiser_token(), _body(conference, SAMPLE))
    fact = Event.objects.get(subject_id=made["id"])
    return pgbench.Recording(
        statements=statements,
        literals={str(BASE + SAMPLE): ":i"},
        places={
            "conference": str(conference.pk),
            **dict(zip(MADE, (made["id"], str(fact.pk), fact.request_id), strict=True)),
        },
    )


def recorded_opening(scale: Scale) -> pgbench.Recording:
    """What one person says to PostgreSQL who registers for an open conference."""
    people(scale.people)
    conference = open_conference(PLACES)
    statements, made = pgbench.statements_of(PATH, secret(SAMPLE), {"conference": str(conference.pk)})
    fact = Event.objects.get(subject_id=made["id"])
    return pgbench.Recording(
        statements=statements,
        literals={
            f"'{token_digest(secret(SAMPLE))}'": f"encode(sha256('{secret(0)[:-12]}:i'), 'hex')",
            str(BASE + SAMPLE): ":i",
        },
        places={
            "conference": str(conference.pk),
            **dict(zip(MADE, (made["id"], str(fact.pk), fact.request_id), strict=True)),
        },
    )


def open_conference(places: int) -> Conference:
    """A new one to which everybody may come, with so many places."""
    conference = announced_conference()
    services.set_capacity(conference_id=conference.pk, capacity=places)
    services.set_admission(conference_id=conference.pk, mode="open")
    return conference


def counted_conference() -> Conference:
    """A new conference with plenty of seats, whose counter exists already."""
    conference = announced_conference()
    services.set_capacity(conference_id=conference.pk, capacity=1_000_000)
    return conference


def _places(conference: Conference, number: int, *, kinds: int) -> dict[str, str]:
    """The conference, and the ids made on the way, which must differ from round to round as well."""
    made = {name: f"{kind:04x}{number:04x}-0000-7000-8000-:i" for kind, name in enumerate(MADE, start=kinds)}
    return {"conference": str(conference.pk), **made}


def _body(conference: Conference, n: int) -> dict[str, object]:
    return {"conference": str(conference.pk), "person": str(numbered(PERSON, n)), "organisation": str(host().pk)}


def _require(conference: Conference, count: int) -> None:
    made = Registration.objects.filter(conference=conference, state="confirmed").count()
    if made != count:
        raise RuntimeError(f"{made} people were registered, not {count}")
