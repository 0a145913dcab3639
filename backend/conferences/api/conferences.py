"""/conferences: scheduling a conference and leading it through its life."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.conferences import queries, rules, services
from backend.conferences.api.arranging import ArrangingActions
from backend.conferences.api.notices import TellsOfPictures
from backend.conferences.api.printing import PrintsProgrammes
from backend.conferences.api.programmes import ReleasesProgrammes
from backend.conferences.api.shelf import shown_clashes, shown_crowded_sites, shown_offices_left
from backend.conferences.models import Conference, Series
from backend.conferences.serializers.clashes import ClashesSerializer, CrowdedSiteSerializer, written
from backend.conferences.serializers.conferences import (
    CallOffBody,
    ConferenceDraftBody,
    ConferenceEditBody,
    ConferenceSerializer,
    ConferenceSummary,
    GavelBody,
)
from backend.conferences.serializers.series import CloneBody, LeftBehindSerializer
from backend.conferences.serializers.speakers import OfficeLeftSerializer
from backend.conferences.states import ClonePart, ConferenceState, ItemState, Kind
from backend.core.errors import Invalid
from backend.core.shown import RECORD
from backend.core.text import say

_WARNINGS: dict[str, Any] = {
    "offices_left": OfficeLeftSerializer(many=True, read_only=True),
    "crowded_sites": CrowdedSiteSerializer(many=True, read_only=True),
}
ConferenceCloned = written(
    ConferenceSerializer,
    named="ConferenceCloned",
    **_WARNINGS,
    left_behind=LeftBehindSerializer(many=True, read_only=True),
)
ConferenceWritten = written(ConferenceSerializer, **_WARNINGS)


class ConferenceFilters(django_filters.FilterSet):
    """`day_from` and `day_to` include their days; conferences without a known day are in no range. `topic` and `standard`
    are one of those listed, as it is written there; `legal_basis` is any part of one, as 19/2014/QĐ-TTg."""

    state = django_filters.ChoiceFilter(choices=ConferenceState.choices)
    kind = django_filters.ChoiceFilter(choices=Kind.choices, method="about")
    organisation = django_filters.UUIDFilter(method="held_by", label="Lead or co-organiser")
    day_from = django_filters.DateFilter(method="from_day", label="The first day")
    day_to = django_filters.DateFilter(method="to_day", label="The last day")
    series = django_filters.UUIDFilter("series_id")
    follows = django_filters.UUIDFilter(method="following", label="The conference it follows")
    topic = django_filters.CharFilter("topics", method="listed", label="A topic")
    standard = django_filters.CharFilter("standards", method="listed", label="A standard")
    legal_basis = django_filters.CharFilter("legal_basis__icontains", method="about", label="Part of a legal basis")
    slug = django_filters.CharFilter("slug")

    class Meta:
        model = Conference
        fields: tuple[str, ...] = ()

    def held_by(self, rows: QuerySet[Conference], name: str, organisation_id: UUID) -> QuerySet[Conference]:
        return rows.filter(queries.held_by(organisation_id))

    def from_day(self, rows: QuerySet[Conference], name: str, day: dt.date) -> QuerySet[Conference]:
        return rows.filter(queries.found_by_day(self.request.user, day__gte=day))

    def to_day(self, rows: QuerySet[Conference], name: str, day: dt.date) -> QuerySet[Conference]:
        return rows.filter(queries.found_by_day(self.request.user, day__lte=day))

    def listed(self, rows: QuerySet[Conference], name: str, wanted: str) -> QuerySet[Conference]:
        return self.about(rows, f"{name}__contains", [wanted])

    def about(self, rows: QuerySet[Conference], name: str, wanted: Any) -> QuerySet[Conference]:
        return rows.filter(queries.found_by_matter(self.request.user, **{name: wanted}))

    def following(self, rows: QuerySet[Conference], name: str, conference_id: UUID) -> QuerySet[Conference]:
        """Finds nothing behind a conference the caller may not know of."""
        return rows.filter(follows__in=queries.visible_to(self.request.user).filter(pk=conference_id))


class ConferenceViewSet(ArrangingActions, PrintsProgrammes, ReleasesProgrammes, TellsOfPictures):
    """Conferences the caller may see. Writing belongs to the lead organisation; chairs may start and close."""

    queryset = Conference.objects.none()
    serializer_class = ConferenceSerializer
    rules = rules.CONFERENCES
    shows = RECORD
    scope = "conferences"
    edited_by_two = True
    needs_if_match = frozenset({"arrange", "shift"})
    blind_to_versions = frozenset({"clone"})
    filterset_class = ConferenceFilters
    search_fields = ("folded",)

    def get_queryset(self) -> QuerySet[Conference]:
        visible = queries.visible_to(self.account)
        if self.action == "list":
            return queries.for_lists(visible)
        return queries.for_details(visible, self.account) if self.action == "retrieve" else visible

    def searched(self, rows: QuerySet[Conference], words: Sequence[str]) -> QuerySet[Conference]:
        """One that was given another name while it is called off is found by the name the caller reads."""
        known = queries.renamed_since(self.account)
        found = [pk for pk, name in known.items() if all(word in name for word in words)]
        as_it_is = super().searched(rows, words).exclude(pk__in=known)
        return as_it_is | rows.filter(pk__in=found) if found else as_it_is

    def get_serializer_class(self) -> Any:
        return ConferenceSummary if self.action == "list" else ConferenceSerializer

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        if self.action == "list":
            queries.show_as_told(page or (), self.account)
        return page

    def answer(self, row: Any, status: int = 200, serializer_class: Any = None) -> Response:
        """Who does not work on a conference that is called off reads what was last told of it."""
        if isinstance(row, Conference):
            queries.show_as_told([row], self.account)
        return super().answer(row, status, serializer_class)

    def _answer(self, conference: Conference, status: int = 200) -> Response:
        """The conference as it stands now, with everything it consists of and what clashes."""
        response = self.answer(
            queries.for_details(Conference.objects.filter(pk=conference.pk), self.account).get(), status
        )
        response.data["clashes"] = shown_clashes(conference, self.account)
        response.data["offices_left"] = shown_offices_left(conference, self.account)
        response.data["crowded_sites"] = shown_crowded_sites(conference)
        return response

    @extend_schema(request=ConferenceDraftBody, responses={201: ConferenceWritten})
    def create(self, request: Any) -> Response:
        fields = self.body(ConferenceDraftBody)
        self.check_object_permissions(request, fields["lead"])
        self._may_join(request, fields.get("series"))
        parts = {
            name: fields.pop(name) for name in ("lead", "co_organisers", "sites", "agenda", "duties") if name in fields
        }
        return self._answer(services.draft(fields=fields, **parts), 201)  # type: ignore[arg-type]

    @extend_schema(request=ConferenceEditBody, responses=ConferenceWritten)
    def partial_update(self, request: Any, pk: str) -> Response:
        conference = self.get_object()
        fields = self.body(ConferenceEditBody, partial=True)
        organisers = {name: fields.pop(name) for name in ("lead", "co_organisers") if name in fields}
        if "lead" in organisers:
            self.check_object_permissions(request, organisers["lead"])
        self._may_join(request, fields.get("series"))
        expected = self.expected_version()
        return self._answer(services.edit(conference_id=conference.pk, fields=fields, expected=expected, **organisers))  # type: ignore[arg-type]

    def _may_join(self, request: Any, series: Series | None) -> None:
        """Raises unless the caller organises the series: what one of its meetings left open reaches the next."""
        if series is not None:
            self.check_object_permissions(request, series)

    @extend_schema(responses=ClashesSerializer)
    @action(detail=True)
    def clashes(self, request: Any, pk: str) -> Response:
        """Lists who is needed in two places at once, equipment claimed beyond what there is, who is named in an office not
        held on the conference's day, and sites that let in more people than their room has seats."""
        conference = self.get_object()
        return Response(
            {
                "results": shown_clashes(conference, self.account),
                "offices_left": shown_offices_left(conference, self.account),
                "crowded_sites": shown_crowded_sites(conference),
            }
        )

    @extend_schema(request=CloneBody, responses={201: ConferenceCloned})
    @action(detail=True, methods=["post"])
    def clone(self, request: Any, pk: str) -> Response:
        """Adds a draft with the chosen parts of this conference, led by its lead organiser or by `lead`.

        Rooms are taken at once when the time is exact; when one of them is not free, nothing is cloned. Cancelled agenda
        items stay behind: `left_behind` names them.
        """
        original = self.get_object()
        fields = self.body(CloneBody)
        parts, follows, lead = fields.pop("parts"), fields.pop("follows"), fields.pop("lead", None)
        leading = lead or queries.lead_organisation(original)
        if leading is None:
            raise Invalid({"lead": say(vi="Phải có đơn vị chủ trì.", en="A lead organiser is needed.")})
        self.check_object_permissions(request, leading)
        besides = queries.hidden_in(original, self.account) | queries.unreleased_in(original, self.account)
        off = (
            original.agenda.filter(state=ItemState.CANCELLED).exclude(pk__in=besides)
            if ClonePart.AGENDA in parts
            else []
        )
        left_behind = [{"id": str(item.pk), "title": item.title} for item in off]
        made = services.clone(
            conference_id=original.pk,
            parts=parts,
            fields=fields,  # type: ignore[arg-type]
            lead=leading,
            follows=follows,
            besides=besides,
        )
        response = self._answer(made, 201)
        response.data["left_behind"] = left_behind
        return response

    def _move(self, verb: Callable[..., Conference], body: Any = None) -> Response:
        conference = self.get_object()
        given = self.body(body) if body else {}
        return self._answer(verb(conference_id=conference.pk, expected=self.expected_version(), **given))

    @extend_schema(request=None, responses=ConferenceWritten)
    @action(detail=True, methods=["post"])
    def announce(self, request: Any, pk: str) -> Response:
        """Makes a draft or postponed conference public and books its rooms."""
        return self._move(services.announce)

    @extend_schema(request=GavelBody, responses=ConferenceWritten)
    @action(detail=True, methods=["post"])
    def start(self, request: Any, pk: str) -> Response:
        """Opens the conference: from now on people are checked in and polls are held."""
        return self._move(services.start, GavelBody)

    @extend_schema(request=GavelBody, responses=ConferenceWritten)
    @action(detail=True, methods=["post"])
    def close(self, request: Any, pk: str) -> Response:
        """Ends the conference; its minutes are drafted from the record."""
        return self._move(services.close, GavelBody)

    @extend_schema(request=None, responses=ConferenceWritten)
    @action(detail=True, methods=["post"])
    def archive(self, request: Any, pk: str) -> Response:
        """Lays a closed conference on file."""
        return self._move(services.archive)

    @extend_schema(request=CallOffBody, responses=ConferenceWritten)
    @action(detail=True, methods=["post"])
    def postpone(self, request: Any, pk: str) -> Response:
        """Puts an announced conference off without a new time; its rooms are free again."""
        return self._move(services.postpone, CallOffBody)

    @extend_schema(request=CallOffBody, responses=ConferenceWritten)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Any, pk: str) -> Response:
        """Calls the conference off: its rooms are free again and its invitations are withdrawn."""
        return self._move(services.cancel, CallOffBody)

    @extend_schema(request=None, responses=ConferenceWritten)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Any, pk: str) -> Response:
        """Makes a cancelled conference a draft again and takes its rooms back."""
        return self._move(services.reopen)
