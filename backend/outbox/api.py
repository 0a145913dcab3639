"""/api/v1/events, deliveries and webhook-endpoints."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.core.api import HouseViewSet
from backend.core.filters import TrueOrFalseFilter
from backend.outbox import queries, rules, serializers, services, webhooks
from backend.outbox.models import Delivery, Event, WebhookEndpoint


class EventFilters(filters.FilterSet):
    after = filters.NumberFilter(
        field_name="position",
        lookup_expr="gt",
        min_value=0,
        max_value=2**63 - 1,
        help_text="Facts after this position.",
    )
    subject_id = filters.UUIDFilter()
    conference_id = filters.UUIDFilter()

    class Meta:
        model = Event
        fields = ["name", "actor"]


class EventViewSet(HouseViewSet):
    """Everything that happened, oldest first. Positions have no gaps, so a reader goes on where it stopped."""

    rules = rules.EVENTS
    scope = "outbox"
    queryset = Event.objects.none()
    serializer_class = serializers.EventSerializer
    filterset_class = EventFilters
    ordering = ("position",)

    def get_queryset(self) -> QuerySet[Event]:
        return queries.relayed_events()


class DeliveryFilters(filters.FilterSet):
    due = TrueOrFalseFilter(method="due_now", help_text="Whose time has come.")
    event = filters.UUIDFilter(field_name="event_id")

    class Meta:
        model = Delivery
        fields = ["state", "consumer"]

    def due_now(self, rows: QuerySet[Delivery], name: str, due: bool) -> QuerySet[Delivery]:
        return queries.due_now(rows, due)


class DeliveryViewSet(HouseViewSet):
    """Who has heard what, newest first."""

    rules = rules.DELIVERIES
    scope = "outbox"
    queryset = Delivery.objects.none()
    serializer_class = serializers.DeliverySerializer
    filterset_class = DeliveryFilters

    def get_queryset(self) -> QuerySet[Delivery]:
        return queries.deliveries() if self.action == "list" else queries.deliveries_with_tries()

    def get_serializer_class(self) -> Any:
        return serializers.DeliverySerializer if self.action == "list" else serializers.DeliveryDetailSerializer

    @extend_schema(responses=serializers.SummarySerializer)
    @action(detail=False, methods=["get"], pagination_class=None, filterset_class=None)
    def summary(self, request: Any) -> Response:
        """How much is still due, and how long facts wait."""
        return Response(serializers.SummarySerializer(queries.summary()).data)

    @extend_schema(request=None, responses=serializers.DeliveryDetailSerializer)
    @action(detail=True, methods=["post"])
    def redeliver(self, request: Any, pk: str) -> Response:
        """Makes a dead delivery due again, with all its tries before it."""
        row = self.get_object()
        services.redeliver(delivery_ids=[row.pk])
        return self.answer_anew(row)

    @extend_schema(
        request=serializers.RedeliverBody,
        responses=serializers.RedeliveredSerializer,
        summary="Redeliver dead deliveries",
    )
    @action(detail=False, methods=["post"], url_path="redeliver")
    def redeliver_many(self, request: Any) -> Response:
        """Makes dead deliveries due again: those named, or all of one consumer."""
        body = self.body(serializers.RedeliverBody)
        ids = body["ids"] if "ids" in body else queries.dead_deliveries_of(body["consumer"])
        return Response({"redelivered": services.redeliver(delivery_ids=ids)})


class WebhookEndpointViewSet(HouseViewSet):
    """Addresses outside that hear facts, signed by the Standard Webhooks scheme."""

    rules = rules.ENDPOINTS
    scope = "outbox"
    edited_by_two = True
    blind_to_versions = frozenset({"rotate", "activate", "deactivate"})
    queryset = WebhookEndpoint.objects.none()
    serializer_class = serializers.EndpointSerializer
    filterset_fields = ("active", "organisation_id")

    def get_queryset(self) -> QuerySet[WebhookEndpoint]:
        return queries.endpoints()

    @extend_schema(request=serializers.NewEndpointBody, responses={201: serializers.NewSecretSerializer})
    def create(self, request: Any) -> Response:
        """Registers an endpoint. Its secret is in this answer and in that of `rotate`, nowhere else."""
        body = {"organisation_id": None, "event_names": [], **self.body(serializers.NewEndpointBody)}
        return self._with_secret(webhooks.add_endpoint(**body), 201)

    @extend_schema(request=serializers.EndpointBody, responses=serializers.EndpointSerializer)
    def partial_update(self, request: Any, pk: str) -> Response:
        """Changes where it is and what it hears."""
        row, changes = self.get_object(), self.body(serializers.EndpointBody, partial=True)
        changed = webhooks.change_endpoint(endpoint_id=row.pk, changes=changes, expected=self.expected_version())
        return self.answer(changed)

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, pk: str) -> Response:
        """Removes it; what was still due for it is dead."""
        webhooks.remove_endpoint(endpoint_id=self.get_object().pk, expected=self.expected_version())
        return Response(status=204)

    @extend_schema(request=None, responses=serializers.NewSecretSerializer, summary="Rotate an endpoint's secret")
    @action(detail=True, methods=["post"])
    def rotate(self, request: Any, pk: str) -> Response:
        """A fresh secret; the last one signs as well until the next rotation."""
        return self._with_secret(webhooks.rotate_secret(endpoint_id=self.get_object().pk))

    @extend_schema(request=None, responses=serializers.EndpointSerializer)
    @action(detail=True, methods=["post"])
    def activate(self, request: Any, pk: str) -> Response:
        """Lets it hear what happens from now on."""
        return self.answer(webhooks.set_active(endpoint_id=self.get_object().pk, active=True))

    @extend_schema(request=None, responses=serializers.EndpointSerializer)
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Any, pk: str) -> Response:
        """Lets it hear nothing of what happens meanwhile."""
        row = webhooks.set_active(endpoint_id=self.get_object().pk, active=False, reason="closed by hand")
        return self.answer(row)

    def _with_secret(self, endpoint: WebhookEndpoint, status: int = 200) -> Response:
        response = self.answer(endpoint, status)
        response.data["secret"] = endpoint.secrets[0]
        response.shown_once = ("secret",)  # type: ignore[attr-defined]
        return response
