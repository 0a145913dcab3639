"""/resolutions."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.core.api import HouseViewSet
from backend.resolutions import queries, rules, services
from backend.resolutions.models import Resolution
from backend.resolutions.serializers import (
    DecisionBody,
    EditResolutionBody,
    ResolutionBody,
    ResolutionSerializer,
)


class ResolutionViewSet(HouseViewSet):
    """Texts put before a conference."""

    rules = rules.RESOLUTIONS
    scope = "resolutions"
    edited_by_two = True
    queryset = Resolution.objects.none()
    serializer_class = ResolutionSerializer
    filterset_fields = {"conference": ["exact"], "state": ["exact"]}

    def get_queryset(self) -> QuerySet[Resolution]:
        return queries.visible_resolutions(self.account)

    @extend_schema(request=ResolutionBody, responses={201: ResolutionSerializer})
    def create(self, request: Any) -> Response:
        """Drafts a text for a conference."""
        body = self.body(ResolutionBody)
        self.check_object_permissions(request, body["conference"])
        return self.answer(services.draft(**body), 201)

    @extend_schema(request=EditResolutionBody, responses=ResolutionSerializer)
    def partial_update(self, request: Any, pk: str) -> Response:
        row = self.get_object()
        body = self.body(EditResolutionBody, partial=True)
        return self.answer(services.edit(resolution_id=row.pk, expected=self.expected_version(), **body))

    @extend_schema(request=None, responses=ResolutionSerializer)
    @action(detail=True, methods=["post"])
    def table(self, request: Any, pk: str) -> Response:
        """Puts the text before the conference; it stays as it is from now on."""
        return self.answer(services.table(resolution_id=self.get_object().pk, expected=self.expected_version()))

    @extend_schema(request=None, responses=ResolutionSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Any, pk: str) -> Response:
        """Takes the text back before it is decided."""
        return self.answer(services.withdraw(resolution_id=self.get_object().pk, expected=self.expected_version()))

    @extend_schema(request=DecisionBody, responses=ResolutionSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Any, pk: str) -> Response:
        """Records a decision taken without a count."""
        row = self.get_object()
        body = self.body(DecisionBody)
        return self.answer(
            services.decide_without_count(resolution_id=row.pk, expected=self.expected_version(), **body)
        )
