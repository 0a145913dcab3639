"""What the API says about registrations, and what it takes."""

import datetime as dt

from rest_framework import serializers

from backend.core.serializers import Body, HouseSerializer, LanguageMap
from backend.documents.form.text import unprintable
from backend.invitations.states import Category
from backend.registration import queries
from backend.registration.models import Registration


class RegistrationSerializer(HouseSerializer):
    """`turn` is the place on the waiting list, also of those who got a seat from it. An `offered` seat is kept until
    `offer_until`. `cancelled_at` is when it ended, whichever way; `reason` says why a request was refused."""

    person_name = serializers.CharField(source="person.full_name", read_only=True)
    organisation_name = LanguageMap(source="organisation.name", default=dict, read_only=True, required_text=False)

    unprintable = serializers.SerializerMethodField(
        help_text="Letters of the name that badges cannot print, and leave blank; write it in Latin letters."
    )

    offer_until = serializers.SerializerMethodField(help_text="At the latest the conference's start.")

    class Meta:
        model = Registration
        fields = (
            "id", "conference", "person", "person_name", "unprintable", "invitation", "organisation", "organisation_name", "site",
            "category", "state", "turn", "offer_until", "reason", "confirmed_at", "cancelled_at", "code_round", "walk_in", "version",
            "created_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_offer_until(self, row: Registration) -> dt.datetime | None:
        return queries.offer_end(row)

    def get_unprintable(self, row: Registration) -> str:
        return unprintable(row.person.full_name)


class RegistrationBody(Body):
    """Without `person` it is the caller's own. Who registers oneself comes as a guest of one's own unit."""

    conference = serializers.UUIDField()
    person = serializers.UUIDField(required=False)
    category = serializers.ChoiceField(Category.choices, required=False)
    site = serializers.UUIDField(required=False, allow_null=True)
    organisation = serializers.UUIDField(required=False, allow_null=True)


class ApprovalBody(Body):
    category = serializers.ChoiceField(Category.choices, required=False, help_text="Not said: as it was asked for.")


class RefusalBody(Body):
    reason = LanguageMap(max_length=2000)
