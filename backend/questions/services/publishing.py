"""The organiser's questions, version by version."""

from typing import Any
from uuid import UUID

from django.db import transaction

from backend.conferences.models import Conference, Site
from backend.conferences.states import AHEAD, CALLED_OFF, ConferenceState
from backend.core.errors import Conflict, Invalid
from backend.core.queries import locked
from backend.core.text import Text, say
from backend.outbox.services import emit
from backend.questions import queries
from backend.questions.asking import read_all
from backend.questions.composing import problems
from backend.questions.events import QuestionnairePublished
from backend.questions.models import Questionnaire

#: A postponed conference is prepared anew; a cancelled one asks nothing.
_OPEN = (AHEAD | CALLED_OFF) - {ConferenceState.CANCELLED}


@transaction.atomic
def publish(
    *, conference_id: UUID, follows: int, title: Text, intro: Text, questions: list[dict[str, Any]]
) -> Questionnaire:
    """Asks these questions from now on: the next version. What stands there already word for word stays, as it is.

    `follows` is the number of the version it was made from, 0 for the first. Raises Conflict when there is a newer one,
    or the conference is over or cancelled; Invalid naming each question that is wrong; NotFound.
    """
    conference = locked(Conference, conference_id)
    if conference.state not in _OPEN:
        raise Conflict(
            say(
                vi="Hội nghị {state}: không đặt câu hỏi được nữa.",
                en="The conference is {state}: nothing more can be asked.",
                state=ConferenceState(conference.state).label,
            )
        )
    latest = queries.latest(conference_id)
    if latest is not None and (latest.title, latest.intro, latest.questions) == (title, intro, questions):
        return latest
    number = latest.number if latest else 0
    if follows != number:
        raise Conflict(
            say(
                vi="Bản câu hỏi hiện nay là bản {n}; hãy xem lại rồi sửa từ bản đó.",
                en="The questions are at version {n} now; look at it and go on from there.",
                n=number,
            ),
            number=number,
        )
    wrong = problems(
        read_all(questions),
        sites=[str(pk) for pk in Site.objects.filter(conference=conference).values_list("pk", flat=True)],
        former=_kinds(conference_id),
        stored=questions,
    )
    if wrong:
        raise Invalid(wrong)
    made = Questionnaire.objects.create(
        conference=conference, number=follows + 1, title=title, intro=intro, questions=questions
    )
    emit(QuestionnairePublished(questionnaire_id=made.pk, conference_id=conference_id, number=made.number))
    return made


def _kinds(conference_id: UUID) -> dict[str, str]:
    former = Questionnaire.objects.filter(conference_id=conference_id).order_by("number")
    return {said["key"]: said["kind"] for questions in former.values_list("questions", flat=True) for said in questions}
