"""Feeds of the published articles, one per language: Atom (RFC 4287) and JSON Feed 1.1."""

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils import feedgenerator
from django.utils.html import escape
from django.views.decorators.http import require_safe

from backend.articles import addresses, queries
from backend.articles.models import Article
from backend.articles.snapshots import Snapshot, snapshot_of
from backend.core import problems
from backend.core.clock import local
from backend.core.responses import fresh
from backend.core.text import localized
from backend.core.vietnamese import ascii_name

ENTRIES = 30
TITLES = {"vi": "Bài viết", "en": "Articles"}
#: An Atom feed must say when it changed; one that never held anything changed at the beginning.
BEGINNING = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class AtomFeed(feedgenerator.Atom1Feed):
    """Django's Atom feed with the text of the article, and with the house's own time of the last change: a retraction
    changes the feed although no entry is newer than before."""

    def latest_post_date(self) -> dt.datetime:
        changed: dt.datetime = self.feed["changed"]
        return changed

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})


@require_safe
def atom(request: HttpRequest, language: str) -> HttpResponseBase:
    if language not in TITLES:
        return problems.page(404, request)
    changed = queries.last_change()
    feed = AtomFeed(
        title=TITLES[language],
        link=addresses.absolute(addresses.ARTICLES[language]),
        description="",
        language=language,
        feed_url=addresses.feed(language, "atom"),
        feed_guid=f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, addresses.feed(language, 'atom'))}",
        changed=local(changed or BEGINNING),
    )
    for row, text in _entries(language):
        assert row.published_at is not None
        feed.add_item(
            title=text.title[language],
            link=addresses.article(language, row.slug),
            description=escape(text.sapo.get(language, "")) or None,  # type: ignore[arg-type]  # None: no summary
            content=_html(text, language),
            author_name=_author(row, text, language),
            unique_id=_entry_id(row, language),
            pubdate=local(row.published_at),
            updateddate=local(row.corrected_at or row.published_at),
        )
    body = feed.writeString("utf-8")
    return fresh(request, body, language=language, content_type="application/atom+xml; charset=utf-8", changed=changed)


@require_safe
def json_feed(request: HttpRequest, language: str) -> HttpResponseBase:
    if language not in TITLES:
        return problems.page(404, request)
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": TITLES[language],
        "home_page_url": addresses.absolute(addresses.ARTICLES[language]),
        "feed_url": addresses.feed(language, "json"),
        "language": language,
        "items": [_item(row, text, language) for row, text in _entries(language)],
    }
    body = json.dumps(document, ensure_ascii=False)
    return fresh(
        request,
        body,
        language=language,
        content_type="application/feed+json; charset=utf-8",
        changed=queries.last_change(),
    )


def _entries(language: str) -> Iterator[tuple[Article, Snapshot]]:
    return ((row, snapshot_of(row)) for row in queries.articles_in(language)[:ENTRIES])


def _item(row: Article, text: Snapshot, language: str) -> dict[str, Any]:
    assert row.published_at is not None
    item = {
        "id": _entry_id(row, language),
        "url": addresses.article(language, row.slug),
        "external_url": text.source_url,
        "title": text.title[language],
        "summary": text.sapo.get(language, ""),
        "content_html": _html(text, language),
        "date_published": local(row.published_at).isoformat(timespec="seconds"),
        "date_modified": local(row.corrected_at or row.published_at).isoformat(timespec="seconds"),
        "authors": [{"name": _author(row, text, language)}],
        "language": language,
    }
    return {key: value for key, value in item.items() if value}


def _entry_id(row: Article, language: str) -> str:
    """Stays when the title, the slug or the server's name changes: readers never see an article twice."""
    return f"urn:uuid:{uuid.uuid5(row.id, language)}"


def _author(row: Article, text: Snapshot, language: str) -> str:
    byline = text.byline if language == "vi" else ascii_name(text.byline)
    return byline or localized(row.organisation.name, language)


def _html(text: Snapshot, language: str) -> str:
    """The corrections, then the text. Everything is escaped: an article is plain text."""
    tags = {"heading": "h2", "quote": "blockquote"}
    notes = [("aside", localized(change.note, language)) for change in text.corrections]
    blocks = [(tags.get(block["kind"], "p"), block["text"].get(language)) for block in text.blocks]
    return "\n".join(
        f"<{tag}>{escape(words).replace(chr(10), '<br>')}</{tag}>" for tag, words in [*notes, *blocks] if words
    )
