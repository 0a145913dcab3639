"""Taking back mail that has lost its reason before it went out."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import F

from backend.core.clock import now
from backend.mail.models import MailState, OutgoingMail

UNSENT = (MailState.QUEUED, MailState.HELD, MailState.REFUSED)


def withdraw(*, purposes: Collection[str], conference_id: UUID, subject_id: UUID | None = None) -> int:
    """Withdraws the unsent mail of these purposes about a conference, or about one subject of it, for good; returns how
    much. What a worker is handing over at this very moment goes out."""
    rows = OutgoingMail.objects.filter(conference_id=conference_id, purpose__in=purposes, state__in=UNSENT)
    if subject_id is not None:
        rows = rows.filter(subject_id=subject_id)
    return rows.update(state=MailState.WITHDRAWN, updated_at=now(), version=F("version") + 1)
