"""/resolutions."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.core.api import HouseViewSet
from backend.core.errors import Invalid
from backend.core.shown import RECORD
from backend.core.text import say
from backend.documents.answers import PAGES, bytes_of, format_of, pages
from backend.documents.models import DocumentFile
from backend.documents.queries import MEDIA_TYPES
from backend.resolutions import issued_form, queries, rules, said, services
from backend.resolutions.api.backing import Supported
from backend.resolutions.issued_form import Fields
from backend.resolutions.models import Resolution, TextVersion
from backend.resolutions.serializers import (
    AgreeBody,
    DecisionBody,
    EditResolutionBody,
    IssueBody,
    ReferBody,
    ResolutionBody,
    ResolutionSerializer,
    TextComparisonSerializer,
    TextVersionSerializer,
    UntableBody,
)
from backend.resolutions.serializers.amendments import AmendingSerializer, ShareBody, VotingOrderBody
from backend.resolutions.serializers.texts import side
from backend.resolutions.wording.diff import diff, words_of


def _spoken(words: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    return {code: [{"kind": kind, "text": text} for kind, text in pieces] for code, pieces in words.items()}


class ResolutionViewSet(Supported, HouseViewSet):
    """Texts put before a conference, from the draft to the number they are issued under."""

    rules = rules.RESOLUTIONS
    scope = "resolutions"
    shows = RECORD
    edited_by_two = True
    queryset = Resolution.objects.none()
    serializer_class = ResolutionSerializer
    filterset_fields = {"conference": ["exact"], "state": ["exact"]}

    def get_queryset(self) -> QuerySet[Resolution]:
        return queries.visible_resolutions(self.account)

    @extend_schema(request=ResolutionBody, responses={201: ResolutionSerializer})
    def create(self, request: Any) -> Response:
        """Drafts a text for a conference. Its clauses get ids that stay with them."""
        body = self.body(ResolutionBody)
        self.check_object_permissions(request, body["conference"])
        return self.answer(services.draft(**body), 201)

    @extend_schema(request=EditResolutionBody, responses=ResolutionSerializer)
    def partial_update(self, request: Any, pk: str) -> Response:
        """Edits a draft; of a tabled text only the agenda item (409: `untable`, or amend it). A clause that is sent with its
        id, or says the very same, is still that clause; what is not sent is gone."""
        row = self.get_object()
        body = self.body(EditResolutionBody, partial=True)
        return self.answer(services.edit(resolution_id=row.pk, expected=self.expected_version(), **body))

    @extend_schema(request=None, responses=ResolutionSerializer)
    @action(detail=True, methods=["post"])
    def table(self, request: Any, pk: str) -> Response:
        """Puts the text before the conference."""
        return self.answer(services.table(resolution_id=self.get_object().pk, expected=self.expected_version()))

    @extend_schema(request=UntableBody, responses=ResolutionSerializer)
    @action(detail=True, methods=["post"])
    def untable(self, request: Any, pk: str) -> Response:
        """Takes a tabled text back to the draft, and says why; support is for words, and asked anew for others."""
        row = self.get_object()
        body = self.body(UntableBody)
        return self.answer(services.untable(resolution_id=row.pk, expected=self.expected_version(), **body))

    @extend_schema(request=ShareBody, responses=ResolutionSerializer)
    @action(detail=True, methods=["post"])
    def share(self, request: Any, pk: str) -> Response:
        """Shows a draft to those who take part, and sets until when they comment."""
        row = self.get_object()
        body = self.body(ShareBody)
        return self.answer(services.share(resolution_id=row.pk, expected=self.expected_version(), **body))

    @extend_schema(responses=AmendingSerializer)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def amending(self, request: Any, pk: str) -> Response:
        """The pending amendments in the order they are voted on, and which conflict."""
        row = self.get_object()
        pending, conflicts = queries.amending(row)
        names = ("one", "other", "reason", "exclusive")
        return Response(
            {
                "order": [
                    {"amendment": one.pk, "number": one.number, "does": said.what_it_does(one, row.wording)}
                    for one in pending
                ],
                "reason": row.voting_order.get("reason", {}),
                "conflicts": [{name: getattr(one, name) for name in names} for one in conflicts],
            }
        )

    @extend_schema(request=VotingOrderBody, responses=ResolutionSerializer)
    @action(detail=True, methods=["post"])
    def reorder(self, request: Any, pk: str) -> Response:
        """The chair's order of voting, and why; [] leaves it to the norm."""
        row = self.get_object()
        body = self.body(VotingOrderBody)
        return self.answer(services.put_in_order(resolution_id=row.pk, expected=self.expected_version(), **body))

    @extend_schema(request=None, responses=ResolutionSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Any, pk: str) -> Response:
        """Makes the amendments that were carried part of the text: a new version, under its own hash."""
        row = self.get_object()
        services.merge_amendments(resolution_id=row.pk, expected=self.expected_version())
        return self.answer_anew(row)

    @extend_schema(request=None, responses=ResolutionSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Any, pk: str) -> Response:
        """Takes the text back before it is decided."""
        return self.answer(services.withdraw(resolution_id=self.get_object().pk, expected=self.expected_version()))

    @extend_schema(request=ReferBody, responses=ResolutionSerializer)
    @action(detail=True, methods=["post"])
    def refer(self, request: Any, pk: str) -> Response:
        """Hands the tabled text to a body that is to look at it; this conference decides it no more."""
        row = self.get_object()
        body = self.body(ReferBody)
        return self.answer(services.refer(resolution_id=row.pk, expected=self.expected_version(), **body))

    @extend_schema(request=DecisionBody, responses=ResolutionSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Any, pk: str) -> Response:
        """Records a decision taken without a count."""
        row = self.get_object()
        body = self.body(DecisionBody)
        return self.answer(
            services.decide_without_count(resolution_id=row.pk, expected=self.expected_version(), **body)
        )

    @extend_schema(request=AgreeBody, responses=ResolutionSerializer, summary="Adopt by consensus")
    @action(detail=True, methods=["post"])
    def agree(self, request: Any, pk: str) -> Response:
        """Thống nhất: the chair asked for objections, and there was none. Nothing is counted."""
        row = self.get_object()
        body = self.body(AgreeBody)
        del body["objections_asked"]
        return self.answer(services.agree(resolution_id=row.pk, expected=self.expected_version(), **body))

    @extend_schema(request=IssueBody, responses=ResolutionSerializer, summary="Issue a resolution")
    @action(detail=True, methods=["post"])
    def issue(self, request: Any, pk: str) -> Response:
        """Gives the adopted text its official number and files it as .docx and PDF; nothing of it changes any more."""
        row = self.get_object()
        body = self.body(IssueBody)
        services.issue(resolution_id=row.pk, expected=self.expected_version(), fields=Fields(**body))  # type: ignore[typeddict-item]
        return self.answer_anew(row)

    @extend_schema(**PAGES, summary="Read a resolution on paper")
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def file(self, request: Any, pk: str) -> HttpResponse:
        """The copy on file in the form of specimen 1.1; before it is issued the text as it stands, marked DỰ THẢO."""
        row, format = self.get_object(), format_of(request)
        issued = getattr(row, "promulgation", None)
        if issued is not None:
            found = DocumentFile.objects.filter(document=issued.document_id, media_type=MEDIA_TYPES[format]).first()
            return bytes_of(found, request)
        facts = issued_form.facts_of(row)
        content = issued_form.written(issued_form.document_of(row, facts, made_at=row.updated_at), format)
        return pages(content, stem=issued_form.stem(facts), format=format, request=request)

    @extend_schema(responses=TextVersionSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def versions(self, request: Any, pk: str) -> Response:
        """Every version of the text, the first one first; the last one is the text as it stands."""
        rows = self.get_object().versions.order_by("number")
        return Response(TextVersionSerializer(rows, many=True).data)

    @extend_schema(
        parameters=[
            OpenApiParameter("before", int, description="Default: the version before `after`."),
            OpenApiParameter("after", int, description="Default: the last version."),
        ],
        responses=TextComparisonSerializer,
    )
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def compare(self, request: Any, pk: str) -> Response:
        """Two versions side by side: clauses aligned by their ids, and the words that differ inside them."""
        resolution = self.get_object()
        last = resolution.versions.order_by("-number").first()
        after = self.number_asked_for("after") or (last.number if last else 1)
        before = self.number_asked_for("before") or max(after - 1, 1)
        old, new = (self._version(resolution, name, number) for name, number in (("before", before), ("after", after)))
        rows = [
            {"change": row.change, "before": side(row.before), "after": side(row.after), "words": _spoken(row.words)}
            for row in diff(old.wording, new.wording)
        ]
        title = _spoken(words_of(old.title, new.title))
        return Response({"before": before, "after": after, "title": title, "rows": rows})

    @staticmethod
    def _version(resolution: Resolution, name: str, number: int) -> TextVersion:
        found: TextVersion | None = resolution.versions.filter(number=number).first()
        if found is None:
            raise Invalid({name: say(vi="Không có bản số {n}.", en="There is no version {n}.", n=number)})
        return found
