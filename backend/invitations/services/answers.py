"""What invitees answer."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from backend.conferences.models import Conference
from backend.conferences.services import show_photo_notice
from backend.conferences.states import NoticePlace
from backend.core import context
from backend.core.clock import database_now
from backend.core.errors import Conflict, Gone, Invalid
from backend.core.queries import locked
from backend.core.text import say
from backend.core.vietnamese import clean, one_line
from backend.invitations import queries, wording
from backend.invitations.events import InvitationAnswered
from backend.invitations.models import Invitation, InvitationReply
from backend.invitations.states import MOVES, Answer, ReplyVia
from backend.outbox.services import emit
from backend.privacy.services import Asked, give_consent
from backend.privacy.states import ConsentVia
from backend.questions import services as questions
from backend.questions.models import AnswerSheet
from backend.questions.queries import Comer
from backend.questions.states import AnsweredVia


@transaction.atomic
def reply(
    *,
    invitation_id: UUID,
    answer: str,
    note: str = "",
    via: str = ReplyVia.STAFF,
    taken_by: str = "",
    taken_at: dt.datetime | None = None,
    inbound_id: UUID | None = None,
    stamp: dt.datetime | None = None,
    expected: int | None = None,
) -> Invitation:
    """Keeps the answer and makes it known; the last one counts. The same answer twice is one answer, unless a letter
    went out in between: then it answers the new time or place. One that came by mail names the mail and its DTSTAMP, one
    by word of mouth or on paper who took it and when.

    Raises Gone when the invitation or the conference was called off, Conflict when the conference is over or a newer
    answer is on record than one taken earlier, Invalid for one that is yet to be taken or taken before it was asked for.
    """
    row = locked(Invitation, invitation_id, expected=expected)
    conference = Conference.objects.get(pk=row.conference_id)
    queries.check_open(row, conference)
    if row.person_id is None:
        raise Conflict(say(vi="Giấy mời chưa có tên người dự.", en="The invitation does not name a person yet."))
    note, at = clean(note), database_now()
    given = queries.given_at(row)
    _ensure_possible(row, conference, taken_at, at, given)
    answered_since = given is not None and (row.sent_at is None or given >= row.sent_at or taken_at == given)
    if answered_since and row.state == answer and row.note == note:
        return row
    MOVES.check(row, "answer")
    if answer == Answer.DECLINED:
        queries.check_not_inside(row)
    # Read with the invitation locked and from one clock for all programs: seats and turns go by it.
    row.state, row.note, row.answered_at = answer, note, at
    row.save()
    InvitationReply.objects.create(
        invitation=row,
        answer=answer,
        note=note,
        via=via,
        taken_by=one_line(taken_by),
        taken_at=taken_at,
        inbound_id=inbound_id,
        stamp=stamp,
    )
    emit(InvitationAnswered(invitation_id=row.id, conference_id=row.conference_id, answer=answer, via=via))
    return row


def _ensure_possible(
    row: Invitation, conference: Conference, taken_at: dt.datetime | None, at: dt.datetime, given: dt.datetime | None
) -> None:
    """That it was taken between the invitation, to the minute as people note it, and now; and that none is newer."""
    if taken_at is None:
        return
    if taken_at > at:
        raise Invalid({"taken_at": say(vi="Không thể sau lúc này.", en="Cannot be later than now.")})
    sent = queries.first_sent(row)
    if sent is not None and taken_at < sent.replace(second=0, microsecond=0):
        raise Invalid(
            {
                "taken_at": say(
                    vi="Không thể trước khi gửi giấy mời ({at}).",
                    en="Cannot be before the invitation was sent ({at}).",
                    at=wording.until_said(sent, conference.time_zone),
                )
            }
        )
    if given is not None and taken_at < given:
        raise Conflict(
            say(
                vi="Đã có câu trả lời mới hơn ({at}).",
                en="A newer answer is on record ({at}).",
                at=wording.until_said(given, conference.time_zone),
            )
        )


def reply_by_link(
    *, token: str, answer: str, note: str = "", via: str = ReplyVia.LINK, consents: Sequence[Asked] = ()
) -> Invitation:
    """`reply` by whoever holds the link: the signature stands for the invitee, who saw the notice about pictures and
    consented to nothing but `consents`. Raises Conflict, with nothing recorded, when one was reworded meanwhile: what
    may have been, a page leaves out (`privacy.boxes.standing`), since coming depends on no consent."""
    opened = queries.opened_by(token)
    with context.acting(actor=f"invitee:{opened.id}"), transaction.atomic():
        row = locked(Invitation, opened.id)
        if row.link_round != opened.link_round:
            raise Gone()
        if opened.person is not None:
            show_photo_notice(
                conference_id=row.conference_id,
                people=[opened.person.pk],
                place=NoticePlace.PAGE,
                language=opened.language,
            )
            for asked in consents:
                give_consent(person_id=opened.person.pk, asked=asked, via=ConsentVia.REPLY)
        return reply(invitation_id=row.id, answer=answer, note=note, via=via)


def answer_questions(
    *, token: str, answers: Mapping[str, Any], number: int | None = None, dropping: bool = False
) -> AnswerSheet:
    """What whoever holds the link answers to the conference's questions. Raises what `questions.services.answer` does,
    and Gone or Conflict when the invitation cannot be answered any more."""
    opened = queries.opened_by(token)
    queries.check_open(opened, opened.conference)
    if opened.person_id is None:
        raise Conflict(say(vi="Giấy mời chưa có tên người dự.", en="The invitation does not name a person yet."))
    with context.acting(actor=f"invitee:{opened.id}"):
        return questions.answer(
            conference_id=opened.conference_id,
            person_id=opened.person_id,
            answers=answers,
            number=number,
            via=AnsweredVia.REPLY,
            comer=Comer(category=opened.category, site=opened.site_id, expected=True),
            dropping=dropping,
        )
