"""What those who take part say about clauses during a set time, and what they are answered; and the conference's rules
about support."""

from typing import Any
from uuid import UUID

from django.db import transaction

from backend.conferences.models import Conference
from backend.conferences.states import ConferenceState
from backend.core.clock import database_now, now
from backend.core.errors import Conflict, Forbidden, Invalid
from backend.core.queries import locked
from backend.core.text import Text, say
from backend.people.models import Account
from backend.resolutions import queries
from backend.resolutions.models import Comment, Procedure, Resolution
from backend.resolutions.services.texts import EDITABLE

#: Of one person on one resolution.
MOST_COMMENTS = 100


@transaction.atomic
def comment(*, resolution_id: UUID, account: Account, clause: str = "", text: str) -> Comment:
    """Says something about a clause, or about the whole text. Raises Forbidden for who does not take part, Conflict
    outside the time set for it, Invalid for a clause the text has not got."""
    resolution = locked(Resolution, resolution_id)
    if account.person_id is None or not queries.partakes(account, resolution.conference_id):
        raise Forbidden(say(vi="Chỉ người dự hội nghị được góp ý.", en="Only those who take part may comment."))
    if resolution.state not in EDITABLE or not _in_time(resolution):
        raise Conflict(say(vi="Không phải lúc góp ý.", en="Comments are not being taken."), reason="closed")
    if clause and resolution.wording.place(clause) is None:
        raise Invalid({"clause": say(vi="Văn bản không có đoạn này.", en="The text has no such clause.")})
    if resolution.comments.filter(person=account.person_id).count() >= MOST_COMMENTS:
        raise Conflict(
            say(vi="Mỗi người góp tối đa {n} ý kiến.", en="At most {n} comments from one person.", n=MOST_COMMENTS)
        )
    return Comment.objects.create(
        resolution=resolution,
        conference_id=resolution.conference_id,
        clause=clause,
        person_id=account.person_id,
        text=text,
        text_hash=resolution.wording.hash(),
    )


def _in_time(resolution: Resolution) -> bool:
    return resolution.comments_until is not None and database_now() < resolution.comments_until


@transaction.atomic
def respond(*, comment_id: UUID, response: Text, expected: int | None = None) -> Comment:
    """Answers a comment, once: what people have read as the answer stays. Raises Conflict when it was answered."""
    row = locked(Comment, comment_id, expected=expected)
    if row.response:
        raise Conflict(
            say(vi="Ý kiến này đã được trả lời.", en="This comment was answered already."), reason="answered"
        )
    row.response, row.responded_at = response, now()
    row.save()
    return row


@transaction.atomic
def set_procedure(*, conference: Conference, **values: Any) -> Procedure:
    """How many must stand behind texts and amendments here, from now on. Raises Conflict when the conference is over."""
    if conference.state in {ConferenceState.ARCHIVED, ConferenceState.CANCELLED, ConferenceState.CLOSED}:
        raise Conflict(say(vi="Hội nghị này đã kết thúc.", en="This conference is over."))
    locked(Conference, conference.pk)
    row = Procedure.objects.filter(conference=conference).first() or Procedure(conference=conference)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return row
