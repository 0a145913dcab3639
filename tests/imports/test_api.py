"""Handing in a list over HTTP: taken in no time, previewed, committed."""

import datetime as dt
import io
import time
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook
from rest_framework.test import APIClient

from backend.imports.models import Import, ImportRow
from backend.imports.reading import read_people
from backend.imports.uploads import looked_at
from backend.invitations.models import Invitation
from backend.people.models import Account, Organisation, Person
from tests import lift
from tests.factories.conferences import ConferenceFactory
from tests.factories.imports import ImportFactory, ImportRowFactory
from tests.factories.invitations import InvitationListFactory
from tests.factories.papers import office_file
from tests.factories.people import OrganisationFactory, account_with
from tests.imports.files import HEADINGS, people, text, workbook

pytestmark = pytest.mark.django_db(transaction=True)
API = "/api/v1/imports"


def client_of(account: Account) -> APIClient:
    client = APIClient()
    client.force_authenticate(Account.objects.get(pk=account.pk))
    return client


@pytest.fixture
def host() -> Organisation:
    made: Organisation = OrganisationFactory()
    return made


@pytest.fixture
def client(host: Organisation) -> APIClient:
    return client_of(account_with("secretary", organisation=host))


def hand_in(client: APIClient, content: bytes, host: Organisation, *, name: str = "a.xlsx", **said: Any) -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(API, {"file": file, "organisation": str(host.pk), **said}, format="multipart")


def test_from_the_file_to_the_invitations(client: APIClient, host: Organisation) -> None:
    invitations = InvitationListFactory(conference=ConferenceFactory(lead=host, announced=True, exact=True))
    rows = [["", "TS. NGUYỄN VĂN AN", "Chủ tịch", "", "an@xa.example", 912345678], ["", "Lê Bình", "", "", "sai", ""]]

    answer = hand_in(client, workbook([["DANH SÁCH"], HEADINGS, *rows]), host, list=str(invitations.pk))
    assert answer.status_code == 202
    lift.run()
    job = client.get(answer["Location"]).json()
    assert (job["state"], job["done"], job["total"]) == ("done", 2, 2)
    imported = client.get(f"{API}/{job['subject_id']}")
    assert imported.json()["rows"] == {
        "total": 2, "pending": 0, "new": 1, "known": 0, "duplicate": 0, "ambiguous": 0, "error": 1, "committed": 0,
    }  # fmt: skip
    assert imported.json()["headings"]["full_name"] == "Họ và tên"
    preview = client.get(f"/api/v1/import-rows?imported={job['subject_id']}").json()["results"]
    assert [(row["number"], row["outcome"]) for row in preview] == [(3, "new"), (4, "error")]
    assert preview[0]["entry"]["degree"] == "TS."
    assert preview[0]["values"]["full_name"] == "TS. NGUYỄN VĂN AN"
    assert preview[1]["errors"][0]["column"] == "email"
    assert set(preview[1]["errors"][0]["reason"]) == {"vi", "en"}

    address = f"{API}/{job['subject_id']}/commit"
    assert client.post(address).status_code == 428
    assert client.post(address, headers={"If-Match": '"99"'}).status_code == 412
    begun = client.post(address, headers={"If-Match": imported["ETag"]})
    assert begun.status_code == 202
    lift.run()
    assert client.get(begun["Location"]).json()["result"]["invited"] == 1
    assert Invitation.objects.get().person == Person.objects.get(email="an@xa.example")
    again = hand_in(client, workbook([["DANH SÁCH"], HEADINGS, *rows]), host, list=str(invitations.pk))
    assert again.status_code in {202, 409}  # openpyxl writes the time of day into the file


def test_two_thousand_rows_are_taken_in_less_than_a_second(client: APIClient, host: Organisation) -> None:
    content = workbook([HEADINGS, *people(2000)])
    hand_in(client, text([HEADINGS]), host, name="warm.csv")

    begun = time.process_time()
    answer = hand_in(client, content, host)
    seconds = time.process_time() - begun

    assert answer.status_code == 202
    assert seconds < 1, f"{seconds:.2f} s of this process's time"
    assert ImportRow.objects.count() == 0, "reading is a worker's business"


def bomb(size: int) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * size)
    return written.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "status", "said"),
    [
        ("a.xlsx", b"", 400, "empty"),
        ("a.xls", b"\xd0\xcf\x11\xe0", 400, "xls"),
        ("a.pdf", b"%PDF-1.7 %%EOF", 400, "xlsx"),
        ("a.xlsx", b"PK\x03\x04", 400, "damaged"),
        ("a.csv", workbook([HEADINGS]), 400, "not csv"),
        ("a.xlsx", office_file("docx"), 400, "not xlsx"),
        ("a.xlsx", bomb(60 * 1024 * 1024), 400, "too large when unpacked"),
        ("a.csv", b"a" * (5 * 1024 * 1024 + 1), 413, "5 MB"),
    ],
    ids=["empty", "xls", "pdf", "damaged", "workbook called csv", "docx called xlsx", "bomb", "large"],
)
def test_what_is_not_taken(
    client: APIClient, host: Organisation, name: str, content: bytes, status: int, said: str
) -> None:
    client.credentials(HTTP_ACCEPT_LANGUAGE="en")
    answer = hand_in(client, content, host, name=name)

    assert answer.status_code == status
    assert said in answer.content.decode()
    assert not Import.objects.exists()


def test_a_bomb_that_lies_about_its_size_is_refused_too() -> None:
    content = bytearray(bomb(60 * 1024 * 1024))
    true = (60 * 1024 * 1024).to_bytes(4, "little")
    while (at := content.find(true)) >= 0:
        content[at : at + 4] = (10).to_bytes(4, "little")

    with pytest.raises(Exception, match="Invalid|invalid|chưa đúng"):
        looked_at(filename="a.xlsx", content=bytes(content))


def test_only_who_keeps_the_people_and_runs_the_list_hands_in(client: APIClient, host: Organisation) -> None:
    content, elsewhere = text([HEADINGS]), OrganisationFactory()
    lists = [
        InvitationListFactory(conference=ConferenceFactory(lead=lead, announced=True, exact=True))
        for lead in (host, elsewhere)
    ]
    partners = InvitationListFactory(
        conference=ConferenceFactory(lead=elsewhere, co=[host], announced=True, exact=True)
    )

    assert hand_in(client, content, elsewhere, name="a.csv").status_code == 403
    nowhere = hand_in(client, content, Organisation(), name="a.csv")
    assert [each["field"] for each in nowhere.json()["errors"]] == ["organisation"]
    assert hand_in(client_of(account_with("editor", organisation=host)), content, host, name="a.csv").status_code == 403
    assert hand_in(client, content, host, name="a.csv", list=str(lists[0].pk)).status_code == 202
    assert hand_in(client, content, host, name="a.csv", list=str(lists[1].pk)).status_code == 400
    assert hand_in(client, content, host, name="a.csv", list=str(partners.pk)).status_code == 403


def test_lists_of_others_are_not_there(host: Organisation) -> None:
    row = ImportRowFactory(imported__organisation=host)
    stranger = client_of(account_with("organiser", organisation=OrganisationFactory()))

    assert stranger.get(f"{API}/{row.imported_id}").status_code == 404
    assert stranger.get(f"/api/v1/import-rows/{row.pk}").status_code == 404
    assert stranger.get("/api/v1/import-rows").json()["results"] == []
    assert stranger.delete(f"{API}/{row.imported_id}", headers={"If-Match": "*"}).status_code == 404


def test_the_bytes_of_a_file_are_in_no_answer(client: APIClient, host: Organisation) -> None:
    row = ImportFactory(organisation=host, content=b"secret")

    assert "content" not in client.get(f"{API}/{row.pk}").json()


def test_whom_a_row_means_is_said(client: APIClient, host: Organisation) -> None:
    person = Person.objects.create(full_name="Nguyễn Thị Mẫu", organisation=host)
    row = ImportRowFactory(imported__organisation=host, outcome="ambiguous", candidates=[person.pk])
    address = f"/api/v1/import-rows/{row.pk}/decide"

    assert client.post(address, {}).status_code == 400
    assert client.post(address, {"person": str(host.pk)}).status_code == 400
    answer = client.post(address, {"person": str(person.pk)}).json()
    assert (answer["outcome"], answer["person"], answer["decided"]) == ("known", str(person.pk), True)
    assert client.post(address, {"person": None}).json()["outcome"] == "new"


def test_an_import_is_removed(client: APIClient, host: Organisation) -> None:
    row = ImportFactory(organisation=host)

    Import.objects.filter(pk=row.pk).update(state="committing")
    assert client.delete(f"{API}/{row.pk}", headers={"If-Match": "*"}).status_code == 409
    Import.objects.filter(pk=row.pk).update(state="ready")
    assert client.delete(f"{API}/{row.pk}").status_code == 428
    assert client.delete(f"{API}/{row.pk}", headers={"If-Match": "*"}).status_code == 204
    assert not Import.objects.exists()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_empty_form_is_read_back_with_all_its_columns(client: APIClient, language: str) -> None:
    answer = client.get(f"{API}/form", headers={"Accept-Language": language})
    book = load_workbook(io.BytesIO(answer.content))
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    sheet = book.worksheets[0]
    sheet.append([1, "Nguyễn Văn An", "Ông", "TS", "Chủ tịch", dt.datetime(2021, 1, 14), "UBND xã A", "an@xa.example", "0912345678", "vi"])  # fmt: skip
    sheet.move_range("A502:J502", rows=-500)
    filled = io.BytesIO()
    book.save(filled)

    (row,) = read_people(filled.getvalue(), "xlsx").rows
    assert all(row.entry.as_json()[name] for name in row.entry.as_json() if name != "alternate_email")
    assert not row.errors
