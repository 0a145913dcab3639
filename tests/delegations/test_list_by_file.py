"""A unit's delegates by Excel: handed in on the page, previewed, committed by a second click; nobody twice."""

import datetime as dt
import io
import unicodedata
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client

from backend.core.clock import now
from backend.core.errors import IllegalMove
from backend.delegations import links, services
from backend.delegations.models import Delegate, Delegation
from backend.imports import queries as imports
from backend.imports.models import Import
from backend.imports.services import commit
from backend.invitations.models import Invitation
from backend.jobs.models import Job
from backend.outbox.models import Event
from backend.people.models import Person
from backend.rights import services as rights
from tests import lift
from tests.factories.delegations import DelegationFactory
from tests.factories.invitations import InvitationFactory
from tests.factories.people import PersonFactory, account_with
from tests.imports.files import text
from tests.threads import Meanwhile

pytestmark = pytest.mark.django_db
HEAD = ["STT", "Họ và tên", "Chức vụ", "Đơn vị", "Email", "Điện thoại"]
AN = ["1", "ÔNG TS. NGUYỄN  VĂN AN", "Chủ tịch", "", "an@xa.example", ""]
BINH = ["2", "Lê Thị Bình", "", "Phòng Văn hoá", "", "912345678"]


@pytest.fixture
def client() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def unit() -> Delegation:
    made: Delegation = DelegationFactory(asked=True, quota=3)
    return made


def page(row: Delegation) -> str:
    return f"/d/{links.sign(row.pk, row.link_round)}"


def said(response: Any) -> str:
    written: str = response.content.decode()
    return written


def hand_in(
    client: Client, row: Delegation, *rows: list[str], name: str = "danh sách.csv", content: bytes = b""
) -> Any:
    file = SimpleUploadedFile(name, content or text([HEAD, *rows]))
    answer = client.post(page(row), {"do": "file", "file": file})
    if answer.status_code == 303:
        lift.run()
    return answer


def commit_file(client: Client, row: Delegation) -> Any:
    answer = client.post(page(row), {"do": "commit"})
    lift.run()
    return answer


def names(row: Delegation) -> list[str]:
    live = Delegate.objects.filter(delegation=row).order_by("created_at")
    return list(live.values_list("invitation__person__full_name", flat=True))


def test_the_empty_file_that_is_fetched_is_understood_when_it_is_handed_in(client: Client, unit: Delegation) -> None:
    fetched = client.get(f"{page(unit)}?template")
    assert fetched["Content-Disposition"].startswith("attachment")
    book = openpyxl.load_workbook(io.BytesIO(fetched.content))
    headings = [cell.value for cell in book.active[1]]
    assert headings == ["STT", "Họ và tên", "Danh xưng", "Học hàm, học vị", "Chức vụ", "Đơn vị", "Email", "Điện thoại"]
    book.active.append([1, "Nguyễn Văn An", "Ông", "TS.", "Chủ tịch", unit.organisation.name["vi"], "an@xa.example"])
    written = io.BytesIO()
    book.save(written)

    assert hand_in(client, unit, name="a.xlsx", content=written.getvalue()).status_code == 303
    commit_file(client, unit)

    invitation = Invitation.objects.select_related("person").get()
    assert invitation.person is not None
    assert (invitation.office, invitation.person.degree) == ({"vi": "Chủ tịch"}, "TS.")


def test_a_file_is_previewed_and_names_nobody_before_the_second_click(client: Client, unit: Delegation) -> None:
    answer = client.post(page(unit), {"do": "file", "file": SimpleUploadedFile("a.csv", text([HEAD, AN, BINH]))})
    assert (answer.status_code, answer["Location"]) == (303, f"{page(unit)}?done=file#list")
    waiting = client.get(page(unit))
    assert waiting["Refresh"].startswith("2;")
    lift.run()

    shown = client.get(page(unit))
    assert "Refresh" not in shown
    assert "Ghi 2 người vào danh sách" in said(shown)
    assert "<script" not in said(shown)
    assert (names(unit), Person.objects.filter(organisation=unit.organisation).count()) == ([], 0)

    assert commit_file(client, unit)["Location"] == f"{page(unit)}?done=commit#list"
    assert names(unit) == ["Nguyễn Văn An", "Lê Thị Bình"]
    assert "đã ghi 2, để lại 0" in said(client.get(page(unit)))
    an, binh = Person.objects.order_by("id").filter(organisation=unit.organisation)
    assert (an.honorific, an.degree, an.email, binh.phone) == ("ong", "TS.", "an@xa.example", "+84912345678")
    offices = list(Invitation.objects.order_by("id").values_list("office", flat=True))
    assert offices == [{"vi": "Chủ tịch"}, {"vi": "Phòng Văn hoá"}]
    unit.refresh_from_db()
    assert unit.taken == 2
    assert set(Event.objects.filter(name="delegate.named").values_list("actor", flat=True)) == {
        f"focal-point:{unit.pk}"
    }


def test_what_is_wrong_is_told_row_by_row_and_column_by_column(client: Client, unit: Delegation) -> None:
    hand_in(
        client, unit,
        ["1", "Nguyễn Văn An", "", "", "an@", ""],
        ["2", "", "", "", "binh@xa.example", ""],
        ["3", "Trần Văn Cường", "", "", "", ""],
        ["4", "Phạm Thị Dung", "x" * 250, "", "dung@xa.example", ""],
        ["5", "Đỗ Văn Em", "", "", "em@xa.example", ""],
        ["6", "ĐỖ VĂN EM", "", "", "em@xa.example", ""],
        ["7", "=cmd|' /C calc'!A0", "", "", "x@xa.example", ""],
    )  # fmt: skip
    text_of = said(client.get(page(unit)))

    wrong = {
        row.number: {each["column"] for each in row.errors} for row in Import.objects.get().rows.all() if row.errors
    }
    assert wrong == {2: {"email"}, 3: {"full_name"}, 4: {"email"}, 5: {"office"}, 8: {"full_name"}}
    assert all(set(each["reason"]) == {"vi", "en"} for row in Import.objects.get().rows.all() for each in row.errors)
    assert "Email: Cần thư điện tử hoặc điện thoại" in text_of
    assert "Họ và tên: Trùng với dòng 6." in text_of
    commit_file(client, unit)
    assert names(unit) == ["Đỗ Văn Em"]


def test_the_same_file_twice_names_nobody_twice(client: Client, unit: Delegation) -> None:
    for _ in range(2):
        hand_in(client, unit, AN, BINH)
        commit_file(client, unit)
    again = [AN[0], unicodedata.normalize("NFD", "Nguyễn Văn An"), "", "", "AN@XA.EXAMPLE", "0911111111"]
    hand_in(client, unit, again, ["2", "Trần Văn Cường", "", "", "cuong@xa.example", ""])

    assert "Đã có trong danh sách đơn vị cử" in said(client.get(page(unit)))
    commit_file(client, unit)
    assert names(unit) == ["Nguyễn Văn An", "Lê Thị Bình", "Trần Văn Cường"]
    assert Invitation.objects.count() == 3
    with pytest.raises(IllegalMove):
        services.name_listed(delegation_id=unit.pk, link_round=1)


def test_rows_beyond_the_quota_are_left_out_and_said_so(client: Client, unit: Delegation) -> None:
    rows = [[str(n), f"Nguyễn Văn {'ABCDE'[n]}", "", "", f"a{n}@xa.example", ""] for n in range(5)]
    hand_in(client, unit, *rows)
    assert said(client.get(page(unit))).count("Vượt chỉ tiêu 3 đại biểu") == 2
    # Somebody is named by hand between preview and commit: the last row has no place any more.
    client.post(page(unit), {"do": "name", "full_name": "Đỗ Văn Em", "email": "em@xa.example"})
    commit_file(client, unit)

    assert names(unit) == ["Đỗ Văn Em", "Nguyễn Văn A", "Nguyễn Văn B"]
    assert "Đã đủ 3 đại biểu" in said(client.get(page(unit)))
    job = Job.objects.get(kind="delegations.name_listed")
    assert (job.state, job.result["named"], job.failures) == ("done", 2, 1)
    assert set(job.errors.get().reason) == {"vi", "en"}
    assert "Đã đủ" in job.errors.get().reason["vi"]
    assert not Person.objects.filter(full_name="Nguyễn Văn C").exists()


def test_who_is_invited_already_is_not_named_again(client: Client, unit: Delegation) -> None:
    InvitationFactory(
        list__conference=unit.conference, person=PersonFactory(full_name="Nguyễn Văn An", email="an@xa.example")
    )
    hand_in(client, unit, AN, BINH)

    assert "đã được mời dự hội nghị" in said(client.get(page(unit)))
    commit_file(client, unit)
    assert names(unit) == ["Lê Thị Bình"]


def test_the_preview_tells_nothing_of_people_of_others(client: Client, unit: Delegation) -> None:
    PersonFactory(full_name="Người Khác", email="an@xa.example", phone="0912345678")
    hand_in(client, unit, AN, BINH)

    text_of = said(client.get(page(unit)))
    assert "Người Khác" not in text_of
    assert "Ghi 2 người" in text_of
    other = DelegationFactory(asked=True, conference=unit.conference)
    assert "Bình" not in said(client.get(page(other)))


def test_after_the_deadline_no_file_is_taken_and_none_is_committed(client: Client, unit: Delegation) -> None:
    hand_in(client, unit, AN)
    client.post(page(unit), {"do": "commit"})
    Delegation.objects.update(due_at=now() - dt.timedelta(days=60))
    lift.run()

    job = Job.objects.get(kind="delegations.name_listed")
    assert (job.state, names(unit)) == ("failed", [])
    assert "Đã hết thời hạn" in said(client.get(page(unit)))
    assert hand_in(client, unit, AN).status_code == 409
    assert client.post(page(unit), {"do": "commit"}).status_code == 409
    # With more time, the commit goes on where it stopped.
    Delegation.objects.update(due_at=now() + dt.timedelta(days=2))
    commit_file(client, unit)
    assert names(unit) == ["Nguyễn Văn An"]


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("a.csv", b"", 400),
        ("a.pdf", b"%PDF-1.7", 400),
        ("a.xlsx", b"PK\x03\x04 broken", 400),
        ("a.csv", b"x" * (6 * 1024 * 1024), 413),
    ],
)
def test_a_file_that_is_none_is_refused_on_the_page(
    client: Client, unit: Delegation, name: str, content: bytes, status: int
) -> None:
    answer = client.post(page(unit), {"do": "file", "file": SimpleUploadedFile(name, content)})

    assert answer.status_code == status
    assert 'role="alert"' in said(answer)
    assert not Import.objects.exists()
    assert client.post(page(unit), {"do": "file"}).status_code == 400
    assert client.post(page(unit), {"do": "commit"}).status_code == 404


def test_while_a_file_is_being_committed_no_other_takes_its_place(client: Client, unit: Delegation) -> None:
    hand_in(client, unit, AN)
    assert client.post(page(unit), {"do": "commit"}).status_code == 303

    assert hand_in(client, unit, BINH).status_code == 409

    lift.run()
    assert names(unit) == ["Nguyễn Văn An"]
    assert hand_in(client, unit, BINH).status_code == 303


def test_a_file_without_a_name_column_says_why_and_may_be_replaced(client: Client, unit: Delegation) -> None:
    hand_in(client, unit, content=text([["a", "b"], ["c", "d"]]))
    assert "Không tìm thấy dòng tiêu đề" in said(client.get(page(unit)))
    hand_in(client, unit, AN)
    assert "Ghi 1 người" in said(client.get(page(unit)))
    assert Import.objects.count() == 1


def test_a_units_file_is_its_own_and_no_accounts(client: Client, unit: Delegation) -> None:
    hand_in(client, unit, AN)
    imported = Import.objects.get()
    keeper = account_with("secretary", organisation=unit.organisation)

    assert not imports.visible_to(keeper).exists()
    assert not imports.visible_rows(keeper).exists()
    commit(import_id=imported.pk, account_id=keeper.pk)  # by whatever mistake
    lift.run()
    assert names(unit) == [], "people get onto a unit's list by its places alone"
    with pytest.raises(IntegrityError, match="one_import_per_holder"), transaction.atomic():
        Import.objects.create(
            organisation=unit.organisation, list=unit.list, holder_id=unit.pk, sha256="b", size=1, content=b""
        )


def test_old_files_are_forgotten_with_their_rows(client: Client, unit: Delegation) -> None:
    hand_in(client, unit, AN)
    commit_file(client, unit)
    Import.objects.update(updated_at=now() - dt.timedelta(days=4000))

    assert rights.drop_old()["imports.files"] == 1
    assert "<table" not in said(client.get(page(unit)))
    assert names(unit) == ["Nguyễn Văn An"]


def test_the_link_is_an_api_too(unit: Delegation) -> None:
    http, address = Client(), f"/api/v1/unit-places/{links.sign(unit.pk, 1)}"
    body = {"full_name": "Trần Văn Cường", "email": "cuong@xa.example"}
    assert http.post(address, body, content_type="application/json").status_code == 201
    file = SimpleUploadedFile("a.csv", text([HEAD, AN, BINH, ["3", "Phạm Thị Dung", "", "", "sai", ""]]))
    begun = http.post(f"{address}/file", {"file": file})
    assert (begun.status_code, begun.json()["file"]["busy"]) == (202, True)
    lift.run()
    read = http.get(address).json()["file"]
    assert (read["ready"], read["sound"], [row["state"] for row in read["rows"]]) == (
        True,
        2,
        ["sound", "sound", "wrong"],
    )
    assert read["rows"][2]["wrong"][0]["column"] == "Email"
    assert http.post(f"{address}/commit").status_code == 202
    lift.run()

    done = http.get(address).json()
    assert (done["named"], done["left"], done["file"]["named"]) == (3, 0, 2)
    assert [each["full_name"] for each in done["delegates"]] == names(unit)
    assert http.post(f"{address}/submit").json()["state"] == "submitted"
    assert http.post(f"{address}/file", {"file": SimpleUploadedFile("a.csv", b"a")}).status_code == 409
    assert http.get(f"{address[:-3]}xyz").status_code == 404
    services.change_delegation(delegation_id=unit.pk, changes={"focal_email": "moi@xa.example"})
    assert http.get(address).status_code == 410


@pytest.mark.django_db(transaction=True)
def test_two_files_that_name_the_same_people_do_not_wait_for_each_other_in_a_circle(
    client: Client, unit: Delegation
) -> None:
    """However the file is ordered, people are waited for by address: who waits for the first holds none of the others."""
    ab, zz = (["", name, "", "", email, ""] for name, email in (("Lê A", "ab@xa.example"), ("Lê Z", "zz@xa.example")))
    hand_in(client, unit, zz, ab)
    assert client.post(page(unit), {"do": "commit"}).status_code == 303
    held, free = (f"named:{unit.conference_id}:{row[4]}" for row in (ab, zz))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [held])
        committing = Meanwhile(lift.run)
        assert committing.is_alive()
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [free])
        assert cursor.fetchone() == (True,)
    committing.join()
    assert names(unit) == ["Lê Z", "Lê A"]
