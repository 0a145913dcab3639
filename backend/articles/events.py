"""What happens to articles. The ids and the slug are enough for a listener to fetch what it needs."""

from dataclasses import dataclass
from uuid import UUID

from backend.outbox.registry import DomainEvent, event


@dataclass(frozen=True, kw_only=True)
class AboutArticle(DomainEvent):
    """`languages` are those a reader finds the article in at that moment."""

    article_id: UUID
    organisation_id: UUID
    conference_id: UUID | None
    slug: str
    languages: list[str]


@event("article.drafted", subject="article_id")
class ArticleDrafted(AboutArticle):
    """Written from the record, or begun by an editor."""


@event("article.edited", subject="article_id")
class ArticleEdited(AboutArticle):
    pass


@event("article.submitted", subject="article_id")
class ArticleSubmitted(AboutArticle):
    pass


@event("article.sent_back", subject="article_id")
class ArticleSentBack(AboutArticle):
    pass


@event("article.approved", subject="article_id")
class ArticleApproved(AboutArticle):
    pass


@event("article.published", subject="article_id")
class ArticlePublished(AboutArticle):
    """The pages answer and the feeds carry it."""


@event("article.corrected", subject="article_id")
class ArticleCorrected(AboutArticle):
    """A new revision with a visible note replaced what the public saw."""

    revision: int


@event("article.retracted", subject="article_id")
class ArticleRetracted(AboutArticle):
    """The pages answer 410 with a note, and the feeds have dropped it."""
