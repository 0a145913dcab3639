"""What the public sees: pages, machine-readable data, feeds, tombstones; and what it never sees."""

import datetime as dt
import json
import re
from html.parser import HTMLParser
from typing import Any

import feedparser
import pytest
from django.test import Client

from backend.articles import services
from backend.articles.models import Article
from backend.conferences.models import Conference
from tests.factories.articles import ArticleFactory, published, review_of_2020
from tests.factories.conferences import AgendaItemFactory, ConferenceFactory, DutyFactory, SiteFactory, VenueFactory
from tests.factories.people import AccountFactory, OrganisationFactory, PersonFactory

pytestmark = pytest.mark.django_db
ATTACK = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\u2028"


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def tags(html: str, name: str) -> list[dict[str, str | None]]:
    parser = Tags()
    parser.feed(html)
    return [attributes for tag, attributes in parser.tags if tag == name]


def linked_data(html: str) -> dict[str, Any]:
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    data: dict[str, Any] = json.loads(block)
    return data


def read(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    assert response["Content-Type"] == "text/html; charset=utf-8"
    return response.content.decode()


@pytest.fixture
def recap() -> Article:
    article = services.draft_recap(minutes_id=review_of_2020().id)
    assert article is not None
    title = {**article.title, "en": "Review of 2020"}
    editor = AccountFactory().pk
    Conference.objects.filter(pk=article.conference_id).update(announced_at="2021-01-01T00:00Z")
    services.edit(article_id=article.id, by=editor, expected=None, title=title, byline="Lê Thị Thanh Minh")
    services.submit(article_id=article.id, by=editor)
    services.approve(article_id=article.id, by=AccountFactory().pk)
    return services.publish(article_id=article.id)


def test_the_page_in_both_languages(client: Client, recap: Article) -> None:
    vi = read(client, f"/vi/bai-viet/{recap.slug}")
    assert '<html lang="vi">' in vi
    assert "hơn 190 viên chức, người lao động" in vi
    assert "Lê Thị Thanh Minh" in vi
    assert client.get(f"/vi/bai-viet/{recap.slug}", headers={"Accept-Language": "en"})["Content-Language"] == "vi"
    en = read(client, f"/en/articles/{recap.slug}")
    assert "Le Thi Thanh Minh" in en
    assert "exist in Vietnamese only" in en
    links = {link.get("hreflang"): link["href"] for link in tags(en, "link") if link.get("hreflang")}
    assert links["x-default"] == links["vi"]
    assert links["vi"].endswith(f"/vi/bai-viet/{recap.slug}")  # type: ignore[union-attr]
    assert links["en"].endswith(f"/en/articles/{recap.slug}")  # type: ignore[union-attr]
    graph = {tag["property"]: tag["content"] for tag in tags(en, "meta") if "property" in tag}
    assert graph["og:title"] == "Review of 2020"
    assert (graph["og:locale"], graph["og:locale:alternate"], graph["og:type"]) == ("en_GB", "vi_VN", "article")


def test_machines_read_an_article_about_an_event(client: Client, recap: Article) -> None:
    data = linked_data(read(client, f"/vi/bai-viet/{recap.slug}"))
    assert (data["@context"], data["@type"], data["inLanguage"]) == ("https://schema.org", "NewsArticle", "vi")
    assert data["author"] == {"@type": "Person", "name": "Lê Thị Thanh Minh"}
    assert data["datePublished"].endswith("+07:00")
    assert data["about"] == {
        "@type": "Event",
        "name": "Hội nghị tổng kết công tác năm 2020",
        "url": "http://127.0.0.1:8000/vi/hoi-nghi/tong-ket-2020",
        "startDate": "2021-01-14",
        "eventStatus": "https://schema.org/EventScheduled",
        "location": [{"@type": "Place", "name": "Khách sạn Minh Toàn", "address": "306 đường 2/9, Đà Nẵng"}],
        "organizer": [{"@type": "Organization", "name": "Trung tâm Kỹ thuật 2"}],
    }


@pytest.mark.parametrize(
    ("asked", "path"), [("en", "/en/conferences"), ("vi,en;q=0.5", "/vi/hoi-nghi"), ("fr", "/vi/hoi-nghi")]
)
def test_the_bare_address_leads_to_the_pages_in_the_readers_language(client: Client, asked: str, path: str) -> None:
    answer = client.get("/", headers={"Accept-Language": asked})
    assert answer.status_code == 302
    assert answer["Location"].endswith(path)
    assert "Accept-Language" in answer["Vary"]


def test_nothing_on_a_page_comes_from_elsewhere_or_runs(client: Client, recap: Article) -> None:
    html = read(client, f"/vi/bai-viet/{recap.slug}")
    assert [script["type"] for script in tags(html, "script")] == ["application/ld+json"]
    assert "style=" not in html
    assert [link["href"] for link in tags(html, "link") if link["rel"] == "stylesheet"] == [
        "/static/articles/public.css"
    ]
    assert client.get("/static/articles/public.css").status_code == 200


def test_hostile_text_stays_text_everywhere(client: Client) -> None:
    hostile = {"vi": ATTACK, "en": ATTACK}
    conference = ConferenceFactory(announced=True, title=hostile, topics=[ATTACK])
    SiteFactory(conference=conference, venue=VenueFactory(name=hostile, address=hostile))
    article = published(
        title=hostile, sapo=hostile, dateline=hostile, byline=ATTACK, byline_unit=hostile, conference=conference,
        blocks=[hostile], source_name=ATTACK, source_url="https://tcvn.example/?a=1&b='\"<x>",
    )  # fmt: skip
    services.correct(article_id=article.id, by=AccountFactory().pk, note=hostile, expected=None)
    paths = [f"/vi/bai-viet/{article.slug}", f"/en/articles/{article.slug}", f"/vi/hoi-nghi/{conference.slug}"]
    for path in [*paths, "/vi/bai-viet", "/en/conferences"]:
        html = read(client, path)
        assert {script.get("type") for script in tags(html, "script")} <= {"application/ld+json"}
        assert tags(html, "img") == []
        assert not any(
            name.startswith("on")
            for tag in ("a", "p", "meta", "link", "h1")
            for attributes in tags(html, tag)
            for name in attributes
        )
    assert linked_data(read(client, paths[0]))["headline"] == ATTACK
    feed = feedparser.parse(client.get("/vi/feed.atom").content)
    assert feed.entries[0].title_detail.value == ATTACK.strip()
    assert "<script" not in client.get("/vi/feed.json").json()["items"][0]["content_html"]


def test_only_the_languages_that_exist(client: Client) -> None:
    article = published(title={"vi": "Chỉ tiếng Việt"})
    html = read(client, f"/vi/bai-viet/{article.slug}")
    assert [link.get("hreflang") for link in tags(html, "link") if link.get("hreflang")] == ["vi", "x-default"]
    read(client, f"/en/articles/{article.slug}", 404)
    assert article.slug not in read(client, "/en/articles")


@pytest.mark.parametrize("state", ["draft", "review", "approved"])
def test_what_is_not_published_is_not_there(client: Client, state: str) -> None:
    article = ArticleFactory(state=state)
    assert "Không tìm thấy" in read(client, f"/vi/bai-viet/{article.slug}", 404)
    assert article.slug not in read(client, "/vi/bai-viet")
    assert feedparser.parse(client.get("/vi/feed.atom").content).entries == []


def test_a_correction_is_seen_with_its_note_and_an_unpublished_change_is_not(client: Client) -> None:
    article = published()
    article.blocks.update(text={"vi": "Chưa ai duyệt."})
    assert "Chưa ai duyệt" not in read(client, f"/vi/bai-viet/{article.slug}")
    blocks = [{"text": {"vi": "Đã đính chính."}}]
    services.correct(
        article_id=article.id, by=AccountFactory().pk, expected=None, note={"vi": "Sửa số liệu."}, blocks=blocks
    )
    html = read(client, f"/vi/bai-viet/{article.slug}")
    assert "Đã đính chính." in html
    assert "Sửa số liệu." in html
    assert linked_data(html)["correction"] == "Sửa số liệu."
    read(client, f"/en/articles/{article.slug}", 404)  # nothing is said in English any more


def test_a_retracted_article_leaves_a_note_and_nothing_else(client: Client) -> None:
    article = published(title={"vi": "Tin sai", "en": "Wrong news"})
    services.retract(article_id=article.id, note={"vi": "Sai <b>sự thật</b>."})
    html = read(client, f"/vi/bai-viet/{article.slug}", 410)
    assert "Sai &lt;b&gt;sự thật&lt;/b&gt;." in html
    assert "Tin sai" not in html
    assert {"name": "robots", "content": "noindex"} in tags(html, "meta")
    read(client, f"/en/articles/{article.slug}", 410)
    assert "Tin sai" not in read(client, "/vi/bai-viet")


def test_a_republication_points_to_its_source(client: Client) -> None:
    source = "https://tcvn.example/bai-goc"
    article = published(kind="republication", source_name="tcvn.example", source_url=source)
    html = read(client, f"/vi/bai-viet/{article.slug}")
    assert [link["href"] for link in tags(html, "link") if link["rel"] == "canonical"] == [source]
    assert linked_data(html)["isBasedOn"] == source
    assert source in [link.get("href") for link in tags(html, "a")]


def test_a_conference_from_its_announcement_on(client: Client) -> None:
    conference = ConferenceFactory(
        announced=True, exact=True, lead=OrganisationFactory(name={"vi": "Sở A", "en": "Department A"})
    )
    DutyFactory(conference=conference, person=PersonFactory(full_name="Dương Minh Tâm"))
    DutyFactory(conference=conference, kind="guest", person=PersonFactory(full_name="Người Không Nêu"))
    html = read(client, f"/vi/hoi-nghi/{conference.slug}")
    assert "Dương Minh Tâm" in html
    assert "Người Không Nêu" not in html
    data = linked_data(html)
    assert data["startDate"] == "2021-01-14T13:30+07:00"
    assert "location" not in data
    assert "Department A" in read(client, f"/en/conferences/{conference.slug}")
    Conference.objects.update(state="cancelled", reason={"vi": "Bão"})
    html = read(client, f"/vi/hoi-nghi/{conference.slug}")
    assert "Bão" in html
    assert linked_data(html)["eventStatus"] == "https://schema.org/EventCancelled"


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "draft"},
        {"state": "announced", "confidentiality": "internal"},
        {"state": "cancelled", "announced_at": None},
    ],
)
def test_other_conferences_are_not_there(client: Client, fields: dict[str, Any]) -> None:
    conference = ConferenceFactory(**fields)
    read(client, f"/vi/hoi-nghi/{conference.slug}", 404)
    assert conference.slug not in read(client, "/vi/hoi-nghi")


def test_an_article_leaves_the_public_with_its_conference(client: Client, recap: Article) -> None:
    Conference.objects.update(confidentiality="internal")
    read(client, f"/vi/bai-viet/{recap.slug}", 404)
    assert client.get("/vi/feed.json").json()["items"] == []


def test_the_programme_stands_in_its_sessions_and_says_what_was_called_off(client: Client) -> None:
    conference = ConferenceFactory(announced=True, slug="tong-ket-cay")
    parts: dict[str, Any] = {"conference": conference}
    session = AgendaItemFactory(**parts, order=1, kind="session", title={"vi": "Phiên sáng"})
    AgendaItemFactory(**parts, order=2, parent=session, title={"vi": "Báo cáo"})
    AgendaItemFactory(**parts, order=3, title={"vi": "Tham quan"}, state="cancelled")
    AgendaItemFactory(**parts, order=4, title={"vi": "Dự phòng"}, reserve=True)
    page = read(client, "/vi/hoi-nghi/tong-ket-cay")
    programme = page[page.index("<h2>Chương trình") :]
    assert "<li>Phiên sáng<ol><li>Báo cáo</li></ol>" in programme.replace("\n", "")
    assert "<li>Tham quan <em>(huỷ)</em></li>" in programme
    assert "Dự phòng" not in programme


def test_a_conference_held_before_the_house_was_there_stands_last(client: Client) -> None:
    held = ConferenceFactory(state="archived", announced_at=None)
    told = ConferenceFactory(announced=True)
    index = read(client, "/vi/hoi-nghi")
    assert index.index(told.slug) < index.index(held.slug)
    read(client, f"/vi/hoi-nghi/{held.slug}")


def test_an_old_article_keeps_its_date_and_is_news_in_the_feed_all_the_same(client: Client) -> None:
    published()
    before = client.get("/vi/feed.atom")
    article = ArticleFactory()
    services.submit(article_id=article.id, by=AccountFactory().pk)
    services.approve(article_id=article.id, by=AccountFactory().pk)
    then = dt.datetime(2024, 2, 12, 22, 37, tzinfo=dt.UTC)
    services.publish(article_id=article.id, first_published_at=then)
    feed = client.get("/vi/feed.atom")
    assert feedparser.parse(feed.content).entries[-1].published == "2024-02-13T05:37:00+07:00"
    assert feedparser.parse(feed.content).feed.updated > feedparser.parse(before.content).feed.updated
    assert linked_data(read(client, f"/vi/bai-viet/{article.slug}"))["datePublished"] == "2024-02-13T05:37:00+07:00"


def test_feeds_in_each_language(client: Client, recap: Article) -> None:
    response = client.get("/vi/feed.atom")
    feed = feedparser.parse(response.content)
    assert not feed.bozo
    assert (feed.version, feed.feed.language) == ("atom10", "vi")
    (entry,) = feed.entries
    assert entry.title == "Hội nghị tổng kết công tác năm 2020"
    assert entry.link == f"http://127.0.0.1:8000/vi/bai-viet/{recap.slug}"
    assert entry.author == "Lê Thị Thanh Minh"
    assert "hơn 190" in entry.content[0].value
    document = client.get("/en/feed.json")
    assert document["Content-Type"] == "application/feed+json; charset=utf-8"
    body = document.json()
    assert (body["version"], body["language"]) == ("https://jsonfeed.org/version/1.1", "en")
    assert body["items"][0]["title"] == "Review of 2020"
    assert body["items"][0]["id"] != entry.id
    assert client.get("/fr/feed.atom").status_code == 404


@pytest.mark.parametrize("path", ["/vi/feed.atom", "/vi/feed.json"])
def test_a_reader_who_has_it_gets_304_until_it_changes(client: Client, path: str) -> None:
    article = published()
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert client.get(path, headers={"If-Modified-Since": first["Last-Modified"]}).status_code == 304
    services.retract(article_id=article.id, note={"vi": "Gỡ."})
    assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_an_empty_feed_is_valid_and_steady(client: Client) -> None:
    first, second = client.get("/en/feed.atom"), client.get("/en/feed.atom")
    assert not feedparser.parse(first.content).bozo
    assert first["ETag"] == second["ETag"]


def test_pages_are_read_only_and_bounded(client: Client) -> None:
    assert client.post("/vi/bai-viet").status_code == 405
    for page in ("0", "2", "x", "-1", "9" * 30):
        read(client, f"/vi/bai-viet?page={page}", 404)
    published()
    assert client.head("/vi/bai-viet").content == b""


@pytest.mark.parametrize("number", [1, 3, 30])
@pytest.mark.parametrize("path", ["/vi/bai-viet", "/vi/feed.atom", "/vi/feed.json", "/vi/hoi-nghi"])
def test_reading_costs_the_same_for_many(
    client: Client, path: str, number: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(number):
        published(conference=ConferenceFactory(announced=True))
    with django_assert_max_num_queries(6):
        assert client.get(path).status_code == 200
