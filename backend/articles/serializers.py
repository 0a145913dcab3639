"""Articles as JSON, and the bodies their verbs take."""

from typing import Any

from django.conf import settings
from django.core.validators import URLValidator
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.articles import addresses
from backend.articles.models import Article, ArticleBlock, ArticleRevision
from backend.articles.states import MOVES, ArticleKind, ArticleState, BlockKind, BlockStatus
from backend.conferences.models import Conference
from backend.core.serializers import Body, HouseSerializer, LanguageMap
from backend.core.text import say
from backend.people.models import Organisation

MAX_BLOCKS = 200
WEB_ADDRESS = URLValidator(schemes=["http", "https"])


class BlockSerializer(HouseSerializer):
    """One aligned block; `status` says by language how its text came about."""

    status = serializers.DictField(child=serializers.ChoiceField(choices=BlockStatus.choices))
    sources = serializers.ListField(
        child=serializers.CharField(), help_text='Rows of the record it was written from, "subject:id".'
    )

    class Meta:
        model = ArticleBlock
        fields = ["id", "order", "kind", "text", "status", "sources"]


class ArticleSerializer(HouseSerializer):
    blocks = BlockSerializer(many=True, read_only=True)
    head_sources = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        read_only=True,
        help_text='By member of the head: the rows of the record it was written from, "subject:id".',
    )
    languages = serializers.ListField(
        child=serializers.ChoiceField(choices=settings.LANGUAGES),
        read_only=True,
        help_text="Those the public can read it in.",
    )
    legal = serializers.SerializerMethodField(help_text="The verbs its state allows.")
    pages = serializers.SerializerMethodField(help_text="Public addresses by language, while it is published.")

    class Meta:
        model = Article
        fields = [
            "id", "slug", "kind", "state", "legal", "organisation", "conference",
            "title", "sapo", "dateline", "head_sources", "byline", "byline_position", "byline_unit", "source_name", "source_url",
            "blocks", "languages", "pages",
            "edited_by", "submitted_by", "approved_by",
            "published_at", "corrected_at", "correction_note", "retracted_at", "retraction_note",
            "created_at", "updated_at", "version",
        ]  # fmt: skip

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_legal(self, article: Article) -> list[str]:
        return MOVES.legal(article.state)

    @extend_schema_field(serializers.DictField(child=serializers.URLField()))
    def get_pages(self, article: Article) -> dict[str, str]:
        if article.state != ArticleState.PUBLISHED:
            return {}
        return {language: addresses.article(language, article.slug) for language in article.languages}


class RevisionSerializer(HouseSerializer):
    content = serializers.DictField(help_text="What the public read: head, languages and blocks.")

    class Meta:
        model = ArticleRevision
        fields = ["number", "at", "note", "content"]


class BlockBody(Body):
    """A block as an editor sends it. What GET showed may be sent back as it is: `order`, `status` and `sources` are
    the server's and are not read. `reviewed` names the languages the editor has checked against each other."""

    id = serializers.UUIDField(required=False)
    kind = serializers.ChoiceField(choices=BlockKind.choices, required=False)
    text = LanguageMap(required_text=False)
    reviewed = serializers.ListField(
        child=serializers.ChoiceField(choices=settings.LANGUAGES), required=False, max_length=len(settings.LANGUAGES)
    )
    order = serializers.IntegerField(read_only=True)
    status = serializers.DictField(read_only=True)
    sources = serializers.ListField(read_only=True)


class HeadBody(Body):
    """What an editor may change; what is left out stays as it is."""

    title = LanguageMap(one_line=True, required=False, max_length=300)
    sapo = LanguageMap(required=False, required_text=False, max_length=2000)
    dateline = LanguageMap(one_line=True, required=False, required_text=False, max_length=200)
    byline = serializers.CharField(required=False, allow_blank=True, max_length=120)
    byline_position = LanguageMap(one_line=True, required=False, required_text=False, max_length=200)
    byline_unit = LanguageMap(one_line=True, required=False, required_text=False, max_length=200)
    source_name = serializers.CharField(required=False, allow_blank=True, max_length=200)
    source_url = serializers.CharField(required=False, allow_blank=True, max_length=500, validators=[WEB_ADDRESS])
    blocks = BlockBody(many=True, required=False)

    def validate_blocks(self, blocks: list[Any]) -> list[Any]:
        if len(blocks) > MAX_BLOCKS:
            raise serializers.ValidationError(say(vi="Nhiều nhất {n} đoạn.", en="At most {n} blocks.", n=MAX_BLOCKS))
        return blocks


class ArticleBody(HeadBody):
    title = LanguageMap(one_line=True, max_length=300)
    organisation = serializers.PrimaryKeyRelatedField(queryset=Organisation.objects.all())
    conference = serializers.PrimaryKeyRelatedField(queryset=Conference.objects.all(), required=False, allow_null=True)
    kind = serializers.ChoiceField(choices=ArticleKind.choices)


class CorrectionBody(HeadBody):
    note = LanguageMap(max_length=2000, help_text="What was wrong; it stands on the page.")


class RetractionBody(Body):
    note = LanguageMap(max_length=2000, help_text="Why it is gone; the address answers 410 with it.")
