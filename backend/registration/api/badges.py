"""/badges."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.core.api import HouseViewSet
from backend.core.schema import BYTES_AT_HAND
from backend.documents.answers import bytes_of
from backend.jobs.answers import BEGUN, accepted
from backend.registration import queries, rules, services
from backend.registration.api.lookups import conference_of
from backend.registration.models import BadgePrint, Registration
from backend.registration.serializers.badges import BadgePrintSerializer, BadgesBody


class BadgeFilters(django_filters.FilterSet):
    conference = django_filters.UUIDFilter("conference_id")

    class Meta:
        model = BadgePrint
        fields: tuple[str, ...] = ()


class BadgeViewSet(HouseViewSet):
    """Files of badges, newest first. The id is that of the job that makes the file."""

    queryset = BadgePrint.objects.none()
    serializer_class = BadgePrintSerializer
    rules = rules.BADGES
    scope = "registration"
    filterset_class = BadgeFilters

    def get_queryset(self) -> QuerySet[BadgePrint]:
        return queries.visible_prints(self.account)

    @extend_schema(request=BadgesBody, responses=BEGUN, summary="Print badges")
    def create(self, request: Any) -> Response:
        """Begins one PDF of badges with names, offices, units and check-in codes; the job tells how far it is. Its result
        names those on whose badges words are left blank, because their letters (`unprintable`) cannot be printed."""
        said = self.body(BadgesBody)
        conference = conference_of(request, said.pop("conference"))
        self.check_object_permissions(request, conference)
        _, job = services.print_badges(
            conference_id=conference.pk,
            account_id=request.user.pk,
            registrations=said.get("registrations"),
            organisation_id=said.get("organisation"),
            changed=said["changed"],
            sheet=said["sheet"],
            honorifics=said["honorifics"],
        )
        return accepted(job)

    @extend_schema(
        parameters=[BYTES_AT_HAND],
        responses={
            (200, "application/pdf"): OpenApiTypes.BINARY,
            304: OpenApiResponse(description="Still what you have."),
        },
    )
    @action(detail=True, methods=["get"], filterset_class=None)
    def content(self, request: Any, pk: str) -> HttpResponse:
        """The file; 404 until it is done. Whoever has it holds everybody's check-in code."""
        made = self.get_object()
        self.note_shown(Registration.objects.filter(pk__in=made.registrations), ("person_id",))
        return bytes_of(queries.badge_file(made), request)
