"""Findings, proposals and conclusions over the API."""

from typing import Any

import pytest

from backend.minutes.drafting.course import proposal
from tests.factories.conferences import SpeechFactory
from tests.factories.minutes import ConclusionFactory, FindingFactory, ProposalFactory

pytestmark = pytest.mark.django_db
FACTORIES = {"findings": FindingFactory, "proposals": ProposalFactory, "conclusions": ConclusionFactory}


def test_a_proposal_goes_last_with_its_addressees_and_is_amended_by_who_read_it(room: Any) -> None:
    body = {
        "conference": str(room.conference.pk),
        "kind": "petition",
        "text": {"vi": "Thêm biên chế"},
        "addressees": [{"vi": "lãnh đạo Trung tâm"}, {"vi": "lãnh đạo Tổng cục"}],
    }
    made = room.secretary.post("/api/v1/proposals", body)
    assert made.status_code == 201, made.json()
    assert made.json()["order"] == 1
    address = f"/api/v1/proposals/{made.json()['id']}"
    assert room.secretary.patch(address, {"response": {"vi": "Đồng ý"}}).status_code == 428
    answer = room.secretary.patch(address, {"response": {"vi": "Đồng ý"}}, headers={"If-Match": made["ETag"]})
    assert answer.status_code == 200, answer.json()
    assert (
        room.organiser.patch(address, {"response": {"vi": "x"}}, headers={"If-Match": made["ETag"]}).status_code == 412
    )
    assert room.chair.patch(address, {"response": {"vi": "x"}}, headers={"If-Match": "*"}).status_code == 403
    assert room.stranger.get(address).status_code == 404
    listed = room.chair.get(f"/api/v1/proposals?conference={room.conference.pk}").json()["results"]
    assert [row["order"] for row in listed] == [0, 1]
    assert room.secretary.delete(address, headers={"If-Match": answer["ETag"]}).status_code == 204
    assert room.secretary.get(address).status_code == 404


def test_each_body_a_petition_is_addressed_to_answers_once(room: Any) -> None:
    centre, above = (
        {"vi": "lãnh đạo Trung tâm", "en": "the Centre"},
        {"vi": "lãnh đạo Tổng cục", "en": "the Directorate"},
    )
    row = ProposalFactory(conference=room.conference, kind="petition", addressees=[centre, above])
    address = f"/api/v1/proposals/{row.pk}"
    said = {
        "addressee": centre,
        "text": {"vi": "Bổ sung trong quý I", "en": "In the first quarter"},
        "on": "2021-01-20",
    }

    def patch(responses: Any) -> Any:
        return room.secretary.patch(address, {"responses": responses}, headers={"If-Match": "*"})

    assert room.secretary.get(address).json()["unanswered"] == [centre, above]
    for wrong in ([{**said, "addressee": {"vi": "Bộ"}}], [said, said], [{"addressee": centre}], [{**said, "by": 1}]):
        assert patch(wrong).status_code == 400, wrong
    answered = patch([said]).json()
    assert (answered["responses"], answered["unanswered"]) == ([said], [above])
    assert room.secretary.patch(address, {"addressees": [above]}, headers={"If-Match": "*"}).status_code == 400
    row.refresh_from_db()
    (told,) = proposal(row).after
    assert told["text"] == {
        "vi": "Trả lời của lãnh đạo Trung tâm, ngày 20 tháng 01 năm 2021: Bổ sung trong quý I.",
        "en": "Response of the Centre, 20 January 2021: In the first quarter.",
    }


@pytest.mark.parametrize(
    ("path", "change", "field"),
    [
        ("conclusions", {"kind": "task", "due_from": "2021-04-01", "due_to": "2021-03-31"}, "due_to"),
        ("conclusions", {"kind": "wish"}, "kind"),
        ("findings", {"kind": "cause", "text": {"en": "only"}}, "text"),
        ("findings", {"kind": "cause", "speech": "other"}, "speech"),
        ("proposals", {"kind": "proposal", "addressees": [{"fr": "x"}]}, "addressees.0"),
        ("proposals", {"kind": "proposal", "txt": {}}, "txt"),
        ("findings", {"kind": "cause", "order": -1}, "order"),
    ],
)
def test_a_wrong_entry_is_refused_by_field(room: Any, path: str, change: dict[str, Any], field: str) -> None:
    body = {"conference": str(room.conference.pk), "text": {"vi": "Nội dung"}, **change}
    if body.get("speech") == "other":
        body["speech"] = str(SpeechFactory().pk)
    answer = room.secretary.post(f"/api/v1/{path}", body)
    assert answer.status_code == 400, answer.json()
    assert answer.json()["errors"][0]["field"].startswith(field.split(".")[0])


def test_a_deadline_is_kept_as_said_with_the_days_beside_it(room: Any) -> None:
    body = {
        "conference": str(room.conference.pk),
        "kind": "task",
        "text": {"vi": "Rà soát"},
        "deadline_said": {"vi": "đầu quý II"},
        "due_from": "2021-04-01",
        "due_to": "2021-04-30",
    }
    made = room.secretary.post("/api/v1/conclusions", body).json()
    assert (made["deadline_said"], made["due_from"], made["due_to"]) == (
        {"vi": "đầu quý II"},
        "2021-04-01",
        "2021-04-30",
    )


def test_the_record_of_an_archived_conference_is_closed(room: Any) -> None:
    type(room.conference).objects.filter(pk=room.conference.pk).update(state="archived")
    body = {"conference": str(room.conference.pk), "kind": "cause", "text": {"vi": "Mưa bão"}}
    assert room.secretary.post("/api/v1/findings", body).status_code == 409
