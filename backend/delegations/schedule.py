"""When something is due before and after a deadline: pure functions."""

import datetime as dt

from django.conf import settings

from backend.conferences.queries.papers import minutes_of

DAY = dt.timedelta(days=1)
MOST_REMINDERS = 20
#: A reminder an organiser asks for stands last among those of its minute.
BY_HAND = MOST_REMINDERS - 1

__all__ = ["BY_HAND", "distances", "grace", "minutes_of", "reminder_sequence", "stage_of"]


def distances() -> list[dt.timedelta]:
    """How long before the deadline each reminder is, the earliest first."""
    days = sorted({day for day in settings.DELEGATION_REMINDER_DAYS if day > 0})[:BY_HAND]
    return [day * DAY for day in reversed(days)]


def stage_of(due_at: dt.datetime, at: dt.datetime) -> int:
    """How many of the moments before this deadline have passed."""
    return sum(due_at - distance <= at for distance in distances())


def grace() -> dt.timedelta:
    """How long a unit that named nobody may still do so once the unit above it was told."""
    return int(settings.DELEGATION_GRACE_DAYS) * DAY


def reminder_sequence(moment: dt.datetime, stage: int) -> int:
    """Another number for each deadline and each reminder of it; by hand, for each minute it was asked for."""
    return minutes_of(moment) * MOST_REMINDERS + stage
