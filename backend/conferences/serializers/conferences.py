"""A conference as it is shown, drafted and edited."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.conferences import queries
from backend.conferences.models import Conference, Organiser, Series
from backend.conferences.serializers.agenda import AgendaItemSerializer, NestedAgendaBody
from backend.conferences.serializers.fields import Count, Head, Id, OnItsClock
from backend.conferences.serializers.named import OrganisationThen
from backend.conferences.serializers.parts import (
    DutySerializer,
    NestedDutyBody,
    SiteFieldsBody,
    SiteSerializer,
)
from backend.conferences.serializers.rooms import AgendaRoomSerializer
from backend.conferences.states import MOVES, ClashPolicy, Confidentiality, DayPart, Kind
from backend.core.serializers import Body, Day, HouseSerializer, LanguageMap, Line, Moment, StatefulSerializer
from backend.people.models import Organisation


class OrganiserSerializer(HouseSerializer):
    organisation = serializers.SerializerMethodField()

    class Meta:
        model = Organiser
        fields = ("role", "order", "organisation")
        read_only_fields = fields

    @extend_schema_field(OrganisationThen)
    def get_organisation(self, organiser: Organiser) -> Any:
        return OrganisationThen.of(organiser.organisation, organiser.conference.day)


class ConferenceSummary(OnItsClock, StatefulSerializer):
    """A conference in a list. `moves` names the verbs its state allows; who may use them is asked when they are used."""

    machine = MOVES
    organisers = OrganiserSerializer(many=True, read_only=True)
    sites = SiteSerializer(many=True, read_only=True)
    when_said = serializers.SerializerMethodField()
    where_said = serializers.SerializerMethodField()

    class Meta:
        model = Conference
        fields: tuple[str, ...] = (
            "id",
            "slug",
            "kind",
            "title",
            "state",
            "moves",
            "confidentiality",
            "day",
            "day_part",
            "starts_at",
            "ends_at",
            "time_zone",
            "when_said",
            "where_said",
            "capacity",
            "sequence",
            "series",
            "recurrence_id",
            "organisers",
            "sites",
            "version",
        )
        read_only_fields = fields

    @extend_schema_field(LanguageMap(required_text=False))
    def get_when_said(self, conference: Conference) -> dict[str, str]:
        return _in_each_language(queries.when_said, conference)

    @extend_schema_field(LanguageMap(required_text=False))
    def get_where_said(self, conference: Conference) -> dict[str, str]:
        return _in_each_language(queries.where_said, conference)


def _in_each_language(said: Any, conference: Conference) -> dict[str, str]:
    """What is said by language; {} when nothing is known."""
    texts = {code: said(conference, code) for code in ("vi", "en")}
    return {code: text for code, text in texts.items() if text}


class ConferenceSerializer(ConferenceSummary):
    """The whole conference but its speeches, which are a list of their own (/speeches?conference=…), as far as it is open
    to the caller: agenda items, their rooms and duties, the conference it `follows` and those it is `followed_by`.

    `release` is the number of the latest released programme, null while there is none. Once there is one, `agenda`,
    `agenda_rooms` and session chairs are the working programme of those who work on the conference; everybody else
    finds none here and reads /conferences/{id}/programme. So it is with one that is called off: time, name, places and
    programme are then what was last told, to everybody who does not work on it.

    Of a series, `recurrence_id` is the local time it was first planned for, and `by_hand` names what was written in this
    occurrence alone: later edits of the series leave that as it is.
    """

    by_hand = serializers.ListField(child=serializers.CharField(), read_only=True)
    release = serializers.IntegerField(source="last_release", read_only=True, allow_null=True)
    agenda = AgendaItemSerializer(many=True, read_only=True)
    agenda_rooms = AgendaRoomSerializer(many=True, read_only=True)
    duties = DutySerializer(many=True, read_only=True)
    topics = serializers.ListField(child=serializers.CharField(), read_only=True)
    standards = serializers.ListField(child=serializers.CharField(), read_only=True)
    legal_basis = serializers.ListField(child=LanguageMap(), read_only=True)
    follows = serializers.SerializerMethodField()
    followed_by = serializers.SerializerMethodField()
    expected = Count(read_only=True)
    attended = Count(read_only=True)

    class Meta(ConferenceSummary.Meta):
        fields = (
            *ConferenceSummary.Meta.fields,
            "by_hand",
            "follows",
            "followed_by",
            "announced_at",
            "opened_at",
            "closed_at",
            "period_reviewed",
            "period_planned",
            "topics",
            "standards",
            "legal_basis",
            "expected",
            "attended",
            "reason",
            "note",
            "release",
            "agenda",
            "agenda_rooms",
            "duties",
            "clash_policy",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_follows(self, conference: Conference) -> Any:
        return conference.follows and str(conference.follows.pk)

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_followed_by(self, conference: Conference) -> Any:
        return [str(later.pk) for later in conference.followed_by.all()]


class VisibleConference(Id):
    """A conference the caller may know of."""

    def get_queryset(self) -> Any:
        return queries.visible_to(self.context["request"].user)


class ConferenceEditBody(Body):
    """What may be written of a conference; whatever is left out stays as it is."""

    kind = serializers.ChoiceField(choices=Kind.choices)
    title = LanguageMap(one_line=True, max_length=500)
    lead = Id(queryset=Organisation.objects.all())
    co_organisers = serializers.ListField(child=Id(queryset=Organisation.objects.all()), required=False, max_length=50)
    series = Id(queryset=Series.objects.all(), required=False, allow_null=True)
    follows = VisibleConference(queryset=Conference.objects.none(), required=False, allow_null=True)
    confidentiality = serializers.ChoiceField(choices=Confidentiality.choices, required=False)
    day = Day(required=False, allow_null=True)
    day_part = serializers.ChoiceField(choices=DayPart.choices, required=False, allow_blank=True)
    starts_at = Moment(required=False, allow_null=True)
    ends_at = Moment(required=False, allow_null=True)
    time_zone = Line(required=False, max_length=40)
    period_reviewed = Line(required=False, allow_blank=True, max_length=40)
    period_planned = Line(required=False, allow_blank=True, max_length=40)
    topics = serializers.ListField(child=Line(max_length=200), required=False, max_length=50)
    standards = serializers.ListField(
        child=Line(max_length=100), required=False, max_length=50, help_text="As they are cited: TCVN ISO 9001:2015."
    )
    legal_basis = serializers.ListField(child=LanguageMap(max_length=1000), required=False, max_length=50)
    expected = Count(required=False)
    attended = Count(required=False)
    capacity = Head()
    clash_policy = serializers.ChoiceField(choices=ClashPolicy.choices, required=False)
    note = LanguageMap(required=False, required_text=False)


class ConferenceDraftBody(ConferenceEditBody):
    """A whole conference in one call: organisers, sites, agenda, duties."""

    slug = serializers.SlugField(required=False, max_length=120)
    sites = serializers.ListField(child=SiteFieldsBody(), required=False, max_length=20)
    agenda = serializers.ListField(child=NestedAgendaBody(), required=False, max_length=500)
    duties = serializers.ListField(child=NestedDutyBody(), required=False, max_length=300)


class GavelBody(Body):
    """When it happened, if not just now."""

    at = Moment(required=False)


class CallOffBody(Body):
    reason = LanguageMap(max_length=2000)
