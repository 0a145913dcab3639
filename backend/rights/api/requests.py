"""/api/v1/data-requests and public-holidays."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.core.api import HouseViewSet
from backend.core.errors import Forbidden, Invalid
from backend.core.shown import Address
from backend.core.text import say
from backend.people.models import Person
from backend.rights import queries, rules, serializers, services
from backend.rights.models import DataRequest, PublicHoliday
from backend.rights.states import RequestVia


class RequestFilters(filters.FilterSet):
    person = filters.UUIDFilter("person_id")

    class Meta:
        model = DataRequest
        fields = ["kind", "state", "identity"]


class DataRequestViewSet(HouseViewSet):
    """What people ask about their data: their own, and for data officers those of their organisation."""

    rules = rules.REQUESTS
    shows = ("person_id", Address("email"))
    scope = "rights"
    queryset = DataRequest.objects.none()
    serializer_class = serializers.DataRequestSerializer
    filterset_class = RequestFilters

    def get_queryset(self) -> QuerySet[DataRequest]:
        return queries.visible_requests(self.account)

    @extend_schema(request=serializers.RequestBody, responses={201: serializers.DataRequestSerializer})
    def create(self, request: Any) -> Response:
        """Asks for something about one's own data; or enters what somebody else asked, as a data officer."""
        body = self.body(serializers.RequestBody)
        person_id, organisation_id = body.pop("person", None), body.pop("organisation", None)
        own = person_id in (None, self.account.person_id) and not body.get("name")
        if own and self.account.person_id is None:
            raise Invalid({"person": say(vi="Tài khoản này không của ai.", en="This account belongs to no person.")})
        if own:
            made = services.receive(
                kind=body["kind"],
                via=RequestVia.API,
                person_id=self.account.person_id,
                text=body.get("text", ""),
                subject=body.get("subject", ""),
            )
            return self._shown(made, 201)
        person = Person.objects.filter(pk=person_id).first() if person_id else None
        where = person.organisation_id if person else organisation_id
        if not queries.is_officer(self.account, where):
            raise Forbidden()
        made = services.receive(via=RequestVia.STAFF, person_id=person_id, organisation_id=where, **body)
        return self._shown(made, 201)

    @extend_schema(request=serializers.IdentityBody, responses=serializers.DataRequestSerializer)
    @action(detail=True, methods=["post"])
    def identify(self, request: Any, pk: str) -> Response:
        """Writes down whether the one who asks is who they say they are."""
        return self._done(services.confirm_identity, serializers.IdentityBody)

    @extend_schema(request=serializers.ReasonBody, responses=serializers.DataRequestSerializer)
    @action(detail=True, methods=["post"], url_path="answer")
    def answer_first(self, request: Any, pk: str) -> Response:
        """The first answer, due within two working days."""
        return self._done(services.answer, serializers.ReasonBody)

    @extend_schema(request=serializers.NoteBody, responses=serializers.DataRequestSerializer)
    @action(detail=True, methods=["post"])
    def grant(self, request: Any, pk: str) -> Response:
        """Decides that what is asked will be done."""
        return self._done(services.grant, serializers.NoteBody)

    @extend_schema(request=serializers.ReasonBody, responses=serializers.DataRequestSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Any, pk: str) -> Response:
        """Decides that it will not be done, with the reason."""
        return self._done(services.refuse, serializers.ReasonBody)

    @extend_schema(request=serializers.ExtensionBody, responses=serializers.DataRequestSerializer)
    @action(detail=True, methods=["post"])
    def extend(self, request: Any, pk: str) -> Response:
        """Puts the deadline off, once and by at most 15 days, with the reason."""
        return self._done(services.extend, serializers.ExtensionBody)

    @extend_schema(request=serializers.NoteBody, responses=serializers.DataRequestSerializer)
    @action(detail=True, methods=["post"])
    def complete(self, request: Any, pk: str) -> Response:
        """What was granted has been done."""
        return self._done(services.complete, serializers.NoteBody)

    @extend_schema(request=serializers.NoteBody, responses=serializers.DataRequestSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Any, pk: str) -> Response:
        """Whoever asked no longer wants it."""
        return self._done(services.withdraw, serializers.NoteBody)

    def _done(self, service: Callable[..., DataRequest], body: Any) -> Response:
        row = self.get_object()
        return self._shown(service(request_id=row.pk, expected=self.expected_version(), **self.body(body)))

    def _shown(self, row: DataRequest, status: int = 200) -> Response:
        return self.answer(queries.visible_requests(self.account).get(pk=row.pk), status)


class PublicHolidayViewSet(HouseViewSet):
    """Days on which offices are closed beside the holidays of a fixed date, and days of a weekend worked instead.
    Deadlines in working days are reckoned by them."""

    rules = rules.HOLIDAYS
    scope = "rights"
    blind_to_versions = frozenset({"destroy"})
    queryset = PublicHoliday.objects.all()
    serializer_class = serializers.HolidaySerializer
    filterset_fields = ("worked",)
    ordering = ("day",)

    @extend_schema(request=serializers.HolidaySerializer, responses={201: serializers.HolidaySerializer})
    def create(self, request: Any) -> Response:
        """Enters a day. Deadlines given before stay as they are."""
        return self.answer(services.enter_holiday(**self.body()), 201)

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, pk: str) -> Response:
        """Removes a day. Deadlines given before stay as they are."""
        services.remove_holiday(holiday_id=self.get_object().pk)
        return Response(status=204)
