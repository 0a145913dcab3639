"""Redis as it lies between relay and workers, and the work done from it one task after the other."""

from collections.abc import Callable, Iterator
from queue import Empty

import pytest
import redis
from django.conf import settings

from workers.celery import app
from workers.relay import FULL, Relay

QUEUES = ("clock", *FULL)
app.loader.import_default_modules()


@pytest.fixture
def queues() -> Iterator[redis.Redis]:
    """Empty before and after."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete(*QUEUES)
        yield client
        client.delete(*QUEUES)


@pytest.fixture
def relay(queues: redis.Redis) -> Relay:
    return Relay()


@pytest.fixture
def work_off(queues: redis.Redis) -> Callable[..., int]:
    """Does every task that waits, as a worker would, and says how many there were."""

    def work(*names: str) -> int:
        done = 0
        with app.connection_for_read() as connection:
            for name in names or QUEUES:
                queue = connection.SimpleQueue(name)
                try:
                    while True:
                        message = queue.get(block=False)
                        message.ack()
                        arguments, named, _ = message.payload
                        app.tasks[message.headers["task"]](*arguments, **named)
                        done += 1
                except Empty:
                    queue.close()
        return done

    return work
