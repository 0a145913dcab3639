"""Is this a questionnaire? What a single question cannot say for itself: keys, conditions, circles, sizes."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from backend.core.text import say
from backend.questions.asking import Question, Refused, answer_to
from backend.questions.states import EQUALLED, OF_OPTIONS, QuestionKind

MOST_QUESTIONS = 60
MOST_OPTIONS = 40
#: What a form can send at once: boxes of all questions together (settings.DATA_UPLOAD_MAX_NUMBER_FIELDS is above it).
MOST_BOXES = 150
MOST_BYTES = 100_000

Wrong = dict[str, Any]


def problems(
    questions: Sequence[Question], *, sites: Iterable[str], former: dict[str, str], stored: list[dict[str, Any]]
) -> Wrong:
    """A sentence for each thing that is wrong, by its place. `sites` are the conference's; `former` says of what kind
    keys of earlier versions were, since answers under one key are counted together."""
    wrong: Wrong = {}
    if len(json.dumps(stored, ensure_ascii=False).encode()) > MOST_BYTES:
        return {"questions": say(vi="Bộ câu hỏi dài quá {n} byte.", en="Longer than {n} bytes.", n=MOST_BYTES)}
    boxes = sum(len(each.options) if each.kind == QuestionKind.CHOICES else 1 for each in questions)
    if boxes > MOST_BOXES:
        wrong["questions"] = say(
            vi="Quá nhiều ô: {n}; nhiều nhất {most}.",
            en="Too many boxes: {n}; at most {most}.",
            n=boxes,
            most=MOST_BOXES,
        )
    known = set(sites)
    by_key: dict[str, Question] = {}
    for index, question in enumerate(questions):
        place = f"questions.{index}"
        if question.key in by_key:
            wrong[f"{place}.key"] = say(vi="Mã này đã dùng ở câu khác.", en="Another question has this key.")
        elif former.get(question.key, question.kind) != question.kind:
            wrong[f"{place}.key"] = say(
                vi="Mã này trước đây là câu hỏi kiểu “{kind}”; kiểu khác cần mã khác.",
                en="This key was a question of the kind “{kind}” before; another kind needs another key.",
                kind=QuestionKind(former[question.key]).label,
            )
        by_key[question.key] = question
        wrong |= {f"{place}.{name}": sentence for name, sentence in _alone(question, known).items()}
    for index, question in enumerate(questions):
        if sentence := _condition(question, by_key):
            wrong[f"questions.{index}.shown_if"] = sentence
    return wrong


def _alone(question: Question, sites: set[str]) -> Wrong:
    wrong: Wrong = {}
    keys = [option.key for option in question.options]
    if question.kind in OF_OPTIONS and len(keys) < 2:
        wrong["options"] = say(vi="Cần ít nhất hai lựa chọn.", en="At least two options are needed.")
    elif question.kind not in OF_OPTIONS and keys:
        wrong["options"] = say(vi="Kiểu câu hỏi này không có lựa chọn.", en="This kind of question has no options.")
    elif len(set(keys)) != len(keys):
        wrong["options"] = say(vi="Có hai lựa chọn cùng mã.", en="Two options have the same key.")
    if question.kind != QuestionKind.NUMBER:
        for name, value in (("unit", question.unit or None), ("min", question.minimum), ("max", question.maximum)):
            if value is not None:
                wrong[name] = say(vi="Chỉ câu hỏi số mới có.", en="Only a number has this.")
    elif question.minimum is not None and question.maximum is not None and question.minimum > question.maximum:
        wrong["max"] = say(vi="Phải từ min trở lên.", en="Must be min or more.")
    if not question.sites <= sites:
        wrong["sites"] = say(vi="Không phải địa điểm của hội nghị này.", en="Not a site of this conference.")
    return wrong


def _condition(question: Question, by_key: dict[str, Question]) -> Any:
    shown = question.shown_if
    if shown is None:
        return None
    other = by_key.get(shown.question)
    if other is None:
        return say(vi="Không có câu hỏi “{key}”.", en="There is no question “{key}”.", key=shown.question)
    if shown.among != (other.kind == QuestionKind.CHOICES) or (not shown.among and other.kind not in EQUALLED):
        return say(
            vi="Với câu “{key}” không so được như vậy: chọn nhiều dùng contains, còn lại dùng equals.",
            en="“{key}” cannot be compared so: several of several takes contains, others take equals.",
            key=shown.question,
        )
    try:
        if answer_to(other, [shown.value] if shown.among else shown.value) is None:
            raise Refused(say(vi="Thiếu giá trị.", en="The value is missing."))
    except Refused as refused:
        return say(
            vi="Câu “{key}” không bao giờ có câu trả lời ấy: {why}",
            en="“{key}” never has that answer: {why}",
            key=shown.question,
            why=refused.sentence,
        )
    return _circle(question, by_key)


def _circle(question: Question, by_key: dict[str, Question]) -> Any:
    path = [question.key]
    following = question
    while following.shown_if is not None and following.shown_if.question in by_key:
        following = by_key[following.shown_if.question]
        if following.key == question.key:
            return say(
                vi="Các điều kiện đi vòng: {path}.",
                en="The conditions go in a circle: {path}.",
                path=" → ".join([*path, question.key]),
            )
        if following.key in path:
            return None  # a circle further on, which is told there
        path.append(following.key)
    return None
