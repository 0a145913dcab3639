"""Tellers' sheets as they are entered and read."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.core.serializers import Body, Moment
from backend.core.text import localized
from backend.resolutions.batches import MOST, Batch, differences
from backend.resolutions.models import Sheet
from backend.resolutions.states import BY_TELLERS

CHANNELS = [(each.value, each.label) for each in BY_TELLERS]


class SheetBody(Body):
    """What the caller counted in one batch (`batch`: the name of the box or room, empty where there is one). `count` is by
    the poll's method: `{"yes", "no", "abstain", "blank", "invalid"}`, `{"votes": {id: n}, "valid", "blank", "invalid"}` or
    `{"ballots": [[[ids in order], n], …], "blank", "invalid"}`. Of papers also how many were `issued` and `returned`."""

    channel = serializers.ChoiceField(CHANNELS)
    batch = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
    count = serializers.JSONField()
    issued = serializers.IntegerField(min_value=0, max_value=MOST, required=False, allow_null=True)
    returned = serializers.IntegerField(min_value=0, max_value=MOST, required=False, allow_null=True)


class SheetSerializer(serializers.ModelSerializer[Sheet]):
    teller = serializers.CharField(source="teller.person.full_name", read_only=True)
    count = serializers.JSONField(read_only=True)
    entered_at = Moment(read_only=True)

    class Meta:
        model = Sheet
        fields = ("teller", "sequence", "issued", "returned", "count", "entered_at")
        read_only_fields = fields


class BatchSerializer(serializers.Serializer[Any]):
    """One box or room. `waiting` for a second teller, `agreed` when two found the same, else it `differs`. Tellers read
    each other's last `sheets` and the `differences` once their own is in, everybody else once the poll is counted."""

    channel = serializers.ChoiceField(CHANNELS)
    batch = serializers.CharField(source="name")
    state = serializers.ChoiceField(["waiting", "differs", "agreed"])
    entered_by = serializers.SerializerMethodField()
    sheets = serializers.SerializerMethodField()
    differences = serializers.SerializerMethodField()

    def _is_shown(self, batch: Batch) -> bool:
        return batch.is_shown_to(self.context["person_id"], self.context["poll"])

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_entered_by(self, batch: Batch) -> Any:
        return [sheet.teller.person.full_name for sheet in batch.sheets]

    @extend_schema_field(SheetSerializer(many=True))
    def get_sheets(self, batch: Batch) -> Any:
        return SheetSerializer(batch.sheets, many=True).data if self._is_shown(batch) else []

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_differences(self, batch: Batch) -> Any:
        if not self._is_shown(batch):
            return []
        return [localized(each) for each in differences(batch, self.context["poll"].method)]
