"""What the draft says: every part of a full record, in the words and order of specimen 1.9, and nothing more."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.conferences.models import Conference
from backend.minutes import drafting, paper, queries, services
from backend.minutes.drafting import words
from backend.minutes.drafting.course import letter
from backend.registration.models import Presence
from tests.documents.reading import opened, text_of, written
from tests.factories.conferences import (
    AgendaItemFactory,
    ConferenceFactory,
    DutyFactory,
    OwnPhaseFactory,
    SiteFactory,
    SpeechFactory,
)
from tests.factories.minutes import ConclusionFactory, FindingFactory, assembly, seat
from tests.factories.people import OrganisationFactory, PersonFactory
from tests.factories.resolutions import ResolutionFactory

pytestmark = pytest.mark.django_db


def drawn(conference: Conference) -> list[Any]:
    return list(drafting.draw(queries.whole(conference.pk)))


def said(blocks: list[Any], *kinds: str) -> list[str]:
    return [
        " ".join(filter(None, [block.get("marker"), block["text"].get("vi")]))
        for block in blocks
        if block["kind"] in kinds
    ]


def test_the_pages_of_a_full_record_read_as_the_specimen_in_both_formats() -> None:
    minutes = services.draft(conference_id=assembly().pk)
    pages = paper.pages(minutes)
    told = [
        "TỔNG CỤC ĐO LƯỜNG",
        "TRUNG TÂM KỸ THUẬT 2",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Số: …………/BB-KT2",
        "BIÊN BẢN",
        "Hội nghị tổng kết công tác năm 2020",
        "Thời gian bắt đầu: 13 giờ 35, ngày 14 tháng 01 năm 2021",
        "Địa điểm: Khách sạn Sông Hàn, 306 đường 2/9, Đà Nẵng",
        "Thành phần tham dự:",
        "- Đơn vị chủ trì: Trung tâm Kỹ thuật 2",
        "- Đơn vị phối hợp: Ủy ban nhân dân huyện An Minh",
        "- Có mặt 4/6 người đã đăng ký, trong đó:",
        "- Viên chức, người lao động của đơn vị chủ trì: 3/4 người",
        "+ Phòng Đo lường: 2/3 người",
        "+ Phòng Nghiệp vụ: 1/1 người",
        "- Khách mời: 1/2 người",
        "+ Tổng cục Đo lường: 1/1 người",
        "- Khách mời:",
        "+ Vụ trưởng Vụ Đo lường",
        "+ Chánh Văn phòng Tổng cục",
        "+ Lãnh đạo UBND huyện An Minh",
        "+ Ông Lý Vắng Mặt – Trưởng phòng (không ghi nhận có mặt)",
        "- Đơn vị tư vấn: …………",
        "- Kiểm phiếu: Bà Võ Thị Kim",
        "Chủ trì (chủ tọa):",
        "- Ông Nguyễn Phú Quý – Phó giám đốc phụ trách",
        "- TS. Dương Minh Tâm – Phó Chủ tịch Ủy ban nhân dân huyện An Minh",
        "- Chủ trì phiên: Các đại biểu chủ trì phiên thảo luận",
        "Thư ký (người ghi biên bản): Bà Lê Thị Thư",
        "Nội dung (theo diễn biến hội nghị):",
        "I. CHƯƠNG TRÌNH",
        "1. Báo cáo tổng kết",
        "2. Khai mạc: Chào cờ, giới thiệu đại biểu",
        "3. Hỏi đáp với lãnh đạo",
        "II. DIỄN BIẾN",
        "1. Ông Hà Minh Hiếu – Phó Tổng cục trưởng phát biểu chỉ đạo: ghi nhận kết quả năm 2020.",
        "a) con người;",
        "đ) rủi ro.",
        "Đã nêu 10 nội dung; hồ sơ ghi được 5 nội dung.",
        "“Chất lượng là uy tín”",
        "Hạn chế: Ít thời gian trao đổi (toàn Trung tâm).",
        "2. Khối Đo lường tham luận: kinh nghiệm của Khối.",
        "Kết quả đạt được:",
        "a) Vượt kế hoạch 10 %;",
        "b) Đủ hồ sơ.",
        "Nguyên nhân: Bão lụt.",
        "Kiến nghị (của Khối Đo lường):",
        "a) Mua máy;",
        "b) Đào tạo.",
        "Chỉ đạo (Trung tâm Kỹ thuật 2): Thực hiện ngay.",
        "III. ĐÁNH GIÁ, ĐỀ XUẤT, KẾT LUẬN",
        "Đề xuất với lãnh đạo Trung tâm, lãnh đạo Tổng cục: Mua thêm thiết bị.",
        "Trả lời: Sẽ xem xét trong quý I.",
        "Nhiệm vụ: Lập kế hoạch triển khai.",
        "Thời hạn: trước quý II (hiểu là ngày 31 tháng 3 năm 2021).",
        "Đã được tiếp thu.",
        "IV. NGHỊ QUYẾT VÀ BIỂU QUYẾT",
        "Nghị quyết hội nghị năm 2021:",
        "1. Thực hiện kế hoạch năm 2021.",
        "Thu về 155 phiếu: tán thành 150, không tán thành 3, ý kiến khác 2.",
        "Kết quả: được thông qua.",
        "Hội nghị kết thúc vào 17 giờ 05, ngày 14 tháng 01 năm 2021./.",
        "THƯ KÝ",
        "CHỦ TỌA",
        "Nguyễn Phú Quý",
        "Dương Minh Tâm",
        "Nơi nhận:",
        "- Ủy ban nhân dân huyện An Minh;",
        "- Lưu: VT, Hồ sơ.",
    ]
    assert opened(pages["docx"])
    for text in (text_of(pages["pdf"]), " ".join(one.text for one in written(pages["docx"]))):
        place = 0
        for line in told:
            place = text.find(line, place)
            assert place >= 0, line
            place += len(line)


def test_every_line_names_rows_that_stand_and_keeps_its_name_when_drawn_again() -> None:
    conference = assembly()
    first, second = drawn(conference), drawn(conference)
    assert first == second
    names = [block["id"] for block in first]
    assert len(names) == len(set(names))
    minutes = services.draft(conference_id=conference.pk)
    assert all(source["found"] for row in queries.provenance(minutes) for source in row["sources"])
    assert all(row["sources"] for row in queries.provenance(minutes))


def test_a_draft_costs_the_same_whatever_the_length_of_its_record() -> None:
    conference = assembly()
    costs = set()
    for more in (1, 3, 30):
        for _ in range(more):
            unit = OrganisationFactory()
            FindingFactory(conference=conference, speech=SpeechFactory(conference=conference, organisation=unit))
            DutyFactory(conference=conference, kind="guest", organisation=unit)
            ConclusionFactory(conference=conference, subject=unit)
            seat(conference, unit)
        with CaptureQueriesContext(connection) as queries_made:
            drawn(conference)
        costs.add(len(queries_made))
    assert len(costs) == 1


@pytest.mark.parametrize(
    ("day", "written_out"),
    [
        (dt.date(2021, 1, 5), "ngày 05 tháng 01 năm 2021"),
        (dt.date(2021, 2, 28), "ngày 28 tháng 02 năm 2021"),
        (dt.date(2024, 7, 5), "ngày 05 tháng 7 năm 2024"),
        (dt.date(2026, 11, 15), "ngày 15 tháng 11 năm 2026"),
        (dt.date(2026, 10, 9), "ngày 09 tháng 10 năm 2026"),
    ],
)
def test_days_below_ten_and_the_first_two_months_are_padded(day: dt.date, written_out: str) -> None:
    assert words.day(day)["vi"] == written_out


def test_an_hour_is_told_where_the_conference_was() -> None:
    at = dt.datetime(2026, 11, 15, 1, 0, tzinfo=dt.UTC)
    assert words.moment(at, "Asia/Ho_Chi_Minh")["vi"] == "8 giờ 00, ngày 15 tháng 11 năm 2026"
    assert words.moment(at, "America/New_York")["vi"] == "20 giờ 00, ngày 14 tháng 11 năm 2026"


def test_points_follow_the_vietnamese_alphabet() -> None:
    assert [letter(index) for index in range(9)] == ["a)", "b)", "c)", "d)", "đ)", "e)", "g)", "h)", "i)"]
    assert letter(22) == "y)"
    assert letter(23) == "24)"


@pytest.mark.parametrize(
    ("said_count", "text"),
    [
        ({"n": 180, "op": "≈"}, "khoảng 180 người"),
        ({"n": 190, "op": ">", "who": {"vi": "viên chức"}}, "hơn 190 viên chức"),
        ({"n": 1234, "op": "="}, "1.234 người"),
        ({"n": 0}, "0 người"),
        ({}, None),
        ({"n": None, "op": "="}, None),
    ],
)
def test_counts_read_as_they_were_said(said_count: dict[str, Any], text: str | None) -> None:
    assert words.count(said_count).get("vi") == text


@pytest.mark.parametrize(
    ("office", "body", "reads"),
    [
        ("Vụ trưởng", "Vụ Đo lường", "Vụ trưởng Vụ Đo lường"),
        ("Chánh Văn phòng", "Văn phòng Tổng cục", "Chánh Văn phòng Tổng cục"),
        ("Trưởng phòng", "Phòng Đo lường", "Trưởng Phòng Đo lường"),
        ("Giám đốc Sở Y tế", "Sở Y tế", "Giám đốc Sở Y tế"),
        ("", "Sở Y tế", "Sở Y tế"),
        ("Giám đốc", "", "Giám đốc"),
    ],
)
def test_an_office_and_its_body_say_nothing_twice(office: str, body: str, reads: str) -> None:
    duty = DutyFactory(
        conference=ConferenceFactory(lead=False),
        office={"vi": office} if office else {},
        organisation=OrganisationFactory(name={"vi": body}) if body else None,
    )
    assert words.with_office(duty, None)["vi"] == reads


def test_a_speaker_without_a_name_is_told_as_said() -> None:
    body = OrganisationFactory(name={"vi": "Ủy ban nhân dân quận Hải An"}, short_name={"vi": "UBND quận Hải An"})
    named = SpeechFactory(speaker={"vi": "đại diện UBND quận Hải An"}, organisation=body)
    assert words.with_office(named, None)["vi"] == "Đại diện UBND quận Hải An"
    vague = SpeechFactory(speaker={"vi": "đại diện lãnh đạo"}, organisation=body)
    assert words.with_office(vague, None)["vi"] == "Đại diện lãnh đạo – Ủy ban nhân dân quận Hải An"
    unknown = SpeechFactory(speaker={}, office={})
    assert words.with_office(unknown, None)["vi"] == "…………"


def test_a_person_of_unknown_sex_is_ong_ba_and_in_english_bare() -> None:
    person = PersonFactory(full_name="Đặng Thanh Tùng", honorific="")
    assert words.person(person) == {"vi": "Ông/Bà Đặng Thanh Tùng", "en": "Dang Thanh Tung"}
    person = PersonFactory(full_name="Đặng Thanh Tùng", honorific="ong", degree="TS.")
    assert words.person(person) == {"vi": "TS. Đặng Thanh Tùng", "en": "Mr Dang Thanh Tung"}


@pytest.mark.parametrize(
    ("kind", "title", "name"),
    [
        ("workshop", "Hợp tác nâng cao chất lượng", "Hội thảo “Hợp tác nâng cao chất lượng”"),
        ("workshop", "Hội thảo hợp tác", "Hội thảo hợp tác"),
        ("party_meeting", "Tầm nhìn", "Cuộc họp “Tầm nhìn”"),
        ("review", "HỘI NGHỊ TỔNG KẾT", "HỘI NGHỊ TỔNG KẾT"),
    ],
)
def test_the_title_says_what_was_held(kind: str, title: str, name: str) -> None:
    conference = ConferenceFactory(kind=kind, title={"vi": title})
    assert drafting.head(conference)["title"] == {"vi": name}


def test_two_halls_with_a_log_tell_who_came_in_at_each() -> None:
    conference = ConferenceFactory(state="closed", closed_at=timezone.now())
    halls = [SiteFactory(conference=conference) for _ in range(2)]
    for count, hall in zip((3, 1), halls, strict=True):
        for _ in range(count):
            row = seat(conference, OrganisationFactory(), came=False)
            for direction in ("in", "out", "in"):
                Presence.objects.create(
                    conference=conference, registration=row, site=hall, direction=direction, source="code"
                )
    assert [text.rpartition(" (")[2] for text in said(drawn(conference), "place")] == [
        "3 người vào tại đây)",
        "1 người vào tại đây)",
    ]


def test_nothing_on_record_leaves_only_blanks() -> None:
    conference = ConferenceFactory(state="closed", day=None, day_part="", closed_at=None)
    blocks = drawn(conference)
    assert said(blocks, "start", "place", "chair", "secretary", "closing", "recipients") == [""] * 6
    assert said(blocks, "attendance") == ["Số người dự: …………"]
    assert {block["kind"] for block in blocks} == {
        "start", "place", "organiser", "attendance", "chair", "secretary", "recipients", "closing"
    }  # fmt: skip
    text = text_of(paper.page(services.draft(conference_id=conference.pk), "pdf"))
    assert "Thời gian bắt đầu: ………… Địa điểm: …………" in text


def test_the_agenda_is_numbered_through_its_sessions_and_tells_what_became_of_it() -> None:
    """Breaks and unused reserve stay out; what was called off is on record as that, with the reason."""
    conference = ConferenceFactory(state="closed")
    own = OwnPhaseFactory(conference=conference, name={"vi": "Vinh danh"})
    parts: dict[str, Any] = {"conference": conference}
    AgendaItemFactory(**parts, order=1, phase="opening", title={"vi": "Chào cờ"})
    session = AgendaItemFactory(**parts, order=2, kind="session", phase="paper", title={"vi": "Phiên chuyên đề"})
    AgendaItemFactory(**parts, order=3, parent=session, phase="paper", title={"vi": "Tham luận của các khối"})
    AgendaItemFactory(**parts, order=4, parent=session, kind="break", title={"vi": "Giải lao"})
    AgendaItemFactory(
        **parts, order=5, parent=session, phase="vote", title={"vi": "Thông qua quy chế"}, state="postponed",
        reason={"vi": "Chờ thẩm định."},
    )  # fmt: skip
    AgendaItemFactory(**parts, order=6, phase="discussion", title={"vi": "Dự phòng không dùng"}, reserve=True)
    used = AgendaItemFactory(**parts, order=7, phase="discussion", title={"vi": "Giao lưu"}, reserve=True)
    decided = AgendaItemFactory(**parts, order=8, phase="vote", title={"vi": "Bầu bổ sung"}, reserve=True)
    AgendaItemFactory(**parts, order=9, phase="reply", own_phase=own, title={"vi": "Trao cờ"}, state="cancelled")
    SpeechFactory(**parts, agenda_item=used)
    ResolutionFactory(**parts, agenda_item=decided)
    assert said(drawn(conference), "agenda") == [
        "1. Khai mạc: Chào cờ",
        "2. Phiên chuyên đề",
        "2.1. Tham luận của các khối",
        "2.2. Biểu quyết: Thông qua quy chế (hoãn: Chờ thẩm định)",
        "3. Thảo luận, hỏi đáp: Giao lưu",
        "4. Biểu quyết: Bầu bổ sung",
        "5. Vinh danh: Trao cờ (huỷ)",
    ]
