"""Reading what is in an urn."""

from typing import Any
from uuid import UUID

from backend.resolutions.models import (
    Envelope,
    NamedBallot,
    OpenedBallot,
    Poll,
)
from backend.resolutions.states import (
    Secrecy,
)


def urn_of(secrecy: str) -> type[NamedBallot] | type[Envelope]:
    return Envelope if secrecy == Secrecy.SECRET else NamedBallot


def cast_numbers(poll: Poll, numbers: list[int] | None = None) -> set[int]:
    """Which entitlements (of `numbers`, or of all) have a ballot in the urn."""
    cast = urn_of(poll.secrecy).objects.filter(poll_id=poll.pk)
    return set((cast if numbers is None else cast.filter(number__in=numbers)).values_list("number", flat=True))


def leaves(poll_id: UUID) -> list[str]:
    """Of every ballot in the urn, sorted by value, so that a leaf's place says nothing about its time."""
    named = NamedBallot.objects.filter(poll_id=poll_id).values_list("leaf", flat=True)
    return sorted([*named, *Envelope.objects.filter(poll_id=poll_id).values_list("leaf", flat=True)])


def contents(poll: Poll) -> list[Any]:
    """What stood on the ballots of a poll whose urn is open."""
    rows = OpenedBallot.objects if poll.secrecy == Secrecy.SECRET else NamedBallot.objects
    return list(rows.filter(poll_id=poll.pk).values_list("choice", flat=True))
