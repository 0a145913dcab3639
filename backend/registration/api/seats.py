"""/seats and /admissions."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.conferences.models import Conference
from backend.conferences.queries import visible_to as visible_conferences
from backend.core.api import HouseViewSet
from backend.core.errors import NotFound
from backend.registration import queries, rules, services
from backend.registration.api.lookups import conference_of, uuid_of
from backend.registration.models import Admission, Seats
from backend.registration.serializers import (
    AdmissionBody,
    AdmissionSerializer,
    CapacityBody,
    LimitBody,
    SeatsSerializer,
)


class SeatsFilters(django_filters.FilterSet):
    conference = django_filters.UUIDFilter("conference_id")

    class Meta:
        model = Seats
        fields: tuple[str, ...] = ()


class SeatsViewSet(HouseViewSet):
    """How many seats a conference has, how many are taken and how many people wait. The id is the conference's."""

    #: Two organisers decide one after the other; who only takes a seat makes neither read anew.
    edited_by_two = True
    needs_if_match = frozenset({"resize", "limit"})
    blind_to_versions = frozenset({"retrieve"})

    queryset = Seats.objects.none()
    serializer_class = SeatsSerializer
    rules = rules.SEATS
    scope = "registration"
    filterset_class = SeatsFilters

    def get_queryset(self) -> QuerySet[Seats]:
        return queries.visible_seats(self.account)

    @extend_schema(summary="Count the seats")
    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """As they are now. The ETag is that of what organisers decided: it stands while seats are taken."""
        return self.answer(queries.counter(self.account, uuid_of(kwargs["pk"])))

    @extend_schema(request=CapacityBody, responses=SeatsSerializer, summary="Set the number of seats")
    @action(detail=True, methods=["post"])
    def resize(self, request: Any, pk: str) -> Response:
        """Sets the number of seats (null: no limit). Added ones go to the waiting list at once; there cannot be fewer
        than are taken."""
        conference = self._organised(request, pk)
        said = self.body(CapacityBody)
        return self._answer(
            services.set_capacity(
                conference_id=conference.id, capacity=said["capacity"], expected=self.expected_version()
            )
        )

    @extend_schema(request=LimitBody, responses=SeatsSerializer, summary="Limit the seats of a site or a unit")
    @action(detail=True, methods=["post"])
    def limit(self, request: Any, pk: str) -> Response:
        """Sets how many seats those of one site or of one unit may have (null: no limit of their own). Who does not
        fit waits, and stops nobody behind who does; there cannot be fewer than are taken or offered."""
        conference = self._organised(request, pk)
        said = self.body(LimitBody)
        return self._answer(
            services.set_limit(
                conference_id=conference.id,
                site_id=said.get("site"),
                organisation_id=said.get("organisation"),
                capacity=said["capacity"],
                expected=self.expected_version(),
            )
        )

    def _organised(self, request: Any, pk: str) -> Conference:
        conference = visible_conferences(self.account).filter(pk=uuid_of(pk)).first()
        if conference is None:
            raise NotFound()
        self.check_object_permissions(request, conference)
        return conference

    def _answer(self, seats: Seats) -> Response:
        return self.answer(queries.with_limits(Seats.objects.filter(pk=seats.pk)).get())


class AdmissionFilters(django_filters.FilterSet):
    conference = django_filters.UUIDFilter("conference_id")

    class Meta:
        model = Admission
        fields: tuple[str, ...] = ()


class AdmissionViewSet(HouseViewSet):
    """How conferences take people: by invitation, open, or by approval. The id is the conference's."""

    queryset = Admission.objects.none()
    serializer_class = AdmissionSerializer
    rules = rules.ADMISSIONS
    scope = "registration"
    filterset_class = AdmissionFilters

    def get_queryset(self) -> QuerySet[Admission]:
        return queries.visible_admissions(self.account)

    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """What was decided for the conference; where nothing was, it is by invitation."""
        conference = visible_conferences(self.account).filter(pk=uuid_of(kwargs["pk"])).first()
        if conference is None:
            raise NotFound()
        return self.answer(queries.admission(conference.pk))

    @extend_schema(
        request=AdmissionBody, responses={200: AdmissionSerializer}, summary="Decide how a conference takes people"
    )
    def create(self, request: Any) -> Response:
        """Decides it in place of what was decided before. Offers already made keep their end, and those who asked to
        come still wait for approval."""
        said = self.body(AdmissionBody)
        conference = conference_of(request, said.pop("conference"))
        self.check_object_permissions(request, conference)
        return self.answer(services.set_admission(conference_id=conference.pk, **said))
