"""The reply link: who holds it may answer this one invitation, until its round is over."""

from uuid import UUID

from django.conf import settings

from backend.core.signed import SignedWord

_words = SignedWord("invitations.reply")
sign = _words.sign
opens = _words.opens


def address(invitation_id: UUID, link_round: int) -> str:
    return f"{settings.BASE_URL}/r/{sign(invitation_id, link_round)}"


def letter_address(invitation_id: UUID, link_round: int) -> str:
    """Where the invitee downloads the giấy mời; void when the reply link is."""
    return f"{address(invitation_id, link_round)}/letter"
