"""Questions as values: which are asked of whom, and what is an answer to them. Knows no table.

A question is asked when it is meant for the person's category and site, and the question it depends on was asked and
got the answer it waits for. An answer that is no answer ("" or an empty list) is none.
"""

import datetime as dt
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.core.errors import Invalid
from backend.core.serializers import YEARS
from backend.core.text import Text, localized, say
from backend.core.vietnamese import clean, one_line
from backend.questions.states import QuestionKind

LONGEST = {QuestionKind.SHORT_TEXT: 200, QuestionKind.LONG_TEXT: 2000}
GREATEST_NUMBER = 1_000_000_000
#: Nobody could see them, and they make a text read as another one.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")

Answers = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Option:
    key: str
    label: Text


@dataclass(frozen=True, kw_only=True)
class Condition:
    """The question is shown only if `question` was answered with `value`, or, of several, with it among them."""

    question: str
    value: Any
    among: bool

    def holds(self, answers: Mapping[str, Any]) -> bool:
        given = answers.get(self.question)
        if self.among:
            return self.value in (given or [])
        return isinstance(given, bool) == isinstance(self.value, bool) and bool(given == self.value)


@dataclass(frozen=True, kw_only=True)
class Question:
    """`categories` and `sites` empty: asked of everybody. `minimum` and `maximum` bound a number, both included."""

    key: str
    kind: QuestionKind
    label: Text
    help: Text
    required: bool
    options: tuple[Option, ...]
    unit: Text
    minimum: float | None
    maximum: float | None
    categories: frozenset[str]
    sites: frozenset[str]
    shown_if: Condition | None

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> "Question":
        shown = said.get("shown_if")
        return cls(
            key=said["key"],
            kind=QuestionKind(said["kind"]),
            label=said["label"],
            help=said.get("help", {}),
            required=said.get("required", False),
            options=tuple(Option(**option) for option in said.get("options", [])),
            unit=said.get("unit", {}),
            minimum=said.get("min"),
            maximum=said.get("max"),
            categories=frozenset(said.get("categories", [])),
            sites=frozenset(said.get("sites", [])),
            shown_if=_condition(shown) if shown else None,
        )

    def meant_for(self, category: str, site: str | None) -> bool:
        return (not self.categories or category in self.categories) and (not self.sites or site in self.sites)


def _condition(said: Mapping[str, Any]) -> Condition:
    among = "contains" in said
    return Condition(question=said["question"], value=said["contains" if among else "equals"], among=among)


class Refused(Exception):
    """What was given is no answer to the question."""

    def __init__(self, sentence: Any) -> None:
        self.sentence = sentence
        super().__init__(sentence)


def read_all(questions: Sequence[Mapping[str, Any]]) -> list[Question]:
    return [Question.read(said) for said in questions]


def asked(
    questions: Iterable[Question], answers: Mapping[str, Any], *, category: str, site: str | None
) -> dict[str, Question]:
    """Those asked of somebody of this category at this site who has answered so, by key, in their order."""
    by_key = {question.key: question for question in questions}
    found: dict[str, bool] = {}

    def is_asked(key: str) -> bool:
        if key not in found:
            question = by_key[key]
            shown = question.shown_if
            found[key] = question.meant_for(category, site) and (
                shown is None or (is_asked(shown.question) and shown.holds(answers))
            )
        return found[key]

    return {key: question for key, question in by_key.items() if is_asked(key)}


def checked(
    questions: Sequence[Question],
    given: Mapping[str, Any],
    *,
    category: str,
    site: str | None,
    dropping: bool = False,
) -> Answers:
    """The answers as they are kept. Raises Invalid with a sentence for each that is wrong, missing though required, or
    given to what is not asked; what was not asked is left out silently when `dropping` (a page shows it all the same).
    """
    wrong: dict[str, Any] = {}
    right: Answers = {}
    known = {question.key: question for question in questions}
    for key, value in given.items():
        if key not in known:
            wrong[key] = say(vi="Không có câu hỏi này.", en="There is no such question.")
            continue
        try:
            answer = answer_to(known[key], value)
        except Refused as refused:
            wrong[key] = refused.sentence
            continue
        if answer is not None:
            right[key] = answer
    now_asked = asked(questions, right, category=category, site=site)
    for key in list(right):
        if key not in now_asked:
            del right[key]
            if not dropping:
                wrong[key] = say(
                    vi="Câu này không được hỏi ở đây (theo loại đại biểu, địa điểm hoặc câu trả lời khác).",
                    en="This is not asked here (by category, site or another answer).",
                )
    if dropping:
        wrong = {key: sentence for key, sentence in wrong.items() if key in now_asked}
    for key in missing(questions, right, category=category, site=site):
        wrong.setdefault(key, say(vi="Cần trả lời câu này.", en="Please answer this question."))
    if wrong:
        raise Invalid({f"answers.{key}": sentence for key, sentence in wrong.items()})
    return right


def missing(questions: Sequence[Question], answers: Mapping[str, Any], *, category: str, site: str | None) -> list[str]:
    """Keys of the required questions that these answers leave open: not answered, or with what is no answer any more."""
    now_asked = asked(questions, answers, category=category, site=site)
    return [key for key, question in now_asked.items() if question.required and not _still(question, answers.get(key))]


def _still(question: Question, value: Any) -> bool:
    try:
        return answer_to(question, value) is not None
    except Refused:
        return False


def answer_to(question: Question, value: Any) -> Any:
    """The value as it is kept, None for no answer. Raises Refused."""
    if value is None or value == "" or value == []:
        return None
    match question.kind:
        case QuestionKind.SHORT_TEXT | QuestionKind.LONG_TEXT:
            return _text(question, value)
        case QuestionKind.NUMBER:
            return _number(question, value)
        case QuestionKind.DATE:
            return _date(value)
        case QuestionKind.YES_NO:
            if not isinstance(value, bool):
                raise Refused(say(vi="Phải là true hoặc false.", en="Must be true or false."))
            return value
        case QuestionKind.CHOICE:
            return _option(question, value)
        case QuestionKind.CHOICES:
            if not isinstance(value, list) or len(value) > len(question.options):
                raise Refused(say(vi="Phải là danh sách các lựa chọn.", en="Must be a list of options."))
            chosen = {_option(question, each) for each in value}
            return [option.key for option in question.options if option.key in chosen]


def unseen(text: str, *, lines: bool) -> str | None:
    """The first character in it that is not text (a control character, or one that turns the direction of writing), as
    U+202E; None where there is none. `lines` lets line breaks and tabs pass."""
    for char in text:
        if lines and char in "\n\r\t":
            continue
        if char in _TURNING or unicodedata.category(char) in {"Cc", "Cs"} or ord(char) & 0xFFFE == 0xFFFE:
            return f"U+{ord(char):04X}"
    return None


def refuse_unseen(text: str, *, lines: bool) -> None:
    if found := unseen(text, lines=lines):
        raise Refused(
            say(
                vi="Có ký tự điều khiển hoặc ký tự đổi chiều chữ ({code}); xin xoá đi.",
                en="There is a control character, or one that turns the direction of writing ({code}); remove it.",
                code=found,
            )
        )


def _text(question: Question, value: Any) -> str | None:
    if not isinstance(value, str):
        raise Refused(say(vi="Phải là chữ.", en="Must be text."))
    lines = question.kind == QuestionKind.LONG_TEXT
    refuse_unseen(value, lines=lines)
    text = clean(value) if lines else one_line(value)
    if len(text) > (most := LONGEST[question.kind]):
        raise Refused(say(vi="Nhiều nhất {n} ký tự.", en="At most {n} characters.", n=most))
    return text or None


def _number(question: Question, value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) > GREATEST_NUMBER:
        raise Refused(say(vi="Phải là một số.", en="Must be a number."))
    if round(value, 2) != value:
        raise Refused(say(vi="Nhiều nhất hai chữ số thập phân.", en="At most two decimals."))
    if question.minimum is not None and value < question.minimum:
        raise Refused(say(vi="Ít nhất là {n}.", en="At least {n}.", n=plain(question.minimum)))
    if question.maximum is not None and value > question.maximum:
        raise Refused(say(vi="Nhiều nhất là {n}.", en="At most {n}.", n=plain(question.maximum)))
    return int(value) if value == int(value) else value


def plain(number: float) -> str:
    """The number without needless decimals."""
    return str(int(number)) if number == int(number) else str(number)


def _date(value: Any) -> str:
    sentence = say(vi="Phải là ngày, dạng 2026-11-21.", en="Must be a date, as in 2026-11-21.")
    if not isinstance(value, str) or len(value) != 10:
        raise Refused(sentence)
    try:
        day = dt.date.fromisoformat(value)
    except ValueError:
        raise Refused(sentence) from None
    if day.year not in YEARS:
        raise Refused(say(vi="Năm phải từ 1912 đến 2200.", en="The year must be from 1912 to 2200."))
    return day.isoformat()


def _option(question: Question, value: Any) -> str:
    for option in question.options:
        if option.key == value:
            return option.key
    raise Refused(say(vi="Không có lựa chọn này.", en="There is no such option."))


def said(question: Question, value: Any, language: str | None = None) -> str:
    """The answer as people read it: options by their labels, dates as 21/11/2026."""
    if value is None:
        return ""
    labels = {option.key: localized(option.label, language) for option in question.options}
    match question.kind:
        case QuestionKind.YES_NO:
            return str(say(vi="Có", en="Yes") if value else say(vi="Không", en="No"))
        case QuestionKind.CHOICE:
            return labels.get(value, str(value))
        case QuestionKind.CHOICES:
            return "; ".join(labels.get(each, str(each)) for each in value)
        case QuestionKind.DATE:
            return dt.date.fromisoformat(value).strftime("%d/%m/%Y")
        case QuestionKind.NUMBER:
            return " ".join(filter(None, [plain(value), localized(question.unit, language)]))
    return str(value)
