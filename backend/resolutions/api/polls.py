"""/polls."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.conferences.rules import chairs
from backend.core.api import HouseViewSet
from backend.core.errors import Conflict, Forbidden
from backend.core.text import say
from backend.resolutions import evidence, queries, rules, services
from backend.resolutions.api.custody import CustodyActions
from backend.resolutions.api.telling import TellingActions
from backend.resolutions.models import Poll
from backend.resolutions.serializers import (
    AnnulBody,
    DeclareBody,
    EditPollBody,
    EntitlementSerializer,
    EvidenceSerializer,
    OpenBody,
    PollBody,
    PollSerializer,
    RollEntrySerializer,
)
from backend.resolutions.states import PollState

UNSEALED = (PollState.DRAFT, PollState.OPEN)


class PollViewSet(CustodyActions, TellingActions, HouseViewSet):
    """Votes on resolutions, and rounds of elections. Nothing is ever deleted: a re-vote is a new round."""

    rules = rules.POLLS
    scope = "resolutions"
    edited_by_two = True
    own_refusals = {"evidence": (409,), "record": (409,)}
    blind_to_versions = frozenset({"draw_key", "test_key", "recount", "destroy_key", "issue_papers", "enter_sheet"})
    queryset = Poll.objects.none()
    serializer_class = PollSerializer
    filterset_fields = {"conference": ["exact"], "resolution": ["exact"], "election": ["exact"], "state": ["exact"]}

    def get_queryset(self) -> QuerySet[Poll]:
        return queries.visible_polls(self.account)

    @extend_schema(request=PollBody, responses={201: PollSerializer})
    def create(self, request: Any) -> Response:
        """Prepares a vote on a resolution, or a round of an election; nobody votes before it is opened."""
        body = self.body(PollBody)
        self.check_object_permissions(request, body.get("resolution") or body["election"])
        return self.answer_anew(services.draft_poll(**body), 201)

    @extend_schema(request=EditPollBody, responses=PollSerializer)
    def partial_update(self, request: Any, pk: str) -> Response:
        """Corrects a draft; once the poll is open everything stands."""
        row = self.get_object()
        body = self.body(EditPollBody, partial=True)
        return self.answer_anew(services.edit_poll(poll_id=row.pk, expected=self.expected_version(), **body))

    @extend_schema(request=OpenBody, responses=PollSerializer)
    @action(detail=True, methods=["post"])
    def open(self, request: Any, pk: str) -> Response:
        """Freezes roll, text and rule; of a secret poll, makes the key and hands it to the tellers in sealed shares."""
        row = self.get_object()
        body = self.body(OpenBody)
        return self.answer_anew(services.open_poll(poll_id=row.pk, expected=self.expected_version(), **body))

    @extend_schema(request=None, responses=PollSerializer)
    @action(detail=True, methods=["post"])
    def seal(self, request: Any, pk: str) -> Response:
        """Ends voting; named ballots are counted a moment later, secret ones by their tellers."""
        return self.answer_anew(services.seal(poll_id=self.get_object().pk, expected=self.expected_version()))

    @extend_schema(request=DeclareBody, responses=PollSerializer)
    @action(detail=True, methods=["post"])
    def declare(self, request: Any, pk: str) -> Response:
        """Makes the verdict known, and decides by it what the poll was on. `casting_vote` breaks a tie where the rule leaves it
        to the chair, who alone casts it, by their own account; `lots` one in a count of preferences, entered by a chair or a
        teller of the poll. The verdict says who and when."""
        row = self.get_object()
        body = self.body(DeclareBody)
        if body["casting_vote"] is not None and not chairs.test(self.account, row):
            raise Forbidden(say(vi="Chỉ chủ tọa bỏ lá phiếu quyết định.", en="Only the chair has a casting vote."))
        if body["lots"] and not rules.draws_lots.test(self.account, row):
            raise Forbidden(
                say(vi="Chỉ chủ tọa hoặc ban kiểm phiếu bốc thăm.", en="Only the chair or a teller draws lots.")
            )
        by = self.account.person_id
        return self.answer_anew(services.declare(poll_id=row.pk, by=by, expected=self.expected_version(), **body))

    @extend_schema(request=AnnulBody, responses=PollSerializer)
    @action(detail=True, methods=["post"])
    def annul(self, request: Any, pk: str) -> Response:
        """Voids the poll before it is declared and says why. Tally, verdict, roll, record and evidence stay, and say who
        voided it and when; receipts can be checked against its urn."""
        row = self.get_object()
        body = self.body(AnnulBody)
        by = self.account.person_id
        return self.answer_anew(services.annul(poll_id=row.pk, by=by, expected=self.expected_version(), **body))

    @extend_schema(responses=EntitlementSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def entitlement(self, request: Any, pk: str) -> Response:
        """The ballots the caller casts in this poll, whose they are, and which of them were cast."""
        poll, me = self.get_object(), self.account.person_id
        mine = list(queries.entitlements_of(poll.pk, me).select_related("holder__person"))
        cast = queries.cast_numbers(poll, [row.number for row in mine])
        self.note_shown([row for row in mine if row.holder.person_id != me], ("holder.person_id",))
        return Response(
            [
                {
                    "number": row.number,
                    "unit": row.unit,
                    "name": row.holder.person.full_name,
                    "own": row.holder.person_id == me,
                    "cast": row.number in cast,
                }
                for row in mine
            ]
        )

    @extend_schema(responses=EvidenceSerializer)
    @action(detail=True, methods=["get"])
    def evidence(self, request: Any, pk: str) -> Response:
        """Everything to check a sealed poll by, for whoever may see it; tools/verify_poll.py does. A named poll is an open
        vote: its leaves can be matched with the numbers (not the names) of the roll."""
        poll = self.get_object()
        if poll.state in UNSEALED or not poll.urn_root:
            raise Conflict(say(vi="Chưa khoá biểu quyết.", en="The poll is not sealed yet."))
        may_read_roll = rules.may_see_the_roll.test(self.account, poll)
        return Response(evidence.bundle(poll, with_roll=may_read_roll))

    @extend_schema(responses=RollEntrySerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def roll(self, request: Any, pk: str) -> Response:
        """The named roll with the choices, once the result is declared."""
        roll = queries.roll(self.get_object())
        self.note_shown(roll, ("person_id", "proxy_id"))
        return Response(RollEntrySerializer(roll, many=True).data)
