"""/sites, /agenda-items, /duties, /speeches: what a conference consists of; /venues, /rooms, /series: what they share."""

from collections.abc import Callable
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.response import Response

from backend.conferences import queries, rules, services
from backend.conferences.models import AgendaItem, Duty, Room, Series, Site, Speech, Venue
from backend.conferences.serializers.parts import (
    AgendaItemBody,
    AgendaItemSerializer,
    DutyBody,
    DutySerializer,
    RoomBody,
    RoomSerializer,
    SeriesBody,
    SeriesSerializer,
    SiteBody,
    SiteSerializer,
    SpeechBody,
    SpeechSerializer,
    VenueBody,
    VenueSerializer,
)
from backend.conferences.states import DutyKind, SpeechKind
from backend.core.api import HouseViewSet
from backend.core.errors import Invalid, NotFound
from backend.core.text import say


class Shelf(HouseViewSet):
    """Rows that are listed, read, added, edited and removed alike: subclasses name the body and the three services.

    `noun` is the services' word for a row: the id is passed as `<noun>_id`. The shelf's `parent` is the body's field
    that says who answers for a new row.
    """

    scope = "conferences"
    edited_by_two = True
    rules = rules.PARTS
    body_class: ClassVar[Any]
    noun: ClassVar[str]
    parent: ClassVar[str]
    add: ClassVar[Callable[..., Any]]
    edit: ClassVar[Callable[..., Any]]
    remove: ClassVar[Callable[..., Any]]

    def _target(self, row: Any) -> dict[str, Any]:
        return {f"{self.noun}_id": row.pk, "expected": self.expected_version()}

    def _shown(self, row: Any, status: int = 200) -> Response:
        return self.answer(self.get_queryset().get(pk=row.pk), status)

    def _add(self, request: Any, fields: dict[str, Any]) -> Any:
        self.check_object_permissions(request, fields[self.parent])
        return type(self).add(fields=fields)

    def create(self, request: Any) -> Response:
        return self._shown(self._add(request, self.body(self.body_class)), 201)

    def partial_update(self, request: Any, pk: str) -> Response:
        row = self.get_object()
        fields = self.body(self.body_class, partial=True)
        if fields.get(self.parent) is not None:
            self.check_object_permissions(request, fields[self.parent])
        return self._shown(type(self).edit(**self._target(row), fields=fields))

    def destroy(self, request: Any, pk: str) -> Response:
        type(self).remove(**self._target(self.get_object()))
        return Response(status=204)


def described(body: Any, shown: Any) -> Any:
    """Class decorator: what the shelf's writing operations read and show, for the API's description."""
    return extend_schema_view(
        create=extend_schema(request=body, responses={201: shown}),
        partial_update=extend_schema(request=body, responses=shown),
        destroy=extend_schema(responses={204: None}),
    )


class PartFilters(django_filters.FilterSet):
    conference = django_filters.UUIDFilter("conference_id")


class PartShelf(Shelf):
    """Rows of one conference. Who may not see the conference finds none of them."""

    parent = "conference"
    ordering: tuple[str, ...] = ("conference_id", "order", "id")
    filterset_class = PartFilters

    def get_queryset(self) -> QuerySet[Any]:
        return queries.parts_visible_to(super().get_queryset(), self.account)

    def _add(self, request: Any, fields: dict[str, Any]) -> Any:
        conference = fields.pop("conference")
        if not queries.visible_to(self.account).filter(pk=conference.pk).exists():
            raise NotFound()
        self.check_object_permissions(request, conference)
        return type(self).add(conference_id=conference.pk, fields=fields)

    def partial_update(self, request: Any, pk: str) -> Response:
        row = self.get_object()
        fields = self.body(self.body_class, partial=True)
        if fields.pop("conference", row.conference) != row.conference:
            raise Invalid(
                {"conference": say(vi="Không chuyển sang hội nghị khác được.", en="Cannot move to another conference.")}
            )
        return self._shown(type(self).edit(**self._target(row), fields=fields))


@described(SiteBody, SiteSerializer)
class SiteViewSet(PartShelf):
    """Where a conference takes place: several at once are several sites."""

    queryset = Site.objects.select_related("conference", "venue", "room")
    serializer_class = SiteSerializer
    body_class, noun = SiteBody, "site"
    add, edit, remove = services.add_site, services.edit_site, services.remove_site


@described(AgendaItemBody, AgendaItemSerializer)
class AgendaItemViewSet(PartShelf):
    """A conference's agenda, in phases."""

    queryset = AgendaItem.objects.select_related("conference")
    serializer_class = AgendaItemSerializer
    body_class, noun = AgendaItemBody, "agenda_item"
    add, edit, remove = services.add_agenda_item, services.edit_agenda_item, services.remove_agenda_item


class DutyFilters(PartFilters):
    kind = django_filters.ChoiceFilter(choices=DutyKind.choices)


@described(DutyBody, DutySerializer)
class DutyViewSet(PartShelf):
    """Who chairs, keeps the record, counts, or is a guest: a person, an office without a name, or a group."""

    queryset = Duty.objects.select_related("conference", "person", "organisation").prefetch_related(
        "organisation__former_names"
    )
    serializer_class = DutySerializer
    filterset_class = DutyFilters
    ordering = ("conference_id", "kind", "order", "id")
    body_class, noun = DutyBody, "duty"
    add, edit, remove = services.add_duty, services.edit_duty, services.remove_duty


class SpeechFilters(PartFilters):
    kind = django_filters.ChoiceFilter(choices=SpeechKind.choices)
    agenda_item = django_filters.UUIDFilter("agenda_item_id")


@described(SpeechBody, SpeechSerializer)
class SpeechViewSet(PartShelf):
    """What was said, by whom, in what office."""

    queryset = Speech.objects.select_related("conference", "person", "organisation").prefetch_related(
        "organisation__former_names"
    )
    serializer_class = SpeechSerializer
    rules = rules.SPEECHES
    filterset_class = SpeechFilters
    body_class, noun = SpeechBody, "speech"
    add, edit, remove = services.add_speech, services.edit_speech, services.remove_speech


class VenueFilters(django_filters.FilterSet):
    organisation = django_filters.UUIDFilter("organisation_id")


@described(VenueBody, VenueSerializer)
class VenueViewSet(Shelf):
    """Houses, own or hired. One that belongs to nobody may be edited by any organiser."""

    queryset = Venue.objects.all()
    serializer_class = VenueSerializer
    filterset_class = VenueFilters
    body_class, noun, parent = VenueBody, "venue", "organisation"
    add, edit, remove = services.add_venue, services.edit_venue, services.remove_venue

    def _add(self, request: Any, fields: dict[str, Any]) -> Any:
        if fields.get("organisation") is not None:
            self.check_object_permissions(request, fields["organisation"])
        return services.add_venue(fields=fields)  # type: ignore[arg-type]


class RoomFilters(django_filters.FilterSet):
    venue = django_filters.UUIDFilter("venue_id")


@described(RoomBody, RoomSerializer)
class RoomViewSet(Shelf):
    """Rooms of venues. No room is booked twice at the same time."""

    queryset = Room.objects.select_related("venue")
    serializer_class = RoomSerializer
    filterset_class = RoomFilters
    body_class, noun, parent = RoomBody, "room", "venue"
    add, edit, remove = services.add_room, services.edit_room, services.remove_room


class SeriesFilters(django_filters.FilterSet):
    organisation = django_filters.UUIDFilter("organisation_id")


@described(SeriesBody, SeriesSerializer)
class SeriesViewSet(Shelf):
    """Conferences that come again, such as a monthly study day."""

    queryset = Series.objects.all()
    serializer_class = SeriesSerializer
    filterset_class = SeriesFilters
    body_class, noun, parent = SeriesBody, "series", "organisation"
    add, edit, remove = services.add_series, services.edit_series, services.remove_series
