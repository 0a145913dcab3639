"""Organisations, people, accounts and tokens as JSON."""

from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.core.printing import unprintable
from backend.core.serializers import Body, Day, HouseSerializer, LanguageMap, Line
from backend.core.text import say
from backend.people.addresses import Address
from backend.people.models import Account, ApiToken, Organisation, OrganisationName, Person, Position, Role, RoleGrant
from backend.people.scopes import LONGEST_DAYS, SCOPES

LONGEST_PASSWORD = 200


def existing(model: Any, **kwargs: Any) -> Any:
    """A field that takes the id of a row that exists."""
    return serializers.PrimaryKeyRelatedField(queryset=model.objects.all(), pk_field=serializers.UUIDField(), **kwargs)


class FormerNameSerializer(HouseSerializer):
    class Meta:
        model = OrganisationName
        fields = ["name", "valid_from", "valid_to"]
        extra_kwargs = {"valid_from": {"required": False}, "valid_to": {"required": False}}


class OrganisationSerializer(HouseSerializer):
    former_names = FormerNameSerializer(many=True, required=False)
    parent = existing(Organisation, required=False, allow_null=True)

    class Meta:
        model = Organisation
        fields = [
            "id", "parent", "slug", "kind", "symbol", "name", "short_name", "place", "former_names", "created_at",
            "updated_at",
        ]  # fmt: skip
        read_only_fields = ["id", "created_at", "updated_at"]

    def validate_former_names(self, names: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len(names) > 50:
            raise serializers.ValidationError(say(vi="Nhiều nhất 50 tên.", en="At most 50 names."))
        return names


class Rename(Body):
    name = LanguageMap(one_line=True, max_length=300)
    short_name = LanguageMap(one_line=True, max_length=100, required=False, required_text=False)
    since = Day()


class OrganisationBrief(HouseSerializer):
    class Meta:
        model = Organisation
        fields = ["id", "slug", "name"]


class PersonSerializer(HouseSerializer):
    """A person as the caller may see them: `email`, `alternate_email` and `phone` are left out unless the caller works
    with the person's organisation, or with a guest who belongs to none, or is the person."""

    sometimes = ("email", "alternate_email", "phone")
    unprintable = serializers.SerializerMethodField(
        help_text="Letters of the name that badges and letters cannot print; their words are left blank."
    )
    organisation = OrganisationBrief(read_only=True, allow_null=True)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, read_only=True)

    class Meta:
        model = Person
        fields = [
            "id", "full_name", "unprintable", "honorific", "degree", "email", "alternate_email", "phone", "language",
            "organisation", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_unprintable(self, row: Person) -> str:
        return unprintable(row.full_name)

    def to_representation(self, instance: Person) -> dict[str, Any]:
        shown = super().to_representation(instance)
        reachable, itself = self.context.get("reachable_in", set()), self.context.get("itself")
        foreign = instance.organisation_id is not None and instance.organisation_id not in (reachable or ())
        if reachable is not None and foreign and instance.pk != itself:
            for name in self.sometimes:
                del shown[name]
        return shown


class FullName(Line):
    """Somebody's name, in whatever letters they write it: signs and pictures alone are none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=120, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if name and not any(c.isalnum() for c in name):
            raise serializers.ValidationError(
                say(vi="Họ tên phải có chữ cái hoặc chữ số.", en="A name has a letter or a digit at least.")
            )
        return name


class PersonBody(HouseSerializer):
    full_name = FullName()
    degree = Line(max_length=40, required=False, allow_blank=True)
    organisation = existing(Organisation, required=False, allow_null=True)
    email = Address(required=False, allow_blank=True)
    alternate_email = Address(
        required=False, allow_blank=True, help_text="Written to when letters to the first one do not arrive."
    )
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    phone = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=20,
        validators=[
            RegexValidator(
                r"^\+?[0-9][0-9 .()-]{4,18}$", say(vi="Không phải số điện thoại.", en="Not a telephone number.")
            )
        ],
    )

    class Meta:
        model = Person
        fields = ["full_name", "honorific", "degree", "email", "alternate_email", "phone", "language", "organisation"]


class PersonBrief(HouseSerializer):
    class Meta:
        model = Person
        fields = ["id", "full_name", "honorific"]


class PositionSerializer(HouseSerializer):
    person = PersonBrief(read_only=True)
    organisation = OrganisationBrief(read_only=True, allow_null=True)

    class Meta:
        model = Position
        fields = ["id", "person", "organisation", "title", "rank", "valid_from", "valid_to"]


class PositionBody(HouseSerializer):
    person = existing(Person)
    organisation = existing(Organisation, required=False, allow_null=True)
    rank = serializers.IntegerField(min_value=0, max_value=32767, required=False)

    class Meta:
        model = Position
        fields = ["person", "organisation", "title", "rank", "valid_from", "valid_to"]


class PositionChange(PositionBody):
    class Meta(PositionBody.Meta):
        fields = ["organisation", "title", "rank", "valid_from", "valid_to"]

    person = None


class GrantSerializer(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=Role.choices)
    organisation = serializers.UUIDField(allow_null=True, help_text="In it and below it; null: everywhere.")


class AccountGrantSerializer(GrantSerializer):
    id = serializers.UUIDField()


class RoleGrantSerializer(HouseSerializer):
    account = existing(Account)
    organisation = existing(Organisation, required=False, allow_null=True)

    class Meta:
        model = RoleGrant
        fields = ["id", "account", "role", "organisation", "created_at"]
        read_only_fields = ["id", "created_at"]
        validators: list[Any] = []  # granting twice is once


class AccountSerializer(HouseSerializer):
    person = PersonBrief(read_only=True, allow_null=True)
    grants = serializers.SerializerMethodField()

    class Meta:
        model = Account
        fields = ["id", "email", "person", "is_active", "grants", "created_at", "last_login"]
        read_only_fields = fields

    @extend_schema_field(AccountGrantSerializer(many=True))
    def get_grants(self, account: Account) -> list[dict[str, Any]]:
        grants = sorted(account.grants.all(), key=lambda grant: grant.pk)
        return [{"id": grant.pk, "role": grant.role, "organisation": grant.organisation_id} for grant in grants]


class AccountBody(Body):
    email = Address()
    password = serializers.CharField(max_length=LONGEST_PASSWORD, trim_whitespace=False, write_only=True)
    person = existing(Person, required=False, allow_null=True)
    full_name = FullName(required=False)


class SignIn(Body):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=LONGEST_PASSWORD, trim_whitespace=False, write_only=True)


class SessionSerializer(serializers.Serializer[Any]):
    """Who the caller is. `csrf_token` goes into X-CSRFToken on every write made with the session cookie."""

    account = serializers.UUIDField()
    email = serializers.EmailField()
    person = PersonBrief(allow_null=True)
    grants = GrantSerializer(many=True)
    csrf_token = serializers.CharField()


class TokenSerializer(HouseSerializer):
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=SCOPES), read_only=True)

    class Meta:
        model = ApiToken
        fields = ["id", "name", "scopes", "expires_at", "revoked_at", "created_at"]
        read_only_fields = fields


class IssuedTokenSerializer(TokenSerializer):
    """Only in the answer to its making does a token show its secret; a repeat of that answer leaves it out."""

    sometimes = ("secret",)
    secret = serializers.CharField(read_only=True)

    class Meta(TokenSerializer.Meta):
        fields = [*TokenSerializer.Meta.fields, "secret"]
        read_only_fields = fields


class TokenBody(Body):
    name = serializers.CharField(max_length=80)
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=SCOPES), min_length=1, max_length=len(SCOPES))
    expires_in_days = serializers.IntegerField(min_value=1, max_value=LONGEST_DAYS)
