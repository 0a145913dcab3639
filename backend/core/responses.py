"""Answers to readers without an account: revalidated at every read, so that a change or a retraction is seen at once."""

import datetime as dt
import hashlib

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag

from backend.core.clock import now


def fresh(
    request: HttpRequest,
    body: str | bytes,
    *,
    language: str,
    content_type: str,
    changed: dt.datetime | None = None,
    status: int = 200,
    private: bool = False,
) -> HttpResponseBase:
    """The body with its ETag (and Last-Modified when known), or 304 when the reader already holds it.

    A date still to come is not said until it has come (RFC 9110 8.8.2.1); until then there is the ETag.
    What is `private` is meant for who knows the address: no cache in between keeps it, no search engine lists it.
    """
    response = HttpResponse(body, content_type=content_type, status=status)
    response["Content-Language"] = language
    response["Cache-Control"] = f"{'private' if private else 'public'}, no-cache"
    if private:
        response["X-Robots-Tag"] = "noindex, nofollow"
    if status != 200:
        return response
    etag = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
    response["ETag"] = etag
    seconds = int(changed.timestamp()) if changed else None
    if seconds and seconds <= now().timestamp():
        response["Last-Modified"] = http_date(seconds)
    return get_conditional_response(request, etag=etag, last_modified=seconds, response=response) or response
