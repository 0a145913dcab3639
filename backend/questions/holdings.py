"""What this floor holds about a person: their answers, which are for one conference and no longer."""

from collections.abc import Iterator

from backend.core.text import localized, say
from backend.privacy.holdings import Basis, DataClass, Forgotten, Holding, Kept, Row, Subject, holding
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
                "answered_at": sheet.answered_at.isoformat(),
                "answers": {
                    localized(question.label): said(question, sheet.answers[question.key])
                    for question in questions
                    if question.key in sheet.answers
                },
            }

    def forget(self, subject: Subject) -> Forgotten:
        """All answers: no law obliges to keep who ate what."""
        return Forgotten(rows=AnswerSheet.objects.filter(person_id=subject.person_id).delete()[0])
