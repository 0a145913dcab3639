"""The whole draft: head, opening, course, decisions, closing."""

import re
from typing import Any

from backend.conferences.models import Conference, Duty
from backend.conferences.queries import chairs, lead_organisation, name_then, secretary
from backend.conferences.states import Kind
from backend.core.text import Text
from backend.minutes.drafting import course, decisions, opening, words
from backend.minutes.drafting.blocks import Block, block

#: What the closing sentence and the title call the gathering.
GATHERINGS: dict[str, Text] = {
    Kind.WORKSHOP: {"vi": "hội thảo", "en": "workshop"},
    Kind.MEETING: {"vi": "cuộc họp", "en": "meeting"},
    Kind.PARTY_MEETING: {"vi": "cuộc họp", "en": "meeting"},
    Kind.STUDY: {"vi": "buổi học tập", "en": "study session"},
}
CONFERENCE: Text = {"vi": "hội nghị", "en": "conference"}
#: A title that says by itself what was held.
GATHERED = re.compile(
    r"\b(hội nghị|hội thảo|đại hội|họp|phiên|tọa đàm|học tập|tập huấn"
    r"|conference|workshop|congress|meeting|session|seminar|training)\b",
    re.IGNORECASE,
)
ROMAN = ("I", "II", "III", "IV")


def gathering(conference: Conference) -> Text:
    return GATHERINGS.get(conference.kind, CONFERENCE)


def head(conference: Conference) -> dict[str, Any]:
    """What stands around the text: issuing organisation and the one above it, by the names they bore then, the symbol,
    what the minutes are of, and the names that sign ('' for a chair without one)."""
    lead, on = lead_organisation(conference), words.held_on(conference)
    return {
        "organisation": name_then(lead, on) if lead else {},
        "parent": name_then(lead.parent, on) if lead and lead.parent else {},
        "symbol": lead.symbol if lead else "",
        "title": named(conference),
        "gathering": gathering(conference),
        "signing_chairs": [signer(duty) for duty in chairs(conference)],
        "signing_secretary": signer(secretary(conference)),
        "number": "",
    }


def signer(duty: Duty | None) -> str:
    """The bare name: decree 30/2020 keeps degrees away from signatures."""
    return duty.person.full_name if duty and duty.person else ""


def named(conference: Conference) -> Text:
    """The title, behind what it was a title of where it does not say so itself: Hội thảo “Hợp tác …”."""
    title, kind = dict(conference.title), words.capital(gathering(conference))
    return {
        code: text if GATHERED.search(text) else f"{kind[code]} “{text}”"
        for code, text in title.items()
        if code in kind
    }


def draw(conference: Conference) -> list[Block]:
    """Every block, in the order of specimen 1.9, its sections numbered. Reads the database; writes nothing."""
    drawn = [*course.blocks(conference), *decisions.blocks(conference)]
    for numeral, made in zip(ROMAN, (made for made in drawn if made["kind"] == "heading"), strict=False):
        made["marker"] = f"{numeral}."
    return frame(conference, *drawn)


def frame(conference: Conference, *inside: Block) -> list[Block]:
    """`inside` between the labelled lines of the specimen and the closing."""
    return [*opening.blocks(conference), *inside, _closing(conference)]


def _closing(conference: Conference) -> Block:
    ended = words.moment(conference.closed_at, conference.time_zone) if conference.closed_at else {}
    return block("closing", "closing", ended, f"conference:{conference.pk}")
