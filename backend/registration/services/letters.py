"""Letters about a seat: its check-in code, the place on the waiting list, an offer and its end, a refusal."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from backend.conferences.models import Conference, TimeAndPlace
from backend.conferences.queries.told import told
from backend.core.text import Text, localized
from backend.invitations import wording
from backend.invitations.letters import of_conference, written
from backend.mail import services as mail
from backend.mail.mime import InlineImage
from backend.mail.models import OutgoingMail
from backend.privacy import links as consent_links
from backend.registration import codes, offer_links, signup_links
from backend.registration.models import Registration
from backend.registration.queries import admission, live_registration, offer_end, unrecorded_of
from backend.registration.states import RegistrationState

SUBJECTS = {
    "confirmation": {"vi": "Xác nhận tham dự: {title}", "en": "Your seat: {title}"},
    "waiting": {"vi": "Danh sách chờ: {title}", "en": "Waiting list: {title}"},
    "offer": {"vi": "Mời nhận chỗ: {title}", "en": "A seat is kept for you: {title}"},
    "expired": {"vi": "Quá hạn nhận chỗ: {title}", "en": "The offer has ended: {title}"},
    "seat_reminder": {"vi": "Nhắc lịch: {title}", "en": "Reminder: {title}"},
    "refusal": {"vi": "Về đăng ký tham dự: {title}", "en": "About your registration: {title}"},
}
QR = "check-in-code"
#: Offers are told apart by the second of their end, counted from here.
_LETTERS_BEGAN = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@transaction.atomic
def mail_confirmation(*, registration_id: UUID) -> None:
    """Queues the letter with the check-in code, as a picture and as text. Says nothing once the seat was given up."""
    row = with_letter_facts().get(pk=registration_id)
    if row.state != RegistrationState.CONFIRMED:
        return
    code = codes.sign(row.id, row.code_round)
    image = InlineImage(cid=QR, content=codes.picture(code))
    _mail(
        row, "confirmation", purpose="registration", sequence=row.code_round, images=(image,),
        code=code, qr=QR, **_consents(row),
    )  # fmt: skip


@transaction.atomic
def mail_waiting(*, registration_id: UUID) -> None:
    """Queues the letter that tells the turn on the waiting list, once for each turn. Says nothing when a seat was found
    meanwhile."""
    row = with_letter_facts().get(pk=registration_id)
    if row.state == RegistrationState.WAITING:
        _mail(
            row, "waiting", purpose="waiting-list", sequence=row.turn or 0, turn=row.turn,
            offered=bool(admission(row.conference_id).offer_hours), leave=_own_page(row), **_consents(row),
        )  # fmt: skip


@transaction.atomic
def mail_offer(*, registration_id: UUID) -> None:
    """Queues the letter with the link to take the seat or leave it to others, once for each offer. Says nothing when they
    have answered."""
    row = with_letter_facts().get(pk=registration_id)
    ends = offer_end(row)
    if row.state != RegistrationState.OFFERED or row.offer_until is None or ends is None:
        return
    until = wording.until(ends, row.conference.time_zone, row.person.language)
    offer = int((row.offer_until - _LETTERS_BEGAN).total_seconds())
    _mail(row, "offer", purpose="seat-offer", sequence=offer, until=until, link=offer_links.address(row.id))


@transaction.atomic
def mail_expired(*, registration_id: UUID) -> None:
    """Queues the letter that the seat went on to the next; silent for who registered anew meanwhile."""
    row = with_letter_facts().get(pk=registration_id)
    if live_registration(row.conference_id, row.person_id) is None:
        _mail(row, "expired", purpose="seat-offer-ended", sequence=0)


@transaction.atomic
def mail_refusal(*, registration_id: UUID) -> None:
    """Queues the letter that the request was turned down, and why."""
    row = with_letter_facts().get(pk=registration_id)
    _mail(row, "refusal", purpose="registration-refused", sequence=0, why=localized(row.reason, row.person.language))


def with_letter_facts() -> QuerySet[Registration]:
    """Registrations with all a letter says of them."""
    return Registration.objects.select_related(
        "person", "invitation__organisation", "invitation__conference", "conference", "site__venue", "site__room"
    ).prefetch_related(
        "conference__organisers__organisation__former_names", "conference__sites__venue", "conference__sites__room"
    )


def _consents(row: Registration) -> dict[str, Any]:
    """The link to what they decide about their data, and what they ticked that is not recorded. An invitation carries the
    link already; who came by the public page has it from here alone."""
    if row.invitation is not None:
        return {}
    titles = [(localized(each.title, row.person.language), each.retired_at) for each in unrecorded_of(row)]
    return {"consents": consent_links.address(row.person), "unrecorded": titles}


def _own_page(row: Registration) -> str:
    """Where who came by the public page may give up what came of it; an invitation has a link of its own."""
    signup = row.signups.order_by("-confirmed_at").first() if row.invitation is None else None
    return signup_links.address(signup.pk, signup.link_round) if signup else ""


def _office(row: Registration, language: str) -> Text:
    """With its unit, as the invitation says it."""
    return {language: wording.office_held(row.invitation, language)} if row.invitation else {}


def _mail(
    row: Registration, kind: str, *, purpose: str, sequence: int, images: tuple[InlineImage, ...] = (), **facts: Any
) -> None:
    if not _address(row):
        return  # without an address the organiser's list tells them
    letter = letter_about(row, kind, purpose=purpose, sequence=sequence, known=_known_to(row), images=images, **facts)
    mail.queue_all([letter])


def letter_about(
    row: Registration,
    kind: str,
    *,
    purpose: str,
    sequence: int,
    known: Conference | TimeAndPlace,
    images: tuple[InlineImage, ...] = (),
    **facts: Any,
) -> OutgoingMail:
    """The letter, not queued yet, with the time and place that are `known` to its reader. Raises InvalidMessage when none
    can be made of it."""
    language, conference = row.person.language, row.conference
    letter = of_conference(
        conference,
        f"letters/{kind}",
        language,
        subjects=SUBJECTS[kind],
        images=images,
        facts={
            "addressee": wording.addressee(row.person, _office(row, language), language),
            "you": wording.you(row.person, language),
            "title": localized(conference.title, language),
            "hosts": wording.hosts(conference, language),
            "when": wording.when(known, language),
            "where": (
                wording.where_told(known, row.site_id, language)
                if isinstance(known, TimeAndPlace)
                else wording.where(conference, row.site, language)
            ),
            **facts,
        },
    )
    return written(
        letter,
        purpose=purpose,
        subject_id=row.id,
        sequence=sequence,
        recipient=(row.person.full_name, _address(row)),
        conference=conference,
    )


def _address(row: Registration) -> str:
    return row.invitation.email if row.invitation and row.invitation.email else row.person.email


def _known_to(row: Registration) -> Conference | TimeAndPlace:
    """The time and place this person was told, which a confirmation repeats: what is newer comes with the news."""
    written_to = row.invitation is not None and row.invitation.sent_at is not None
    sequence = row.invitation.sequence if row.invitation and written_to else row.conference.told_sequence
    return told(row.conference_id).get(sequence) or row.conference
