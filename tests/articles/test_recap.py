"""The draft says what the record says, in the languages the record has it in, and nothing else."""

import pytest

from backend.articles import services
from backend.articles.models import Article
from backend.articles.queries import record_of
from backend.articles.recap import write
from backend.articles.recap.phrases import count, ended, listed, officeholder, person
from backend.core.errors import Conflict
from backend.outbox.models import Event
from backend.registration.models import Presence
from tests.factories.articles import approved_minutes, review_of_2020
from tests.factories.conferences import ConferenceFactory, DutyFactory, SpeechFactory
from tests.factories.people import OrganisationFactory, PersonFactory
from tests.factories.registration import RegistrationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def recap() -> Article:
    article = services.draft_recap(minutes_id=review_of_2020().id)
    assert article is not None
    return article


def texts(article: Article, language: str) -> list[str]:
    return [block.text.get(language, "") for block in article.blocks.all()]


def test_the_vietnamese_recap_reads_like_the_record(recap: Article) -> None:
    assert recap.title == {"vi": "Hội nghị tổng kết công tác năm 2020"}
    assert recap.slug == "hoi-nghi-tong-ket-cong-tac-nam-2020"
    assert recap.dateline == {"vi": "Đà Nẵng, 14/01/2021", "en": "Da Nang, 14 January 2021"}
    assert recap.byline == ""
    assert recap.sapo == {
        "vi": "Chiều ngày 14/01/2021, Trung tâm Kỹ thuật 2 tổ chức hội nghị tổng kết công tác năm 2020."
        " Hội nghị thông qua “Nghị quyết hội nghị”."
    }
    assert texts(recap, "vi") == [
        "Hội nghị diễn ra tại Khách sạn Minh Toàn (306 đường 2/9, Đà Nẵng). Có hơn 190 viên chức, người lao động tham dự."
        " Kỳ tổng kết: 2020.",
        "Dự hội nghị có ông Hà Minh Hiệp, Phó Tổng cục trưởng Tổng cục Tiêu chuẩn.",
        "Nguyễn Phú Quốc, Phó giám đốc phụ trách Trung tâm Kỹ thuật 2, trình bày báo cáo."
        " Trong 10 nội dung được nêu, hồ sơ ghi lại 2: (1) Vượt kế hoạch; (2) Số hoá.",
        "Ông Hà Minh Hiệp, Phó Tổng cục trưởng Tổng cục Tiêu chuẩn, phát biểu chỉ đạo: Trung tâm là đơn vị mạnh trong vùng.",
        "“Đoàn kết để phát triển” – ông Hà Minh Hiệp, Phó Tổng cục trưởng Tổng cục Tiêu chuẩn",
        "Kết quả được ghi nhận: Vượt 10 % kế hoạch.",
        "Khối Đo lường kiến nghị với Lãnh đạo Trung tâm và Lãnh đạo Tổng cục: Tăng đào tạo.",
        "Nội dung kết luận: Báo cáo kết quả (đầu tháng 12).",
        "Hội nghị thông qua “Nghị quyết hội nghị”. Khi mở biểu quyết có mặt 171/190 người được triệu tập (90,00%), yêu cầu"
        " từ 2/3 trở lên, tức ít nhất 127 người: đạt, vượt 44 người. Khi kết thúc biểu quyết có mặt 171/190 người được"
        " triệu tập (90,00%), yêu cầu từ 2/3 trở lên, tức ít nhất 127 người: đạt, vượt 44 người. Thu về 171 phiếu: tán thành"
        " 165, không tán thành 4, ý kiến khác 2. Tán thành 165/171 người dự biểu quyết (96,49%), yêu cầu quá 1/2,"
        " tức ít nhất 86 phiếu: đạt, vượt 79 phiếu. Kết quả: được thông qua.",
    ]


def test_english_exists_only_where_every_fact_has_it(recap: Article) -> None:
    english = texts(recap, "en")
    assert "en" not in recap.title
    assert english[0] == ""  # the venue's address has no English
    assert (
        english[1]
        == "The conference was attended by Mr Ha Minh Hiep, Deputy Director General, Directorate for Standards."
    )
    assert english[2].startswith("Nguyen Phu Quoc, Deputy Director in charge, Technical Centre 2, presented a report.")
    assert english[3] == english[4] == english[7] == ""
    assert english[6] == "The Metrology bloc petitioned the Centre and the Directorate: more training."
    assert english[8].startswith("The conference adopted “Conference resolution”.")
    for block in recap.blocks.all():
        expected = "drafted" if block.text.get("en") else "missing"
        assert block.status == {"vi": "drafted", "en": expected}


def test_speeches_of_which_no_word_is_on_record_are_told_together() -> None:
    conference = ConferenceFactory()
    for order, unit in enumerate(("Đo lường", "Thử nghiệm", "Chức năng", "Nghiệp vụ"), 1):
        said = {"vi": f"đại diện Khối {unit}", "en": f"a representative of bloc {order}"}
        SpeechFactory(conference=conference, order=order, kind="paper", person=None, organisation=None, office={},
                      speaker=said, gist={"vi": "Xin thêm thiết bị."} if order == 4 else {}, points=[], quotes=[])  # fmt: skip
    said = [block.text for block in write(record_of(conference)).blocks]
    assert said[-2:] == [
        {
            "vi": "Đại diện Khối Đo lường, đại diện Khối Thử nghiệm và đại diện Khối Chức năng trình bày tham luận.",
            "en": "A representative of bloc 1, a representative of bloc 2 and a representative of bloc 3 presented papers.",
        },
        {"vi": "Đại diện Khối Nghiệp vụ trình bày tham luận: Xin thêm thiết bị."},
    ]


def test_where_a_log_was_kept_only_guests_it_knows_were_there() -> None:
    conference = ConferenceFactory(announced=True)
    here, absent = (
        RegistrationFactory(conference=conference, person=PersonFactory(full_name=name), category="guest")
        for name in ("Lê Thị Có", "Phạm Văn Vắng")
    )
    for seat in (here, absent):
        DutyFactory(conference=conference, kind="guest", person=seat.person)
    DutyFactory(conference=conference, kind="guest", person=None, office={"vi": "Chánh Văn phòng Bên kia"})

    def said() -> str:
        return " ".join(block.text["vi"] for block in write(record_of(conference)).blocks)

    assert all(name in said() for name in ("Lê Thị Có", "Phạm Văn Vắng", "Chánh Văn phòng"))  # no log: as typed in
    Presence.objects.create(conference=conference, registration=here, direction="in", source="name")
    assert "Lê Thị Có" in said()
    assert "Phạm Văn Vắng" not in said()
    assert "Chánh Văn phòng" not in said()


def test_what_office_and_body_share_is_said_once() -> None:
    duty = DutyFactory(
        kind="guest", person=None, office={"vi": "Chánh Văn phòng"},
        organisation=OrganisationFactory(name={"vi": "Văn phòng Tổng cục"}),
    )  # fmt: skip
    assert officeholder(duty, None) == {"vi": "Chánh Văn phòng Tổng cục"}


def test_every_block_names_the_rows_it_came_from(recap: Article) -> None:
    for block in recap.blocks.all():
        assert block.sources
        assert all(len(source.split(":")) == 2 for source in block.sources)
    assert [source.split(":")[0] for source in list(recap.blocks.all())[-1].sources] == ["resolution", "poll"]
    assert set(recap.head_sources) == {"title", "sapo", "dateline"}


def test_the_same_minutes_heard_twice_make_one_recap() -> None:
    minutes = review_of_2020()
    first, second = services.draft_recap(minutes_id=minutes.id), services.draft_recap(minutes_id=minutes.id)
    assert first == second
    assert Article.objects.count() == 1
    fact = Event.objects.get(name="article.drafted")
    assert fact.payload["conference_id"] == str(minutes.conference_id)


@pytest.mark.parametrize("confidentiality", ["internal", "restricted"])
def test_what_is_not_public_gets_no_recap(confidentiality: str) -> None:
    minutes = approved_minutes(ConferenceFactory(state="closed", confidentiality=confidentiality))
    assert services.draft_recap(minutes_id=minutes.id) is None


def test_minutes_nobody_approved_are_not_written_about() -> None:
    minutes = approved_minutes(ConferenceFactory(state="closed"), state="submitted")
    with pytest.raises(Conflict):
        services.draft_recap(minutes_id=minutes.id)


def test_unknown_stays_out() -> None:
    conference = ConferenceFactory(
        state="closed", title={"vi": "Hợp tác"}, kind="workshop", day=None, day_part="", lead=False
    )
    SpeechFactory(conference=conference, kind="remark", speaker={}, person=PersonFactory(full_name="Đỗ Ổn"), points=[])
    draft = write(record_of(conference))
    assert draft.dateline == {}
    assert draft.sapo == {"vi": "Hội thảo “Hợp tác” đã được tổ chức."}
    assert [block.text for block in draft.blocks] == [{"vi": "Đỗ Ổn trao đổi ý kiến.", "en": "Do On took the floor."}]


@pytest.mark.parametrize(
    ("figure", "vi", "en"),
    [
        ({"n": 190, "op": ">"}, "hơn 190", "more than 190"),
        ({"n": 1180, "op": "≈"}, "khoảng 1.180", "about 1,180"),
        ({"n": 34, "op": "="}, "34", "34"),
        ({"n": 0, "op": "="}, "0", "0"),
    ],
)
def test_figures_stay_as_rough_as_they_were_said(figure: dict[str, object], vi: str, en: str) -> None:
    assert count(figure) == {"vi": vi, "en": en}


def test_an_unknown_figure_is_no_figure() -> None:
    assert count({}) == {}


def test_lists_with_commas_inside_are_told_apart() -> None:
    assert listed([{"vi": "A, B", "en": "A"}, {"vi": "C", "en": ""}]) == {"vi": "A, B; và C"}


@pytest.mark.parametrize(
    ("text", "whole"), [("Xong./.", "Xong."), ("Xong", "Xong."), ("Vì sao?", "Vì sao?"), ("“Vì sao?”", "“Vì sao?”")]
)
def test_a_sentence_ends_once(text: str, whole: str) -> None:
    assert ended({"vi": text}) == {"vi": whole}


def test_english_names_have_no_diacritics_and_no_guessed_address() -> None:
    assert person(PersonFactory.build(full_name="Phạm Thị Sen Quỳnh", honorific="ba")) == {
        "vi": "bà Phạm Thị Sen Quỳnh",
        "en": "Ms Pham Thi Sen Quynh",
    }
    assert person(PersonFactory.build(full_name="Đặng Tùng"))["en"] == "Dang Tung"
