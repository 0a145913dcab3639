"""A body that comes in pieces is read like any other."""

from io import BytesIO
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory

from backend.core.bodies import measured


def answered(body: bytes, **environ: Any) -> tuple[str, bytes]:
    """Status and body of the application's answer to a POST as a server hands it over."""
    given = RequestFactory().post("/api/v1/sessions", content_type="application/json").environ
    given = {**given, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": "", **environ}
    seen: list[str] = []
    answer = b"".join(measured(WSGIHandler())(given, lambda status, headers: seen.append(status)))
    return seen[0], answer


PIECES = {"HTTP_TRANSFER_ENCODING": "chunked"}


def test_a_body_in_pieces_is_read(db: None) -> None:
    status, answer = answered(b'{"email": "a@b.c"}', **PIECES)

    assert status.startswith("400")
    assert b"password" in answer
    assert b'"email"' not in answer


def test_a_body_in_pieces_that_is_too_large_is_refused(db: None, settings: Any) -> None:
    settings.MAX_BODY_BYTES = 20

    assert answered(b"x" * 21, **PIECES)[0].startswith("413")


def test_no_more_than_one_byte_too_many_is_read(db: None, settings: Any) -> None:
    settings.MAX_BODY_BYTES = 20
    endless = BytesIO(b"x" * 10_000)

    answered(b"", **{**PIECES, "wsgi.input": endless})

    assert endless.tell() == 21


UPLOAD = "/api/v1/papers/0190a5f0-0000-7000-8000-000000000000/versions"


@pytest.mark.parametrize(
    ("environ", "path", "refused"),
    [
        ({"CONTENT_LENGTH": "2000"}, UPLOAD, False),
        ({"CONTENT_LENGTH": "2000"}, "/p/abc", False),
        ({"CONTENT_LENGTH": str(1 << 22)}, UPLOAD, True),
        ({"CONTENT_LENGTH": "2000"}, "/api/v1/papers", True),
        ({"CONTENT_LENGTH": "2000"}, "/no/such/place", True),
        (PIECES, UPLOAD, True),  # what was cut off would be filed as if it were whole
    ],
)
def test_more_is_taken_only_where_files_are(
    db: None, settings: Any, environ: dict[str, str], path: str, refused: bool
) -> None:
    settings.MAX_BODY_BYTES, settings.UPLOAD_MAX_BYTES = 1000, 1 << 20
    status, _ = answered(b"x" * 2000, **{**environ, "PATH_INFO": path})
    assert status.startswith("413") is refused, status


@pytest.mark.parametrize("environ", [{"CONTENT_LENGTH": "2", **PIECES}, {"CONTENT_LENGTH": "2"}, {}])
def test_other_bodies_are_left_to_django(db: None, environ: dict[str, str]) -> None:
    assert answered(b"{}", **environ)[0].startswith("400")


def test_django_alone_would_read_none_of_it(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr("tests.core.test_bodies.measured", lambda application: application)

    assert b'"email"' in answered(b'{"email": "a@b.c"}', **PIECES)[1]
