"""News about delegations that focal points, and units above them, are written to about."""

from uuid import UUID

from backend.delegations import services
from backend.outbox.models import Event


def mail_request(event: Event) -> None:
    services.mail_request(delegation_id=event.subject_id, link_round=event.payload["link_round"])


def mail_extended(event: Event) -> None:
    services.mail_extended(delegation_id=event.subject_id, due=event.payload["due"], version=event.payload["version"])


def mail_brought_forward(event: Event) -> None:
    services.mail_brought_forward(
        delegation_id=event.subject_id, due=event.payload["due"], version=event.payload["version"]
    )


def mail_reminder(event: Event) -> None:
    services.mail_reminder(delegation_id=event.subject_id, due=event.payload["due"], sequence=event.payload["sequence"])


def mail_escalation(event: Event) -> None:
    services.mail_escalation(delegation_id=event.subject_id, due=event.payload["due"])


def follow_withdrawal(event: Event) -> None:
    services.follow_withdrawal(invitation_id=event.subject_id)


def tell_of_calling_off(event: Event) -> None:
    services.tell_of_calling_off(conference_id=event.subject_id, sequence=event.payload["sequence"])


def tell_of_move(event: Event) -> None:
    services.tell_of_move(
        conference_id=event.subject_id,
        from_sequence=event.payload["from_sequence"],
        to_sequence=event.payload["to_sequence"],
    )


def call_off_site(event: Event) -> None:
    services.call_off_site(conference_id=event.subject_id, site_id=UUID(event.payload["site_id"]))


ALL = [
    call_off_site,
    mail_request,
    mail_extended,
    mail_brought_forward,
    mail_reminder,
    mail_escalation,
    follow_withdrawal,
    tell_of_calling_off,
    tell_of_move,
]
