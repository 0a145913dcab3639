"""Facts about lists of people that were handed in."""

from uuid import UUID

from backend.outbox.registry import DomainEvent, event


@event("import.received", subject="import_id")
class ImportReceived(DomainEvent):
    """A file was handed in; it is read, and nobody is added by that."""

    import_id: UUID
    organisation_id: UUID


@event("import.committed", subject="import_id")
class ImportCommitted(DomainEvent):
    """The sound rows of a file have become people."""

    import_id: UUID
    organisation_id: UUID
    created: int
    known: int
