"""Lists of people as JSON: the file and what was understood of it, and its rows as a preview."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.core.serializers import Body, HouseSerializer, LanguageMap
from backend.imports.models import Import, ImportRow
from backend.imports.states import Outcome
from backend.people.serializers import OrganisationBrief


class CountsSerializer(serializers.Serializer[Any]):
    """How many rows there are, how many would do what, and how many were committed."""

    total = serializers.IntegerField(source="rows_total")
    pending = serializers.IntegerField(source="rows_pending")
    new = serializers.IntegerField(source="rows_new")
    known = serializers.IntegerField(source="rows_known")
    duplicate = serializers.IntegerField(source="rows_duplicate")
    ambiguous = serializers.IntegerField(source="rows_ambiguous")
    error = serializers.IntegerField(source="rows_error")
    committed = serializers.IntegerField(source="rows_committed")


assert {*Outcome.values, "total", "committed"} == set(CountsSerializer().fields)


class ImportSerializer(HouseSerializer):
    rows = CountsSerializer(source="*", read_only=True)
    headings = serializers.DictField(
        child=serializers.CharField(),
        read_only=True,
        help_text="The columns that were understood → the words above them.",
    )
    unused = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="The headings of columns nothing is taken from."
    )

    class Meta:
        model = Import
        fields = [
            "id", "organisation", "list", "uploaded_by", "filename", "format", "size", "sha256", "state", "reason",
            "sheet", "heading_row", "headings", "unused", "rows", "kept", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields


class ImportBody(serializers.Serializer[Any]):
    """A form with one file, .xlsx or .csv, whose people belong to `organisation` unless a row says otherwise; those of
    a committed file are put on the invitation `list`, if one is named."""

    file = serializers.FileField(max_length=255, allow_empty_file=True)
    organisation = serializers.UUIDField()
    list = serializers.UUIDField(required=False)


class CellFlawSerializer(serializers.Serializer[Any]):
    column = serializers.CharField(help_text="As in `values` and `entry`.")
    reason = LanguageMap()


class EntrySerializer(serializers.Serializer[Any]):
    """What the row says, tidied; empty where it says nothing."""

    full_name = serializers.CharField(allow_blank=True)
    honorific = serializers.CharField(allow_blank=True)
    degree = serializers.CharField(allow_blank=True)
    office = serializers.CharField(allow_blank=True)
    unit = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_blank=True)
    alternate_email = serializers.CharField(allow_blank=True)
    phone = serializers.CharField(allow_blank=True, help_text="E.164.")
    language = serializers.CharField()
    since = serializers.CharField(allow_blank=True, help_text="In office since this day.")


class ImportRowSerializer(HouseSerializer):
    values = serializers.DictField(
        child=serializers.CharField(), read_only=True, help_text="What stands in the cells, by column."
    )
    entry = EntrySerializer(read_only=True)
    errors = CellFlawSerializer(many=True, read_only=True)  # type: ignore[assignment]
    remarks = CellFlawSerializer(many=True, read_only=True)
    unit = OrganisationBrief(read_only=True, allow_null=True)
    candidates = serializers.ListField(child=serializers.UUIDField(), read_only=True)
    import_id = serializers.SerializerMethodField()

    class Meta:
        model = ImportRow
        fields = [
            "id", "import_id", "number", "outcome", "values", "entry", "errors", "remarks", "duplicate_of", "unit",
            "person", "candidates", "decided", "committed_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.UUIDField())
    def get_import_id(self, row: ImportRow) -> str:
        return str(row.imported_id)


class MeantBody(Body):
    """One of the row's candidates, or null: somebody new."""

    person = serializers.UUIDField(allow_null=True)
