"""How often what was answered, and all answers as a table. Knows no table of the database."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.core.text import Text, localized, say
from backend.questions.asking import Question, plain, said
from backend.questions.models import AnswerSheet
from backend.questions.states import OF_OPTIONS, QuestionKind


@dataclass(frozen=True, kw_only=True)
class Tally:
    """One answer, and by how many it was given."""

    value: str
    label: Text
    count: int


@dataclass(frozen=True, kw_only=True)
class Count:
    """What was answered to one question. Numbers have their total, least and greatest; dates and options a tally."""

    key: str
    kind: str
    label: Text
    answered: int
    tally: list[Tally] = field(default_factory=list)
    total: float | None = None
    least: float | None = None
    greatest: float | None = None


def counts(questions: Iterable[Question], sheets: Sequence[AnswerSheet]) -> list[Count]:
    return [_count(question, [sheet.answers.get(question.key) for sheet in sheets]) for question in questions]


def _count(question: Question, answers: list[Any]) -> Count:
    given = [value for value in answers if value is not None]
    facts: dict[str, Any] = {}
    if question.kind == QuestionKind.NUMBER and given:
        facts = {"total": round(sum(given), 2), "least": min(given), "greatest": max(given)}
    elif question.kind == QuestionKind.YES_NO:
        words = {"yes": (True, {"vi": "Có", "en": "Yes"}), "no": (False, {"vi": "Không", "en": "No"})}
        facts["tally"] = [
            Tally(value=name, label=label, count=given.count(value)) for name, (value, label) in words.items()
        ]
    elif question.kind == QuestionKind.DATE:
        facts["tally"] = [Tally(value=day, label={}, count=n) for day, n in sorted(Counter(given).items())]
    elif question.kind in OF_OPTIONS:
        facts["tally"] = _by_option(question, given)
    return Count(key=question.key, kind=question.kind, label=question.label, answered=len(given), **facts)


def _by_option(question: Question, given: list[Any]) -> list[Tally]:
    """Options of the present version first, with 0 too; then what was an option when it was answered."""
    chosen = Counter(key for value in given for key in (value if isinstance(value, list) else [value]))
    tallies = [
        Tally(value=option.key, label=option.label, count=chosen.pop(option.key, 0)) for option in question.options
    ]
    return [*tallies, *(Tally(value=key, label={}, count=n) for key, n in sorted(chosen.items()))]


def table(questions: Sequence[Question], sheets: Iterable[AnswerSheet], language: str) -> list[list[str]]:
    """A heading and a row for each person, everything as text people read."""
    heads = [
        say(vi="Họ và tên", en="Full name"),
        say(vi="Đơn vị", en="Organisation"),
        say(vi="Trả lời bản số", en="Version answered"),
        *(_head(question, language) for question in questions),
    ]
    rows = [[str(head) for head in heads]]
    for sheet in sheets:
        unit = sheet.person.organisation
        rows.append(
            [
                sheet.person.full_name,
                localized(unit.name, language) if unit else "",
                str(sheet.questionnaire.number),
                *(_cell(question, sheet.answers.get(question.key), language) for question in questions),
            ]
        )
    return rows


def _head(question: Question, language: str) -> str:
    unit = localized(question.unit, language)
    return localized(question.label, language) + (f" ({unit})" if unit else "")


def _cell(question: Question, value: Any, language: str) -> str:
    if question.kind == QuestionKind.NUMBER and value is not None:
        return plain(value)
    return said(question, value, language)
