"""Articles over the API: who may what, two editors, four eyes, corrections and the way out."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.articles.models import Article
from backend.outbox.models import Event
from backend.people.models import Organisation
from tests.articles.conftest import As
from tests.factories.articles import ArticleFactory, published
from tests.factories.conferences import ConferenceFactory
from tests.factories.people import OrganisationFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/articles"


def address(article: Any, verb: str = "") -> str:
    return f"{URL}/{article if isinstance(article, str) else article.id}{'/' if verb else ''}{verb}"


def patch(client: APIClient, article: Article, version: object, **body: Any) -> Any:
    return client.patch(address(article), body, format="json", headers={"If-Match": f'"{version}"'})


@pytest.fixture
def draft(host: Organisation) -> Article:
    return ArticleFactory(organisation=host)


def test_from_draft_to_page_and_out_again(editor: APIClient, approver: APIClient, host: Organisation) -> None:
    created = editor.post(
        URL,
        {
            "organisation": str(host.id),
            "kind": "feature",
            "title": {"vi": "Đặng Thanh Tùng nói về Đổi mới", "en": "On renewal"},
            "blocks": [{"text": {"vi": "Một.", "en": "One."}}, {"text": {"vi": "Hai."}}],
        },
        format="json",
    )
    assert created.status_code == 201, created.data
    assert created.data["slug"] == "dang-thanh-tung-noi-ve-doi-moi"
    assert [block["status"] for block in created.data["blocks"]] == [
        {"vi": "human", "en": "human"},
        {"vi": "human", "en": "missing"},
    ]
    here = created.data["id"]
    assert editor.post(address(here, "submit")).data["state"] == "review"
    assert approver.post(address(here, "approve")).data["state"] == "approved"
    answer = editor.post(address(here, "publish"))
    assert answer.data["state"] == "published"
    assert answer.data["pages"]["en"].endswith("/en/articles/dang-thanh-tung-noi-ve-doi-moi")
    corrected = approver.post(
        address(here, "correct"),
        {"note": {"vi": "Sửa tên.", "en": "A name."}, "title": {"vi": "Tên đúng", "en": "Right name"}},
        format="json",
        headers={"If-Match": answer["ETag"]},
    )
    assert corrected.status_code == 200, corrected.data
    assert corrected.data["slug"] == created.data["slug"]
    revisions = editor.get(address(here, "revisions")).data
    assert [(row["number"], row["content"]["title"]["vi"]) for row in revisions] == [
        (1, "Đặng Thanh Tùng nói về Đổi mới"),
        (2, "Tên đúng"),
    ]
    gone = approver.post(address(here, "retract"), {"note": {"vi": "Sai sự thật."}}, format="json")
    assert gone.data["state"] == "retracted"
    assert list(Event.objects.filter(subject_id=here).order_by("id").values_list("name", flat=True)) == [
        f"article.{verb}" for verb in ("drafted", "submitted", "approved", "published", "corrected", "retracted")
    ]
    fact = Event.objects.get(subject_id=here, name="article.published").payload
    assert fact == {
        "article_id": here,
        "organisation_id": str(host.id),
        "conference_id": None,
        "slug": created.data["slug"],
        "languages": ["vi", "en"],
    }


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("editor", {"patch", "submit", "send_back", "publish"}),
        ("approver", {"send_back", "approve", "publish", "correct", "retract"}),
        ("organiser", set()),
        ("secretary", set()),
        ("auditor", set()),
    ],
)
def test_a_role_may_do_its_own_and_no_more(signed_in: As, draft: Article, role: str, allowed: set[str]) -> None:
    client = signed_in(role)
    assert client.get(address(draft)).status_code == 200
    for verb in ("submit", "send_back", "approve", "publish", "correct", "retract"):
        refused = client.post(address(draft, verb), {}, format="json").status_code == 403
        assert refused == (verb not in allowed), verb
        Article.objects.filter(pk=draft.pk).update(state="draft", submitted_by=None)
    assert (client.patch(address(draft), {}, format="json", headers={"If-Match": "*"}).status_code == 403) == (
        "patch" not in allowed
    )


def test_other_organisations_and_strangers_see_only_what_is_published(
    signed_in: As, draft: Article, host: Organisation
) -> None:
    out = published(organisation=host)
    for client in (signed_in("editor", organisation=OrganisationFactory()), signed_in()):
        assert client.get(address(draft)).status_code == 404
        assert client.post(address(draft, "submit")).status_code in {403, 404}
        assert [row["id"] for row in client.get(URL).data["results"]] == [str(out.id)]
    assert APIClient().get(URL).status_code == 401


def test_an_editor_writes_only_for_organisations_they_edit_for(editor: APIClient) -> None:
    elsewhere = OrganisationFactory()
    body = {"organisation": str(elsewhere.id), "kind": "feature", "title": {"vi": "Tin"}}
    assert editor.post(URL, body, format="json").status_code == 403


def test_two_editors_never_overwrite_each_other(signed_in: As, draft: Article) -> None:
    first, second = signed_in("editor"), signed_in("editor")
    version = first.get(address(draft))["ETag"].strip('"')
    assert patch(first, draft, version, title={"vi": "Của người thứ nhất"}).status_code == 200
    late = patch(second, draft, version, title={"vi": "Của người thứ hai"})
    assert late.status_code == 412
    assert late["Content-Type"] == "application/problem+json"
    draft.refresh_from_db()
    assert draft.title == {"vi": "Của người thứ nhất"}
    assert first.patch(address(draft), {}, format="json").status_code == 428


def test_blocks_are_the_whole_ordered_list(editor: APIClient, draft: Article) -> None:
    one, two = editor.get(address(draft)).data["blocks"]
    answer = patch(editor, draft, 1, blocks=[two, {"text": {"vi": "Ở giữa."}, "kind": "heading"}, one])
    assert answer.status_code == 200, answer.data
    assert [block["text"]["vi"] for block in answer.data["blocks"]] == ["Đoạn hai.", "Ở giữa.", "Đoạn một."]
    assert [block["order"] for block in answer.data["blocks"]] == [1, 2, 3]
    assert answer.data["blocks"][0]["id"] == two["id"]
    assert len(patch(editor, draft, 2, blocks=[one]).data["blocks"]) == 1


def test_a_translation_under_which_the_original_changed_is_stale_until_reviewed(
    editor: APIClient, draft: Article
) -> None:
    one, two = editor.get(address(draft)).data["blocks"]
    one["text"] = {"vi": "Đoạn một, đã sửa.", "en": "Block one."}
    changed = patch(editor, draft, 1, blocks=[one, two])
    assert [block["status"] for block in changed.data["blocks"]] == [
        {"vi": "human", "en": "stale"},
        {"vi": "human", "en": "human"},
    ]
    refused = editor.post(address(draft, "submit"))
    assert refused.status_code == 409
    assert refused.data["stale_blocks"] == [1]
    one["reviewed"] = ["en"]
    assert patch(editor, draft, 2, blocks=[one, two]).data["blocks"][0]["status"] == {"vi": "human", "en": "reviewed"}
    assert editor.post(address(draft, "submit")).status_code == 200


def test_a_strange_block_is_named_and_nothing_is_written(editor: APIClient, draft: Article) -> None:
    foreign = ArticleFactory().blocks.first()
    answer = patch(editor, draft, 1, blocks=[{"text": {"vi": "Mới"}}, {"id": str(foreign.id), "text": {"vi": "Lạ"}}])
    assert answer.status_code == 400
    assert answer.data["errors"][0]["field"] == "blocks.1.id"
    assert draft.blocks.count() == 2
    twice = editor.get(address(draft)).data["blocks"][0]
    assert patch(editor, draft, 1, blocks=[twice, twice]).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {"title": {"en": "No Vietnamese"}},
        {"title": "chữ"},
        {"title": {"vi": "x", "fr": "y"}},
        {"source_url": "javascript:alert(1)"},
        {"blocks": [{"text": {"vi": "x"}, "kind": "script"}]},
        {"blocks": [{"text": {"vi": "x"}}] * 201},
        {"blocks": "không"},
        {"blocks": [None]},
        {"slug": "khac"},
        {"state": "published"},
        {"blocks": [{"text": {"vi": "x"}, "reviewed": ["fr"]}]},
    ],
)
def test_bad_input_is_refused_with_the_field(editor: APIClient, draft: Article, body: dict[str, Any]) -> None:
    answer = patch(editor, draft, 1, **body)
    assert answer.status_code == 400, answer.data
    assert answer.data["errors"]
    draft.refresh_from_db()
    assert draft.version == 1


def test_nobody_approves_what_they_wrote_or_handed_in(signed_in: As, draft: Article) -> None:
    both = signed_in("editor", "approver")
    assert patch(both, draft, 1, sapo={"vi": "Của tôi."}).status_code == 200
    assert signed_in("editor").post(address(draft, "submit")).status_code == 200
    assert both.post(address(draft, "approve")).status_code == 403
    assert signed_in("approver").post(address(draft, "approve")).status_code == 200
    other = ArticleFactory(organisation=draft.organisation)
    assert both.post(address(other, "submit")).status_code == 200
    assert both.post(address(other, "approve")).status_code == 403


def test_an_edit_in_review_needs_a_new_approval(editor: APIClient, approver: APIClient, draft: Article) -> None:
    editor.post(address(draft, "submit"))
    draft.refresh_from_db()
    assert patch(editor, draft, draft.version, sapo={"vi": "Khác."}).data["state"] == "draft"
    refused = approver.post(address(draft, "approve"))
    assert refused.status_code == 409
    assert refused.data["legal"] == ["edit", "submit"]


def test_what_was_sent_back_lost_its_approval(editor: APIClient, approver: APIClient, draft: Article) -> None:
    editor.post(address(draft, "submit"))
    approver.post(address(draft, "approve"))
    back = approver.post(address(draft, "send_back")).data
    assert (back["state"], back["approved_by"], back["submitted_by"]) == ("draft", None, None)


def test_a_correction_needs_a_note_and_the_version(approver: APIClient, host: Organisation) -> None:
    article = published(organisation=host)
    note = {"note": {"vi": "Sửa."}}
    assert approver.post(address(article, "correct"), note, format="json").status_code == 428
    missing = approver.post(address(article, "correct"), {}, format="json", headers={"If-Match": "*"})
    assert missing.data["errors"][0]["field"] == "note"
    stale = approver.post(address(article, "correct"), note, format="json", headers={"If-Match": '"1"'})
    assert stale.status_code == 412


def test_a_published_article_is_not_edited(editor: APIClient, host: Organisation) -> None:
    article = published(organisation=host)
    assert patch(editor, article, article.version, title={"vi": "Lén sửa"}).status_code == 409


def test_a_conference_that_is_not_public_has_no_articles(editor: APIClient, host: Organisation) -> None:
    secret = ConferenceFactory(confidentiality="internal")
    body = {"organisation": str(host.id), "kind": "feature", "title": {"vi": "Tin"}, "conference": str(secret.id)}
    assert editor.post(URL, body, format="json").data["errors"][0]["field"] == "conference"


def test_one_recap_per_conference_and_free_slugs(editor: APIClient, host: Organisation) -> None:
    conference = ConferenceFactory(announced=True)
    body = {"organisation": str(host.id), "kind": "recap", "title": {"vi": "Tin"}, "conference": str(conference.id)}
    assert editor.post(URL, body, format="json").data["slug"] == "tin"
    assert editor.post(URL, body, format="json").status_code == 409
    assert editor.post(URL, {**body, "kind": "feature"}, format="json").data["slug"] == "tin-2"


def test_a_republication_names_its_source(editor: APIClient, host: Organisation) -> None:
    body = {"organisation": str(host.id), "kind": "republication", "title": {"vi": "Tin"}}
    assert editor.post(URL, body, format="json").data["errors"][0]["field"] == "source_url"
