"""A knock on the relay's door after a commit. Best effort: a poll stands behind it, so a lost knock costs a second."""

import time
from functools import cache

import redis
import structlog
from django.conf import settings

log = structlog.get_logger(__name__)

DOORBELL = "plenum:relay"
#: Seconds to leave Redis alone after it failed, so that a dead Redis does not slow the API down.
PAUSE = 5.0
_quiet_until = 0.0


#: Seconds one wait at the door may take at most.
LONGEST_WAIT = 5.0


@cache
def client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.25, socket_connect_timeout=0.25)


@cache
def _listener() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=LONGEST_WAIT + 1, socket_connect_timeout=0.25)


def relay() -> None:
    """Rings; never raises."""
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    try:
        with client().pipeline(transaction=False) as pipe:
            pipe.lpush(DOORBELL, 1)
            pipe.ltrim(DOORBELL, 0, 0)
            pipe.execute()
    except redis.RedisError as error:
        _quiet_until = time.monotonic() + PAUSE
        log.warning("doorbell_unreachable", error=type(error).__name__)


def wait(seconds: float) -> None:
    """Waits for a ring, at most `seconds`; with Redis away it waits a quarter of a second: the poll takes over."""
    try:
        _listener().blpop([DOORBELL], timeout=min(seconds, LONGEST_WAIT))
    except redis.RedisError:
        time.sleep(min(seconds, 0.25))
