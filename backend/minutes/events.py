"""What happens to the record's entries and to minutes."""

from uuid import UUID

from backend.outbox.registry import DomainEvent, event


@event("record.entered", subject="entry_id")
class RecordEntered(DomainEvent):
    """A finding, proposal or conclusion (`entry`) was put on record."""

    entry: str
    entry_id: UUID
    conference_id: UUID


@event("record.amended", subject="entry_id")
class RecordAmended(DomainEvent):
    entry: str
    entry_id: UUID
    conference_id: UUID


@event("record.struck", subject="entry_id")
class RecordStruck(DomainEvent):
    entry: str
    entry_id: UUID
    conference_id: UUID


@event("minutes.drafted", subject="minutes_id")
class MinutesDrafted(DomainEvent):
    minutes_id: UUID
    conference_id: UUID
    document_id: UUID


@event("minutes.edited", subject="minutes_id")
class MinutesEdited(DomainEvent):
    """Passages were changed by hand; `blocks` names them."""

    minutes_id: UUID
    conference_id: UUID
    document_id: UUID
    blocks: list[str]


@event("minutes.regenerated", subject="minutes_id")
class MinutesRegenerated(DomainEvent):
    """Drawn from the record again; `changed` names the edited passages whose record is no longer what it was."""

    minutes_id: UUID
    conference_id: UUID
    document_id: UUID
    changed: list[str]


@event("minutes.submitted", subject="minutes_id")
class MinutesSubmitted(DomainEvent):
    minutes_id: UUID
    conference_id: UUID
    document_id: UUID


@event("minutes.sent_back", subject="minutes_id")
class MinutesSentBack(DomainEvent):
    minutes_id: UUID
    conference_id: UUID
    document_id: UUID


@event("minutes.approved", subject="minutes_id")
class MinutesApproved(DomainEvent):
    """From here on nothing in them changes; `content_hash` is theirs for ever."""

    minutes_id: UUID
    conference_id: UUID
    document_id: UUID
    official_number_id: UUID
    content_hash: str
