"""The moves of a conference's life. Each raises IllegalMove, naming the legal ones, when it is not its time."""

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from django.db import transaction
from django.db.models import F

from backend.conferences.events import (
    ConferenceAnnounced,
    ConferenceArchived,
    ConferenceCancelled,
    ConferenceClosed,
    ConferenceMoved,
    ConferencePostponed,
    ConferenceReopened,
    ConferenceStarted,
)
from backend.conferences.models import AgendaItem, Conference
from backend.conferences.queries import lead_organisation_id
from backend.conferences.services.booking import book_rooms
from backend.conferences.services.news import begin_telling, keep_called_off, keep_told, note_news
from backend.conferences.services.releases import follow
from backend.conferences.services.scheduling import rearrange
from backend.conferences.states import EXPECTED, MOVES, ConferenceState, ItemState
from backend.core.clock import now
from backend.core.errors import Invalid
from backend.core.queries import locked
from backend.core.text import Text, say
from backend.outbox.registry import DomainEvent
from backend.outbox.services import emit


@transaction.atomic
def announce(*, conference_id: UUID, expected: int | None = None) -> Conference:
    """Makes the conference known to everybody its confidentiality allows.

    Announced again after it was postponed or cancelled, it takes its rooms back, and its `sequence` rises so that
    everybody who was told it is off hears of it when the news window closes (conference.moved with "resumed"). Raises
    Invalid naming what is still missing: a lead organiser, a day.
    """
    conference = locked(Conference, conference_id, expected=expected)
    again, was = conference.announced_at is not None, conference.sequence
    MOVES.move(conference, "announce")
    _ensure_complete(conference)
    conference.announced_at = conference.announced_at or now()
    conference.reason = {}
    facts: list[DomainEvent] = [ConferenceAnnounced(conference_id=conference.id)]
    if again:
        _next_state(conference)
        facts.append(ConferenceMoved(conference_id=conference.id, sequence=conference.sequence, changes=["resumed"]))
    else:
        begin_telling(conference)
    conference.save()
    rearrange(conference)
    emit(*facts)
    follow(conference, was=was, revived=again)
    if again:
        note_news(conference)
    else:
        keep_told(conference)
    return conference


def _ensure_complete(conference: Conference) -> None:
    missing = {}
    if lead_organisation_id(conference) is None:
        missing["lead"] = say(
            vi="Phải có đơn vị chủ trì trước khi công bố.", en="A lead organiser is needed before announcing."
        )
    if conference.day is None and conference.starts_at is None:
        missing["day"] = say(
            vi="Phải có ngày hoặc giờ họp trước khi công bố.", en="A day or exact times are needed before announcing."
        )
    if missing:
        raise Invalid(missing)


@transaction.atomic
def start(*, conference_id: UUID, at: dt.datetime | None = None, expected: int | None = None) -> Conference:
    """Opens the conference, now or, when the chair is late to say so, at the past moment `at`."""
    conference = locked(Conference, conference_id, expected=expected)
    MOVES.move(conference, "start")
    conference.opened_at = _past_moment(at)
    conference.save()
    emit(ConferenceStarted(conference_id=conference.id))
    return conference


Hindrance = Callable[[UUID], None]
_hindrances: list[Hindrance] = []


def before_closing(hindrance: Hindrance) -> Hindrance:
    """Floors above say what a conference must not be closed over; the function raises Conflict naming it."""
    _hindrances.append(hindrance)
    return hindrance


@transaction.atomic
def close(*, conference_id: UUID, at: dt.datetime | None = None, expected: int | None = None) -> Conference:
    """Closes the conference, now or at the past moment `at`; its minutes are drafted next. Raises Conflict while
    something is under way in it that ends before it does."""
    conference = locked(Conference, conference_id, expected=expected)
    MOVES.move(conference, "close")
    for hindrance in _hindrances:
        hindrance(conference_id)
    conference.closed_at = _past_moment(at)
    if conference.opened_at is not None and conference.closed_at < conference.opened_at:
        raise Invalid({"at": say(vi="Phải sau giờ khai mạc.", en="Must be after the opening.")})
    conference.save()
    emit(ConferenceClosed(conference_id=conference.id))
    return conference


def _past_moment(at: dt.datetime | None) -> dt.datetime:
    if at is not None and at > now():
        raise Invalid({"at": say(vi="Không được ở tương lai.", en="Must not be in the future.")})
    return at or now()


@transaction.atomic
def archive(*, conference_id: UUID, expected: int | None = None) -> Conference:
    """Files the conference: from now on nothing of it can be written."""
    conference = locked(Conference, conference_id, expected=expected)
    MOVES.move(conference, "archive")
    conference.save()
    emit(ConferenceArchived(conference_id=conference.id))
    return conference


@transaction.atomic
def postpone(*, conference_id: UUID, reason: Text, expected: int | None = None) -> Conference:
    """Puts the conference off without a new time; its rooms are free again. People are told when the news window closes,
    unless it is announced again before, and of everything else that is new only when it is."""
    conference = locked(Conference, conference_id, expected=expected)
    _call_off(conference, "postpone", reason)
    emit(ConferencePostponed(conference_id=conference.id, sequence=conference.sequence))
    note_news(conference)
    return conference


@transaction.atomic
def cancel(*, conference_id: UUID, reason: Text, expected: int | None = None) -> Conference:
    """Calls the conference off; its rooms are free again, and its invitations will be withdrawn, which is all the news
    there is."""
    conference = cancel_untold(conference_id=conference_id, reason=reason, expected=expected)
    emit(ConferenceCancelled(conference_id=conference.id, sequence=conference.sequence))
    return conference


@transaction.atomic
def cancel_untold(*, conference_id: UUID, reason: Text, expected: int | None = None) -> Conference:
    """`cancel` without its fact: whoever cancels several emits theirs together (`news.emit_called_off`)."""
    conference = locked(Conference, conference_id, expected=expected)
    _call_off(conference, "cancel", reason)
    return conference


def _call_off(conference: Conference, verb: str, reason: Text) -> None:
    expected = conference.state in EXPECTED
    MOVES.move(conference, verb)
    conference.reason = reason
    _next_state(conference)
    if conference.state == ConferenceState.CANCELLED:  # told at once
        conference.told_sequence, conference.news_due_at = conference.sequence, None
    conference.save()
    if conference.announced_at is not None:
        keep_called_off(conference, expected=expected)
    book_rooms(conference)


def _next_state(conference: Conference) -> None:
    """Calendars hear of the conference, locked and about to be saved, in another state: its own `sequence` rises, and
    that of every point that was not off by itself."""
    conference.sequence += 1
    points = AgendaItem.objects.filter(conference=conference, state=ItemState.PLANNED)
    points.update(sequence=F("sequence") + 1)


@transaction.atomic
def reopen(*, conference_id: UUID, expected: int | None = None) -> Conference:
    """Makes a cancelled conference a draft again and takes its rooms back. Raises Conflict when one is taken."""
    conference = locked(Conference, conference_id, expected=expected)
    open_again(conference)
    rearrange(conference)
    return conference


def open_again(conference: Conference) -> None:
    """A draft again, locked and saved; its rooms are not taken back yet."""
    MOVES.move(conference, "reopen")
    conference.reason = {}
    _next_state(conference)
    conference.save()
    emit(ConferenceReopened(conference_id=conference.id))
