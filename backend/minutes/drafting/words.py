"""How the record's values read: dates, counts, people, organisations."""

import datetime as dt
from typing import Any

from backend.conferences.models import Conference, Duty, Speech
from backend.conferences.queries import name_then
from backend.conferences.states import DayPart
from backend.core.clock import local
from backend.core.text import Text, both
from backend.core.vietnamese import ascii_name
from backend.documents.form import BLANK
from backend.minutes.drafting.blocks import compose, joined, same
from backend.people.models import Honorific, Person
from backend.people.said import contains, office_said

MONTHS = [
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


def day(date: dt.date) -> Text:
    """ngày 05 tháng 01 năm 2021: days below 10 and the months 1 and 2 are padded (decree 30/2020)."""
    month = f"{date.month:02d}" if date.month < 3 else str(date.month)
    return {
        "vi": f"ngày {date.day:02d} tháng {month} năm {date.year}",
        "en": f"{date.day} {MONTHS[date.month - 1]} {date.year}",
    }


def moment(at: dt.datetime, zone: str) -> Text:
    """8 giờ 00, ngày 15 tháng 11 năm 2026: the hour as specimen 1.9 leaves room for it."""
    there = local(at, zone)
    return compose(
        f"{there.hour} giờ {there.minute:02d}, {{day}}",
        f"{there.hour}:{there.minute:02d}, {{day}}",
        day=day(there.date()),
    )


def held_on(conference: Conference) -> dt.date | None:
    """The day the conference was held: the one on record, else the one it was opened or planned for."""
    at = conference.opened_at or conference.starts_at
    return conference.day or (local(at, conference.time_zone).date() if at else None)


def day_and_part(conference: Conference) -> Text:
    """Chiều ngày 14 tháng 01 năm 2021; {} when no day is on record."""
    date = held_on(conference)
    if date is None:
        return {}
    part = both(DayPart(conference.day_part).label) if conference.day_part else {}
    if not part:
        return day(date)
    return compose("{part} {day}", "{part} of {day}", part=part, day=day(date))


def count(said: dict[str, Any]) -> Text:
    """hơn 190 viên chức · khoảng 180 người · 190 người, as said; {} when no number is on record."""
    if said.get("n") is None:
        return {}
    number = int(said["n"])
    vi, en = {">": ("hơn ", "more than "), "≈": ("khoảng ", "about ")}.get(said.get("op", "="), ("", ""))
    how_many = {"vi": f"{vi}{number:,}".replace(",", "."), "en": f"{en}{number:,}"}
    return compose("{n} {who}", "{n} {who}", n=how_many, who=said.get("who") or {"vi": "người", "en": "people"})


def person(somebody: Person) -> Text:
    """Ông Nguyễn Văn An, Mr Nguyen Van An; in Vietnamese a degree on record stands for the honorific."""
    title = both(Honorific(somebody.honorific).label)
    name = ascii_name(somebody.full_name)
    return {
        "vi": f"{somebody.degree or title['vi']} {somebody.full_name}",
        "en": f"{title['en']} {name}" if somebody.honorific else name,
    }


def with_office(who: Duty | Speech, on: dt.date | None) -> Text:
    """A person with the office held then; an office or bloc without a name; a visible blank where neither is on record."""
    body = name_then(who.organisation, on) if who.organisation else {}
    unnamed = dict(who.group if isinstance(who, Duty) else who.speaker)
    others = office_said(dict(who.office), body)
    if who.person:
        return (
            compose("{name} – {office}", "{name}, {office}", name=person(who.person), office=others)
            if others
            else person(who.person)
        )
    if unnamed and not who.office and who.organisation:
        named = (body, who.organisation.name, who.organisation.short_name)
        others = {} if any(contains(unnamed, name) for name in named) else others
    return capital(joined([part for part in (unnamed, others) if part], " – ")) or same(BLANK)


def capital(text: Text) -> Text:
    return {code: words[:1].upper() + words[1:] for code, words in text.items()}
