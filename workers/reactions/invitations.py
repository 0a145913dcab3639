"""News that makes invitations go out, change or come back."""

from typing import Any
from uuid import UUID

from backend.invitations import services
from backend.invitations.states import ReminderKind
from backend.outbox.models import Event


def mail_invitation(event: Event) -> None:
    services.mail_invitation(invitation_id=event.subject_id, sequence=event.payload["sequence"], batch=_batch(event))


def mail_cancellation(event: Event) -> None:
    if not _together(event):
        services.mail_cancellation(invitation_id=event.subject_id, batch=_batch(event))


def _together(event: Event) -> bool:
    """Whether a fact of the series has people told of this one and others in one letter."""
    return event.payload.get("series_id") is not None


def _batch(event: Event) -> UUID | None:
    named = event.payload.get("batch_id")
    return UUID(named) if named else None


def tell_news(event: Event) -> None:
    if not _together(event):
        services.tell_news(**_window(event))


def tell_series_news(event: Event) -> None:
    services.tell_series_news(series_id=event.subject_id, windows=event.payload["windows"])


def mail_series_news(event: Event) -> None:
    services.mail_series_news(
        series_id=event.subject_id, windows=event.payload["windows"], people=event.payload["people"]
    )


def mail_news(event: Event) -> None:
    services.mail_news(**_window(event), people=event.payload["people"])


def _window(event: Event) -> dict[str, Any]:
    numbers = ("from_sequence", "to_sequence", "from_release", "to_release")
    return {"conference_id": event.subject_id, **{name: event.payload[name] for name in numbers}}


def tell_of_postponement(event: Event) -> None:
    services.tell_of_postponement(conference_id=event.subject_id, sequence=event.payload["sequence"])


def mail_postponement(event: Event) -> None:
    services.mail_postponement(
        conference_id=event.subject_id,
        sequence=event.payload["sequence"],
        invitations=event.payload["invitations"],
    )


def tell_of_calling_off(event: Event) -> None:
    if not _together(event):
        services.tell_of_calling_off(conference_id=event.subject_id, sequence=event.payload["sequence"])


def tell_of_series_calling_off(event: Event) -> None:
    services.tell_of_series_calling_off(series_id=event.subject_id, conferences=event.payload["conferences"])


def mail_series_calling_off(event: Event) -> None:
    services.mail_series_calling_off(
        series_id=event.subject_id, conferences=event.payload["conferences"], people=event.payload["people"]
    )


def mail_calling_off(event: Event) -> None:
    services.mail_calling_off(
        conference_id=event.subject_id, sequence=event.payload["sequence"], people=event.payload["people"]
    )


def withdraw_all(event: Event) -> None:
    if not _together(event):  # else series.called_off withdraws, before it looks for whom to tell
        services.withdraw_all(conference_id=event.subject_id)


def take_reply(event: Event) -> None:
    services.take_reply(inbound_id=event.subject_id)


def follow_bounce(event: Event) -> None:
    services.follow_bounce(mail_id=event.subject_id, status=event.payload.get("status", ""))


def follow_address(event: Event) -> None:
    services.follow_address(person_id=event.subject_id)


def take_over_proposals(event: Event) -> None:
    services.take_over_proposals(conference_id=event.subject_id)


def mail_proposal_declined(event: Event) -> None:
    services.mail_proposal_declined(proposal_id=UUID(event.payload["proposal_id"]))


def mail_reminders(event: Event) -> None:
    services.mail_reminders(
        conference_id=event.subject_id,
        **{name: event.payload[name] for name in ("kind", "moment", "anchor", "invitations")},
    )


def drop_reminders(event: Event) -> None:
    services.drop_reminders(conference_id=event.subject_id)


def drop_start_reminders(event: Event) -> None:
    services.drop_reminders(conference_id=event.subject_id, kinds=[ReminderKind.START])


def drop_own_reminders(event: Event) -> None:
    services.drop_own_reminders(invitation_id=event.subject_id)


ALL = [
    mail_reminders,
    drop_reminders,
    drop_start_reminders,
    drop_own_reminders,
    take_reply,
    follow_bounce,
    follow_address,
    take_over_proposals,
    mail_proposal_declined,
    mail_invitation,
    mail_cancellation,
    tell_news,
    mail_news,
    tell_series_news,
    mail_series_news,
    tell_of_postponement,
    mail_postponement,
    tell_of_calling_off,
    mail_calling_off,
    tell_of_series_calling_off,
    mail_series_calling_off,
    withdraw_all,
]
