"""Official numbers: one after the other, whoever asks at once; gaps are explained."""

import threading
import time
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from rest_framework.test import APIClient

from backend.core.errors import Conflict
from backend.documents import queries, services
from backend.documents.models import NumberSeries, OfficialNumber
from tests.factories.documents import DocumentFactory
from tests.factories.people import OrganisationFactory, account_with
from tests.threads import rush

RIVALS = 20


def race() -> tuple[list[int], int]:
    """Twenty documents of one organisation ask for a number at once: the numbers given, and how many were refused."""
    organisation = OrganisationFactory()
    documents = [DocumentFactory(organisation=organisation) for _ in range(RIVALS)]
    start, given, refused = threading.Barrier(RIVALS), [], []

    def ask(document: Any) -> None:
        start.wait()
        try:
            number = services.next_number(
                organisation_id=organisation.pk, kind="BB", year=2021, document_id=document.pk
            )
            given.append(number.number)
        except IntegrityError as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(document,)) for document in documents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(given), len(refused)


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_get_twenty_numbers_without_a_gap() -> None:
    assert race() == (list(range(1, RIVALS + 1)), 0)


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_race_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def unlocked(**series: Any) -> NumberSeries:
        NumberSeries.objects.bulk_create([NumberSeries(**series)], ignore_conflicts=True)
        row = NumberSeries.objects.get(**series)
        time.sleep(0.05)
        return row

    monkeypatch.setattr(services, "_locked_series", unlocked)
    given, refused = race()
    assert refused > 0
    assert given != list(range(1, RIVALS + 1))


@pytest.mark.django_db(transaction=True)
def test_one_document_gets_one_number_however_many_ask_at_once() -> None:
    document = DocumentFactory()
    series = {"organisation_id": document.organisation_id, "kind": "BB", "year": 2021}

    assert rush([lambda: services.next_number(**series, document_id=document.pk)] * 4) == (1, 3)


@pytest.mark.django_db
def test_each_organisation_kind_and_year_counts_for_itself() -> None:
    one, other = OrganisationFactory(symbol="KT2"), OrganisationFactory(symbol="")

    def number(organisation: Any, kind: str, year: int) -> str:
        document = DocumentFactory(organisation=organisation, kind=kind)
        given = services.next_number(organisation_id=organisation.pk, kind=kind, year=year, document_id=document.pk)
        return queries.written_number(given)

    assert [number(one, "BB", 2021), number(one, "BB", 2021), number(one, "NQ", 2021), number(one, "BB", 2022)] == [
        "01/BB-KT2",
        "02/BB-KT2",
        "01/NQ-KT2",
        "01/BB-KT2",
    ]
    assert number(other, "BB", 2021) == "01/BB"


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "written"), [(0, "01"), (8, "09"), (9, "10"), (99, "100")])
def test_numbers_below_ten_are_padded(before: int, written: str) -> None:
    organisation = OrganisationFactory(symbol="KT2")
    NumberSeries.objects.create(organisation=organisation, kind="BB", year=2021, last=before)
    document = DocumentFactory(organisation=organisation)
    given = services.next_number(organisation_id=organisation.pk, kind="BB", year=2021, document_id=document.pk)
    assert queries.written_number(given) == queries.number_of(document.pk) == f"{written}/BB-KT2"


@pytest.mark.django_db
def test_a_voided_number_leaves_an_explained_gap_and_is_not_given_again() -> None:
    document = DocumentFactory()
    secretary = account_with("secretary", organisation=document.organisation)
    series = {"organisation_id": document.organisation_id, "kind": "BB", "year": 2021}
    number = services.next_number(**series, document_id=document.pk)
    client = APIClient()
    client.force_authenticate(secretary)
    assert client.post(f"/api/v1/official-numbers/{number.pk}/void", {"reason": " "}).status_code == 400
    answer = client.post(f"/api/v1/official-numbers/{number.pk}/void", {"reason": "Lấy nhầm số"})
    assert answer.status_code == 200, answer.json()
    assert (answer.json()["document"], answer.json()["gap_reason"]) == (None, "Lấy nhầm số")
    again = client.post(f"/api/v1/official-numbers/{number.pk}/void", {"reason": "Lần nữa"})
    assert (again.status_code, again.json()["detail"]) == (409, "Số này đã huỷ.")
    assert services.next_number(**series, document_id=document.pk).number == 2
    assert [row["written"][:2] for row in client.get("/api/v1/official-numbers").json()["results"]] == ["02", "01"]


@pytest.mark.django_db
def test_a_number_under_which_a_document_was_issued_cannot_be_voided_not_even_in_sql() -> None:
    document = DocumentFactory()
    number = services.next_number(
        organisation_id=document.organisation_id, kind="BB", year=2021, document_id=document.pk
    )
    services.add_version(document_id=document.pk, contents={"pdf": b"%PDF"}, stem="bb", draft=False)
    with pytest.raises(Conflict):
        services.void_number(official_number_id=number.pk, reason="Không được")
    row = OfficialNumber.objects.filter(pk=number.pk)
    for change in (
        lambda: row.update(document=None, gap_reason="x"),
        lambda: row.update(number=9),
        lambda: row.delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


@pytest.mark.django_db
def test_without_the_guard_a_given_number_could_be_changed() -> None:
    document = DocumentFactory()
    number = services.next_number(
        organisation_id=document.organisation_id, kind="BB", year=2021, document_id=document.pk
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE documents_officialnumber DISABLE TRIGGER documents_officialnumber_stands"
        )
        assert OfficialNumber.objects.filter(pk=number.pk).update(number=9) == 1


def test_a_download_has_a_name_without_quotation_marks() -> None:
    plain = "attachment; filename=\"Tong ket 2027.pdf\"; filename*=UTF-8''T%E1%BB%95ng%20k%E1%BA%BFt%202027.pdf"
    assert {queries.disposition(f"Tổng kết {name}.pdf") for name in ("2027", "“2027”", '"2027"', "«2027»")} == {plain}
