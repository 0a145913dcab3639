"""Signed words that open one thing until its round is over: nothing is stored, and raising the round voids older ones."""

import base64
import binascii
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet

from backend.core.errors import Gone, NotFound
from backend.core.text import say

#: Longer ones are not ours, and are not worth hashing.
LONGEST = 100


class SignedWord:
    """Words of one `purpose`; one made for another purpose is not read."""

    def __init__(self, purpose: str) -> None:
        # The separator is a character every mail program keeps inside a link.
        self._signer = Signer(sep="~", salt=f"plenum.{purpose}")

    def sign(self, row_id: UUID, row_round: int) -> str:
        """68 characters that need no escaping in an address."""
        packed = row_id.bytes + row_round.to_bytes(2, "big")
        return self._signer.sign(base64.urlsafe_b64encode(packed).decode())

    def read(self, word: str) -> tuple[UUID, int] | None:
        """The row's id and the round, or None for what this house did not sign."""
        word = word.strip()
        if len(word) > LONGEST:
            return None
        try:
            packed = base64.urlsafe_b64decode(self._signer.unsign(word))
        except (BadSignature, binascii.Error, ValueError):
            return None
        return (UUID(bytes=packed[:16]), int.from_bytes(packed[16:], "big")) if len(packed) == 18 else None

    def opens(self, word: str, rows: QuerySet[Any], *, unknown: Any) -> Any:
        """The one of `rows` that the link in a letter opens, by its `link_round`. Raises NotFound, saying `unknown`,
        for a forged link, and Gone for one of an older letter."""
        signed = self.read(word)
        found = signed and rows.filter(pk=signed[0]).first()
        if not signed or not found:
            raise NotFound(unknown)
        if signed[1] != found.link_round:
            raise Gone(
                say(
                    vi="Đã có thư mới hơn; hãy dùng liên kết trong thư ấy.",
                    en="There is a newer letter; please use its link.",
                )
            )
        return found
