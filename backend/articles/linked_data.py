"""What a page says to machines: schema.org in JSON-LD. Facts on record only; an unknown property is left out."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from backend.articles import addresses
from backend.articles.models import Article
from backend.articles.snapshots import Snapshot
from backend.conferences.models import Conference, Site
from backend.conferences.queries import name_then
from backend.conferences.states import ConferenceState
from backend.core.clock import local
from backend.core.text import localized

#: Characters that could end the script element or break a line inside it.
_ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}
_STATUS = {
    ConferenceState.POSTPONED: "https://schema.org/EventPostponed",
    ConferenceState.CANCELLED: "https://schema.org/EventCancelled",
}


def block(data: Mapping[str, Any]) -> SafeString:
    """The data as it may stand inside <script type="application/ld+json">, whatever its strings hold."""
    text = json.dumps({"@context": "https://schema.org", **data}, ensure_ascii=False)
    return mark_safe(text.translate(_ESCAPES))  # noqa: S308 -- "<", ">" and "&" cannot occur any more


def event(conference: Conference, language: str) -> dict[str, Any]:
    """The conference as a schema.org Event; needs organisers and sites loaded."""
    day = conference.day
    return _known(
        {
            "@type": "Event",
            "name": localized(conference.title, language),
            "url": addresses.conference(language, conference.slug),
            "startDate": _moment(conference, conference.starts_at) or (day.isoformat() if day else None),
            "endDate": _moment(conference, conference.ends_at),
            "eventStatus": _STATUS.get(ConferenceState(conference.state), "https://schema.org/EventScheduled"),
            "location": [_place(site, language) for site in conference.sites.all()],
            "organizer": [
                {"@type": "Organization", "name": localized(name_then(row.organisation, day), language)}
                for row in conference.organisers.all()
            ],
            "maximumAttendeeCapacity": conference.capacity,
        }
    )


def news(article: Article, snapshot: Snapshot, language: str, about: dict[str, Any] | None) -> dict[str, Any]:
    publisher = {"@type": "Organization", "name": localized(article.organisation.name, language)}
    unit = localized(snapshot.byline_unit, language)
    author = _known(
        {
            "@type": "Person",
            "name": snapshot.byline,
            "jobTitle": localized(snapshot.byline_position, language),
            "affiliation": {"@type": "Organization", "name": unit} if unit else None,
        }
    )
    assert article.published_at is not None
    return _known(
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


def _place(site: Site, language: str) -> dict[str, Any]:
    room = localized(site.room.name, language) if site.room else ""
    house = localized(site.venue.name, language)
    return _known(
        {
            "@type": "Place",
            "name": ", ".join(filter(None, [room, house])),
            "address": localized(site.venue.address, language),
        }
    )


def _moment(conference: Conference, moment: Any) -> str | None:
    return local(moment, conference.time_zone).isoformat(timespec="minutes") if moment else None


def _known(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value not in (None, "", [], {})}
