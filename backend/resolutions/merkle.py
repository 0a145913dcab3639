"""Hashing of ballots: leaves and a Merkle tree root as in RFC 9162, section 2.1.1. Pure, standard library only."""

import hashlib
from collections.abc import Sequence


def leaf(poll_id: str, number: int, content: str) -> str:
    """SHA-256(0x00 || poll || number || content), hex: what a receipt names."""
    return hashlib.sha256(b"\x00" + f"{poll_id}\n{number}\n{content}".encode()).hexdigest()


def root(leaves: Sequence[str]) -> str:
    """The tree's root over the leaves in the given order; the root of no leaves is SHA-256 of nothing."""
    if not leaves:
        return hashlib.sha256(b"").hexdigest()
    return _root([bytes.fromhex(each) for each in leaves]).hex()


def _root(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + _root(leaves[:split]) + _root(leaves[split:])).digest()
