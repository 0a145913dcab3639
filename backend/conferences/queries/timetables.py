"""The times of a working programme as they follow from its record, and what of it does not fit."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.contrib.auth.models import AnonymousUser

from backend.conferences.models import AgendaItem, Conference
from backend.conferences.queries.confidential import parts_visible_to
from backend.conferences.queries.working import working_parts
from backend.conferences.states import ItemState
from backend.conferences.timetable import MINUTE, Flowing, Timetable, Warning, work_out
from backend.core.clock import local
from backend.core.text import localized, say
from backend.people.models import Account

#: A conference holds its rooms and people as long as it lasts: a slip in the year of its end would take them for decades.
#: The longest congresses on record last under two weeks.
LONGEST = dt.timedelta(days=31)


def last_day(conference: Conference) -> dt.date | None:
    """The last day the conference may be held on: that of its end; LONGEST after its first day while no end is known;
    None without a known day."""
    if conference.ends_at is not None:
        return local(conference.ends_at, conference.time_zone).date()
    return conference.day + LONGEST if conference.day is not None else None


def timetable_of(conference: Conference, rows: Sequence[AgendaItem]) -> Timetable:
    """When the items begin and end, given all of them from top to bottom, and what does not fit."""
    found = work_out([_flowing(row) for row in rows], start=conference.starts_at, end=conference.ends_at)
    found.warnings.extend(_on_other_days(conference, rows))
    return found


def _on_other_days(conference: Conference, rows: Sequence[AgendaItem]) -> Iterator[Warning]:
    """Items pinned on a day that is none of the conference's, as far as it has no hour that says so already."""
    first, last = conference.day, last_day(conference)
    if first is None or last is None:
        return
    for row in rows:
        if row.pinned and row.starts_at is not None and row.state == ItemState.PLANNED:
            day = local(row.starts_at, conference.time_zone).date()
            early = first - day if conference.starts_at is None else dt.timedelta(0)
            late = day - last if conference.ends_at is None else dt.timedelta(0)
            if (apart := max(early, late)) > dt.timedelta(0):
                yield Warning(kind="other_day", item=row.pk, minutes=apart // MINUTE)


def _flowing(row: AgendaItem) -> Flowing:
    called_off = row.state != ItemState.PLANNED
    return Flowing(
        id=row.pk,
        parent=row.parent_id,
        pinned=row.starts_at if row.pinned or called_off else None,
        minutes=row.minutes_planned,
        parallel=row.parallel,
        vague=row.day is not None and not called_off,
        in_reserve=row.reserve,
        called_off=called_off,
    )


def what_does_not_fit(
    conference: Conference, account: Account | AnonymousUser
) -> tuple[list[Warning], Mapping[Any, Any]]:
    """The warnings about items of the working programme the account may read, and the titles of those items. One that
    names an item hidden from the account is left out, also where the item is only what another runs into."""
    items = AgendaItem.objects.filter(conference=conference)
    titles = dict(working_parts(parts_visible_to(items, account), account).values_list("pk", "title"))
    if not titles:
        return [], {}
    found = timetable_of(conference, list(items.order_by("order", "id"))).warnings
    return [each for each in found if each.item in titles and (each.other is None or each.other in titles)], titles


_SAID = {
    "other_day": (
        "“{item_vi}” định giờ vào ngày không họp hội nghị.",
        "“{item_en}” is set for a day on which the conference is not held.",
    ),
    "runs_over": (
        "“{item_vi}” kéo dài {n} phút sang giờ đã định của “{other_vi}”.",
        "“{item_en}” runs {n} minutes over into the fixed time of “{other_en}”.",
    ),
    "before_start": (
        "“{item_vi}” bắt đầu {n} phút trước giờ khai mạc hội nghị.",
        "“{item_en}” begins {n} minutes before the conference.",
    ),
    "past_end": (
        "“{item_vi}” kết thúc sau giờ bế mạc hội nghị {n} phút.",
        "“{item_en}” ends {n} minutes after the conference.",
    ),
    "outside_session": (
        "“{item_vi}” nằm ngoài phiên “{other_vi}” {n} phút.",
        "“{item_en}” is {n} minutes outside of the session “{other_en}”.",
    ),
}


def warning_said(warning: Warning, titles: Mapping[Any, Any]) -> Any:
    """One sentence on what does not fit; `titles` by item."""
    names: dict[str, Any] = {
        "item_vi": localized(titles.get(warning.item), "vi"),
        "item_en": localized(titles.get(warning.item), "en"),
        "other_vi": localized(titles.get(warning.other), "vi"),
        "other_en": localized(titles.get(warning.other), "en"),
        "n": warning.minutes,
    }
    vi, en = _SAID[warning.kind]
    return say(vi=vi, en=en, **names)
