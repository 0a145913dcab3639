"""When invitees are reminded: pure functions from a list and an instant to the moments that have come."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from backend.conferences.queries.deadlines import by_start
from backend.invitations.models import InvitationList
from backend.invitations.states import ReminderKind


@dataclass(frozen=True, kw_only=True)
class Moment:
    """`at` has come; it counts down to `anchor`, the start or the deadline."""

    kind: ReminderKind
    at: dt.datetime
    anchor: dt.datetime


def come(row: InvitationList, now: dt.datetime) -> list[Moment]:
    """The latest moment of each kind that came since the list was sent, or last seen to: the start's before the
    deadline's. Nothing counts down to what is past. A start or deadline that moves takes its moments along; one that
    was passed meanwhile is not made good, because the letter that tells of the move is newer."""
    if row.sent_at is None:
        return []
    since = max(row.sent_at, row.reminded_to or row.sent_at)
    found = (
        _latest(ReminderKind.START, row.conference.starts_at, start_minutes(row), since, now),
        _latest(ReminderKind.REPLY_BY, reply_due(row), reply_minutes(row), since, now),
    )
    return [moment for moment in found if moment is not None]


def before_start(starts_at: dt.datetime | None, since: dt.datetime | None, now: dt.datetime) -> Moment | None:
    """The latest moment that came `since`, for those whom no list reminds of the start: by the house's own times."""
    return _latest(ReminderKind.START, starts_at, settings.START_REMINDERS, since, now)


def reply_due(row: InvitationList) -> dt.datetime | None:
    """The deadline for answers that applies."""
    return by_start(row.reply_by, row.conference)


def start_minutes(row: InvitationList) -> list[int]:
    """How many minutes before the start its invitees are reminded."""
    return settings.START_REMINDERS if row.start_reminders is None else row.start_reminders


def reply_minutes(row: InvitationList) -> list[int]:
    """How many minutes before the deadline those are reminded who have not answered."""
    return settings.REPLY_REMINDERS if row.reply_reminders is None else row.reply_reminders


def _latest(
    kind: ReminderKind,
    anchor: dt.datetime | None,
    minutes: Iterable[int],
    since: dt.datetime | None,
    now: dt.datetime,
) -> Moment | None:
    if anchor is None or anchor <= now:
        return None
    moments = (anchor - dt.timedelta(minutes=before) for before in minutes if before > 0)
    latest = max((moment for moment in moments if (since is None or since < moment) and moment <= now), default=None)
    return None if latest is None else Moment(kind=kind, at=latest, anchor=anchor)
