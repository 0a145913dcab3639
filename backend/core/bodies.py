"""Bodies that come in pieces (`Transfer-Encoding: chunked`) announce no length, and Django would read none of them."""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from django.conf import settings

#: In a request's environ: true when its body was not read to the end.
CUT = "plenum.body_cut"
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def measured(application: Application) -> Application:
    """Reads such a body before Django sees the request, up to one byte too many: then its length says that it is, and
    CUT that there is more."""

    def whole(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not environ.get("CONTENT_LENGTH") and "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            body = environ["wsgi.input"].read(settings.MAX_BODY_BYTES + 1)
            environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
            environ[CUT] = len(body) > settings.MAX_BODY_BYTES
        return application(environ, start_response)

    return whole
