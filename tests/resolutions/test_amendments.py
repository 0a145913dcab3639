"""From the first supporter of a draft to the merged text, through the API."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from backend.core.errors import constraint_of
from backend.minutes.drafting import decisions
from backend.resolutions import services
from backend.resolutions.models import Amendment, Backing, Poll, Resolution, TextVersion
from tests.factories.people import OrganisationFactory, PersonFactory
from tests.factories.registration import RegistrationFactory
from tests.resolutions.test_texts import API, CLAUSES, PREAMBLE, TITLE, room, signed_in

__all__ = ["room"]
AMENDMENTS = "/api/v1/amendments"


@pytest.fixture
def hall(room: SimpleNamespace) -> SimpleNamespace:
    """The room with three delegates of two units, and a guest."""
    units = OrganisationFactory.create_batch(2)
    room.delegates = [
        RegistrationFactory(conference=room.conference, category="delegate", person=PersonFactory(organisation=unit))
        for unit in (units[0], units[0], units[1])
    ]
    room.people = [row.person for row in room.delegates]
    room.by = [signed_in(person) for person in room.people]
    guest = RegistrationFactory(conference=room.conference, category="guest")
    room.guest = signed_in(guest.person)
    return room


def ask(hall: SimpleNamespace, **values: Any) -> None:
    body = {"conference": str(hall.conference.pk), **values}
    assert hall.secretary.post("/api/v1/procedures", body, format="json").status_code == 201


def drafted(hall: SimpleNamespace) -> str:
    body = {"conference": str(hall.conference.pk), "title": TITLE, "preamble": PREAMBLE, "clauses": CLAUSES}
    return f"{API}/{hall.secretary.post(API, body, format='json').json()['id']}"


def tabled(hall: SimpleNamespace) -> str:
    address = drafted(hall)
    assert hall.secretary.post(f"{address}/table").status_code == 200
    return address


def ids(hall: SimpleNamespace, address: str) -> dict[str, str]:
    """The ids of the clauses by how they are cited."""
    found: dict[str, str] = {}

    def look(clauses: Any) -> None:
        for one in clauses:
            found[one["label"]["vi"]] = one["id"]
            look(one.get("clauses", []))

    said = hall.secretary.get(address).json()
    look(said["preamble"] + said["clauses"])
    return found


def moved(
    hall: SimpleNamespace, address: str, kind: str, target: str, text: str = "", *, by: int = 0, **clause: Any
) -> Any:
    body: dict[str, Any] = {"resolution": address.rsplit("/", 1)[1], "kind": kind, "target": target}
    if text:
        body["clause"] = {"text": {"vi": text}, **clause}
    return hall.by[by].post(AMENDMENTS, body, format="json")


def submitted(hall: SimpleNamespace, address: str, *what: Any, **more: Any) -> str:
    made = moved(hall, address, *what, **more)
    assert made.status_code == 201, made.json()
    one = f"{AMENDMENTS}/{made.json()['id']}"
    assert hall.by[more.get("by", 0)].post(f"{one}/submit").status_code == 200
    return one


# Support


def test_a_text_is_tabled_when_enough_stand_behind_it(hall: SimpleNamespace) -> None:
    ask(hall, resolution_support=2)
    address = drafted(hall)
    assert hall.by[0].get(address).status_code == 404, "a draft is for those who prepare it"
    assert hall.secretary.post(f"{address}/share", {}, format="json").status_code == 200
    assert hall.by[0].post(f"{address}/back", {"role": "sponsor"}, format="json").json()["missing"] == 1
    assert hall.by[0].post(f"{address}/back", {}, format="json").status_code == 409, "once"
    assert hall.guest.post(f"{address}/back", {}, format="json").status_code == 403
    refused = hall.secretary.post(f"{address}/table", headers={"Accept-Language": "vi"})
    assert (refused.status_code, refused.json()["missing"]) == (409, 1)
    assert refused.json()["detail"] == "Còn thiếu 1 người ủng hộ: cần 2, mới có 1."
    for person in hall.people[1:]:
        speaks_for_others = {"person": str(person.pk)}
        assert hall.by[0].post(f"{address}/back", speaks_for_others, format="json").status_code == 403
    hall.by[1].post(f"{address}/back", {}, format="json")
    assert hall.by[1].post(f"{address}/take-back", {}, format="json").json()["given"] == 1
    assert hall.by[1].post(f"{address}/take-back", {}, format="json").status_code == 404
    hall.secretary.post(f"{address}/back", {"person": str(hall.people[2].pk)}, format="json")
    assert hall.secretary.post(f"{address}/table").status_code == 200
    assert hall.by[0].post(f"{address}/take-back", {}, format="json").status_code == 409
    assert hall.by[1].post(f"{address}/back", {}, format="json").status_code == 409
    told = hall.by[0].get(f"{address}/support").json()
    assert (told["given"], [bool(one["taken_back_at"]) for one in told["backings"]]) == (2, [False, True, False])


def test_a_tabled_text_stands_and_support_is_for_the_words(hall: SimpleNamespace) -> None:
    ask(hall, resolution_support=2)
    address, other = drafted(hall), {"clauses": [{"text": {"vi": "Bãi bỏ mọi phụ cấp."}}]}
    hall.secretary.post(f"{address}/share", {}, format="json")
    for api in hall.by[:2]:
        api.post(f"{address}/back", {"role": "sponsor"}, format="json")
    first = hall.secretary.get(address).json()["text_hash"]
    assert hall.secretary.patch(address, other, format="json").status_code == 200
    told = hall.by[0].get(f"{address}/support").json()
    assert (told["given"], told["missing"]) == (0, 2), "nobody stands behind these words"
    assert [(one["former_words"], one["text_hash"]) for one in told["backings"]] == [(True, first)] * 2
    assert hall.secretary.post(f"{address}/table").json()["missing"] == 2
    for api in hall.by[:2]:
        assert api.post(f"{address}/back", {}, format="json").status_code == 200
    assert hall.by[0].post(f"{address}/back", {}, format="json").status_code == 409, "once for the same words"
    tabled = hall.secretary.post(f"{address}/table").json()
    assert (tabled["state"], tabled["untabled"]) == ("tabled", [])

    for change in ({"title": {"vi": "Khác"}}, {"clauses": CLAUSES}, {"preamble": []}, {"support_needed": 0}):
        refused = hall.secretary.patch(address, change, format="json")
        assert (refused.status_code, refused.json()["reason"]) == (409, "tabled"), change
    assert hall.secretary.patch(address, {"agenda_item": None}, format="json").status_code == 200
    why = {"why": {"vi": "Trình nhầm bản"}}
    assert hall.by[0].post(f"{address}/untable", why, format="json").status_code == 403
    assert hall.secretary.post(f"{address}/untable", {}, format="json").status_code == 400, "why?"
    one = submitted(hall, address, "delete", tabled["clauses"][0]["id"])
    assert hall.secretary.post(f"{address}/untable", why, format="json").json()["reason"] == "amended"
    hall.by[0].post(f"{one}/withdraw")
    again = hall.secretary.post(f"{address}/untable", why, format="json").json()
    (said,) = again["untabled"]
    assert (again["state"], said["why"], said["text_hash"]) == ("draft", why["why"], tabled["text_hash"])
    assert hall.by[2].get(address).status_code == 200, "what people have read they go on reading"
    assert hall.by[0].get(f"{address}/support").json()["given"] == 2, "for the very same words"
    hall.secretary.patch(address, {"title": {"vi": "Khác"}}, format="json")
    assert hall.secretary.post(f"{address}/table").json()["missing"] == 2
    assert TextVersion.objects.count() == 3


def test_organisations_count_where_the_conference_says_so(hall: SimpleNamespace) -> None:
    ask(hall, resolution_support=3, support_by="organisations")
    address = drafted(hall)
    hall.secretary.post(f"{address}/share", {}, format="json")
    given = [api.post(f"{address}/back", {}, format="json").json()["given"] for api in hall.by]
    assert given == [1, 1, 2]
    bloc = {"organisation": str(OrganisationFactory().pk), "role": "sponsor"}
    assert hall.secretary.post(f"{address}/back", bloc, format="json").json()["missing"] == 0
    assert hall.secretary.post(f"{address}/back", {"organisation": bloc["role"]}, format="json").status_code == 400
    assert hall.secretary.patch(address, {"support_needed": 4}, format="json").status_code == 200
    assert hall.secretary.post(f"{address}/table").json()["missing"] == 1
    hall.secretary.post(f"{address}/take-back", {"organisation": bloc["organisation"]}, format="json")
    assert Backing.objects.filter(taken_back_at=None).count() == 3


def test_support_is_never_struck_even_in_sql(hall: SimpleNamespace) -> None:
    address = drafted(hall)
    hall.secretary.post(f"{address}/back", {"person": str(hall.people[0].pk)}, format="json")
    for change in ({"role": "sponsor"}, {"person": hall.people[1]}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Backing.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        given = {name: getattr(Backing.objects.get(), name) for name in ("resolution", "text_hash", "role", "person")}
        Backing.objects.create(**given)
    with pytest.raises(IntegrityError), transaction.atomic():
        Backing.objects.create(role="supporter", person=hall.people[0])


# Amendments


def test_amendments_are_moved_ordered_decided_and_merged(hall: SimpleNamespace) -> None:
    ask(hall, amendment_support=1)
    address = tabled(hall)
    at = ids(hall, address)
    assert moved(hall, address, "delete", "không có").status_code == 400
    assert moved(hall, address, "replace", at["Điều 2"]).status_code == 400
    reworded = moved(hall, address, "replace", at["Điều 2"], "Giám đốc và Công đoàn tổ chức thực hiện").json()
    assert reworded["does"] == {"vi": "thay thế Điều 2", "en": "replaces Article 2"}
    one = f"{AMENDMENTS}/{reworded['id']}"
    assert hall.by[0].post(f"{one}/submit").json()["missing"] == 1
    hall.by[1].post(f"{one}/back", {}, format="json")
    assert hall.by[1].post(f"{one}/submit").status_code == 403, "it is another's"
    assert hall.by[0].post(f"{one}/submit").status_code == 200
    ask(hall, amendment_support=0)
    two = submitted(hall, address, "delete", at["Điều 2"], by=1)
    three = submitted(hall, address, "insert_after", at["khoản 2 Điều 1"], "Về quan hệ.", by=2)
    four = submitted(hall, address, "delete", at["điểm a khoản 1 Điều 1"])

    told = hall.by[0].get(f"{address}/amending").json()
    assert [each["number"] for each in told["order"]] == [4, 3, 2, 1]
    assert told["conflicts"] == [{"one": 1, "other": 2, "reason": "deleted", "exclusive": True}]
    chairs = {"amendments": [one.rsplit("/", 1)[1]], "reason": {"vi": "Có tính quyết định"}}
    assert hall.by[0].post(f"{address}/reorder", chairs, format="json").status_code == 403
    assert hall.gavel.post(f"{address}/reorder", chairs, format="json").status_code == 200
    told = hall.by[0].get(f"{address}/amending").json()
    assert ([each["number"] for each in told["order"]], told["reason"]) == ([1, 4, 3, 2], chairs["reason"])
    twice = {**chairs, "amendments": chairs["amendments"] * 2}
    assert hall.gavel.post(f"{address}/reorder", twice, format="json").status_code == 400

    assert hall.secretary.patch(address, {"title": {"vi": "Khác"}}, format="json").status_code == 409
    assert hall.gavel.post(f"{address}/agree", {"objections_asked": True}, format="json").json()["reason"] == "pending"
    assert hall.gavel.post(f"{address}/merge").json()["reason"] == "pending"
    assert hall.gavel.post(f"{one}/decide", {"adopted": True}, format="json").status_code == 400, "how?"
    early = {"adopted": False, "decided_how": {"vi": "Giơ tay"}}
    refused = hall.gavel.post(f"{three}/decide", early, format="json", headers={"Accept-Language": "vi"})
    assert (refused.status_code, refused.json()["reason"]) == (409, "order")
    assert refused.json()["first"] == [each.rsplit("/", 1)[1] for each in (one, four)]
    assert "Biểu quyết trước: sửa đổi số 1, 4." in refused.json()["detail"]
    early_poll = put_to_a_poll(hall, address, two)
    opened = hall.gavel.post(f"/api/v1/polls/{early_poll}/open", {"override_reason": "thử"}, format="json")
    assert (opened.status_code, opened.json()["reason"]) == (409, "order")
    assert hall.secretary.post(f"{two}/accept").json()["first"] == [one.rsplit("/", 1)[1]], "it would fall unheard"
    assert (
        hall.by[0].post(f"{one}/decide", {"adopted": True, "objections_asked": True}, format="json").status_code == 403
    )
    adopted = hall.gavel.post(f"{one}/decide", {"adopted": True, "objections_asked": True}, format="json").json()
    assert (adopted["state"], adopted["moves"]) == ("adopted", [])
    fallen = hall.by[1].get(two).json()
    assert (fallen["state"], fallen["fell_to"]) == ("fallen", reworded["id"])
    assert moved_and_refused(hall, address, at)
    assert hall.by[0].post(f"{three}/accept").status_code == 403, "not a sponsor of the text"
    assert hall.secretary.post(f"{three}/accept").json()["state"] == "accepted"
    rejected = {"adopted": False, "decided_how": {"vi": "Đa số không tán thành"}}
    assert hall.gavel.post(f"{four}/decide", rejected, format="json").json()["state"] == "rejected"
    assert hall.gavel.post(f"{address}/agree", {"objections_asked": True}, format="json").json()["reason"] == "unmerged"

    merged = hall.gavel.post(f"{address}/merge").json()
    version = TextVersion.objects.get(number=2)
    assert (version.source, version.amendments, version.hash) == ("merged", [1, 3], merged["text_hash"])
    assert [one["text"]["vi"] for one in merged["clauses"][0]["clauses"]][-1] == "Về quan hệ."
    assert merged["clauses"][1]["id"] == at["Điều 2"]
    assert hall.gavel.post(f"{address}/merge").status_code == 409, "nothing is left to merge"
    assert hall.gavel.post(f"{address}/agree", {"objections_asked": True}, format="json").status_code == 200
    lines = [block["text"]["vi"] for block in decisions.blocks(hall.conference)]
    assert "Sửa đổi số 1 (thay thế Điều 2): được thông qua." in lines
    assert "Sửa đổi số 2 (bãi bỏ Điều 2): không còn đối tượng." in lines
    assert "Sửa đổi số 3 (bổ sung vào sau khoản 2 Điều 1): được bên trình tiếp thu." in lines
    assert "Đa số không tán thành." in lines


def moved_and_refused(hall: SimpleNamespace, address: str, at: dict[str, str]) -> bool:
    """What conflicts with an amendment that was carried is not put forward any more."""
    late = moved(hall, address, "delete", at["Điều 2"]).json()["id"]
    answer = hall.by[0].post(f"{AMENDMENTS}/{late}/submit", headers={"Accept-Language": "en"})
    withdrawn = hall.by[0].post(f"{AMENDMENTS}/{late}/withdraw").json()["state"]
    return (answer.status_code, withdrawn) == (409, "withdrawn") and "amendment 1" in answer.json()["detail"]


def test_a_sponsor_of_the_text_accepts_and_a_whole_article_is_replaced(hall: SimpleNamespace) -> None:
    address = drafted(hall)
    hall.secretary.post(f"{address}/share", {}, format="json")
    hall.by[2].post(f"{address}/back", {"role": "sponsor"}, format="json")
    hall.secretary.post(f"{address}/table")
    at = ids(hall, address)
    kept = {"id": at["khoản 2 Điều 1"], "text": {"vi": "Về thiết bị, hạ tầng."}}
    deep = {"text": {"vi": "x"}, "clauses": [{"text": {"vi": "y"}}]}
    too_deep = moved(hall, address, "insert_after", at["điểm a khoản 1 Điều 1"], "x", clauses=[deep])
    assert (too_deep.status_code, too_deep.json()["errors"][0]["field"]) == (400, "clause")
    strange = moved(hall, address, "replace", at["Điều 1"], "Kế hoạch:", clauses=[{"id": "lạ", "text": {"vi": "x"}}])
    assert strange.status_code == 400
    one = submitted(hall, address, "replace", at["Điều 1"], "Kế hoạch:", clauses=[kept, {"text": {"vi": "Về vốn."}}])
    assert hall.by[2].post(f"{one}/accept").status_code == 200
    said = hall.gavel.post(f"{address}/merge").json()["clauses"][0]
    assert [below["id"] for below in said["clauses"]][:1] == [kept["id"]]
    assert (said["id"], len(said["clauses"])) == (at["Điều 1"], 2)


def test_an_amendment_is_decided_by_a_poll_and_nothing_changes_meanwhile(hall: SimpleNamespace) -> None:
    address = tabled(hall)
    at = ids(hall, address)
    one, other = (
        submitted(hall, address, "replace", at["Điều 2"], text) for text in ("Công đoàn thực hiện", "Ai cũng thực hiện")
    )
    first = {"amendments": [one.rsplit("/", 1)[1]], "reason": {"vi": "Trình trước"}}
    assert hall.gavel.post(f"{address}/reorder", first, format="json").status_code == 200
    poll = put_to_a_poll(hall, address, one)
    text_poll = services.draft_poll(
        resolution=Resolution.objects.get(), question=TITLE, rule="simple_majority", voting_categories=["delegate"]
    )
    assert hall.gavel.post(f"/api/v1/polls/{text_poll.pk}/open", {}, format="json").status_code == 409
    said = hall.gavel.post(f"/api/v1/polls/{poll}/open", {"override_reason": "thử"}, format="json")
    assert said.status_code == 200, said.json()
    text_hash = hall.secretary.get(address).json()["text_hash"]
    assert (len(said.json()["text_hash"]), said.json()["text_hash"] != text_hash) == (64, True)
    for verb in (f"{one}/withdraw", f"{other}/withdraw", f"{address}/merge", f"{address}/withdraw"):
        assert hall.secretary.post(verb).status_code == 409, verb
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Amendment.objects.filter(pk=one.rsplit("/", 1)[1]).update(state="withdrawn")
    assert constraint_of(refused.value) == "amendments_stand_in_the_vote"
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Poll.objects.filter(pk=poll).update(amendment=None)
    assert constraint_of(refused.value) == "poll_stands"
    for person in hall.people:
        services.cast(poll_id=poll, person_id=person.pk, choice="yes")
    for step in (services.seal, services.count, services.declare):
        step(poll_id=poll)
    assert [hall.by[0].get(each).json()["state"] for each in (one, other)] == ["adopted", "fallen"]
    assert hall.secretary.get(address).json()["state"] == "tabled", "the text itself is still to be decided"
    assert hall.gavel.post(f"/api/v1/polls/{poll}/annul", {"reason": TITLE}, format="json").status_code == 409
    assert (
        hall.gavel.post(f"/api/v1/polls/{text_poll.pk}/open", {"override_reason": "thử"}, format="json").status_code
        == 409
    )
    assert hall.gavel.post(f"{address}/merge").status_code == 200
    opened = hall.gavel.post(f"/api/v1/polls/{text_poll.pk}/open", {"override_reason": "thử"}, format="json")
    assert opened.json()["text_hash"] == TextVersion.objects.get(number=2).hash
    proof = [block["text"]["vi"] for block in decisions.blocks(hall.conference)]
    assert any(line.startswith("Sửa đổi số 1") for line in proof)


def put_to_a_poll(hall: SimpleNamespace, address: str, amendment: str) -> Any:
    body = {
        "resolution": address.rsplit("/", 1)[1],
        "amendment": amendment.rsplit("/", 1)[1],
        "question": TITLE,
        "rule": "simple_majority",
        "voting_categories": ["delegate"],
    }
    made = hall.secretary.post("/api/v1/polls", body, format="json")
    assert made.status_code == 201, made.json()
    return Poll.objects.get(pk=made.json()["id"]).pk


def test_what_an_amendment_says_and_became_never_changes_even_in_sql(hall: SimpleNamespace) -> None:
    address = tabled(hall)
    one = submitted(hall, address, "delete", ids(hall, address)["Điều 2"])
    for change in ({"content": {}}, {"target": "x"}, {"merged_in": 2}, {"number": 7}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Amendment.objects.update(**change)
    hall.secretary.post(f"{one}/accept")
    for change in ({"state": "rejected"}, {"decided_how": {"vi": "khác"}}, {"decided_at": None}):
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            Amendment.objects.update(**change)
        assert constraint_of(refused.value) == "amendments_stand"


def test_amendments_do_not_leave_a_text_without_a_clause(hall: SimpleNamespace) -> None:
    address = tabled(hall)
    at = ids(hall, address)
    for where in ("Điều 1", "Điều 2"):
        one = submitted(hall, address, "delete", at[where])
        assert hall.secretary.post(f"{one}/accept").status_code == 200
    refused = hall.gavel.post(f"{address}/merge", headers={"Accept-Language": "vi"})
    assert (refused.status_code, refused.json()["reason"]) == (409, "empty")
    assert "không còn Điều nào" in refused.json()["detail"]
    assert TextVersion.objects.count() == 1


# Comments


def test_those_who_take_part_comment_on_clauses_in_time_and_are_answered(hall: SimpleNamespace) -> None:
    address = drafted(hall)
    body = {"resolution": address.rsplit("/", 1)[1], "text": "Nên rõ thời hạn."}
    assert hall.by[0].post("/api/v1/comments", body, format="json").status_code == 404
    hall.secretary.post(f"{address}/share", {}, format="json")
    assert hall.by[0].post("/api/v1/comments", body, format="json").status_code == 409
    until = {"comments_until": "2100-01-01T00:00:00+07:00"}
    assert hall.secretary.post(f"{address}/share", until, format="json").status_code == 200
    on = {**body, "clause": ids(hall, address)["khoản 1 Điều 1"]}
    made = hall.by[0].post("/api/v1/comments", on, format="json")
    assert made.status_code == 201, made.json()
    assert hall.by[0].post("/api/v1/comments", {**body, "clause": "lạ"}, format="json").status_code == 400
    one = f"/api/v1/comments/{made.json()['id']}"
    answer = {"response": {"vi": "Tiếp thu, bổ sung quý I."}}
    assert hall.by[1].post(f"{one}/respond", answer, format="json").status_code == 403
    assert hall.secretary.post(f"{one}/respond", answer, format="json").json()["response"] == answer["response"]
    again = hall.secretary.post(f"{one}/respond", {"response": {"vi": "Không tiếp thu."}}, format="json")
    assert (again.status_code, again.json()["reason"]) == (409, "answered")
    assert hall.by[0].get(one).json()["response"] == answer["response"]
    assert hall.by[1].get(one).json()["text_hash"] == hall.secretary.get(address).json()["text_hash"]
    assert signed_in(PersonFactory()).get(one).status_code == 404
    hall.secretary.post(f"{address}/share", {"comments_until": "2020-01-01T00:00:00+07:00"}, format="json")
    assert hall.by[0].post("/api/v1/comments", on, format="json").status_code == 409
