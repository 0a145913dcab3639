"""/presences, /attendance and /attendees."""

import datetime as dt
from fractions import Fraction
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.conferences.models import Conference
from backend.core.api import HouseViewSet
from backend.core.clock import now
from backend.core.errors import Invalid, NotFound
from backend.core.schema import BYTES_AT_HAND
from backend.core.text import say
from backend.invitations.queries import LOOKS, conferences_of
from backend.registration import queries, rules
from backend.registration.api.lookups import tagged
from backend.registration.models import Presence
from backend.registration.serializers import (
    AttendanceQuery,
    AttendanceSerializer,
    AttendeeSerializer,
    AttendeesQuery,
    PresenceSerializer,
    PresenceSeriesSerializer,
    QuorumSerializer,
    SeriesQuery,
)
from backend.registration.states import Direction

WHEN = OpenApiParameter("at", {"type": "string", "format": "date-time"}, description="Now, if not said.")
WHOSE = OpenApiParameter("conference", UUID, required=True)
MOST_POINTS = 2000


class PresenceFilters(django_filters.FilterSet):
    conference = django_filters.UUIDFilter("conference_id")
    registration = django_filters.UUIDFilter("registration_id")
    site = django_filters.UUIDFilter("site_id")
    direction = django_filters.ChoiceFilter(choices=Direction.choices)
    since = django_filters.IsoDateTimeFilter("at", lookup_expr="gte")
    until = django_filters.IsoDateTimeFilter("at", lookup_expr="lte")

    class Meta:
        model = Presence
        fields: tuple[str, ...] = ()


class PresenceViewSet(HouseViewSet):
    """The in/out log, newest first. It is only ever added to, by check-ins and check-outs."""

    queryset = Presence.objects.none()
    serializer_class = PresenceSerializer
    rules = rules.LOG
    shows = ("registration.person_id",)
    scope = "registration"
    filterset_class = PresenceFilters

    def get_queryset(self) -> QuerySet[Presence]:
        return queries.visible_presences(self.account)


class AttendanceViewSet(HouseViewSet):
    """How many are there at any instant, counted from the log."""

    queryset = Presence.objects.none()
    serializer_class = AttendanceSerializer
    rules = rules.ATTENDANCE
    scope = "registration"
    own_refusals = {"list": (404,), "series": (404,)}
    filter_backends = ()
    pagination_class = None

    @extend_schema(
        parameters=[
            WHOSE,
            WHEN,
            OpenApiParameter("share", str, description="Ask for a quorum of this share of those summoned, as in 2/3."),
            BYTES_AT_HAND,
        ],
        responses={200: AttendanceSerializer, 304: OpenApiResponse(description="Nobody came or went since.")},
        summary="Count who is there",
    )
    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """In all, and by unit, site and category. Made to be asked again and again: with the ETag at hand, 304 as long
        as the numbers stand, whatever the time."""
        said = _asked(request, AttendanceQuery)
        conference = _looked_at(request, said["conference"])
        moment = said.get("at") or now()
        answer = dict(AttendanceSerializer(queries.attendance(conference.id, moment)).data)
        if share := said.get("share"):
            wanted = Fraction(share)
            if wanted > 1:
                raise serializers.ValidationError({"share": [say(vi="Không quá 1.", en="At most 1.")]})
            answer["quorum"] = QuorumSerializer(queries.quorum(conference.id, wanted, moment)).data
        return tagged(request, answer, apart_from="at")

    @extend_schema(parameters=[SeriesQuery], responses=PresenceSeriesSerializer, summary="Count who is there over time")
    @action(detail=False, methods=["get"])
    def series(self, request: Any) -> Response:
        """How many were in at regular moments, and how many of them count towards a quorum: ready for a chart."""
        said = _asked(request, SeriesQuery)
        conference = _looked_at(request, said["conference"])
        points = queries.series(conference.id, *_span(conference, said)) if queries.logged(conference.id) else ()
        return Response(PresenceSeriesSerializer({"conference": conference.id, "points": points}).data)


class AttendeeViewSet(HouseViewSet):
    """Who is there at any instant: a row each, with how they came in, the latest first."""

    queryset = Presence.objects.none()
    serializer_class = AttendeeSerializer
    rules = rules.ATTENDEES
    shows = ("registration.person_id",)
    scope = "registration"
    own_refusals = {"list": (404,)}
    filter_backends = ()

    @extend_schema(
        parameters=[
            WHOSE,
            WHEN,
            OpenApiParameter("site", UUID, description="Only who came in there."),
            OpenApiParameter("organisation", UUID, description="Only those of this unit."),
        ],
        summary="List who is there",
    )
    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Presence]:
        said = _asked(self.request, AttendeesQuery)
        conference = _looked_at(self.request, said["conference"])
        found = queries.inside(
            conference.id, said.get("at") or now(), site_id=said.get("site"), unit_id=said.get("organisation")
        )
        return found.select_related("registration__person")


def _asked(request: Any, query: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    paging = {"cursor", "page_size"} if query is AttendeesQuery else set()
    asked = query(data={name: said for name, said in request.query_params.items() if name not in paging})
    asked.is_valid(raise_exception=True)
    said: dict[str, Any] = asked.validated_data
    return said


def _looked_at(request: Any, conference_id: UUID) -> Conference:
    conference = conferences_of(request.user, *LOOKS).filter(pk=conference_id).first()
    if conference is None:
        raise NotFound()
    return conference


def _span(conference: Conference, said: dict[str, Any]) -> tuple[dt.datetime, dt.datetime, dt.timedelta]:
    """From where to where, and by which step: what was asked, else the whole log in full steps of the clock."""
    step = dt.timedelta(minutes=said["step"])
    first, last = queries.logged(conference.id) or (now(), now())
    since = said.get("since") or first - (first - dt.datetime.min.replace(tzinfo=dt.UTC)) % step
    until = said.get("until") or last + step
    if until < since:
        raise Invalid({"until": say(vi="Không được trước since.", en="Must not be before since.")})
    if (until - since) / step >= MOST_POINTS:
        sentence = say(
            vi="Quá {n} điểm; hãy chọn bước dài hơn.", en="More than {n} points; choose longer steps.", n=MOST_POINTS
        )
        raise Invalid({"step": sentence})
    return since, until, step
