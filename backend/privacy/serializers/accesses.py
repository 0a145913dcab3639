"""Who was shown whose data, as the API says it."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from backend.core.serializers import HouseSerializer, LanguageMap
from backend.privacy.models import Access


class AccessSerializer(HouseSerializer):
    """`count` says how many people one answer showed. To auditors `people` are all of them, to everybody else
    themselves alone."""

    account_name = serializers.CharField(source="account.person.full_name", default="", read_only=True)
    organisation_name = LanguageMap(
        source="account.person.organisation.name", default=dict, read_only=True, required_text=False
    )
    count = serializers.SerializerMethodField()
    people = serializers.SerializerMethodField()

    class Meta:
        model = Access
        fields = (
            "id", "at", "account", "account_name", "organisation_name", "operation", "by_token", "count", "people",
        )  # fmt: skip
        read_only_fields = fields

    def get_count(self, row: Access) -> int:
        return len(row.people)

    def get_people(self, row: Access) -> list[UUID]:
        if row.audited:  # type: ignore[attr-defined]  # by queries.visible_accesses
            return row.people
        itself: Any = self.context["request"].user.person_id
        return [one for one in row.people if one == itself]
