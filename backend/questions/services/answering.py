"""What people answer, kept with the version they answered."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from backend.conferences.models import Conference
from backend.conferences.states import AHEAD, ConferenceState
from backend.core.clock import database_now
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.text import say
from backend.outbox.services import emit
from backend.questions import queries
from backend.questions.asking import checked, read_all
from backend.questions.events import QuestionnaireAnswered
from backend.questions.models import AnswerSheet, Questionnaire
from backend.questions.queries import Comer

#: One person's answers are kept one after the other, also the first ones.
ONE_AFTER_THE_OTHER = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


@transaction.atomic
def answer(
    *,
    conference_id: UUID,
    person_id: UUID,
    answers: Mapping[str, Any],
    via: str,
    number: int | None = None,
    comer: Comer | None = None,
    dropping: bool = False,
) -> AnswerSheet:
    """Keeps the person's answers in place of earlier ones, checked by the version `number` (None: the newest).

    `comer` says as what they come where the caller knows better than the record; `dropping` leaves out answers to what
    is not asked of them. Raises NotFound where there is no such version, Invalid naming each answer that is wrong, and
    for a person the questions are not for; Conflict when a newer version was answered already, and once the conference
    is over or called off.
    """
    _refuse_unless_ahead(conference_id)
    questionnaire = version(conference_id, number)
    if comer is None:
        comer = queries.comers(conference_id, person_id).get(person_id)
    if comer is None:
        raise Invalid(
            {
                "person": say(
                    vi="Người này chưa được mời và chưa đăng ký.", en="This person is neither invited nor registered."
                )
            }
        )
    right = checked(
        read_all(questionnaire.questions),
        answers,
        category=comer.category,
        site=str(comer.site) if comer.site else None,
        dropping=dropping,
    )
    with connection.cursor() as cursor:
        cursor.execute(ONE_AFTER_THE_OTHER, [f"answers-of:{conference_id}:{person_id}"])
    sheet = AnswerSheet.objects.select_related("questionnaire").filter(
        conference_id=conference_id, person_id=person_id
    ).first() or AnswerSheet(conference_id=conference_id, person_id=person_id)
    if sheet.questionnaire_id is not None:
        if (sheet.questionnaire_id, sheet.answers) == (questionnaire.pk, right):
            return sheet
        if sheet.questionnaire.number > questionnaire.number:
            raise Conflict(
                say(
                    vi="Đã trả lời bản câu hỏi mới hơn (bản {n}); xin mở lại trang.",
                    en="A newer version ({n}) was answered already; load the page again.",
                    n=sheet.questionnaire.number,
                ),
                answered=sheet.questionnaire.number,
            )
    sheet.questionnaire, sheet.answers, sheet.via, sheet.answered_at = questionnaire, right, via, database_now()
    sheet.save()
    emit(
        QuestionnaireAnswered(
            sheet_id=sheet.pk, conference_id=conference_id, number=questionnaire.number, via=sheet.via
        )
    )
    return sheet


def version(conference_id: UUID, number: int | None) -> Questionnaire:
    """The version of this number, or the newest. Raises NotFound."""
    rows = Questionnaire.objects.filter(conference_id=conference_id).order_by("-number")
    found = (rows if number is None else rows.filter(number=number)).first()
    if found is None:
        raise NotFound(say(vi="Hội nghị không có bộ câu hỏi này.", en="The conference asks no such questions."))
    return found


def _refuse_unless_ahead(conference_id: UUID) -> None:
    state = Conference.objects.values_list("state", flat=True).get(pk=conference_id)
    if state not in AHEAD:
        raise Conflict(
            say(
                vi="Hội nghị {state}: không nhận câu trả lời.",
                en="The conference is {state}: answers are not taken.",
                state=ConferenceState(state).label,
            )
        )
