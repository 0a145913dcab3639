"""Idempotency-Key: the same write sent twice happens once and is answered twice.

The key is bound to caller, method, path and body; the answer is stored in the transaction of the effect, so a crash
between the two cannot happen (draft-ietf-httpapi-idempotency-key-header). A secret in an answer (its name in
`response.shown_once`) is not kept: the repetition tells everything but it.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils.crypto import salted_hmac
from rest_framework.response import Response

from backend.core.errors import Invalid, KeyReused
from backend.core.models import IdempotencyRecord
from backend.core.text import say

KEPT_HEADERS = ("ETag", "Location")


def _fingerprint(request: Any) -> str:
    body = json.dumps(request.data, sort_keys=True, ensure_ascii=False, default=_plain)
    # Keyed: a body may hold a password, which a bare hash would let anybody try out.
    return salted_hmac(
        "plenum.idempotency", f"{request.method} {request.get_full_path()}\n{body}", algorithm="sha256"
    ).hexdigest()


def _plain(value: Any) -> str:
    """A file is its name and what it holds; a body that is no JSON is its bytes."""
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if not isinstance(value, UploadedFile):
        return str(value)
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return f"{value.name}:{digest.hexdigest()}"


def once(request: Any, handler: Callable[..., Response], *args: Any, **kwargs: Any) -> Response:
    """Runs `handler` once per (caller, Idempotency-Key); repeats get the stored answer. Without a key it just runs.

    Raises KeyReused (422) when the key came with another request, Invalid when it is not 1-255 visible characters.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return handler(request, *args, **kwargs)
    if not 0 < len(key) <= 255 or not key.isascii() or not key.isprintable():
        raise Invalid(
            {"Idempotency-Key": say(vi="Phải có 1-255 ký tự ASCII.", en="Must be 1-255 visible ASCII characters.")}
        )
    caller = f"account:{request.user.pk}" if request.user.is_authenticated else f"anonymous:{request.path}"
    fingerprint = _fingerprint(request)
    with transaction.atomic():
        with connection.cursor() as cursor:
            # A rival with the same key waits here until this transaction ends.
            cursor.execute(
                "INSERT INTO core_idempotencyrecord (caller, key, fingerprint, headers, created_at)"
                " VALUES (%s, %s, %s, '{}', now()) ON CONFLICT DO NOTHING",
                [caller[:80], key, fingerprint],
            )
            first = cursor.rowcount == 1
        record = IdempotencyRecord.objects.get(caller=caller[:80], key=key)
        if not first:
            if record.fingerprint != fingerprint:
                raise KeyReused()
            return Response(
                record.body, status=record.status, headers={**record.headers, "Idempotency-Replayed": "true"}
            )
        response = handler(request, *args, **kwargs)
        if response.status_code >= 400:
            transaction.set_rollback(True)
            return response
        record.status = response.status_code
        body = json.loads(json.dumps(response.data, cls=DjangoJSONEncoder))
        for name in getattr(response, "shown_once", ()):
            del body[name]
        record.body = body
        record.headers = {name: response[name] for name in KEPT_HEADERS if name in response}
        record.save()
        return response
