"""Questionnaires and answers, for tests."""

from typing import Any

import factory

from backend.core.clock import now
from backend.questions.models import AnswerSheet, Questionnaire
from tests.factories.conferences import ConferenceFactory
from tests.factories.people import PersonFactory


def question(key: str, kind: str = "short_text", **said: Any) -> dict[str, Any]:
    """A question as it is published."""
    options = [{"key": each, "label": {"vi": each.capitalize()}} for each in said.pop("options", [])]
    made = {"key": key, "kind": kind, "label": {"vi": f"Câu {key}?", "en": f"What {key}?"}, **said}
    return {**made, "options": options} if options else made


MEAL = question("meal", "choice", options=["chay", "man"], required=True)


class QuestionnaireFactory(factory.django.DjangoModelFactory[Questionnaire]):
    """The first version; asks for the meal."""

    class Meta:
        model = Questionnaire

    conference = factory.SubFactory(ConferenceFactory, announced=True, exact=True)
    number = 1
    title = {"vi": "Thông tin phục vụ đại biểu", "en": "To serve you well"}
    questions = factory.LazyFunction(lambda: [MEAL])


class AnswerSheetFactory(factory.django.DjangoModelFactory[AnswerSheet]):
    class Meta:
        model = AnswerSheet

    questionnaire = factory.SubFactory(QuestionnaireFactory)
    conference = factory.SelfAttribute("questionnaire.conference")
    person = factory.SubFactory(PersonFactory)
    answers = factory.LazyFunction(lambda: {"meal": "chay"})
    via = "own"
    answered_at = factory.LazyFunction(now)
