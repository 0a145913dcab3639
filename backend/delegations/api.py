"""/delegations: the places units fill."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.core.api import HouseViewSet
from backend.core.filters import TrueOrFalseFilter
from backend.core.shown import Address
from backend.delegations import queries, rules, services
from backend.delegations.models import Delegation
from backend.delegations.serializers import (
    DeadlineToNameBody,
    DelegationBody,
    DelegationOverviewSerializer,
    DelegationSerializer,
    FocalPointBody,
    PlacesQuery,
)
from backend.delegations.states import DelegationState
from backend.invitations.states import Category


class DelegationFilters(django_filters.FilterSet):
    """`silent` units were asked and have named nobody."""

    conference = django_filters.UUIDFilter("conference_id")
    organisation = django_filters.UUIDFilter("organisation_id")
    site = django_filters.UUIDFilter("site_id")
    category = django_filters.ChoiceFilter(choices=Category.choices)
    state = django_filters.MultipleChoiceFilter(choices=DelegationState.choices)
    silent = TrueOrFalseFilter(method="by_silence", label="Asked, and nobody named")

    class Meta:
        model = Delegation
        fields: tuple[str, ...] = ()

    def by_silence(self, rows: QuerySet[Delegation], name: str, wanted: bool) -> QuerySet[Delegation]:
        silent = {"state": DelegationState.ASKED, "named": 0}
        return rows.filter(**silent) if wanted else rows.exclude(**silent)


class DelegationViewSet(HouseViewSet):
    """Places given to units. The unit's focal point names the delegates through a link, without an account."""

    queryset = Delegation.objects.none()
    serializer_class = DelegationSerializer
    rules = rules.DELEGATIONS
    shows = (Address("focal_email"),)
    scope = "delegations"
    edited_by_two = True
    filterset_class = DelegationFilters
    search_fields = ("organisation__folded",)

    def get_queryset(self) -> QuerySet[Delegation]:
        return queries.visible_to(self.account)

    def _shown(self, row: Delegation, status: int = 200) -> Response:
        return self.answer(self.get_queryset().get(pk=row.pk), status)

    def _target(self) -> dict[str, Any]:
        return {"delegation_id": self.get_object().pk, "expected": self.expected_version()}

    @extend_schema(request=DelegationBody, responses={201: DelegationSerializer})
    def create(self, request: Any) -> Response:
        """Gives a unit places, with an invitation list of its own; its focal point is not written to yet."""
        said = self.body(DelegationBody)
        conference = said.pop("conference")
        self.check_object_permissions(request, conference)
        unit, site = said.pop("organisation"), said.pop("site", None)
        made = services.create_delegation(conference_id=conference.pk, organisation_id=unit, site_id=site, **said)
        return self._shown(made, 201)

    @extend_schema(request=FocalPointBody, responses=DelegationSerializer)
    def partial_update(self, request: Any, pk: str) -> Response:
        """Corrects the quota, the focal point or, before the unit is asked, the deadline. A new focal point of a unit
        that was asked gets the letter; the older link stops working."""
        target = self._target()
        changes = self.body(FocalPointBody, partial=True)
        return self._shown(services.change_delegation(**target, changes=changes))

    def destroy(self, request: Any, pk: str) -> Response:
        """Takes back places the unit was not asked to fill."""
        services.drop_delegation(**self._target())
        return Response(status=204)

    @extend_schema(request=None, responses=DelegationSerializer, summary="Ask a unit for its delegates")
    @action(detail=True, methods=["post"])
    def ask(self, request: Any, pk: str) -> Response:
        """Writes to the focal point, with a link to name the delegates."""
        return self._shown(services.ask(**self._target()))

    @extend_schema(request=None, responses=DelegationSerializer, summary="Remind a focal point")
    @action(detail=True, methods=["post"])
    def remind(self, request: Any, pk: str) -> Response:
        """Reminds the focal point now, beside the reminders that go out by themselves."""
        return self._shown(services.remind(**self._target()))

    @extend_schema(request=DeadlineToNameBody, responses=DelegationSerializer, summary="Give a unit more time")
    @action(detail=True, methods=["post"])
    def extend(self, request: Any, pk: str) -> Response:
        """Moves the deadline to a later moment, also after it has passed; the focal point is told."""
        return self._shown(services.extend(**self._target(), **self.body(DeadlineToNameBody)))

    @extend_schema(request=None, responses=DelegationSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Any, pk: str) -> Response:
        """Takes no more names; places nobody fills go back."""
        return self._shown(services.close(**self._target()))

    @extend_schema(request=DeadlineToNameBody, responses=DelegationSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Any, pk: str) -> Response:
        """Lets the unit name people again until a new deadline, with the places that went back."""
        return self._shown(services.reopen(**self._target(), **self.body(DeadlineToNameBody)))

    @extend_schema(
        summary="Count a conference's places",
        parameters=[OpenApiParameter("conference", str, required=True)],
        responses=DelegationOverviewSerializer,
        filters=False,
    )
    @action(detail=False, methods=["get"], pagination_class=None, filter_backends=[])
    def overview(self, request: Any) -> Response:
        """Places given to units, filled, gone back and left; and how many units are silent."""
        asked = PlacesQuery(data=request.query_params.dict(), context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        conference = asked.validated_data["conference"]
        self.check_object_permissions(request, conference)
        return Response(DelegationOverviewSerializer(queries.overview(conference.pk)).data)
