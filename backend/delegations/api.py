"""/delegations: the places units fill."""

from typing import Any, cast

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from backend.core import context
from backend.core.api import HouseViewSet
from backend.core.filters import TrueOrFalseFilter
from backend.core.shown import Address, Nobody
from backend.delegations import queries, rules, services
from backend.delegations.models import Delegation
from backend.delegations.serializers import (
    DeadlineToNameBody,
    DelegationBody,
    DelegationOverviewSerializer,
    DelegationSerializer,
    FocalPointBody,
    ListBody,
    PlacesQuery,
    UnitPlacesSerializer,
)
from backend.delegations.states import DelegationState
from backend.imports.uploads import looked_at, with_form
from backend.invitations.forms import NamedBody
from backend.invitations.services.named import Named
from backend.invitations.states import Category


class DelegationFilters(django_filters.FilterSet):
    """`silent` units were asked and have named nobody."""

    conference = django_filters.UUIDFilter("conference_id")
    organisation = django_filters.UUIDFilter("organisation_id")
    site = django_filters.UUIDFilter("site_id")
    category = django_filters.ChoiceFilter(choices=Category.choices)
    state = django_filters.MultipleChoiceFilter(choices=DelegationState.choices)
    silent = TrueOrFalseFilter(method="by_silence", label="Asked, and nobody named")

    class Meta:
        model = Delegation
        fields: tuple[str, ...] = ()

    def by_silence(self, rows: QuerySet[Delegation], name: str, wanted: bool) -> QuerySet[Delegation]:
        silent = {"state": DelegationState.ASKED, "named": 0}
        return rows.filter(**silent) if wanted else rows.exclude(**silent)


class DelegationViewSet(HouseViewSet):
    """Places given to units. The unit's focal point names the delegates through a link, without an account."""

    queryset = Delegation.objects.none()
    serializer_class = DelegationSerializer
    rules = rules.DELEGATIONS
    shows = (Address("focal_email"),)
    scope = "delegations"
    edited_by_two = True
    filterset_class = DelegationFilters
    search_fields = ("organisation__folded",)

    def get_queryset(self) -> QuerySet[Delegation]:
        return queries.visible_to(self.account)

    def _target(self) -> dict[str, Any]:
        return {"delegation_id": self.get_object().pk, "expected": self.expected_version()}

    @extend_schema(request=DelegationBody, responses={201: DelegationSerializer})
    def create(self, request: Any) -> Response:
        """Gives a unit places, with an invitation list of its own; its focal point is not written to yet."""
        said = self.body(DelegationBody)
        conference = said.pop("conference")
        self.check_object_permissions(request, conference)
        unit, site = said.pop("organisation"), said.pop("site", None)
        made = services.create_delegation(conference_id=conference.pk, organisation_id=unit, site_id=site, **said)
        return self.answer_anew(made, 201)

    @extend_schema(request=FocalPointBody, responses=DelegationSerializer)
    def partial_update(self, request: Any, pk: str) -> Response:
        """Corrects the quota, the focal point or, before the unit is asked, the deadline. A new focal point of a unit
        that was asked gets the letter; the older link stops working."""
        target = self._target()
        changes = self.body(FocalPointBody, partial=True)
        return self.answer_anew(services.change_delegation(**target, changes=changes))

    def destroy(self, request: Any, pk: str) -> Response:
        """Takes back places the unit was not asked to fill."""
        services.drop_delegation(**self._target())
        return Response(status=204)

    @extend_schema(request=None, responses=DelegationSerializer, summary="Ask a unit for its delegates")
    @action(detail=True, methods=["post"])
    def ask(self, request: Any, pk: str) -> Response:
        """Writes to the focal point, with a link to name the delegates."""
        return self.answer_anew(services.ask(**self._target()))

    @extend_schema(request=None, responses=DelegationSerializer, summary="Remind a focal point")
    @action(detail=True, methods=["post"])
    def remind(self, request: Any, pk: str) -> Response:
        """Reminds the focal point now, beside the reminders that go out by themselves."""
        return self.answer_anew(services.remind(**self._target()))

    @extend_schema(request=DeadlineToNameBody, responses=DelegationSerializer, summary="Give a unit more time")
    @action(detail=True, methods=["post"])
    def extend(self, request: Any, pk: str) -> Response:
        """Moves the deadline to a later moment, also after it has passed; the focal point is told."""
        return self.answer_anew(services.extend(**self._target(), **self.body(DeadlineToNameBody)))

    @extend_schema(
        request=DeadlineToNameBody, responses=DelegationSerializer, summary="Bring a unit's deadline forward"
    )
    @action(detail=True, methods=["post"])
    def bring_forward(self, request: Any, pk: str) -> Response:
        """Moves the deadline to an earlier moment that is still ahead; the focal point is told."""
        return self.answer_anew(services.bring_forward(**self._target(), **self.body(DeadlineToNameBody)))

    @extend_schema(request=None, responses=DelegationSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Any, pk: str) -> Response:
        """Takes no more names; places nobody fills go back."""
        return self.answer_anew(services.close(**self._target()))

    @extend_schema(request=DeadlineToNameBody, responses=DelegationSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Any, pk: str) -> Response:
        """Lets the unit name people again until a new deadline, with the places that went back."""
        return self.answer_anew(services.reopen(**self._target(), **self.body(DeadlineToNameBody)))

    @extend_schema(
        summary="Count a conference's places",
        parameters=[OpenApiParameter("conference", str, required=True)],
        responses=DelegationOverviewSerializer,
        filters=False,
    )
    @action(detail=False, methods=["get"], pagination_class=None, filter_backends=[])
    def overview(self, request: Any) -> Response:
        """Places given to units, filled, gone back and left; and how many units are silent."""
        asked = PlacesQuery(data=request.query_params.dict(), context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        conference = asked.validated_data["conference"]
        self.check_object_permissions(request, conference)
        return Response(DelegationOverviewSerializer(queries.overview(conference.pk)).data)


class UnitPlacesViewSet(HouseViewSet):
    """The focal point's link as an API, for who has no account. Reading it changes nothing."""

    authentication_classes = ()
    queryset = Delegation.objects.none()
    serializer_class = UnitPlacesSerializer
    rules = rules.UNIT_PLACES
    shows = Nobody("a focal point sees whom it named itself, through a link and without an account")
    scope = "unit-places"
    lookup_url_kwarg = "token"
    blind_to_versions = frozenset({"retrieve", "name_delegate", "hand_in", "commit", "submit"})
    own_refusals = dict.fromkeys(("retrieve", "name_delegate", "hand_in", "commit", "submit"), (404, 409, 410))
    filter_backends = ()
    takes_bytes = {"hand_in": with_form}

    def get_parsers(self) -> list[Any]:
        action = getattr(self, "action", None) or self.action_map.get((self.request.method or "").lower())
        return [MultiPartParser()] if action == "hand_in" else super().get_parsers()

    def _link(self, token: str) -> dict[str, Any]:
        opened = self._opened(token)
        return {"delegation_id": opened.pk, "link_round": opened.link_round}

    def _opened(self, token: str) -> Delegation:
        opened = queries.opened_by(token)
        queries.check_wanted(opened.conference)
        return opened

    @staticmethod
    def _acting(link: dict[str, Any]) -> Any:
        return context.acting(actor=f"focal-point:{link['delegation_id']}")

    def _shown(self, token: str, status: int = 200) -> Response:
        return self.answer(queries.opened_by(token), status)

    def _begun(self, token: str) -> Response:
        response = self._shown(token, 202)
        response.headers["Location"] = f"/api/v1/unit-places/{token}"
        return response

    @extend_schema(responses=UnitPlacesSerializer, summary="Read a unit's places")
    def retrieve(self, request: Any, token: str) -> Response:
        """The places, whom the unit named, and what stands in the file it handed in last."""
        return self.answer(self._opened(token))

    @extend_schema(request=NamedBody, responses={201: UnitPlacesSerializer}, summary="Name a delegate")
    def name_delegate(self, request: Any, token: str) -> Response:
        """Gives one of the unit's places to somebody; the organisers write to them."""
        link = self._link(token)
        with self._acting(link):
            services.name_delegate(**link, named=cast(Named, self.body(NamedBody)))
        return self._shown(token, 201)

    @extend_schema(
        request={"multipart/form-data": ListBody},
        responses={202: UnitPlacesSerializer},
        summary="Hand in a unit's list",
    )
    def hand_in(self, request: Any, token: str) -> Response:
        """Takes the file and begins to read it; read this address again until it is no longer `busy`. Nobody is named
        by that. A file handed in before is replaced."""
        link, file = self._link(token), self.body(ListBody)["file"]
        with self._acting(link):
            services.hand_in(**link, sheet=looked_at(filename=file.name, content=file.read()))
        return self._begun(token)

    @extend_schema(request=None, responses={202: UnitPlacesSerializer}, summary="Name the delegates of a unit's list")
    def commit(self, request: Any, token: str) -> Response:
        """Begins to name whom the file's sound rows say, as long as there are places. Who is named already is not named
        again."""
        link = self._link(token)
        with self._acting(link):
            services.name_listed(**link)
        return self._begun(token)

    @extend_schema(request=None, responses=UnitPlacesSerializer, summary="Submit a unit's list")
    def submit(self, request: Any, token: str) -> Response:
        """Says that these are all. Twice is once."""
        link = self._link(token)
        with self._acting(link):
            services.submit(**link)
        return self._shown(token)
