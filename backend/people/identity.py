"""Whether two descriptions of somebody are of one human being: one rule, wherever people are named — in lists, on a
unit's page, in proposals.

It asks in this order, and the first answer stands:

1. Other names, other people: a mailbox or a telephone may be the whole office's. Names are compared without honorific,
   degree, case, diacritics and how they are spaced or composed.
2. An e-mail address in common: the same.
3. Each with an address, none in common: two people, unless they share a telephone; then it is unclear.
4. A telephone in common: the same. Each with a telephone, another one, in one unit: unclear.
5. Nothing tells them apart: the same in one unit, two people in two. Hoa and Hòa in one unit are unclear, where both
   names are written with diacritics.

What is unclear is asked where somebody can answer; where nobody can, they count as two: two records can become one
later, a letter that went to the wrong person cannot be taken back.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import F, Func, Q, QuerySet, Value
from django.db.models.functions import Lower, Right

from backend.core.vietnamese import ascii_name, fold, sort_key
from backend.people.models import Person
from backend.people.names import parse_name
from backend.people.telephones import InvalidTelephone, telephone

#: A telephone number is looked up by its last digits: people on record have theirs as somebody typed it.
_DIGITS = 9


class Likeness(StrEnum):
    SAME = "same"
    UNCLEAR = "unclear"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Told:
    """Somebody as they are told of, in the form in which it is compared. `spelling` is "" for a name without diacritics,
    `unit` whatever stands for their unit, "" where it is not known."""

    name: str
    spelling: str = ""
    emails: frozenset[str] = frozenset()
    phone: str = ""
    unit: str = ""


def told(*, full_name: str, emails: Collection[str] = (), phone: str = "", unit: Any = "") -> Told:
    """As it was written by whomever, in the form in which it is compared; what is no telephone number tells nothing."""
    name = parse_name(full_name).full_name
    return Told(
        name=fold(name),
        spelling=sort_key(name) if ascii_name(name) != name else "",
        emails=frozenset(email.strip().lower() for email in emails) - {""},
        phone=_number(phone),
        unit=str(unit or ""),
    )


def on_record(person: Person) -> Told:
    """Somebody as the record says it."""
    return told(
        full_name=person.full_name,
        emails=(person.email, person.alternate_email),
        phone=person.phone,
        unit=person.organisation_id,
    )


def name_key(full_name: str) -> str:
    """What is compared of a name: ÔNG TS. NGUYỄN  VĂN AN and Nguyen Van An alike."""
    return fold(parse_name(full_name).full_name)


def likeness(one: Told, other: Told) -> Likeness:
    """See the module."""
    if one.name != other.name:
        return Likeness.OTHER
    if one.emails & other.emails:
        return Likeness.SAME
    same_phone = bool(one.phone) and one.phone == other.phone
    if one.emails and other.emails:
        return Likeness.UNCLEAR if same_phone else Likeness.OTHER
    if same_phone:
        return Likeness.SAME
    if not one.unit or one.unit != other.unit:
        return Likeness.OTHER
    other_number, other_spelling = (
        bool(mine and theirs and mine != theirs)
        for mine, theirs in ((one.phone, other.phone), (one.spelling, other.spelling))
    )
    return Likeness.UNCLEAR if other_number or other_spelling else Likeness.SAME


# Whom to compare with


def reached_by(
    rows: QuerySet[Any], *, emails: Collection[str] = (), phones: Collection[str] = (), person: str = ""
) -> QuerySet[Any]:
    """The rows whose person (at the lookup `person`, as "person__") has one of the addresses or telephone numbers."""
    wanted = {email.lower() for email in emails} - {""}
    endings = {_ending(phone) for phone in phones} - {""}
    by = Q(pk__in=[])
    if wanted:
        rows = rows.alias(_email=Lower(f"{person}email"), _second=Lower(f"{person}alternate_email"))
        by |= Q(_email__in=wanted) | Q(_second__in=wanted)
    if endings:
        digits = Func(F(f"{person}phone"), Value(r"\D"), Value(""), Value("g"), function="regexp_replace")
        rows = rows.alias(_ending=Right(digits, _DIGITS))
        by |= Q(_ending__in=endings)
    return rows.filter(by)


def _ending(phone: str) -> str:
    return "".join(c for c in phone if c.isdecimal())[-_DIGITS:]


def _number(written: str) -> str:
    try:
        return telephone(written) if written else ""
    except InvalidTelephone:
        return ""
