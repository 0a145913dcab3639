"""What letters about several meetings of a series have in common, whether they moved or are off."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings

from backend.conferences.models import Conference, Series
from backend.core.clock import local
from backend.core.text import localized
from backend.invitations.letters import Letter
from backend.invitations.services import composing
from backend.mail import batches, mime
from backend.mail.models import OutgoingMail

#: People written to in one transaction: each letter may tell of dozens of meetings.
CHUNK = 10


def in_order(conference: Conference) -> tuple[bool, Any, str]:
    """The key by which meetings stand in a letter: by time, those without an hour last."""
    return conference.starts_at is None, conference.starts_at or conference.day, str(conference.pk)


def composed(
    series: Series,
    language: str,
    told: Sequence[tuple[Conference, Letter]],
    *,
    template: str,
    subject: str,
    **facts: Any,
) -> Letter:
    """One letter made of what each meeting's own would say, with the calendar messages of all of them."""
    title = localized(series.title, language)
    letters = [letter for _, letter in told]
    calendars = tuple(
        mime.CalendarPart(filename=_filename(conference), content=letter.calendar, method=letter.calendar_method or "")
        for conference, letter in told
        if letter.calendar is not None
    )
    return Letter(
        template=template,
        language=language,
        subject=composing.SUBJECTS[subject][language].format(title=title, n=len(told)),
        sender_name=localized(series.organisation.name, language) or settings.MAIL_FROM_NAME,
        calendars=calendars,
        facts={
            "addressee": letters[0].facts["addressee"],
            "you": letters[0].facts["you"],
            "title": title,
            "meetings": [letter.facts for letter in letters],
            "updates": sum(part.method == "REQUEST" for part in calendars),
            "removals": sum(part.method == "CANCEL" for part in calendars),
            **facts,
        },
    )


def _filename(conference: Conference) -> str:
    """What the meeting's calendar file is called: by its time, while it has none by its id."""
    if conference.starts_at is None:
        return f"{conference.pk}.ics"
    return f"{local(conference.starts_at, conference.time_zone):%Y-%m-%d-%H%M}.ics"


def subject_of(series: Series, who: str, key: str) -> UUID:
    """What the one letter to somebody about these meetings (`key`) is filed under, however many are left of them."""
    return uuid5(series.pk, f"{who} {key}")


def written_before(purpose: str, subjects: Iterable[UUID]) -> Collection[tuple[UUID, str]]:
    """Which of these letters were written, and to which address: handled again when fewer meetings are left, one is not
    followed by a shorter one."""
    rows = OutgoingMail.objects.filter(purpose=purpose, subject_id__in=list(subjects))
    return {(subject, email.lower()) for subject, email in rows.values_list("subject_id", "recipient")}


def in_chunks(people: Sequence[str]) -> Iterator[list[str]]:
    return (list(people[start : start + CHUNK]) for start in range(0, len(people), CHUNK))


def batch_of(series: Series, key: str, purpose: str, conference_id: UUID | None) -> UUID:
    return batches.open_batch(
        purpose=purpose,
        subject_id=uuid5(series.pk, key),
        number=1,
        conference_id=conference_id,
        organisation_id=series.organisation_id,
    )
