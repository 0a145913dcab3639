"""/polls."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.core.api import HouseViewSet
from backend.core.errors import Conflict
from backend.core.text import say
from backend.resolutions import queries, rules, services
from backend.resolutions.models import NamedBallot, Poll
from backend.resolutions.serializers import (
    AnnulBody,
    DeclareBody,
    EntitlementSerializer,
    EvidenceSerializer,
    OpenBody,
    PollBody,
    PollSerializer,
    RollEntrySerializer,
)
from backend.resolutions.states import PollState

UNSEALED = (PollState.DRAFT, PollState.OPEN)


class PollViewSet(HouseViewSet):
    """Votes on resolutions. Nothing is ever deleted: a re-vote is a new round."""

    rules = rules.POLLS
    scope = "resolutions"
    own_refusals = {"evidence": (409,)}
    queryset = Poll.objects.none()
    serializer_class = PollSerializer
    filterset_fields = {"conference": ["exact"], "resolution": ["exact"], "state": ["exact"]}

    def get_queryset(self) -> QuerySet[Poll]:
        return queries.visible_polls(self.account)

    @extend_schema(request=PollBody, responses={201: PollSerializer})
    def create(self, request: Any) -> Response:
        """Prepares a vote on a resolution; nobody votes before it is opened."""
        body = self.body(PollBody)
        self.check_object_permissions(request, body["resolution"])
        return self.answer_anew(services.draft_poll(**body), 201)

    @extend_schema(request=OpenBody, responses=PollSerializer)
    @action(detail=True, methods=["post"])
    def open(self, request: Any, pk: str) -> Response:
        """Freezes roll, text and rule."""
        row = self.get_object()
        body = self.body(OpenBody)
        return self.answer_anew(services.open_poll(poll_id=row.pk, expected=self.expected_version(), **body))

    @extend_schema(request=None, responses=PollSerializer)
    @action(detail=True, methods=["post"])
    def seal(self, request: Any, pk: str) -> Response:
        """Ends voting; the ballots are counted a moment later."""
        return self.answer_anew(services.seal(poll_id=self.get_object().pk, expected=self.expected_version()))

    @extend_schema(request=DeclareBody, responses=PollSerializer)
    @action(detail=True, methods=["post"])
    def declare(self, request: Any, pk: str) -> Response:
        """Makes the verdict known; `casting_vote` breaks a tie where the rule leaves it to the chair."""
        row = self.get_object()
        body = self.body(DeclareBody)
        return self.answer_anew(services.declare(poll_id=row.pk, expected=self.expected_version(), **body))

    @extend_schema(request=AnnulBody, responses=PollSerializer)
    @action(detail=True, methods=["post"])
    def annul(self, request: Any, pk: str) -> Response:
        """Voids the poll and says why; its record stays."""
        row = self.get_object()
        body = self.body(AnnulBody)
        return self.answer_anew(services.annul(poll_id=row.pk, expected=self.expected_version(), **body))

    @extend_schema(responses=EntitlementSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def entitlement(self, request: Any, pk: str) -> Response:
        """The caller's own ballots in this poll, and which of them were cast."""
        poll = self.get_object()
        mine = list(queries.entitlements_of(poll.pk, self.account.person_id))
        cast = set(
            NamedBallot.objects.filter(poll_id=poll.pk, number__in=[row.number for row in mine]).values_list(
                "number", flat=True
            )
        )
        return Response([{"number": row.number, "cast": row.number in cast} for row in mine])

    @extend_schema(responses=EvidenceSerializer)
    @action(detail=True, methods=["get"])
    def evidence(self, request: Any, pk: str) -> Response:
        """Leaves, root, hashes, and once counted tally and verdict, for whoever may see the poll. A named poll is an open
        vote: its leaves can be matched with the numbers (not the names) of the roll."""
        poll = self.get_object()
        if poll.state in UNSEALED:
            raise Conflict(say(vi="Chưa khoá biểu quyết.", en="The poll is not sealed yet."))
        shown = self.get_serializer(poll).data
        leaves = sorted(NamedBallot.objects.filter(poll_id=poll.pk).values_list("leaf", flat=True))
        names = ("state", "rule", "text_hash", "config_hash", "roll_hash", "urn_root", "tally", "verdict")
        return Response({"poll": str(poll.pk), "leaves": leaves, **{name: shown[name] for name in names}})

    @extend_schema(responses=RollEntrySerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def roll(self, request: Any, pk: str) -> Response:
        """The named roll with the choices, once the result is declared."""
        roll = queries.roll(self.get_object())
        self.note_shown(roll, ("person_id",))
        return Response(RollEntrySerializer(roll, many=True).data)
