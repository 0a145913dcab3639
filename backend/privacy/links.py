"""The link to what a person decides about their data: who holds it may give and withdraw that person's consents."""

import zlib
from uuid import UUID

from django.conf import settings

from backend.core.signed import SignedWord
from backend.people.models import Person

_words = SignedWord("privacy.consent")


def address(person: Person) -> str:
    return f"{settings.BASE_URL}/c/{sign(person)}"


def sign(person: Person) -> str:
    return _words.sign(person.pk, _round(person))


def read(word: str) -> tuple[UUID, int] | None:
    """The person and the round, or None for what this house did not sign."""
    return _words.read(word)


def is_current(person: Person, signed_round: int) -> bool:
    """Links mailed to an address open nothing once the person has another one: it may be somebody else's by then."""
    return signed_round == _round(person)


def _round(person: Person) -> int:
    return zlib.crc32(person.email.lower().encode()) & 0xFFFF
