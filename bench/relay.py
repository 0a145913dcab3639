"""From the commit of a fact to the start of its reaction: alone, at a steady pace, and a burst of them.

Read as the product reads it (`relay_ms` of GET /deliveries/summary: PostgreSQL's commit time to PostgreSQL's clock at
the first try), against a plain queue that is measured the same way. The reaction finds nothing to do, so that what is
measured is the way to it.
"""

import os
import random
import time
from collections.abc import Callable
from functools import partial

from django.db import transaction

from backend.core.ids import time_ordered_id
from backend.outbox import queries
from backend.outbox.models import Delivery
from backend.outbox.services import emit
from backend.registration.events import RegistrationCancelled
from bench.house import House
from bench.plain_queue import PlainQueue
from bench.rounds import Comparison, Scale, in_turns, percentile

#: Facts a second while it is busy.
PACE = 100
#: Seconds between two facts while it is idle: never in step with any timer of the relay.
IDLE = (0.08, 0.2)

Waits = tuple[float, float]
REFERENCE = "a plain queue: insert, ring, pick"


def measure(house: House, scale: Scale) -> list[Comparison]:
    pickers = int(os.environ.get("PLENUM_WORKERS") or 2)
    plain = PlainQueue(house.env, pickers)
    busy = int(PACE * scale.busy_seconds)

    def plenum(send: Callable[[], int], _: int) -> Waits:
        Delivery.objects.all().delete()
        return _read(send())

    def reference(send: Callable[[], int], _: int) -> Waits:
        found = plain.waits(send())
        return percentile(found, 0.5), percentile(found, 0.99)

    def comparisons(name: str, key: str, emitted: Callable[[], int], added: Callable[[], int]) -> list[Comparison]:
        sides = {"plain": partial(reference, added), "plenum": partial(plenum, emitted)}
        results = in_turns(scale.rounds, sides)
        return [
            Comparison(
                name=f"commit → reaction, {name}, {label}",
                unit="ms",
                reference=REFERENCE,
                ours=[waits[index] for waits in results["plenum"]],
                theirs=[waits[index] for waits in results["plain"]],
                detail={"facts_a_round": key},
            )
            for index, label in enumerate(("p50", "p99"))
        ]

    def burst_of_plenum(_: int) -> float:
        Delivery.objects.all().delete()
        begun = time.perf_counter()
        _emit(scale.burst)
        _until_settled(scale.burst)
        return scale.burst / (time.perf_counter() - begun)

    def burst_of_plain(_: int) -> float:
        begun = time.perf_counter()
        plain.add(scale.burst)
        plain.waits(scale.burst)
        return scale.burst / (time.perf_counter() - begun)

    try:
        with house.running("relay", "worker"):
            idle = partial(_slowly, scale.idle_facts)
            paced = partial(_steadily, busy)
            found = comparisons("idle", str(scale.idle_facts), partial(idle, _emit), partial(idle, plain.add))
            found += comparisons(f"{PACE}/s", str(busy), partial(paced, _emit), partial(paced, plain.add))
            rates = in_turns(scale.rounds, {"plain": burst_of_plain, "plenum": burst_of_plenum})
    finally:
        plain.stop()
    return [
        *found,
        Comparison(
            name="facts of one reaction, a burst",
            unit="/s",
            reference=REFERENCE,
            ours=rates["plenum"],
            theirs=rates["plain"],
            detail={"facts": scale.burst, "processes": pickers},
        ),
    ]


def _slowly(count: int, send: Callable[[], None]) -> int:
    for _ in range(count):
        time.sleep(random.uniform(*IDLE))
        send()
    return count


def _steadily(count: int, send: Callable[[], None]) -> int:
    begun = time.perf_counter()
    for number in range(count):
        time.sleep(max(0.0, begun + number / PACE - time.perf_counter()))
        send()
    return count


def _emit(count: int = 1) -> None:
    """A seat given up at a conference that has none: `registration.promote` hears of it and finds nothing to do."""
    with transaction.atomic():
        emit(
            *(
                RegistrationCancelled(registration_id=time_ordered_id(), conference_id=time_ordered_id())
                for _ in range(count)
            )
        )


def _read(count: int) -> Waits:
    _until_settled(count)
    told = queries.summary()["relay_ms"]
    if (told["n"], told["clock"]) != (count, "commit"):
        raise RuntimeError(f"{count} facts were sent, but {told} was read")
    return told["p50"], told["p99"]


def _until_settled(count: int, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while Delivery.objects.filter(state="settled").count() < count:
        if time.monotonic() > end:
            raise TimeoutError(f"{queries.summary()} after {seconds} seconds; {count} should be settled")
        time.sleep(0.01)
