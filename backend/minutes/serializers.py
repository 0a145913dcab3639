"""The record's entries and minutes as JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.conferences.models import Conference
from backend.core.serializers import Body, Day, HouseSerializer, LanguageMap, Part
from backend.documents.queries import written_number
from backend.minutes import drafting
from backend.minutes.models import Conclusion, Finding, Minutes, Proposal

ENTRY = ["id", "version", "conference", "speech", "order", "kind", "text"]


class EntrySerializer(HouseSerializer):
    """Without an `order` a new entry goes last. The conference of an entry never changes."""

    order = serializers.IntegerField(min_value=0, max_value=32767, required=False)

    def get_fields(self) -> Any:
        fields = super().get_fields()
        if self.instance is not None or self.partial:
            fields["conference"].read_only = True
        return fields


class FindingSerializer(EntrySerializer):
    class Meta:
        model = Finding
        fields = [*ENTRY, "scope"]
        read_only_fields = ["version"]


class AddresseeResponse(Part):
    """What one of the bodies a proposal is addressed to answered, and when."""

    addressee = LanguageMap(max_length=500, help_text="One of `addressees`, by its Vietnamese name.")
    text = LanguageMap(max_length=10000)
    on = Day(required=False, allow_null=True, default=None)

    def to_internal_value(self, data: Any) -> Any:
        said = super().to_internal_value(data)
        return {**said, "on": said["on"].isoformat() if said.get("on") else None}

    def to_representation(self, instance: Any) -> Any:
        return dict(instance)


class ProposalSerializer(EntrySerializer):
    """`response` is what was answered at the conference, `responses` what each addressee answered; `unanswered` are the
    addressees that have not."""

    addressees = serializers.ListField(child=LanguageMap(max_length=500), max_length=20, required=False)
    responses = serializers.ListField(child=AddresseeResponse(), max_length=20, required=False)
    unanswered = serializers.ListField(child=LanguageMap(), read_only=True)

    class Meta:
        model = Proposal
        fields = [*ENTRY, "proposer", "addressees", "response", "responses", "unanswered"]
        read_only_fields = ["version"]


class ConclusionSerializer(EntrySerializer):
    """`deadline_said` keeps the deadline as it was said; `due_from` and `due_to` are the days it is taken to mean."""

    class Meta:
        model = Conclusion
        fields = [*ENTRY, "subject", "addressee", "deadline_said", "due_from", "due_to", "accepted"]
        read_only_fields = ["version"]


class MinutesBlockSerializer(Body):
    id = serializers.CharField(help_text="Made of the row the block comes from; stable when drawn again.")
    kind = serializers.CharField()
    marker = serializers.CharField(required=False, help_text="The passage's marker: 1. or a)")
    text = LanguageMap(required_text=False, help_text="Empty where the record is silent.")
    sources = serializers.ListField(child=serializers.CharField(), help_text="The rows it comes from: speech:<id> …")
    edited = serializers.BooleanField()
    locked = serializers.BooleanField(
        help_text="It follows from the counted record (votes, official attendance, what was put to the vote): it is"
        " neither reworded nor removed here, and is refreshed when drawn again."
    )
    drawn = LanguageMap(
        required_text=False, required=False, help_text="What the record says where the text was edited."
    )


class MinutesSummarySerializer(HouseSerializer):
    official_number = serializers.SerializerMethodField()

    class Meta:
        model = Minutes
        fields = [
            "id", "version", "conference", "supplements", "document", "state", "official_number", "content_hash",
            "submitted_at", "approved_at", "approved_by", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field({"type": ["string", "null"]})
    def get_official_number(self, minutes: Any) -> str | None:
        number = getattr(minutes.document, "official_number", None)
        return written_number(number) if number else None


class MinutesHeadSerializer(serializers.Serializer[Any]):
    """What stands above the text, by the names of the day it is about."""

    organisation = LanguageMap(one_line=True, required_text=False)
    parent = LanguageMap(one_line=True, required_text=False, help_text="The organisation above the issuing one.")  # type: ignore[assignment]
    symbol = serializers.CharField(allow_blank=True)
    title = LanguageMap(one_line=True)
    gathering = LanguageMap(one_line=True, help_text="What the closing calls it: hội nghị, hội thảo …")
    number = serializers.CharField(allow_blank=True, help_text="Empty until the minutes are approved.")


class MinutesSerializer(MinutesSummarySerializer):
    content = serializers.SerializerMethodField()
    head = serializers.SerializerMethodField()

    class Meta:
        model = Minutes
        fields = [*MinutesSummarySerializer.Meta.fields, "head", "content"]
        read_only_fields = fields

    @extend_schema_field(MinutesBlockSerializer(many=True))
    def get_content(self, minutes: Any) -> Any:
        return drafting.shown(minutes)

    @extend_schema_field(MinutesHeadSerializer)
    def get_head(self, minutes: Any) -> Any:
        return minutes.head


class DraftBody(Body):
    conference = serializers.PrimaryKeyRelatedField(queryset=Conference.objects.all(), pk_field=serializers.UUIDField())


class RewrittenBlock(Body):
    id = serializers.CharField(max_length=200)
    text = LanguageMap()


class AddedBlock(Body):
    after = serializers.CharField(max_length=200, required=False, help_text="Default: just before the closing.")
    text = LanguageMap()


class EditBody(Body):
    blocks = RewrittenBlock(many=True, required=False)
    added = AddedBlock(many=True, required=False)
    removed = serializers.ListField(child=serializers.CharField(max_length=200), required=False)


class SupplementBody(Body):
    reason = LanguageMap(max_length=2000)


class OvertakenBlockSerializer(Body):
    id = serializers.CharField()
    before = LanguageMap(required_text=False)
    after = LanguageMap(required_text=False)


class RegeneratedSerializer(Body):
    minutes = MinutesSerializer()
    changed = OvertakenBlockSerializer(many=True, help_text="Edited passages whose record is no longer what it was.")


class BlockSourceSerializer(Body):
    reference = serializers.CharField()
    kind = serializers.CharField()
    id = serializers.UUIDField()
    found = serializers.BooleanField(help_text="Whether the row still stands in the record.")
    rows = serializers.IntegerField()


class ProvenanceSerializer(Body):
    block = serializers.CharField()
    kind = serializers.CharField()
    edited = serializers.BooleanField()
    sources = BlockSourceSerializer(many=True)
