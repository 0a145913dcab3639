"""The occurrences of a series: created ahead, each by itself, and led along when their series is edited.

An occurrence is a conference like any other. What was written in it by hand stays; what was held or cancelled stays as
it is; the rest follows the series. What is put off follows it unseen, and is told when it is announced again; once its
day has passed it goes on waiting for a time of its own, and takes the rest. Of several occurrences one whose room is
taken goes without it and is reported, and stops none of the others.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Q

from backend.conferences import recurrence
from backend.conferences.events import ConferenceDropped, SeriesRoomTaken
from backend.conferences.models import Conference, Series
from backend.conferences.queries import clashes_of, offices_left
from backend.conferences.queries import series as queries
from backend.conferences.services import lifecycle, outlines
from backend.conferences.services.carrying import carry_over
from backend.conferences.services.drafting import draft
from backend.conferences.services.inputs import ConferenceFields, SiteFields
from backend.conferences.services.news import emit_called_off
from backend.conferences.services.offices import follow_day
from backend.conferences.services.scheduling import TIME_FIELDS, keep_apart, save_changes, settle_time
from backend.conferences.services.standing import (
    book_what_is_free,
    lay_duties,
    lay_sites,
    lay_standing_agenda,
    nobody_refers_to,
    places,
    refused_room,
)
from backend.conferences.services.timing import move_along, retime
from backend.conferences.states import ClashPolicy, ConferenceState, Outcome
from backend.core.errors import Conflict, DomainError, constraint_of
from backend.core.text import Text, both, say
from backend.outbox.services import emit

log = structlog.get_logger(__name__)

#: How many occurrences an edit creates by itself; the clock creates the others.
AT_ONCE = 40
#: How many one run of the clock creates in all, and for any one series.
PER_RUN, PER_SERIES = 500, 100
_NO_LONGER = say(vi="Lịch định kỳ đã thay đổi.", en="The schedule of the series has changed.")
#: Everything an occurrence has from its series.
EVERYTHING = frozenset({"title", *TIME_FIELDS, *outlines.COLUMNS, *outlines.LISTS})
#: What an occurrence came to that is now somewhere else, or with somebody else, than before.
_WRITTEN = {Outcome.MOVED, Outcome.EDITED, Outcome.REVIVED}
_PLANNED_ONCE = {"an_occurrence_is_planned_once", "a_slot_is_filled_once"}


@dataclass(kw_only=True)
class Change:
    """What happens to one occurrence: its id and time afterwards (none when it is or would be gone), what of it changes,
    the standing rooms it has to do without, and people who are named in an office they have left by its day."""

    recurrence_id: str
    outcome: str
    conference_id: UUID | None = None
    starts_at: dt.datetime | None = None
    day: dt.date | None = None
    fields: list[str] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)
    rooms_taken: list[UUID] = field(default_factory=list)
    offices_left: list[UUID] = field(default_factory=list)


def _change(conference: Conference, outcome: str, **more: Any) -> Change:
    return Change(
        recurrence_id=conference.recurrence_id,
        conference_id=conference.pk,
        outcome=outcome,
        starts_at=conference.starts_at,
        day=conference.day,
        **more,
    )


# Created ahead


def extend_series(*, series_id: UUID, most: int | None = None) -> list[Change]:
    """Creates what is planned up to the horizon and does not exist yet (at most `most` of it), each occurrence in a
    transaction of its own. Any number of these may run at once: PostgreSQL lets each occurrence be created once."""
    series = queries.with_outline(Series.objects.filter(pk=series_id), None).first()
    if series is None:
        return []
    missing = queries.missing_slots(series)
    changes = [change for slot in missing[:most] if (change := _create(series, slot)) is not None]
    if changes and any(item.carried_over for item in series.outline.agenda.all()):
        held = queries.last_held(series)
        if held is not None:
            carry_over(conference_id=held.pk)
    if (most is None or len(missing) <= most) and all(change.outcome != Outcome.FAILED for change in changes):
        tomorrow = dt.datetime.combine(queries.horizon_of(series)[0] + dt.timedelta(days=1), dt.time.min)
        complete_until = recurrence.moment(tomorrow, series.time_zone)
        Series.objects.filter(pk=series_id, version=series.version).update(complete_until=complete_until)
    return changes


def extend_all_series() -> int:
    """Extends every series that may lack something; returns how many occurrences were created. A series that cannot be
    extended at all stops none of the others. One run creates about PER_RUN of them; the next one goes on."""
    made: list[Change] = []
    for series_id in list(queries.incomplete_series().values_list("pk", flat=True)):
        if len(made) >= PER_RUN:
            break
        try:
            made += extend_series(series_id=series_id, most=PER_SERIES)
        except Exception:
            log.exception("series_not_extended", series=str(series_id))
    return sum(change.outcome == Outcome.CREATED for change in made)


def _create(series: Series, slot: dt.datetime) -> Change | None:
    """One occurrence; None when somebody else created it first, or edited the series meanwhile (who edits extends)."""
    text = queries.slot_text(slot, series)
    try:
        with transaction.atomic():
            if not _unchanged(series):
                return None
            conference, taken = _drafted(series, slot, text)
            if series.announces:
                conference = lifecycle.announce(conference_id=conference.pk)
            emit(*_room_news(series, conference, taken))
    except IntegrityError as error:
        if constraint_of(error) not in _PLANNED_ONCE:
            raise
        return None
    except DomainError as error:
        log.warning("occurrence_not_created", series=str(series.pk), slot=text, reason=str(error))
        return Change(recurrence_id=text, outcome=Outcome.FAILED, day=slot.date())
    return _change(conference, Outcome.CREATED, rooms_taken=taken)


def _unchanged(series: Series) -> bool:
    """Whether the series still is as it was read; until this transaction ends it can be extended but not edited."""
    held = Series.objects.raw("SELECT * FROM conferences_series WHERE id = %s FOR SHARE", [series.pk])
    return [row.version for row in held] == [series.version]


def _drafted(series: Series, slot: dt.datetime, text: str) -> tuple[Conference, list[UUID]]:
    """The conference, and the standing rooms that were taken."""
    fields: ConferenceFields = {**planned_fields(series, slot), "series": series, "recurrence_id": text, "slot": text}
    sites: list[SiteFields] = outlines.sites_of(series.outline)
    taken: list[UUID] = []
    while True:
        try:
            with transaction.atomic():
                conference = draft(
                    fields=fields,
                    lead=series.organisation,
                    sites=sites,
                    agenda=outlines.agenda_of(series.outline),
                    duties=outlines.duties_of(series.outline),
                    standing=True,
                )
        except Conflict as clash:
            refused = refused_room(clash, [site.get("room") for site in sites])
            if refused is None:
                raise
            sites = [{**site, "room": None} if site.get("room") == refused else site for site in sites]
            taken.append(refused.pk)
        else:
            return conference, taken


def planned_fields(series: Series, slot: dt.datetime) -> ConferenceFields:
    """What a series says of the conference in this slot."""
    fields: ConferenceFields = {
        **outlines.columns_of(series.outline),  # type: ignore[typeddict-item]
        "title": series.title,
        "day": slot.date(),
        "day_part": series.day_part,
        "time_zone": series.time_zone,
        "starts_at": None,
        "ends_at": None,
    }
    if series.start_time is not None:
        start = recurrence.moment(slot, series.time_zone)
        fields["starts_at"] = start
        fields["ends_at"] = start + dt.timedelta(minutes=series.minutes) if series.minutes else None
        fields["day_part"] = ""
        del fields["day"]  # follows from the start
    return fields


def _room_news(series: Series, conference: Conference, rooms: Iterable[UUID]) -> list[SeriesRoomTaken]:
    return [SeriesRoomTaken(series_id=series.pk, conference_id=conference.pk, room_id=room) for room in rooms]


# Led along


def lead_along(
    series: Series, *, touched: Collection[str], replan: bool, reason: Text | None = None, spare: bool = True
) -> list[Change]:
    """Makes the occurrences still to come what the edited (and locked) series says, as far as `touched` names it.

    With `replan` each takes its slot of the new plan; those for which there is none are called off, or removed when
    nobody has seen them; with `spare` those whose time was set by hand stay. An announced one that moves is moved once.

    Raises Conflict where an occurrence refuses clashes and the edit would bring one: then nothing of it is written.
    """
    today = queries.horizon_of(series)[0].isoformat()
    ahead = Q(slot__gte=today) | Q(slot=None, recurrence_id__gte=today)
    rows = list(
        Conference.objects.select_for_update(of=("self",))
        .filter(ahead, series=series)
        .order_by("slot", "recurrence_id")
    )
    known = {row.pk: clashes_of(row.pk) for row in rows if row.clash_policy == ClashPolicy.REFUSE}
    slots = _new_slots(series, rows) if replan else {row.pk: row.slot for row in rows if row.slot}
    back = {row.pk for row in rows if row.pk in slots and _called_off_by_series(row)}
    _take_slots(rows, slots)
    led = [
        _revived(series, row)
        if row.pk in back and _is_ahead(series, row)
        else _led(series, row, row.pk in slots, touched, reason, spare)
        for row in rows
    ]
    led += [_followed(series, row, set(touched) - set(TIME_FIELDS)) for row in _still_waiting(series, today)]
    changes = [change for change in led if change is not None]
    off = {change.conference_id for change in changes if change.outcome == Outcome.CALLED_OFF}
    ids = [row.pk for row in rows if row.pk in off]
    emit_called_off(series.pk, list(Conference.objects.filter(pk__in=ids).order_by("pk")))
    written = {change.conference_id for change in changes if change.outcome in _WRITTEN}
    keep_apart([row for row in rows if row.pk in written], known=known)
    return changes


def _take_slots(rows: Sequence[Conference], slots: Mapping[UUID, str]) -> None:
    """Keeps the slots that are others than before, in one statement; those that have none any more are `_unplanned`."""
    elsewhere = [row for row in rows if row.pk in slots and slots[row.pk] != row.slot]
    for row in elsewhere:
        row.slot = slots[row.pk]
    Conference.objects.bulk_update(elsewhere, ["slot"])


def _still_waiting(series: Series, today: str) -> list[Conference]:
    """The occurrences that were put off, and whose day has passed since."""
    past = Conference.objects.filter(series=series, state=ConferenceState.POSTPONED, slot__lt=today)
    return list(past.select_for_update(of=("self",)).order_by("slot"))


def _new_slots(series: Series, rows: Sequence[Conference]) -> dict[UUID, str]:
    """The slot each occurrence takes in the series' plan: the one it was created for, else the nearest by
    recurrence.pair. Cancelled ones keep theirs filled, so that nothing is created in their place; those the series had
    called off come back on their day, at whatever hour is usual now."""
    plan = queries.plan_of(series)
    if plan is None or not rows:
        return {}
    today, last = queries.horizon_of(series)
    days = [dt.datetime.fromisoformat(text).date() for row in rows for text in (row.slot, row.recurrence_id) if text]
    free = {queries.slot_text(slot, series): slot for slot in plan.between(today, max(last, *days))}
    taken = {row.pk: row.recurrence_id for row in rows if free.pop(row.recurrence_id, None) is not None}
    left = {dt.datetime.fromisoformat(row.slot): row for row in rows if row.slot and row.pk not in taken}
    once = {row.recurrence_id[:10]: row for row in rows if _called_off_by_series(row)}
    for text, slot in list(free.items()):
        if slot not in left and (back := once.pop(text[:10], None)) is not None:
            taken[back.pk] = text
            del free[text]
    pairs = recurrence.pair(list(left), list(free.values()), series.rule)
    return taken | {left[old].pk: queries.slot_text(new, series) for old, new in pairs.items()}


def _led(
    series: Series, row: Conference, planned: bool, touched: Collection[str], reason: Text | None, spare: bool
) -> Change | None:
    ahead = row.state in queries.LED and queries.still_to_come(row)
    if planned:
        return _followed(series, row, touched) if ahead and _is_ahead(series, row) else None
    ends = ahead or row.state == ConferenceState.POSTPONED  # which waits for a time that will not come
    return _unplanned(row, reason or both(_NO_LONGER), spare=spare) if ends and row.slot is not None else None


def _called_off_by_series(row: Conference) -> bool:
    """What had its time by hand lost its slot without being called off by the series: somebody else cancelled it."""
    return row.slot is None and row.state == ConferenceState.CANCELLED and not _timed_by_hand(row)


def _is_ahead(series: Series, row: Conference) -> bool:
    """Whether its slot is still to come."""
    assert row.slot is not None
    planned = Conference(**planned_fields(series, dt.datetime.fromisoformat(row.slot)))
    return queries.still_to_come(planned)


def _followed(series: Series, row: Conference, touched: Collection[str]) -> Change | None:
    """What of the edit reached the occurrence; None when it did not concern it."""
    by_hand = set(row.by_hand)
    if _timed_by_hand(row):
        by_hand.update(TIME_FIELDS)
    reached = set(touched) - by_hand
    spared = sorted(set(touched) & by_hand)
    assert row.slot is not None
    wanted: dict[str, Any] = {**planned_fields(series, dt.datetime.fromisoformat(row.slot))}
    before = {name: getattr(row, name) for name in (*wanted, "day")}
    for name in wanted.keys() & reached:
        setattr(row, name, wanted[name])
    settle_time(row, day_given=False)
    changed = [name for name in before if getattr(row, name) != before[name]]
    moved = [name for name in changed if name in TIME_FIELDS]
    taken: list[UUID] = []
    changed += ["agenda"] if "agenda" in reached and lay_standing_agenda(row, series) else []
    if moved:
        move_along(row, was=before)
    elif "agenda" in changed:
        retime(row)
    if moved or "sites" in reached:
        sites = list(row.sites.order_by("order"))
        was = places(sites)
        laid = "sites" not in by_hand and lay_sites(row, series, sites)
        taken = book_what_is_free(row)
        moved += ["sites"] if (laid or taken) and places(row.sites.order_by("order")) != was else []
    changed += ["duties"] if "duties" in reached and lay_duties(row, series) else []
    changed += [part for part in follow_day(row, before["day"]) if part not in changed]
    if not changed and not moved:
        return _change(row, Outcome.KEPT, by_hand=spared) if spared else None
    save_changes(row, fields=changed, moved=moved, by_hand=False)
    emit(*_room_news(series, row, taken))
    outcome = Outcome.MOVED if moved else Outcome.EDITED
    left = [each.person.pk for each in offices_left(row)] if "day" in changed or "duties" in changed else []
    return _change(
        row, outcome, fields=sorted({*changed, *moved}), by_hand=spared, rooms_taken=taken, offices_left=left
    )


def _revived(series: Series, row: Conference) -> Change:
    """An occurrence the series had called off and now has again, as the series wants it: a draft, unless the series
    announces what it plans."""
    lifecycle.open_again(row)
    change = _followed(series, row, EVERYTHING)
    if series.announces:
        row = lifecycle.announce(conference_id=row.pk)
    return _change(row, Outcome.REVIVED, rooms_taken=change.rooms_taken if change else [])


def _unplanned(row: Conference, reason: Text, *, spare: bool) -> Change:
    """What the new plan has no slot for: left alone when its time was set by hand, removed when it is a draft nobody
    has touched, called off otherwise."""
    row.slot, row.last_slot = None, row.slot or row.last_slot
    Conference.objects.filter(pk=row.pk).update(slot=None, last_slot=row.last_slot)
    if spare and _timed_by_hand(row):
        return _change(row, Outcome.KEPT, by_hand=_timed_by_hand(row))
    if row.announced_at is None and not row.by_hand and nobody_refers_to(row):
        gone = _change(row, Outcome.REMOVED)
        emit(ConferenceDropped(conference_id=row.pk))
        row.delete()
        gone.conference_id = None
        return gone
    lifecycle.cancel_untold(conference_id=row.pk, reason=reason)  # told by lead_along
    return _change(row, Outcome.CALLED_OFF)


def _timed_by_hand(row: Conference) -> list[str]:
    return sorted(set(row.by_hand) & set(TIME_FIELDS))
