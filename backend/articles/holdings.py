"""What articles hold about a person: their name, in a text or under it."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet

from backend.articles.models import Article, ArticleBlock, ArticleRevision
from backend.core.text import say
from backend.privacy.holdings import (
    Basis,
    DataClass,
    Forgotten,
    Holding,
    Kept,
    Remains,
    Row,
    Subject,
    holding,
    mentions,
)

_HEAD = ("title", "sapo", "dateline", "byline", "correction_note", "retraction_note")


@holding("articles", Article, ArticleBlock, ArticleRevision)
class InArticles(Holding):
    title = say(vi="Tin bài", en="Articles")
    data_class = DataClass.RECORD
    purpose = say(vi="Thông tin cho công chúng.", en="To inform the public.")
    basis = Basis.TASK
    kept = Kept(since=say(vi="khi còn đăng", en="as long as it is published"), days=None)

    def rows(self, subject: Subject) -> Iterator[Row]:
        for article in _naming(subject).values("slug", "title", "byline", "state", "published_at"):
            yield {"type": "named_in_article", **article}

    def forget(self, subject: Subject) -> Forgotten:
        reason = say(
            vi="Tin đã đăng là thông tin công khai; biên tập xem xét gỡ tên, đính chính hoặc rút tin.",
            en="What was published is public information; the editors decide on a correction or a retraction.",
        )
        found = [
            mentions(Article.objects.all(), subject, *_HEAD),
            mentions(ArticleBlock.objects.all(), subject, "text"),
            mentions(ArticleRevision.objects.all(), subject, "content", "note"),
        ]
        counts = [(kept.model._meta.db_table, kept.count()) for kept in found]
        return Forgotten(
            remains=tuple(Remains(where=where, count=count, reason=reason) for where, count in counts if count)
        )


def _naming(subject: Subject) -> QuerySet[Article]:
    head = mentions(Article.objects.all(), subject, *_HEAD).values("pk")
    blocks = mentions(ArticleBlock.objects.all(), subject, "text").values("article")
    revisions = mentions(ArticleRevision.objects.all(), subject, "content", "note").values("article")
    return Article.objects.filter(Q(pk__in=head) | Q(pk__in=blocks) | Q(pk__in=revisions)).order_by("id")
