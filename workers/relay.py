"""The lift's motor: new facts → deliveries → workers; due mails → mail workers. `python -m workers.relay`.

It keeps nothing in memory: kill it at any point and the next one goes on from the database. Several may run.
"""

import signal
import time
from types import FrameType
from uuid import UUID

import structlog
from django.db import OperationalError, close_old_connections
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError

from backend.core import context
from backend.mail import services as mail
from backend.outbox import services as outbox
from backend.outbox import wake
from workers.celery import app
from workers.subscriptions import SUBSCRIPTIONS

log = structlog.get_logger(__name__)

#: Seconds between two looks when nobody rings.
POLL = 1.0
#: Tasks in a queue above which nothing more is handed out: a long queue would outlive the leases.
FULL = 1000
MAILS_PER_TASK = 50


class Relay:
    """One turn: fan out, hand out deliveries, hand out mails; returns how much there was to do."""

    def __init__(self) -> None:
        self.stopping = False

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        self.stopping = True

    def turn(self) -> int:
        done = outbox.fan_out(SUBSCRIPTIONS)
        with app.connection_for_write() as connection, app.amqp.producer_pool.acquire(block=True) as producer:
            channel = connection.default_channel
            if channel.client.llen("reactions") < FULL:
                done += outbox.hand_out(lambda delivery, consumer: self._deliver(producer, delivery, consumer))
            if channel.client.llen("mail") * MAILS_PER_TASK < FULL:
                done += self._mails(producer)
        return done

    @staticmethod
    def _deliver(producer: object, delivery_id: UUID, consumer: str) -> None:
        app.send_task("plenum.deliver", [str(delivery_id), consumer], producer=producer)

    @staticmethod
    def _mails(producer: object) -> int:
        claimed = mail.claim_due(limit=FULL)
        for start in range(0, len(claimed), MAILS_PER_TASK):
            chunk = claimed[start : start + MAILS_PER_TASK]
            try:
                app.send_task(
                    "plenum.mail.send", [[str(mail_id) for mail_id in chunk]], queue="mail", producer=producer
                )
            except (BrokerError, RedisError):
                mail.release(claimed[start:])
                raise
        return len(claimed)

    def run(self) -> None:
        """Turns until stopped. A missing Redis or PostgreSQL is waited for, never a reason to die."""
        with context.acting(actor="relay"):
            while not self.stopping:
                close_old_connections()
                try:
                    if self.turn() == 0:
                        wake.wait(POLL)
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
