"""Series and templates: how they are shown and written, what an edit does to the occurrences, what is cloned."""

import datetime as dt
import re
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.conferences.models import (
    Conference,
    ConferenceTemplate,
    OutlineDuty,
    OutlineItem,
    OutlineSite,
    Room,
    Series,
    Venue,
)
from backend.conferences.recurrence import tidy
from backend.conferences.serializers.fields import Id, OnGivenClock
from backend.conferences.serializers.named import HolderSerializer
from backend.conferences.serializers.rooms import RoomSerializer, VenueBrief
from backend.conferences.states import ClonePart, Confidentiality, DayPart, DutyKind, ItemKind, Kind, Outcome, Phase
from backend.core.serializers import YEARS, Body, Day, HouseSerializer, LanguageMap, Line, Moment
from backend.core.text import say
from backend.people.models import Organisation, Person


@extend_schema_field({"type": "string", "examples": ["2026-11-23", "2026-11-23T08:00:00"]})
class LocalTime(serializers.Field[Any, Any, Any, Any]):
    """A time on the series' own clock, without an offset, or a day."""

    def to_internal_value(self, data: Any) -> str:
        try:
            given = dt.datetime.fromisoformat(data)
            if given.tzinfo is not None or given.year not in YEARS or given.second or given.microsecond:
                raise ValueError
        except (TypeError, ValueError):
            raise serializers.ValidationError(
                say(
                    vi="Phải là giờ địa phương như 2026-11-23T08:00:00, hoặc ngày.",
                    en="Must be a local time such as 2026-11-23T08:00:00, or a day.",
                )
            ) from None
        return given.isoformat() if "T" in data or " " in data else given.date().isoformat()

    def to_representation(self, value: Any) -> Any:
        return value


class WallTime(serializers.TimeField):
    """A time on the series' own clock, to the minute."""

    def to_internal_value(self, value: Any) -> dt.time:
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d(:00)?", str(value)):
            raise serializers.ValidationError(
                say(vi="Phải là giờ địa phương như 08:00.", en="Must be a local time such as 08:00.")
            )
        return dt.time.fromisoformat(str(value))


# The standing part


class OutlineSiteSerializer(HouseSerializer):
    venue = VenueBrief(read_only=True)
    room = RoomSerializer(read_only=True, allow_null=True)

    class Meta:
        model = OutlineSite
        fields = ("order", "venue", "room")
        read_only_fields = fields


class OutlineItemSerializer(HouseSerializer):
    """`carried_over`: what the last meeting left open is listed here. `parent_order` is that of the session that holds
    the item, null at the top; `phase_name` what its phase is called, {} where the house's word will do."""

    confidentiality = serializers.ChoiceField(choices=Confidentiality.choices, allow_blank=True, read_only=True)
    parent_order = serializers.IntegerField(source="parent.order", default=None, allow_null=True, read_only=True)

    class Meta:
        model = OutlineItem
        fields = (
            "order",
            "parent_order",
            "kind",
            "phase",
            "phase_name",
            "title",
            "minutes_planned",
            "parallel",
            "reserve",
            "confidentiality",
            "carried_over",
        )
        read_only_fields = fields


class OutlineDutySerializer(HolderSerializer):
    """Who has a duty in every conference drafted from here, unless it is changed there."""

    class Meta:
        model = OutlineDuty
        fields = ("order", "kind", "person", "organisation", "office", "group")
        read_only_fields = fields


class OutlinedSerializer(HouseSerializer):
    """A row with its outline laid open."""

    kind = serializers.ChoiceField(source="outline.kind", choices=Kind.choices, read_only=True)
    confidentiality = serializers.ChoiceField(
        source="outline.confidentiality", choices=Confidentiality.choices, read_only=True
    )
    topics = serializers.ListField(source="outline.topics", child=serializers.CharField(), read_only=True)
    standards = serializers.ListField(source="outline.standards", child=serializers.CharField(), read_only=True)
    legal_basis = serializers.ListField(source="outline.legal_basis", child=LanguageMap(), read_only=True)
    sites = OutlineSiteSerializer(source="outline.sites", many=True, read_only=True)
    agenda = OutlineItemSerializer(source="outline.agenda", many=True, read_only=True)
    duties = OutlineDutySerializer(source="outline.duties", many=True, read_only=True)


OUTLINE_FIELDS = ("kind", "confidentiality", "topics", "standards", "legal_basis", "sites", "agenda", "duties")


class SeriesSerializer(OutlinedSerializer):
    """`added` and `left_out` stand beside the rule (RDATE, EXDATE), as local times or days. A cancelled occurrence is not
    left out: it stays, as cancelled. Without a first day nothing is planned. Occurrences exist `horizon_days` ahead."""

    continued_by = serializers.SerializerMethodField()

    class Meta:
        model = Series
        fields = (
            "id",
            "title",
            "organisation",
            "rule",
            "starts_on",
            "start_time",
            "minutes",
            "day_part",
            "time_zone",
            "added",
            "left_out",
            "horizon_days",
            "announces",
            "continues",
            "continued_by",
            *OUTLINE_FIELDS,
            "version",
        )
        read_only_fields = fields

    added = serializers.ListField(child=LocalTime(), read_only=True)
    left_out = serializers.ListField(child=LocalTime(), read_only=True)

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_continued_by(self, series: Series) -> Any:
        follower = getattr(series, "continued_by", None)
        return str(follower.pk) if follower else None


class TemplateSerializer(OutlinedSerializer):
    """What a conference drafted from it begins with, under the template's title unless another is given."""

    class Meta:
        model = ConferenceTemplate
        fields = ("id", "title", "organisation", *OUTLINE_FIELDS, "version")
        read_only_fields = fields


class OutlineSiteBody(Body):
    venue = Id(queryset=Venue.objects.all())
    room = Id(queryset=Room.objects.all(), required=False, allow_null=True)


class InnermostOutlineItemBody(Body):
    """`carried_over`: what the last meeting left open is listed under this item of the next. `phase_name` names a phase
    of the conference's own; the `phase` is what it counts as, and only a break needs none."""

    kind = serializers.ChoiceField(choices=ItemKind.choices, required=False)
    phase = serializers.ChoiceField(choices=Phase.choices, required=False)
    phase_name = LanguageMap(one_line=True, max_length=200, required=False, required_text=False)
    title = LanguageMap(one_line=True, max_length=1000)
    minutes_planned = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=1440)
    parallel = serializers.BooleanField(required=False)
    reserve = serializers.BooleanField(required=False)
    confidentiality = serializers.ChoiceField(choices=Confidentiality.choices, required=False, allow_blank=True)
    carried_over = serializers.BooleanField(required=False)


class InnerOutlineItemBody(InnermostOutlineItemBody):
    children = serializers.ListField(child=InnermostOutlineItemBody(), required=False, max_length=500)


class OutlineItemBody(InnermostOutlineItemBody):
    """What has `children` is a session; at most three deep."""

    children = serializers.ListField(child=InnerOutlineItemBody(), required=False, max_length=500)


class OutlineDutyBody(Body):
    """A person (with the office held on the day of each conference), an office without a name, or a group."""

    kind = serializers.ChoiceField(choices=DutyKind.choices)
    person = Id(queryset=Person.objects.all(), required=False, allow_null=True)
    organisation = Id(queryset=Organisation.objects.all(), required=False, allow_null=True)
    office = LanguageMap(one_line=True, max_length=500, required=False, required_text=False)
    group = LanguageMap(one_line=True, max_length=500, required=False, required_text=False)


class OutlinedBody(Body):
    """Lists are replaced as a whole; they stand in the order they are given in."""

    kind = serializers.ChoiceField(choices=Kind.choices, required=False)
    confidentiality = serializers.ChoiceField(choices=Confidentiality.choices, required=False)
    topics = serializers.ListField(child=Line(max_length=200), required=False, max_length=50)
    standards = serializers.ListField(child=Line(max_length=100), required=False, max_length=50)
    legal_basis = serializers.ListField(child=LanguageMap(max_length=1000), required=False, max_length=50)
    sites = serializers.ListField(child=OutlineSiteBody(), required=False, max_length=20)
    agenda = serializers.ListField(child=OutlineItemBody(), required=False, max_length=500)
    duties = serializers.ListField(child=OutlineDutyBody(), required=False, max_length=300)


class RuleLine(Line):
    """A recurrence rule; only what is left empty is none."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        value = super().run_validation(data)
        if data != "" and isinstance(value, str) and not tidy(value):
            raise serializers.ValidationError([say(vi="Không đọc được.", en="Cannot be read.")])
        return value


class SeriesBody(OutlinedBody):
    """`rule` is an RFC 5545 RRULE of days, weeks, months or years, as FREQ=MONTHLY;BYDAY=WE;BYSETPOS=3; empty: only the
    first day and the `added` ones, one of which there must be. Of a series with meetings it is not emptied: `/end` says why
    they end. Without `start_time` the occurrences have a day (and a part of it) but no hour."""

    title = LanguageMap(one_line=True, max_length=500)
    organisation = Id(queryset=Organisation.objects.all())
    rule = RuleLine(required=False, allow_blank=True, max_length=500)
    starts_on = Day(required=False, allow_null=True)
    start_time = WallTime(required=False, allow_null=True)
    minutes = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=20160)
    day_part = serializers.ChoiceField(choices=DayPart.choices, required=False, allow_blank=True)
    time_zone = Line(required=False, max_length=40)
    added = serializers.ListField(child=LocalTime(), required=False, max_length=500)
    left_out = serializers.ListField(child=LocalTime(), required=False, max_length=500)
    horizon_days = serializers.IntegerField(required=False, min_value=1, max_value=730)
    announces = serializers.BooleanField(required=False)


class SplitBody(SeriesBody):
    """`since` is the recurrence_id of the first occurrence that changes; the rest is what changes from there on."""

    since = serializers.CharField(max_length=40)
    title = LanguageMap(one_line=True, max_length=500, required=False)
    organisation = None  # type: ignore[assignment]  # a series stays with its organisation


class LeftBehindSerializer(serializers.Serializer[Any]):
    """A cancelled agenda item of the original, which the clone does not have."""

    id = serializers.UUIDField()
    title = LanguageMap(required_text=False)


class EndBody(Body):
    """The last day on which the series still meets, and why it ends: announced meetings after it are cancelled with that
    reason, drafts nobody has touched are removed."""

    last_day = Day()
    reason = LanguageMap(max_length=2000)


class ChangeSerializer(serializers.Serializer[Any]):
    """What happens to one occurrence. `by_hand` names what of the edit did not reach it, since it was set there by hand;
    `rooms_taken` the standing rooms it has to do without, `offices_left` people named in an office they have left by
    its day."""

    recurrence_id = serializers.CharField()
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    conference = serializers.UUIDField(source="conference_id", allow_null=True)
    day = serializers.DateField(allow_null=True)
    starts_at = serializers.DateTimeField(allow_null=True)
    fields_changed = serializers.ListField(source="fields", child=serializers.CharField())
    by_hand = serializers.ListField(child=serializers.CharField())
    rooms_taken = serializers.ListField(child=serializers.UUIDField())
    offices_left = serializers.ListField(child=serializers.UUIDField())


class PreviewSerializer(OnGivenClock, serializers.Serializer[Any]):
    """What would happen; nothing has. Of many occurrences that would be created, the first. Moments are on the series'
    own clock."""

    changes = ChangeSerializer(many=True)


class ShortfallSerializer(serializers.Serializer[Any]):
    """An occurrence without its standing room (no times: it is free again), or one that does not exist yet."""

    recurrence_id = serializers.CharField()
    conference = serializers.UUIDField(source="conference_id", allow_null=True)
    day = serializers.DateField(allow_null=True)
    starts_at = serializers.DateTimeField(allow_null=True)
    room = RoomSerializer(allow_null=True)
    taken_from = serializers.DateTimeField(allow_null=True)
    taken_until = serializers.DateTimeField(allow_null=True)


class SeriesReportSerializer(OnGivenClock, serializers.Serializer[Any]):
    """What of the plan is amiss; moments are on the series' own clock."""

    planned = serializers.IntegerField(help_text="Occurrences still to come, up to the horizon.")
    shortfalls = ShortfallSerializer(many=True)


# Clones and templates


class DraftedBody(Body):
    """What is the new conference's own; what is left out it has from what it is drafted from. Its day and hours are only
    what is given here: without any it has no day yet."""

    title = LanguageMap(one_line=True, max_length=500, required=False)
    slug = serializers.SlugField(required=False, max_length=120)
    lead = Id(queryset=Organisation.objects.all(), required=False)
    day = Day(required=False, allow_null=True)
    day_part = serializers.ChoiceField(choices=DayPart.choices, required=False, allow_blank=True)
    starts_at = Moment(required=False, allow_null=True)
    ends_at = Moment(required=False, allow_null=True)
    time_zone = Line(required=False, max_length=40)


class CloneBody(DraftedBody):
    """`parts` names what is taken over beside kind, title, confidentiality and clash policy; agenda times keep their
    distance from the start, and `speakers` come with the `agenda`. With `follows` the clone is the next meeting after the
    original: what that left open stands on its `carried_over` agenda items."""

    parts = serializers.ListField(child=serializers.ChoiceField(choices=ClonePart.choices))
    follows = serializers.BooleanField(default=False)


class TemplateBody(OutlinedBody):
    """From scratch, which needs a `title` and an `organisation`, or with the `parts` of a `conference`: then under its
    title and lead organiser unless others are given. What is given beside wins over the parts."""

    title = LanguageMap(one_line=True, max_length=500, required=False)
    organisation = Id(queryset=Organisation.objects.all(), required=False)
    conference = Id(queryset=Conference.objects.all(), required=False)
    parts = serializers.ListField(
        child=serializers.ChoiceField(choices=["sites", "agenda", "duties", "topics", "legal_basis"]), required=False
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not self.partial and "conference" not in attrs:
            missing = {name: self.error_messages["required"] for name in ("title", "organisation") if name not in attrs}
            if missing:
                raise serializers.ValidationError(missing)
        if self.partial and not {"conference", "parts"}.isdisjoint(attrs):
            raise serializers.ValidationError(
                {"conference": say(vi="Chỉ dùng khi lập mẫu.", en="Only when the template is made.")}
            )
        return attrs
