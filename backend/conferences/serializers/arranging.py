"""Arranging a whole agenda: what is asked for, and what it does to whom."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.conferences.models import Duty
from backend.conferences.queries.deadlines import Behind
from backend.conferences.queries.effects import Concerned, Effects
from backend.conferences.queries.timetables import warning_said
from backend.conferences.serializers.clashes import ClashSerializer
from backend.conferences.serializers.fields import OnGivenClock, Times
from backend.conferences.serializers.named import NamedPerson, OrganisationThen, day_of
from backend.conferences.serializers.rooms import RoomSerializer
from backend.conferences.timetable import Warning
from backend.core.serializers import Body, LanguageMap, Moment
from backend.core.text import both, say


class PlaceBody(Body):
    """`parent` left out: the item stays in its session; null: it stands at the top. `starts_at` pins it, null lets its
    time follow from the order."""

    id = serializers.UUIDField()
    parent = serializers.UUIDField(required=False, allow_null=True)  # type: ignore[assignment]  # every field has one
    parallel = serializers.BooleanField(required=False)
    minutes_planned = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=1440)
    starts_at = Moment(required=False, allow_null=True)


class ArrangeBody(Body):
    """Every item of the agenda exactly once, in the order it is read in from top to bottom."""

    items = serializers.ListField(child=PlaceBody(), max_length=500, allow_empty=False)


class ShiftBody(Body):
    """Everything after the item `after`, or beginning at the moment `from` or later, is moved by so many minutes
    (negative: earlier), up to and with the item `until`. Only the day on which that begins is moved, and no item changes
    its day, unless `across_days` is said."""

    after = serializers.UUIDField(required=False)
    minutes = serializers.IntegerField(min_value=-1440, max_value=1440)
    until = serializers.UUIDField(required=False)
    across_days = serializers.BooleanField(required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {**super().get_fields(), "from": Moment(required=False)}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("after" in attrs) == ("from" in attrs):
            raise serializers.ValidationError(
                {"after": say(vi="Ghi after hoặc from, chỉ một.", en="Give either after or from.")}
            )
        if attrs["minutes"] == 0:
            raise serializers.ValidationError({"minutes": say(vi="Phải khác 0.", en="Must not be 0.")})
        if "from" in attrs:
            attrs["since"] = attrs.pop("from")
        return attrs


class PlannedTimes(serializers.Serializer[Any]):
    """Null is unknown."""

    starts_at = Moment(source="start", allow_null=True)
    ends_at = Moment(source="end", allow_null=True)


class ItemMoveSerializer(serializers.Serializer[Any]):
    """An item that begins or ends at another time, or stands in another session. One that is `pinned` now has a start of
    its own; `other_day` says that it changes the day."""

    agenda_item = serializers.UUIDField(source="item.id")
    title = LanguageMap(source="item.title")
    before = PlannedTimes()
    after = PlannedTimes()
    pinned = serializers.BooleanField(source="item.pinned")
    other_session = serializers.BooleanField()
    other_day = serializers.BooleanField()


class ConcernedSerializer(serializers.Serializer[Any]):
    """Somebody with a part in a moved item: a speaker, or one with a duty there. `group` is a bloc or group as said."""

    role = serializers.ChoiceField(choices=["speaker", "chair", "panel", "secretary", "teller"])
    agenda_item = serializers.UUIDField()
    person = NamedPerson(allow_null=True)
    organisation = OrganisationThen(allow_null=True)
    office = LanguageMap(required_text=False)
    group = LanguageMap(required_text=False)

    def to_representation(self, concerned: Concerned) -> dict[str, Any]:
        row = concerned.row
        return {
            "role": concerned.role,
            "agenda_item": str(row.agenda_item_id),
            "person": row.person and self.fields["person"].to_representation(row.person),
            "organisation": OrganisationThen.of(row.organisation, day_of(row)),
            "office": row.office,
            "group": row.group if isinstance(row, Duty) else row.bloc,
        }


class RoomMoveSerializer(serializers.Serializer[Any]):
    """When a room is taken, before and after (null: not at all), by a site or by one of its agenda items."""

    room = RoomSerializer()
    site = serializers.UUIDField(source="site_id")
    agenda_item = serializers.UUIDField(source="item_id", allow_null=True)
    before = Times(allow_null=True)
    after = Times(allow_null=True)


class RoomConflictSerializer(serializers.Serializer[Any]):
    """The room is wanted while it is taken; by whom is not said. Setting up and clearing are counted."""

    room = RoomSerializer()
    agenda_item = serializers.UUIDField(source="item_id", allow_null=True)
    wanted = Times()
    taken = Times()


class WarningSerializer(serializers.Serializer[Any]):
    """What does not fit: `agenda_item` runs over into the fixed time of `other`, or out of the session `other`, or of
    the conference, by so many minutes."""

    kind = serializers.ChoiceField(choices=["runs_over", "before_start", "past_end", "outside_session", "other_day"])
    agenda_item = serializers.UUIDField(source="item")
    other = serializers.UUIDField(allow_null=True)
    minutes = serializers.IntegerField()
    said = serializers.SerializerMethodField()

    @extend_schema_field(LanguageMap())
    def get_said(self, warning: Warning) -> Any:
        return both(warning_said(warning, self.context["titles"]))


class BehindStartSerializer(serializers.Serializer[Any]):
    """A deadline that lies after the start, for instance since the conference was moved: the start applies in its place,
    and letters and pages say that."""

    kind = serializers.ChoiceField(choices=["delegation", "invitation-list"])
    id = serializers.UUIDField()
    title = LanguageMap()
    deadline = serializers.DateTimeField(help_text="As it was set.")
    said = serializers.SerializerMethodField()

    @extend_schema_field(LanguageMap())
    def get_said(self, behind: Behind) -> Any:
        return both(behind.said)


class WarningsSerializer(serializers.Serializer[Any]):
    results = WarningSerializer(many=True)
    deadlines = BehindStartSerializer(many=True)


class EffectsSerializer(OnGivenClock, serializers.Serializer[Any]):
    """What an arrangement does, or would do. `refusal` is why it cannot be, null when it can; `end_passed_by` by how
    many minutes the programme runs beyond the conference's end."""

    moves = ItemMoveSerializer(many=True)
    people = ConcernedSerializer(many=True)
    rooms = RoomMoveSerializer(many=True)
    conflicts = RoomConflictSerializer(many=True)
    clashes = ClashSerializer(many=True)
    warnings = WarningSerializer(many=True)
    end_passed_by = serializers.IntegerField()
    refusal = serializers.SerializerMethodField()

    @extend_schema_field(LanguageMap(allow_null=True))
    def get_refusal(self, effects: Effects) -> Any:
        return both(effects.refusal) if effects.refusal is not None else None
