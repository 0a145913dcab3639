"""What this floor holds about a person: their answers, which are for one conference and no longer."""

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from django.db.models import Q, QuerySet

from backend.conferences.states import AHEAD, ConferenceState
from backend.core.clock import local
from backend.core.text import localized, say
from backend.privacy.holdings import Basis, DataClass, Forgotten, Holding, Kept, Row, Subject, holding
from backend.privacy.terms import sweep
from backend.questions.asking import read_all, said
from backend.questions.models import AnswerSheet


@holding("questions", AnswerSheet)
class Answers(Holding):
    title = say(vi="Câu trả lời khi đăng ký", en="Answers given when registering")
    data_class = DataClass.ANSWERS
    purpose = say(vi="Lo ăn, ở, đi lại cho đại biểu.", en="To provide meals, rooms and transport.")
    basis = Basis.TASK
    kept = Kept(days=90, since=say(vi="ngày kết thúc hội nghị", en="the end of the conference"))

    def rows(self, subject: Subject) -> Iterator[Row]:
        sheets = AnswerSheet.objects.filter(person_id=subject.person_id).select_related("conference", "questionnaire")
        for sheet in sheets.order_by("answered_at", "id"):
            questions = read_all(sheet.questionnaire.questions)
            yield {
                "type": "answer_sheet",
                "conference": str(sheet.conference_id),
                "conference_title": localized(sheet.conference.title),
                "version": sheet.questionnaire.number,
                "answered_at": sheet.answered_at,
                "answers": {
                    localized(question.label): said(question, sheet.answers[question.key])
                    for question in questions
                    if question.key in sheet.answers
                },
            }

    def forget(self, subject: Subject) -> Forgotten:
        """All answers: no law obliges to keep who ate what."""
        return Forgotten(rows=AnswerSheet.objects.filter(person_id=subject.person_id).delete()[0])


@sweep("questions.answers", days=90, title=say(vi="Câu trả lời khi đăng ký", en="Answers given when registering"))
def old_answers(before: dt.datetime, held: frozenset[UUID]) -> QuerySet[AnswerSheet]:
    """Of conferences that were held or called off so long ago."""
    over = Q(conference__ends_at__lt=before) | Q(conference__ends_at=None, conference__day__lt=local(before).date())
    rows = AnswerSheet.objects.filter(over).exclude(conference__state__in=AHEAD | {ConferenceState.POSTPONED})
    return rows.exclude(conference__in=held)
