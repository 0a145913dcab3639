"""/quorums."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.core.api import HouseViewSet
from backend.core.clock import now
from backend.resolutions import rules, services
from backend.resolutions.models import Quorum
from backend.resolutions.queries import quorums as reading
from backend.resolutions.serializers import (
    EditQuorumBody,
    ListedQuorumSerializer,
    QuorumBody,
    QuorumCourseSerializer,
    WatchedQuorumSerializer,
)


class QuorumViewSet(HouseViewSet):
    """How many must be there for a conference to decide, and whether they are."""

    rules = rules.QUORUMS
    scope = "resolutions"
    edited_by_two = True
    queryset = Quorum.objects.none()
    serializer_class = WatchedQuorumSerializer
    filterset_fields = {"conference": ["exact"]}

    def get_serializer_class(self) -> Any:
        return ListedQuorumSerializer if self.action == "list" else WatchedQuorumSerializer

    def get_queryset(self) -> QuerySet[Quorum]:
        return reading.visible(self.account)

    @extend_schema(request=QuorumBody, responses={201: WatchedQuorumSerializer})
    def create(self, request: Any) -> Response:
        """Sets the quorum of a conference. While it runs, quorum.reached and quorum.lost tell each time it
        was, by the log of the door, however short: at most 5 seconds later, the rhythm in which the log is looked at."""
        body = self.body(QuorumBody)
        self.check_object_permissions(request, body["conference"])
        return self.answer(services.set_quorum(**body), 201)

    @extend_schema(request=EditQuorumBody, responses=WatchedQuorumSerializer)
    def partial_update(self, request: Any, pk: str) -> Response:
        row = self.get_object()
        body = self.body(EditQuorumBody, partial=True)
        return self.answer(services.edit_quorum(quorum_id=row.pk, expected=self.expected_version(), **body))

    @extend_schema(responses=QuorumCourseSerializer, summary="Read how a quorum went")
    @action(detail=True, methods=["get"])
    def course(self, request: Any, pk: str) -> Response:
        """Every moment at which another number of those who count was in, and what was told as it happened."""
        quorum = self.get_object()
        course = {"quorum": quorum.pk, "steps": reading.course(quorum, now()), "changes": quorum.changes.all()}
        return Response(QuorumCourseSerializer(course).data)
