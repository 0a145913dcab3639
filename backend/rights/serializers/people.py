"""Copies, corrections and erasures as JSON."""

from typing import Any

from rest_framework import serializers

from backend.core.serializers import Body, HouseSerializer, LanguageMap, Line
from backend.people.addresses import Address
from backend.people.models import Honorific
from backend.rights.models import Correction, Erasure, PersonalExport


class ErasureBody(Body):
    person = serializers.UUIDField()
    request = serializers.UUIDField(required=False, allow_null=True, help_text="The request that asked for it.")


class ExportBody(Body):
    """Without a `person`: the caller's own."""

    person = serializers.UUIDField(required=False, allow_null=True)
    request = serializers.UUIDField(required=False, allow_null=True, help_text="The request that asked for it.")


class ExportSerializer(HouseSerializer):
    job = serializers.UUIDField(source="job_id", allow_null=True, read_only=True)

    class Meta:
        model = PersonalExport
        fields = [
            "id",
            "person",
            "request",
            "job",
            "size",
            "sha256",
            "packed_at",
            "expires_at",
            "fetched_at",
            "version",
        ]
        read_only_fields = fields


class CorrectionSerializer(HouseSerializer):
    """`documents` are those on file that name the person and keep what they say."""

    documents = serializers.ListField(child=serializers.UUIDField(), read_only=True)

    class Meta:
        model = Correction
        fields = ["id", "person", "request", "field", "before", "after", "documents", "by", "at"]
        read_only_fields = fields


class PersonCorrectionBody(ErasureBody):
    full_name = Line(required=False, max_length=120)
    honorific = serializers.ChoiceField(choices=Honorific.choices, required=False)
    email = Address(required=False, allow_blank=True)
    phone = Line(required=False, allow_blank=True, max_length=20)
    position = serializers.UUIDField(required=False, help_text="The office whose `title` is wrong.")
    title = LanguageMap(required=False, one_line=True, max_length=400)


class ErasureSerializer(serializers.ModelSerializer[Any]):
    """`report` says how many rows were erased by holding, what remains with its reason, where a trace is left (`traces`),
    and where there are PDFs nobody could read for traces (`unread`)."""

    report = serializers.DictField(read_only=True)

    class Meta:
        model = Erasure
        fields = ["id", "person", "request", "report", "erased_at"]
        read_only_fields = fields
