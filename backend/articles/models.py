"""Articles: aligned blocks in two languages, and where they were published."""

from django.db import models

from backend.articles.states import ArticleKind, ArticleState, BlockKind
from backend.conferences.models import Conference
from backend.core.models import Base
from backend.core.text import LocalizedTextField
from backend.people.models import Account, Organisation


class Article(Base):
    """One article. The author (`byline`, `byline_position`, `byline_unit`) is not the account that posts it.

    The public reads the last ArticleRevision, not this row: what is being edited is never on a page.
    `languages` are those the last revision can be read in. `head_sources` says which rows of the record title, sapo
    and dateline were written from ({"title": ["conference:<id>"], …}), as `sources` does for a block.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    conference = models.ForeignKey(Conference, null=True, blank=True, on_delete=models.PROTECT, related_name="articles")
    kind = models.CharField(max_length=14, choices=ArticleKind, default=ArticleKind.RECAP)
    slug = models.SlugField(max_length=150, unique=True)
    state = models.CharField(max_length=10, choices=ArticleState, default=ArticleState.DRAFT)
    title = LocalizedTextField()
    sapo = LocalizedTextField(blank=True)
    dateline = LocalizedTextField(blank=True)
    head_sources = models.JSONField(default=dict, blank=True)
    byline = models.CharField(max_length=120, blank=True)
    byline_position = LocalizedTextField(blank=True)
    byline_unit = LocalizedTextField(blank=True)
    source_name = models.CharField(max_length=200, blank=True)
    source_url = models.URLField(max_length=500, blank=True)
    edited_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    languages = models.JSONField(default=list, blank=True)
    published_at = models.DateTimeField(null=True)
    corrected_at = models.DateTimeField(null=True)
    correction_note = LocalizedTextField(blank=True)
    retracted_at = models.DateTimeField(null=True)
    retraction_note = LocalizedTextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conference"],
                condition=models.Q(kind="recap", conference__isnull=False),
                name="one_recap_per_conference",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True) | ~models.Q(approved_by=models.F("submitted_by")),
                name="nobody_approves_what_they_submitted",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["published", "retracted"])
                | models.Q(approved_by__isnull=False, published_at__isnull=False),
                name="published_means_approved",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-published_at", "id"], name="articles_published", condition=models.Q(state="published")
            )
        ]


class ArticleBlock(Base):
    """One aligned piece of text: the same thing said in each language.

    `status` says by language how its text came about (BlockStatus); `sources` lists the rows of the record it comes
    from ("subject:id").
    """

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="blocks")
    order = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=BlockKind, default=BlockKind.PARAGRAPH)
    text = LocalizedTextField(blank=True)
    status = models.JSONField(default=dict)
    sources = models.JSONField(default=list)

    class Meta:
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "order"], name="blocks_in_order", deferrable=models.Deferrable.DEFERRED
            )
        ]


class ArticleRevision(models.Model):
    """What an article said after each publication and correction: append-only."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    note = LocalizedTextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "number"], name="one_revision_per_number")]
