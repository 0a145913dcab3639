"""The house's signature (Ed25519) under what it says about ballots: receipts, the sealed root, the count, the evidence.

The key comes from PLENUM_RECEIPT_KEY, or where that is empty from PLENUM_SECRET_KEY; its public half stands in every
poll's frozen configuration and in every bundle of evidence. Former keys go on signing for polls that were opened under
them.
"""

import hashlib
from functools import cache
from typing import Any

from django.conf import settings
from nacl.signing import SigningKey

from backend.resolutions import merkle


@cache
def _keys(secrets: tuple[str, ...]) -> dict[str, SigningKey]:
    """By public half as hex, the current one first."""
    made = [SigningKey(hashlib.sha256(b"plenum receipts\n" + secret.encode()).digest()) for secret in secrets]
    return {bytes(key.verify_key).hex(): key for key in made}


def _known() -> dict[str, SigningKey]:
    current = [settings.RECEIPT_KEY] if settings.RECEIPT_KEY else []
    return _keys((*current, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


def public_key() -> str:
    """The key that signs from now on, as hex."""
    return next(iter(_known()))


def sign(kind: str, said: Any, *, by: str) -> tuple[str, str]:
    """(public key, signature) over the kind, a line's end, and the canonical JSON, by the key whose public half is `by`;
    by the current one where that is not known any more."""
    keys = _known()
    key = by if by in keys else public_key()
    signature = keys[key].sign(f"plenum {kind} 1\n".encode() + merkle.canonical(said)).signature
    return key, signature.hex()
