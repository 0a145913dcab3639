"""The least a Django view can do for a ballot: the statements the API says for it, and nothing else.

No middleware, no framework on top, no rule, no validation, no signature. Served by `bench.least_view:application`, as the
API is by its own; BENCH_STATEMENTS names the file with the statements.
"""

import base64
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application

from backend import settings as house

settings.configure(
    **{name: value for name, value in vars(house).items() if name.isupper()}
    | {"ROOT_URLCONF": __name__, "MIDDLEWARE": []}
)
django.setup()

from django.db import connection, transaction  # noqa: E402 -- settings first
from django.http import HttpRequest, HttpResponse, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402

_WHO, _BEGIN, *_BALLOT, _COMMIT = json.loads(Path(os.environ["BENCH_STATEMENTS"]).read_text())


def cast(request: HttpRequest) -> HttpResponse:
    token = request.headers["Authorization"].removeprefix("Bearer ")
    said = json.loads(request.body)
    account = token.rpartition("_")[2]
    content = base64.b64decode(said["envelopes"][0]["sealed"]) if "envelopes" in said else said["choice"].encode()
    number = str(int(account[1:]))
    leaf = hashlib.sha256(f"\x00{said['poll']}\n{number}\n".encode() + content).hexdigest()
    filled = {
        "@digest@": hashlib.sha256(token.encode()).hexdigest(),
        "@poll@": said["poll"],
        "@i@": account,
        "@n@": number,
        f"{'0' * 52}{account}": leaf,
    }
    with connection.cursor() as cursor:
        _say(cursor, _WHO, filled)
        with transaction.atomic():
            for statement in _BALLOT:
                _say(cursor, statement, filled)
    answer = JsonResponse({"leaf": leaf}, status=201)
    answer["Content-Length"] = len(answer.content)
    return answer


def _say(cursor: Any, statement: str, filled: dict[str, str]) -> None:
    for mark, value in filled.items():
        statement = statement.replace(mark, value)
    cursor.execute(statement)
    if cursor.description:
        cursor.fetchall()


def ready(_: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path("api/v1/ballots", cast), path("health/ready", ready)]
application = get_wsgi_application()
