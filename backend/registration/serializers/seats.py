"""What the API says about numbers of seats, and what it takes."""

from rest_framework import serializers

from backend.core.serializers import Body, HouseSerializer, Moment
from backend.registration.models import Admission, SeatLimit, Seats
from backend.registration.states import AdmissionMode


class AdmissionSerializer(HouseSerializer):
    """How a conference takes people. `offer_hours` 0: a free seat is given to who is next without asking."""

    class Meta:
        model = Admission
        fields = ("conference", "mode", "opens_at", "closes_at", "offer_hours", "by_unit")
        read_only_fields = fields


class AdmissionBody(Body):
    """What is not said goes back to: no opening or closing time, no offers, by turn."""

    conference = serializers.UUIDField()
    mode = serializers.ChoiceField(AdmissionMode.choices)
    opens_at = Moment(required=False, allow_null=True)
    closes_at = Moment(required=False, allow_null=True)
    offer_hours = serializers.IntegerField(required=False, default=0, min_value=0, max_value=720)
    by_unit = serializers.BooleanField(required=False, default=False)


class SeatLimitSerializer(HouseSerializer):
    """At most `capacity` seats for one site or one unit; `held` are taken or offered."""

    class Meta:
        model = SeatLimit
        fields = ("site", "organisation", "capacity", "held")
        read_only_fields = fields


class SeatsSerializer(HouseSerializer):
    limits = SeatLimitSerializer(source="conference.seat_limits", many=True, read_only=True)

    class Meta:
        model = Seats
        fields = ("conference", "capacity", "taken", "offered", "waiting", "limits")
        read_only_fields = fields


class LimitBody(Body):
    """Exactly one of `site` and `organisation`; `capacity` null: no limit of its own."""

    site = serializers.UUIDField(required=False, allow_null=True)
    organisation = serializers.UUIDField(required=False, allow_null=True)
    capacity = serializers.IntegerField(min_value=0, max_value=1_000_000, allow_null=True)


class CapacityBody(Body):
    """null: no limit."""

    capacity = serializers.IntegerField(min_value=0, max_value=1_000_000, allow_null=True)
