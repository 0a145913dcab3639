"""Papers asked of planned speakers: requested, handed in version by version until the deadline, returned or accepted.

Deadlines go by PostgreSQL's clock. Every change locks the paper, so that two versions handed in at once are numbered
one after the other, and nothing is accepted that nobody has read.
"""

import datetime as dt
from uuid import UUID

from django.db import transaction

from backend.conferences.events import (
    PaperAccepted,
    PaperExtended,
    PaperHandedIn,
    PaperMissed,
    PaperReminded,
    PaperRequested,
    PaperReturned,
    PaperWithdrawn,
)
from backend.conferences.models import AgendaItem, Conference, Paper, Speaker
from backend.conferences.queries import lead_organisation_id
from backend.conferences.queries import papers as queries
from backend.conferences.services.scheduling import ensure_writable
from backend.conferences.states import PAPER_MOVES, ConferenceState, ItemState, PaperState
from backend.conferences.wording import day_said
from backend.core.clock import database_now, local
from backend.core.errors import Conflict, Gone, Invalid, NotFound
from backend.core.queries import locked
from backend.core.text import Text, say
from backend.documents import services as documents
from backend.documents.uploads import Upload
from backend.outbox.registry import DomainEvent
from backend.outbox.services import emit

#: A paper's kind among documents: tham luận.
KIND = "TL"
#: The most versions of one paper, and how many papers one transaction of the clock reminds of.
MOST_VERSIONS = 50
PER_TURN = 100


# Asked for


@transaction.atomic
def request_paper(*, speaker_id: UUID, due_at: dt.datetime | None = None, title: Text | None = None) -> Paper:
    """Asks a planned speaker for a paper, by a letter with a link of its own; one that was withdrawn is asked for again.

    Raises Conflict when it is asked for already or the conference is closed, Invalid for a deadline that has passed or
    lies after the conference.
    """
    found = Speaker.objects.filter(pk=speaker_id).values_list("conference_id", flat=True).first()
    if found is None:
        raise NotFound()
    conference = _open_conference(found)
    _ensure_ahead(due_at)
    _ensure_before_its_end(conference, due_at)
    speaker = Speaker.objects.select_related("agenda_item").get(pk=speaker_id)
    paper = Paper.objects.select_for_update().filter(speaker=speaker).first()
    if paper is not None and paper.state != PaperState.WITHDRAWN:
        raise Conflict(
            say(vi="Đã đề nghị diễn giả này nộp tham luận.", en="This speaker was asked for a paper already.")
        )
    return _ask(conference, speaker, paper, due_at, title)


@transaction.atomic
def request_papers(
    *, conference_id: UUID, agenda_item_id: UUID | None = None, due_at: dt.datetime | None = None
) -> list[Paper]:
    """Asks every planned speaker of a conference, or of one of its items, who was never asked; returns their papers.

    Items that are postponed or cancelled are left out. Raises Conflict when the conference is closed, Invalid for a
    deadline that has passed or lies after the conference.
    """
    conference = _open_conference(conference_id)
    _ensure_ahead(due_at)
    _ensure_before_its_end(conference, due_at)
    speakers = Speaker.objects.filter(
        conference=conference, paper=None, agenda_item__state=ItemState.PLANNED
    ).select_related("agenda_item")
    if agenda_item_id is not None:
        if not AgendaItem.objects.filter(pk=agenda_item_id, conference=conference).exists():
            raise Invalid(
                {"agenda_item": say(vi="Không thuộc hội nghị này.", en="Does not belong to this conference.")}
            )
        speakers = speakers.filter(agenda_item=agenda_item_id)
    return [
        _ask(conference, speaker, None, due_at, None) for speaker in speakers.order_by("agenda_item__order", "order")
    ]


def _open_conference(conference_id: UUID) -> Conference:
    """Locked, so that nobody takes the speaker off meanwhile. Raises Conflict when it can no longer be written, is
    closed, or has no lead organisation to keep the papers."""
    conference = locked(Conference, conference_id)
    ensure_writable(conference)
    if conference.state == ConferenceState.CLOSED:
        raise Conflict(
            say(
                vi="Hội nghị đã bế mạc, không đề nghị tham luận được nữa.",
                en="The conference is closed; papers can no longer be asked for.",
            )
        )
    _keeper(conference)
    return conference


def _ask(
    conference: Conference, speaker: Speaker, paper: Paper | None, due_at: dt.datetime | None, title: Text | None
) -> Paper:
    at = database_now()
    if paper is None:
        paper = Paper(conference=conference, speaker=speaker)
    else:
        PAPER_MOVES.move(paper, "request")
        paper.link_round += 1
    paper.requested_at, paper.due_at = at, due_at
    paper.reminders, paper.remarks = queries.stage_of(due_at, at), {}
    if title is not None:
        paper.title = title
    paper.save()
    emit(PaperRequested(paper_id=paper.pk, conference_id=conference.pk, link_round=paper.link_round))
    return paper


def _ensure_ahead(due_at: dt.datetime | None) -> None:
    if due_at is not None and due_at <= database_now():
        raise Invalid({"due_at": say(vi="Thời hạn phải ở tương lai.", en="The deadline must be in the future.")})


def _ensure_before_its_end(conference: Conference, due_at: dt.datetime | None) -> None:
    """Raises Invalid for a deadline after the conference's end or, while that is not exact, after its day."""
    if queries.ends_before(conference, due_at):
        end = conference.ends_at
        last_day = local(end, conference.time_zone).date() if end is not None else conference.day
        assert last_day is not None
        raise Invalid(
            {
                "due_at": say(
                    vi="Phải trước khi hội nghị kết thúc ({day_vi}).",
                    en="Must be before the end of the conference ({day_en}).",
                    day_vi=day_said(last_day),
                    day_en=day_said(last_day, "en"),
                )
            }
        )


def ask_another(speaker: Speaker) -> None:
    """Somebody else is to speak: the paper that was asked for and not handed in is asked of them, by a new link."""
    paper = Paper.objects.select_for_update().filter(speaker=speaker, state=PaperState.REQUESTED).first()
    if paper is not None:
        paper.link_round += 1
        paper.save()
        emit(PaperRequested(paper_id=paper.pk, conference_id=speaker.conference_id, link_round=paper.link_round))


@transaction.atomic
def name_paper(*, paper_id: UUID, title: Text, expected: int | None = None) -> Paper:
    """Writes the paper's title. Raises Conflict once it was accepted: what is on file keeps its name."""
    paper = _locked_paper(paper_id, expected)
    if paper.state == PaperState.ACCEPTED:
        raise Conflict(say(vi="Tham luận đã được nhận.", en="The paper has been accepted."))
    paper.title = title
    paper.save()
    return paper


@transaction.atomic
def extend_deadline(*, paper_id: UUID, due_at: dt.datetime, expected: int | None = None) -> Paper:
    """Gives more time, also after the deadline; the speaker is told, and reminded of the new one.

    Raises Invalid unless it is later than now and than before and not after the conference, IllegalMove for a paper that
    is accepted or withdrawn, Conflict while its agenda item is called off.
    """
    paper = _locked_paper(paper_id, expected)
    PAPER_MOVES.check(paper, "hand_in")
    _ensure_wanted(paper)
    _ensure_ahead(due_at)
    _ensure_before_its_end(paper.conference, due_at)
    if paper.due_at is None or due_at <= paper.due_at:
        raise Invalid({"due_at": say(vi="Phải sau thời hạn cũ.", en="Must be later than the present deadline.")})
    paper.due_at, paper.reminders = due_at, queries.stage_of(due_at, database_now())
    paper.save()
    emit(PaperExtended(paper_id=paper.pk, conference_id=paper.conference_id, due=queries.minutes_of(due_at)))
    return paper


@transaction.atomic
def withdraw_paper(*, paper_id: UUID, expected: int | None = None) -> Paper:
    """Asks for it no longer: nobody is reminded, and the link answers no more. What was handed in stays on file."""
    paper = _locked_paper(paper_id, expected)
    PAPER_MOVES.move(paper, "withdraw")
    paper.save()
    emit(PaperWithdrawn(paper_id=paper.pk, conference_id=paper.conference_id))
    return paper


# Handed in


@transaction.atomic
def hand_in(
    *,
    paper_id: UUID,
    upload: Upload,
    by_secretary: bool = False,
    link_round: int | None = None,
    expected: int | None = None,
) -> Paper:
    """Files the next version. Speakers may until the deadline, by the database's clock; a secretary on their behalf at
    any time. Versions are numbered from 1 without gaps and never change.

    Raises Gone for a link that was taken back, IllegalMove for an accepted or withdrawn paper, Conflict after the
    deadline, while its agenda item is called off, or when there are MOST_VERSIONS already.
    """
    paper = _locked_paper(paper_id, expected)
    if link_round is not None and link_round != paper.link_round:
        raise Gone()
    PAPER_MOVES.check(paper, "hand_in")
    _ensure_wanted(paper)
    at = database_now()
    if not by_secretary and paper.due_at is not None and at > paper.due_at:
        raise Conflict(
            say(
                vi="Đã hết thời hạn nộp tham luận. Xin liên hệ ban tổ chức.",
                en="The deadline has passed. Please turn to the organisers.",
            )
        )
    if paper.document_id is None:
        paper.document = documents.open_file(
            organisation_id=_keeper(paper.conference),
            kind=KIND,
            title=paper.title or paper.speaker.agenda_item.title,
            conference_id=paper.conference_id,
            attached=True,
        )
    assert paper.document_id is not None
    last = queries.last_version(paper)
    if last is not None and last.number >= MOST_VERSIONS:
        raise Conflict(say(vi="Nhiều nhất {most} bản.", en="At most {most} versions.", most=MOST_VERSIONS))
    [filed] = documents.add_version(
        document_id=paper.document_id, contents={upload.format: upload.content}, stem=upload.stem, draft=True
    )
    PAPER_MOVES.move(paper, "hand_in")
    paper.handed_in_at, paper.remarks = at, {}
    paper.save()
    emit(PaperHandedIn(paper_id=paper.pk, conference_id=paper.conference_id, number=filed.number))
    return paper


def _ensure_wanted(paper: Paper) -> None:
    state = ItemState(paper.speaker.agenda_item.state)
    if state != ItemState.PLANNED:
        raise Conflict(
            say(
                vi="Nội dung của tham luận này đã {state} nên không nhận bài nữa.",
                en="The agenda item of this paper is {state}: the paper is not wanted now.",
                state=state.label,
            )
        )


def _keeper(conference: Conference) -> UUID:
    """The organisation that keeps the papers; raises Conflict while none leads the conference."""
    keeper = lead_organisation_id(conference)
    if keeper is None:
        raise Conflict(say(vi="Hội nghị chưa có đơn vị chủ trì.", en="The conference has no lead organisation yet."))
    return keeper


@transaction.atomic
def send_back_paper(
    *,
    paper_id: UUID,
    number: int,
    remarks: Text,
    due_at: dt.datetime | None = None,
    expected: int | None = None,
) -> Paper:
    """Returns version `number` with remarks on what to change, until `due_at` if that is given.

    Raises Conflict when a newer version came meanwhile, Invalid for a deadline that has passed or lies after the
    conference.
    """
    paper = _locked_paper(paper_id, expected)
    PAPER_MOVES.move(paper, "send_back")
    _ensure_last(paper, number)
    paper.remarks = remarks
    if due_at is not None:
        _ensure_ahead(due_at)
        _ensure_before_its_end(paper.conference, due_at)
        paper.due_at, paper.reminders = due_at, queries.stage_of(due_at, database_now())
    paper.save()
    emit(PaperReturned(paper_id=paper.pk, conference_id=paper.conference_id, number=number))
    return paper


@transaction.atomic
def accept_paper(*, paper_id: UUID, number: int, expected: int | None = None) -> Paper:
    """Accepts version `number`, which is filed once more as the final one: from now on whoever sees the agenda item reads
    it, and there is no further version. Raises Conflict when a newer one came meanwhile."""
    paper = _locked_paper(paper_id, expected)
    PAPER_MOVES.move(paper, "accept")
    content, format, stem = _ensure_last(paper, number)
    assert paper.document_id is not None
    [final] = documents.add_version(document_id=paper.document_id, contents={format: content}, stem=stem, draft=False)
    paper.accepted_at, paper.remarks = database_now(), {}
    paper.save()
    emit(PaperAccepted(paper_id=paper.pk, conference_id=paper.conference_id, number=final.number))
    return paper


def _ensure_last(paper: Paper, number: int) -> tuple[bytes, str, str]:
    """Content, format and name of the last version, which must be `number`."""
    last = queries.last_version(paper)
    if last is None or last.number != number:
        raise Conflict(
            say(
                vi="Đã có bản mới hơn: bản {last}. Hãy đọc bản đó trước.",
                en="There is a newer version, {last}: read that one first.",
                last=last.number if last else 0,
            ),
            last=last.number if last else 0,
        )
    stem, _, format = last.filename.rpartition(".")
    return bytes(last.content), format, stem


def _locked_paper(paper_id: UUID, expected: int | None) -> Paper:
    """Raises NotFound, StaleWrite, or Conflict when nothing of the conference may be written any more."""
    rows = Paper.objects.select_related("conference", "speaker__agenda_item")
    paper = locked(rows, paper_id, expected=expected)
    ensure_writable(paper.conference)
    return paper


# Reminded of


def remind_of_papers() -> int:
    """Tells those who have not handed in, as the set moments before their deadline come, and a day after it the
    secretary; returns how many papers were told of. Who was asked after a moment, or was not reminded in time, hears of
    the latest moment only, once."""
    told = 0
    while (told_now := _remind_of_some()) > 0:
        told += told_now
    return told


@transaction.atomic
def _remind_of_some() -> int:
    at = database_now()
    due = queries.papers_to_remind_of(at).select_for_update(skip_locked=True, of=("self",))
    papers = list(due[:PER_TURN])
    facts: list[DomainEvent] = []
    for paper in papers:
        assert paper.due_at is not None
        paper.reminders, paper.reminded_at = queries.stage_of(paper.due_at, at), at
        if paper.reminders < len(queries.reminder_moments(paper.due_at)):
            sequence = queries.reminder_sequence(paper.due_at, paper.reminders)
            facts.append(PaperReminded(paper_id=paper.pk, conference_id=paper.conference_id, sequence=sequence))
        else:
            facts.append(
                PaperMissed(paper_id=paper.pk, conference_id=paper.conference_id, due=queries.minutes_of(paper.due_at))
            )
    # No edit of the paper: its version stays.
    Paper.objects.bulk_update(papers, ["reminders", "reminded_at"])
    emit(*facts)
    return len(papers)
