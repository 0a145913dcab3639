"""The fixed words of a printed programme, and how its times are said."""

import datetime as dt

from backend.conferences.programme import Entry, Programme
from backend.conferences.states import CALLED_OFF, OVER, ConferenceState, DayPart
from backend.conferences.wording import day_said
from backend.core.clock import local

Said = dict[str, str]

#: What a reader sees where the record is silent.
BLANK = "………"

WORDS: dict[str, Said] = {
    "title": {"vi": "CHƯƠNG TRÌNH", "en": "PROGRAMME"},
    "sheet": {"vi": "Chương trình", "en": "Programme"},
    "draft": {"vi": "Bản dự thảo", "en": "Working draft"},
    "cancelled": {"vi": "HỘI NGHỊ ĐÃ HUỶ", "en": "CONFERENCE CANCELLED"},
    "postponed": {"vi": "HỘI NGHỊ HOÃN", "en": "CONFERENCE POSTPONED"},
    "with": {"vi": "Phối hợp tổ chức", "en": "Together with"},
    "when": {"vi": "Thời gian", "en": "Time"},
    "where": {"vi": "Địa điểm", "en": "Place"},
    "content": {"vi": "Nội dung", "en": "Content"},
    "speaker": {"vi": "Người thực hiện", "en": "Speaker"},
    "chair": {"vi": "Chủ trì", "en": "Chair"},
    "together": {"vi": "Diễn ra đồng thời", "en": "At the same time"},
    "reserve": {"vi": "Nội dung dự phòng", "en": "In reserve"},
    "empty": {"vi": "Chưa có nội dung.", "en": "Nothing is planned yet."},
    "page": {"vi": "Trang", "en": "Page"},
    "day": {"vi": "Ngày", "en": "Day"},
    "start": {"vi": "Bắt đầu", "en": "Start"},
    "end": {"vi": "Kết thúc", "en": "End"},
    "minutes": {"vi": "Số phút", "en": "Minutes"},
    "phase": {"vi": "Phần", "en": "Phase"},
    "state": {"vi": "Tình trạng", "en": "State"},
    "reason": {"vi": "Lý do", "en": "Reason"},
    "all_day": {"vi": "Trong ngày", "en": "During the day"},
    "length": {"vi": "{n} phút", "en": "{n} min"},
    "zone": {"vi": "giờ {zone}", "en": "{zone} time"},
}
_RELEASED: Said = {"vi": "Phát hành lần {n}, ngày {day}", "en": "Release {n}, {day}"}
_PARTS: dict[str, Said] = {
    DayPart.MORNING: {"vi": "Sáng", "en": "Morning"},
    DayPart.AFTERNOON: {"vi": "Chiều", "en": "Afternoon"},
    DayPart.EVENING: {"vi": "Tối", "en": "Evening"},
}
_ON_A_DAY: dict[str, Said] = {
    DayPart.WHOLE: {"vi": "Ngày {day}", "en": "{day}"},
    DayPart.MORNING: {"vi": "Sáng {day}", "en": "Morning of {day}"},
    DayPart.AFTERNOON: {"vi": "Chiều {day}", "en": "Afternoon of {day}"},
    DayPart.EVENING: {"vi": "Tối {day}", "en": "Evening of {day}"},
}
_SPANS: dict[str, Said] = {
    "start": {"vi": "{from_} ngày {day}", "en": "{from_}, {day}"},
    "within a day": {"vi": "Từ {from_} đến {to}, ngày {day}", "en": "{from_}–{to}, {day}"},
    "over days": {"vi": "Từ {from_} ngày {day} đến {to} ngày {last}", "en": "From {from_}, {day} to {to}, {last}"},
}
_WEEKDAYS: dict[str, tuple[str, ...]] = {
    "vi": ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_DAY_HEADINGS: Said = {"vi": "{weekday}, ngày {day}", "en": "{weekday}, {day}"}


def day_heading(day: dt.date, language: str) -> str:
    """Thứ Năm, ngày 14/01/2021 · Thursday, 14 January 2021."""
    weekday = _WEEKDAYS[language][day.weekday()]
    return _DAY_HEADINGS[language].format(weekday=weekday, day=day_said(day, language))


def day_of(entry: Entry, time_zone: str) -> dt.date | None:
    """The day the entry begins on, on the conference's own calendar; None when it is not known."""
    return entry.day if entry.starts_at is None else local(entry.starts_at, time_zone).date()


def held(programme: Programme, language: str) -> str:
    """When the conference is: "Từ 8 giờ 00 đến 17 giờ 00, ngày 14/01/2021", "Chiều 14/01/2021", "" when unknown.

    Whose clock it is, is said where it is not the house's: "… (giờ America/New_York)"."""
    if programme.starts_at is None:
        if programme.day is None:
            return ""
        return _ON_A_DAY[programme.day_part][language].format(day=day_said(programme.day, language))
    first = local(programme.starts_at, programme.time_zone)
    last = local(programme.ends_at, programme.time_zone) if programme.ends_at else first
    which = "start" if programme.ends_at is None else "within a day" if first.date() == last.date() else "over days"
    said = _SPANS[which][language].format(
        from_=_hour(first, language),
        to=_hour(last, language),
        day=day_said(first.date(), language),
        last=day_said(last.date(), language),
    )
    house = all(local(moment).utcoffset() == moment.utcoffset() for moment in (first, last))
    return said if house else f"{said} ({WORDS['zone'][language].format(zone=programme.time_zone)})"


def time_of(entry: Entry, time_zone: str, language: str, *, under_its_day: bool) -> str:
    """The entry's time as it is known: 08:00–08:15, 08:00, Sáng, "" when nothing is.

    Unless its day stands above it, a day without an hour is said in full.
    """
    if entry.starts_at is not None:
        start = local(entry.starts_at, time_zone)
        if entry.ends_at is None:
            return f"{start:%H:%M}"
        end = local(entry.ends_at, time_zone)
        last = "" if end.date() == start.date() else f" ({end:%d/%m})" if language == "vi" else f" ({end:%d %b})"
        return f"{start:%H:%M}–{end:%H:%M}{last}"
    if entry.day is None:
        return _PARTS[entry.day_part][language] if entry.day_part else ""
    if not under_its_day:
        return _ON_A_DAY[entry.day_part][language].format(day=day_said(entry.day, language))
    return (_PARTS[entry.day_part] if entry.day_part else WORDS["all_day"])[language]


def stamp(number: int | None, state: str) -> str:
    """The key of what is stamped on a programme: that its conference is off, or that it is still being written; ""
    for a released one, and for that of a conference which was held without any release."""
    if state in CALLED_OFF:
        return state
    return "draft" if number is None and state not in {ConferenceState.RUNNING, *OVER} else ""


def released(number: int | None, day: dt.date | None, language: str) -> str:
    """Phát hành lần 3, ngày 12/01/2021 · Release 3, 12 January 2021; the working programme is a draft."""
    if number is None or day is None:
        return WORDS["draft"][language]
    return _RELEASED[language].format(n=number, day=day_said(day, language))


def _hour(moment: dt.datetime, language: str) -> str:
    return f"{moment:%H:%M}" if language == "en" else f"{moment.hour} giờ {moment.minute:02}"
