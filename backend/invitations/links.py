"""The reply link: who holds it may answer this one invitation, until its round is over."""

import base64
import binascii
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer

#: The separator is a character every mail program keeps inside a link.
_signer = Signer(sep="~", salt="plenum.invitations.reply")
#: Longer ones are not ours, and are not worth hashing.
LONGEST = 100


def sign(invitation_id: UUID, link_round: int) -> str:
    """68 characters that need no escaping in an address."""
    packed = invitation_id.bytes + link_round.to_bytes(2, "big")
    return _signer.sign(base64.urlsafe_b64encode(packed).decode())


def read(token: str) -> tuple[UUID, int] | None:
    """The invitation and the round, or None for what this house did not sign."""
    if len(token) > LONGEST:
        return None
    try:
        packed = base64.urlsafe_b64decode(_signer.unsign(token))
    except (BadSignature, binascii.Error, ValueError):
        return None
    return (UUID(bytes=packed[:16]), int.from_bytes(packed[16:], "big")) if len(packed) == 18 else None


def address(invitation_id: UUID, link_round: int) -> str:
    return f"{settings.BASE_URL}/r/{sign(invitation_id, link_round)}"
