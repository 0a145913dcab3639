"""News that makes invitations go out, change or come back."""

from backend.invitations import services
from backend.outbox.models import Event


def mail_invitation(event: Event) -> None:
    services.mail_invitation(invitation_id=event.subject_id, sequence=event.payload["sequence"])


def mail_cancellation(event: Event) -> None:
    services.mail_cancellation(invitation_id=event.subject_id)


def tell_of_move(event: Event) -> None:
    services.mail_update(conference_id=event.subject_id)


def withdraw_all(event: Event) -> None:
    services.withdraw_all(conference_id=event.subject_id)


ALL = [mail_invitation, mail_cancellation, tell_of_move, withdraw_all]
