"""Facts, deliveries and endpoints as JSON."""

from typing import Any

from rest_framework import serializers

from backend.core.serializers import Body, HouseSerializer
from backend.core.text import say
from backend.outbox.models import Delivery, DeliveryAttempt, Event, WebhookEndpoint
from backend.outbox.queries import cloud_event
from backend.outbox.registry import NAME


class EventSerializer(serializers.Serializer[Event]):
    """One fact in the CloudEvents 1.0 envelope, exactly as a webhook carries it."""

    specversion = serializers.CharField()
    id = serializers.UUIDField()
    source = serializers.CharField()  # type: ignore[assignment]
    type = serializers.CharField()
    subject = serializers.UUIDField()
    time = serializers.DateTimeField()
    datacontenttype = serializers.CharField()
    data = serializers.DictField(help_text="The fact's own members, by type.")  # type: ignore[assignment]
    position = serializers.IntegerField(help_text="Its place in the record; without gaps.")
    actor = serializers.CharField(help_text='"account:<id>", "invitee:<id>", "reaction:<name>", "clock", or empty.')
    onbehalfof = serializers.CharField()
    requestid = serializers.CharField()

    def to_representation(self, instance: Event) -> dict[str, Any]:
        return cloud_event(instance)


class TrySerializer(HouseSerializer):
    class Meta:
        model = DeliveryAttempt
        fields = ["number", "at", "milliseconds", "outcome"]


class DeliverySerializer(HouseSerializer):
    event_name = serializers.CharField(source="event.name")
    position = serializers.IntegerField(source="event.position")

    class Meta:
        model = Delivery
        fields = [
            "id", "event", "event_name", "position", "consumer", "state", "due_at", "attempts", "started_at",
            "settled_at", "last_error",
        ]  # fmt: skip


class DeliveryDetailSerializer(DeliverySerializer):
    tries = TrySerializer(many=True)

    class Meta(DeliverySerializer.Meta):
        fields = [*DeliverySerializer.Meta.fields, "tries"]


class RedeliverBody(Body):
    """Either the deliveries themselves, or everything dead of one consumer."""

    ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=1000, required=False)
    consumer = serializers.CharField(max_length=120, required=False)

    def validate(self, body: dict[str, Any]) -> dict[str, Any]:
        if len(body) != 1:
            raise serializers.ValidationError(
                say(vi="Cần đúng một trong hai: ids hoặc consumer.", en="Exactly one of ids and consumer is needed.")
            )
        return body


class RedeliveredSerializer(serializers.Serializer[Any]):
    redelivered = serializers.IntegerField()


class RelayTimeSerializer(serializers.Serializer[Any]):
    """Milliseconds from commit (or record) to the start of the reaction."""

    p50 = serializers.FloatField(allow_null=True)
    p99 = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()
    clock = serializers.ChoiceField(choices=["commit", "record"])


class SummarySerializer(serializers.Serializer[Any]):
    events = serializers.IntegerField()
    due = serializers.IntegerField()
    settled = serializers.IntegerField()
    dead = serializers.IntegerField()
    relay_ms = RelayTimeSerializer()


class EndpointSerializer(HouseSerializer):
    """An endpoint without its secrets."""

    class Meta:
        model = WebhookEndpoint
        fields = [
            "id", "organisation_id", "url", "event_names", "description", "active", "disabled_reason", "created_at",
            "updated_at",
        ]  # fmt: skip
        read_only_fields = fields


class NewSecretSerializer(EndpointSerializer):
    """Only in the answer to its making does a secret show itself; a repeat of that answer leaves it out."""

    sometimes = ("secret",)
    secret = serializers.CharField(read_only=True)

    class Meta(EndpointSerializer.Meta):
        fields = [*EndpointSerializer.Meta.fields, "secret"]
        read_only_fields = fields


class EndpointBody(Body):
    url = serializers.URLField(max_length=500)
    event_names = serializers.ListField(
        child=serializers.RegexField(NAME, max_length=80), max_length=100, required=False, help_text="[]: every event"
    )
    description = serializers.CharField(max_length=200, required=False, allow_blank=True)


class NewEndpointBody(EndpointBody):
    organisation_id = serializers.UUIDField(required=False, allow_null=True)
