"""A resolution as pages: what the record says, drawn once, then set in the form of specimen 1.1, in Vietnamese."""

import datetime as dt
from typing import Any, TypedDict

from backend.conferences.queries import lead_organisation, name_then, office_then
from backend.core.clock import local, now
from backend.core.text import Text, localized
from backend.documents.form import Paragraph, ResolutionDocument, write_docx, write_pdf
from backend.documents.form.resolution import ABBREVIATION
from backend.invitations.letter_form import authority_lines
from backend.people.models import Person
from backend.resolutions.models import Resolution
from backend.resolutions.wording import label, marker

_WRITERS = {"docx": write_docx, "pdf": write_pdf}
_STYLES = {"article": "article", "paragraph": "body", "point": "body"}


class Fields(TypedDict, total=False):
    """What whoever issues it says; all else is drawn from the record. `signer` is a person's id."""

    signer: Any
    authority: str
    signs_for: Text
    signer_office: Text
    body: Text
    place: Text
    recipients: list[Text]
    kept_by: str


class Facts(TypedDict):
    """What stands around the text; `number` and `day` are "" before it is issued."""

    parent: Text
    organisation: Text
    number: str
    symbol: str
    place: Text
    day: str
    body: Text
    authority: list[str]
    office: Text
    signer: str
    recipients: list[Text]
    kept_by: str


def facts_of(resolution: Resolution, fields: Fields | None = None, signer: Person | None = None) -> Facts:
    """As the record says them today."""
    fields = fields or {}
    conference, today = resolution.conference, local(now()).date()
    lead = lead_organisation(conference)
    parent = lead.parent if lead else None
    office = fields.get("signer_office") or {}
    if not office and signer is not None:
        held = office_then(signer.pk, today, lead.pk if lead else None)
        office = dict(held.title) if held else {}
    authority = authority_lines(fields.get("authority", ""), fields.get("signs_for", {}), localized(office, "vi"), "vi")
    return Facts(
        parent=name_then(parent, today) if parent else {},
        organisation=name_then(lead, today) if lead else {},
        number="",
        symbol=lead.symbol if lead else "",
        place=fields.get("place") or (dict(lead.place) if lead else {}),
        day="",
        body=fields.get("body") or dict(conference.title),
        authority=authority if signer is not None else [],
        office=office,
        signer=signer.full_name if signer else "",
        recipients=fields.get("recipients", []),
        kept_by=fields.get("kept_by", ""),
    )


def document_of(resolution: Resolution, facts: Facts, *, made_at: dt.datetime) -> ResolutionDocument:
    """The pages; without a number they are marked DỰ THẢO."""
    places = resolution.wording.places()
    articles = [place for place in places if place.level == "article"]
    return ResolutionDocument(
        parent=localized(facts["parent"], "vi"),
        organisation=localized(facts["organisation"], "vi"),
        number=facts["number"],
        symbol=facts["symbol"],
        place=localized(facts["place"], "vi"),
        day=dt.date.fromisoformat(facts["day"]) if facts["day"] else None,
        name=localized(resolution.title, "vi"),
        authority_name=localized(facts["body"], "vi"),
        preamble=[localized(place.clause.text, "vi") for place in places if place.level == "basis"],
        body=[
            Paragraph(label=marker(place)["vi"], text=localized(place.clause.text, "vi"), style=_STYLES[place.level])
            for place in places
            if place.level in _STYLES
        ],
        authority=facts["authority"],
        signer=facts["signer"],
        carried_out_by=label(articles[-1])["vi"] if len(articles) > 1 else "",
        recipients=[localized(line, "vi") for line in facts["recipients"]],
        kept_by=facts["kept_by"],
        draft=not facts["number"],
        made_at=made_at,
    )


def written(document: ResolutionDocument, format: str) -> bytes:
    return _WRITERS[format](document)


def stem(facts: Facts) -> str:
    """nghi-quyet-05-NQ-KT2, the file's name without its ending."""
    return f"nghi-quyet-{(facts['number'] or f'{ABBREVIATION}-du-thao').replace('/', '-')}"
