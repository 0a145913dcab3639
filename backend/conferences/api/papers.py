"""/papers: what is asked of planned speakers in writing, until it is accepted."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from backend.conferences import queries, rules, services
from backend.conferences.api.shelf import PartFilters
from backend.conferences.models import Paper, Speaker
from backend.conferences.queries import papers as paper_queries
from backend.conferences.serializers.papers import (
    DeadlineBody,
    HandInBody,
    OverviewQuery,
    PaperBody,
    PaperOverviewSerializer,
    PapersBody,
    PaperSerializer,
    PapersSerializer,
    PaperTitleBody,
    RemarksBody,
    VersionBody,
    the_file,
)
from backend.conferences.states import PaperState
from backend.core.api import HouseViewSet
from backend.core.clock import now
from backend.core.filters import TrueOrFalseFilter
from backend.core.schema import BYTES_AT_HAND
from backend.core.shown import RECORD
from backend.documents.answers import bytes_of
from backend.documents.queries import FILED_TYPES
from backend.documents.uploads import looked_at, with_form


class PaperFilters(PartFilters):
    """`overdue` papers are missing and past their deadline; `overdue=false` gives the others."""

    agenda_item = django_filters.UUIDFilter("speaker__agenda_item_id")
    speaker = django_filters.UUIDFilter("speaker_id")
    person = django_filters.UUIDFilter("speaker__person_id")
    state = django_filters.ChoiceFilter(choices=PaperState.choices)
    overdue = TrueOrFalseFilter(method="by_deadline", label="Missing, and past its deadline")

    class Meta:
        model = Paper
        fields: tuple[str, ...] = ()

    def by_deadline(self, rows: QuerySet[Paper], name: str, wanted: bool) -> QuerySet[Paper]:
        late: Q = paper_queries.overdue(now())
        return rows.filter(late) if wanted else rows.exclude(late)


class PaperViewSet(HouseViewSet):
    """What is asked of planned speakers in writing. It is handed in by the speaker's account, by the link in the letter,
    or on their behalf; once accepted, whoever sees the agenda item reads it."""

    queryset = Paper.objects.none()
    serializer_class = PaperSerializer
    rules = rules.PAPERS
    shows = RECORD
    scope = "conferences"
    edited_by_two = True
    needs_if_match = frozenset({"accept", "send_back", "withdraw", "extend"})
    filterset_class = PaperFilters
    ordering = ("conference_id", "id")
    takes_bytes = {"versions": with_form}

    def get_queryset(self) -> QuerySet[Paper]:
        return paper_queries.papers_visible_to(self.account)

    def _target(self) -> dict[str, Any]:
        return {"paper_id": self.get_object().pk, "expected": self.expected_version()}

    @extend_schema(summary="Ask for a paper", request=PaperBody, responses={201: PaperSerializer})
    def create(self, request: Any) -> Response:
        """Asks one planned speaker, by a letter with a link of its own; one that was withdrawn is asked for again."""
        body = self.body(PaperBody)
        speaker = body.pop("speaker")
        self.check_object_permissions(request, speaker)
        return self.answer_anew(services.request_paper(speaker_id=speaker.pk, **body), 201)

    @extend_schema(summary="Ask for many papers", request=PapersBody, responses={201: PapersSerializer}, filters=False)
    @action(detail=False, methods=["post"], pagination_class=None, url_path="request")
    def request_many(self, request: Any) -> Response:
        """Asks every planned speaker of a conference, or of one agenda item, who was not asked yet. Shows the new papers."""
        body = self.body(PapersBody)
        item = body.get("agenda_item")
        conference = item.conference if item is not None else body["conference"]
        self.check_object_permissions(request, conference)
        asked = services.request_papers(
            conference_id=conference.pk, agenda_item_id=item and item.pk, due_at=body.get("due_at")
        )
        rows = self.get_queryset().filter(pk__in=[paper.pk for paper in asked]).order_by("id")
        return Response({"results": self.get_serializer(rows, many=True).data}, status=201)

    @extend_schema(request=PaperTitleBody, responses=PaperSerializer)
    def partial_update(self, request: Any, pk: str) -> Response:
        """Writes the title, as long as the paper is not accepted."""
        target = self._target()
        return self.answer_anew(services.name_paper(**target, **self.body(PaperTitleBody)))

    @extend_schema(summary="Give more time for a paper", request=DeadlineBody, responses=PaperSerializer)
    @action(detail=True, methods=["post"])
    def extend(self, request: Any, pk: str) -> Response:
        """Moves the deadline to a later moment, also after it has passed; the speaker is told."""
        target = self._target()
        return self.answer_anew(services.extend_deadline(**target, **self.body(DeadlineBody)))

    @extend_schema(
        summary="Hand in a paper",
        request={"multipart/form-data": HandInBody},
        responses={201: PaperSerializer},
    )
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def versions(self, request: Any, pk: str) -> Response:
        """Files the next version: .pdf, .docx or .pptx, at most 20 MB unless the house says otherwise.

        The speaker may until the deadline, whoever organises on the speaker's behalf at any time.
        """
        paper = self.get_object()
        name, content = the_file(self.body(HandInBody))
        filed = services.hand_in(
            paper_id=paper.pk,
            upload=looked_at(filename=name, content=content),
            by_secretary=bool(rules.handles_papers.test(self.account, paper)),
            expected=self.expected_version(),
        )
        return self.answer_anew(filed, 201)

    @extend_schema(request=VersionBody, responses=PaperSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Any, pk: str) -> Response:
        """Accepts a version for good: whoever sees the agenda item reads it, and there is no further one."""
        target = self._target()
        return self.answer_anew(services.accept_paper(**target, **self.body(VersionBody)))

    @extend_schema(request=RemarksBody, responses=PaperSerializer)
    @action(detail=True, methods=["post"])
    def send_back(self, request: Any, pk: str) -> Response:
        """Returns a version to the speaker with remarks on what to change, and a new deadline if one is given."""
        target = self._target()
        return self.answer_anew(services.send_back_paper(**target, **self.body(RemarksBody)))

    @extend_schema(request=None, responses=PaperSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Any, pk: str) -> Response:
        """Asks for the paper no longer; its link answers no more."""
        return self.answer_anew(services.withdraw_paper(**self._target()))

    @extend_schema(
        parameters=[OpenApiParameter("version", int, description="Default: the last one you may read."), BYTES_AT_HAND],
        responses={
            **{(200, media_type): OpenApiTypes.BINARY for media_type in FILED_TYPES.values()},
            304: OpenApiResponse(description="Still what you have."),
        },
    )
    @action(detail=True, methods=["get"], filterset_class=None)
    def content(self, request: Any, pk: str) -> HttpResponse:
        """The bytes of one version. The ETag is their SHA-256."""
        paper = self.get_object()
        return bytes_of(paper_queries.paper_content(paper, self.account, self.number_asked_for("version")), request)

    @extend_schema(
        summary="Read how far papers have come",
        parameters=[OpenApiParameter("conference", OpenApiTypes.UUID, required=True)],
        responses=PaperOverviewSerializer,
        filters=False,
    )
    @action(detail=False, methods=["get"], pagination_class=None)
    def overview(self, request: Any) -> Response:
        """Counts a conference's papers by state, and lists the speakers no letter reaches."""
        asked = OverviewQuery(data=request.query_params.dict(), context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        conference = asked.validated_data["conference"]
        self.check_object_permissions(request, conference)
        speakers = queries.parts_visible_to(Speaker.objects.filter(conference=conference), self.account)
        papers = Paper.objects.filter(speaker__in=speakers)
        found = paper_queries.paper_overview(papers, speakers, now())
        return Response(PaperOverviewSerializer(found, context=self.get_serializer_context()).data)
