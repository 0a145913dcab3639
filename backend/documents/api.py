"""Documents on file, their bytes, and the register of official numbers."""

from typing import Any

from django.http import HttpResponse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.core.api import HouseViewSet
from backend.core.errors import Invalid
from backend.core.schema import BYTES_AT_HAND
from backend.core.text import say
from backend.documents import queries, rules, services
from backend.documents.answers import bytes_of
from backend.documents.models import Document, OfficialNumber
from backend.documents.serializers import DocumentSerializer, OfficialNumberSerializer, VoidBody


class DocumentFilter(filters.FilterSet):
    conference = filters.UUIDFilter(field_name="conference_id")

    class Meta:
        model = Document
        fields = ["kind", "organisation", "public"]


class DocumentViewSet(HouseViewSet):
    """Documents on file with their versions."""

    rules = rules.DOCUMENTS
    scope = "documents"
    queryset = Document.objects.none()
    serializer_class = DocumentSerializer
    filterset_class = DocumentFilter

    def get_queryset(self) -> Any:
        return queries.visible_to(self.account)

    @extend_schema(
        parameters=[
            OpenApiParameter("version", int, description="Default: the last one you may read."),
            BYTES_AT_HAND,
            OpenApiParameter("format", str, enum=sorted(queries.MEDIA_TYPES), description="Default: pdf."),
        ],
        responses={
            **{(200, media_type): OpenApiTypes.BINARY for media_type in queries.MEDIA_TYPES.values()},
            304: OpenApiResponse(description="Still what you have."),
        },
    )
    @action(detail=True, methods=["get"], filterset_class=None)
    def content(self, request: Any, pk: str | None = None) -> HttpResponse:
        """The bytes of one version. The ETag is their SHA-256."""
        document = self.get_object()
        format = request.query_params.get("format", "pdf")
        if format not in queries.MEDIA_TYPES:
            raise Invalid({"format": say(vi="Chỉ có docx hoặc pdf.", en="Only docx or pdf.")})
        found = queries.content(
            document,
            version=self.number_asked_for("version"),
            format=format,
            drafts=queries.works_on(self.account, document),
        )
        return bytes_of(found, request)


class OfficialNumberFilter(filters.FilterSet):
    organisation = filters.UUIDFilter(field_name="series__organisation_id")
    kind = filters.CharFilter(field_name="series__kind")
    year = filters.NumberFilter(field_name="series__year")


class OfficialNumberViewSet(HouseViewSet):
    """The register of official numbers: each belongs to a document, or its gap is explained."""

    rules = rules.OFFICIAL_NUMBERS
    scope = "documents"
    queryset = OfficialNumber.objects.none()
    serializer_class = OfficialNumberSerializer
    filterset_class = OfficialNumberFilter

    def get_queryset(self) -> Any:
        return queries.numbers_visible_to(self.account)

    @extend_schema(request=VoidBody, responses=OfficialNumberSerializer)
    @action(detail=True, methods=["post"])
    def void(self, request: Any, pk: str | None = None) -> Response:
        """Takes the number off a document that was never issued; the reason explains the gap."""
        number = self.get_object()
        body = self.body(VoidBody)
        services.void_number(official_number_id=number.pk, expected=self.expected_version(), **body)
        return self.answer(self.get_object())
