"""Taking back mail that has lost its reason before it went out."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import F, Q

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


def take_back(letters: Q, *, conference_id: UUID) -> bool | None:
    """Withdraws those of the letters about a conference that are unsent, and says whether their recipient has, or may
    have, one of them; None when none was ever written. One a worker holds, or has tried to hand over, may have arrived."""
    rows = OutgoingMail.objects.filter(letters, conference_id=conference_id)
    rows.filter(state__in=UNSENT).update(state=MailState.WITHDRAWN, updated_at=now(), version=F("version") + 1)
    # Read after the rows were locked: no worker can take one of them up any more.
    fates = list(rows.values_list("state", "held_until", "attempts"))
    if not fates:
        return None
    return any(state == MailState.SENT or held is not None or tries > 0 for state, held, tries in fates)
