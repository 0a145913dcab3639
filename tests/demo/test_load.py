"""The five first records as the house holds them: every fact counted, nothing invented, nothing twice."""

import datetime as dt
from collections import Counter
from typing import Any

import feedparser
import pytest
from django.apps import apps
from django.test import Client

from backend.articles.models import Article
from backend.conferences.models import Conference, Series
from backend.conferences.queries import for_details, name_then, office_then
from backend.demo.load import load
from backend.outbox.models import Event
from backend.people.models import Organisation, Person

pytestmark = pytest.mark.django_db

S0 = "hoi-thao-phoi-hop-dich-vu-2024"
S1 = "hop-dang-uy-tam-nhin-stameq"
S2 = "tong-ket-2020-trung-tam-ky-thuat-2"
S3 = "danh-gia-iso-18091-hai-an-2023"
S4 = "danh-gia-iso-9001-34-xa-2017"


@pytest.fixture
def records() -> dict[str, Conference]:
    load()
    return {row.slug: row for row in for_details(Conference.objects.all(), None)}


def kinds(rows: Any) -> Counter[str]:
    return Counter(rows.values_list("kind", flat=True))


def hosts(row: Conference) -> list[tuple[str, str]]:
    return [(host.role, host.organisation.slug) for host in row.organisers.all()]


def test_s0_has_four_hosts_a_panel_and_no_place(records: dict[str, Conference]) -> None:
    row = records[S0]
    assert (row.kind, row.day, row.day_part) == ("workshop", dt.date(2024, 7, 5), "afternoon")
    assert hosts(row) == [("lead", "vien-do-luong"), ("co", "kt1"), ("co", "kt2"), ("co", "kt3")]
    assert (row.sites.count(), row.attended, row.expected) == (0, {}, {})
    panel = row.duties.get(kind="panel")
    assert (panel.person, panel.agenda_item and panel.agenda_item.phase) == (None, "discussion")
    assert [len(speech.points) for speech in row.speeches.all()] == [7, 0]
    assert kinds(row.findings) == {"achievement": 1, "limitation": 4}
    assert kinds(row.proposals) == {"proposal": 5}


def test_s1_is_a_decision_of_an_unknown_day_with_five_pillars(records: dict[str, Conference]) -> None:
    row = records[S1]
    assert (row.kind, row.day, row.starts_at, row.sites.count(), row.series) == ("party_meeting", None, None, 0, None)
    assert kinds(row.conclusions) == {"pillar": 5}
    assert [(one.state, one.clauses) for one in row.resolutions.all()] == [("adopted", [])]
    assert [(one.rule, one.organisation.slug) for one in Series.objects.all()] == [("FREQ=MONTHLY", "dang-uy-stameq")]


def test_s2_has_more_than_190_staff_and_five_guests_known_by_their_office_alone(
    records: dict[str, Conference],
) -> None:
    row = records[S2]
    assert (row.day, row.day_part, row.starts_at) == (dt.date(2021, 1, 14), "afternoon", None)
    assert (row.period_reviewed, row.period_planned) == ("2020", "2021")
    assert (row.attended["op"], row.attended["n"]) == (">", 190)
    assert hosts(row) == [("lead", "kt2")]
    assert [(site.venue.hired, site.venue.address["vi"]) for site in row.sites.all()] == [
        (True, "306 đường 2/9, thành phố Đà Nẵng")
    ]
    guests = row.duties.filter(kind="guest")
    assert (guests.count(), guests.filter(person=None).count()) == (6, 5)
    assert kinds(row.speeches) == {"report": 1, "paper": 4, "remark": 1, "direction": 1, "reply": 1}
    report, direction = row.speeches.get(kind="report"), row.speeches.get(kind="direction")
    assert (report.points_declared, len(report.points), len(direction.points)) == (10, 4, 5)
    assert [len(petition.addressees) for petition in row.proposals.all()] == [2]
    adopted = row.resolutions.get()
    assert (adopted.state, adopted.clauses, adopted.decided_at, adopted.polls.count()) == ("adopted", [], None, 0)


def test_s3_has_five_speakers_one_of_them_without_a_name_and_a_task_with_a_vague_deadline(
    records: dict[str, Conference],
) -> None:
    row = records[S3]
    assert (row.day, row.day_part, row.attended) == (dt.date(2023, 11, 23), "", {})
    assert hosts(row) == [("lead", "so-khcn-hai-phong"), ("co", "ubnd-hai-an")]
    assert [speech.person and speech.person.full_name for speech in row.speeches.all()] == [
        "Phạm Thị Sen Quỳnh", "Tạ Hữu Thanh", None, "Đặng Thanh Tùng", "Dương Đình Ổn",
    ]  # fmt: skip
    assert [len(speech.points) for speech in row.speeches.all()] == [0, 5, 0, 4, 0]
    assert (row.duties.count(), row.sites.count()) == (0, 0)
    assert [task.deadline_said["vi"] for task in row.conclusions.all()] == ["đầu tháng 12/2023"]


def test_s4_is_held_in_two_halls_by_five_bodies_with_two_chairs(records: dict[str, Conference]) -> None:
    row = records[S4]
    assert (row.attended["op"], row.attended["n"], row.period_reviewed) == ("≈", 180, "2017")
    assert "34 xã, thị trấn" in row.attended["who"]["vi"]
    assert [role for role, _ in hosts(row)] == ["lead", "co", "co", "co", "co"]
    assert [site.venue.organisation.slug for site in row.sites.all()] == ["ubnd-u-minh-thuong", "ubnd-an-minh"]
    chairs = row.duties.filter(kind="chair")
    assert [(chair.person.full_name, chair.organisation.slug) for chair in chairs] == [
        ("Dương Minh Tâm", "so-khoa-hoc-va-cong-nghe"),
        ("Nguyễn Quốc Khởi", "ubnd-u-minh-thuong"),
    ]
    # The leaders of three of the four districts came.
    assert row.duties.filter(kind="guest").count() == 3
    assert kinds(row.findings) == {"achievement": 7, "limitation": 5, "cause": 1}


def test_names_and_offices_are_those_of_the_day() -> None:
    load()
    stameq, hiep = Organisation.objects.get(slug="stameq"), Person.objects.get(full_name="Hà Minh Hiệp")
    for day, name, office in (
        (dt.date(2021, 1, 14), "Tổng cục", "Phó Tổng cục trưởng"),
        (dt.date(2024, 2, 12), "Tổng cục", "Quyền Tổng cục trưởng"),
        (dt.date(2024, 7, 5), "Uỷ ban", "Quyền Chủ tịch"),
    ):
        held = office_then(hiep.id, day)
        assert name_then(stameq, day)["vi"].startswith(name)
        assert held is not None
        assert held.title["vi"] == office
    # Between what the texts tell, which office was held is unknown.
    assert office_then(hiep.id, dt.date(2022, 1, 1)) is None


def test_their_articles_are_published_by_two_hands(records: dict[str, Conference]) -> None:
    articles = {row.conference and row.conference.slug: row for row in Article.objects.select_related("conference")}
    assert {slug: row.kind for slug, row in articles.items()} == {
        S0: "recap", None: "feature", S2: "recap", S3: "republication", S4: "recap",
    }  # fmt: skip
    for row in articles.values():
        assert row.state == "published"
        assert row.approved_by_id not in {row.edited_by_id, row.submitted_by_id}
        assert row.languages == (["vi", "en"] if row.kind == "republication" else ["vi"])
    assert (articles[S3].byline, articles[S2].byline) == ("", "Lê Thị Thanh Minh")
    feature = articles[None]
    assert (feature.byline, feature.edited_by and feature.edited_by.email) == ("Hà My", "truong-van@ho-so.example")
    assert feature.published_at == dt.datetime(2024, 2, 12, 15, 37, tzinfo=dt.UTC)


def test_s3_is_told_in_aligned_blocks_of_which_one_is_english_alone(client: Client) -> None:
    load()
    article = Article.objects.get(kind="republication")
    missing = [code for block in article.blocks.all() for code, how in block.status.items() if how == "missing"]
    assert (article.blocks.count(), missing) == (10, ["vi"])
    vi = client.get(f"/vi/bai-viet/{article.slug}").content.decode()
    en = client.get(f"/en/articles/{article.slug}").content.decode()
    assert "Một số đoạn của bài chỉ có bằng tiếng Anh." in vi
    assert "Mr Dang Thanh Tung" in en
    assert "Some passages" not in en


def test_the_public_reads_them_in_pages_and_feeds(client: Client) -> None:
    load()
    index = client.get("/vi/hoi-nghi").content.decode()
    assert [slug for slug in (S0, S3, S2, S4) if f"/vi/hoi-nghi/{slug}" in index] == [S0, S3, S2, S4]
    assert index.index(S0) < index.index(S3) < index.index(S2) < index.index(S4)
    assert S1 not in index
    assert client.get(f"/vi/hoi-nghi/{S1}").status_code == 404
    page = client.get(f"/vi/hoi-nghi/{S4}").content.decode()
    for fact in ("10/01/2018", "Hội trường UBND huyện U Minh Thượng", "UBND huyện An Minh", "Nguyễn Quốc Khởi"):
        assert fact in page
    feeds = {code: feedparser.parse(client.get(f"/{code}/feed.atom").content) for code in ("vi", "en")}
    assert {code: len(feed.entries) for code, feed in feeds.items()} == {"vi": 5, "en": 1}
    assert feeds["vi"].entries[-1].published == "2024-02-12T22:37:00+07:00"


def test_loading_twice_creates_nothing_twice() -> None:
    load()
    counted = {model: model.objects.count() for model in apps.get_models() if model._meta.managed}
    assert counted[Event] > 0
    load()
    assert {model: model.objects.count() for model in counted} == counted
