"""/consent-purposes and /consents."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.core.api import HouseViewSet
from backend.core.errors import Invalid
from backend.core.filters import TrueOrFalseFilter
from backend.core.text import current_language, say
from backend.people.models import Person
from backend.people.queries import visible_people
from backend.privacy import queries, rules, services
from backend.privacy.models import ConsentDecision, ConsentPurpose
from backend.privacy.serializers import (
    ConsentBody,
    ConsentPurposeSerializer,
    ConsentSerializer,
    PurposeBody,
    RewordBody,
)
from backend.privacy.states import ConsentVia, Decision


class ConsentPurposeFilters(django_filters.FilterSet):
    code = django_filters.CharFilter("code")
    retired = TrueOrFalseFilter("retired_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = ConsentPurpose
        fields: tuple[str, ...] = ()


class ConsentPurposeViewSet(HouseViewSet):
    """What people may be asked to agree to, each by itself, in every version of its words."""

    queryset = ConsentPurpose.objects.none()
    serializer_class = ConsentPurposeSerializer
    rules = rules.CONSENT_PURPOSES
    scope = "privacy"
    edited_by_two = True
    needs_if_match = frozenset({"reword"})
    filterset_class = ConsentPurposeFilters

    def get_queryset(self) -> QuerySet[ConsentPurpose]:
        return queries.purposes()

    @extend_schema(request=PurposeBody, responses={201: ConsentPurposeSerializer})
    def create(self, request: Any) -> Response:
        """Adds a purpose with its first wording, in every language of the house."""
        made = services.add_purpose(**self.body(PurposeBody))
        return self.answer_anew(made, 201)

    @extend_schema(request=RewordBody, responses=ConsentPurposeSerializer)
    @action(detail=True, methods=["post"])
    def reword(self, request: Any, pk: str) -> Response:
        """Asks in new words from now on; the former ones stay on record with the consents given to them."""
        row = self.get_object()
        services.reword_purpose(purpose_id=row.pk, expected=self.expected_version(), **self.body(RewordBody))
        return self.answer_anew(row)

    @extend_schema(request=None, responses=ConsentPurposeSerializer)
    @action(detail=True, methods=["post"])
    def retire(self, request: Any, pk: str) -> Response:
        """Asks nobody any more; no consent to the purpose counts from now on."""
        row = self.get_object()
        services.retire_purpose(purpose_id=row.pk, expected=self.expected_version())
        return self.answer_anew(row)


class ConsentFilters(django_filters.FilterSet):
    person = django_filters.UUIDFilter("person_id")
    purpose = django_filters.CharFilter("wording__purpose__code")
    decision = django_filters.ChoiceFilter(choices=Decision.choices)
    via = django_filters.MultipleChoiceFilter(choices=ConsentVia.choices)
    current = TrueOrFalseFilter("current", help_text="Nothing newer was decided about the purpose.")

    class Meta:
        model = ConsentDecision
        fields: tuple[str, ...] = ()


class ConsentViewSet(HouseViewSet):
    """The ledger of consent: every decision to give or withdraw it, with the words that were shown. Where there is none,
    there is no consent."""

    queryset = ConsentDecision.objects.none()
    serializer_class = ConsentSerializer
    rules = rules.CONSENTS
    scope = "privacy"
    shows = ("person_id",)
    filterset_class = ConsentFilters

    def get_queryset(self) -> QuerySet[ConsentDecision]:
        return queries.visible_decisions(self.account)

    @extend_schema(request=ConsentBody, responses={201: ConsentSerializer}, summary="Give or withdraw consent")
    def create(self, request: Any) -> Response:
        """Records a decision. Nobody consents for another: what somebody else said or wrote is taken down with who took
        it and when. A decision that stands already is answered as it is."""
        said = self.body(ConsentBody)
        person = self._who(said)
        self.check_object_permissions(request, person)
        if said["via"] == ConsentVia.API and person.pk != self.account.person_id:
            raise Invalid(
                {
                    "via": say(
                        vi="Không ai đồng ý thay người khác: hãy ghi bằng giấy hoặc bằng lời.",
                        en="Nobody consents for another: say whether it was written or said.",
                    )
                }
            )
        how = {"via": said["via"], "taken_by": said.get("taken_by", ""), "at": said.get("taken_at")}
        language = said.get("language") or current_language()
        if said["decision"] == Decision.GIVEN:
            asked = services.Asked(purpose=said["purpose"], version=said["wording"], language=language)
            made = services.give_consent(person_id=person.pk, asked=asked, **how)
        else:
            made = services.withdraw_consent(
                person_id=person.pk, purpose=said["purpose"], language=said.get("language", ""), **how
            )
        return self.answer_anew(made, 201)

    def _who(self, said: dict[str, Any]) -> Person:
        person_id = said.get("person", self.account.person_id)
        person = visible_people(self.account).filter(pk=person_id).first() if person_id else None
        if person is None:
            raise Invalid({"person": say(vi="Không có người này.", en="There is no such person.")})
        return person
