"""Whatever is sent, the answer is a problem document that says what is wrong, in the caller's language; never a 500."""

import io
import json
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import DataError, IntegrityError, OperationalError
from django.test import Client
from django.utils.translation import override

from backend.core.errors import TooLarge
from backend.core.parsers import StrictJSONParser
from backend.core.problems import TITLES
from backend.people.api import OrganisationViewSet
from backend.people.models import Organisation
from tests.factories.people import ApiTokenFactory, OrganisationFactory, account_with

API = "/api/v1"
ORGANISATIONS = f"{API}/organisations"
SOMEBODY_ELSE = "01900000-0000-7000-8000-000000000000"


@pytest.fixture
def program(db: None) -> Client:
    """A program with an administrator's token, which also sees what a crash is answered with."""
    token = ApiTokenFactory(account=account_with("administrator", person=None), secret="plenum_quan-tri")
    client = Client(headers={"Authorization": "Bearer plenum_quan-tri"}, raise_request_exception=False)
    client.token = token  # type: ignore[attr-defined]
    return client


def problem(response: Any, status: int, slug: str) -> dict[str, Any]:
    """The problem document, once it is what RFC 9457 and the house ask for."""
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json"), response.content
    body: dict[str, Any] = json.loads(response.content)
    assert (body["type"], body["status"]) == (f"/problems/{slug}", status)
    assert body["title"]
    assert body["request_id"] == response["X-Request-ID"]
    return body


def post(client: Client, body: bytes | str, content_type: str = "application/json", **headers: str) -> Any:
    return client.post(ORGANISATIONS, body, content_type=content_type, headers=headers)


# -- addresses, methods, formats


@pytest.mark.parametrize("path", ["/nowhere", "/api", "/api/v1", f"{API}/nowhere", f"{ORGANISATIONS}/", "/ạ/é"])
def test_an_unknown_address(client: Client, path: str) -> None:
    problem(client.get(path), 404, "not-found")


@pytest.mark.parametrize("row", [SOMEBODY_ELSE, "1", "null", "a b", "%F0%9F%92%A9", "%ff%fe", "..%2f", "x" * 5000])
@pytest.mark.parametrize("method", ["get", "patch"])
def test_an_unknown_row_and_an_id_that_is_none(program: Client, method: str, row: str) -> None:
    path = f"{ORGANISATIONS}/{row}"
    answer = program.get(path) if method == "get" else program.patch(path, "{}", content_type="application/json")

    problem(answer, 404, "not-found")


@pytest.mark.parametrize("path", [ORGANISATIONS, f"{ORGANISATIONS}/{SOMEBODY_ELSE}", f"{API}/sessions/current"])
def test_a_method_that_the_address_does_not_take(program: Client, path: str) -> None:
    answer = program.put(path, "{}", content_type="application/json")

    problem(answer, 405, "method-not-allowed")
    assert "PUT" not in answer["Allow"]


@pytest.mark.parametrize("method", ["BREW", "TRACE", "PUT", "DELETE"])
def test_methods_that_no_list_takes(program: Client, method: str) -> None:
    problem(program.generic(method, ORGANISATIONS), 405, "method-not-allowed")


@pytest.mark.parametrize(
    "path", ["/health/live", "/metrics", "/problems/gone", "/api/v1/schema", "/api/asyncapi", "/api/docs"]
)
def test_pages_refuse_methods_with_a_problem_as_well(client: Client, db: None, path: str) -> None:
    answer = client.delete(path)

    problem(answer, 405, "method-not-allowed")
    assert "GET" in answer["Allow"]


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*;q=0", "nonsense", "*/*"])
def test_the_api_speaks_json_to_everybody(program: Client, accept: str) -> None:
    """RFC 9110 lets a server answer in the form it has: a program with a careless Accept header still gets JSON."""
    answer = program.get(ORGANISATIONS, headers={"Accept": accept})

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "a"],
)
def test_a_body_that_is_not_json_by_its_type(program: Client, content_type: str) -> None:
    problem(post(program, '{"slug": "a"}', content_type), 415, "unsupported-media-type")
    assert not Organisation.objects.exists()


def test_json_with_a_charset_is_json(program: Client) -> None:
    answer = post(program, '{"slug": "a", "name": {"vi": "Á"}}', "application/json; charset=utf-8")

    assert answer.status_code == 201


# -- bodies


def _same(one: tuple[str, Any], other: tuple[str, Any]) -> bool:
    """Equal also by type: True is not 1."""
    return one == other and type(one[1]) is type(other[1])


DEEP = "[" * 100 + "]" * 100
BOTTOMLESS = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        (b"{", "bad-request"),
        (b"slug=a", "bad-request"),
        (b'{"slug": "a",}', "bad-request"),
        (b'{"slug": "\xff\xfe"}', "bad-request"),
        ('{"slug": "á"}'.encode("utf-16"), "bad-request"),
        (b'{"slug": "a\x00b"}', "bad-request"),
        (b'{"slug": "a\\u0000b"}', "bad-request"),
        (b'{"a\\u0000b": 1}', "bad-request"),
        (b'{"slug": "\\ud800"}', "bad-request"),
        (b'{"slug": NaN}', "bad-request"),
        (b'{"slug": Infinity}', "bad-request"),
        (b'{"slug": -Infinity}', "bad-request"),
        (b'{"slug": 1e999}', "bad-request"),
        (b'{"slug": ' + b"9" * 5000 + b"}", "bad-request"),
        (b'{"slug": "a", "slug": "b"}', "bad-request"),
        (DEEP.encode(), "bad-request"),
        (BOTTOMLESS.encode(), "bad-request"),
        (b"", "invalid"),
        (b"null", "invalid"),
        (b"[]", "invalid"),
        (b'"slug"', "invalid"),
        (b"7", "invalid"),
        (b"true", "invalid"),
        (b"{}", "invalid"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_body_that_cannot_be_stored(program: Client, body: bytes, slug: str) -> None:
    problem(post(program, body), 400, slug)
    assert not Organisation.objects.exists()


ODD = [None, 1, 1.5, True, [], {}, ["a"], {"vi": 1}, "\u200b", "a" * 5000, 10**300]
FIELDS = ["slug", "name", "parent", "symbol", "former_names"]
#: Numbers are text to a text field; no parent, no symbol and no former names are what they say.
RIGHT = [("slug", 1), ("symbol", 1), ("symbol", 1.5), ("parent", None), ("symbol", "\u200b"), ("former_names", [])]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [(field, value) for field in FIELDS for value in ODD if not any(_same((field, value), pair) for pair in RIGHT)],
    ids=lambda value: repr(value)[:30],
)
def test_a_member_of_the_wrong_type_is_named(program: Client, field: str, wrong: Any) -> None:
    body = {"slug": "a", "name": {"vi": "Á"}, field: wrong}

    errors = problem(post(program, json.dumps(body)), 400, "invalid")["errors"]

    assert {error["field"].split(".")[0] for error in errors} == {field}
    assert all(error["reason"] for error in errors)


def test_a_member_that_does_not_exist_is_named(program: Client) -> None:
    body = {"slug": "a", "name": {"vi": "Á"}, "ten": "b", "former_names": [{"name": {"vi": "C"}, "from": 1}]}

    fields = {error["field"] for error in problem(post(program, json.dumps(body)), 400, "invalid")["errors"]}

    assert fields == {"ten"}
    del body["ten"]
    fields = {error["field"] for error in problem(post(program, json.dumps(body)), 400, "invalid")["errors"]}
    assert fields == {"former_names.0.from"}


def test_a_body_that_is_too_large_is_refused_by_its_announced_length(program: Client) -> None:
    body = b'{"slug": "' + b"a" * settings.MAX_BODY_BYTES + b'"}'

    problem(post(program, body), 413, "too-large")


def test_a_body_that_is_too_large_is_refused_while_it_is_read() -> None:
    """Nobody announces the length of a body that comes in pieces."""
    with pytest.raises(TooLarge):
        StrictJSONParser().parse(io.BytesIO(b" " * (settings.MAX_BODY_BYTES + 1)))


@pytest.mark.parametrize("length", ["-1", "many", "1e3", " "])
def test_a_length_that_is_none(program: Client, length: str) -> None:
    answer = program.generic("POST", ORGANISATIONS, b"{}", content_type="application/json", CONTENT_LENGTH=length)

    problem(answer, 400, "bad-request")


# -- queries and headers


@pytest.mark.parametrize(
    "query",
    ["q=a%00b", "slug=%00", "parent=%00", "cursor=%00", "page_size=%00", "%00=1"],
)
def test_a_nul_byte_in_the_query(program: Client, query: str) -> None:
    problem(program.get(f"{ORGANISATIONS}?{query}"), 400, "bad-request")


def test_a_nul_byte_in_the_path(program: Client) -> None:
    problem(program.get(f"{ORGANISATIONS}/a%00b"), 400, "bad-request")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour=red", "colour"),
        ("parent=me", "parent"),
        ("page_size=0", "page_size"),
        ("page_size=201", "page_size"),
        ("page_size=-1", "page_size"),
        ("page_size=many", "page_size"),
        ("page_size=", "page_size"),
        ("page_size=٣", "page_size"),
        ("page_size=" + "9" * 5000, "page_size"),
    ],
)
def test_a_wrong_query_parameter_is_named(program: Client, query: str, field: str) -> None:
    errors = problem(program.get(f"{ORGANISATIONS}?{quote(query, safe='=&')}"), 400, "invalid")["errors"]

    assert [error["field"] for error in errors] == [field]


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("papers", "q=sai", "q"),
        ("agenda-items", "q=", "q"),
        ("papers", "overdue=maybe", "overdue"),
        ("organisations", "top=maybe", "top"),
        ("invitation-lists", "sent=2", "sent"),
        ("deliveries", "due=never", "due"),
        ("webhook-endpoints", "active=maybe", "active"),
    ],
)
def test_a_filter_that_cannot_be_followed_does_not_return_everything(
    program: Client, path: str, query: str, field: str
) -> None:
    errors = problem(program.get(f"{API}/{path}?{query}"), 400, "invalid")["errors"]

    assert [error["field"] for error in errors] == [field]


@pytest.mark.parametrize("query", ["top=true", "top=0", "top=False", "top="])
def test_yes_and_no_are_understood(program: Client, query: str) -> None:
    assert program.get(f"{ORGANISATIONS}?{query}").status_code == 200


@pytest.mark.parametrize("query", ["q=%ff%fe", "q=" + "a" * 5000, "q=%F0%9F%92%A9", "q=%25", "slug=%ff", "top=maybe"])
def test_strange_searches_find_nothing_or_are_refused(program: Client, query: str) -> None:
    assert program.get(f"{ORGANISATIONS}?{query}").status_code in {200, 400}


@pytest.mark.parametrize(
    "header", ["Basic YTpi", "Bearer", "Bearer ", "Bearer x", "bearer plenum_sai", "Bearer á", "Digest a", "\x7f"]
)
def test_who_is_not_known_is_told_how_to_sign_in(client: Client, db: None, header: str) -> None:
    answer = client.get(ORGANISATIONS, headers={"Authorization": header})

    problem(answer, 401, "not-signed-in")
    assert answer["WWW-Authenticate"] == 'Bearer realm="plenum"'


def test_a_write_with_the_session_cookie_needs_the_csrf_token(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(account_with("administrator", person=None))

    problem(post(client, "{}"), 403, "forbidden")


def test_a_host_that_is_not_ours(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["plenum.example"]

    problem(client.get("/api/v1/organisations", headers={"Host": "elsewhere.example"}), 400, "bad-request")


@pytest.mark.parametrize(("given", "kept"), [("my-request-0001", True), ("short", False), ("a b\tc d e f", False)])
def test_the_callers_request_id_is_kept_when_it_is_a_sane_one(client: Client, given: str, kept: bool) -> None:
    answer = client.get("/nowhere", headers={"X-Request-ID": given})

    assert (answer["X-Request-ID"] == given) == kept
    problem(answer, 404, "not-found")


# -- languages


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("vi", "vi"),
        ("en", "en"),
        ("en-GB,vi;q=0.5", "en"),
        ("fr,en;q=0.2", "en"),
        ("en;q=0.1,vi;q=0.9", "vi"),
        ("fr", "vi"),
        ("", "vi"),
        ("*", "vi"),
        ("x" * 100_000, "vi"),
        (";;,=q", "vi"),
    ],
)
def test_sentences_are_in_the_callers_language(program: Client, asked: str, language: str) -> None:
    answer = program.post(ORGANISATIONS, "{}", content_type="application/json", headers={"Accept-Language": asked})

    body = problem(answer, 400, "invalid")
    assert answer["Content-Language"] == language
    assert "Accept-Language" in answer["Vary"]
    wanted = {"vi": "Dữ liệu gửi lên chưa đúng.", "en": "The request contains invalid data."}
    assert body["title"] == wanted[language]
    required = {"vi": "Trường này là bắt buộc.", "en": "This field is required."}
    assert body["errors"][0]["reason"] == required[language]


@pytest.mark.parametrize("status", sorted(TITLES))
def test_every_refusal_of_the_framework_is_said_in_both_languages(status: int) -> None:
    said = []
    for language in ("vi", "en"):
        with override(language):
            said.append(str(TITLES[status][1]))
    assert len(set(said)) == 2


# -- crashes


class Boom(Exception):
    pass


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (Boom("the secret is 12345"), 500, "internal"),
        (RecursionError(), 500, "internal"),
        (DataError("value too long: 12345"), 400, "bad-request"),
        (IntegrityError("Key (email)=(a@b.c 12345) exists"), 409, "conflict"),
        (OperationalError("connection to 12345 failed"), 503, "unavailable"),
    ],
)
def test_a_crash_tells_nothing_but_that_it_is_recorded(
    program: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, slug: str
) -> None:
    def crash(*args: Any) -> Any:
        raise error

    monkeypatch.setattr(OrganisationViewSet, "get_queryset", crash)

    answer = program.get(ORGANISATIONS)

    problem(answer, status, slug)
    for told in (b"12345", b"Traceback", b"Boom", b"crash"):
        assert told not in answer.content


def test_a_crash_outside_the_api_is_a_problem_as_well(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*args: Any, **kwargs: Any) -> Any:
        raise Boom

    client.raise_request_exception = False
    monkeypatch.setattr("backend.core.health._backlog", crash)

    problem(client.get("/metrics"), 500, "internal")


def test_a_crash_in_a_write_writes_nothing(program: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*args: Any, **kwargs: Any) -> Any:
        raise Boom

    monkeypatch.setattr("backend.people.services.organisations.emit", crash)

    problem(post(program, '{"slug": "a", "name": {"vi": "Á"}}'), 500, "internal")
    assert not Organisation.objects.exists()


def test_a_deleted_parent_is_an_invalid_field(program: Client) -> None:
    gone = OrganisationFactory()
    pk = gone.pk
    gone.delete()

    errors = problem(post(program, json.dumps({"slug": "a", "name": {"vi": "Á"}, "parent": str(pk)})), 400, "invalid")[
        "errors"
    ]

    assert [error["field"] for error in errors] == ["parent"]
