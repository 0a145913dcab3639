"""Letters: what is said, as text and html in the recipient's language, packed into one message and queued once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string

from backend.conferences.models import Conference
from backend.conferences.queries import lead_organisation, lead_organisation_id
from backend.core.clock import now
from backend.core.text import localized
from backend.invitations import wording
from backend.mail import batches, mime
from backend.mail import services as mail
from backend.mail.mailbox import checked_email
from backend.mail.models import OutgoingMail


@dataclass(frozen=True, kw_only=True)
class Letter:
    """`template` names letters/<template>.<language>.txt and .html, framed by letters/letter.<language>; `facts` fills both.

    `answers` is the Message-ID of the mail it is an answer to.
    """

    template: str
    language: str
    subject: str
    facts: dict[str, Any]
    sender_name: str
    calendar: bytes | None = None
    calendar_method: str | None = None
    calendars: tuple[mime.CalendarPart, ...] = ()
    images: tuple[mime.InlineImage, ...] = field(default=())
    attachments: tuple[mime.Attachment, ...] = field(default=())
    reply_to: str = ""
    answers: str = ""


def of_conference(
    conference: Conference,
    template: str,
    language: str,
    *,
    subjects: Mapping[str, str],
    facts: dict[str, Any],
    **more: Any,
) -> Letter:
    """A letter of the lead organisation; its subject, in its language, names the conference."""
    lead = lead_organisation(conference)
    noun = wording.noun(conference, language)
    return Letter(
        template=template,
        language=language,
        subject=subjects[language].format(title=localized(conference.title, language), noun=noun),
        sender_name=localized(lead.name, language) if lead else settings.MAIL_FROM_NAME,
        facts={"noun": noun, **facts},
        **more,
    )


def rendered(letter: Letter) -> tuple[str, str]:
    """The text and the html body."""
    facts = {**letter.facts, "language": letter.language, "subject": letter.subject, "sender": letter.sender_name}
    name = f"{letter.template}.{letter.language}"
    return render_to_string(f"{name}.txt", facts).strip() + "\n", render_to_string(f"{name}.html", facts)


def written(
    letter: Letter, *, purpose: str, subject_id: UUID, sequence: int, recipient: tuple[str, str], conference: Conference
) -> OutgoingMail:
    """The letter as it will be sent, not queued yet. Raises InvalidMessage when none can be made of it."""
    text, html = rendered(letter)
    name, email = recipient
    message_id = mime.message_id(purpose, subject_id, email, sequence, settings.MAIL_DOMAIN)
    raw = mime.build_message(
        message_id=message_id,
        date=now(),
        sender=(letter.sender_name, settings.MAIL_FROM),
        to=(name, email),
        reply_to=(letter.sender_name, letter.reply_to) if letter.reply_to else None,
        subject=letter.subject,
        text=text,
        html=html,
        calendar=letter.calendar,
        calendar_method=letter.calendar_method,
        calendars=letter.calendars,
        inline_images=letter.images,
        attachments=letter.attachments,
        language=letter.language,
        headers=_marks(letter),
    )
    return OutgoingMail(
        purpose=purpose,
        subject_id=subject_id,
        sequence=sequence,
        recipient=checked_email(email),
        raw=raw,
        message_id=message_id,
        subject=letter.subject,
        conference_id=conference.pk,
        organisation_id=lead_organisation_id(conference),
    )


def _marks(letter: Letter) -> dict[str, str]:
    """RFC 3834: no program answers what says that it comes from one."""
    if not letter.answers:
        return {"Auto-Submitted": "auto-generated"}
    return {"Auto-Submitted": "auto-replied", "In-Reply-To": letter.answers, "References": letter.answers}


def post(
    letter: Letter,
    *,
    purpose: str,
    subject_id: UUID,
    sequence: int,
    recipient: tuple[str, str],
    conference: Conference,
    batch: UUID | None = None,
) -> None:
    """Queues the letter; a second one for the same purpose, subject and sequence changes nothing. Without a `batch` it
    waits behind no other."""
    mail.queue_all(
        [
            written(
                letter,
                purpose=purpose,
                subject_id=subject_id,
                sequence=sequence,
                recipient=recipient,
                conference=conference,
            )
        ],
        batch=batch,
    )


def batch_of(conference: Conference, purpose: str, number: int) -> UUID:
    """The batch of letters to many about the conference."""
    return batches.open_batch(
        purpose=purpose,
        subject_id=conference.pk,
        number=number,
        conference_id=conference.pk,
        organisation_id=lead_organisation_id(conference),
    )


def new_batch(conference: Conference, purpose: str) -> UUID:
    """A batch of its own for what is done now. Two calls at the same moment share one."""
    return batch_of(conference, purpose, batches.next_number(purpose=purpose, subject_id=conference.pk))
