"""The giấy mời as pages: what the record says, drawn once, then set for each invitee in the form of specimen 1.7."""

import datetime as dt
import hashlib
import json
from dataclasses import asdict, replace
from typing import Any, TypedDict

from django.conf import settings

from backend.conferences.models import Conference
from backend.conferences.queries import chairs, lead_organisation, name_then, office_then
from backend.core.clock import local, now
from backend.core.text import Text, localized
from backend.documents.form import InvitationDocument, Paragraph, write_docx, write_pdf
from backend.documents.form.invitation import ABBREVIATION
from backend.documents.form.text import name_in_print
from backend.invitations import wording
from backend.invitations.models import Invitation, InvitationLetter
from backend.invitations.states import Authority
from backend.people.said import office_said

_WRITERS = {"docx": write_docx, "pdf": write_pdf}
LANGUAGES = tuple(code for code, _ in settings.LANGUAGES)
#: Trích yếu, where the organiser gave none.
_SUBJECT = {"vi": "Dự {title}", "en": "{title}"}
#: Quyền hạn before the office of whom the signer signs for; acting (Q.) stands before their own.
AUTHORITIES: dict[str, dict[str, str]] = {
    Authority.TM: {"vi": "TM. {whom}", "en": "On behalf of {whom}"},
    Authority.KT: {"vi": "KT. {whom}", "en": "For {whom}"},
    Authority.TL: {"vi": "TL. {whom}", "en": "By order of {whom}"},
    Authority.TUQ: {"vi": "TUQ. {whom}", "en": "By authority of {whom}"},
}
_ACTING = {"vi": "Q. {office}", "en": "Acting {office}"}
#: Whom the copy on file invites.
_ON_THE_LIST = {"vi": "Các đại biểu theo danh sách kèm theo", "en": "The guests on the list attached"}


class Facts(TypedDict):
    """What a letter says of itself and of the conference; all but the guest. `where` is by site id, "" for no site;
    `replaces` is the number and day of the edition before."""

    parent: Text
    organisation: Text
    number: str
    symbol: str
    place: Text
    day: str
    subject: Text
    event: Text
    chairs: list[Text]
    when: Text
    where: dict[str, Text]
    office: Text
    signer: str
    replaces: list[str]


def facts_of(letter: InvitationLetter, conference: Conference) -> Facts:
    """As the record says them now; number, day and signing stay open until the letter is issued."""
    today, lead = local(now()).date(), lead_organisation(conference)
    parent = lead.parent if lead else None
    return Facts(
        parent=name_then(parent, today) if parent else {},
        organisation=name_then(lead, today) if lead else {},
        number="",
        symbol=lead.symbol if lead else "",
        place=letter.place or (dict(lead.place) if lead else {}),
        day="",
        subject=letter.subject or _each(lambda code: _SUBJECT[code].format(title=localized(conference.title, code))),
        event=conference.title,
        chairs=[letter.chair] if letter.chair else _chairs(conference),
        when=_each(lambda code: wording.when(conference, code)),
        where={
            "": _each(lambda code: wording.where(conference, None, code)),
            **{
                str(site.pk): _each(lambda code, site=site: wording.where(conference, site, code))
                for site in conference.sites.all()
            },
        },
        office=signer_office(letter, conference),
        signer=letter.signer.full_name if letter.signer else "",
        replaces=[],
    )


def signer_office(letter: InvitationLetter, conference: Conference) -> Text:
    """As the organiser wrote it, else what the signer holds today in the organisation that invites."""
    if letter.signer_office or letter.signer is None:
        return dict(letter.signer_office)
    lead = lead_organisation(conference)
    held = office_then(letter.signer.pk, local(now()).date(), lead.pk if lead else None)
    return dict(held.title) if held else {}


def _chairs(conference: Conference) -> list[Text]:
    """Those who chair it, with the office held on its day."""
    day = wording.held_on(conference)
    found = []
    for duty in chairs(conference):
        unit = name_then(duty.organisation, day) if duty.organisation else {}
        office = office_said(duty.office or duty.group, unit)
        found.append(_each(lambda code, duty=duty, office=office: wording.addressee(duty.person, office, code)))
    return found


def _each(said: Any) -> Text:
    return {code: said(code) for code in LANGUAGES}


def document_for(
    letter: InvitationLetter, facts: Facts, *, language: str, guest: str | None = None, site: str = ""
) -> InvitationDocument:
    """The pages for one guest at a site; without a guest, those that are kept on file."""
    said = {
        name: localized(text, language) for name, text in facts.items() if isinstance(text, dict) and name != "where"
    }
    texts = [letter.text, letter.site_texts.get(site, {})]
    return InvitationDocument(
        language=language,
        parent=said["parent"],
        organisation=said["organisation"],
        body=said["organisation"],
        number=facts["number"],
        symbol=facts["symbol"],
        place=said["place"],
        day=dt.date.fromisoformat(facts["day"]) if facts["day"] else None,
        name=said["subject"],
        guest=_ON_THE_LIST[language] if guest is None else guest,
        event=said["event"],
        chairs=[localized(chair, language) for chair in facts["chairs"]],
        when=said["when"],
        where=localized(facts["where"].get(site) or facts["where"][""], language),
        texts=[Paragraph(text=localized(text, language)) for text in texts if text],
        note=localized(letter.note, language),
        replaces=(facts["replaces"][0], dt.date.fromisoformat(facts["replaces"][1])) if facts["replaces"] else None,
        authority=authority_lines(letter.authority, letter.signs_for, said["office"], language),
        signer=facts["signer"],
        recipients=[localized(line, language) for line in letter.recipients],
        kept_by=letter.kept_by,
        draft=letter.issued_at is None,
        made_at=letter.issued_at or letter.updated_at,
    )


def authority_lines(authority: str, signs_for: Text, office: str, language: str) -> list[str]:
    """Quyền hạn and chức vụ above a signature, one line each."""
    if authority == Authority.Q:
        return [_ACTING[language].format(office=office)]
    before = AUTHORITIES.get(authority)
    whom = localized(signs_for, language)
    return [line for line in (before[language].format(whom=whom) if before else "", office) if line]


def document_of(letter: InvitationLetter, row: Invitation) -> InvitationDocument:
    """The pages for one invitee, in their language; of a draft, as the record says it now. The row comes with its
    letter's facts."""
    facts: Facts = letter.facts if letter.issued_at else facts_of(letter, row.conference)
    site = str(row.site_id) if row.site_id else ""
    guest = wording.invitee(row, row.language)
    return document_for(letter, facts, language=row.language, guest=guest, site=site)


def written(document: InvitationDocument, format: str) -> bytes:
    """A PDF has the letters of its own face alone; word processors find others."""
    if format == "pdf":
        document = replace(document, guest=name_in_print(document.guest))
    return _WRITERS[format](document)


def digest(document: InvitationDocument) -> str:
    """SHA-256 over everything on the pages."""
    return hashlib.sha256(json.dumps(asdict(document), default=str, sort_keys=True).encode()).hexdigest()


def stem(letter: InvitationLetter) -> str:
    """giay-moi-05-GM-KT2, the file's name without its ending."""
    number = letter.facts.get("number") or f"{ABBREVIATION}-du-thao"
    return f"giay-moi-{number.replace('/', '-')}"
