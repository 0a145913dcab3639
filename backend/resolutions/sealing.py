"""The double envelope's cryptography, whole: keys as words, shares, sealed ballots. Pure: no database, no clock.

A poll's X25519 key is made when it opens, split k of n (SLIP-0039 over Shamir's scheme), each share sealed to the key of
one teller, and dropped. A teller's key is 33 words fit for paper, with a checksum. A ballot is a libsodium sealed box of
a plaintext of constant length, so that a ciphertext's size says nothing. Python frees memory without overwriting it:
"gone" means that nothing refers to a key any more when its request has ended.
"""

import json
import re
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics

#: Every ballot is this long before it is sealed, filled up with spaces.
PLAINTEXT_BYTES = 512
#: What a sealed box adds: a public key of its own and a checksum.
SEALED_BYTES = PLAINTEXT_BYTES + 48
#: Rounds of the words' own encryption, which has no passphrase here: the fewest.
EXPONENT = 0
_TRACKER = re.compile(r"[0-9a-f]{32}")


class NotOurs(ValueError):
    """Words or a share that do not belong to what is to be opened, or are mistyped."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A ballot out of its envelope; `content` None is one that cannot be read as a ballot of the poll."""

    content: Any
    tracker: str


def new_words() -> tuple[str, str]:
    """A new key for one teller: its words, and its public half as hex."""
    key = PrivateKey.generate()
    return _words(bytes(key), 1, 1)[0], bytes(key.public_key).hex()


def public_of(words: str) -> str:
    """The public half of the key the words say. Raises NotOurs for words that are mistyped."""
    return bytes(_key(words).public_key).hex()


def new_urn(threshold: int, public_keys: Sequence[str]) -> tuple[str, list[bytes]]:
    """A poll's public key as hex, and for each of `public_keys` its share of the private half, sealed to it. Of the
    private half nothing else is left."""
    key = PrivateKey.generate()
    shares = _words(bytes(key), threshold, len(public_keys))
    sealed = [
        SealedBox(PublicKey(bytes.fromhex(public))).encrypt(share.encode())
        for public, share in zip(public_keys, shares, strict=True)
    ]
    return bytes(key.public_key).hex(), sealed


def urn_key(keys: Sequence[tuple[str, bytes]], public_key: str) -> PrivateKey:
    """The poll's private half, from the words of as many tellers as are needed, each with its sealed share. Raises
    NotOurs."""
    try:
        shares = [SealedBox(_key(words)).decrypt(sealed).decode() for words, sealed in keys]
        key = PrivateKey(combine_mnemonics(shares))
    except (CryptoError, MnemonicError, UnicodeDecodeError) as error:
        raise NotOurs(type(error).__name__) from None
    if bytes(key.public_key).hex() != public_key:
        raise NotOurs("another poll's key")
    return key


def new_tracker() -> str:
    """128 random bits as hex."""
    return secrets.token_hex(16)


def written(poll_id: str, choice: Any, tracker: str) -> bytes:
    """A ballot as it is sealed: JSON, filled up with spaces to the constant length."""
    text = json.dumps({"poll": poll_id, "choice": choice, "tracker": tracker}, separators=(",", ":")).encode()
    if len(text) > PLAINTEXT_BYTES:
        raise ValueError("a ballot longer than an envelope holds")
    return text.ljust(PLAINTEXT_BYTES)


def sealed(public_key: str, plaintext: bytes) -> bytes:
    """The plaintext in an envelope that only the poll's private half opens."""
    envelope: bytes = SealedBox(PublicKey(bytes.fromhex(public_key))).encrypt(plaintext)
    return envelope


def opened(key: PrivateKey, poll_id: str, envelopes: Sequence[bytes], *, tracked: bool) -> list[Opened]:
    """All of them, sorted by tracker, which is random. Unless `tracked`, every ballot gets a new tracker, so that nobody
    can point at their own. Ballots that claim the same tracker each get a new one, too: none is lost, none is found."""
    box = SealedBox(key)
    ballots = [_opened(box, poll_id, envelope) for envelope in envelopes]
    claimed = Counter(ballot.tracker for ballot in ballots)
    return sorted(
        (
            each if tracked and claimed[each.tracker] == 1 else Opened(content=each.content, tracker=new_tracker())
            for each in ballots
        ),
        key=lambda ballot: ballot.tracker,
    )


def _opened(box: "SealedBox[PrivateKey]", poll_id: str, envelope: bytes) -> Opened:
    try:
        plaintext = box.decrypt(envelope)
        said = json.loads(plaintext, object_pairs_hook=_once)
        if len(plaintext) != PLAINTEXT_BYTES or said.keys() != {"poll", "choice", "tracker"} or said["poll"] != poll_id:
            raise ValueError
        if not _TRACKER.fullmatch(said["tracker"]):
            raise ValueError
    except (CryptoError, ValueError, TypeError, AttributeError, RecursionError):
        return Opened(content=None, tracker=new_tracker())
    return Opened(content=said["choice"], tracker=said["tracker"])


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object that says each of its members once: of two choices in one envelope none is the voter's."""
    said = dict(members)
    if len(said) < len(members):
        raise ValueError("a member twice")
    return said


def _words(secret: bytes, threshold: int, count: int) -> list[str]:
    words: list[str] = generate_mnemonics(1, [(threshold, count)], secret, iteration_exponent=EXPONENT)[0]
    return words


def _key(words: str) -> PrivateKey:
    try:
        secret = combine_mnemonics([" ".join(words.lower().split())])
        return PrivateKey(secret)
    except (MnemonicError, ValueError, TypeError, CryptoError) as error:
        raise NotOurs(type(error).__name__) from None
