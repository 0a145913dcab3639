"""Putting findings, proposals and conclusions on record, amending and striking them."""

from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from backend.conferences.models import Conference, Speech
from backend.conferences.states import ConferenceState
from backend.core.errors import Conflict, Invalid
from backend.core.queries import locked
from backend.core.text import say
from backend.minutes.events import RecordAmended, RecordEntered, RecordStruck
from backend.minutes.models import Conclusion, Entry, Finding, Proposal
from backend.outbox.services import emit

Kept = TypeVar("Kept", Finding, Proposal, Conclusion)


def _open(conference_id: UUID) -> Conference:
    conference = locked(Conference, conference_id)
    if conference.state == ConferenceState.ARCHIVED:
        raise Conflict(
            say(vi="Hồ sơ hội nghị đã lưu, không sửa được nữa.", en="The conference is archived; its record is closed.")
        )
    return conference


def _check(entry: Entry) -> None:
    """A speech of another conference cannot have brought it up; a deadline cannot end before it begins."""
    if entry.speech_id and not Speech.objects.filter(pk=entry.speech_id, conference_id=entry.conference_id).exists():
        raise Invalid(
            {"speech": say(vi="Phát biểu này thuộc hội nghị khác.", en="This speech belongs to another conference.")}
        )
    if isinstance(entry, Proposal):
        _check_responses(entry)
    if isinstance(entry, Conclusion) and entry.due_from and entry.due_to and entry.due_to < entry.due_from:
        raise Invalid({"due_to": say(vi="Không thể trước ngày bắt đầu.", en="Must not be before due_from.")})


def _check_responses(proposal: Proposal) -> None:
    """Only the bodies it is addressed to answer, each once."""
    asked = [one["vi"] for one in proposal.addressees]
    answered = [one["addressee"]["vi"] for one in proposal.responses]
    if strangers := [name for name in answered if name not in asked]:
        sentence = say(vi="Không gửi tới: {name}.", en="It is not addressed to: {name}.", name=strangers[0])
        raise Invalid({"responses": sentence})
    if len(set(answered)) < len(answered):
        raise Invalid({"responses": say(vi="Mỗi nơi trả lời một lần.", en="Each addressee answers once.")})


@transaction.atomic
def enter(*, entry: type[Kept], conference_id: UUID, **values: Any) -> Kept:
    """Puts a new entry on record; without an `order` it goes last."""
    conference = _open(conference_id)
    if values.get("order") is None:
        last = entry.objects.filter(conference=conference).order_by("-order").values_list("order", flat=True).first()
        values["order"] = min((last or 0) + 1, 32767)
    made = entry(conference=conference, **values)
    _check(made)
    made.save()
    emit(RecordEntered(entry=entry._meta.model_name or "", entry_id=made.pk, conference_id=conference.pk))
    return made


@transaction.atomic
def amend(*, entry: type[Kept], entry_id: UUID, expected: int | None = None, **values: Any) -> Kept:
    row = locked(entry, entry_id, expected=expected)
    _open(row.conference_id)
    for name, value in values.items():
        setattr(row, name, value)
    _check(row)
    row.save()
    emit(RecordAmended(entry=entry._meta.model_name or "", entry_id=row.pk, conference_id=row.conference_id))
    return row


@transaction.atomic
def strike(*, entry: type[Kept], entry_id: UUID, expected: int | None = None) -> None:
    """Takes the entry off the record; minutes already approved keep what they say."""
    row = locked(entry, entry_id, expected=expected)
    _open(row.conference_id)
    emit(RecordStruck(entry=entry._meta.model_name or "", entry_id=row.pk, conference_id=row.conference_id))
    row.delete()
