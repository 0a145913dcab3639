"""/api/v1/retention-terms, retention-runs and legal-holds."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.core.api import HouseViewSet
from backend.core.text import both
from backend.privacy.terms import Sweep, sweeps
from backend.rights import queries, rules, serializers, services
from backend.rights.models import LegalHold, RetentionRun, RetentionTerm


class RetentionTermViewSet(HouseViewSet):
    """How long each sort of data is kept. Reading one is a rehearsal: it counts what would be dropped now."""

    rules = rules.RETENTION
    scope = "rights"
    blind_to_versions = frozenset({"change"})
    queryset = RetentionTerm.objects.none()
    serializer_class = serializers.TermSerializer
    pagination_class = None
    filter_backends: list[Any] = []
    lookup_value_regex = "[^/]+"

    @extend_schema(responses=serializers.TermSerializer(many=True))
    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Every sort of data and its term."""
        set_days = dict(RetentionTerm.objects.values_list("name", "days"))
        shown = [_told(each, set_days.get(each.name, each.days)) for each in sweeps()]
        return Response(serializers.TermSerializer(shown, many=True).data)

    @extend_schema(responses=serializers.TermSerializer)
    def retrieve(self, request: Any, pk: str) -> Response:
        """One sort of data, its term, and how much of it would be dropped now."""
        return Response(serializers.TermSerializer(_rehearsed(pk)).data)

    @extend_schema(request=serializers.TermBody, responses=serializers.TermSerializer)
    @action(detail=True, methods=["post"])
    def change(self, request: Any, pk: str) -> Response:
        """Keeps the data for so many days from now on."""
        services.set_days(name=pk, **self.body(serializers.TermBody))
        return Response(serializers.TermSerializer(_rehearsed(pk)).data)


class RetentionRunViewSet(HouseViewSet):
    """What was dropped, by sort of data and day."""

    rules = rules.RUNS
    scope = "rights"
    queryset = RetentionRun.objects.all()
    serializer_class = serializers.RunSerializer
    filterset_fields = ("name", "day")


class LegalHoldViewSet(HouseViewSet):
    """Conferences of which nothing is dropped, and nobody who took part erased."""

    rules = rules.HOLDS
    scope = "rights"
    blind_to_versions = frozenset({"lift"})
    queryset = LegalHold.objects.all()
    serializer_class = serializers.HoldSerializer
    filterset_fields = ("conference_id",)

    def get_queryset(self) -> QuerySet[LegalHold]:
        return LegalHold.objects.all()

    @extend_schema(request=serializers.HoldBody, responses={201: serializers.HoldSerializer})
    def create(self, request: Any) -> Response:
        """Keeps everything about a conference until the hold is lifted."""
        body = self.body(serializers.HoldBody)
        row = services.hold(conference_id=body["conference"], reason=body["reason"], account_id=self.account.pk)
        return self.answer(row, 201)

    @extend_schema(request=None, responses=serializers.HoldSerializer)
    @action(detail=True, methods=["post"])
    def lift(self, request: Any, pk: str) -> Response:
        """Ends the hold: what has had its time meanwhile is dropped."""
        return self.answer(services.lift(hold_id=self.get_object().pk))


def _told(each: Sweep, days: int) -> dict[str, Any]:
    return {
        "name": each.name,
        "title": both(each.title),
        "days": days,
        "house_days": each.days,
        "before": None,
        "due": None,
    }


def _rehearsed(name: str) -> dict[str, Any]:
    each, before, count = services.due(name)
    return {**_told(each, queries.days_kept(each)), "before": before, "due": count}
