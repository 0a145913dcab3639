"""How moments, rooms and people of a programme are written in one language. Pure: nothing is looked up here."""

import datetime as dt
from collections.abc import Iterable, Mapping
from uuid import UUID

from backend.conferences.programme import Place, Voice
from backend.conferences.states import DayPart
from backend.core.clock import local
from backend.core.text import Text, localized
from backend.people.said import office_said

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAY_PARTS: dict[str, dict[str, str]] = {
    "vi": {DayPart.MORNING: "sáng {day}", DayPart.AFTERNOON: "chiều {day}", DayPart.EVENING: "tối {day}"},
    "en": {
        DayPart.MORNING: "the morning of {day}",
        DayPart.AFTERNOON: "the afternoon of {day}",
        DayPart.EVENING: "the evening of {day}",
    },
}


def day_said(day: dt.date, language: str = "vi") -> str:
    """14/01/2021, in English 14 January 2021."""
    if language == "en":
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"{day.day:02}/{day.month:02}/{day.year}"


def part_of_day_said(day: dt.date, part: str, language: str) -> str:
    """chiều 14/01/2021, the afternoon of 14 January 2021; without a part: ngày 14/01/2021, 14 January 2021."""
    whole = "{day}" if language == "en" else "ngày {day}"
    return _DAY_PARTS[language].get(part, whole).format(day=day_said(day, language))


def clock_said(moment: dt.datetime, time_zone: str, language: str, *, with_day: bool = False) -> str:
    """14 giờ 05, 14:05; with its day: 14 giờ 05 ngày 14/01/2021, 14:05 on 14 January 2021."""
    here = local(moment, time_zone)
    said = f"{here.hour} giờ {here.minute:02}" if language == "vi" else f"{here:%H:%M}"
    if not with_day:
        return said
    return f"{said} {'ngày' if language == 'vi' else 'on'} {day_said(here.date(), language)}"


def length_said(length: dt.timedelta, language: str) -> str:
    """15 phút, 1 giờ 15 phút, 2 ngày; 15 minutes, 1 hour 15 minutes, 2 days. Parts of a minute are not said."""
    minutes = int(length.total_seconds()) // 60
    parts = ((minutes // 1440, "ngày", "day"), (minutes // 60 % 24, "giờ", "hour"), (minutes % 60, "phút", "minute"))
    if language == "vi":
        said = [f"{count} {vi}" for count, vi, _ in parts if count]
    else:
        said = [f"{count} {en}{'' if count == 1 else 's'}" for count, _, en in parts if count]
    return " ".join(said) or ("chưa đến một phút" if language == "vi" else "less than a minute")


def places_said(places: Iterable[Place], language: str) -> str:
    """The rooms in order, "" without any."""
    return "; ".join(localized(place.said, language) for place in places)


def quoted(text: Text, language: str) -> str:
    return f"“{localized(text, language)}”"


def voice_said(voice: Voice, names: Mapping[UUID, Text], language: str) -> str:
    """TS. Hà Minh Hiệp, Giám đốc Trung tâm Kỹ thuật 2; a bloc or an office without a name as it is called, "…" for
    whoever nothing is known of any more. `names` says what people and organisations are called."""
    person = names.get(voice.person, {}) if voice.person else {}
    house = names.get(voice.organisation, {}) if voice.organisation else {}
    office = localized(office_said(voice.office, house), language)
    return ", ".join(part for part in (localized(person or voice.bloc, language), office) if part) or "…"
