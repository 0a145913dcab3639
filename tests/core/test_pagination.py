"""Pages stay stable while rows come and go, whatever a list is sorted by; a cursor that was tampered with is refused."""

import base64
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from backend.core.pagination import CursorPages
from backend.people.models import Organisation, Position
from tests.factories.outbox import EventFactory
from tests.factories.people import OrganisationFactory, PersonFactory, PositionFactory, account_with

API = "/api/v1"
ORGANISATIONS = f"{API}/organisations"


@pytest.fixture
def client(db: None) -> APIClient:
    client = APIClient()
    client.force_authenticate(account_with("administrator", person=None))
    return client


def walk(client: APIClient, address: str | None, link: str = "next") -> list[list[str]]:
    """The ids on each page, following `link` to the end."""
    pages = []
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, answer.content
        pages.append([row["id"] for row in answer.json()["results"]])
        address = answer.json()[link]
        assert len(pages) < 100, "the pages never end"
    return pages


def cursor_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["cursor"][0]


def test_all_rows_once_in_order_forth_and_back(client: APIClient) -> None:
    for number in range(7):
        OrganisationFactory(name={"vi": f"Đơn vị {number}"})
    wanted = [str(row.pk) for row in Organisation.objects.order_by("sort_key")]

    pages = walk(client, f"{ORGANISATIONS}?page_size=3")

    assert pages == [wanted[:3], wanted[3:6], wanted[6:]]
    third = client.get(client.get(f"{ORGANISATIONS}?page_size=3").json()["next"]).json()["next"]
    assert walk(client, third, "previous") == [wanted[6:], wanted[3:6], wanted[:3]]


def test_the_first_page_has_no_previous_and_an_empty_list_neither(client: APIClient) -> None:
    assert client.get(ORGANISATIONS).json() == {"next": None, "previous": None, "results": []}
    OrganisationFactory()
    assert client.get(ORGANISATIONS).json()["previous"] is None
    OrganisationFactory()
    second = client.get(client.get(f"{ORGANISATIONS}?page_size=1").json()["next"]).json()
    assert (second["next"], len(second["results"])) == (None, 1)
    assert client.get(second["previous"]).json()["previous"] is None


def test_rows_that_sort_alike_are_neither_skipped_nor_repeated(client: APIClient) -> None:
    """All 1,205 offices share one rank: more than any offset that other cursors put up with."""
    person = PersonFactory()
    Position.objects.bulk_create(
        Position(person=person, organisation=person.organisation, title={"vi": "Ủy viên"}) for _ in range(1205)
    )

    seen = [row for page in walk(client, f"{API}/positions?page_size=200") for row in page]

    assert seen == [str(pk) for pk in Position.objects.order_by("rank", "id").values_list("pk", flat=True)]


def test_rows_added_and_removed_meanwhile_move_no_other(client: APIClient) -> None:
    rows = [OrganisationFactory(name={"vi": f"Đơn vị {letter}"}) for letter in "BDFHJ"]
    first = client.get(f"{ORGANISATIONS}?page_size=2").json()

    OrganisationFactory(name={"vi": "Đơn vị A"})
    OrganisationFactory(name={"vi": "Đơn vị C"})
    late = OrganisationFactory(name={"vi": "Đơn vị G"})
    rows[1].delete()  # the very row the cursor names

    rest = [row for page in walk(client, first["next"]) for row in page]
    assert rest == [str(row.pk) for row in (rows[2], late, rows[3], rows[4])]


def test_a_page_keeps_its_filters_and_its_size(client: APIClient) -> None:
    parent = OrganisationFactory()
    children = {str(OrganisationFactory(parent=parent).pk) for _ in range(5)}

    pages = walk(client, f"{ORGANISATIONS}?page_size=2&parent={parent.pk}")

    assert [len(page) for page in pages] == [2, 2, 1]
    assert {row for page in pages for row in page} == children


def test_a_falling_order(client: APIClient) -> None:
    made = [str(account_with("auditor").pk) for _ in range(5)]
    pages = walk(client, f"{API}/accounts?page_size=2")

    assert [row for page in pages for row in page][:5] == list(reversed(made))


def test_the_last_page_costs_what_the_first_does(client: APIClient) -> None:
    for _ in range(9):
        OrganisationFactory()
    address, costs = f"{ORGANISATIONS}?page_size=2", []
    while address:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            address = client.get(address).json()["next"]
        costs.append(len(queries))
        assert not any("OFFSET" in query["sql"] for query in queries)
    assert len(set(costs)) == 1


def made_up(*place: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


UUID = "01900000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "====",
        "á",
        "%2500",
        "' OR 1=1 --",
        "a" * 10_000,
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        base64.urlsafe_b64encode(b'[false, ["a", "\\ud800"]]').decode(),
        base64.urlsafe_b64encode(b"[" * 5000).decode(),
        base64.urlsafe_b64encode(b"p=2020").decode(),  # the framework's own kind
        made_up(),
        made_up(False),
        made_up(False, []),
        made_up(False, ["a"]),
        made_up(False, ["a", UUID, "b"]),
        made_up(False, ["a", "not an id"]),
        made_up(False, ["a", None]),
        made_up(False, ["a", 1]),
        made_up(False, ["a\x00", UUID]),
        made_up(False, {"a": UUID}),
        made_up(False, "ab"),
        made_up(1, ["a", UUID]),
        made_up("no", ["a", UUID]),
        made_up(False, ["a", UUID], 1),
    ],
    ids=lambda cursor: cursor[:24],
)
def test_a_cursor_that_was_tampered_with_is_refused(client: APIClient, cursor: str) -> None:
    answer = client.get(ORGANISATIONS, {"cursor": cursor})

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert [error["field"] for error in answer.json()["errors"]] == ["cursor"]


@pytest.mark.parametrize("position", ["", "x", "1.5", "9" * 40, "9" * 5000, "-1", "NaN", "0x10"])
def test_a_cursor_of_numbers_that_was_tampered_with_is_refused_or_finds_nothing(
    client: APIClient, position: str
) -> None:
    EventFactory(position=1)

    assert client.get(f"{API}/events", {"cursor": made_up(False, [position])}).status_code in {200, 400}


def test_a_cursor_of_another_list_is_refused(client: APIClient) -> None:
    OrganisationFactory.create_batch(2)
    cursor = cursor_of(client.get(f"{ORGANISATIONS}?page_size=1").json()["next"])

    assert client.get(f"{API}/events", {"cursor": cursor}).status_code == 400


def test_an_order_that_is_not_total_ends_with_the_id() -> None:
    assert CursorPages._keys(Position, ("rank",)) == ["rank", "id"]
    assert CursorPages._keys(Position, ("rank", "-id")) == ["rank", "-id"]
    assert CursorPages._keys(Position, None) == ["-id"]


def test_without_the_id_rows_that_sort_alike_would_be_lost(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: it is the id at the end that tells equals apart."""
    PositionFactory.create_batch(5, rank=7)
    monkeypatch.setattr(CursorPages, "_keys", staticmethod(lambda model, wanted: list(wanted)))

    assert sum(len(page) for page in walk(client, f"{API}/positions?page_size=2")) < 5
