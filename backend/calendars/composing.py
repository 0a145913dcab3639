"""Feeds as they are read: which entries, under which name, and what is not in them because it has no exact time yet."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import override

from backend.calendars import drafted_again, entries, queries, recurring
from backend.calendars.models import CalendarLink
from backend.calendars.queries import Reader, Shown
from backend.calendars.states import FeedKind
from backend.conferences.models import AgendaRoom, Conference, Room, Series
from backend.conferences.queries import READERS, when_said
from backend.conferences.states import AHEAD
from backend.core.text import localized, say
from backend.invitations import ical
from backend.people.models import Account, Organisation, Person
from backend.people.queries import organisations_with

#: How many conferences without an exact time are named; the others are counted.
NAMED = 10


@dataclass(frozen=True, kw_only=True)
class Undated:
    """A conference that is no entry yet; `when` is what is known of its time, "" for nothing."""

    conference: Conference
    when: str


@dataclass(kw_only=True)
class Feed:
    """`entries` in a fixed order: the same rows make the same bytes. `timezone` is the clock programs are to show it
    on; what recurs in UTC would be counted on that clock, too, so a series shows its own."""

    name: str
    language: str
    timezone: str = field(default_factory=lambda: settings.TIME_ZONE)
    entries: list[ical.CalendarEntry] = field(default_factory=list)
    undated: list[Undated] = field(default_factory=list)

    @property
    def newest(self) -> dt.datetime | None:
        return max((entry.stamp for entry in self.entries), default=None)

    def said_of_undated(self) -> str:
        """What the calendar says of the conferences that are not in it; "" when there are none."""
        count = len(self.undated)
        if not count:
            return ""
        with override(self.language):
            listed = [_titled(each, self.language) for each in self.undated[:NAMED]]
            if count > NAMED:
                listed.append(str(say(vi="và {n} hội nghị khác", en="and {n} more", n=count - NAMED)))
            many = "{n} conferences have no exact time yet and are not in this calendar: {listed}."
            one = "{n} conference has no exact time yet and is not in this calendar: {listed}."
            return str(
                say(
                    vi="{n} hội nghị chưa có giờ chính xác nên chưa có trong lịch: {listed}.",
                    en=one if count == 1 else many,
                    n=count,
                    listed="; ".join(listed),
                )
            )

    def as_calendar(self) -> bytes:
        return ical.publish(
            self.entries,
            name=self.name,
            description=self.said_of_undated(),
            timezone=self.timezone,
            refresh=dt.timedelta(minutes=settings.CALENDAR_REFRESH_MINUTES),
        )


def _titled(each: Undated, language: str) -> str:
    title = localized(each.conference.title, language)
    return f"{title} ({each.when})" if each.when else title


def of_link(link: CalendarLink, language: str) -> Feed | None:
    """What a link shows its account now; None when that may see nothing of it any more."""
    if link.kind == FeedKind.PERSON:
        person = link.account.person
        return own_feed(link.account, person, language) if person is not None else None
    assert link.subject is not None
    subject = queries.subject_of(link.kind, link.subject, link.account)
    return feed_of(link.kind, subject, link.account, language) if subject is not None else None


def feed_of(kind: str, subject: Any, reader: Reader, language: str) -> Feed:
    """The feed of a conference, series, room or organisation, as `reader` may see it."""
    with override(language):
        return _FEEDS[kind](subject, reader, language)


def own_feed(account: Account, person: Person, language: str) -> Feed:
    """Everything the account's person has a part in."""
    with override(language):
        shown, parts = queries.own_parts(account, person.pk)
        feed = Feed(
            name=str(say(vi="Lịch họp của {name}", en="Meetings of {name}", name=person.full_name)), language=language
        )
        declined = {pk for pk, part in parts.items() if part.status(shown.by_id()[pk]) is None}
        for row in shown.conferences:
            if row.pk in declined:
                continue
            if (entry := entries.own(row, parts[row.pk], shown, language)) is not None:
                feed.entries += [entry, *entries.own_items(row, parts[row.pk], person.pk, shown, language)]
        feed.undated = _undated([row for row in shown.conferences if row.pk not in declined], language)
        return feed


def _of_conference(conference: Conference, reader: Reader, language: str) -> Feed:
    told = queries.drafted_again(reader).filter(conference=conference.pk).first()
    if told is not None:
        entry = drafted_again.meeting(told, language)
        return Feed(name=entry.summary, language=language, entries=[entry])
    shown = queries.shown(Conference.objects.filter(pk=conference.pk), reader)
    [row] = shown.conferences
    return _of_meetings(localized(row.title, language), shown, language)


def _of_organisation(organisation: Organisation, reader: Reader, language: str) -> Feed:
    shown = queries.shown(queries.held_by_organisation(organisation, reader), reader)
    feed = _of_meetings(localized(organisation.name, language), shown, language)
    told = queries.drafted_again_within(reader).filter(organisers__contains=[organisation.pk])
    feed.entries += [drafted_again.meeting(row, language) for row in told]
    return feed


def _of_meetings(name: str, shown: Shown, language: str) -> Feed:
    found = [entries.meeting(row, shown, language) for row in shown.conferences if row.starts_at is not None]
    return Feed(name=name, language=language, entries=found, undated=_undated(shown.conferences, language))


def _of_series(series: Series, reader: Reader, language: str) -> Feed:
    shown = queries.shown(queries.of_series(series.pk, reader), reader)
    meetings = [(row, entries.meeting(row, shown, language)) for row in shown.conferences if row.starts_at is not None]
    told = queries.drafted_again_within(reader).filter(conference__series=series)
    meetings += [(row.conference, drafted_again.meeting(row, language)) for row in told]
    existing = Conference.objects.filter(series=series).values_list("recurrence_id", "slot", "last_slot")
    found = recurring.recurring(
        series, meetings, recurring.slots_of(series, existing), language, planned=_plan_is_open(series, reader)
    )
    title = localized(series.title, language)
    return Feed(
        name=title,
        language=language,
        timezone=series.time_zone,
        entries=found,
        undated=_undated(shown.conferences, language),
    )


def _plan_is_open(series: Series, reader: Reader) -> bool:
    """Whether what is planned and not announced yet may be shown: to those who read the organisation's drafts, and to
    everybody where each meeting is announced as soon as it is created."""
    if series.announces or isinstance(reader, AnonymousUser):
        return series.announces
    where = organisations_with(reader, *READERS)
    return where is None or series.organisation_id in where


def _of_room(room: Room, reader: Reader, language: str) -> Feed:
    """Who may know of a conference reads what it is; everybody else, that the room is busy."""
    shown = queries.shown(queries.at_room(room, reader), reader)
    name = ", ".join([localized(room.name, language), localized(room.venue.name, language)])
    feed = Feed(name=name, language=language)
    by_id = shown.by_id()
    worked_on = queries.worked_on(by_id.keys(), reader)
    for row in shown.conferences:
        feed.entries += entries.in_room_as_a_whole(row, room, shown, language)
        if row.pk in shown.told:
            feed.entries += entries.in_room_as_told(row, room, shown, language, works=row.pk in worked_on)
        elif row.pk in shown.released and row.pk not in worked_on:
            feed.entries += entries.in_room_as_released(row, room, shown, language)
    points = {point.id for each in shown.points.values() for point in each}
    uses = AgendaRoom.objects.filter(room=room, agenda_item__in=points).order_by("agenda_item__starts_at", "id")
    for use in uses.select_related("agenda_item", "site", "room__venue").prefetch_related("bookings"):
        if use.site.room_id != room.pk and use.conference_id not in shown.told:
            works = use.conference_id in worked_on
            feed.entries += entries.in_room(use, by_id[use.conference_id], shown, language, works=works)
    gone = queries.drafted_again_in(room, reader)
    feed.entries += [drafted_again.meeting(told, language, site=site) for told, site in gone]
    points_gone = queries.points_drafted_again_in(room, reader)
    feed.entries += [
        drafted_again.point(told, programme, point, room, language) for told, programme, point in points_gone
    ]
    feed.entries += [entries.busy(booking, language) for booking in queries.busy_in(room, reader)]
    return feed


def _undated(conferences: list[Conference], language: str) -> list[Undated]:
    return [
        Undated(conference=row, when=when_said(row, language))
        for row in conferences
        if row.starts_at is None and row.state in AHEAD
    ]


_FEEDS: dict[str, Callable[[Any, Reader, str], Feed]] = {
    FeedKind.CONFERENCE: _of_conference,
    FeedKind.SERIES: _of_series,
    FeedKind.ROOM: _of_room,
    FeedKind.ORGANISATION: _of_organisation,
}
