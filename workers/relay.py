"""The lift's motor: new facts → deliveries → workers; due mails → mail workers, lane by lane. `python -m workers.relay`.

It keeps nothing in memory: kill it at any point and the next one goes on from the database. Several may run.
"""

import signal
import time
from functools import cached_property, partial
from types import FrameType
from typing import Any
from uuid import UUID

import redis
import structlog
from django.conf import settings
from django.db import OperationalError, close_old_connections
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError

from backend.core import context
from backend.mail import claims
from backend.mail.states import Lane
from backend.outbox import services as outbox
from backend.outbox import wake, webhooks
from workers.celery import app
from workers.subscriptions import SUBSCRIPTIONS

log = structlog.get_logger(__name__)

#: Seconds between two looks when nobody rings.
POLL = 1.0
#: Seconds from one look to the next while there is work: what happens meanwhile is taken along together.
PACE = 0.05
#: Tasks in a queue above which nothing more is handed out. Few, because what waits in Redis can no longer be overtaken,
#: and its leases run; enough for the workers until the next look.
FULL = {"reactions": 40, "reactions-to-many": 8, "webhooks": 200, "urgent-mail": 8, "mail": 8}
#: The queues of reactions: is it for facts stored many together, and how many of each reaction are claimed at once.
REACTIONS = {"reactions": (False, 20), "reactions-to-many": (True, 8)}
#: The queue of each lane, and the mails of one task.
MAIL = {Lane.URGENT: ("urgent-mail", 10), Lane.BULK: ("mail", 50)}


class Relay:
    """One turn: fan out, hand out reactions, endpoints and mails; returns how much there was to do."""

    def __init__(self) -> None:
        self.stopping = False
        self.crowded = False

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        self.stopping = True

    @cached_property
    def _redis(self) -> redis.Redis:
        return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)

    def turn(self) -> int:
        done = outbox.fan_out(SUBSCRIPTIONS)
        with app.producer_pool.acquire(block=True) as producer:
            room = self._room()
            self.crowded = not all(room.values())
            for queue, (of_many, each) in REACTIONS.items():
                if room[queue]:
                    done += outbox.hand_out(partial(self._react, producer, queue), each=each, of_many=of_many)
            if room["webhooks"]:
                done += self._call(producer)
            for lane, (queue, _) in MAIL.items():
                if room[queue]:
                    done += self._mails(producer, lane)
        return done

    def _room(self) -> dict[str, bool]:
        """Which queues may be filled."""
        with self._redis.pipeline(transaction=False) as pipe:
            for queue in FULL:
                pipe.llen(queue)
            return {queue: length < FULL[queue] for queue, length in zip(FULL, pipe.execute(), strict=True)}

    @staticmethod
    def _react(producer: Any, queue: str, delivery_id: UUID, consumer: str) -> None:
        app.send_task("plenum.react", [str(delivery_id), consumer], queue=queue, producer=producer)

    @staticmethod
    def _call(producer: Any) -> int:
        held = webhooks.claim_endpoints()
        for index, (endpoint_id, mark) in enumerate(held):
            try:
                app.send_task("plenum.call", [str(endpoint_id), mark], queue="webhooks", producer=producer)
            except (BrokerError, RedisError):
                webhooks.release(held[index:])
                raise
        return len(held)

    @staticmethod
    def _mails(producer: Any, lane: Lane) -> int:
        queue, per_task = MAIL[lane]
        claimed = claims.claim_due(lanes=[lane], limit=FULL[queue] * per_task)
        for start in range(0, len(claimed), per_task):
            chunk = [str(mail_id) for mail_id in claimed[start : start + per_task]]
            try:
                app.send_task("plenum.send", [chunk], queue=queue, producer=producer)
            except (BrokerError, RedisError):
                claims.release(claimed[start:])
                raise
        return len(claimed)

    def run(self) -> None:
        """Turns until stopped. A missing Redis or PostgreSQL is waited for, never a reason to die."""
        with context.acting(actor="relay"):
            in_vain = 0
            while not self.stopping:
                close_old_connections()
                begun = time.monotonic()
                try:
                    in_vain = 0 if self.turn() else in_vain + 1
                    if in_vain and not self.crowded:
                        wake.wait(POLL)
                    # While a queue is full nobody rings when there is room again; the longer it stays so, the rarer a look.
                    pace = min(POLL, PACE * (1 + in_vain)) if self.crowded else PACE
                    time.sleep(max(0.0, begun + pace - time.monotonic()))
                except (BrokerError, RedisError, ConnectionError, OperationalError) as error:
                    log.warning("relay_waits", error=type(error).__name__)
                    time.sleep(0.5)


def main() -> None:
    relay = Relay()
    signal.signal(signal.SIGTERM, relay.stop)
    signal.signal(signal.SIGINT, relay.stop)
    log.info("relay_started")
    relay.run()


if __name__ == "__main__":
    main()
