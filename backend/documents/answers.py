"""What is on file as an answer over HTTP."""

from typing import Any

from django.http import HttpResponse

from backend.core.errors import NotFound
from backend.documents.models import DocumentFile
from backend.documents.queries import disposition


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
