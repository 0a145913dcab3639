"""Minutes from the record to the seal, over the API."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from rest_framework.test import APIClient

from backend.documents.models import OfficialNumber
from backend.minutes import paper, services
from backend.minutes.models import Finding, Minutes
from backend.minutes.services import approval
from backend.outbox.models import Event
from tests.documents.reading import opened, text_of
from tests.factories.conferences import DutyFactory
from tests.factories.minutes import two_halls
from tests.factories.people import PersonFactory, account_with

pytestmark = pytest.mark.django_db


def drafted(room: Any) -> dict[str, Any]:
    answer = room.secretary.post("/api/v1/minutes", {"conference": str(room.conference.pk)})
    assert answer.status_code == 201, answer.json()
    body: dict[str, Any] = answer.json()
    return body


def approved(room: Any) -> dict[str, Any]:
    address = f"/api/v1/minutes/{drafted(room)['id']}"
    assert room.secretary.post(f"{address}/submit").status_code == 200
    answer = room.chair.post(f"{address}/approve")
    assert answer.status_code == 200, answer.json()
    body: dict[str, Any] = answer.json()
    return body


def texts(minutes: dict[str, Any], kind: str) -> list[str]:
    return [block["text"].get("vi", "") for block in minutes["content"] if block["kind"] == kind]


def test_the_draft_says_what_the_record_says(room: Any) -> None:
    minutes = drafted(room)
    assert texts(minutes, "start") == ["13 giờ 35, ngày 14 tháng 01 năm 2021"]
    assert texts(minutes, "closing") == ["17 giờ 05, ngày 14 tháng 01 năm 2021"]
    assert texts(minutes, "chair") == ["Ông Nguyễn Phú Quý – Phó giám đốc phụ trách"]
    assert texts(minutes, "secretary") == ["Bà Lê Thị Thư"]
    assert texts(minutes, "guest") == ["Vụ trưởng Vụ Đo lường (không ghi nhận có mặt)"]
    assert texts(minutes, "attendance")[0] == "Có mặt 4/5 người đã đăng ký, trong đó:"
    assert texts(minutes, "unit")[:2] == ["Phòng Đo lường: 2/3 người", "Phòng Nghiệp vụ: 1/1 người"]
    assert texts(minutes, "speech") == [
        "Ông Hà Minh Hiếu – Phó Tổng cục trưởng phát biểu chỉ đạo: ghi nhận kết quả năm 2020."
    ]
    points = [block for block in minutes["content"] if block["kind"] == "point"]
    assert [point["marker"] for point in points] == ["a)", "b)", "c)", "d)", "đ)"]
    assert "Đã nêu 10 nội dung; hồ sơ ghi được 5 nội dung." in texts(minutes, "note")
    assert texts(minutes, "proposal") == ["Đề xuất với lãnh đạo Trung tâm, lãnh đạo Tổng cục: Mua thêm thiết bị."]
    assert texts(minutes, "deadline") == ["Thời hạn: trước quý II (hiểu là ngày 31 tháng 3 năm 2021)."]
    poll = room.conference.polls.get()
    assert texts(minutes, "verdict") == [sentence["vi"] for sentence in poll.verdict["proof"]]
    assert all(block["sources"] for block in minutes["content"])


def test_drafting_twice_changes_nothing(room: Any) -> None:
    first = services.draft(conference_id=room.conference.pk)
    assert services.draft(conference_id=room.conference.pk).pk == first.pk
    assert Minutes.objects.count() == 1
    assert Event.objects.filter(name="minutes.drafted").count() == 1
    answer = room.secretary.post("/api/v1/minutes", {"conference": str(room.conference.pk)})
    assert (answer.status_code, answer.json()["version"]) == (200, first.version)


def test_a_running_conference_has_no_minutes_yet(room: Any) -> None:
    type(room.conference).objects.filter(pk=room.conference.pk).update(state="running")
    assert room.secretary.post("/api/v1/minutes", {"conference": str(room.conference.pk)}).status_code == 409


def test_an_edit_needs_the_version_that_was_read_and_survives_a_new_draw(room: Any) -> None:
    minutes = drafted(room)
    address = f"/api/v1/minutes/{minutes['id']}"
    limit = next(block for block in minutes["content"] if block["kind"] == "finding")
    change = {
        "blocks": [{"id": limit["id"], "text": {"vi": "Ít thời gian thảo luận."}}],
        "added": [{"text": {"vi": "Giải lao."}}],
    }
    assert room.secretary.patch(address, change).status_code == 428
    tag = room.secretary.get(address)["ETag"]
    answer = room.secretary.patch(address, change, headers={"If-Match": tag})
    assert answer.status_code == 200, answer.json()
    assert answer.json()["content"][-2]["text"] == {"vi": "Giải lao."}
    assert room.organiser.patch(address, change, headers={"If-Match": tag}).status_code == 412
    assert room.stranger.patch(address, change, headers={"If-Match": tag}).status_code == 404
    Finding.objects.update(text={"vi": "Không đủ thời gian"})
    answer = room.secretary.post(f"{address}/regenerate")
    assert answer.status_code == 200, answer.json()
    assert [report["id"] for report in answer.json()["changed"]] == [limit["id"]]
    assert answer.json()["changed"][0]["after"]["vi"].startswith("Hạn chế: Không đủ thời gian")
    again = {block["id"]: block for block in answer.json()["minutes"]["content"]}
    assert again[limit["id"]]["text"] == {"vi": "Ít thời gian thảo luận."}
    assert answer.json()["minutes"]["content"][-2]["text"] == {"vi": "Giải lao."}
    assert room.secretary.post(f"{address}/regenerate").json()["changed"] == []


def test_the_secretary_says_who_receives_the_minutes(room: Any) -> None:
    address = f"/api/v1/minutes/{drafted(room)['id']}"
    change = {"blocks": [{"id": "recipients", "text": {"vi": "Ban Giám đốc\nCác phòng, khối"}}]}
    assert room.secretary.patch(address, change, headers={"If-Match": "*"}).status_code == 200
    page = text_of(room.secretary.get(f"{address}/preview").content)
    assert page.endswith("Nơi nhận: - Ban Giám đốc; - Các phòng, khối; - Lưu: VT, Hồ sơ.")


def test_no_character_on_record_keeps_minutes_from_being_drafted(room: Any) -> None:
    Finding.objects.update(text={"vi": "Chúc mừng 🎉 中文 #panic() <script>"})
    page = text_of(room.secretary.get(f"/api/v1/minutes/{drafted(room)['id']}/preview").content)
    assert "Chúc mừng [U+1F389] [U+4E2D][U+6587] #panic() <script>" in page


def test_minutes_approved_after_new_year_in_viet_nam_open_the_new_series(
    room: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(approval, "now", lambda: dt.datetime(2021, 12, 31, 17, 30, tzinfo=dt.UTC))
    approved(room)
    assert OfficialNumber.objects.get().series.year == 2022


def test_an_edit_of_what_is_not_there_names_it(room: Any) -> None:
    minutes = drafted(room)
    address, closing = f"/api/v1/minutes/{minutes['id']}", minutes["content"][-1]["id"]
    for change in (
        {"blocks": [{"id": "nothing", "text": {"vi": "x"}}]},
        {"added": [{"after": "nothing", "text": {"vi": "x"}}]},
        {"removed": [closing]},
        {"blocks": [{"id": closing, "text": {"en": "x"}}]},
        {"blok": []},
    ):
        answer = room.secretary.patch(address, change, headers={"If-Match": "*"})
        assert answer.status_code == 400, change
        assert answer.json()["errors"]


def test_only_a_chair_approves_and_then_nothing_changes(room: Any) -> None:
    minutes = drafted(room)
    address = f"/api/v1/minutes/{minutes['id']}"
    assert room.chair.post(f"{address}/approve").status_code == 409
    assert room.secretary.post(f"{address}/submit").status_code == 200
    assert room.secretary.patch(address, {}, headers={"If-Match": "*"}).status_code == 409
    assert room.chair.post(f"{address}/send_back").json()["state"] == "draft"
    assert room.secretary.post(f"{address}/submit").json()["state"] == "submitted"
    for other in (room.organiser, room.secretary, room.administrator):
        assert other.post(f"{address}/approve").status_code == 403
    assert room.stranger.post(f"{address}/approve").status_code == 404
    done = room.chair.post(f"{address}/approve").json()
    assert (done["state"], done["official_number"]) == ("approved", "01/BB-KT2")
    assert len(done["content_hash"]) == 64
    for verb in ("submit", "send_back", "approve", "regenerate"):
        assert room.chair.post(f"{address}/{verb}").status_code in {403, 409}
    assert room.secretary.patch(address, {}, headers={"If-Match": "*"}).status_code == 409
    fact = Event.objects.get(name="minutes.approved")
    assert fact.payload["content_hash"] == done["content_hash"]


def changes() -> list[Any]:
    rows = Minutes.objects.all()
    return [
        lambda: rows.update(content=[]),
        lambda: rows.update(head={}),
        lambda: rows.update(state="draft"),
        lambda: rows.update(content_hash=""),
        lambda: rows.delete(),
    ]


def test_approved_minutes_are_sealed_in_the_database(room: Any) -> None:
    approved(room)
    for change in changes():
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


@pytest.mark.parametrize("index", range(5))
def test_without_the_seal_approved_minutes_could_change(room: Any, index: int) -> None:
    approved(room)
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE minutes_minutes DISABLE TRIGGER minutes_minutes_sealed"
        )
    assert changes()[index]() in (1, (1, {"minutes.Minutes": 1}))


def test_the_chair_approves_the_version_that_was_read(room: Any) -> None:
    address = f"/api/v1/minutes/{drafted(room)['id']}"
    read = room.secretary.post(f"{address}/submit")["ETag"]
    room.secretary.post(f"{address}/send_back")
    room.secretary.patch(address, {"added": [{"text": {"vi": "Chưa đọc."}}]}, headers={"If-Match": "*"})
    room.secretary.post(f"{address}/submit")
    assert room.chair.post(f"{address}/approve", headers={"If-Match": read}).status_code == 412
    assert room.chair.get(address).json()["state"] == "submitted"
    read = room.chair.get(address)["ETag"]
    assert room.chair.post(f"{address}/approve", headers={"If-Match": read}).status_code == 200


def test_approved_pages_are_the_same_for_ever_whoever_chairs_later(room: Any) -> None:
    done = approved(room)
    filed = {
        format: room.secretary.get(f"/api/v1/documents/{done['document']}/content?format={format}").content
        for format in ("pdf", "docx")
    }
    DutyFactory(conference=room.conference, kind="chair", office={"vi": "Chủ tịch mới"})
    PersonFactory._meta.model.objects.update(full_name="Người Khác")
    for format, content in filed.items():
        assert room.secretary.get(f"/api/v1/minutes/{done['id']}/preview?format={format}").content == content


def test_the_final_documents_are_on_file_and_read_in_vietnamese(room: Any) -> None:
    done = approved(room)
    address = f"/api/v1/documents/{done['document']}"
    document = room.organiser.get(address).json()
    assert document["official_number"] == "01/BB-KT2"
    assert {(file["number"], file["draft"]) for file in document["versions"]} == {(1, True), (2, False)}
    pdf = text_of(room.secretary.get(f"{address}/content?format=pdf").content)
    assert room.secretary.get(f"{address}/content?version=1").status_code == 404  # a duty opens what was issued
    written = opened(room.secretary.get(f"{address}/content?format=docx").content)
    inside = " ".join(paragraph.text for paragraph in written.paragraphs)
    for sentence in (
        "Thời gian bắt đầu: 13 giờ 35, ngày 14 tháng 01 năm 2021",
        "Hội nghị kết thúc vào 17 giờ 05, ngày 14 tháng 01 năm 2021./.",
        "đ) rủi ro.",
    ):
        assert sentence in pdf
        assert sentence in inside
    assert "Số: 01/BB-KT2" in pdf
    assert "DỰ THẢO" not in pdf
    assert "DỰ THẢO" in text_of(room.organiser.get(f"{address}/content?version=1").content)
    assert written.styles["Normal"].font.name == "Times New Roman"


def test_a_supplement_points_back_and_gets_its_own_number(room: Any) -> None:
    first = approved(room)
    answer = room.secretary.post(
        f"/api/v1/minutes/{first['id']}/supplement", {"reason": {"vi": "Ghi thiếu một ý kiến"}}
    )
    assert answer.status_code == 201, answer.json()
    made = answer.json()
    assert made["supplements"] == first["id"]
    (points_back,) = texts(made, "supplement")
    assert points_back.startswith("Bổ sung Biên bản số 01/BB-KT2 được duyệt ngày ")
    assert points_back.endswith(". Lý do: Ghi thiếu một ý kiến.")
    assert texts(made, "attendance") == texts(first, "attendance")
    page = text_of(room.organiser.get(f"/api/v1/minutes/{made['id']}/preview").content)
    assert "BIÊN BẢN Bổ sung Biên bản số 01/BB-KT2 Hội nghị tổng kết công tác năm 2020 Thời gian bắt đầu" in page
    address = f"/api/v1/minutes/{made['id']}"
    assert room.secretary.post(f"{address}/supplement", {"reason": {"vi": "x"}}).status_code == 409
    assert room.secretary.post(f"{address}/submit").status_code == 200
    assert room.chair.post(f"{address}/approve").json()["official_number"] == "02/BB-KT2"


def test_what_is_unknown_prints_as_a_visible_blank() -> None:
    conference = two_halls()
    minutes = services.draft(conference_id=conference.pk)
    client = APIClient()
    client.force_authenticate(account_with("secretary"))
    answer = client.get(f"/api/v1/minutes/{minutes.pk}/preview?format=pdf")
    assert answer["Content-Type"] == "application/pdf"
    page = text_of(answer.content)
    for sentence in (
        "DỰ THẢO",
        "Số: …………/BB",
        "Thời gian bắt đầu: …… giờ ……, sáng ngày 14 tháng 01 năm 2021",
        "- Hội trường A - Hội trường B",
        "Đơn vị phối hợp: UBND huyện 4",
        "Số người dự: khoảng 180 người",
        "Chủ trì (chủ tọa): …………",
        "Thư ký (người ghi biên bản): …………",
        "Hội thảo kết thúc vào …… giờ ……, ngày …… tháng …… năm ……./.",
    ):
        assert sentence in page
    assert client.get(f"/api/v1/minutes/{minutes.pk}/preview?format=txt").status_code == 400


def test_provenance_names_rows_that_stand(room: Any) -> None:
    minutes = drafted(room)
    Finding.objects.all().delete()
    rows = room.secretary.get(f"/api/v1/minutes/{minutes['id']}/provenance").json()
    assert [row["block"] for row in rows] == [block["id"] for block in minutes["content"]]
    gone = [source["kind"] for row in rows for source in row["sources"] if not source["found"]]
    assert gone == ["finding"]
    log = next(row for row in rows if row["block"] == "attendance")
    assert log["sources"][0]["rows"] == 4


def test_a_list_comes_without_the_contents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "pages", lambda minutes: {"pdf": b"%PDF"})
    services.draft(conference_id=two_halls().pk)
    client = APIClient()
    client.force_authenticate(account_with("secretary"))
    [listed] = client.get("/api/v1/minutes").json()["results"]
    assert "content" not in listed
