"""What happens to documents."""

from uuid import UUID

from backend.outbox.registry import DomainEvent, event


@event("document.filed", subject="document_id")
class DocumentFiled(DomainEvent):
    """A version was put on file; `draft` ones are for those who work on it."""

    document_id: UUID
    conference_id: UUID | None
    number: int
    draft: bool


@event("document.numbered", subject="document_id")
class DocumentNumbered(DomainEvent):
    document_id: UUID
    conference_id: UUID | None
    official_number_id: UUID
    kind: str
    year: int
    number: int


@event("official_number.voided", subject="official_number_id")
class OfficialNumberVoided(DomainEvent):
    """The number stays used up; the gap it leaves is explained in the record."""

    official_number_id: UUID
    document_id: UUID
