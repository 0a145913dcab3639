"""Versions on file: whose they are, how they are served, and that nobody changes them."""

import hashlib
import time
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from rest_framework.test import APIClient

from backend.core.errors import Conflict
from backend.documents import services
from backend.documents.models import DocumentFile
from tests.factories.conferences import ConferenceFactory, DutyFactory
from tests.factories.documents import DocumentFactory
from tests.factories.people import account_with
from tests.threads import in_threads

pytestmark = pytest.mark.django_db
PDF, DOCX = b"%PDF-1.7 b\xe1\xba\xa3n", b"PK docx"


def signed_in(account: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(account)
    return client


def filed(**fields: Any) -> Any:
    document = DocumentFactory(**fields)
    services.add_version(document_id=document.pk, contents={"docx": b"draft", "pdf": b"draft"}, stem="bb", draft=True)
    services.add_version(document_id=document.pk, contents={"docx": DOCX, "pdf": PDF}, stem="biên bản", draft=False)
    return document


def test_bytes_come_with_type_name_and_hash() -> None:
    document = filed()
    client = signed_in(account_with("secretary", organisation=document.organisation))
    answer = client.get(f"/api/v1/documents/{document.pk}/content")
    assert answer.content == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["ETag"] == f'"{hashlib.sha256(PDF).hexdigest()}"'
    name = "attachment; filename=\"bien ban.pdf\"; filename*=UTF-8''bi%C3%AAn%20b%E1%BA%A3n.pdf"
    assert answer["Content-Disposition"] == name
    again = client.get(f"/api/v1/documents/{document.pk}/content", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    first = client.get(f"/api/v1/documents/{document.pk}/content", {"version": 1, "format": "docx"})
    assert first.content == b"draft"
    for wrong, status in (
        ({"format": "exe"}, 400),
        ({"version": "²"}, 400),
        ({"version": "0"}, 404),
        ({"version": "9"}, 404),
    ):
        assert client.get(f"/api/v1/documents/{document.pk}/content", wrong).status_code == status


def test_who_took_part_reads_what_was_issued_and_no_draft() -> None:
    conference = ConferenceFactory(announced=True)
    document = filed(conference_id=conference.pk)
    unissued = DocumentFactory(conference_id=conference.pk)
    services.add_version(document_id=unissued.pk, contents={"pdf": b"draft"}, stem="bb", draft=True)
    guest = account_with()
    DutyFactory(conference=conference, kind="guest", person=guest.person)
    client = signed_in(guest)
    listed = client.get("/api/v1/documents").json()["results"]
    assert [row["id"] for row in listed] == [str(document.pk)]
    assert {(file["number"], file["draft"]) for file in listed[0]["versions"]} == {(2, False)}
    assert client.get(f"/api/v1/documents/{document.pk}/content?version=1").status_code == 404
    assert client.get(f"/api/v1/documents/{unissued.pk}").status_code == 404
    stranger = signed_in(account_with())
    assert stranger.get("/api/v1/documents").json()["results"] == []
    assert stranger.get(f"/api/v1/documents/{document.pk}/content").status_code == 404
    assert APIClient().get("/api/v1/documents").status_code in {401, 403}


def test_filed_bytes_never_change() -> None:
    document = filed()
    files = DocumentFile.objects.filter(document=document)
    for change in (lambda: files.update(content=b"other"), lambda: files.delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE documents_documentfile")


def test_without_the_guard_filed_bytes_could_change() -> None:
    document = filed()
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE documents_documentfile DISABLE TRIGGER documents_documentfile_append_only"
        )
    assert DocumentFile.objects.filter(document=document).update(content=b"other") == 4


def further(document: Any, **changes: Any) -> DocumentFile:
    fields = {"number": 3, "draft": False, "media_type": "application/pdf", "filename": "bb.pdf", "size": 1, **changes}
    return DocumentFile.objects.create(document=document, content=b"x", sha256="0" * 64, **fields)


def test_an_issued_document_gets_no_further_version() -> None:
    document = filed()
    with pytest.raises(Conflict):
        services.add_version(document_id=document.pk, contents={"pdf": b"%PDF"}, stem="bb", draft=False)
    for change in ({}, {"draft": True}):
        with pytest.raises(IntegrityError, match="has been issued"), transaction.atomic():
            further(document, **change)
    unissued = DocumentFactory()
    services.add_version(document_id=unissued.pk, contents={"pdf": b"draft"}, stem="bb", draft=True)
    assert further(unissued).number == 3


def test_what_an_issued_document_is_stands() -> None:
    document = filed()
    rows = type(document).objects.filter(pk=document.pk)
    changes: list[dict[str, Any]] = [
        {"kind": "NQ"},
        {"title": {"vi": "Khác"}},
        {"organisation": DocumentFactory().organisation},
        {"conference_id": document.pk},
    ]
    for change in changes:
        with pytest.raises(IntegrityError, match="has been issued"), transaction.atomic():
            rows.update(**change)
    assert rows.update(public=True) == 1


def test_without_the_guards_issued_documents_could_change() -> None:
    document = filed()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE documents_documentfile DISABLE TRIGGER documents_documentfile_final")
        cursor.execute("ALTER TABLE documents_document DISABLE TRIGGER documents_document_stands")
    assert further(document).number == 3
    assert type(document).objects.filter(pk=document.pk).update(kind="NQ") == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_final_versions_at_once_one_is_filed_whatever_the_service_looks_at() -> None:
    """Also from programs that neither ask nor lock: the guard itself makes the second wait, and then refuses it."""
    document = DocumentFactory()
    numbers = [3, 2]

    def insert() -> DocumentFile:
        with transaction.atomic():
            made = further(document, number=numbers.pop())
            time.sleep(0.3)
        return made

    results = in_threads(2, insert)
    assert [type(one) for one in results].count(DocumentFile) == 1
    assert DocumentFile.objects.filter(document=document).count() == 1
