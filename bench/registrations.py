"""Registrations over HTTP against pgbench making them with the same statements, all at one conference's counter."""

from backend.conferences.models import Conference
from backend.outbox.models import Event
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
    settle_tables,
)
from bench.rounds import Comparison, Scale, taking_turns

PATH = "/api/v1/registrations"
CONNECTIONS = 16
#: Ids that are made while a registration is.
MADE = ("registration", "fact", "request")


def measure(house: House, scale: Scale) -> list[Comparison]:
    recording = recorded(scale)
    settle_tables()
    with house.running("api"):
        pgbench_rates, loads = taking_turns(
            scale.rounds,
            lambda number: register_by_pgbench(recording, scale, number),
            lambda _: register_over_http(house.port, scale),
        )
    return [
        http_load.compared("registrations over HTTP", loads, pgbench_rates, CONNECTIONS, len(recording.statements)),
    ]


def register_by_pgbench(recording: pgbench.Recording, scale: Scale, number: int) -> float:
    """Everybody at a new conference, in round `number`; returns registrations a second."""
    conference = counted_conference()
    # The ids made on the way must differ from round to round as well.
    places = {"conference": str(conference.pk)}
    places |= {name: f"{kind:04x}{number:04x}-0000-7000-8000-:i" for kind, name in enumerate(MADE, start=1)}
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


def counted_conference() -> Conference:
    """A new conference with plenty of seats, whose counter exists already."""
    conference = announced_conference()
    services.set_capacity(conference_id=conference.pk, capacity=1_000_000)
    return conference


def _body(conference: Conference, n: int) -> dict[str, object]:
    return {"conference": str(conference.pk), "person": str(numbered(PERSON, n)), "organisation": str(host().pk)}


def _require(conference: Conference, count: int) -> None:
    made = Registration.objects.filter(conference=conference, state="confirmed").count()
    if made != count:
        raise RuntimeError(f"{made} people were registered, not {count}")
