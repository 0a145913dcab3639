"""What is signed of a poll, and what events tell of it."""

from typing import Any

from backend.resolutions.models import (
    Poll,
)
from backend.resolutions.queries.rolls import taken_back


def facts_of(poll: Poll) -> dict[str, Any]:
    """Which poll an event tells of, and what it was on."""
    return {
        "poll_id": poll.pk,
        "resolution_id": poll.resolution_id,
        "election_id": poll.election_id,
        "conference_id": poll.conference_id,
    }


def urn_statement(poll: Poll) -> dict[str, Any]:
    """What is signed when a poll is sealed."""
    assert poll.tally is not None  # a sealed poll has one: a constraint of the table
    return {
        "poll": str(poll.pk),
        "urn_root": poll.urn_root,
        "returned": poll.tally["returned"],
        "roll_hash": poll.roll_hash,
        "config_hash": poll.config_hash,
        "taken_back": taken_back(poll.pk),
    }


def count_statement(poll: Poll) -> dict[str, Any]:
    """What is signed when a poll is counted."""
    return {
        "poll": str(poll.pk),
        "urn_root": poll.urn_root,
        "opened_root": poll.opened_root,
        "sheets_hash": poll.sheets_hash,
        "tally": poll.tally,
        "verdict_hash": poll.verdict_hash,
    }


def declared_statement(poll: Poll) -> dict[str, Any]:
    """What is signed when a result is declared: the verdict with the chair's casting vote and the lots, and the count that
    it is of."""
    return {"poll": str(poll.pk), "count_signature": poll.count_signature, "verdict": poll.verdict}
