"""/accesses: who looked."""

from typing import Any
from uuid import UUID

import django_filters

from backend.core.api import HouseViewSet
from backend.core.shown import Nobody
from backend.privacy import queries, rules
from backend.privacy.models import Access
from backend.privacy.serializers import AccessSerializer


class AccessFilters(django_filters.FilterSet):
    person = django_filters.UUIDFilter(method="to", help_text="Whose data were shown.")
    account = django_filters.UUIDFilter("account_id")
    operation = django_filters.CharFilter("operation")
    since = django_filters.IsoDateTimeFilter("at", lookup_expr="gte")
    until = django_filters.IsoDateTimeFilter("at", lookup_expr="lte")

    class Meta:
        model = Access
        fields: tuple[str, ...] = ()

    def to(self, rows: Any, name: str, person_id: UUID) -> Any:
        """Who else a page showed is told to auditors alone."""
        found = rows.filter(people__contains=[person_id])
        return found if person_id == self.request.user.person_id else found.filter(audited=True)


class AccessViewSet(HouseViewSet):
    """Who was shown whose personal data, newest first: for auditors, and for everybody whose own data were shown."""

    queryset = Access.objects.none()
    serializer_class = AccessSerializer
    rules = rules.ACCESSES
    scope = "privacy"
    shows = Nobody("who looked is told to whom it concerns and to auditors; whose data they were, by id alone")
    filterset_class = AccessFilters

    def get_queryset(self) -> Any:
        return queries.visible_accesses(self.account)
