"""What the API and the page say about delegations, and what they take."""

import unicodedata
from typing import Any

from django.conf import settings
from rest_framework import serializers

from backend.conferences.serializers.papers import ConferenceOfMine
from backend.core.clock import now
from backend.core.serializers import Body, HouseSerializer, LanguageMap, Line, Moment
from backend.core.text import say
from backend.core.vietnamese import title_case_name
from backend.delegations.models import MOST_PLACES, Delegation
from backend.delegations.states import MOVES, DelegationState
from backend.invitations.states import Category
from backend.mail.mailbox import InvalidAddress, checked_email
from backend.people.models import Honorific
from backend.people.telephones import InvalidTelephone, telephone


class PersonName(Line):
    """A name as people bear it: letters, spaces and the few marks that stand in names. NGUYỄN VĂN AN is Nguyễn Văn An."""

    MARKS = " -'’.,"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=120, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        strange = [c for c in name if c not in self.MARKS and unicodedata.category(c)[0] not in "LM"]
        if strange or (name and not any(unicodedata.category(c)[0] == "L" for c in name)):
            raise serializers.ValidationError(
                say(vi="Họ tên chỉ gồm chữ cái và dấu cách.", en="A name has letters and spaces only.")
            )
        return title_case_name(name)


class Address(serializers.CharField):
    """An e-mail address letters can be sent to."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        written = super().to_internal_value(data)
        try:
            return checked_email(written) if written else ""
        except InvalidAddress:
            raise serializers.ValidationError(
                say(vi="Không gửi thư tới địa chỉ này được.", en="No letter can be sent to this address.")
            ) from None


class Telephone(serializers.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        written = super().to_internal_value(data)
        try:
            return telephone(written) if written else ""
        except InvalidTelephone:
            raise serializers.ValidationError(
                say(vi="Không phải số điện thoại.", en="Not a telephone number.")
            ) from None


class NamedBody(serializers.Serializer[Any]):
    """Somebody as a focal point writes them on the page."""

    full_name = PersonName()
    honorific = serializers.ChoiceField(Honorific.choices, required=False, allow_blank=True, default="")
    office = Line(max_length=200, required=False, allow_blank=True, default="")
    email = Address(required=False, allow_blank=True, default="")
    phone = Telephone(required=False, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["email"] and not attrs["phone"]:
            raise serializers.ValidationError(
                {
                    "email": say(
                        vi="Cần thư điện tử hoặc điện thoại; giấy mời gửi qua thư điện tử.",
                        en="Give an e-mail address or a telephone number; invitations go by e-mail.",
                    )
                }
            )
        return attrs


class OfficeBody(serializers.Serializer[Any]):
    office = Line(max_length=200, required=False, allow_blank=True, default="")


class DelegationSerializer(HouseSerializer):
    """A unit's places: `quota` were given, `named` are filled, `returned` went back, `left` can still be filled.
    `list` is the invitation list its delegates stand on; `overdue` says that the deadline passed and nobody is named."""

    organisation_name = LanguageMap(source="organisation.name", read_only=True)
    named = serializers.IntegerField(read_only=True)
    left = serializers.IntegerField(read_only=True)
    moves = serializers.SerializerMethodField()
    overdue = serializers.SerializerMethodField()
    focal_language = serializers.ChoiceField(settings.LANGUAGES, read_only=True)

    class Meta:
        model = Delegation
        fields = (
            "id", "conference", "organisation", "organisation_name", "site", "category", "list", "quota", "named",
            "returned", "left", "due_at", "overdue", "focal_name", "focal_email", "focal_language", "state", "moves",
            "asked_at", "reminded_at", "escalated_at", "submitted_at", "closed_at", "version", "created_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_moves(self, row: Delegation) -> list[str]:
        return MOVES.legal(row.state)

    def get_overdue(self, row: Delegation) -> bool:
        return row.state == DelegationState.ASKED and row.taken == 0 and row.due_at <= now()


class FocalPointBody(Body):
    quota = serializers.IntegerField(min_value=1, max_value=MOST_PLACES)
    due_at = Moment()
    focal_name = PersonName()
    focal_email = Address()
    focal_language = serializers.ChoiceField(settings.LANGUAGES, required=False)


class DelegationBody(FocalPointBody):
    """`due_at` carries its offset; letters and pages say it on the conference's clock."""

    conference = ConferenceOfMine()
    organisation = serializers.UUIDField()
    site = serializers.UUIDField(required=False, allow_null=True)
    category = serializers.ChoiceField(Category.choices, required=False)


class DeadlineToNameBody(Body):
    due_at = Moment()


class DelegationCounts(serializers.Serializer[Any]):
    draft = serializers.IntegerField()
    asked = serializers.IntegerField()
    submitted = serializers.IntegerField()
    closed = serializers.IntegerField()


class DelegationOverviewSerializer(serializers.Serializer[Any]):
    """The places of a conference: given to units, filled, gone back, and left to them; `silent` units were asked and
    have named nobody."""

    units = serializers.IntegerField()
    by_state = DelegationCounts()
    silent = serializers.IntegerField()
    quota = serializers.IntegerField()
    named = serializers.IntegerField()
    returned = serializers.IntegerField()
    left = serializers.IntegerField()


class PlacesQuery(Body):
    conference = ConferenceOfMine()
