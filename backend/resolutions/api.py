"""/resolutions, /polls and /ballots."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.core.api import HouseViewSet
from backend.core.errors import Conflict
from backend.core.text import say
from backend.resolutions import queries, rules, services
from backend.resolutions.models import NamedBallot, Poll, Resolution
from backend.resolutions.serializers import (
    AnnulBody,
    BallotBody,
    DecisionBody,
    DeclareBody,
    EditResolutionBody,
    EntitlementSerializer,
    EvidenceSerializer,
    OpenBody,
    PollBody,
    PollSerializer,
    ReceiptSerializer,
    ResolutionBody,
    ResolutionSerializer,
    RollEntrySerializer,
)
from backend.resolutions.states import PollState

UNSEALED = (PollState.DRAFT, PollState.OPEN)


class ResolutionViewSet(HouseViewSet):
    """Texts put before a conference."""

    rules = rules.RESOLUTIONS
    scope = "resolutions"
    edited_by_two = True
    queryset = Resolution.objects.none()
    serializer_class = ResolutionSerializer
    filterset_fields = {"conference": ["exact"], "state": ["exact"]}

    def get_queryset(self) -> QuerySet[Resolution]:
        return queries.visible_resolutions(self.account)

    @extend_schema(request=ResolutionBody, responses={201: ResolutionSerializer})
    def create(self, request: Any) -> Response:
        """Drafts a text for a conference."""
        body = self.body(ResolutionBody)
        self.check_object_permissions(request, body["conference"])
        return self.answer(services.draft(**body), 201)

    @extend_schema(request=EditResolutionBody, responses=ResolutionSerializer)
    def partial_update(self, request: Any, pk: str) -> Response:
        row = self.get_object()
        body = self.body(EditResolutionBody, partial=True)
        return self.answer(services.edit(resolution_id=row.pk, expected=self.expected_version(), **body))

    @extend_schema(request=None, responses=ResolutionSerializer)
    @action(detail=True, methods=["post"])
    def table(self, request: Any, pk: str) -> Response:
        """Puts the text before the conference; it stays as it is from now on."""
        return self.answer(services.table(resolution_id=self.get_object().pk, expected=self.expected_version()))

    @extend_schema(request=None, responses=ResolutionSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Any, pk: str) -> Response:
        """Takes the text back before it is decided."""
        return self.answer(services.withdraw(resolution_id=self.get_object().pk, expected=self.expected_version()))

    @extend_schema(request=DecisionBody, responses=ResolutionSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Any, pk: str) -> Response:
        """Records a decision taken without a count."""
        row = self.get_object()
        body = self.body(DecisionBody)
        return self.answer(
            services.decide_without_count(resolution_id=row.pk, expected=self.expected_version(), **body)
        )


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


class BallotViewSet(HouseViewSet):
    """Where delegates vote. No row is loaded: the casting statement itself asks whether they may."""

    rules = rules.BALLOTS
    scope = "ballots"
    queryset = NamedBallot.objects.none()
    serializer_class = ReceiptSerializer
    filter_backends = ()

    @extend_schema(request=BallotBody, responses={200: ReceiptSerializer(many=True)}, summary="Vote")
    def create(self, request: Any) -> Response:
        """Casts the caller's ballots; sent again with the same choice, it answers with the same receipts."""
        body = self.body(BallotBody)
        receipts = services.cast(
            poll_id=body["poll"], person_id=self.account.person_id, choice=body["choice"], numbers=body.get("numbers")
        )
        return Response([{"poll": str(r.poll), "number": r.number, "leaf": r.leaf} for r in receipts])
