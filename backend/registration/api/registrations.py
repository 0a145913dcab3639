"""/registrations."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.conferences.rules import organises
from backend.core.api import HouseViewSet
from backend.core.errors import Invalid
from backend.core.ids import time_ordered_id
from backend.core.text import say
from backend.invitations.states import Category
from backend.registration import queries, rules, services
from backend.registration.api.lookups import conference_of
from backend.registration.models import Registration
from backend.registration.serializers import (
    ApprovalBody,
    RefusalBody,
    RegistrationBody,
    RegistrationSerializer,
)
from backend.registration.states import RegistrationState


class RegistrationFilters(django_filters.FilterSet):
    conference = django_filters.UUIDFilter("conference_id")
    person = django_filters.UUIDFilter("person_id")
    organisation = django_filters.UUIDFilter("organisation_id")
    invitation = django_filters.UUIDFilter("invitation_id")
    site = django_filters.UUIDFilter("site_id")
    category = django_filters.ChoiceFilter(choices=Category.choices)
    state = django_filters.MultipleChoiceFilter(choices=RegistrationState.choices)

    class Meta:
        model = Registration
        fields: tuple[str, ...] = ()


class RegistrationViewSet(HouseViewSet):
    """Places at conferences: those the caller works for, and the caller's own."""

    queryset = Registration.objects.none()
    serializer_class = RegistrationSerializer
    rules = rules.REGISTRATIONS
    shows = ("person_id",)
    scope = "registration"
    filterset_class = RegistrationFilters
    own_refusals = {"accept": (410,)}
    search_fields = ("person__folded",)

    def get_queryset(self) -> QuerySet[Registration]:
        return queries.visible_to(self.account)

    def _answer(self, row: Registration, status: int = 200) -> Response:
        # Whoever may give a seat or take it back sees it: visibility need not be asked again.
        return self.answer(queries.with_names(Registration.objects.filter(pk=row.pk)).get(), status)

    @extend_schema(request=RegistrationBody, responses={201: RegistrationSerializer, 200: RegistrationSerializer})
    def create(self, request: Any) -> Response:
        """Registers somebody without an invitation: a seat, or the next turn on the waiting list. Organisers register
        anybody at any time; everybody may register themselves where the conference is open, or ask to come where it
        approves who does. Who is registered already stays as they are, and the answer is 200 with their registration; who
        had asked to come is approved by organisers' asking."""
        said = self.body(RegistrationBody)
        conference = conference_of(request, said["conference"])
        person = said.get("person", self.account.person_id)
        if person is None:
            raise Invalid({"person": say(vi="Hãy nói ai đăng ký.", en="Say who is to be registered.")})
        self.check_object_permissions(request, Registration(conference=conference, person_id=person))
        new_id = time_ordered_id()
        if organises.test(self.account, conference):
            made = services.register(
                conference_id=conference.id,
                person_id=person,
                category=said.get("category", Category.DELEGATE),
                site_id=said.get("site"),
                organisation_id=said.get("organisation"),
                new_id=new_id,
            )
        else:
            _refuse_to_choose(said)
            made = services.ask(conference_id=conference.id, person_id=person, site_id=said.get("site"), new_id=new_id)
        return self._answer(made, 201 if made.pk == new_id else 200)

    @extend_schema(request=ApprovalBody, responses=RegistrationSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Any, pk: str) -> Response:
        """Lets in who asked to come: to a seat, or to the next turn on the waiting list."""
        row = self.get_object()
        said = self.body(ApprovalBody)
        return self._answer(
            services.approve(registration_id=row.id, category=said.get("category"), expected=self.expected_version())
        )

    @extend_schema(request=RefusalBody, responses=RegistrationSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Any, pk: str) -> Response:
        """Turns down who asked to come; the letter says why."""
        row = self.get_object()
        said = self.body(RefusalBody)
        return self._answer(
            services.refuse(registration_id=row.id, reason=said["reason"], expected=self.expected_version())
        )

    @extend_schema(request=None, responses=RegistrationSerializer, summary="Take the seat offered")
    @action(detail=True, methods=["post"])
    def accept(self, request: Any, pk: str) -> Response:
        """Takes the seat that was offered from the waiting list, while the offer lasts."""
        row = self.get_object()
        return self._answer(services.accept(registration_id=row.id, expected=self.expected_version()))

    @extend_schema(request=None, responses=RegistrationSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Any, pk: str) -> Response:
        """Gives the seat up, which goes to who is next; or the turn, the offer or the request."""
        row = self.get_object()
        return self._answer(services.cancel(registration_id=row.id, expected=self.expected_version()))

    @extend_schema(request=None, responses=RegistrationSerializer, summary="Reissue a check-in code")
    @action(detail=True, methods=["post"])
    def reissue(self, request: Any, pk: str) -> Response:
        """Mails a new check-in code and voids the old one."""
        row = self.get_object()
        return self._answer(services.reissue_code(registration_id=row.id, expected=self.expected_version()))


def _refuse_to_choose(said: dict[str, Any]) -> None:
    """Who comes of their own accord comes as a guest of their own unit: quorums and units' seats are not theirs to move."""
    sentence = say(vi="Chỉ ban tổ chức chọn được mục này.", en="Only organisers choose this.")
    if chosen := {name: sentence for name in ("category", "organisation") if said.get(name)}:
        raise Invalid(chosen)
