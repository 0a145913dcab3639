"""Every refusal leaves the house as application/problem+json (RFC 9457), in the caller's language."""

from collections.abc import Iterator
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.db import DataError, IntegrityError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from rest_framework import exceptions, status
from rest_framework.response import Response

from backend.core import context
from backend.core.errors import DomainError, Invalid, constraint_of
from backend.core.sentences import in_the_callers_language
from backend.core.text import both, say

log = structlog.get_logger(__name__)

#: Vietnamese is written as it is, not as escapes.
READABLE = {"ensure_ascii": False}
CONTENT_TYPE = "application/problem+json"
#: Sentences for what the framework refuses, by status.
TITLES = {
    400: ("bad-request", say(vi="Yêu cầu không đọc được.", en="The request could not be read.")),
    401: ("not-signed-in", say(vi="Bạn chưa đăng nhập.", en="You are not signed in.")),
    403: ("forbidden", say(vi="Bạn không có quyền làm việc này.", en="You may not do this.")),
    404: ("not-found", say(vi="Không tìm thấy.", en="Not found.")),
    405: (
        "method-not-allowed",
        say(vi="Địa chỉ này không nhận phương thức đó.", en="This address does not accept that method."),
    ),
    406: ("not-acceptable", say(vi="Không có dạng dữ liệu bạn yêu cầu.", en="The requested format is not available.")),
    413: ("too-large", say(vi="Nội dung gửi lên quá lớn.", en="The request body is too large.")),
    415: (
        "unsupported-media-type",
        say(vi="Dạng dữ liệu gửi lên không được nhận.", en="The body's media type is not accepted."),
    ),
    429: ("too-many-attempts", say(vi="Thử quá nhiều lần.", en="Too many attempts.")),
    500: (
        "internal",
        say(vi="Lỗi phía máy chủ; việc này đã được ghi lại.", en="An error on our side; it has been recorded."),
    ),
    503: ("unavailable", say(vi="Tạm thời chưa phục vụ được. Hãy thử lại.", en="Temporarily unavailable. Try again.")),
}


def document(
    code: int, slug: str, title: Any, *, detail: Any = None, errors: list[dict[str, str]] | None = None, **extra: Any
) -> dict[str, Any]:
    """A problem document; `errors` lists {"field", "reason"}."""
    body: dict[str, Any] = {"type": f"/problems/{slug}", "title": str(title), "status": code}
    if detail is not None and str(detail) != body["title"]:
        body["detail"] = str(detail)
    if errors is not None:
        body["errors"] = errors
    if request_id := context.current().request_id:
        body["request_id"] = request_id
    return {**body, **extra}


def _walk(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    if isinstance(detail, dict):
        for key, value in detail.items():
            name = "" if key == "non_field_errors" else str(key)
            yield from _walk(value, f"{path}.{name}" if path and name else path or name)
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            nested = isinstance(value, dict | list)
            if value:
                yield from _walk(value, f"{path}.{index}" if nested and path else path)
    else:
        yield {"field": path, "reason": in_the_callers_language(str(detail))}


def reasons(error: exceptions.ValidationError) -> list[dict[str, str]]:
    """Each wrong field and why, in the caller's language."""
    return list(_walk(error.detail))


def _respond(body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return Response(body, status=body["status"], headers=headers, content_type=CONTENT_TYPE)


def answer(error: Exception, view_context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: known refusals become problems; anything else stays an exception (500)."""
    headers: dict[str, str] = {}
    if isinstance(error, Invalid):
        fields = [{"field": field, "reason": str(reason)} for field, reason in error.fields.items()]
        return _respond(
            document(error.status, error.slug, error.title, detail=error.sentence, errors=fields, **error.extra)
        )
    if isinstance(error, DomainError):
        if retry_after := error.extra.get("retry_after"):
            headers["Retry-After"] = str(retry_after)
        return _respond(document(error.status, error.slug, error.title, detail=error.sentence, **error.extra), headers)
    if isinstance(error, ValidationError):
        error = exceptions.ValidationError(error.message_dict if hasattr(error, "error_dict") else error.messages)
    if isinstance(error, exceptions.ValidationError):
        title = Invalid.title
        return _respond(document(400, "invalid", title, errors=list(_walk(error.detail))))
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return _respond(document(413, *TITLES[413]))
    if isinstance(error, SuspiciousOperation):
        return _respond(document(400, *TITLES[400]))
    if isinstance(error, DataError):
        # PostgreSQL's own refusal of a value (out of range, NUL): the caller's fault, nothing was written.
        return _respond(document(400, *TITLES[400]))
    if isinstance(error, IntegrityError):
        log.warning("constraint_refused", constraint=constraint_of(error))
        return _respond(document(409, "conflict", DomainError.title))
    if isinstance(error, OperationalError):
        log.error("database_unavailable", error=type(error.__cause__ or error).__name__)
        return _respond(document(503, *TITLES[503]), {"Retry-After": "5"})
    if isinstance(error, exceptions.APIException):
        slug, title = TITLES.get(error.status_code, ("error", error.default_detail))
        if error.status_code == status.HTTP_429_TOO_MANY_REQUESTS and (wait := getattr(error, "wait", None)):
            headers["Retry-After"] = str(int(wait) + 1)
        if getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
        told = isinstance(error.detail, str) and error.status_code in {400, 405, 415}
        detail = in_the_callers_language(str(error.detail)) if told else None
        return _respond(document(error.status_code, slug, title, detail=detail), headers)
    return None


def page(code: int, request: HttpRequest) -> JsonResponse:
    """A problem outside DRF's reach (unknown address, refused body, crash)."""
    response = JsonResponse(document(code, *TITLES[code]), status=code, json_dumps_params=READABLE)
    response["Content-Type"] = CONTENT_TYPE
    return response


def catalogue() -> dict[str, tuple[int, Any]]:
    """Every problem type: slug → status and title."""
    known = {slug: (code, title) for code, (slug, title) in TITLES.items()}
    waiting = [DomainError]
    while waiting:
        refusal = waiting.pop()
        known[refusal.slug] = (refusal.status, refusal.title)
        waiting += refusal.__subclasses__()
    return known


@require_safe
def explained(request: HttpRequest, slug: str) -> JsonResponse:
    """What stands at a problem's `type`: the same for everybody who meets it."""
    if slug not in catalogue():
        return page(404, request)
    code, title = catalogue()[slug]
    return JsonResponse({"type": f"/problems/{slug}", "status": code, "title": both(title)}, json_dumps_params=READABLE)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    return page(400, request)


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> JsonResponse:
    return page(403, request)


def not_found(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    return page(404, request)


def crashed(request: HttpRequest) -> JsonResponse:
    return page(500, request)
