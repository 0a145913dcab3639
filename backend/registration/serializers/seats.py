"""What the API says about numbers of seats, and what it takes."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.conferences.states import Confidentiality
from backend.core.serializers import Body, HouseSerializer, Moment
from backend.registration import queries, signup_links
from backend.registration.models import Admission, SeatLimit, Seats
from backend.registration.states import AdmissionMode


class AdmissionSerializer(HouseSerializer):
    """How a conference takes people. `offer_hours` 0: a free seat is given to who is next without asking."""

    page = serializers.SerializerMethodField(help_text="The address of the public page; null where there is none.")
    door_opens_at = serializers.SerializerMethodField(
        help_text="From when people are checked in, unless it is started earlier; null while it has no day."
    )

    class Meta:
        model = Admission
        fields = (
            "conference", "mode", "opens_at", "closes_at", "offer_hours", "by_unit", "door_hours", "door_opens_at", "page",
        )  # fmt: skip
        read_only_fields = fields

    def get_page(self, row: Admission) -> str | None:
        open_to_all = row.mode != AdmissionMode.INVITATION
        restricted = row.conference.confidentiality == Confidentiality.RESTRICTED
        return signup_links.page_address(row.conference_id) if open_to_all and not restricted else None

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_door_opens_at(self, row: Admission) -> str | None:
        opens = queries.door_opens_at(row, row.conference)
        return opens.isoformat() if opens else None


class AdmissionBody(Body):
    """What is not said goes back to: no opening or closing time, no offers, by turn, the door opens with the day."""

    conference = serializers.UUIDField()
    mode = serializers.ChoiceField(AdmissionMode.choices)
    opens_at = Moment(required=False, allow_null=True)
    closes_at = Moment(required=False, allow_null=True)
    offer_hours = serializers.IntegerField(required=False, default=0, min_value=0, max_value=720)
    by_unit = serializers.BooleanField(required=False, default=False)
    door_hours = serializers.IntegerField(
        required=False,
        default=0,
        min_value=0,
        max_value=336,
        help_text="How many hours before the start people are checked in, where that is before its day.",
    )


class SeatLimitSerializer(HouseSerializer):
    """At most `capacity` seats for one site or one unit; `held` are taken or offered. `from_site`: nobody set it, it
    follows the site's own capacity."""

    class Meta:
        model = SeatLimit
        fields = ("site", "organisation", "capacity", "from_site", "held")
        read_only_fields = fields


class SeatsSerializer(HouseSerializer):
    """`version` is that of what organisers decided, and stands while seats are taken and given up."""

    limits = SeatLimitSerializer(source="conference.seat_limits", many=True, read_only=True)

    class Meta:
        model = Seats
        fields = ("conference", "capacity", "taken", "offered", "waiting", "limits", "version")
        read_only_fields = fields


class LimitBody(Body):
    """Exactly one of `site` and `organisation`; `capacity` null: no limit of its own."""

    site = serializers.UUIDField(required=False, allow_null=True)
    organisation = serializers.UUIDField(required=False, allow_null=True)
    capacity = serializers.IntegerField(min_value=0, max_value=1_000_000, allow_null=True)


class CapacityBody(Body):
    """null: no limit."""

    capacity = serializers.IntegerField(min_value=0, max_value=1_000_000, allow_null=True)
