"""News in windows: what changes within one is told once, a while after the first change, to whom it concerns.

A SEQUENCE (RFC 5545) stands for one time and place: feeds show each move at once, so each has the next one, and a letter
carries that of the last. Before it does, what that says is kept (TimeAndPlace) and never changes. All of it happens with
the conference locked, so moving, telling and closing a window come one after the other.

The conferences of a series share a window: an edit of the series moves many, and nobody is to hear of each by itself.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from backend.conferences.events import (
    ConferenceCancelled,
    ConferenceNewsDue,
    ConferencePostponementDue,
    SeriesCalledOff,
    SeriesNewsDue,
)
from backend.conferences.models import Conference, Organiser, Release, Series, TimeAndPlace
from backend.conferences.programme import as_json
from backend.conferences.queries import working_programme
from backend.conferences.queries.told import WHEN, time_and_place
from backend.conferences.states import EXPECTED, ConferenceState
from backend.core.clock import database_now
from backend.outbox.services import emit

log = structlog.get_logger(__name__)

#: What stays as it was shown of a conference that is called off.
SHOWN = (*WHEN, "places", "title", "about", "organisers", "programme")
#: The most conferences of a series one letter tells of.
MOST_TOGETHER = 60


def begin_telling(conference: Conference) -> None:
    """Everybody hears of the conference, locked and about to be saved, as it is now: no older news is due."""
    conference.told_sequence, conference.told_release = conference.sequence, last_release(conference)
    conference.news_due_at = None


def note_news(conference: Conference) -> None:
    """What was changed of this conference, locked and saved, will be told when its window closes; the first change opens
    it. With PLENUM_NEWS_WINDOW=0 it is told at once. That it was postponed is news; else nothing is of what nobody
    expects to take place."""
    if conference.state not in {*EXPECTED, ConferenceState.POSTPONED}:
        return
    if not settings.NEWS_WINDOW:
        emit(*_closed(conference))
    elif conference.news_due_at is None:
        conference.news_due_at = database_now() + dt.timedelta(seconds=settings.NEWS_WINDOW)
        Conference.objects.filter(pk=conference.pk).update(news_due_at=conference.news_due_at)


def tell_due_news() -> int:
    """Closes every window that is due by the database's clock, and with the first of a series all of it; returns how many
    were closed. Several may run at once, and one that cannot be closed stops none of the others."""
    closed = 0
    for conference_id, series_id in list(_due().values_list("pk", "series_id")):
        try:
            with transaction.atomic():
                closed += _close_series(conference_id, series_id) if series_id else _close_one(conference_id)
        except Exception:
            log.exception("news_not_told", conference=str(conference_id))
    return closed


def _close_one(conference_id: UUID) -> int:
    conference = _due().select_for_update(skip_locked=True).filter(pk=conference_id).first()
    if conference is None:
        return 0
    emit(*_closed(conference))
    return 1


def _close_series(conference_id: UUID, series_id: UUID) -> int:
    """Closes every window of the series, due or not, unless this one was closed meanwhile. While the series, or one of
    these conferences, is being edited, all of them are left to the next tick: more is about to move."""
    series = Series.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=series_id)
    if series.first() is None or not _due().filter(pk=conference_id, series=series_id).exists():
        return 0
    opened = Conference.objects.filter(series=series_id, news_due_at__isnull=False)
    rows = list(opened.select_for_update(skip_locked=True).order_by("pk"))
    if len(rows) < opened.count():
        return 0
    facts: list[ConferenceNewsDue] = []
    for row in rows:
        try:
            with transaction.atomic():
                for fact in _closed(row):
                    if isinstance(fact, ConferenceNewsDue):
                        facts.append(fact)
                    else:
                        emit(fact)
        except Exception:
            log.exception("news_not_told", conference=str(row.pk))
    for start in range(0, len(facts), MOST_TOGETHER):
        _emit_together(series_id, facts[start : start + MOST_TOGETHER])
    return len(rows)


def _emit_together(series_id: UUID, facts: list[ConferenceNewsDue]) -> None:
    if len(facts) == 1:
        emit(*facts)
        return
    windows = {str(fact.conference_id): fact.numbers for fact in facts}
    emit(*(replace(fact, series_id=series_id) for fact in facts), SeriesNewsDue(series_id=series_id, windows=windows))


def emit_called_off(series_id: UUID, conferences: Sequence[Conference]) -> None:
    """These conferences were cancelled by one edit of the series. One alone is told of like any other."""
    for start in range(0, len(conferences), MOST_TOGETHER):
        some = conferences[start : start + MOST_TOGETHER]
        together = series_id if len(some) > 1 else None
        emit(*(ConferenceCancelled(conference_id=row.pk, sequence=row.sequence, series_id=together) for row in some))
        if together:
            emit(SeriesCalledOff(series_id=together, conferences={str(row.pk): row.sequence for row in some}))


def _due() -> QuerySet[Conference]:
    return Conference.objects.filter(news_due_at__lte=Now()).order_by("news_due_at")


def _closed(conference: Conference) -> list[ConferenceNewsDue | ConferencePostponementDue]:
    """Closes the conference's window; the fact that tells of what is new, if anything is. What was released of one that
    is postponed waits until it is announced again."""
    facts: list[ConferenceNewsDue | ConferencePostponementDue] = []
    released = last_release(conference)
    if conference.state == ConferenceState.POSTPONED:
        released = conference.told_release
        facts.append(ConferencePostponementDue(conference_id=conference.pk, sequence=conference.sequence))
    elif conference.state in EXPECTED and (conference.sequence, released) != (
        conference.told_sequence,
        conference.told_release,
    ):
        keep_told(conference)
        facts.append(
            ConferenceNewsDue(
                conference_id=conference.pk,
                from_sequence=conference.told_sequence,
                to_sequence=conference.sequence,
                from_release=conference.told_release,
                to_release=released,
            )
        )
    conference.told_sequence, conference.told_release, conference.news_due_at = conference.sequence, released, None
    Conference.objects.filter(pk=conference.pk).update(
        told_sequence=conference.told_sequence, told_release=conference.told_release, news_due_at=None
    )
    return facts


def last_release(conference: Conference) -> int:
    """The number of the latest released programme, 0 when there is none."""
    numbers = Release.objects.filter(conference=conference).order_by("-number")
    return numbers.values_list("number", flat=True).first() or 0


def mark_told(*, conference_id: UUID) -> TimeAndPlace:
    """Keeps what the conference's present sequence says, because somebody is about to be told; gives what it says.

    Called before a letter that tells the time or place reads them. Every move has a sequence of its own, so whichever
    comes first, the letter or a move under way, what is kept here is what the sequence in the letter says: one that has
    read something newer asks again (`invitations.services.composing.as_told`).
    """
    present = TimeAndPlace.objects.filter(conference_id=conference_id, sequence=F("conference__sequence"))
    if (kept := present.first()) is not None:
        return kept
    with transaction.atomic():
        return keep_told(Conference.objects.select_for_update(no_key=True).get(pk=conference_id))


def keep_told(conference: Conference, **before: Any) -> TimeAndPlace:
    """`mark_told` for a conference that is locked already; `before` is kept instead of what the record says now."""
    kept = _kept(conference)
    if kept is None:
        kept = time_and_place(conference)
        holders = Organiser.objects.filter(conference=conference).order_by("order", "id")
        kept.organisers = list(holders.values_list("organisation_id", flat=True))
        for name, value in before.items():
            setattr(kept, name, value)
        kept.save(force_insert=True)
    return kept


def keep_called_off(conference: Conference, *, expected: bool) -> None:
    """Keeps of a conference, locked and just called off, how it was last shown while it was `expected` to take place: as
    it stands if it was until now, else as it was kept then; what was prepared since is told when it is announced again."""
    told = None if expected else TimeAndPlace.objects.filter(conference=conference).order_by("-sequence").first()
    before: dict[str, Any] = {name: getattr(told, name) for name in SHOWN} if told else {}
    if expected and not last_release(conference):
        before["programme"] = as_json(working_programme(conference))
    keep_told(conference, **before)


def _kept(conference: Conference) -> TimeAndPlace | None:
    return TimeAndPlace.objects.filter(conference=conference, sequence=conference.sequence).first()
