"""/api/v1/articles: written by editors, approved by somebody else, read by the public on pages.py."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from backend.articles import queries, rules, services
from backend.articles.models import Article
from backend.articles.serializers import (
    ArticleBody,
    ArticleSerializer,
    CorrectionBody,
    HeadBody,
    RetractionBody,
    RevisionSerializer,
)
from backend.core.api import HouseViewSet


class ArticleViewSet(HouseViewSet):
    """Articles the caller works on, and the published ones."""

    rules = rules.ARTICLES
    scope = "articles"
    edited_by_two = True
    needs_if_match = frozenset({"correct"})
    queryset = Article.objects.none()
    serializer_class = ArticleSerializer
    filterset_fields = {"organisation": ["exact"], "conference": ["exact"], "kind": ["exact"], "state": ["exact"]}

    def get_queryset(self) -> QuerySet[Article]:
        return queries.articles_visible_to(self.account)

    @extend_schema(request=ArticleBody, responses={201: ArticleSerializer})
    def create(self, request: Request) -> Response:
        """Begins a draft by hand; recaps of approved minutes are drafted by themselves."""
        body = self.body(ArticleBody)
        organisation, conference = body.pop("organisation"), body.pop("conference", None)
        self.check_object_permissions(request, organisation)
        article = services.begin(
            by=self.account.pk,
            organisation_id=organisation.id,
            conference_id=conference.id if conference else None,
            **body,
        )
        return self.answer(self._read(article), status=201)

    @extend_schema(request=HeadBody, responses=ArticleSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """`blocks`, when given, is the whole ordered list: what it leaves out is removed."""
        article = self.get_object()
        return self._done(
            services.edit(
                article_id=article.id, by=self.account.pk, expected=self.expected_version(), **self.body(HeadBody)
            )
        )

    @extend_schema(request=None, responses=ArticleSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Puts a draft before the approvers."""
        return self._done(
            services.submit(article_id=self.get_object().id, by=self.account.pk, expected=self.expected_version())
        )

    @extend_schema(request=None, responses=ArticleSerializer)
    @action(detail=True, methods=["post"])
    def send_back(self, request: Request, pk: str) -> Response:
        """Makes it a draft again."""
        return self._done(services.send_back(article_id=self.get_object().id, expected=self.expected_version()))

    @extend_schema(request=None, responses=ArticleSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Refused (403) to whoever edited it last or submitted it."""
        return self._done(
            services.approve(article_id=self.get_object().id, by=self.account.pk, expected=self.expected_version())
        )

    @extend_schema(request=None, responses=ArticleSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """From now on everybody reads it: page, feeds, webhooks."""
        return self._done(services.publish(article_id=self.get_object().id, expected=self.expected_version()))

    @extend_schema(request=CorrectionBody, responses=ArticleSerializer)
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: str) -> Response:
        """Changes what the public reads and says so on the page; two corrections never overwrite each other."""
        article = self.get_object()
        return self._done(
            services.correct(
                article_id=article.id, by=self.account.pk, expected=self.expected_version(), **self.body(CorrectionBody)
            )
        )

    @extend_schema(request=RetractionBody, responses=ArticleSerializer)
    @action(detail=True, methods=["post"])
    def retract(self, request: Request, pk: str) -> Response:
        """Takes it from the public; its address answers 410 with the note."""
        article = self.get_object()
        return self._done(
            services.retract(
                article_id=article.id, expected=self.expected_version(), note=self.body(RetractionBody)["note"]
            )
        )

    @extend_schema(responses=RevisionSerializer(many=True))
    @action(detail=True, methods=["get"], filterset_fields=None, pagination_class=None)
    def revisions(self, request: Request, pk: str) -> Response:
        """What the public read, from the first publication to the last correction."""
        rows = self.get_object().revisions.order_by("number")
        return Response(RevisionSerializer(rows, many=True).data)

    def _done(self, article: Article) -> Response:
        return self.answer(self._read(article))

    @staticmethod
    def _read(article: Article) -> Any:
        return Article.objects.prefetch_related("blocks").get(pk=article.pk)
