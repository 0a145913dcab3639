"""Questions on a page without script: what the page shows, and what came back from it.

Everything that may be asked is on the page; what depends on another answer says so, and hides itself where the browser
can (`:has`). What is asked in the end is decided here, from what was answered.
"""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from backend.conferences.models import Site
from backend.conferences.queries import site_said
from backend.core.text import current_language, localized, say
from backend.questions.asking import LONGEST, Question, Refused, answer_to, plain, read_all, said
from backend.questions.models import AnswerSheet, Questionnaire
from backend.questions.states import OF_OPTIONS, QuestionKind

PREFIX = "q."
#: Conditions on these can be followed by the browser alone.
_SEEN_BY_BROWSERS = OF_OPTIONS | {QuestionKind.YES_NO}
_YES_NO = {"yes": True, "no": False}


def posted(questionnaire: Questionnaire, form: QueryDict) -> dict[str, Any]:
    """What a page sent, as answers to be checked. A number in words stays words, and is refused as such."""
    given: dict[str, Any] = {}
    for question in read_all(questionnaire.questions):
        texts = [text.replace("\x00", "\ufffe") for text in form.getlist(f"{PREFIX}{question.key}")]
        if question.kind == QuestionKind.CHOICES:
            given[question.key] = texts
        elif texts:
            given[question.key] = _value(question, texts[-1].strip())
    return given


def _value(question: Question, text: str) -> Any:
    if question.kind == QuestionKind.YES_NO:
        return _YES_NO.get(text, text)
    if question.kind == QuestionKind.NUMBER and text:
        try:
            number = float(text.replace(" ", "").replace(",", "."))
        except ValueError:
            return text
        return number if abs(number) < float("inf") else text
    return text


def shown(
    questionnaire: Questionnaire | None,
    *,
    category: str,
    sites: list[Site],
    given: Mapping[str, Any],
    problems: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What questions/fields.html shows, in the caller's language: the questions for this category at one of `sites`
    (none: those that are asked at every site), as answered so far, and what was wrong. Empty when nothing is asked."""
    if questionnaire is None:
        return {}
    questions = read_all(questionnaire.questions)
    by_key = {question.key: question for question in questions}
    here = {str(site.pk): site for site in sites}
    fields = []
    for question in questions:
        if question.categories and category not in question.categories:
            continue
        if question.sites and not question.sites & set(here):
            continue
        field = _field(question, given.get(question.key))
        field["problem"] = (problems or {}).get(f"answers.{question.key}", "")
        field["notes"] = _notes(question, by_key, here)
        field["hidden_unless"] = _selector(question, by_key)
        fields.append(field)
    if not fields:
        return {}
    return {
        "number": questionnaire.number,
        "title": localized(questionnaire.title),
        "intro": localized(questionnaire.intro),
        "fields": fields,
        "asterisk": say(vi="Câu có dấu * cần được trả lời.", en="Questions marked * need an answer."),
    }


def of_sheet(sheet: AnswerSheet | None) -> dict[str, Any]:
    """Answers on record, to be shown again."""
    return dict(sheet.answers) if sheet is not None else {}


def _field(question: Question, value: Any) -> dict[str, Any]:
    kind = question.kind
    options = [(option.key, localized(option.label)) for option in question.options]
    if kind == QuestionKind.YES_NO:
        options = [("yes", say(vi="Có", en="Yes")), ("no", say(vi="Không", en="No"))]
        value = {True: "yes", False: "no"}.get(value) if isinstance(value, bool) else None
    chosen = value if isinstance(value, list) else [value]
    return {
        "key": question.key,
        "name": f"{PREFIX}{question.key}",
        "kind": "choice" if kind == QuestionKind.YES_NO else str(kind),
        "label": localized(question.label),
        "help": localized(question.help),
        "unit": localized(question.unit),
        "bounds": _bounds(question),
        "required": question.required,
        "longest": LONGEST.get(kind),
        "value": plain(value) if isinstance(value, (int, float)) else value or "",
        "options": [{"key": key, "label": label, "chosen": key in chosen} for key, label in options],
    }


def _bounds(question: Question) -> Any:
    least, most = question.minimum, question.maximum
    if least is not None and most is not None:
        return say(vi="từ {a} đến {b}", en="from {a} to {b}", a=plain(least), b=plain(most))
    if least is not None:
        return say(vi="từ {a} trở lên", en="{a} or more", a=plain(least))
    return say(vi="nhiều nhất {b}", en="at most {b}", b=plain(most)) if most is not None else ""


def _notes(question: Question, by_key: Mapping[str, Question], here: Mapping[str, Site]) -> list[Any]:
    """When the question is to be answered, where that is not always."""
    notes: list[Any] = []
    if (shown_if := question.shown_if) is not None:
        other = by_key[shown_if.question]
        notes.append(
            say(
                vi="Chỉ trả lời nếu câu “{label}” là “{value}”.",
                en="Only if “{label}” is “{value}”.",
                label=localized(other.label),
                value=said(other, [shown_if.value] if shown_if.among else shown_if.value),
            )
        )
    if question.sites and len(here) > 1 and not set(here) <= question.sites:
        places = "; ".join(site_said(here[key], current_language()) for key in here if key in question.sites)
        notes.append(say(vi="Chỉ hỏi người dự tại: {places}.", en="Only for those at: {places}.", places=places))
    return notes


def _selector(question: Question, by_key: Mapping[str, Question]) -> str:
    """The box that must be ticked, as a selector; "" where a browser cannot tell. Keys are letters, digits and _."""
    shown_if = question.shown_if
    if shown_if is None or by_key[shown_if.question].kind not in _SEEN_BY_BROWSERS:
        return ""
    value = {True: "yes", False: "no"}.get(shown_if.value, shown_if.value) if not shown_if.among else shown_if.value
    return f"#q-{shown_if.question}-{value}"


def answered_so(questionnaire: Questionnaire, answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The answers as they are read back: label and answer, without what is no answer."""
    rows = []
    for question in read_all(questionnaire.questions):
        try:
            value = answer_to(question, answers.get(question.key))
        except Refused:
            continue
        if value is not None:
            rows.append({"label": localized(question.label), "answer": said(question, value)})
    return rows
