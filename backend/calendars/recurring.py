"""A series as one recurring calendar entry: its plan, and an override for each occurrence that is a conference.

An occurrence is known by the local time the present rule gives it (RECURRENCE-ID names an instance of what recurs, RFC
5545 3.8.4.4), wherever it was moved to; one the rule no longer has, by the time the rule gave it last, which is added
(RDATE) where it is none of the rule's. Whatever is not to be seen, or was planned and never came to be, is left out (EXDATE): what programs unfold is
exactly what is shown.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from django.conf import settings

from backend.calendars.queries.contents import window
from backend.conferences.models import Conference, Series
from backend.conferences.queries import plan_of
from backend.conferences.queries.series import as_slot, horizon_of
from backend.conferences.recurrence import Recurrence, as_published, moment
from backend.core.clock import local, now
from backend.core.text import localized, say
from backend.invitations import ical
from backend.mail.mailbox import Mailbox

_PLAN = say(
    vi="Lịch định kỳ; từng lần họp được công bố riêng.", en="A recurring plan; each meeting is announced by itself."
)


Slots = frozenset[dt.datetime]


def slots_of(series: Series, conferences: Iterable[tuple[str, str | None, str]]) -> Slots:
    """The local times of all conferences of the series, seen or not, from (recurrence_id, slot, last_slot)."""
    return frozenset(as_slot(slot or last or first, series.start_time) for first, slot, last in conferences if first)


def recurring(
    series: Series, meetings: list[tuple[Conference, ical.CalendarEntry]], slots: Slots, language: str, *, planned: bool
) -> list[ical.CalendarEntry]:
    """The entries of the series' feed, of `meetings` with the entry each has in other feeds. With `planned` what the rule
    still holds is shown, too, as tentative.

    Conferences that lie before the first occurrence shown, and those that came into the series without a plan, are
    entries of their own, as in every other feed.
    """
    plan = plan_of(series)
    if plan is None or plan.whole_days:
        return [entry for _, entry in meetings]
    ids = _instances(series, [row for row, _ in meetings])
    master = _master(series, plan, set(ids.values()), slots, language, planned=planned)
    found = [] if master is None else [master]
    first = local(master.start, series.time_zone).replace(tzinfo=None) if master else None  # type: ignore[arg-type]
    for row, entry in meetings:
        if master is not None and first is not None and row.pk in ids and ids[row.pk] >= first:
            occurrence = ical.Occurrence(ids[row.pk], series.time_zone)
            found.append(replace(entry, uid=master.uid, recurrence_id=occurrence))
        else:
            found.append(entry)
    return found


def _instances(series: Series, rows: Iterable[Conference]) -> dict[UUID, dt.datetime]:
    """Which instance of what recurs each conference is. One the rule no longer has is none where another took its time."""
    ruled = {row.pk: as_slot(row.slot, series.start_time) for row in rows if row.slot}
    taken = set(ruled.values())
    left = {
        row.pk: as_slot(row.last_slot or row.recurrence_id, series.start_time)
        for row in rows
        if row.recurrence_id and not row.slot
    }
    return ruled | {pk: first for pk, first in left.items() if first not in taken}


def _master(
    series: Series, plan: Recurrence, seen: set[dt.datetime], slots: Slots, language: str, *, planned: bool
) -> ical.CalendarEntry | None:
    """What recurs: it unfolds to `seen` and (with `planned`) what is still to come of the rule."""
    recurrence = _by_rule(series, plan, seen, slots) if planned else None
    start = recurrence[0] if recurrence else min(seen, default=None)
    if start is None:
        return None
    recurs = recurrence[1] if recurrence else ical.Recurring(added=tuple(sorted(seen - {start})))
    begins = moment(start, series.time_zone)
    modified = max(series.updated_at, series.outline.updated_at, series.organisation.updated_at)
    return ical.CalendarEntry(
        uid=ical.series_uid(series.pk),
        sequence=series.sequence,
        stamp=modified,
        modified=modified,
        summary=localized(series.title, language),
        description=str(_PLAN),
        start=begins,
        end=begins + dt.timedelta(minutes=series.minutes) if series.minutes else None,
        timezone=series.time_zone,
        organizer=Mailbox(localized(series.organisation.name, language), settings.MAIL_FROM),
        language=language,
        status="TENTATIVE",
        recurrence=recurs,
    )


def _by_rule(
    series: Series, plan: Recurrence, seen: set[dt.datetime], slots: Slots
) -> tuple[dt.datetime, ical.Recurring] | None:
    """The first slot of the rule that is shown, and what recurs from there; None when the rule shows nothing.

    Beyond the last day on which anything exists the rule stands for itself, without the days left out of it.
    """
    if not plan.rule:
        return None
    last = max([horizon_of(series)[1], *(slot.date() for slot in slots)])
    ruled = replace(plan, added=(), left_out=()).between(local(window()[0], series.time_zone).date(), last)
    ahead = {slot for slot in (*ruled, *plan.added) if moment(slot, series.time_zone) > now()}
    wanted = seen | (ahead - set(plan.left_out) - slots)
    # Not at a time the clocks jump over: programs would go on counting from the time they jump to.
    first = next((slot for slot in ruled if slot in wanted and _on_the_clock(slot, series.time_zone)), None)
    if first is None:
        return None
    left_out = {slot for slot in ruled if slot > first} - wanted
    left_out |= {slot for slot in plan.left_out if slot.date() > last}
    added = {slot for slot in wanted if slot > first} - set(ruled)
    rule = as_published(plan, first)
    return first, ical.Recurring(rule=rule, added=tuple(sorted(added)), left_out=tuple(sorted(left_out)))


def _on_the_clock(slot: dt.datetime, time_zone: str) -> bool:
    return local(moment(slot, time_zone), time_zone).replace(tzinfo=None) == slot
