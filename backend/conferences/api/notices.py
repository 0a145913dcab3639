"""/conferences/{id}/photo-notice: what people are told about pictures and recordings, also as a sheet for the door."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.conferences import services
from backend.conferences.api.printing import choice
from backend.conferences.printing.notice import LANGUAGES, print_notice
from backend.conferences.queries.notices import photo_notice
from backend.conferences.serializers.notices import PhotoNoticeBody, PhotoNoticeSerializer
from backend.core.api import HouseViewSet, etag
from backend.core.errors import Conflict
from backend.core.text import say
from backend.documents.queries import disposition


class TellsOfPictures(HouseViewSet):
    """What the viewset of conferences tells about pictures and recordings."""

    @extend_schema(responses=PhotoNoticeSerializer)
    @action(detail=True, methods=["get"], url_path="photo-notice", filterset_class=None)
    def photo_notice(self, request: Any, pk: str) -> Response:
        """What people are told about pictures and recordings at this conference."""
        conference = self.get_object()
        return Response(PhotoNoticeSerializer(photo_notice(conference.pk)).data, headers={"ETag": etag(conference)})

    @extend_schema(request=PhotoNoticeBody, responses=PhotoNoticeSerializer, summary="Word the notice about pictures")
    @photo_notice.mapping.post
    def set_photo_notice(self, request: Any, pk: str) -> Response:
        """Tells this from now on, in invitations, on reply pages and at check-in. Earlier versions stay on record with
        whom they were shown to."""
        conference = self.get_object()
        made = services.set_photo_notice(
            conference_id=conference.pk, expected=self.expected_version(), **self.body(PhotoNoticeBody)
        )
        return Response(PhotoNoticeSerializer(made).data, headers={"ETag": etag(conference)})

    @extend_schema(
        parameters=[OpenApiParameter("language", str, enum=sorted(LANGUAGES), description="Default: both.")],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    @action(detail=True, methods=["get"], url_path="photo-notice/print", filterset_class=None)
    def print_photo_notice(self, request: Any, pk: str) -> HttpResponse:
        """The notice as a sheet for the door (PDF/A-2b, A4). 409 where nothing is recorded."""
        conference = self.get_object()
        notice = photo_notice(conference.pk)
        if not notice.recorded:
            raise Conflict(say(vi="Hội nghị không chụp ảnh, ghi hình.", en="Nothing is recorded at this conference."))
        language = choice(request, "language", sorted(LANGUAGES), "both")
        return HttpResponse(
            print_notice(conference, notice, language=language),
            content_type="application/pdf",
            headers={"Content-Disposition": disposition(f"{conference.slug}-thong-bao-ghi-hinh.pdf")},
        )
