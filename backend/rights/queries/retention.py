"""How long what is kept, and what is held."""

from uuid import UUID

from backend.privacy.terms import Sweep
from backend.rights.models import LegalHold, RetentionTerm


def days_kept(sweep: Sweep) -> int:
    """As an administrator set it, else as the house does."""
    return RetentionTerm.objects.filter(name=sweep.name).values_list("days", flat=True).first() or sweep.days


def held_conferences() -> frozenset[UUID]:
    """Conferences of which nothing is dropped."""
    return frozenset(LegalHold.objects.filter(lifted_at=None).values_list("conference_id", flat=True))
