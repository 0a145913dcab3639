"""The agenda as it is shown and written: items, sessions and breaks; a conference's own phases."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.conferences import queries
from backend.conferences.models import AgendaItem, Conference, OwnPhase
from backend.conferences.serializers.fields import Id, OnItsClock, Order, VisibleItem
from backend.conferences.serializers.speakers import NestedSpeakerBody, SpeakerSerializer
from backend.conferences.states import ITEM_MOVES, Confidentiality, DayPart, ItemKind, Phase
from backend.core.serializers import Body, Day, HouseSerializer, LanguageMap, Moment, StatefulSerializer


class OpenPointSerializer(serializers.Serializer[Any]):
    """What the last meeting left open; `source` names the row it comes from, as `conclusion:<id>`."""

    text = LanguageMap()
    source = serializers.CharField()  # type: ignore[assignment]  # every field of the framework has a `source` of its own


class AgendaItemSerializer(OnItsClock, StatefulSerializer):
    """One point of the agenda, a session that holds others (its `parent` is a session), or a break.

    - One that is `pinned` starts at a time of its own. Every other starts when the one before it ends, or together with
      it when it is `parallel`; `starts_at` and `ends_at` follow from that and are null while they are not known. A
      session without minutes lasts as long as what it holds; an item in `reserve` takes no time.
    - A `day` with a `day_part` says when, as long as no hour is known. Such an item is no calendar entry, and
      `calendar_note` says why. `when_said` is the time as people say it.
    - `phase_name` is what the phase is called here: the conference's own word, else the house's; {} for a break, which
      belongs to no phase and only counts as one.
    - One postponed or cancelled stays, with the time planned for it and the `reason`; it takes no time and no room.
    - A `carried_over` item lists in `open_points` what the last meeting left open.
    """

    machine = ITEM_MOVES
    phase_name = serializers.SerializerMethodField()
    when_said = serializers.SerializerMethodField()
    in_calendar = serializers.SerializerMethodField()
    calendar_note = serializers.SerializerMethodField()
    confidentiality = serializers.ChoiceField(
        choices=Confidentiality.choices, allow_blank=True, read_only=True, help_text="Empty: as its session has it."
    )
    open_points = OpenPointSerializer(many=True, read_only=True)
    speakers = SpeakerSerializer(many=True, read_only=True)

    class Meta:
        model = AgendaItem
        fields = (
            "id",
            "conference",
            "parent",
            "kind",
            "phase",
            "own_phase",
            "phase_name",
            "order",
            "title",
            "starts_at",
            "ends_at",
            "pinned",
            "parallel",
            "minutes_planned",
            "day",
            "day_part",
            "when_said",
            "in_calendar",
            "calendar_note",
            "reserve",
            "state",
            "reason",
            "moves",
            "confidentiality",
            "carried_over",
            "open_points",
            "speakers",
            "version",
        )
        read_only_fields = fields

    @extend_schema_field(LanguageMap(required_text=False))
    def get_phase_name(self, item: AgendaItem) -> Any:
        return queries.phase_said(item)

    @extend_schema_field(LanguageMap(required_text=False))
    def get_when_said(self, item: AgendaItem) -> Any:
        texts = {code: queries.item_when_said(item, code) for code in ("vi", "en")}
        return {code: text for code, text in texts.items() if text}

    def get_in_calendar(self, item: AgendaItem) -> bool:
        return queries.calendar_note(item) is None

    @extend_schema_field(LanguageMap(allow_null=True))
    def get_calendar_note(self, item: AgendaItem) -> Any:
        return queries.calendar_note(item)


class AgendaFieldsBody(Body):
    """`starts_at` pins the item; without it the time follows from the one before. `day` says when as long as no hour is
    known, and takes its place. A break needs no phase, and an item in an `own_phase` has the one that stands for."""

    kind = serializers.ChoiceField(choices=ItemKind.choices, required=False)
    phase = serializers.ChoiceField(
        choices=Phase.choices,
        required=False,
        help_text="May be left out of a break, of what is in an `own_phase`, and where nothing is to change; else needed.",
    )
    order = Order()
    title = LanguageMap(one_line=True, max_length=1000)
    starts_at = Moment(required=False, allow_null=True)
    day = Day(required=False, allow_null=True)
    day_part = serializers.ChoiceField(choices=DayPart.choices, required=False, allow_blank=True)
    minutes_planned = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=1440)
    parallel = serializers.BooleanField(required=False)
    reserve = serializers.BooleanField(required=False)
    confidentiality = serializers.ChoiceField(choices=Confidentiality.choices, required=False, allow_blank=True)
    carried_over = serializers.BooleanField(required=False)


class InnermostAgendaBody(AgendaFieldsBody):
    """`phase_name` names a phase of the conference's own, which is added; the `phase` is what it counts as."""

    phase_name = LanguageMap(one_line=True, max_length=200, required=False, required_text=False)
    speakers = serializers.ListField(child=NestedSpeakerBody(), required=False, max_length=50)


class InnerAgendaBody(InnermostAgendaBody):
    children = serializers.ListField(child=InnermostAgendaBody(), required=False, max_length=500)


class NestedAgendaBody(InnermostAgendaBody):
    """In a new conference agenda items come with their speakers and with what they hold, at most three deep: what has
    `children` is a session."""

    children = serializers.ListField(child=InnerAgendaBody(), required=False, max_length=500)


class AgendaItemBody(AgendaFieldsBody):
    """The item stands directly behind `after` and all that one holds (null: first), in the same session; without it
    last of the session `parent`, else last of all. Whatever is below makes room. `order` says a free place outright."""

    conference = Id(queryset=Conference.objects.all())
    parent = VisibleItem(required=False, allow_null=True)  # type: ignore[assignment]  # every field has a `parent`
    after = VisibleItem(required=False, allow_null=True)
    own_phase = Id(queryset=OwnPhase.objects.all(), required=False, allow_null=True)


class OwnPhaseSerializer(HouseSerializer):
    """A phase of one conference alone; for the record it counts as `stands_for`."""

    class Meta:
        model = OwnPhase
        fields = ("id", "conference", "order", "name", "stands_for", "version")
        read_only_fields = fields


class OwnPhaseBody(Body):
    conference = Id(queryset=Conference.objects.all())
    order = Order()
    name = LanguageMap(one_line=True, max_length=200)
    stands_for = serializers.ChoiceField(choices=Phase.choices)


class ItemCallOffBody(Body):
    reason = LanguageMap(max_length=2000)
