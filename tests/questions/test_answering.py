"""What is answered: checked by its version, kept with it, counted, exported, and read by nobody else."""

import csv
import io
from typing import Any

import pytest
from openpyxl import load_workbook
from rest_framework.test import APIClient

from backend.core.clock import now
from backend.invitations import links
from backend.invitations.models import Invitation
from backend.privacy.holdings import Subject, holding_of
from backend.questions import services
from backend.questions.holdings import old_answers
from backend.questions.models import AnswerSheet, Questionnaire
from tests.factories.conferences import ConferenceFactory, SiteFactory
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.factories.people import OrganisationFactory, PersonFactory, account_with
from tests.factories.questions import MEAL, QuestionnaireFactory, question
from tests.factories.registration import RegistrationFactory

pytestmark = pytest.mark.django_db
STAY = question("stay", "yes_no", label={"vi": "Ông/Bà có ở lại qua đêm không?"})
NIGHTS = question("nights", "number", min=1, max=5, required=True, shown_if={"question": "stay", "equals": True})
BUS = question("bus", "choices", options=["di", "ve"])
ALLERGY = question("allergy", "long_text", shown_if={"question": "bus", "contains": "ve"})


@pytest.fixture
def conference() -> Any:
    return ConferenceFactory(announced=True, exact=True, lead=OrganisationFactory())


@pytest.fixture
def questionnaire(conference: Any) -> Questionnaire:
    return QuestionnaireFactory(conference=conference, questions=[MEAL, STAY, NIGHTS, BUS, ALLERGY])


@pytest.fixture
def delegate(conference: Any) -> Any:
    return RegistrationFactory(conference=conference, person=PersonFactory(full_name="Trần Văn An")).person


def client(account: Any) -> APIClient:
    made = APIClient()
    made.force_authenticate(account)
    return made


@pytest.fixture
def organiser(conference: Any) -> APIClient:
    return client(account_with("organiser", organisation=conference.organisers.get().organisation))


def answer(api: APIClient, conference: Any, answers: Any, **said: Any) -> Any:
    body = {"conference": str(conference.pk), "answers": answers, **said}
    return api.post("/api/v1/answer-sheets", body, format="json")


def reasons(response: Any) -> dict[str, str]:
    assert response.status_code == 400, response.content
    return {each["field"].removeprefix("answers."): each["reason"] for each in response.json()["errors"]}


def test_people_answer_for_themselves_and_organisers_for_them(
    organiser: APIClient, conference: Any, questionnaire: Any, delegate: Any
) -> None:
    own = client(account_with(person=delegate))
    made = answer(own, conference, {"meal": "chay", "stay": True, "nights": 2.0, "bus": ["ve", "di"], "allergy": ""})
    assert made.status_code == 201, made.content
    assert made.json()["answers"] == {"meal": "chay", "stay": True, "nights": 2, "bus": ["di", "ve"]}
    assert (made.json()["via"], made.json()["number"], made.json()["newest"]) == ("own", 1, 1)

    changed = answer(organiser, conference, {"meal": "man"}, person=str(delegate.pk))
    assert (changed.json()["id"], changed.json()["via"]) == (made.json()["id"], "staff")
    assert own.get(f"/api/v1/answer-sheets?conference={conference.pk}").json()["results"][0]["answers"] == {
        "meal": "man"
    }


@pytest.mark.parametrize(
    ("given", "key", "said"),
    [
        ({}, "meal", "Cần trả lời"),
        ({"meal": "cá"}, "meal", "lựa chọn"),
        ({"meal": ["chay"]}, "meal", "lựa chọn"),
        ({"meal": "chay", "stay": True}, "nights", "Cần trả lời"),
        ({"meal": "chay", "stay": True, "nights": 6}, "nights", "Nhiều nhất là 5"),
        ({"meal": "chay", "stay": True, "nights": 1.005}, "nights", "thập phân"),
        ({"meal": "chay", "stay": True, "nights": True}, "nights", "một số"),
        ({"meal": "chay", "stay": 1}, "stay", "true"),
        ({"meal": "chay", "nights": 2}, "nights", "không được hỏi"),
        ({"meal": "chay", "bus": ["tau"]}, "bus", "lựa chọn"),
        ({"meal": "chay", "bus": "di"}, "bus", "danh sách"),
        ({"meal": "chay", "shoe": 42}, "shoe", "Không có câu hỏi"),
        ({"meal": "chay", "bus": ["ve"], "allergy": "ok\x08"}, "allergy", "U+0008"),
        ({"meal": "chay", "bus": ["ve"], "allergy": "\u202eok"}, "allergy", "U+202E"),
        ({"meal": "chay", "bus": ["ve"], "allergy": "x" * 2001}, "allergy", "2000"),
        ({"meal": {"a": 1}}, "meal", "lựa chọn"),
        ({"meal": "chay", "stay": True, "nights": 0}, "nights", "Ít nhất là 1"),
        ({"meal": "chay", "bus": ["ve"], "allergy": 5}, "allergy", "Phải là chữ"),
        (["chay"], "answers", "nhiều nhất 60"),
    ],
)
def test_what_is_no_answer_is_refused_by_question_and_reason(
    conference: Any, questionnaire: Any, delegate: Any, given: Any, key: str, said: str
) -> None:
    assert said in reasons(answer(client(account_with(person=delegate)), conference, given))[key]
    assert not AnswerSheet.objects.exists()


def test_dates_are_days_of_this_age(organiser: APIClient, conference: Any, delegate: Any) -> None:
    QuestionnaireFactory(conference=conference, questions=[question("arrival", "date")])
    for given, said in ((20261121, "dạng"), ("21/11/2026", "dạng"), ("2026-13-01", "dạng"), ("1026-11-21", "1912")):
        assert said in reasons(answer(organiser, conference, {"arrival": given}, person=str(delegate.pk)))["arrival"]


def test_nobody_answers_for_nobody_and_nothing_is_answered_afterwards(
    conference: Any, questionnaire: Any, delegate: Any
) -> None:
    host = conference.organisers.get().organisation
    staff, given = client(account_with("organiser", organisation=host, person=None)), {"meal": "chay"}
    assert list(reasons(answer(staff, conference, given))) == ["person"]
    unknown = {"conference": "0190b0e4-0000-7000-8000-000000000000", "answers": given}
    assert list(reasons(staff.post("/api/v1/answer-sheets", unknown, format="json"))) == ["conference"]

    conference.state = "closed"
    conference.save()
    assert answer(staff, conference, given, person=str(delegate.pk)).status_code == 409
    assert not AnswerSheet.objects.exists()


def test_some_are_asked_of_some_only(organiser: APIClient, conference: Any) -> None:
    here, there = SiteFactory(conference=conference), SiteFactory(conference=conference)
    asked = [question("gift", "yes_no", categories=["guest"], required=True)]
    asked += [question("park", "yes_no", sites=[str(here.pk)], required=True)]
    QuestionnaireFactory(conference=conference, questions=asked)
    at_home, away = (RegistrationFactory(conference=conference, site=site).person for site in (here, there))
    guest = RegistrationFactory(conference=conference, category="guest", site=there).person

    assert "gift" in reasons(answer(organiser, conference, {"gift": True, "park": True}, person=str(at_home.pk)))
    assert answer(organiser, conference, {"park": True}, person=str(at_home.pk)).status_code == 201
    assert answer(organiser, conference, {}, person=str(away.pk)).status_code == 201
    assert list(reasons(answer(organiser, conference, {}, person=str(guest.pk)))) == ["gift"]


def test_answers_keep_their_version_and_who_must_answer_again_is_seen(
    organiser: APIClient, conference: Any, questionnaire: Any, delegate: Any
) -> None:
    silent = RegistrationFactory(conference=conference, person=PersonFactory(full_name="Lê Thị Bình")).person
    before = answer(organiser, conference, {"meal": "chay"}, person=str(delegate.pk)).json()
    second = services.publish(
        conference_id=conference.pk,
        follows=1,
        title={"vi": "Mới"},
        intro={},
        questions=[MEAL, question("car", "yes_no", required=True)],
    )

    kept = organiser.get(f"/api/v1/answer-sheets/{before['id']}").json()
    assert (kept["questionnaire"], kept["number"], kept["newest"]) == (str(questionnaire.pk), 1, 2)
    assert organiser.get(f"/api/v1/questionnaires/{second.pk}/owing").json()["people"] == [
        {"person": str(delegate.pk), "person_name": "Trần Văn An", "answered": 1, "missing": ["car"]},
        {"person": str(silent.pk), "person_name": "Lê Thị Bình", "answered": None, "missing": ["meal", "car"]},
    ]
    # A page that was open since before still answers what it showed, and never takes newer answers back.
    assert answer(organiser, conference, {"meal": "man"}, person=str(delegate.pk), number=1).json()["number"] == 1
    newer = answer(organiser, conference, {"meal": "man", "car": False}, person=str(delegate.pk))
    assert newer.json()["number"] == 2
    assert answer(organiser, conference, {"meal": "chay"}, person=str(delegate.pk), number=1).status_code == 409
    assert answer(organiser, conference, {}, person=str(delegate.pk), number=3).status_code == 404


def test_nobody_else_reads_answers(organiser: APIClient, conference: Any, questionnaire: Any, delegate: Any) -> None:
    sheet = answer(organiser, conference, {"meal": "chay"}, person=str(delegate.pk)).json()
    lead = conference.organisers.get().organisation
    for account in (account_with("auditor", organisation=lead), account_with("organiser"), account_with(person=None)):
        seen = client(account).get(f"/api/v1/answer-sheets/{sheet['id']}").status_code
        assert seen == (200 if account.holds_everywhere("organiser") else 404)
    stranger = client(account_with(person=PersonFactory()))
    assert answer(stranger, conference, {"meal": "chay"}, person=str(delegate.pk)).status_code == 403
    assert "person" in reasons(answer(stranger, conference, {"meal": "chay"}))
    assert stranger.get(f"/api/v1/questionnaires/{questionnaire.pk}/export").status_code == 403


def test_counts_and_tables_are_of_those_who_come(
    organiser: APIClient, conference: Any, questionnaire: Any, delegate: Any
) -> None:
    gone, other = RegistrationFactory(conference=conference), RegistrationFactory(conference=conference)
    everything = {"meal": "chay", "stay": True, "nights": 2, "bus": ["di", "ve"], "allergy": '=HYPERLINK("x")\n-1'}
    answer(organiser, conference, everything, person=str(delegate.pk))
    answer(organiser, conference, {"meal": "chay"}, person=str(gone.person_id))
    answer(
        organiser, conference, {"meal": "man", "stay": True, "nights": 3, "bus": ["ve"]}, person=str(other.person_id)
    )
    gone.state = "cancelled"
    type(gone).objects.filter(pk=gone.pk).update(state="cancelled")

    summary = organiser.get(f"/api/v1/questionnaires/{questionnaire.pk}/summary").json()
    counted = {each["key"]: each for each in summary["questions"]}
    assert (summary["answered"], summary["never_answered"], summary["to_answer_again"]) == (2, 0, 0)
    assert [(each["value"], each["count"]) for each in counted["meal"]["tally"]] == [("chay", 1), ("man", 1)]
    assert [(each["value"], each["count"]) for each in counted["bus"]["tally"]] == [("di", 1), ("ve", 2)]
    assert (counted["nights"]["total"], counted["nights"]["least"], counted["nights"]["greatest"]) == (5, 2, 3)
    assert [each["count"] for each in counted["stay"]["tally"]] == [2, 0]
    assert (counted["allergy"]["answered"], counted["allergy"]["tally"]) == (1, [])

    address = f"/api/v1/questionnaires/{questionnaire.pk}/export"
    sheet = load_workbook(io.BytesIO(organiser.get(address).content)).worksheets[0]
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row}
    formula = cells['=HYPERLINK("x")\n-1']
    assert (formula.data_type, formula.quotePrefix) == ("s", True)
    text = organiser.get(f"{address}?format=csv").content
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    assert rows[0][:3] == ["Họ và tên", "Đơn vị", "Trả lời bản số"]
    mine = next(row for row in rows if row[0] == "Trần Văn An")
    assert mine[3:] == ["Chay", "Có", "2", "Di; Ve", '\'=HYPERLINK("x")\n-1']
    assert organiser.get(f"{address}?format=pdf").status_code == 400


# The reply page


@pytest.fixture
def invitation(conference: Any) -> Invitation:
    made: Invitation = InvitationFactory(
        list=InvitationListFactory(conference=conference, category="delegate"), sent=True, person=PersonFactory()
    )
    return made


def page(invitation: Invitation) -> str:
    return f"/r/{links.sign(invitation.pk, invitation.link_round)}"


def test_the_reply_page_asks_and_keeps_both_or_neither(client: Any, questionnaire: Any, invitation: Invitation) -> None:
    shown = client.get(page(invitation)).content.decode()
    assert 'name="q.meal"' in shown
    assert "Chỉ trả lời nếu câu “Ông/Bà có ở lại qua đêm không?” là “Có”." in shown
    assert "form:not(:has(#q-stay-yes:checked)) #ask-nights{display:none}" in shown

    sent = {"answer": "accepted", "questionnaire": "1", "q.stay": "yes", "q.nights": "ba", "note": "Cảm ơn"}
    refused = client.post(page(invitation), sent)
    said = refused.content.decode()
    assert (refused.status_code, said.count("Cần trả lời câu này.")) == (400, 1)
    assert "Phải là một số." in said
    assert 'value="ba"' in said
    assert "Cảm ơn" in said
    invitation.refresh_from_db()
    assert (invitation.state, AnswerSheet.objects.count()) == ("sent", 0)

    kept = client.post(
        page(invitation), {**sent, "q.meal": "chay", "q.nights": "1,5", "q.bus": ["di"], "q.allergy": "?"}
    )
    assert kept.status_code == 200
    sheet = AnswerSheet.objects.get()
    assert sheet.answers == {"meal": "chay", "stay": True, "nights": 1.5, "bus": ["di"]}
    assert (sheet.via, sheet.person_id) == ("reply", invitation.person_id)
    assert 'id="q-meal-chay" value="chay" checked' in kept.content.decode()


def test_who_declines_is_asked_nothing(client: Any, questionnaire: Any, invitation: Invitation) -> None:
    answered = client.post(page(invitation), {"answer": "declined", "questionnaire": "1"})
    assert (answered.status_code, AnswerSheet.objects.exists()) == (200, False)


def test_programs_answer_by_the_link_too(questionnaire: Any, invitation: Invitation) -> None:
    api, address = APIClient(), f"/api/v1/replies/{links.sign(invitation.pk, 0)}"
    opened = api.get(address).json()
    assert (opened["questionnaire"]["number"], opened["answers"]) == (1, {})
    wrong = api.post(address, {"answer": "accepted", "answers": {"meal": "?"}, "number": 1}, format="json")
    assert "meal" in reasons(wrong)
    invitation.refresh_from_db()
    assert invitation.state == "sent"
    done = api.post(address, {"answer": "accepted", "answers": {"meal": "man"}}, format="json")
    assert (done.status_code, done.json()["answers"]) == (200, {"meal": "man"})
    assert api.post(address, {"answer": "accepted"}, format="json").status_code == 200  # what was answered stays
    assert AnswerSheet.objects.get().answers == {"meal": "man"}


def test_everything_about_a_person_can_be_read_and_forgotten(
    organiser: APIClient, conference: Any, delegate: Any
) -> None:
    QuestionnaireFactory(conference=conference)
    answer(organiser, conference, {"meal": "chay"}, person=str(delegate.pk))
    known = holding_of(AnswerSheet)
    assert known is not None
    subject = Subject(person_id=delegate.pk, name=delegate.full_name, addresses=frozenset(), phones=frozenset())
    assert [row["answers"] for row in known.rows(subject)] == [{"Câu meal?": "Chay"}]
    assert not old_answers(now(), frozenset()).exists()  # the conference is to come
    type(conference).objects.filter(pk=conference.pk).update(state="closed")
    assert old_answers(now(), frozenset()).count() == 1
    assert not old_answers(now(), frozenset({conference.pk})).exists()
    assert known.forget(subject).rows == 1
    assert not AnswerSheet.objects.exists()
