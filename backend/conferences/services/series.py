"""Series: begun, edited as a whole or from one occurrence on, ended. With `preview` all of it happens and is undone
again, so that what is told is what would happen."""

import datetime as dt
from dataclasses import replace
from itertools import pairwise
from uuid import UUID

from django.db import transaction
from django.db.models import ProtectedError, Q

from backend.conferences import recurrence
from backend.conferences.events import ConferenceDropped, SeriesBegun, SeriesEdited, SeriesEnded, SeriesSplit
from backend.conferences.models import Conference, Outline, Series
from backend.conferences.queries import series as queries
from backend.conferences.services.inputs import OutlineFields, SeriesFields
from backend.conferences.services.occurrences import AT_ONCE, Change, extend_series, lead_along
from backend.conferences.services.outlines import fields_of, write_outline
from backend.conferences.services.rehearsal import rehearsal
from backend.conferences.services.scheduling import TIME_FIELDS
from backend.conferences.services.standing import nobody_refers_to
from backend.conferences.states import ConferenceState
from backend.core.clock import time_zones
from backend.core.errors import Conflict, Invalid
from backend.core.queries import locked
from backend.core.text import Text, say
from backend.outbox.services import emit

#: The most days a series is planned ahead.
LONGEST_HORIZON = 730
#: Columns that say when the occurrences are.
PLAN = ("rule", "starts_on", "start_time", "minutes", "day_part", "time_zone", "added", "left_out")


def add_series(*, fields: SeriesFields, outline: OutlineFields | None = None) -> Series:
    """Begins a series and creates its first occurrences (the clock creates the others). With a rule, but
    without a first day, nothing is planned yet. Raises Invalid naming the field."""
    with transaction.atomic():
        standing = Outline()
        write_outline(standing, outline or {})
        series = Series(outline=standing)
        _write(series, fields)
        series.save()
        emit(SeriesBegun(series_id=series.pk))
    extend_series(series_id=series.pk, most=AT_ONCE)
    return series


def edit_series(
    *,
    series_id: UUID,
    fields: SeriesFields | None = None,
    outline: OutlineFields | None = None,
    expected: int | None = None,
    preview: bool = False,
) -> tuple[Series, list[Change]]:
    """Edits the whole series: occurrences still to come follow, except in what was written there by hand; held and
    cancelled ones never change. Announced ones that move are moved once, under one new `sequence`; what of postponed
    ones is new is told when they are announced again."""
    with rehearsal(preview):
        series = locked(Series, series_id, expected=expected)
        changed = _write(series, fields or {}) + write_outline(series.outline, outline or {})
        changes = []
        if changed:
            series.complete_until = None
            series.save()
            emit(SeriesEdited(series_id=series.pk, fields=sorted(changed)))
            changes = _lead_along(series, changed)
        if preview:
            changes += extend_series(series_id=series.pk, most=AT_ONCE)
    if not preview:
        changes += extend_series(series_id=series.pk, most=AT_ONCE)
    return series, changes


def _lead_along(series: Series, changed: list[str]) -> list[Change]:
    replan = not set(PLAN).isdisjoint(changed)
    touched = {name for name in changed if name not in PLAN} | (set(TIME_FIELDS) if replan else set())
    return lead_along(_fresh(series), touched=touched, replan=replan)


def split_series(
    *,
    series_id: UUID,
    since: str,
    fields: SeriesFields | None = None,
    outline: OutlineFields | None = None,
    expected: int | None = None,
    preview: bool = False,
) -> tuple[Series, list[Change]]:
    """Edits one occurrence and all after it: the series ends just before, and a new one, which `continues` it, takes
    over with `fields` and `outline` changed. The occurrences go along with their ids and their recurrence_id, also those
    the rule no longer has.

    `since` is the recurrence_id of an occurrence, or a local time (or day) the plan knows. A changed rule that does not
    know that day begins on its first one after it. Returns the new series.
    """
    fields, outline = fields or {}, outline or {}
    with rehearsal(preview):
        old = locked(Series, series_id, expected=expected)
        plan, cut = _cut(old, since)
        if plan.start >= cut:
            raise Conflict(
                say(vi="Đó là lần đầu tiên: hãy sửa cả loạt.", en="That is the first: edit the whole series.")
            )
        new = _continuation(old, plan, cut, fields, outline)
        since_then = queries.slot_text(cut, old)
        later = Q(slot__gte=since_then) | Q(slot=None, recurrence_id__gte=since_then)
        Conference.objects.filter(later, series=old).update(series=new)
        _end_before(old, plan, cut)
        emit(SeriesSplit(series_id=old.pk, continued_by=new.pk))
        changes = _lead_along(new, [*PLAN, *fields, *outline])
        if preview:
            changes += extend_series(series_id=new.pk, most=AT_ONCE)
    if not preview:
        changes += extend_series(series_id=new.pk, most=AT_ONCE)
    return new, changes


def end_series(
    *, series_id: UUID, last_day: dt.date, reason: Text, expected: int | None = None, preview: bool = False
) -> tuple[Series, list[Change]]:
    """Plans nothing after `last_day`; a series that ends sooner stays as it is. Later occurrences are called off for that reason, those moved by hand too; drafts
    nobody has touched are removed. Raises Invalid when nothing would be left of the series: then it is to be deleted."""
    with rehearsal(preview):
        series = locked(Series, series_id, expected=expected)
        plan = _planned(series)
        after = dt.datetime.combine(last_day + dt.timedelta(days=1), dt.time.min)
        if plan.start >= after:
            raise Invalid(
                {
                    "last_day": say(
                        vi="Trước ngày bắt đầu: hãy xoá cả loạt.", en="Before the first day: delete the series."
                    )
                }
            )
        _end_before(series, plan, after)
        emit(SeriesEnded(series_id=series.pk))
        changes = lead_along(_fresh(series), touched=(), replan=True, reason=reason, spare=False)
    return series, changes


@transaction.atomic
def remove_series(*, series_id: UUID, expected: int | None = None) -> None:
    """Removes the series with the drafts nobody has touched. Raises Conflict while any other conference belongs to it."""
    series = locked(Series, series_id, expected=expected)
    for row in Conference.objects.select_for_update().filter(series=series, state=ConferenceState.DRAFT):
        if row.recurrence_id and not row.by_hand and row.announced_at is None and nobody_refers_to(row):
            emit(ConferenceDropped(conference_id=row.pk))
            row.delete()
    try:
        series.delete()
    except ProtectedError:
        raise Conflict(say(vi="Mục này đang được dùng ở nơi khác.", en="This is in use elsewhere.")) from None
    series.outline.delete()


# Writing and checking


def _write(series: Series, fields: SeriesFields, *, snap: bool = False) -> list[str]:
    """Sets what differs and returns the names, when all of it fits together. With `snap` a first day the rule does not
    know gives way to the first one after it."""
    given = dict(fields)
    if "rule" in given:
        given["rule"] = recurrence.tidy(str(given["rule"]))
    if not series._state.adding and given.get("organisation", series.organisation) != series.organisation:
        raise Invalid({"organisation": say(vi="Không đổi đơn vị được.", en="The organisation cannot change.")})
    changed = [
        name
        for name, value in given.items()
        if (name == "organisation" and series._state.adding) or getattr(series, name) != value
    ]
    usual = series.start_time
    for name in changed:
        setattr(series, name, given[name])
    if "start_time" in changed:
        for name in {"added", "left_out"} - given.keys():
            setattr(series, name, [_at(text, usual, series.start_time) for text in getattr(series, name)])
    if "rule" in changed and not series.rule and series.conferences.exists():
        raise Invalid(
            {
                "rule": say(
                    vi="Muốn thôi họp thì kết thúc lịch định kỳ (/end), nêu ngày họp cuối và lý do.",
                    en="To meet no more, end the series (/end) with its last day and a reason.",
                )
            }
        )
    _check(series)
    if snap:
        plan = _planned(series)
        first = plan.first_from(plan.start.date())
        if first is not None:
            series.starts_on = first.date()
    _check_plan(series)
    if not series._state.adding and not set(PLAN).isdisjoint(changed):
        series.sequence += 1
    return changed


def _at(text: str, usual: dt.time | None, now_usual: dt.time | None) -> str:
    """A local time as it was given, at the hour that is usual now if it was at the usual one."""
    day, _, hour = text.partition("T")
    if not hour or now_usual is None or dt.time.fromisoformat(hour) != usual:
        return text
    return f"{day}T{now_usual.isoformat()}"


def _check(series: Series) -> None:
    if series.time_zone not in time_zones():
        raise Invalid({"time_zone": say(vi="Không có múi giờ này.", en="There is no such time zone.")})
    if series.minutes is not None and series.start_time is None:
        raise Invalid({"minutes": say(vi="Có thời lượng thì phải có giờ bắt đầu.", en="A length needs a start time.")})
    if not 1 <= series.horizon_days <= LONGEST_HORIZON:
        raise Invalid(
            {"horizon_days": say(vi="Phải từ 1 đến {n} ngày.", en="Must be 1 to {n} days.", n=LONGEST_HORIZON)}
        )
    if series.rule:
        recurrence.check_rule(series.rule)


def _check_plan(series: Series) -> None:
    if series._state.adding and not series.rule and series.starts_on is None and not series.added:
        raise Invalid({"rule": say(vi="Cần quy tắc lặp hoặc ngày họp.", en="A rule or days are needed.")})
    plan = queries.plan_of(series)
    if plan is not None:
        recurrence.check(plan, today=queries.horizon_of(series)[0], horizon_days=series.horizon_days)
        _ensure_apart(series, plan)


def _ensure_apart(series: Series, plan: recurrence.Recurrence) -> None:
    """Raises Invalid when a meeting by the rule lasts until after the next one has begun."""
    if series.minutes is None or not plan.rule:
        return
    first = max(plan.start.date(), queries.horizon_of(series)[0])
    slots = sorted(replace(plan, added=()).between(first, first + dt.timedelta(days=series.horizon_days)))
    length = dt.timedelta(minutes=series.minutes)
    if any(later - slot < length for slot, later in pairwise(slots)):
        raise Invalid(
            {
                "minutes": say(
                    vi="Một lần họp kéo dài quá giờ bắt đầu của lần kế tiếp.",
                    en="A meeting would last until after the next one has begun.",
                )
            }
        )


# Cutting in two


def _planned(series: Series) -> recurrence.Recurrence:
    plan = queries.plan_of(series)
    if plan is None:
        raise Conflict(say(vi="Loạt này chưa có ngày bắt đầu.", en="The series has no first day yet."))
    return plan


def _cut(series: Series, since: str) -> tuple[recurrence.Recurrence, dt.datetime]:
    """The plan, and the slot meant by `since`."""
    plan = _planned(series)
    row = Conference.objects.filter(series=series, recurrence_id=since, slot__isnull=False).first()
    if row is not None and row.slot is not None:
        return plan, dt.datetime.fromisoformat(row.slot)
    try:
        wish = dt.datetime.fromisoformat(since)
    except ValueError:
        wish = None
    soon = queries.horizon_of(series)[0] + dt.timedelta(days=LONGEST_HORIZON)
    if wish is not None and wish.tzinfo is None and wish.date() <= soon:
        for slot in plan.between(wish.date(), wish.date()):
            if slot == wish or "T" not in since:
                return plan, slot
    raise Invalid({"since": say(vi="Loạt này không có lần họp đó.", en="The series has no such occurrence.")})


def _continuation(
    old: Series, plan: recurrence.Recurrence, cut: dt.datetime, fields: SeriesFields, outline: OutlineFields
) -> Series:
    """A new series from `cut` on, with what is given changed, between the old one and whatever continued that."""
    standing = Outline()
    write_outline(standing, {**fields_of(_fresh(old).outline), **outline})
    own_time = not old.rule or "BYHOUR" in old.rule  # the cut's time is the rule's, not that of one added date
    new = Series(
        title=old.title,
        organisation=old.organisation,
        outline=standing,
        rule=recurrence.continued_from(plan, cut) if old.rule else "",
        starts_on=cut.date(),
        start_time=cut.time() if own_time and old.start_time else old.start_time,
        minutes=old.minutes,
        day_part=old.day_part,
        time_zone=old.time_zone,
        added=_those(old.added, old, since=cut),
        left_out=_those(old.left_out, old, since=cut),
        horizon_days=old.horizon_days,
        announces=old.announces,
    )
    _write(new, fields, snap="starts_on" not in fields)
    new.save()
    Series.objects.filter(continues=old).update(continues=new)
    new.continues = old
    new.save()
    return new


def _end_before(series: Series, plan: recurrence.Recurrence, cut: dt.datetime) -> None:
    series.rule = recurrence.ended_before(plan, cut)
    series.added, series.left_out = _those(series.added, series, until=cut), _those(series.left_out, series, until=cut)
    series.complete_until = None
    series.sequence += 1
    series.save()


def _those(
    texts: list[str], series: Series, *, since: dt.datetime | None = None, until: dt.datetime | None = None
) -> list[str]:
    """Of local times as they were given, those from `since` on and before `until`."""
    slots = [(text, queries.as_slot(text, series.start_time)) for text in texts]
    return [text for text, slot in slots if (not since or since <= slot) and (not until or slot < until)]


def _fresh(series: Series) -> Series:
    return queries.with_outline(Series.objects.filter(pk=series.pk), None).get()
