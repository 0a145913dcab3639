"""Nailing an urn shut: what lay in it, and who was there, when voting ended."""

from backend.core.clock import database_now
from backend.resolutions import merkle, queries, receipts
from backend.resolutions.models import Poll


def nail_shut(poll: Poll) -> None:
    """Fixes the ballots of a locked, open poll under a signed Merkle root, with who was there. Its lock is held alone."""
    poll.sealed_at = database_now()
    leaves = queries.leaves(poll.pk)
    poll.urn_root = merkle.root(leaves)
    poll.tally = {
        **(poll.tally or {}),
        "returned": len(leaves),
        "present_at_seal": queries.present_entitled(poll, poll.sealed_at),
        "attending": queries.attending(poll),
        **queries.voted_and_not_there(poll),
    }
    _, poll.urn_signature = receipts.sign("urn", queries.urn_statement(poll), by=poll.receipt_key)
