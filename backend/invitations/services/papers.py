"""Letters about papers: to the speaker asked for one, and to the secretary about those that are missing.

Each is written from the record as it stands when it is written, and not at all when it has been overtaken by then.
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from backend.conferences.models import Conference, Paper, Speaker
from backend.conferences.queries import lead_organisation_id, name_then, of_the_whole
from backend.conferences.queries import papers as queries
from backend.conferences.services import hand_in
from backend.conferences.states import AHEAD, ConferenceState, DutyKind, PaperState
from backend.core import context
from backend.core.clock import database_now
from backend.core.text import Text, localized
from backend.documents.uploads import Upload
from backend.invitations import paper_links, wording
from backend.invitations.letters import of_conference, post
from backend.people.models import Person
from backend.people.queries import secretariat
from backend.people.said import office_said

SUBJECTS = {
    "request": {"vi": "Đề nghị tham luận: {title}", "en": "Paper requested: {title}"},
    "extended": {"vi": "Gia hạn nộp tham luận: {title}", "en": "More time for your paper: {title}"},
    "reminder": {"vi": "Nhắc nộp tham luận: {title}", "en": "Reminder of your paper: {title}"},
    "returned": {"vi": "Đề nghị chỉnh sửa tham luận: {title}", "en": "Changes to your paper: {title}"},
    "accepted": {"vi": "Đã nhận tham luận: {title}", "en": "Paper accepted: {title}"},
    "missing": {"vi": "Tham luận chưa nộp: {title}", "en": "Papers not handed in: {title}"},
}


def hand_in_by_link(*, token: str, upload: Upload) -> Paper:
    """Files the next version by whoever holds the link: the signature stands for the speaker.

    Raises NotFound or Gone for the link, and what `hand_in` raises.
    """
    opened = paper_links.opened_by(token)
    paper_links.check_wanted(opened)
    with context.acting(actor=f"speaker:{opened.speaker_id}"):
        return hand_in(paper_id=opened.pk, upload=upload, link_round=opened.link_round)


# To the speaker


@transaction.atomic
def mail_paper_request(*, paper_id: UUID, link_round: int) -> None:
    """Asks the speaker for the paper, with the link to hand it in."""
    paper = _read(paper_id)
    if paper.state == PaperState.REQUESTED and paper.link_round == link_round:
        _post(paper, "request", sequence=link_round)


@transaction.atomic
def mail_paper_extended(*, paper_id: UUID, due: int) -> None:
    """Tells the speaker of the new deadline."""
    paper = _read(paper_id)
    if _missing(paper) and paper.due_at is not None and queries.minutes_of(paper.due_at) == due:
        _post(paper, "extended", sequence=due)


@transaction.atomic
def mail_paper_reminder(*, paper_id: UUID, sequence: int) -> None:
    """Reminds the speaker of the deadline the reminder was for; says nothing once the paper is there, or the deadline
    another one."""
    paper = _read(paper_id)
    if not _missing(paper) or paper.due_at is None:
        return
    if queries.minutes_of(paper.due_at) == sequence // queries.MOST_REMINDERS:
        _post(paper, "reminder", sequence=sequence)


@transaction.atomic
def mail_paper_returned(*, paper_id: UUID, number: int) -> None:
    """Tells the speaker what to change in version `number`."""
    paper = _read(paper_id)
    if paper.state == PaperState.RETURNED:
        _post(paper, "returned", sequence=number, number=number)


@transaction.atomic
def mail_paper_accepted(*, paper_id: UUID, number: int) -> None:
    """Thanks the speaker for the paper that was accepted."""
    paper = _read(paper_id)
    if paper.state == PaperState.ACCEPTED:
        _post(paper, "accepted", sequence=number)


def _read(paper_id: UUID) -> Paper:
    return queries.with_facts(Paper.objects.all()).get(pk=paper_id)


def _missing(paper: Paper) -> bool:
    return paper.state in queries.MISSING and paper.conference.state in AHEAD


def _post(paper: Paper, kind: str, *, sequence: int, **facts: Any) -> None:
    """Says nothing to speakers without a name or an address: the organiser sees them as unreachable."""
    person = paper.speaker.person
    if person is None or not person.email or paper.conference.state == ConferenceState.CANCELLED:
        return
    language = person.language
    shown = {**paper_facts(paper, language), "kind": kind, "link": paper_links.address(paper.pk, paper.link_round)}
    letter = of_conference(
        paper.conference, "letters/paper", language, subjects=SUBJECTS[kind], facts={**shown, **facts}
    )
    post(
        letter,
        purpose=f"paper_{kind}",
        subject_id=paper.pk,
        sequence=sequence,
        recipient=(person.full_name, person.email),
        conference=paper.conference,
    )


def paper_facts(paper: Paper, language: str) -> dict[str, Any]:
    """What letters and the page say of a paper, in the speaker's language."""
    speaker, conference = paper.speaker, paper.conference
    return {
        "addressee": _addressee(speaker, language),
        "you": wording.you(speaker.person, language),
        "title": localized(conference.title, language),
        "paper": localized(paper.title, language),
        "item": localized(speaker.agenda_item.title, language),
        "hosts": wording.hosts(conference, language),
        "when": wording.when(conference, language),
        "due": wording.until(paper.due_at, conference.time_zone, language) if paper.due_at else "",
        "remarks": localized(paper.remarks, language),
        "most": f"{settings.UPLOAD_MAX_BYTES / 1024 / 1024:g}",
    }


def _addressee(speaker: Speaker, language: str) -> str:
    """“Ông Hà Minh Hiệp, Quyền Chủ tịch Uỷ ban …”; an office without a name, or a bloc, as it is called."""
    return wording.addressee(speaker.person, _office(speaker), language) or localized(speaker.bloc, language)


def _office(speaker: Speaker) -> Text:
    body = speaker.organisation
    return office_said(speaker.office, name_then(body, speaker.conference.day) if body else {})


# To the secretary


@transaction.atomic
def mail_missing_papers(*, conference_id: UUID, due: int) -> int:
    """Lists every overdue paper of the conference for its secretary (without one, for the lead organisation's); one
    letter for all that were due at the same moment. Returns how many letters were queued."""
    conference = Conference.objects.get(pk=conference_id)
    if conference.state not in AHEAD:
        return 0
    missing = list(queries.missing_papers(conference_id, database_now()))
    if not missing:
        return 0
    readers = secretaries_of(conference)
    for person, email, language in readers:
        facts = {
            "addressee": wording.addressee(person, {}, language) or _SECRETARIAT[language],
            "title": localized(conference.title, language),
            "missing": [
                {
                    "who": _addressee(paper.speaker, language),
                    "item": localized(paper.title or paper.speaker.agenda_item.title, language),
                    "due": wording.until(paper.due_at, conference.time_zone, language) if paper.due_at else "",
                    "reachable": paper.speaker.person is not None and bool(paper.speaker.person.email),
                }
                for paper in missing
            ],
        }
        post(
            of_conference(conference, "letters/papers_missing", language, subjects=SUBJECTS["missing"], facts=facts),
            purpose="papers_missing",
            subject_id=conference.pk,
            sequence=due,
            recipient=(person.full_name if person else "", email),
            conference=conference,
        )
    return len(readers)


_SECRETARIAT = {"vi": "Ban thư ký", "en": "The secretariat"}


def secretaries_of(conference: Conference) -> list[tuple[Person | None, str, str]]:
    """Person, address and language of the conference's secretaries; else of who holds that role, or organises, for the
    lead organisation."""
    duties = of_the_whole(DutyKind.SECRETARY).filter(conference=conference).exclude(person=None)
    duties = duties.exclude(person__email="").select_related("person").order_by("order", "id")
    people = [duty.person for duty in duties if duty.person is not None]
    if people:
        return [(person, person.email, person.language) for person in people]
    return [
        (account.person, account.email, account.language) for account in secretariat(lead_organisation_id(conference))
    ]
