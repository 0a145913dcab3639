"""Hashing of ballots and of what they rest on: leaves and a Merkle tree root as in RFC 9162, section 2.1.1, and digests
of canonical JSON. Pure, standard library only."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any


def leaf(poll_id: str, number: int, content: Any) -> str:
    """Of a named ballot: SHA-256(0x00 || poll || number || choice as canonical JSON), hex: what a receipt names."""
    return hashlib.sha256(b"\x00" + f"{poll_id}\n{number}\n".encode() + canonical(content)).hexdigest()


def envelope_leaf(poll_id: str, sealed: bytes) -> str:
    """Of a sealed envelope: SHA-256(0x00 || poll || ciphertext), hex. It holds no number: the tree says nothing of whose
    it is."""
    return hashlib.sha256(b"\x00" + f"{poll_id}\n".encode() + sealed).hexdigest()


def opened_leaf(tracker: str, choice: Any, valid: bool) -> str:
    """Of an opened ballot, hex."""
    return hashlib.sha256(b"\x00" + canonical([tracker, choice, valid])).hexdigest()


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


def canonical(said: Any) -> bytes:
    """JSON with sorted members and nothing between them: the same bytes wherever they are written."""
    return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest(said: Any) -> str:
    """SHA-256 of canonical JSON, hex."""
    return hashlib.sha256(canonical(said)).hexdigest()
