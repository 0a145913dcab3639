"""Finding what a request names."""

from typing import Any
from uuid import UUID

from backend.conferences.models import Conference
from backend.conferences.queries import visible_to as visible_conferences
from backend.conferences.rules import organises
from backend.core.errors import Invalid, NotFound
from backend.core.text import say


def conference_of(request: Any, conference_id: UUID) -> Conference:
    conference = Conference.objects.prefetch_related("organisers").filter(pk=conference_id).first()
    # Who organises it sees it; asking that first spares those who work the dearer question.
    if conference is None or not (
        organises.test(request.user, conference) or visible_conferences(request.user).filter(pk=conference_id).exists()
    ):
        raise Invalid({"conference": say(vi="Không tìm thấy hội nghị này.", en="There is no such conference.")})
    return conference


def uuid_of(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise NotFound() from None
