"""What can be done about personal data."""

from backend.privacy.services.accesses import note_access
from backend.privacy.services.consents import (
    Asked,
    add_purpose,
    ensure_standard_purposes,
    give_consent,
    retire_purpose,
    reword_purpose,
    withdraw_consent,
)

__all__ = [
    "Asked",
    "add_purpose",
    "ensure_standard_purposes",
    "give_consent",
    "note_access",
    "retire_purpose",
    "reword_purpose",
    "withdraw_consent",
]
