"""Reading consents and the log of accesses."""

from backend.privacy.queries.accesses import accesses_to, visible_accesses
from backend.privacy.queries.consents import (
    Standing,
    consented,
    consenting,
    last_decision,
    opened_by,
    purposes,
    shown_sha256,
    standings,
    visible_decisions,
    wordings_in_force,
    wordings_that_count,
)

__all__ = [
    "Standing",
    "accesses_to",
    "consented",
    "consenting",
    "last_decision",
    "opened_by",
    "purposes",
    "shown_sha256",
    "standings",
    "visible_accesses",
    "visible_decisions",
    "wordings_in_force",
    "wordings_that_count",
]
