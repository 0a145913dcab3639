"""The focal point's link: who holds it names the delegates of this one unit, until its round is over."""

from uuid import UUID

from django.conf import settings

from backend.core.signed import SignedWord

_words = SignedWord("delegations.name")
sign = _words.sign
opens = _words.opens


def address(delegation_id: UUID, link_round: int) -> str:
    return f"{settings.BASE_URL}/d/{sign(delegation_id, link_round)}"
