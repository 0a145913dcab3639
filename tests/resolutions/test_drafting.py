"""Polls and elections while they are prepared: what can be corrected, and what is refused by name."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from backend.resolutions import services
from backend.resolutions.models import Candidate, Poll, Teller
from tests.factories.people import PersonFactory
from tests.factories.resolutions import PollFactory, committee
from tests.resolutions.test_elections import RULE, Hall
from tests.resolutions.test_secret_polls import API

pytestmark = pytest.mark.django_db


def field_of(answer: Any) -> str:
    assert answer.status_code == 400, answer.data
    return str(answer.data["errors"][0]["field"])


def test_a_draft_is_corrected_until_it_opens() -> None:
    hall = Hall(3)
    poll: Poll = PollFactory(resolution__conference=hall.conference, secrecy="secret")
    words, at = committee(poll), f"{API}polls/{poll.pk}"

    def patch(body: dict[str, Any], match: str = "*", api: Any = hall.secretary) -> Any:
        return api.patch(at, body, HTTP_IF_MATCH=match)

    assert hall.secretary.patch(at, {"question": {"vi": "Khác?"}}).status_code == 428
    assert patch({"question": {"vi": "Khác?"}}, api=hall.chair).status_code == 403
    read = hall.secretary.get(at)
    first = patch({"question": {"vi": "Thông qua Nghị quyết?"}, "closes_at": "2031-01-01T08:00:00Z"}, read["ETag"])
    assert (first.status_code, first.data["question"]) == (200, {"vi": "Thông qua Nghị quyết?"})
    assert patch({"members": 9}, read["ETag"]).status_code == 412, "somebody else was here"
    assert Teller.objects.exclude(tested_at=None).count() == len(words), "keys that fit stay"
    changed = patch({"rule": "party_majority", "members": 9, "voting_categories": ["staff", "delegate"]})
    assert changed.data["rule"]["all_of"] == [{"share": "1/2", "cmp": ">", "base": "members"}]
    assert changed.data["closes_at"] == first.data["closes_at"], "what is not sent stays"
    for body, field in (
        ({"members": None}, "members"),
        ({"channels": ["hands"]}, "channels"),
        ({"rule": "trade_union_election"}, "rule"),
        ({"rule": {"all_of": []}}, "rule"),
        ({"weights": [{"category": "staff", "weight": 2}]}, "splitting"),
        ({"secrecy": "named", "receipt": "tracker"}, "receipt"),
        ({"ballot": {"kind": "ranked"}}, "ballot"),
        ({"voting_categories": ["guest"]}, "voting_categories"),
        ({"resolution": str(poll.resolution_id)}, "resolution"),
    ):
        assert field_of(patch(body)) == field
    on_paper = patch({"channels": ["paper"]})
    assert on_paper.status_code == 200
    assert set(poll.tellers.values_list("public_key", "tested_at")) == {("", None)}, "keys to nothing"
    assert patch({"secrecy": "named", "channels": ["devices"], "closes_at": None}).status_code == 200
    assert not poll.tellers.exists(), "nothing for tellers to count"
    assert patch({"rule": RULE, "members": None}).status_code == 200
    opened = hall.chair.post(f"{at}/open", {})
    assert opened.status_code == 200, opened.data
    poll.refresh_from_db()
    assert (poll.config["question"], poll.config["rule"]["all_of"]) == (first.data["question"], RULE["all_of"])
    late = patch({"question": {"vi": "Bác bỏ?"}})
    assert (late.status_code, "đứng như khi mở" in late.data["detail"]) == (409, True)


def test_a_round_of_an_election_is_corrected_with_its_paper() -> None:
    hall = Hall(2)
    poll = hall.round(hall.election("ABC", 2))
    at = f"{API}polls/{poll.pk}"
    edit = {"HTTP_IF_MATCH": "*"}
    assert field_of(hall.secretary.patch(at, {"ballot": {"kind": "approval", "max": 4}}, **edit)) == "ballot.max"
    assert field_of(hall.secretary.patch(at, {"ballot": {"kind": "ranked"}}, **edit)) == "rule", (
        "the rule has thresholds"
    )
    ranked = {"ballot": {"kind": "ranked"}, "rule": "count_of_preferences"}
    assert hall.secretary.patch(at, ranked, **edit).data["method"] == {"kind": "ranked"}
    assert field_of(hall.secretary.patch(at, {"channels": ["hands"]}, **edit)) == "channels"
    assert hall.opened(poll).method["counting"] == "scottish_stv"


def test_ready_made_rules_are_for_texts_or_for_elections() -> None:
    hall = Hall(1)
    election = hall.election("AB", 1)
    asked = {"question": {"vi": "Bầu ai?"}, "voting_categories": ["staff"]}
    wrong = hall.secretary.post(f"{API}polls", {**asked, "election": election, "rule": "staff_conference"})
    assert field_of(wrong) == "rule"
    assert "party_election" in str(wrong.data)
    assert "peoples_council_majority" not in str(wrong.data)
    text = str(PollFactory(resolution__conference=hall.conference).resolution_id)
    for name in ("trade_union_election", "count_of_preferences", "unheard_of"):
        assert field_of(hall.secretary.post(f"{API}polls", {**asked, "resolution": text, "rule": name})) == "rule"
    assert hall.round(election, rule="association_election").rule["all_of"][0]["base"] == "valid"


def test_a_poll_is_replaced_once() -> None:
    hall = Hall(2)
    poll: Poll = PollFactory(resolution__conference=hall.conference)
    body = {
        "resolution": str(poll.resolution_id),
        "question": {"vi": "Thông qua?"},
        "rule": "staff_conference",
        "voting_categories": ["staff"],
        "replaces": str(poll.pk),
    }
    assert hall.secretary.post(f"{API}polls", body).status_code == 409
    hall.opened(poll)
    services.annul(poll_id=poll.pk, reason={"vi": "Phát nhầm phiếu"})
    again = hall.secretary.post(f"{API}polls", body)
    assert (again.status_code, again.data["round"]) == (201, 2)
    refused = hall.secretary.post(f"{API}polls", body)
    assert (refused.status_code, refused.data["reason"]) == (409, "replaced")
    assert "lần 2" in refused.data["detail"]


def test_namesakes_stand_where_something_beside_the_name_tells_them_apart() -> None:
    hall = Hall(1)
    known = PersonFactory(full_name="Lê Thị Hoa")

    def listed(*candidates: dict[str, Any]) -> Any:
        body = {"conference": str(hall.conference.pk), "title": {"vi": "Bầu"}, "places": 1, "candidates": candidates}
        return hall.secretary.post(f"{API}elections", body)

    one, two = {"name": "Lê Thị Hoa"}, {"name": "lê  thị hoa"}
    assert field_of(listed(one, two)) == "candidates.1.about"
    assert field_of(listed(one, {"person": str(known.pk)})) == "candidates.1.about", (
        "the paper shows no more of a person"
    )
    only = {"name": "Lê Thị Hoa", "about": {"vi": "Sinh năm 1980"}}
    assert (
        field_of(listed(only, {**only, "about": {"vi": "sinh năm 1980", "en": "Born in 1982"}})) == "candidates.1.about"
    )
    made = listed(one, only, {"name": "Lê Thị Hòa"})
    assert made.status_code == 201, made.data
    at = f"{API}elections/{made.data['id']}"
    assert field_of(hall.secretary.patch(at, {"candidates": [one, one]}, HTTP_IF_MATCH="*")) == "candidates.1.about"
    twin = {"election_id": made.data["id"], "number": 9, "name": "LÊ THỊ HOA", "about": {}}
    with pytest.raises(IntegrityError, match="candidates_are_told_apart"), transaction.atomic():
        Candidate.objects.create(**twin)
    with connection.cursor() as cursor:  # without the guard it is kept
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DROP INDEX candidates_are_told_apart")
    Candidate.objects.create(**twin)
