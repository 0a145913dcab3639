"""Time as the house sees it."""

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.db import connection
from django.utils import timezone


def now() -> dt.datetime:
    """This process's clock, aware, UTC."""
    return timezone.now()


def database_now() -> dt.datetime:
    """PostgreSQL's clock at this very moment (not the transaction's start): the one that closes votes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: dt.datetime = cursor.fetchone()[0]
    return moment


def local(moment: dt.datetime, zone: str | None = None) -> dt.datetime:
    """`moment` on the wall clock of `zone` (default: settings.TIME_ZONE)."""
    return moment.astimezone(ZoneInfo(zone or settings.TIME_ZONE))


@cache
def time_zones() -> frozenset[str]:
    """The names of all time zones there are; not those that name whatever a machine is set to."""
    return frozenset(available_timezones() - {"localtime", "Factory", "posixrules"})
