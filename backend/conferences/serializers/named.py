"""People and organisations as they are named: an organisation under the name it bore on the conference's day."""

import datetime as dt
from typing import Any

from rest_framework import serializers

from backend.conferences import queries
from backend.core.serializers import HouseSerializer, LanguageMap
from backend.people.models import Organisation, Person


def day_of(row: Any) -> dt.date | None:
    """The day of the conference the row belongs to."""
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
