"""Finding a room among a million bookings beside finding it among a thousand: it should make next to no difference.

Two databases with the same 230 rooms take turns: in one the rooms were booked 1,000 times in twenty years, in the other
1,000,000 times. The same questions go to both, and at any moment most rooms are free in both, so that both have much
the same to answer.
"""

import datetime as dt
import random
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import connection, models
from django.test import Client

from backend.conferences import queries, services
from backend.conferences.models import Conference, PortableEquipment, Room, RoomBooking, Site, Venue
from backend.simulation.country import settle
from bench.house import House
from bench.population import host, organiser_token, settle_tables
from bench.rounds import FULL, Comparison, Scale, percentile
from bench.sides import Side, copied, milliseconds

ROOMS = 230
FEW, MANY = 1_000, 1_000_000
FIRST, DAYS = dt.datetime(2010, 1, 1, tzinfo=dt.UTC), 20 * 365
INDEX = "bookings_by_room_and_start"
EQUIPMENT = ("projector", "stage", "voting", "video_link")

Ask = Callable[[dict[str, Any]], object]


def measure(house: House, scale: Scale) -> list[Comparison]:
    many, asked = (MANY, 200) if scale is FULL else (MANY // 10, 100)
    furnish()
    token = organiser_token()
    few_side, many_side = booked(house, "few", FEW), booked(house, "many", many)
    with many_side():
        _require_index()
        room = Room.objects.order_by("pk")[0].pk
    asks: dict[str, Ask] = {
        "the query of the room finder, p95": lambda question: list(queries.free_rooms(**question)[:51]),
        "GET /rooms/free, p95": lambda question: _get(token, "rooms/free", question),
        "GET /rooms/{id}/day, p95": lambda question: _get(
            token, f"rooms/{room}/day", {"date": question["starts_at"].date()}
        ),
    }
    comparisons = []
    for said, ask in asks.items():
        rounds = [_p95s(few_side, many_side, ask, asked, seed) for seed in range(scale.rounds + 1)][1:]
        comparisons.append(
            Comparison(
                name=f"{said}, {many:,} bookings",
                unit="ms",
                reference=f"the same at {FEW:,} bookings of the same {ROOMS} rooms",
                ours=[of_many for _, of_many in rounds],
                theirs=[of_few for of_few, _ in rounds],
            )
        )
    return comparisons


# The questions


def _p95s(few: Side, many: Side, ask: Ask, asked: int, seed: int) -> tuple[float, float]:
    """The p95 of each side in milliseconds."""
    chance = random.Random(seed)
    of_few, of_many = milliseconds(few, many, ask, [_question(chance) for _ in range(asked)])
    return percentile(of_few, 0.95), percentile(of_many, 0.95)


def _question(chance: random.Random) -> dict[str, Any]:
    starts_at = FIRST + dt.timedelta(minutes=15 * chance.randrange(DAYS * 96))
    question: dict[str, Any] = {
        "starts_at": starts_at,
        "ends_at": starts_at + dt.timedelta(minutes=chance.choice((60, 120, 240))),
        "capacity": chance.choice((10, 40, 120)),
    }
    if chance.random() < 0.5:
        question["equipment"] = [chance.choice(EQUIPMENT)]
    return question


def _get(token: str, path: str, question: dict[str, Any]) -> None:
    asked = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in question.items()}
    headers = {"authorization": f"Bearer {token}", "host": "127.0.0.1"}
    answer = Client(headers=headers).get(f"/api/v1/{path}?{urlencode(asked, doseq=True)}")
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.status_code}: {answer.content.decode()}")


def _require_index() -> None:
    plan = queries.free_rooms(starts_at=FIRST, ends_at=FIRST + dt.timedelta(hours=1), capacity=10).explain()
    if INDEX not in plan:
        raise RuntimeError(f"The room finder does not use {INDEX}:\n{plan}")


# The databases


def furnish() -> None:
    """The rooms both sides have, those of a simulated year, with one booked conference to multiply."""
    country = settle(year=FIRST.year + 10, conferences=2000, rooms=ROOMS, seed=ROOMS)
    used = {room.house for room in country.rooms}
    venues = {
        house.key: Venue.objects.create(name=house.name.text, organisation=host())
        for house in country.houses
        if house.key in used
    }
    PortableEquipment.objects.bulk_create(
        PortableEquipment(venue=venues[house.key], kind=kind, quantity=quantity)
        for house in country.houses
        if house.key in used
        for kind, quantity in house.portable
    )
    rooms = Room.objects.bulk_create(
        Room(
            venue=venues[room.house],
            name=room.name.text,
            capacity=room.capacity,
            equipment=list(room.equipment),
            setup_minutes=room.setup_minutes,
            clearing_minutes=room.clearing_minutes,
        )
        for room in country.rooms
    )
    services.draft(
        fields={
            "kind": "meeting",
            "title": {"vi": "Họp đã đặt phòng"},
            "starts_at": FIRST - dt.timedelta(days=9),
            "ends_at": FIRST - dt.timedelta(days=9) + dt.timedelta(hours=3),
        },
        lead=host(),
        sites=[{"venue": rooms[0].venue, "room": rooms[0]}],
    )


def booked(house: House, name: str, count: int) -> Side:
    """A copy of the database with `count` bookings."""
    side = copied(house, f"bench_rooms_{name}")
    with side():
        _book(count)
        settle_tables()
    return side


def _book(count: int) -> None:
    """Multiplies the one booked conference over rooms and days, evenly and without overlap."""
    site = RoomBooking.objects.get().site
    step = dt.timedelta(days=DAYS) / (count / ROOMS)
    start = f"timestamptz '{FIRST.isoformat()}' + (n / {ROOMS}) * interval '{step.total_seconds()} seconds'"
    start = f"{start} + (mod(mod(n, {ROOMS}), 7)) * interval '5 minutes'"
    end = f"{start} + interval '3 hours'"
    room = f"(ARRAY[{', '.join(_room_ids())}])[mod(n, {ROOMS}) + 1]"
    guard = next(c for c in RoomBooking._meta.constraints if isinstance(c, ExclusionConstraint))
    with connection.schema_editor() as editor:  # it is faster to check them all at once, at the end
        editor.remove_constraint(RoomBooking, guard)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        _multiply(
            cursor, Conference, site.conference_id, count, id=_id(1), slug="'m-' || n", starts_at=start, ends_at=end
        )
        _multiply(cursor, Site, site.pk, count, id=_id(2), conference_id=_id(1), room_id=room)
        _multiply(
            cursor,
            RoomBooking,
            RoomBooking.objects.get(site=site).pk,
            count,
            id=_id(3),
            site_id=_id(2),
            room_id=room,
            taken=f"tstzrange({start}, {end})",
            during=f"tstzrange({start} - interval '15 minutes', {end} + interval '15 minutes')",
        )
        cursor.execute("SET session_replication_role = DEFAULT")
    with connection.schema_editor() as editor:
        editor.add_constraint(RoomBooking, guard)


def _id(kind: int) -> str:
    return f"('b000000{kind}-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid"


def _room_ids() -> list[str]:
    return [f"'{pk}'::uuid" for pk in Room.objects.order_by("pk").values_list("pk", flat=True)]


def _multiply(cursor: Any, model: type[models.Model], source: Any, count: int, **columns: str) -> None:
    """`count` copies of one row, numbered n; `columns` says in SQL what differs."""
    names = [f'"{field.column}"' for field in model._meta.concrete_fields]
    values = [columns.get(name.strip('"'), f"source.{name}") for name in names]
    cursor.execute(
        f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) SELECT {', '.join(values)}"
        f" FROM {model._meta.db_table} AS source, generate_series(0, {count - 1}) AS n WHERE source.id = %s",
        [source],
    )
