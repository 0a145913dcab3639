"""What is on file as an answer over HTTP."""

import hashlib
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from backend.core.errors import Invalid, NotFound
from backend.core.schema import BYTES_AT_HAND
from backend.core.text import say
from backend.documents.models import DocumentFile
from backend.documents.queries import MEDIA_TYPES, disposition

#: How an address that answers with pages is described: what `format_of` asks for and `pages` answers.
PAGES: dict[str, Any] = {
    "parameters": [
        OpenApiParameter("format", str, enum=sorted(MEDIA_TYPES), description="Default: pdf."),
        BYTES_AT_HAND,
    ],
    "responses": {
        **{(200, media_type): OpenApiTypes.BINARY for media_type in MEDIA_TYPES.values()},
        304: OpenApiResponse(description="Still what you have."),
    },
}


def bytes_of(found: DocumentFile | None, request: Any) -> HttpResponse:
    """The file to be saved under its name, 304 for who holds it already; raises NotFound when there is none, or its bytes
    were erased. The ETag is the SHA-256 of the bytes."""
    if found is None or not found.content:
        raise NotFound()
    tag = f'"{found.sha256}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    return HttpResponse(
        bytes(found.content),
        content_type=found.media_type,
        headers={"ETag": tag, "Content-Disposition": disposition(found.filename)},
    )


def format_of(request: Any) -> str:
    """The format asked for; raises Invalid for one that is not written."""
    asked: str = request.query_params.get("format", "pdf")
    if asked not in MEDIA_TYPES:
        known = ", ".join(sorted(MEDIA_TYPES))
        raise Invalid({"format": say(vi="Chỉ có: {known}.", en="Must be one of: {known}.", known=known)})
    return asked


def pages(content: bytes, *, stem: str, format: str, request: Any) -> HttpResponse:
    """The bytes to be saved, 304 for who holds them already."""
    tag = f'"{hashlib.sha256(content).hexdigest()}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    headers = {"ETag": tag, "Content-Disposition": disposition(f"{stem}.{format}")}
    return HttpResponse(content, content_type=MEDIA_TYPES[format], headers=headers)
