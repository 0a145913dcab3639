"""How time and place are said."""

import datetime as dt
from collections.abc import Iterable

from backend.conferences.models import Conference, Site
from backend.conferences.states import DayPart
from backend.core.clock import local
from backend.core.text import localized

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
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def day_said(day: dt.date, language: str = "vi") -> str:
    """14/01/2021, in English 14 January 2021."""
    if language == "en":
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"{day.day:02}/{day.month:02}/{day.year}"


def moment_said(moment: dt.datetime, time_zone: str) -> str:
    """13:30 14/01/2021 on the wall clocks of the zone."""
    here = local(moment, time_zone)
    return f"{here:%H:%M} {day_said(here.date())}"


def when_said(conference: Conference, language: str = "vi") -> str:
    """The time as people say it: "Chiều 14/01/2021", "13 giờ 30 ngày 14/01/2021" when it is exact, "" when unknown."""
    phrases = _WHEN.get(language, _WHEN["vi"])
    if conference.starts_at is not None:
        start = local(conference.starts_at, conference.time_zone)
        return phrases["exact"].format(hour=start.hour, minute=start.minute, day=day_said(start.date(), language))
    if conference.day is not None:
        return phrases[conference.day_part].format(day=day_said(conference.day, language))
    return ""


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
    if "sites" in getattr(conference, "_prefetched_objects_cache", {}):
        sites: Iterable[Site] = conference.sites.all()
    else:
        sites = conference.sites.select_related("venue", "room")
    return "; ".join(site_said(site, language) for site in sites)
