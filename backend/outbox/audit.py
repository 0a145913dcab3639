"""Has the record been tampered with? Walks the hash chain and names every link that does not hold."""

from dataclasses import dataclass

from backend.outbox.models import Event
from backend.outbox.services import GENESIS, link_hash

BATCH = 2000


@dataclass(frozen=True, kw_only=True)
class BrokenLink:
    position: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a walk along the chain found. `last_hash`, kept elsewhere, proves later that its end was not cut off."""

    broken: list[BrokenLink]
    #: Facts that hold before the first broken link, or all of them.
    checked: int
    last_hash: str

    @property
    def broken_at(self) -> int | None:
        return self.broken[0].position if self.broken else None


def verify_chain() -> Report:
    """Walks the whole chain in batches; what `plenum audit verify` tells."""
    broken: list[BrokenLink] = []
    position, previous = 0, GENESIS
    rows = Event.objects.filter(position__isnull=False).order_by("position").iterator(chunk_size=BATCH)
    for event in rows:
        found = event.position or 0
        if found != position + 1:
            broken.append(BrokenLink(position=position + 1, reason=f"facts {position + 1} to {found - 1} are missing"))
        elif event.previous_hash != previous:
            broken.append(BrokenLink(position=found, reason="does not follow the fact before it"))
        if event.hash != link_hash(event.previous_hash, event):
            broken.append(BrokenLink(position=found, reason="does not say what was recorded"))
        position, previous = found, event.hash
    checked = broken[0].position - 1 if broken else position
    return Report(broken=broken, checked=checked, last_hash=previous)


def verify() -> list[BrokenLink]:
    """The broken links, in order; [] means that nobody changed, removed or slipped in a relayed fact."""
    return verify_chain().broken
