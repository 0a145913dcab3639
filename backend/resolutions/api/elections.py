"""/elections."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.core.api import HouseViewSet
from backend.core.shown import RECORD
from backend.resolutions import queries, rules, services
from backend.resolutions.models import Election
from backend.resolutions.serializers import PollSerializer
from backend.resolutions.serializers.elections import (
    EditElectionBody,
    ElectionBody,
    ElectionSerializer,
    EndElectionBody,
    WithdrawCandidateBody,
)


class ElectionViewSet(HouseViewSet):
    """Who stands for what. Its rounds are polls: each takes the candidates and the places left when it opens."""

    rules = rules.ELECTIONS
    scope = "resolutions"
    shows = RECORD
    edited_by_two = True
    queryset = Election.objects.none()
    serializer_class = ElectionSerializer
    filterset_fields = {"conference": ["exact"], "state": ["exact"]}

    def get_queryset(self) -> QuerySet[Election]:
        return queries.visible_elections(self.account)

    @extend_schema(request=ElectionBody, responses={201: ElectionSerializer})
    def create(self, request: Any) -> Response:
        """Prepares an election with its candidates, in the order of the paper."""
        body = self.body(ElectionBody)
        self.check_object_permissions(request, body["conference"])
        return self.answer_anew(services.draft_election(**body), 201)

    @extend_schema(request=EditElectionBody, responses=ElectionSerializer)
    def partial_update(self, request: Any, pk: str) -> Response:
        """Changes a draft; once the first round is open everything stands."""
        row = self.get_object()
        body = self.body(EditElectionBody, partial=True)
        return self.answer_anew(services.edit_election(election_id=row.pk, expected=self.expected_version(), **body))

    @extend_schema(request=WithdrawCandidateBody, responses=ElectionSerializer)
    @action(detail=True, methods=["post"], url_path="withdraw-candidate")
    def withdraw_candidate(self, request: Any, pk: str) -> Response:
        """Somebody no longer stands; not while a round is under way."""
        row = self.get_object()
        body = self.body(WithdrawCandidateBody)
        found = services.withdraw_candidate(election_id=row.pk, expected=self.expected_version(), **body)
        return self.answer_anew(found)

    @extend_schema(request=None, responses={201: PollSerializer})
    @action(detail=True, methods=["post"], url_path="run-off")
    def run_off(self, request: Any, pk: str) -> Response:
        """Drafts the next round for the places left: among those who tied, or who were next in line."""
        row = self.get_object()
        poll = services.run_off(election_id=row.pk, expected=self.expected_version())
        shown = queries.visible_polls(self.account).get(pk=poll.pk)
        return self.answer(shown, 201, PollSerializer)

    @extend_schema(request=EndElectionBody, responses=ElectionSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Any, pk: str) -> Response:
        """Ends it with the places that are filled, and says why the others stay empty."""
        row = self.get_object()
        body = self.body(EndElectionBody)
        return self.answer_anew(services.close_election(election_id=row.pk, expected=self.expected_version(), **body))

    @extend_schema(request=EndElectionBody, responses=ElectionSerializer)
    @action(detail=True, methods=["post"])
    def abandon(self, request: Any, pk: str) -> Response:
        """Gives it up before anybody was elected, and says why."""
        row = self.get_object()
        body = self.body(EndElectionBody)
        return self.answer_anew(services.abandon_election(election_id=row.pk, expected=self.expected_version(), **body))
