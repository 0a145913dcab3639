"""/check-ins, /check-outs, /presences and /attendance."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from backend.core.api import HouseViewSet
from backend.core.clock import now
from backend.core.errors import Conflict, NotFound
from backend.core.text import say
from backend.core.vietnamese import fold
from backend.invitations.queries import LOOKS, conferences_of
from backend.registration import queries, rules, services
from backend.registration.api.lookups import conference_of
from backend.registration.models import Presence, Registration
from backend.registration.serializers import (
    AttendanceQuery,
    AttendanceSerializer,
    DoorBody,
    PresenceSerializer,
    QuorumSerializer,
)
from backend.registration.services.presence import Recorded
from backend.registration.states import Direction, PresenceSource


class _Door(HouseViewSet):
    """Finds who stands at the door by code, by registration or by name."""

    queryset = Presence.objects.none()
    serializer_class = PresenceSerializer
    rules = rules.DOOR
    scope = "registration"

    def _note(self, request: Any, note: Callable[..., Recorded]) -> Response:
        said = self.body(DoorBody)
        row, source = self._who(request, said)
        self.check_object_permissions(request, row)
        recorded = note(said, row, source)
        return self.answer(recorded.presence, 201 if recorded.new else 200)

    def _who(self, request: Any, said: dict[str, Any]) -> tuple[Registration, str]:
        visible = queries.visible_to(self.account)
        if "code" in said:
            found = queries.by_code(said["code"])
            row = visible.filter(pk=found.pk).first()
            return row or _nobody(), PresenceSource.CODE
        if "registration" in said:
            return visible.filter(pk=said["registration"]).first() or _nobody(), PresenceSource.STAFF
        conference = conference_of(request, said["conference"])
        self.check_object_permissions(request, conference)
        rows = queries.named(conference, fold(said["name"]))
        if len(rows) > 1:
            raise Conflict(
                say(
                    vi="Có nhiều người trùng tên; hãy chọn theo mã đăng ký.",
                    en="Several people match; choose one by registration.",
                ),
                candidates=[{"registration": str(row.id), "name": row.person.full_name} for row in rows[:10]],
            )
        return rows[0] if rows else _nobody(), PresenceSource.NAME


class CheckInViewSet(_Door):
    """The way in: by code, by registration or by name."""

    @extend_schema(
        request=DoorBody, responses={200: PresenceSerializer, 201: PresenceSerializer}, summary="Check somebody in"
    )
    def create(self, request: Any) -> Response:
        """Notes that somebody came in. A second scan answers 200 with the first time."""
        return self._note(
            request,
            lambda said, row, source: services.check_in(
                registration_id=row.id, site_id=said.get("site"), source=source
            ),
        )


class CheckOutViewSet(_Door):
    """The way out: by code, by registration or by name."""

    @extend_schema(
        request=DoorBody, responses={200: PresenceSerializer, 201: PresenceSerializer}, summary="Check somebody out"
    )
    def create(self, request: Any) -> Response:
        """Notes that somebody went out. A second scan answers 200 with the first time."""
        return self._note(request, lambda said, row, source: services.check_out(registration_id=row.id, source=source))


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
    """Who is there at any instant, counted from the log."""

    queryset = Presence.objects.none()
    serializer_class = AttendanceSerializer
    rules = rules.ATTENDANCE
    scope = "registration"
    own_refusals = {"list": (404,)}
    filter_backends = ()
    pagination_class = None

    @extend_schema(
        parameters=[
            OpenApiParameter("conference", UUID, required=True),
            OpenApiParameter("at", {"type": "string", "format": "date-time"}, description="Now, if not said."),
            OpenApiParameter("share", str, description="Ask for a quorum of this share of those summoned, as in 2/3."),
        ],
        responses=AttendanceSerializer,
        summary="Count who is there",
    )
    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        asked = AttendanceQuery(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        conference = conferences_of(self.account, *LOOKS).filter(pk=said["conference"]).first()
        if conference is None:
            raise NotFound()
        moment = said.get("at") or now()
        answer = dict(AttendanceSerializer(queries.attendance(conference.id, moment)).data)
        if share := said.get("share"):
            wanted = Fraction(share)
            if wanted > 1:
                raise serializers.ValidationError({"share": [say(vi="Không quá 1.", en="At most 1.")]})
            answer["quorum"] = QuorumSerializer(queries.quorum(conference.id, wanted, moment)).data
        return Response(answer)


def _nobody() -> Registration:
    raise NotFound(say(vi="Không có đăng ký nào như vậy.", en="There is no such registration."))
