"""How time and place are said."""

import datetime as dt
from collections.abc import Iterable

from backend.conferences.models import AgendaItem, Conference, Site
from backend.conferences.states import DayPart, ItemKind, Phase
from backend.conferences.wording import day_said
from backend.core.clock import local
from backend.core.text import Text, both, localized, say

_WHEN: dict[str, dict[str, str]] = {
    "vi": {
        DayPart.MORNING: "Sáng {day}",
        DayPart.AFTERNOON: "Chiều {day}",
        DayPart.EVENING: "Tối {day}",
        DayPart.WHOLE: "Ngày {day}",
        "exact": "{hour} giờ {minute:02} ngày {day}",
    },
    "en": {
        DayPart.MORNING: "Morning of {day}",
        DayPart.AFTERNOON: "Afternoon of {day}",
        DayPart.EVENING: "Evening of {day}",
        DayPart.WHOLE: "{day}",
        "exact": "{hour:02}:{minute:02}, {day}",
    },
}


_CONFERENCE_WITHOUT_HOUR = say(
    vi="Hội nghị chưa có giờ chính xác nên chưa có trong lịch.",
    en="The conference itself has no exact time yet and is in no calendar.",
)


def moment_said(moment: dt.datetime, time_zone: str) -> str:
    """13:30 14/01/2021 on the wall clocks of the zone."""
    here = local(moment, time_zone)
    return f"{here:%H:%M} {day_said(here.date())}"


def when_said(conference: Conference, language: str = "vi") -> str:
    """The time as people say it: "Chiều 14/01/2021", "13 giờ 30 ngày 14/01/2021" when it is exact, "" when unknown."""
    return _when_said(conference, conference.time_zone, language)


def item_when_said(item: AgendaItem, language: str = "vi") -> str:
    """When the agenda item begins, as people say it: "Sáng 14/01/2021" while no hour is known."""
    return _when_said(item, item.conference.time_zone, language)


def _when_said(row: Conference | AgendaItem, time_zone: str, language: str) -> str:
    phrases = _WHEN.get(language, _WHEN["vi"])
    if row.starts_at is not None:
        start = local(row.starts_at, time_zone)
        return phrases["exact"].format(hour=start.hour, minute=start.minute, day=day_said(start.date(), language))
    if row.day is not None:
        return phrases[row.day_part].format(day=day_said(row.day, language))
    return ""


def calendar_note(item: AgendaItem) -> Text | None:
    """Why the agenda item is no calendar entry of its own; None for one that is."""
    if item.reserve:
        return both(say(vi="Nội dung dự phòng, chưa chắc có.", en="Held in reserve: it may not take place."))
    if item.starts_at is not None:
        return None if item.conference.starts_at is not None else both(_CONFERENCE_WITHOUT_HOUR)
    if item.day is not None:
        return both(say(vi="Mới biết ngày, chưa có giờ chính xác.", en="Only the day is known, not yet an exact time."))
    return both(say(vi="Chưa có giờ.", en="No time is known yet."))


def phase_said(item: AgendaItem) -> Text:
    """What the item's phase is called: the conference's own name for it, else the house's. {} for a break without a
    name of its own: it belongs to no phase."""
    if item.kind == ItemKind.BREAK and item.own_phase is None:
        return {}
    return dict(item.own_phase.name) if item.own_phase is not None else both(Phase(item.phase).label)


def site_said(site: Site, language: str = "vi") -> str:
    """Room, house and address of one site, as far as they are known."""
    parts = [
        localized(site.room.name, language) if site.room else "",
        localized(site.venue.name, language),
        localized(site.venue.address, language),
    ]
    return ", ".join(part for part in parts if part)


def where_said(conference: Conference, language: str = "vi") -> str:
    """Every place of the conference, in order; "" when none is known."""
    return "; ".join(site_said(site, language) for site in sites_of(conference))


def sites_of(conference: Conference) -> Iterable[Site]:
    """The conference's sites with venue and room, in order; reads prefetched ones when there are any."""
    if "sites" in getattr(conference, "_prefetched_objects_cache", {}):
        return conference.sites.all()
    return conference.sites.select_related("venue", "room")
