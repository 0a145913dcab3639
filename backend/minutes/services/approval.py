"""From draft to approved minutes, and what mends them afterwards."""

from uuid import UUID

from django.db import transaction

from backend.conferences.models import Conference
from backend.core.clock import local, now
from backend.core.errors import Conflict
from backend.core.queries import locked
from backend.core.text import Text, say
from backend.documents import services as documents
from backend.documents.queries import written_number
from backend.minutes import drafting
from backend.minutes.drafting.blocks import block, compose, ended, same
from backend.minutes.drafting.words import day
from backend.minutes.events import MinutesApproved, MinutesDrafted, MinutesSentBack, MinutesSubmitted
from backend.minutes.models import Minutes
from backend.minutes.queries import content_hash, whole
from backend.minutes.services.writing import KIND, drawn_now, render
from backend.minutes.states import MOVES, MinutesState
from backend.outbox.services import emit


@transaction.atomic
def submit(*, minutes_id: UUID, expected: int | None = None) -> Minutes:
    """Lays the draft before the chair; it cannot be edited until it is sent back."""
    minutes = locked(Minutes, minutes_id, expected=expected)
    MOVES.move(minutes, "submit")
    minutes.submitted_at = now()
    minutes.save()
    emit(MinutesSubmitted(minutes_id=minutes.pk, conference_id=minutes.conference_id, document_id=minutes.document_id))
    return minutes


@transaction.atomic
def send_back(*, minutes_id: UUID, expected: int | None = None) -> Minutes:
    minutes = locked(Minutes, minutes_id, expected=expected)
    MOVES.move(minutes, "send_back")
    minutes.submitted_at = None
    minutes.save()
    emit(MinutesSentBack(minutes_id=minutes.pk, conference_id=minutes.conference_id, document_id=minutes.document_id))
    return minutes


@transaction.atomic
def approve(*, minutes_id: UUID, account_id: UUID, expected: int | None = None) -> Minutes:
    """Numbers the minutes, files the final .docx and PDF, and seals them: PostgreSQL refuses every later change.

    Raises Conflict, naming the blocks, when a locked one is no longer what the record says.
    """
    minutes = locked(Minutes.objects.select_related("conference", "document"), minutes_id, expected=expected)
    MOVES.move(minutes, "approve")
    if overtaken := drafting.overtaken(minutes.content, drawn_now(minutes)):
        raise Conflict(
            say(
                vi="Hồ sơ đã khác từ khi lập biên bản. Hãy trả lại, lập lại từ hồ sơ (regenerate) rồi trình lại.",
                en="The record has changed since the minutes were drawn. Send them back, regenerate first, submit again.",
            ),
            blocks=overtaken,
        )
    minutes.approved_at, minutes.approved_by_id = now(), account_id
    number = documents.next_number(
        organisation_id=minutes.document.organisation_id,
        kind=KIND,
        year=local(minutes.approved_at).year,
        document_id=minutes.document_id,
    )
    minutes.head = {**minutes.head, "number": written_number(number)}
    minutes.content_hash = content_hash(minutes.head, minutes.content)
    minutes.save()
    render(minutes_id=minutes.pk)
    emit(
        MinutesApproved(
            minutes_id=minutes.pk,
            conference_id=minutes.conference_id,
            document_id=minutes.document_id,
            official_number_id=number.pk,
            content_hash=minutes.content_hash,
        )
    )
    return minutes


@transaction.atomic
def supplement(*, minutes_id: UUID, reason: Text) -> Minutes:
    """New minutes that mend approved ones: they name them and the reason, and are edited, approved and numbered alike.

    Raises Conflict unless the minutes are approved.
    """
    minutes = Minutes.objects.select_related("document").get(pk=minutes_id)
    locked(Conference, minutes.conference_id)
    if minutes.state != MinutesState.APPROVED or minutes.approved_at is None:
        raise Conflict(say(vi="Chỉ bổ sung biên bản đã duyệt.", en="Only approved minutes can be supplemented."))
    conference = whole(minutes.conference_id)
    head = drafting.head(conference)
    head["title"] = compose(
        "Bổ sung Biên bản số {number} {name}",
        "Supplement to Minutes No. {number}: {name}",
        number=same(minutes.head["number"]),
        name=minutes.head["title"] if minutes.supplements_id is None else head["title"],
    )
    document = documents.open_file(
        organisation_id=minutes.document.organisation_id, kind=KIND, title=head["title"], conference_id=conference.pk
    )
    points_back = compose(
        "Bổ sung Biên bản số {number} được duyệt {day}. Lý do: {reason}",
        "Supplement to minutes No. {number} approved on {day}. Reason: {reason}",
        number=same(minutes.head["number"]),
        day=day(local(minutes.approved_at).date()),
        reason=ended(reason),
    )
    made = Minutes.objects.create(
        conference=conference,
        supplements=minutes,
        document=document,
        head=head,
        content=drafting.frame(conference, block("supplement", "supplement", points_back, f"minutes:{minutes.pk}")),
    )
    render(minutes_id=made.pk)
    emit(MinutesDrafted(minutes_id=made.pk, conference_id=conference.pk, document_id=document.pk))
    return made
