"""Correcting what the directory says of a person, at their request: before and after on record."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from backend.core import context
from backend.core.errors import Invalid
from backend.core.queries import locked
from backend.core.text import localized, say
from backend.outbox.services import emit
from backend.people import services as people
from backend.people.models import Person, Position
from backend.privacy.holdings import holdings, subject_of
from backend.rights.events import PersonCorrected
from backend.rights.models import Correction, DataRequest
from backend.rights.services.requests import complete, granted
from backend.rights.states import RequestKind

#: What of a person can be corrected this way; an office by its `position`.
FIELDS = ("full_name", "honorific", "email", "phone")


@transaction.atomic
def correct(
    *,
    person_id: UUID,
    changes: Mapping[str, Any],
    position_id: UUID | None = None,
    title: Mapping[str, str] | None = None,
    request_id: UUID | None = None,
) -> list[Correction]:
    """Corrects name, honorific, e-mail, telephone number or an office, and completes the request that asked for it.

    Documents on file keep what they say; each correction carries the ids of those that name the person, as a note.
    Raises NotFound, Invalid for an office of somebody else, for nothing to correct, or a request about something else.
    """
    person = locked(Person, person_id)
    request = granted(request_id, person_id, RequestKind.CORRECT)
    noted = sorted({str(pk) for each in holdings() for pk in each.documents(subject_of(person_id))})
    was = {field: str(getattr(person, field)) for field in changes}
    made = [
        _made(person, request, field, was[field], str(after), noted)
        for field, after in changes.items()
        if was[field] != str(after)
    ]
    if made:
        people.change_person(person_id=person_id, changes=changes)
    if title is not None:
        made += _office(person, position_id, title, request, noted)
    if not made:
        raise Invalid({"changes": say(vi="Không có gì khác với hồ sơ.", en="Nothing differs from the record.")})
    emit(PersonCorrected(person_id=person_id, fields=sorted(row.field for row in made)))
    if request is not None:
        complete(request_id=request.pk)
    return made


def _office(
    person: Person,
    position_id: UUID | None,
    title: Mapping[str, str],
    request: DataRequest | None,
    noted: list[str],
) -> list[Correction]:
    position = Position.objects.filter(person=person, pk__in=[position_id] if position_id else []).first()
    if position is None:
        raise Invalid({"position": say(vi="Người này không giữ chức vụ ấy.", en="This is no office of theirs.")})
    before, after = localized(position.title, "vi"), localized(title, "vi")
    if dict(title) == position.title:
        return []
    people.change_position(position_id=position.pk, changes={"title": dict(title)})
    return [_made(person, request, "office", before, after, noted)]


def _made(
    person: Person, request: DataRequest | None, field: str, before: str, after: str, noted: list[str]
) -> Correction:
    return Correction.objects.create(
        person=person,
        request=request,
        field=field,
        before=before[:400],
        after=after[:400],
        documents=noted,
        by=context.current().actor[:80],
    )
