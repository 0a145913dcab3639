"""Everything that is needed to check a sealed poll without trusting this server, as one signed bundle.

tools/verify_poll.py reads it; docs/voting.md says what each member proves. The bundle repeats nothing: what can be
recomputed is checked against the one place it stands in.
"""

from typing import Any

from backend.outbox.models import Event
from backend.resolutions import batches, merkle, queries, receipts
from backend.resolutions.models import NamedBallot, OpenedBallot, Poll
from backend.resolutions.states import PollState, Secrecy

FORMAT = "plenum-evidence-1"


def bundle(poll: Poll, *, with_roll: bool) -> dict[str, Any]:
    """The evidence of a sealed poll. What was on the ballots is in it once they are counted; the roll, by ids, for those
    who may read it. Its digest covers everything else in it, and the signature the digest."""
    leaves, counted = queries.leaves(poll.pk), poll.was_counted
    said: dict[str, Any] = {
        "format": FORMAT,
        "poll": str(poll.pk),
        "state": poll.state,
        "config": poll.config,
        "config_hash": poll.config_hash,
        "roll": queries.frozen_roll(poll.pk) if with_roll else None,
        "roll_hash": poll.roll_hash,
        "taken_back": queries.taken_back(poll.pk),
        "returned": len(leaves),
        "leaves": leaves,
        "urn_root": poll.urn_root,
        "urn_signature": poll.urn_signature,
        "ballots": _named(poll) if counted and poll.secrecy == Secrecy.NAMED else None,
        "opened": _opened(poll) if counted and poll.secrecy == Secrecy.SECRET else None,
        "opened_root": poll.opened_root,
        "sheets": batches.frozen(poll) if counted and poll.by_tellers else None,
        "sheets_hash": poll.sheets_hash,
        "tally": poll.tally if counted else None,
        "count_signature": poll.count_signature,
        "verdict": poll.verdict if counted else None,
        "verdict_hash": poll.verdict_hash,
        "declared_signature": poll.declared_signature,
        "annulled": _annulled(poll),
        "key_destroyed_at": poll.key_destroyed_at.isoformat() if poll.key_destroyed_at else None,
        "audit_head": _audit_head(),
    }
    key, signature = receipts.sign("evidence", digest := merkle.digest(said), by=poll.receipt_key)
    return {**said, "digest": digest, "key": key, "signature": signature}


def _named(poll: Poll) -> list[list[Any]]:
    rows = NamedBallot.objects.filter(poll_id=poll.pk).order_by("number").values_list("number", "choice")
    return [list(row) for row in rows]


def _opened(poll: Poll) -> list[list[Any]]:
    rows = OpenedBallot.objects.filter(poll_id=poll.pk).order_by("tracker").values_list("tracker", "choice", "valid")
    return [list(row) for row in rows]


def _annulled(poll: Poll) -> dict[str, Any] | None:
    """Who voided it, when, and why."""
    if poll.state != PollState.ANNULLED:
        return None
    assert poll.ended_at is not None  # set with the state
    by = str(poll.annulled_by_id) if poll.annulled_by_id else None
    return {"by": by, "at": poll.ended_at.isoformat(), "why": poll.annulled_reason}


def _audit_head() -> dict[str, Any] | None:
    """The last link of the hash chain of all facts."""
    last = Event.objects.filter(position__isnull=False).order_by("-position").values("position", "hash").first()
    return dict(last) if last else None
