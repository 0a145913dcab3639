"""The link to one's copy: who holds it may fetch it while it is kept."""

from uuid import UUID

from django.conf import settings

from backend.core.signed import SignedWord
from backend.rights.models import PersonalExport

_copies = SignedWord("rights.copy")


def copy_address(export: PersonalExport) -> str:
    return f"{settings.BASE_URL}/my-data/{_copies.sign(export.pk, 0)}"


def read_copy(word: str) -> UUID | None:
    """The copy's id, or None for what this house did not sign."""
    read = _copies.read(word)
    return read[0] if read else None
