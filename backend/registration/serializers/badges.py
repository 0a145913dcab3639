"""What the API says about badges, and what it takes."""

from rest_framework import serializers

from backend.core.serializers import Body, HouseSerializer
from backend.registration.models import BadgePrint
from backend.registration.states import Sheet


class BadgePrintSerializer(HouseSerializer):
    """`done`: the file can be fetched. `made` badges are ready."""

    made = serializers.IntegerField(read_only=True)
    wanted = serializers.SerializerMethodField()
    done = serializers.SerializerMethodField()

    class Meta:
        model = BadgePrint
        fields = ("id", "conference", "sheet", "honorifics", "wanted", "made", "done", "created_at")
        read_only_fields = fields

    def get_wanted(self, row: BadgePrint) -> int:
        return len(row.registrations)

    def get_done(self, row: BadgePrint) -> bool:
        return row.document_id is not None


class BadgesBody(Body):
    """Of everybody with a seat, else of those named or of a unit; `changed`: only of those whose badge would be another
    than the last one printed."""

    conference = serializers.UUIDField()
    registrations = serializers.ListField(child=serializers.UUIDField(), required=False, min_length=1, max_length=3000)
    organisation = serializers.UUIDField(required=False)
    changed = serializers.BooleanField(required=False, default=False)
    sheet = serializers.ChoiceField(Sheet.choices, required=False, default=Sheet.A6)
    honorifics = serializers.BooleanField(required=False, default=False)
