"""Telling people that pictures and recordings are made: what is told, and that it was."""

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db import transaction

from backend.conferences.events import PhotoNoticeSet
from backend.conferences.models import Conference, PhotoNotice, PhotoNoticeShown
from backend.conferences.queries.notices import STANDARD, photo_notice
from backend.core import context
from backend.core.errors import Invalid
from backend.core.queries import locked
from backend.core.text import Text, say
from backend.outbox.services import emit


@transaction.atomic
def set_photo_notice(
    *, conference_id: UUID, recorded: bool, text: Text | None = None, expected: int | None = None
) -> PhotoNotice:
    """From now on this is told; without a text, the standard one. Where nothing is recorded, nothing is told. What was
    shown before stays on record. Raises Invalid for a text that is not in every language."""
    conference = locked(Conference, conference_id, expected=expected)
    told = (text or STANDARD) if recorded else {}
    if missing := [code for code, _ in settings.LANGUAGES if told and not told.get(code)]:
        raise Invalid(
            {"text": say(vi="Thiếu bản {codes}.", en="The text in {codes} is missing.", codes=", ".join(missing))}
        )
    last = photo_notice(conference.pk)
    version = last.version if last._state.adding else last.version + 1
    made = PhotoNotice.objects.create(
        conference=conference, version=version, recorded=recorded, text=told, set_by=context.current().actor[:80]
    )
    emit(PhotoNoticeSet(conference_id=conference.pk, version=version, recorded=recorded))
    return made


@transaction.atomic
def show_photo_notice(*, conference_id: UUID, people: Iterable[UUID], place: str, language: str) -> PhotoNotice | None:
    """Records that what holds now was shown to the people there, each once, and returns it; None where nothing is
    recorded. The standard text becomes the conference's first version when it is first shown."""
    notice = photo_notice(conference_id)
    if notice._state.adding:
        notice, _ = PhotoNotice.objects.get_or_create(
            conference_id=conference_id, version=1, defaults={"recorded": True, "text": STANDARD}
        )
    if not notice.recorded:
        return None
    PhotoNoticeShown.objects.bulk_create(
        [PhotoNoticeShown(notice=notice, person_id=one, place=place, language=language) for one in people],
        ignore_conflicts=True,
    )
    return notice
