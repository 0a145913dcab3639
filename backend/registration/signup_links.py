"""Two links: the public page on which people sign up for a conference, and the one by which they confirm it, see what
came of it and withdraw."""

from uuid import UUID

from django.conf import settings

from backend.core.signed import SignedWord

_pages = SignedWord("registration.page")
_signups = SignedWord("registration.signup")
sign = _signups.sign
read = _signups.read
#: A conference has one page for as long as it takes people.
_ROUND = 0


def page_sign(conference_id: UUID) -> str:
    return _pages.sign(conference_id, _ROUND)


def page_read(word: str) -> UUID | None:
    """The conference, or None for what this house did not sign."""
    signed = _pages.read(word)
    return signed[0] if signed else None


def page_address(conference_id: UUID) -> str:
    return f"{settings.BASE_URL}/g/{page_sign(conference_id)}"


def address(signup_id: UUID, link_round: int) -> str:
    return f"{settings.BASE_URL}/y/{sign(signup_id, link_round)}"
