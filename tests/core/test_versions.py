"""Two people may edit the same row; neither overwrites what the other wrote without knowing."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.people.models import Account, Organisation
from tests.factories.people import OrganisationFactory, account_with
from tests.threads import in_threads

URL = "/api/v1/organisations"


def client_of(account: Account) -> APIClient:
    client = APIClient()
    client.force_authenticate(Account.objects.get(pk=account.pk))
    return client


@pytest.fixture
def client(db: None) -> APIClient:
    return client_of(account_with("administrator", person=None))


@pytest.fixture
def row(db: None) -> Organisation:
    made: Organisation = OrganisationFactory(symbol="CŨ")
    return made


def edit(client: APIClient, row: Organisation, symbol: str = "MỚI", **headers: str) -> Any:
    return client.patch(f"{URL}/{row.pk}", {"symbol": symbol}, headers=headers)


def test_the_etag_is_the_version_and_rises_with_every_write(client: APIClient, row: Organisation) -> None:
    read = client.get(f"{URL}/{row.pk}")
    assert read["ETag"] == '"1"'

    written = edit(client, row, **{"If-Match": read["ETag"]})

    assert (written.status_code, written["ETag"]) == (200, '"2"')
    assert client.get(f"{URL}/{row.pk}")["ETag"] == '"2"'


def test_who_has_it_already_gets_304(client: APIClient, row: Organisation) -> None:
    again = client.get(f"{URL}/{row.pk}", headers={"If-None-Match": '"1"'})

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", '"1"')
    assert client.get(f"{URL}/{row.pk}", headers={"If-None-Match": '"0"'}).status_code == 200


def test_a_change_without_if_match_is_428(client: APIClient, row: Organisation) -> None:
    refused = edit(client, row)

    assert (refused.status_code, refused.json()["type"]) == (428, "/problems/precondition-required")
    row.refresh_from_db()
    assert row.symbol == "CŨ"


@pytest.mark.parametrize("stale", ['"0"', '"2"', '"999999999"', '"9999999999999999"', "garbage", '""', '"-1"', '"١"'])
def test_a_change_of_another_version_is_412_and_writes_nothing(
    client: APIClient, row: Organisation, stale: str
) -> None:
    refused = edit(client, row, **{"If-Match": stale})

    assert (refused.status_code, refused.json()["type"]) == (412, "/problems/stale-write")
    row.refresh_from_db()
    assert (row.symbol, row.version) == ("CŨ", 1)


def test_a_star_writes_over_whatever_is_there(client: APIClient, row: Organisation) -> None:
    assert edit(client, row, **{"If-Match": "*"}).status_code == 200


def test_a_weak_tag_is_taken(client: APIClient, row: Organisation) -> None:
    """A proxy that compresses weakens tags; the version is the same."""
    assert edit(client, row, **{"If-Match": 'W/"1"'}).status_code == 200


def test_an_action_heeds_the_version_when_one_is_said(client: APIClient, row: Organisation) -> None:
    rename = {"name": {"vi": "Tên mới"}, "since": "2026-01-01"}

    stale = client.post(f"{URL}/{row.pk}/rename", rename, headers={"If-Match": '"7"'})

    assert stale.status_code == 412
    assert client.post(f"{URL}/{row.pk}/rename", rename).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_many_who_read_the_same_version_one_writes() -> None:
    administrator, row = account_with("administrator", person=None), OrganisationFactory()

    answers = in_threads(6, lambda: edit(client_of(administrator), row, **{"If-Match": '"1"'}).status_code)

    assert sorted(answers) == [200, 412, 412, 412, 412, 412]
    row.refresh_from_db()
    assert row.version == 2


@pytest.mark.django_db(transaction=True)
def test_with_a_star_instead_they_would_overwrite_each_other() -> None:
    """The negative control: it is the version that keeps them apart."""
    administrator, row = account_with("administrator", person=None), OrganisationFactory()

    answers = in_threads(6, lambda: edit(client_of(administrator), row, **{"If-Match": "*"}).status_code)

    assert answers == [200] * 6
