"""People and organisations as they are named: an organisation under the name it bore on the conference's day."""

import datetime as dt
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.conferences import queries
from backend.conferences.serializers.fields import Id, Order
from backend.core.serializers import Body, HouseSerializer, LanguageMap
from backend.people.models import Organisation, Person


def day_of(row: Any) -> dt.date | None:
    """The day of the conference the row belongs to, or of the row itself; None without one."""
    conference = getattr(row, "conference", row)
    day: dt.date | None = getattr(conference, "day", None)
    return day


class OrganisationThen(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = LanguageMap(one_line=True)
    short_name = LanguageMap(one_line=True, required_text=False)

    @staticmethod
    def of(organisation: Organisation | None, day: dt.date | None) -> dict[str, Any] | None:
        """The organisation under the name it bore on `day`; None stays None."""
        if organisation is None:
            return None
        return {
            "id": str(organisation.pk),
            "slug": organisation.slug,
            "name": queries.name_then(organisation, day),
            "short_name": organisation.short_name,
        }


class NamedPerson(HouseSerializer):
    class Meta:
        model = Person
        fields = ("id", "full_name", "honorific", "degree")
        read_only_fields = fields


class HolderSerializer(HouseSerializer):
    """A row that names somebody: a person, or an organisation as it was called on the row's day."""

    person = NamedPerson(read_only=True, allow_null=True)
    organisation = serializers.SerializerMethodField()

    @extend_schema_field(OrganisationThen(allow_null=True))
    def get_organisation(self, row: Any) -> Any:
        return OrganisationThen.of(row.organisation, day_of(row))


class HolderBody(Body):
    """Somebody at a place in a sequence: a person, or an office and its organisation without a name."""

    order = Order()
    person = Id(queryset=Person.objects.all(), required=False, allow_null=True)
    organisation = Id(queryset=Organisation.objects.all(), required=False, allow_null=True)
    office = LanguageMap(one_line=True, max_length=500, required=False, required_text=False)
