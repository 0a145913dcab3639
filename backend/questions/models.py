"""What is asked of those who come to a conference, version by version, and what they answered."""

from django.db import models
from django.db.models.functions import Now

from backend.conferences.models import Conference
from backend.core.ids import time_ordered_id
from backend.core.models import Base
from backend.core.text import LocalizedTextField
from backend.people.models import Person
from backend.questions.states import AnsweredVia


class Questionnaire(models.Model):
    """One version of a conference's questions, append-only: a change is the next version. The newest one is asked.

    `questions` are plain values as `asking.Question` reads them; a version without any asks nothing.
    """

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="questionnaires")
    number = models.PositiveIntegerField()
    title = LocalizedTextField()
    intro = LocalizedTextField(blank=True)
    questions = models.JSONField()
    published_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conference", "number"], name="one_questionnaire_per_number"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="questionnaires_count_from_one"),
        ]


class AnswerSheet(Base):
    """One person's last answers for a conference, to the version they answered: {key: value}.

    PostgreSQL refuses a version of another conference, and one older than the sheet has (migration 0002).
    """

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="answer_sheets")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="answer_sheets")
    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="sheets")
    answers = models.JSONField()
    via = models.CharField(max_length=5, choices=AnsweredVia)
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conference", "person"], name="one_sheet_per_person")]
