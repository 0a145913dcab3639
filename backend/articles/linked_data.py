"""What a page says to machines: schema.org in JSON-LD. Facts on record only; an unknown property is left out."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from backend.articles import addresses
from backend.articles.models import Article
from backend.articles.snapshots import Snapshot
from backend.calendars.linked_data import event, known
from backend.core.clock import local
from backend.core.text import localized

__all__ = ["block", "event", "news"]

#: Characters that could end the script element or break a line inside it.
_ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def block(data: Mapping[str, Any]) -> SafeString:
    """The data as it may stand inside <script type="application/ld+json">, whatever its strings hold."""
    text = json.dumps({"@context": "https://schema.org", **data}, ensure_ascii=False)
    return mark_safe(text.translate(_ESCAPES))  # noqa: S308 -- "<", ">" and "&" cannot occur any more


def news(article: Article, snapshot: Snapshot, language: str, about: dict[str, Any] | None) -> dict[str, Any]:
    publisher = {"@type": "Organization", "name": localized(article.organisation.name, language)}
    unit = localized(snapshot.byline_unit, language)
    author = known(
        {
            "@type": "Person",
            "name": snapshot.byline,
            "jobTitle": localized(snapshot.byline_position, language),
            "affiliation": {"@type": "Organization", "name": unit} if unit else None,
        }
    )
    assert article.published_at is not None
    return known(
        {
            "@type": "NewsArticle",
            "headline": snapshot.title[language],
            "description": snapshot.sapo.get(language),
            "articleBody": "\n\n".join(snapshot.texts(language)),
            "inLanguage": language,
            "datePublished": local(article.published_at).isoformat(timespec="seconds"),
            "dateModified": local(article.corrected_at or article.published_at).isoformat(timespec="seconds"),
            "author": author if snapshot.byline else publisher,
            "publisher": publisher,
            "mainEntityOfPage": addresses.article(language, article.slug),
            "isBasedOn": snapshot.source_url,
            "correction": snapshot.corrections[-1].note.get(language) if snapshot.corrections else None,
            "about": about,
        }
    )
