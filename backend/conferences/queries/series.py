"""Series and templates: what is planned, what of it exists, what is amiss, and who sees it."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from backend.conferences.models import (
    Conference,
    ConferenceTemplate,
    OutlineDuty,
    OutlineItem,
    OutlineSite,
    Room,
    RoomBooking,
    Series,
    Site,
)
from backend.conferences.queries.confidential import hidden_standing_items
from backend.conferences.queries.record import lead_organisation_id
from backend.conferences.queries.visibility import READERS, led_by
from backend.conferences.recurrence import Recurrence, moment
from backend.conferences.states import OVER, ConferenceState, Confidentiality
from backend.core.clock import local, now
from backend.people.models import Account
from backend.people.queries import organisations_with

Outlined = TypeVar("Outlined", Series, ConferenceTemplate)
#: States in which an occurrence is to be held as its series plans it.
FOLLOWING = (ConferenceState.DRAFT, ConferenceState.ANNOUNCED)
#: States in which it takes the edits of its series: what is put off will be held as the series is by then.
LED = (*FOLLOWING, ConferenceState.POSTPONED)


def visible_series(account: Account | AnonymousUser) -> QuerySet[Series]:
    """Public series for everybody signed in; others for readers of the organisation and people with a standing duty."""
    return Series.objects.filter(_visible(account))


def visible_templates(account: Account | AnonymousUser) -> QuerySet[ConferenceTemplate]:
    """As with series."""
    return ConferenceTemplate.objects.filter(_visible(account))


def _visible(account: Account | AnonymousUser) -> Q:
    if isinstance(account, AnonymousUser):
        return Q(pk__in=[])
    where = organisations_with(account, *READERS)
    if where is None:
        return Q()
    seen = Q(outline__confidentiality=Confidentiality.PUBLIC) | Q(organisation_id__in=where)
    if account.person_id is not None:
        seen |= Q(Exists(OutlineDuty.objects.filter(outline=OuterRef("outline"), person_id=account.person_id)))
    return seen


def with_outline(rows: QuerySet[Outlined], account: Account | None) -> QuerySet[Outlined]:
    """With the standing sites, agenda and duties, in a constant number of queries; without the standing items hidden
    from the account (None: with all of them, for what the house itself drafts)."""
    hidden = None if account is None else hidden_standing_items(account)
    agenda = OutlineItem.objects.all() if hidden is None else OutlineItem.objects.exclude(hidden.holds())
    return rows.select_related("outline", "organisation").prefetch_related(
        Prefetch("outline__sites", OutlineSite.objects.select_related("venue", "room")),
        Prefetch("outline__agenda", agenda),
        Prefetch("outline__duties", OutlineDuty.objects.select_related("person", "organisation")),
        "outline__duties__organisation__former_names",
    )


def standing_items_hidden_in(row: Series | ConferenceTemplate, account: Account) -> set[UUID]:
    """Which standing items of the series or template the account may not know of."""
    hidden = hidden_standing_items(account)
    items = OutlineItem.objects.filter(outline=row.outline_id)
    return set() if hidden is None else set(items.filter(hidden.holds()).values_list("pk", flat=True))


# What is planned


def plan_of(series: Series) -> Recurrence | None:
    """The series' recurrence; None while its first day is not known."""
    if series.starts_on is None:
        return None
    time = series.start_time or dt.time.min
    return Recurrence(
        start=dt.datetime.combine(series.starts_on, time),
        rule=series.rule,
        time_zone=series.time_zone,
        added=tuple(as_slot(text, series.start_time) for text in series.added),
        left_out=tuple(as_slot(text, series.start_time) for text in series.left_out),
        whole_days=series.start_time is None,
    )


def as_slot(text: str, start_time: dt.time | None) -> dt.datetime:
    """A local time as it was given: a day alone means the usual time; while no time is known, only the day counts."""
    given = dt.datetime.fromisoformat(text)
    if start_time is None or "T" not in text:
        return dt.datetime.combine(given.date(), start_time or dt.time.min)
    return given


def slot_text(slot: dt.datetime, series: Series) -> str:
    """How a slot is kept: 2026-11-23T08:00:00, or the day alone where no time is known. Text sorts like time."""
    return slot.isoformat() if series.start_time is not None else slot.date().isoformat()


def horizon_of(series: Series) -> tuple[dt.date, dt.date]:
    """Today on the series' clock, and the last day that is planned ahead."""
    today = local(now(), series.time_zone).date()
    return today, today + dt.timedelta(days=series.horizon_days)


def planned_slots(series: Series, until: dt.date | None = None) -> list[dt.datetime]:
    """The slots still to come, up to the horizon or to `until`; those of this day whose time has passed are gone."""
    plan = plan_of(series)
    if plan is None:
        return []
    today, last = horizon_of(series)
    slots = plan.between(today, max(last, until or last))
    if plan.whole_days:
        return slots
    moment_now = now()
    return [slot for slot in slots if moment(slot, series.time_zone) > moment_now]


def missing_slots(series: Series) -> list[dt.datetime]:
    """What is planned and does not exist yet."""
    planned = planned_slots(series)
    if not planned:
        return []
    known = Conference.objects.filter(series=series, slot__gte=slot_text(planned[0], series))
    there = set(known.values_list("slot", flat=True))
    return [slot for slot in planned if slot_text(slot, series) not in there]


def incomplete_series() -> QuerySet[Series]:
    """Series that may have something more to create: a new day lies within their horizon (these first), or they were
    edited."""
    begun = Series.objects.filter(Q(complete_until=None) | Q(complete_until__lte=now()), starts_on__isnull=False)
    return begun.order_by(F("complete_until").asc(nulls_last=True), "pk")


def still_to_come(conference: Conference) -> bool:
    """Whether the conference's time, as far as it is known, has not begun."""
    if conference.starts_at is not None:
        return conference.starts_at > now()
    return conference.day is None or conference.day >= local(now(), conference.time_zone).date()


def last_held(series: Series) -> Conference | None:
    """The last conference of the series (or of the one it continues) that was closed."""
    closed = Conference.objects.filter(state__in=OVER)
    found = closed.filter(series__in=[series.pk, series.continues_id])
    return found.order_by("-day", "-starts_at", "-id").first()


def next_after(conference: Conference) -> Conference | None:
    """The meeting that comes after `conference`: one that follows it, else the next of its series, still to be held.

    It has the same lead organiser: anybody may follow a public conference, but not learn so what it left open.
    """
    lead = lead_organisation_id(conference)
    if lead is None:
        return None
    ahead = Conference.objects.filter(led_by(lead), state__in=FOLLOWING).exclude(pk=conference.pk)
    following = ahead.filter(follows=conference).order_by("day", "starts_at", "id").first()
    if following is not None or conference.series_id is None or conference.day is None:
        return following
    own = ahead.filter(Q(series=conference.series_id) | Q(series__continues=conference.series_id))
    return own.filter(day__gte=conference.day).order_by("day", "starts_at", "id").first()


# What is amiss


@dataclass(frozen=True, kw_only=True)
class Shortfall:
    """An occurrence without its standing room (when that is taken, if it still is), or not created at all."""

    recurrence_id: str
    conference: Conference | None
    room: Room | None = None
    taken_from: dt.datetime | None = None
    taken_until: dt.datetime | None = None

    @property
    def conference_id(self) -> UUID | None:
        return self.conference.pk if self.conference else None

    @property
    def day(self) -> dt.date | None:
        return self.conference.day if self.conference else None

    @property
    def starts_at(self) -> dt.datetime | None:
        return self.conference.starts_at if self.conference else None


def shortfalls(series: Series) -> list[Shortfall]:
    """What of the planned occurrences is not as the series wants it, in a constant number of queries.

    A place that was chosen by hand is as somebody wants it. A room that was taken and is free again shows no times.
    """
    usual = {site.order: site for site in series.outline.sites.select_related("room") if site.room_id is not None}
    sites = Site.objects.filter(
        conference__series=series, conference__state__in=FOLLOWING, room=None, order__in=usual
    ).exclude(conference__by_hand__contains=["sites"])
    roomless = [
        (site, usual[site.order].room)
        for site in sites.select_related("conference").order_by("conference__slot", "order")
        if still_to_come(site.conference) and site.venue_id == usual[site.order].venue_id
    ]
    taken = _bookings({room.pk for _, room in roomless if room}, [site.conference for site, _ in roomless])
    found = [_roomless(site.conference, room, taken) for site, room in roomless if room]
    found += [Shortfall(recurrence_id=slot_text(slot, series), conference=None) for slot in missing_slots(series)]
    return sorted(found, key=lambda shortfall: shortfall.recurrence_id)


def _bookings(room_ids: Collection[UUID], conferences: list[Conference]) -> list[RoomBooking]:
    starts = [each.starts_at for each in conferences if each.starts_at]
    ends = [each.ends_at for each in conferences if each.ends_at]
    if not starts or not ends:
        return []
    return list(RoomBooking.objects.filter(room_id__in=room_ids, during__overlap=(min(starts), max(ends))))


def _roomless(conference: Conference, room: Room, taken: list[RoomBooking]) -> Shortfall:
    start, end = conference.starts_at, conference.ends_at
    by = next(
        (
            b
            for b in taken
            if b.room_id == room.pk and start and end and b.during.lower < end and start < b.during.upper
        ),
        None,
    )
    return Shortfall(
        recurrence_id=conference.recurrence_id,
        conference=conference,
        room=room,
        taken_from=by.during.lower if by else None,
        taken_until=by.during.upper if by else None,
    )
