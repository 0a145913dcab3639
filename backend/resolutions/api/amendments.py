"""/amendments, /comments and /procedures."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.core.api import HouseViewSet
from backend.core.errors import NotFound
from backend.core.shown import RECORD
from backend.resolutions import queries, rules, services
from backend.resolutions.api.backing import Supported
from backend.resolutions.models import Amendment, Comment, Procedure
from backend.resolutions.serializers.amendments import (
    AmendmentBody,
    AmendmentSerializer,
    CommentBody,
    CommentSerializer,
    DecideAmendmentBody,
    ProcedureBody,
    ProcedureSerializer,
    RespondBody,
)


class AmendmentViewSet(Supported, HouseViewSet):
    """Changes to single clauses of a tabled text, from the draft to the merged text."""

    rules = rules.AMENDMENTS
    scope = "resolutions"
    shows = RECORD
    queryset = Amendment.objects.none()
    serializer_class = AmendmentSerializer
    filterset_fields = {"conference": ["exact"], "resolution": ["exact"], "state": ["exact"]}

    def get_queryset(self) -> QuerySet[Amendment]:
        return queries.visible_amendments(self.account)

    @extend_schema(request=AmendmentBody, responses={201: AmendmentSerializer})
    def create(self, request: Any) -> Response:
        """Drafts an amendment, in one's own name; a secretary's has no mover. It is supported, then submitted."""
        body = self.body(AmendmentBody)
        resolution = body.pop("resolution")
        if not queries.visible_resolutions(self.account).filter(pk=resolution.pk).exists():
            raise NotFound()
        self.check_object_permissions(request, resolution)
        mover = None if rules.staff.test(self.account, resolution) else self.account.person_id
        if mover is not None:
            services.ensure_a_say(resolution.conference_id, mover)
        return self.answer_anew(services.move(resolution_id=resolution.pk, mover_id=mover, **body), 201)

    @extend_schema(request=None, responses=AmendmentSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Any, pk: str) -> Response:
        """Puts it before the conference, once enough stand behind it."""
        row = self.get_object()
        return self.answer_anew(services.submit(amendment_id=row.pk, expected=self.expected_version()))

    @extend_schema(request=None, responses=AmendmentSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Any, pk: str) -> Response:
        """The movers of the text take it over; it needs no vote. Refused (409, `order`) while another that would fall with
        it comes first in the order of voting."""
        row = self.get_object()
        return self.answer_anew(services.accept(amendment_id=row.pk, expected=self.expected_version()))

    @extend_schema(request=DecideAmendmentBody, responses=AmendmentSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Any, pk: str) -> Response:
        """Records a decision taken without a count; one with a count is a poll's. They are decided in the order of voting:
        409 (`order`) names those that come `first`."""
        row = self.get_object()
        body = self.body(DecideAmendmentBody)
        return self.answer_anew(
            services.decide_amendment(amendment_id=row.pk, expected=self.expected_version(), **body)
        )

    @extend_schema(request=None, responses=AmendmentSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Any, pk: str) -> Response:
        row = self.get_object()
        return self.answer_anew(services.withdraw_amendment(amendment_id=row.pk, expected=self.expected_version()))


class CommentViewSet(HouseViewSet):
    """What those who take part say about clauses, and what they are answered."""

    rules = rules.COMMENTS
    scope = "resolutions"
    shows = ("person_id",)
    queryset = Comment.objects.none()
    serializer_class = CommentSerializer
    filterset_fields = {"conference": ["exact"], "resolution": ["exact"], "clause": ["exact"]}

    def get_queryset(self) -> QuerySet[Comment]:
        return queries.visible_comments(self.account)

    @extend_schema(request=CommentBody, responses={201: CommentSerializer})
    def create(self, request: Any) -> Response:
        """Comments on a clause, or on the whole text, during the time set for it."""
        body = self.body(CommentBody)
        resolution = body.pop("resolution")
        if not queries.visible_resolutions(self.account).filter(pk=resolution.pk).exists():
            raise NotFound()
        self.check_object_permissions(request, resolution)
        return self.answer_anew(services.comment(resolution_id=resolution.pk, account=self.account, **body), 201)

    @extend_schema(request=RespondBody, responses=CommentSerializer)
    @action(detail=True, methods=["post"])
    def respond(self, request: Any, pk: str) -> Response:
        """Answers a comment, once; the answer stands."""
        row = self.get_object()
        body = self.body(RespondBody)
        return self.answer_anew(services.respond(comment_id=row.pk, expected=self.expected_version(), **body))


class ProcedureViewSet(HouseViewSet):
    """How many must stand behind texts and amendments at a conference; where nothing is set, nobody."""

    rules = rules.PROCEDURES
    scope = "resolutions"
    queryset = Procedure.objects.none()
    serializer_class = ProcedureSerializer
    filterset_fields = {"conference": ["exact"]}

    def get_queryset(self) -> QuerySet[Procedure]:
        return queries.visible_procedures(self.account)

    @extend_schema(request=ProcedureBody, responses={201: ProcedureSerializer})
    def create(self, request: Any) -> Response:
        """Sets it, or sets it anew: what is not said stays as it was."""
        body = self.body(ProcedureBody)
        self.check_object_permissions(request, body["conference"])
        return self.answer_anew(services.set_procedure(**body), 201)
