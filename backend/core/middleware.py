"""What every request passes before a view sees it."""

import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from backend.core import context, metrics, pages, problems
from backend.core.bodies import CUT

Next = Callable[[HttpRequest], HttpResponse]
REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")


def language_of(request: HttpRequest) -> str:
    """The first language of Accept-Language that the house knows, else the default one."""
    known = dict(settings.LANGUAGES)
    for code, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")[:500]):
        if code[:2] in known:
            return code[:2]
    return settings.LANGUAGE_CODE


class RequestContext:
    """Gives the request an id (the caller's X-Request-ID if it is a sane one), times it, and logs one line."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if REQUEST_ID.match(given) else str(uuid.uuid4())
        with context.acting(actor="", on_behalf_of="", request_id=request_id), metrics.timed_request(request) as done:
            response = self.get_response(request)
            done(response)
            response["X-Request-ID"] = request_id
        return response


class ContentPolicy:
    """No page of the house loads anything from elsewhere; views may set a policy of their own."""

    POLICY = "default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.POLICY)
        return response


class BodyLimit:
    """Refuses an oversized body by its Content-Length before a byte is read, and NUL bytes in the address.

    A view that takes more says so: `takes_bytes` on it, or on its viewset as action → bytes.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            return problems.page(400, request)
        if length > settings.MAX_BODY_BYTES and (request.META.get(CUT) or length > self._taken(request)):
            return self._too_large(request)
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return problems.page(400, request)
        return self.get_response(request)

    @classmethod
    def _too_large(cls, request: HttpRequest) -> HttpResponse:
        """A page where people send forms; before any view or language was chosen."""
        if not getattr(cls._view_class(request), "answers_pages", False):
            return problems.page(413, request)
        with translation.override(language_of(request)):
            return pages.sentence(request, problems.TITLES[413][1], status=413)

    @staticmethod
    def _view_class(request: HttpRequest) -> Any:
        try:
            view = resolve(request.path_info).func
        except Resolver404:
            return None
        return getattr(view, "cls", None) or getattr(view, "view_class", None)

    @classmethod
    def _taken(cls, request: HttpRequest) -> int:
        taken = getattr(cls._view_class(request), "takes_bytes", 0)
        if isinstance(taken, Mapping):
            action = getattr(resolve(request.path_info).func, "actions", {}).get((request.method or "").lower(), "")
            taken = taken.get(action, 0)
        return int(taken() if callable(taken) else taken)


class Language:
    """Speaks the first language of Accept-Language that the house knows, else the default one."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with translation.override(language_of(request)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        response["Vary"] = ", ".join(filter(None, [response.get("Vary"), "Accept-Language"]))
        return response


class MethodRefusals:
    """A method that an address does not take is refused with a problem, whichever view refused it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        refused = problems.page(405, request)
        refused["Allow"] = response["Allow"]
        return refused
