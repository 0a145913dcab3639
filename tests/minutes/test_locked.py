"""What was counted stays as it was counted: locked blocks are neither reworded nor removed, and approval compares them."""

from typing import Any

import pytest

from backend.conferences.models import Conference, Site
from backend.minutes import drafting, services
from backend.minutes.models import Minutes
from backend.registration.models import Registration
from backend.resolutions.models import Poll
from tests.documents.reading import text_of
from tests.factories.conferences import ConferenceFactory, SiteFactory
from tests.factories.minutes import two_halls

pytestmark = pytest.mark.django_db

OPPOSITE = {"vi": "Kết quả: KHÔNG được thông qua."}
ANY = {"If-Match": "*"}


@pytest.fixture
def minutes(room: Any) -> Minutes:
    return services.draft(conference_id=room.conference.pk)


@pytest.fixture
def address(minutes: Minutes) -> str:
    return f"/api/v1/minutes/{minutes.pk}"


def locked(content: list[Any]) -> list[Any]:
    return [block for block in content if block["locked"]]


def test_every_block_says_whether_it_is_locked(room: Any, address: str) -> None:
    content = room.secretary.get(address).json()["content"]
    assert {type(block["locked"]) for block in content} == {bool}
    assert {block["kind"] for block in locked(content)} == {"attendance", "unit", "resolution", "clause", "verdict"}
    assert not {block["kind"] for block in content if not block["locked"]} & {"attendance", "unit", "verdict"}


def test_no_locked_block_is_reworded(room: Any, address: str) -> None:
    before = room.secretary.get(address).json()
    for block in locked(before["content"]):
        answer = room.secretary.patch(address, {"blocks": [{"id": block["id"], "text": OPPOSITE}]}, headers=ANY)
        assert answer.status_code == 400, block
        assert [one["field"] for one in answer.json()["errors"]] == [f"blocks.{block['id']}"]
    assert room.secretary.get(address).json() == before


def test_a_refusal_says_where_the_record_is_corrected_in_either_language(room: Any, address: str) -> None:
    poll = room.conference.polls.get()
    name = f"verdict:{poll.pk}:2"
    change = {"blocks": [{"id": name, "text": OPPOSITE}]}
    for language, words in (("vi", "không sửa lời"), ("en", "cannot be reworded")):
        answer = room.secretary.patch(address, change, headers={**ANY, "Accept-Language": language})
        (refused,) = answer.json()["errors"]
        sentence = refused["reason"]
        assert words in sentence
        assert f"/api/v1/polls/{poll.pk}/annul" in sentence


def test_no_locked_block_is_removed_and_one_refusal_refuses_the_whole_edit(room: Any, address: str) -> None:
    before = room.secretary.get(address).json()
    for block in locked(before["content"]):
        change = {"added": [{"text": {"vi": "Giải lao."}}], "removed": [block["id"]]}
        answer = room.secretary.patch(address, change, headers=ANY)
        assert answer.status_code == 400, block
        assert [one["field"] for one in answer.json()["errors"]] == [f"removed.{block['id']}"]
    assert room.secretary.patch(address, {"order": []}, headers=ANY).status_code == 400
    assert room.secretary.get(address).json() == before


def test_what_stands_around_them_is_still_the_secretarys(room: Any, address: str) -> None:
    content = room.secretary.get(address).json()["content"]
    last = locked(content)[-1]["id"]
    speech = next(block["id"] for block in content if block["kind"] == "speech")
    change = {
        "blocks": [{"id": speech, "text": {"vi": "Ông Hiếu phát biểu."}}],
        "added": [{"after": last, "text": {"vi": "Chủ tọa công bố kết quả."}}],
    }
    answer = room.secretary.patch(address, change, headers=ANY)
    assert answer.status_code == 200, answer.json()
    assert locked(answer.json()["content"]) == locked(content)
    room.secretary.post(f"{address}/submit")
    assert room.chair.post(f"{address}/approve").status_code == 200
    page = text_of(room.secretary.get(f"{address}/preview").content)
    assert "Kết quả: được thông qua. Chủ tọa công bố kết quả." in page


def decide_otherwise() -> None:
    poll = Poll.objects.get()
    assert poll.verdict is not None
    Poll.objects.update(verdict={**poll.verdict, "proof": [*poll.verdict["proof"][:-1], OPPOSITE]})


def admit_one_more() -> None:
    row = Registration.objects.filter(presences=None).first()
    assert row is not None
    row.presences.create(conference=row.conference, direction="in", source="staff")


@pytest.mark.parametrize("change", [decide_otherwise, admit_one_more])
def test_a_record_changed_since_is_not_approved_until_it_is_drawn_again(room: Any, address: str, change: Any) -> None:
    room.secretary.post(f"{address}/submit")
    change()
    answer = room.chair.post(f"{address}/approve", headers={"Accept-Language": "en"})
    assert answer.status_code == 409
    assert "regenerate first" in answer.json()["detail"]
    named = answer.json()["blocks"]
    before = {block["id"]: block for block in room.chair.get(address).json()["content"]}
    assert named
    assert all(before[name]["locked"] for name in named)
    room.chair.post(f"{address}/send_back")
    again = room.secretary.post(f"{address}/regenerate").json()["minutes"]["content"]
    assert all(block["text"] != before[block["id"]]["text"] for block in again if block["id"] in named)
    room.secretary.post(f"{address}/submit")
    assert room.chair.post(f"{address}/approve").status_code == 200


def test_a_blank_may_be_filled_and_gives_way_to_the_figure_on_record() -> None:
    conference = ConferenceFactory(state="closed", attended={})
    minutes = services.draft(conference_id=conference.pk)
    (blank,) = [block for block in minutes.content if block["kind"] == "attendance"]
    assert not blank["locked"]
    services.edit(minutes_id=minutes.pk, texts={"attendance": {"vi": "Số người dự: 12"}}, added=[], removed=[])
    Conference.objects.update(attended={"n": 15, "op": "="})
    minutes, reports = services.regenerate(minutes_id=minutes.pk)
    (figure,) = [block for block in minutes.content if block["kind"] == "attendance"]
    assert (figure["text"]["vi"], figure["locked"], figure["edited"]) == ("Số người dự: 15 người", True, False)
    assert [report["id"] for report in reports] == ["attendance"]


def test_counts_as_said_are_locked_and_places_that_tell_one() -> None:
    conference = two_halls()
    counted: Site = SiteFactory(conference=conference, attended={"n": 90, "op": "≈"})
    content = services.draft(conference_id=conference.pk).content
    assert [block["id"] for block in locked(content)] == [f"place:{counted.pk}", "attendance"]
    for block in locked(content):
        assert "/api/v1/" in str(drafting.where_corrected(block))


def test_a_supplement_is_held_to_the_record_too(room: Any, address: str, minutes: Minutes) -> None:
    room.secretary.post(f"{address}/submit")
    room.chair.post(f"{address}/approve")
    made = room.secretary.post(f"{address}/supplement", {"reason": {"vi": "Đếm thiếu"}}).json()
    mended = f"/api/v1/minutes/{made['id']}"
    room.secretary.patch(mended, {"added": [{"text": {"vi": "Thêm một người."}}]}, headers=ANY)
    room.secretary.post(f"{mended}/submit")
    admit_one_more()
    assert room.chair.post(f"{mended}/approve").status_code == 409
    room.chair.post(f"{mended}/send_back")
    again = room.secretary.post(f"{mended}/regenerate").json()
    assert again["changed"] == []
    assert again["minutes"]["head"]["title"] == made["head"]["title"]
    inside = [
        block["text"]["vi"] for block in again["minutes"]["content"] if block["kind"] in {"supplement", "passage"}
    ]
    assert [text.rpartition("Lý do: ")[2] for text in inside] == ["Đếm thiếu.", "Thêm một người."]
    room.secretary.post(f"{mended}/submit")
    assert room.chair.post(f"{mended}/approve").json()["official_number"] == "02/BB-KT2"
