"""What is asked of those who come, and that it was answered; never what the answers are."""

from uuid import UUID

from backend.outbox.registry import DomainEvent, event


@event("questionnaire.published", subject="questionnaire_id")
class QuestionnairePublished(DomainEvent):
    """From now on this version is asked; answers to former ones stay as they are."""

    questionnaire_id: UUID
    conference_id: UUID
    number: int


@event("questionnaire.answered", subject="sheet_id")
class QuestionnaireAnswered(DomainEvent):
    """Somebody answered, or answered anew; `number` is the version they answered."""

    sheet_id: UUID
    conference_id: UUID
    number: int
    via: str
