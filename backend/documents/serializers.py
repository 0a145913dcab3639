"""Documents, versions and numbers as JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.core.serializers import Body, HouseSerializer
from backend.documents import queries
from backend.documents.models import Document, DocumentFile, OfficialNumber


class DocumentFileSerializer(HouseSerializer):
    class Meta:
        model = DocumentFile
        fields = ["number", "draft", "media_type", "filename", "sha256", "size", "created_at"]
        read_only_fields = fields


class DocumentSerializer(HouseSerializer):
    versions = DocumentFileSerializer(many=True, read_only=True)
    official_number = serializers.SerializerMethodField(help_text="As written: 05/BB-KT2; null while there is none.")

    class Meta:
        model = Document
        fields = [
            "id", "version", "organisation", "kind", "title", "conference_id", "public", "official_number", "versions",
            "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field({"type": ["string", "null"]})
    def get_official_number(self, document: Any) -> str | None:
        number = getattr(document, "official_number", None)
        return queries.written_number(number) if number else None


class OfficialNumberSerializer(HouseSerializer):
    organisation = serializers.UUIDField(source="series.organisation_id", read_only=True)
    kind = serializers.CharField(source="series.kind", read_only=True)
    year = serializers.IntegerField(source="series.year", read_only=True)
    written = serializers.SerializerMethodField()

    class Meta:
        model = OfficialNumber
        fields = [
            "id",
            "version",
            "organisation",
            "kind",
            "year",
            "number",
            "written",
            "document",
            "gap_reason",
            "created_at",
        ]
        read_only_fields = fields

    @extend_schema_field({"type": "string"})
    def get_written(self, number: OfficialNumber) -> str:
        return queries.written_number(number)


class VoidBody(Body):
    reason = serializers.CharField(max_length=200)
