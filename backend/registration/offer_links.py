"""The link in an offer: who holds it may take or leave this one seat, while an offer lasts."""

from uuid import UUID

from django.conf import settings

from backend.core.signed import SignedWord

_words = SignedWord("registration.offer")
#: Who is offered a seat again, once a cancelled conference was announced anew, has the same link.
_ROUND = 0


def sign(registration_id: UUID) -> str:
    return _words.sign(registration_id, _ROUND)


def read(word: str) -> UUID | None:
    """The registration, or None for what this house did not sign."""
    signed = _words.read(word)
    return signed[0] if signed else None


def address(registration_id: UUID) -> str:
    return f"{settings.BASE_URL}/o/{sign(registration_id)}"
