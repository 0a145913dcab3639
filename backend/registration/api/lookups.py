"""Finding what a request names."""

import hashlib
import json
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from rest_framework.response import Response

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


def tagged(request: Any, shown: Any, *, apart_from: str = "") -> Response:
    """The answer with the SHA-256 of what it says as its ETag, or 304 for who holds it already: cheap to ask for again
    and again. The member `apart_from` is not what it says."""
    said = {name: value for name, value in dict(shown).items() if name != apart_from}
    digest = hashlib.sha256(json.dumps(said, cls=DjangoJSONEncoder, sort_keys=True).encode()).hexdigest()
    headers = {"ETag": f'"{digest}"'}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return Response(status=304, headers=headers)
    return Response(shown, headers=headers)
