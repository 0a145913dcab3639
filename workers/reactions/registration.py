"""News that gives, takes or frees a seat."""

from uuid import UUID

from backend.outbox.models import Event
from backend.registration import services


def follow_answer(event: Event) -> None:
    services.follow_answer(invitation_id=event.subject_id)


def follow_withdrawal(event: Event) -> None:
    services.follow_withdrawal(invitation_id=event.subject_id)


def promote(event: Event) -> None:
    services.promote(conference_id=UUID(event.payload["conference_id"]))


def call_off(event: Event) -> None:
    services.call_off(conference_id=event.subject_id)


def put_off(event: Event) -> None:
    services.put_off(conference_id=event.subject_id)


def resume(event: Event) -> None:
    services.resume(conference_id=event.subject_id)


def renew_signups(event: Event) -> None:
    services.renew_signups(conference_id=event.subject_id)


def mail_confirmation(event: Event) -> None:
    services.mail_confirmation(registration_id=event.subject_id)


def mail_waiting(event: Event) -> None:
    services.mail_waiting(registration_id=event.subject_id)


def mail_offer(event: Event) -> None:
    services.mail_offer(registration_id=event.subject_id)


def mail_expired(event: Event) -> None:
    services.mail_expired(registration_id=event.subject_id)


def mail_refusal(event: Event) -> None:
    services.mail_refusal(registration_id=event.subject_id)


def mail_signup(event: Event) -> None:
    services.mail_signup(signup_id=event.subject_id, link_round=event.payload["round"])


def mail_seat_reminders(event: Event) -> None:
    services.mail_seat_reminders(
        conference_id=event.subject_id, **{name: event.payload[name] for name in ("moment", "anchor", "registrations")}
    )


def drop_seat_reminders(event: Event) -> None:
    services.drop_seat_reminders(conference_id=event.subject_id)


def drop_own_seat_reminder(event: Event) -> None:
    services.drop_seat_reminders(conference_id=UUID(event.payload["conference_id"]), registration_id=event.subject_id)


ALL = [
    follow_answer,
    follow_withdrawal,
    promote,
    call_off,
    put_off,
    resume,
    renew_signups,
    mail_confirmation,
    mail_waiting,
    mail_offer,
    mail_expired,
    mail_refusal,
    mail_signup,
    mail_seat_reminders,
    drop_seat_reminders,
    drop_own_seat_reminder,
]
