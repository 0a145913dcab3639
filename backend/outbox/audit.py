"""Checks that the record is the one the relay chained: nothing changed, nothing taken out, nothing slipped in."""

from dataclasses import dataclass

from backend.outbox.models import Event
from backend.outbox.services import link_hash


@dataclass(frozen=True, kw_only=True)
class ChainReport:
    """`broken_at` is the first position that does not follow from the one before; None when all do.

    Who writes `last_hash` down elsewhere can later prove that the end was not cut off either.
    """

    checked: int
    broken_at: int | None
    last_hash: str


def verify_chain() -> ChainReport:
    """Walks the whole chain from its first link, reading in portions; changes nothing."""
    checked, previous = 0, ""
    for event in Event.objects.filter(position__isnull=False).order_by("position").iterator(chunk_size=2000):
        expected = checked + 1
        follows = event.position == expected and event.previous_hash == previous
        if not follows or event.hash != link_hash(previous, event):
            return ChainReport(checked=checked, broken_at=expected, last_hash=previous)
        checked, previous = expected, event.hash
    return ChainReport(checked=checked, broken_at=None, last_hash=previous)
