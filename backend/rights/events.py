"""Facts about what people ask of their data. Ids only: the words stay in the rows."""

from uuid import UUID

from backend.outbox.registry import DomainEvent, event


@event("data_request.received", subject="request_id")
class DataRequestReceived(DomainEvent):
    request_id: UUID
    kind: str


@event("data_request.moved", subject="request_id")
class DataRequestMoved(DomainEvent):
    """Something happened to a request: `what` is the verb, `state` where it stands now."""

    request_id: UUID
    what: str
    state: str


@event("data_request.due", subject="request_id")
class DataRequestDue(DomainEvent):
    """A moment before a legal deadline has come; `moment` is its number among those of this request."""

    request_id: UUID
    moment: int


@event("person.corrected", subject="person_id")
class PersonCorrected(DomainEvent):
    person_id: UUID
    fields: list[str]


@event("person.erased", subject="person_id")
class PersonErased(DomainEvent):
    """What is left of the person is a row without a name; whoever keeps a copy elsewhere should forget them too."""

    person_id: UUID


@event("personal_export.packed", subject="export_id")
class PersonalExportPacked(DomainEvent):
    export_id: UUID
    person_id: UUID


@event("retention.enforced", subject="run_id")
class RetentionEnforced(DomainEvent):
    """So many rows of one sort of data were dropped, being older than they may be."""

    run_id: UUID
    data: str
    count: int


@event("legal_hold.placed", subject="hold_id")
class LegalHoldPlaced(DomainEvent):
    hold_id: UUID
    conference_id: UUID


@event("legal_hold.lifted", subject="hold_id")
class LegalHoldLifted(DomainEvent):
    hold_id: UUID
    conference_id: UUID
