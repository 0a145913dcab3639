"""/calendars/…: feeds for calendar programs (RFC 5545, RFC 7986), and conferences for machines (JSON-LD).

Nobody signs in here. What is public has an address everybody may know; everything else is opened by the secret in a
link's address. Whatever may not be read does not exist: 404.
"""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import override
from django.views.decorators.http import require_safe

from backend.calendars import composing, linked_data, queries, services
from backend.calendars.composing import Feed
from backend.calendars.states import FeedKind
from backend.conferences.models import Conference, Room, Series
from backend.conferences.queries import as_told, for_lists, programme_for
from backend.conferences.queries.public import public_conferences
from backend.core import problems
from backend.core.queries import one_snapshot
from backend.core.responses import fresh
from backend.people.models import Organisation

CALENDAR = "text/calendar; charset=utf-8"
LINKED_DATA = "application/ld+json; charset=utf-8"
NOBODY = AnonymousUser()


def in_a_language(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """GET and HEAD only, in the language of `?lang=`; None lets the view choose. An unknown one is 404."""

    @require_safe
    @wraps(view)
    def speaking(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        language = request.GET.get("lang")
        if language is not None and language not in dict(settings.LANGUAGES):
            return problems.page(404, request)
        return view(request, language, **kwargs)

    return speaking


@in_a_language
def conference(request: HttpRequest, language: str | None, slug: str) -> HttpResponseBase:
    return _public(request, FeedKind.CONFERENCE, Conference.objects.filter(slug=slug), language)


@in_a_language
def series(request: HttpRequest, language: str | None, pk: UUID) -> HttpResponseBase:
    return _public(request, FeedKind.SERIES, Series.objects.filter(pk=pk), language)


@in_a_language
def room(request: HttpRequest, language: str | None, pk: UUID) -> HttpResponseBase:
    """What is public by its name, everything else as busy: who stands before the door may know that it is taken."""
    return _public(request, FeedKind.ROOM, Room.objects.filter(pk=pk), language)


@in_a_language
def organisation(request: HttpRequest, language: str | None, slug: str) -> HttpResponseBase:
    return _public(request, FeedKind.ORGANISATION, Organisation.objects.filter(slug=slug), language)


@in_a_language
def private(request: HttpRequest, language: str | None, secret: str) -> HttpResponseBase:
    """What a link's account may see now. A wrong or revoked address, a closed account, a lost role: 404."""
    with one_snapshot():
        link = queries.opened_by(secret)
        if link is None:
            return problems.page(404, request)
        person = link.account.person
        language = language or (person.language if person else settings.LANGUAGE_CODE)
        feed = composing.of_link(link, language)
    if feed is None:
        return problems.page(404, request)
    services.note_use(link=link)
    return _answer(request, feed, f"link/{link.pk}", private=True)


def _public(request: HttpRequest, kind: FeedKind, named: QuerySet[Any], language: str | None) -> HttpResponseBase:
    with one_snapshot():
        pk = named.values_list("pk", flat=True).first()
        subject = queries.subject_of(kind, pk, NOBODY) if pk else None
        feed = composing.feed_of(kind, subject, NOBODY, language or settings.LANGUAGE_CODE) if subject else None
    if feed is None:
        return problems.page(404, request)
    return _answer(request, feed, f"{kind}/{pk}")


def _answer(request: HttpRequest, feed: Feed, name: str, *, private: bool = False) -> HttpResponseBase:
    body = feed.as_calendar()
    digest = hashlib.sha256(body).hexdigest()
    changed = services.edition(feed=f"{name}/{feed.language}", digest=digest, newest=feed.newest)
    return fresh(request, body, language=feed.language, content_type=CALENDAR, changed=changed, private=private)


@in_a_language
def conference_data(request: HttpRequest, language: str | None, slug: str) -> HttpResponseBase:
    """A public conference as a schema.org Event; one that was cancelled and is a draft again, as cancelled."""
    language = language or settings.LANGUAGE_CODE
    with one_snapshot(), override(language):
        data = _event(slug, language)
    if data is None:
        return problems.page(404, request)
    body = json.dumps(data, ensure_ascii=False)
    return fresh(request, body, language=language, content_type=LINKED_DATA)


def _event(slug: str, language: str) -> dict[str, Any] | None:
    gone = queries.drafted_again(NOBODY).filter(conference__slug=slug).first()
    if gone is not None:
        return linked_data.cancelled_event(gone, language)
    row = for_lists(public_conferences()).select_related("series__outline").filter(slug=slug).first()
    if row is None:
        return None
    told = as_told([row]).get(row.pk)
    before = queries.start_told_before(row)
    return linked_data.whole_event(row, programme_for(NOBODY, row), before, language, told=told)
