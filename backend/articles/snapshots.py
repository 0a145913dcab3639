"""What the public reads: the last revision of a published article, as an object."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from backend.articles.models import Article
from backend.core.text import Text


@dataclass(frozen=True, kw_only=True)
class Correction:
    at: dt.datetime
    note: Text


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The frozen content; `corrections` are the notes that stand on the page, oldest first."""

    title: Text
    sapo: Text
    dateline: Text
    byline: str
    byline_position: Text
    byline_unit: Text
    source_name: str
    source_url: str
    languages: list[str]
    blocks: list[dict[str, Any]]
    corrections: list[Correction]

    def texts(self, language: str) -> Iterator[str]:
        return (block["text"][language] for block in self.blocks if block["text"].get(language))

    def incomplete(self, language: str) -> bool:
        """True when something is said in another language only."""
        return any(not block["text"].get(language) and any(block["text"].values()) for block in self.blocks)


def snapshot_of(article: Article) -> Snapshot:
    """Reads the prefetched `revisions` (see queries.public_articles)."""
    revisions = list(article.revisions.all())
    corrections = [Correction(at=row.at, note=row.note) for row in revisions if row.note]
    return Snapshot(**revisions[-1].content, corrections=corrections)
