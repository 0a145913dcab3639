"""What is asked: published version by version, refused with a reason, never changed afterwards."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from rest_framework.test import APIClient

from backend.outbox.models import Event
from backend.questions.composing import MOST_BOXES
from backend.questions.models import Questionnaire
from tests.factories.conferences import ConferenceFactory, SiteFactory
from tests.factories.people import OrganisationFactory, account_with
from tests.factories.questions import MEAL, AnswerSheetFactory, QuestionnaireFactory, question

pytestmark = pytest.mark.django_db


@pytest.fixture
def conference() -> Any:
    return ConferenceFactory(announced=True, exact=True, lead=OrganisationFactory())


@pytest.fixture
def organiser(conference: Any) -> APIClient:
    made = APIClient()
    made.force_authenticate(account_with("organiser", organisation=conference.organisers.get().organisation))
    return made


def publish(api: APIClient, conference: Any, *questions: Any, follows: int = 0, **said: Any) -> Any:
    body = {
        "conference": str(conference.pk),
        "follows": follows,
        "title": {"vi": "Ăn, ở, đi lại", "en": "Meals, rooms and transport"},
        "questions": list(questions),
        **said,
    }
    return api.post("/api/v1/questionnaires", body, format="json")


def wrong(answer: Any) -> dict[str, str]:
    assert answer.status_code == 400, answer.content
    return {each["field"]: each["reason"] for each in answer.json()["errors"]}


def test_every_change_is_the_next_version_and_the_same_words_are_none(organiser: APIClient, conference: Any) -> None:
    first = publish(organiser, conference, MEAL)
    again = publish(organiser, conference, MEAL)
    stale = publish(organiser, conference, MEAL, question("room", "yes_no"))
    second = publish(organiser, conference, MEAL, question("room", "yes_no"), follows=1)

    assert (first.status_code, first.json()["number"]) == (201, 1)
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert (stale.status_code, stale.json()["number"], second.json()["number"]) == (409, 1, 2)
    listed = organiser.get(f"/api/v1/questionnaires?conference={conference.pk}").json()["results"]
    assert [row["number"] for row in listed] == [2, 1]
    assert listed[1]["questions"] == first.json()["questions"] == [MEAL]
    assert Event.objects.filter(name="questionnaire.published").count() == 2


def test_every_kind_of_question_is_kept_as_it_was_said(organiser: APIClient, conference: Any) -> None:
    site = SiteFactory(conference=conference)
    asked = [
        question("name_on_badge", help={"vi": "Như trên giấy mời 🎫"}),
        question("needs", "long_text"),
        question("cars", "number", unit={"vi": "xe"}, min=0, max=5.5),
        question("arrival", "date", required=True),
        MEAL,
        question("sessions", "choices", options=["sang", "chieu"]),
        question("stay", "yes_no", categories=["delegate"], sites=[str(site.pk)]),
        question("nights", "number", shown_if={"question": "stay", "equals": True}),
        question("tea", "yes_no", shown_if={"question": "sessions", "contains": "chieu"}),
    ]
    made = publish(organiser, conference, *asked)
    assert made.status_code == 201, made.content
    kept = organiser.get(f"/api/v1/questionnaires/{made.json()['id']}").json()["questions"]
    assert [row["key"] for row in kept] == [each["key"] for each in asked]
    assert kept[6]["sites"] == [str(site.pk)]
    assert [row["shown_if"] for row in kept[7:]] == [each["shown_if"] for each in asked[7:]]


CIRCLE = [question(a, "yes_no", shown_if={"question": b, "equals": True}) for a, b in ("ab", "bc", "ca")]


@pytest.mark.parametrize(
    ("questions", "field", "said"),
    [
        (CIRCLE, "questions.0.shown_if", "a → b → c → a"),
        ([question("a", "yes_no", shown_if={"question": "a", "equals": True})], "questions.0.shown_if", "a → a"),
        ([question("a", shown_if={"question": "b", "equals": "x"})], "questions.0.shown_if", "Không có câu hỏi"),
        ([MEAL, question("a", shown_if={"question": "meal", "equals": "cá"})], "questions.1.shown_if", "lựa chọn"),
        ([MEAL, question("a", shown_if={"question": "meal", "contains": "chay"})], "questions.1.shown_if", "contains"),
        ([MEAL, question("a", shown_if={"question": "meal"})], "questions.1.shown_if", "đúng một"),
        ([question("b"), question("a", shown_if={"question": "b", "equals": ""})], "questions.1.shown_if", "Thiếu"),
        ([MEAL, question("a", shown_if={"question": "meal", "equals": {}})], "questions.1.shown_if.equals", "chữ, số"),
        ([MEAL, MEAL], "questions.1.key", "đã dùng"),
        ([question("Meal")], "questions.0.key", "mẫu"),
        ([question("a", "choice", options=["x"])], "questions.0.options", "hai lựa chọn"),
        ([question("a", "choice", options=["x", "x"])], "questions.0.options", "cùng mã"),
        ([question("a", options=["x", "y"])], "questions.0.options", "không có lựa chọn"),
        ([question("a", min=1)], "questions.0.min", "số"),
        ([question("a", "number", min=2, max=1)], "questions.0.max", "min"),
        ([question("a", "number", min="nan")], "questions.0.min", "số"),
        ([question("a", sites=["0190b0e4-0000-7000-8000-000000000000"])], "questions.0.sites", "địa điểm"),
        ([question("a", "file")], "questions.0.kind", "file"),
        ([question("a", label={"vi": "Tên \u202egnol"})], "questions.0.label", "U+202E"),
        ([question("a", label={"vi": "Tên\x07"})], "questions.0.label", "U+0007"),
        ([question("a", label={"vi": "x" * 501})], "questions.0.label", "501"),
        (
            [question(f"q{n}", "choices", options=[f"o{m}" for m in range(40)]) for n in range(MOST_BOXES // 40 + 1)],
            "questions",
            "Quá nhiều ô",
        ),
        ([question(f"q{n}", help={"vi": "ấ" * 999}) for n in range(60)], "questions", "byte"),
        ([question(f"q{n}") for n in range(61)], "questions", "60"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_place_and_reason(
    organiser: APIClient, conference: Any, questions: Any, field: str, said: str
) -> None:
    reasons = wrong(publish(organiser, conference, *questions))
    if said != "501":
        assert said in reasons[field]
    assert field in reasons
    assert not Questionnaire.objects.exists()


def test_ten_megabytes_of_questions_are_too_large(organiser: APIClient, conference: Any) -> None:
    answer = publish(organiser, conference, question("a", label={"vi": "x" * 10_000_000}))
    assert answer.status_code == 413
    assert not Questionnaire.objects.exists()


def test_a_key_stays_of_its_kind(organiser: APIClient, conference: Any) -> None:
    publish(organiser, conference, MEAL)
    publish(organiser, conference, follows=1)
    reasons = wrong(publish(organiser, conference, question("meal", "yes_no"), follows=2))
    assert "chọn một" in reasons["questions.0.key"]


def test_of_a_conference_that_is_over_nothing_more_is_asked(organiser: APIClient, conference: Any) -> None:
    conference.state = "closed"
    conference.save()
    assert publish(organiser, conference, MEAL).status_code == 409


def without(table: str, trigger: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")


def test_a_published_version_never_changes() -> None:
    row = QuestionnaireFactory()
    for change in (lambda: Questionnaire.objects.update(questions=[]), lambda: Questionnaire.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    without("questions_questionnaire", "questions_questionnaire_append_only")  # the negative control
    Questionnaire.objects.filter(pk=row.pk).update(questions=[])


@pytest.mark.parametrize("guard", ["sheets_answer_their_own_conference", "sheets_never_go_back_a_version"])
def test_a_sheet_keeps_to_its_conference_and_never_goes_back(guard: str) -> None:
    first = QuestionnaireFactory()
    second = QuestionnaireFactory(conference=first.conference, number=2)
    sheet = AnswerSheetFactory(questionnaire=second)
    other = QuestionnaireFactory() if guard == "sheets_answer_their_own_conference" else first

    def write() -> None:
        type(sheet).objects.filter(pk=sheet.pk).update(questionnaire=other)

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        write()
    assert refused.value.__cause__.diag.constraint_name == guard  # type: ignore[union-attr]
    without("questions_answersheet", "questions_sheet_keeps_its_version")  # the negative control
    write()
