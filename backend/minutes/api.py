"""The record's entries, and minutes from draft to approval."""

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.conferences.queries import visible_to as conferences_visible_to
from backend.core.api import HouseViewSet, etag
from backend.core.errors import Invalid, NotFound
from backend.core.text import say
from backend.documents.queries import MEDIA_TYPES, disposition
from backend.minutes import paper, queries, rules, services
from backend.minutes.models import Conclusion, Finding, Minutes, Proposal
from backend.minutes.serializers import (
    ConclusionSerializer,
    DraftBody,
    EditBody,
    FindingSerializer,
    MinutesSerializer,
    MinutesSummarySerializer,
    ProposalSerializer,
    ProvenanceSerializer,
    RegeneratedSerializer,
    SupplementBody,
)


class EntryViewSet(HouseViewSet):
    """One kind of entry of the record; subclasses name it."""

    rules = rules.ENTRIES
    scope = "minutes"
    edited_by_two = True
    entry: ClassVar[Any]
    filterset_fields = ("conference", "speech", "kind")
    ordering = ("conference_id", "order", "id")

    def get_queryset(self) -> Any:
        return queries.entries_visible_to(self.entry.objects.all(), self.account)

    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        values = self.body()
        conference = _visible(self.account, values.pop("conference").pk)
        self.check_object_permissions(request, conference)
        return self.answer(services.enter(entry=self.entry, conference_id=conference.pk, **values), status=201)

    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        row, expected = self.get_object(), self.expected_version()
        values = self.body(partial=True)
        values.pop("conference", None)
        return self.answer(services.amend(entry=self.entry, entry_id=row.pk, expected=expected, **values))

    def destroy(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        services.strike(entry=self.entry, entry_id=self.get_object().pk, expected=self.expected_version())
        return Response(status=204)


def _visible(account: Any, conference_id: Any) -> Any:
    """The conference, if the account may know of it: otherwise its id is as good as wrong."""
    conference = conferences_visible_to(account).filter(pk=conference_id).first()
    if conference is None:
        raise NotFound()
    return conference


class FindingViewSet(EntryViewSet):
    """What was found: achievements, limitations, causes."""

    queryset = Finding.objects.none()
    serializer_class = FindingSerializer
    entry = Finding


class ProposalViewSet(EntryViewSet):
    """Proposals and petitions, to whom they went, and what was answered."""

    queryset = Proposal.objects.none()
    serializer_class = ProposalSerializer
    entry = Proposal


class ConclusionViewSet(EntryViewSet):
    """Directives, conclusions, tasks and pillars, with deadlines as they were said."""

    queryset = Conclusion.objects.none()
    serializer_class = ConclusionSerializer
    entry = Conclusion


class MinutesViewSet(HouseViewSet):
    """Minutes: drawn from the record, edited by the secretary, approved by the chair, immutable from then on."""

    rules = rules.MINUTES
    scope = "minutes"
    edited_by_two = True
    blind_to_versions = frozenset({"supplement"})
    queryset = Minutes.objects.none()
    filterset_fields = ("conference", "state")

    def get_queryset(self) -> Any:
        found = queries.visible_to(self.account)
        return found.defer("content", "head") if self.action == "list" else found

    def get_serializer_class(self) -> Any:
        return MinutesSummarySerializer if self.action == "list" else MinutesSerializer

    def _reread(self, status: int = 200) -> Response:
        return self.answer(self.get_object(), status=status)

    @extend_schema(
        request=DraftBody, responses={200: MinutesSerializer, 201: MinutesSerializer}, summary="Draft minutes"
    )
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Drafts the minutes of a closed conference; 200 when they already exist."""
        conference = _visible(self.account, self.body(DraftBody)["conference"].pk)
        self.check_object_permissions(request, conference)
        existed = Minutes.objects.filter(conference=conference, supplements=None).exists()
        minutes = services.draft(conference_id=conference.pk)
        self.kwargs["pk"] = str(minutes.pk)
        return self._reread(200 if existed else 201)

    @extend_schema(request=EditBody, responses=MinutesSerializer)
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Rewrites blocks, adds passages, removes added ones. Edited text stays when the draft is drawn again. A locked
        block is refused: the problem names it and says where the record itself is corrected."""
        minutes, expected = self.get_object(), self.expected_version()
        body = self.body(EditBody)
        services.edit(
            minutes_id=minutes.pk,
            expected=expected,
            texts={block["id"]: block["text"] for block in body.get("blocks", [])},
            added=body.get("added", []),
            removed=body.get("removed", []),
        )
        return self._reread()

    @extend_schema(request=None, responses=RegeneratedSerializer)
    @action(detail=True, methods=["post"])
    def regenerate(self, request: Any, pk: str | None = None) -> Response:
        """Draws the draft from today's record again, keeping edited passages and naming those it overtook; locked blocks
        are refreshed."""
        _, changed = services.regenerate(minutes_id=self.get_object().pk, expected=self.expected_version())
        minutes = self.get_object()
        return Response(
            {"minutes": self.get_serializer(minutes).data, "changed": changed}, headers={"ETag": etag(minutes)}
        )

    @extend_schema(request=None, responses=MinutesSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Any, pk: str | None = None) -> Response:
        """Puts the draft before the chair; it cannot be edited meanwhile."""
        services.submit(minutes_id=self.get_object().pk, expected=self.expected_version())
        return self._reread()

    @extend_schema(request=None, responses=MinutesSerializer)
    @action(detail=True, methods=["post"])
    def send_back(self, request: Any, pk: str | None = None) -> Response:
        """Makes it a draft again."""
        services.send_back(minutes_id=self.get_object().pk, expected=self.expected_version())
        return self._reread()

    @extend_schema(request=None, responses=MinutesSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Any, pk: str | None = None) -> Response:
        """By a chair of the conference: numbers the minutes, files the final documents and seals them. 409 with the
        `blocks` that are no longer what the record says: regenerate first."""
        services.approve(minutes_id=self.get_object().pk, account_id=self.account.pk, expected=self.expected_version())
        return self._reread()

    @extend_schema(request=SupplementBody, responses={201: MinutesSerializer})
    @action(detail=True, methods=["post"])
    def supplement(self, request: Any, pk: str | None = None) -> Response:
        """New minutes that point back at approved ones and mend them."""
        minutes = self.get_object()
        made = services.supplement(minutes_id=minutes.pk, **self.body(SupplementBody))
        self.kwargs["pk"] = str(made.pk)
        return self._reread(201)

    @extend_schema(
        parameters=[OpenApiParameter("format", str, enum=sorted(MEDIA_TYPES), description="Default: pdf.")],
        responses={(200, media_type): OpenApiTypes.BINARY for media_type in MEDIA_TYPES.values()},
    )
    @action(detail=True, methods=["get"])
    def preview(self, request: Any, pk: str | None = None) -> HttpResponse:
        """The minutes as they stand now; marked DỰ THẢO until they are approved."""
        minutes, format = self.get_object(), request.query_params.get("format", "pdf")
        if format not in MEDIA_TYPES:
            raise Invalid({"format": say(vi="Chỉ có docx hoặc pdf.", en="Only docx or pdf.")})
        return HttpResponse(
            paper.page(minutes, format),
            content_type=MEDIA_TYPES[format],
            headers={"Content-Disposition": disposition(f"bien-ban-{minutes.conference.slug}.{format}")},
        )

    @extend_schema(responses=ProvenanceSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def provenance(self, request: Any, pk: str | None = None) -> Response:
        """Where each block comes from."""
        return Response(queries.provenance(self.get_object()))
