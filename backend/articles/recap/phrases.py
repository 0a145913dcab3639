"""Small pieces of text in both languages, and how to put them together.

A piece has a language only when every fact in it does: English is never made up from Vietnamese, except for names of
people, which English writes without diacritics, and for figures and dates.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from backend.conferences.models import Site
from backend.conferences.queries import day_said, name_then
from backend.conferences.states import DayPart, Kind
from backend.core.text import Text
from backend.core.vietnamese import ascii_name, fold
from backend.people.models import Honorific, Organisation, Person

LANGUAGES = tuple(code for code, _ in settings.LANGUAGES)

#: How a conference of a kind is called inside a sentence.
_NOUNS: dict[str, Text] = {
    Kind.WORKSHOP: {"vi": "hội thảo", "en": "workshop"},
    Kind.MEETING: {"vi": "cuộc họp", "en": "meeting"},
    Kind.PARTY_MEETING: {"vi": "cuộc họp", "en": "meeting"},
    Kind.STUDY: {"vi": "buổi học tập", "en": "study session"},
}
_CONFERENCE: Text = {"vi": "hội nghị", "en": "conference"}
_PARTS_OF_DAY: dict[str, Text] = {
    DayPart.MORNING: {"vi": "sáng", "en": "morning"},
    DayPart.AFTERNOON: {"vi": "chiều", "en": "afternoon"},
    DayPart.EVENING: {"vi": "tối", "en": "evening"},
}
_ADDRESSED: dict[str, tuple[str, str]] = {Honorific.ONG: ("ông", "Mr"), Honorific.BA: ("bà", "Ms")}
_ROUGHLY: dict[str, Text] = {
    "=": {"vi": "", "en": ""},
    "≈": {"vi": "khoảng ", "en": "about "},
    ">": {"vi": "hơn ", "en": "more than "},
}


def fill(*, vi: str, en: str, **facts: Mapping[str, str]) -> Text:
    """The sentence in each language for which every fact has text."""
    return {
        code: template.format(**{name: fact[code] for name, fact in facts.items()})
        for code, template in (("vi", vi), ("en", en))
        if all(fact.get(code) for fact in facts.values())
    }


def joined(pieces: Iterable[Mapping[str, str]], separator: str = " ") -> Text:
    """The pieces one after another; a language that one of them lacks is left out."""
    pieces = list(pieces)
    shared = [code for code in LANGUAGES if pieces and all(piece.get(code) for piece in pieces)]
    return {code: separator.join(piece[code] for piece in pieces) for code in shared}


def listed(pieces: Iterable[Mapping[str, str]]) -> Text:
    """a, b và c · a, b and c. Commas inside the pieces make it semicolons."""
    *first, last = pieces = list(pieces) or [{}]
    if not first:
        return dict(last)
    text: Text = {}
    for code, word in (("vi", "và"), ("en", "and")):
        if all(piece.get(code) for piece in pieces):
            comma = "; " if any("," in piece[code] for piece in pieces) else ", "
            text[code] = (
                f"{comma.join(piece[code] for piece in first)}{';' if comma == '; ' else ''} {word} {last[code]}"
            )
    return text


def numbered(pieces: Iterable[Mapping[str, str]]) -> Text:
    """(1) a; (2) b. A single one has no number."""
    items = [{code: bare(text) for code, text in piece.items()} for piece in pieces]
    if len(items) > 1:
        items = [{code: f"({n}) {text}" for code, text in item.items()} for n, item in enumerate(items, 1)]
    return ended(joined(items, "; "))


def bare(text: str) -> str:
    """Without the stop (or the decree's ./.) at its end."""
    return text.strip().removesuffix("./.").rstrip(" .;")


def ended(piece: Mapping[str, str]) -> Text:
    """With a stop at its end, unless a mark already stands there."""
    return {
        code: text if text.rstrip("”\"').")[-1:] in {"?", "!", "…"} else f"{bare(text)}."
        for code, text in piece.items()
        if text.strip()
    }


def opened(piece: Mapping[str, str]) -> Text:
    """With a capital at its beginning."""
    return {code: text[:1].upper() + text[1:] for code, text in piece.items()}


def same(value: Any) -> Text:
    return {code: str(value) for code in LANGUAGES}


def known(value: Any) -> Text:
    """A language map from the record; a bare string there is Vietnamese."""
    if isinstance(value, str):
        return {"vi": value} if value.strip() else {}
    return {code: text for code, text in value.items() if text} if isinstance(value, Mapping) else {}


def noun(kind: str) -> Text:
    return _NOUNS.get(kind, _CONFERENCE)


def count(figure: Mapping[str, Any]) -> Text:
    """hơn 190 · more than 190; {} when the figure is unknown. What was approximate stays so."""
    number, how = figure.get("n"), _ROUGHLY.get(figure.get("op", "="))
    if number is None or how is None:
        return {}
    return {"vi": f"{how['vi']}{number:,}".replace(",", "."), "en": f"{how['en']}{number:,}"}


def date(day: dt.date) -> Text:
    return {code: day_said(day, code) for code in LANGUAGES}


def when(day: dt.date | None, part: str) -> Text:
    """chiều ngày 14/01/2021 · on the afternoon of 14 January 2021; {} when the day is unknown."""
    if day is None:
        return {}
    if part not in _PARTS_OF_DAY:
        return fill(vi="ngày {day}", en="on {day}", day=date(day))
    return fill(vi="{part} ngày {day}", en="on the {part} of {day}", part=_PARTS_OF_DAY[part], day=date(day))


def organisation(row: Organisation, day: dt.date | None) -> Text:
    """The name it bore on the day: an office is reported under the name it then had."""
    return known(name_then(row, day))


def person(row: Person) -> Text:
    """ông Hà Minh Hiệp · Mr Ha Minh Hiep. Without a known form of address, the name alone."""
    vi, en = _ADDRESSED.get(row.honorific, ("", ""))
    return {"vi": f"{row.degree or vi} {row.full_name}".strip(), "en": f"{en} {ascii_name(row.full_name)}".strip()}


def officeholder(row: Any, day: dt.date | None) -> Text:
    """Who a Duty or a Speech is about: a person with the office held then, a group or bloc as it was called, or an
    office without a name. Which office somebody held is what the row says; nothing is looked up and guessed."""
    if row.person is None and (group := known(getattr(row, "group", None)) or known(getattr(row, "speaker", None))):
        return group
    office, where = known(row.office), organisation(row.organisation, day) if row.organisation else {}
    if office and where and fold(where["vi"]) not in fold(office["vi"]):
        once = {**office, "vi": _without_overlap(office["vi"], where["vi"])}
        office = fill(vi="{office} {where}", en="{office}, {where}", office=once, where=where)
    return joined(filter(None, [person(row.person) if row.person else {}, office or where]), ", ")


def _without_overlap(office: str, where: str) -> str:
    """What both share is said once: Chánh (Văn phòng) + Văn phòng Tổng cục; but Vụ trưởng + Vụ Đo lường."""
    said, named = office.split(), where.split()
    shared = (
        n for n in range(min(len(said), len(named)), 0, -1) if fold(" ".join(said[-n:])) == fold(" ".join(named[:n]))
    )
    return " ".join(said[: len(said) - next(shared, 0)])


def acting(who: Mapping[str, str]) -> Text:
    """Somebody as the subject of a sentence: the office after the name is closed by a comma."""
    return {code: f"{text}," if "," in text else text for code, text in who.items()}


def place(site: Site) -> Text:
    """Room, house (address)."""
    names = [known(site.room.name)] if site.room else []
    house = known(site.venue.name)
    if address := known(site.venue.address):
        house = fill(vi="{house} ({address})", en="{house} ({address})", house=house, address=address)
    return joined([*names, house], ", ")
