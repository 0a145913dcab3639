"""Facts about organisations, people and who may do what."""

from uuid import UUID

from backend.outbox.registry import DomainEvent, event


@event("organisation.created", subject="organisation_id")
class OrganisationCreated(DomainEvent):
    organisation_id: UUID


@event("organisation.changed", subject="organisation_id")
class OrganisationChanged(DomainEvent):
    organisation_id: UUID
    fields: list[str]


@event("person.created", subject="person_id")
class PersonCreated(DomainEvent):
    person_id: UUID
    organisation_id: UUID | None


@event("person.changed", subject="person_id")
class PersonChanged(DomainEvent):
    person_id: UUID
    fields: list[str]


@event("position.taken", subject="position_id")
class PositionTaken(DomainEvent):
    position_id: UUID
    person_id: UUID


@event("position.changed", subject="position_id")
class PositionChanged(DomainEvent):
    position_id: UUID
    person_id: UUID
    fields: list[str]


@event("account.created", subject="account_id")
class AccountCreated(DomainEvent):
    account_id: UUID
    person_id: UUID | None


@event("account.activated", subject="account_id")
class AccountActivated(DomainEvent):
    account_id: UUID


@event("account.deactivated", subject="account_id")
class AccountDeactivated(DomainEvent):
    account_id: UUID


@event("account.signed_in", subject="account_id")
class AccountSignedIn(DomainEvent):
    account_id: UUID


@event("role.granted", subject="account_id")
class RoleGranted(DomainEvent):
    account_id: UUID
    role: str
    organisation_id: UUID | None


@event("role.withdrawn", subject="account_id")
class RoleWithdrawn(DomainEvent):
    account_id: UUID
    role: str
    organisation_id: UUID | None


@event("token.issued", subject="token_id")
class TokenIssued(DomainEvent):
    token_id: UUID
    account_id: UUID
    scopes: list[str]


@event("token.revoked", subject="token_id")
class TokenRevoked(DomainEvent):
    token_id: UUID
    account_id: UUID
