"""Who is meant by the rows of a file: by e-mail, then by telephone and name, then by name and unit."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Lower

from backend.core.text import Text, both, say
from backend.core.vietnamese import fold
from backend.imports.models import ImportRow
from backend.imports.states import Outcome
from backend.people.models import Organisation, Person

OTHER_NAME = say(
    vi="Địa chỉ này trong danh bạ là của người khác tên: hãy sửa dòng này, hoặc chọn người ấy.",
    en="On record this address belongs to somebody of another name: correct the row, or choose that person.",
)
SEVERAL = say(
    vi="Có nhiều người trong danh bạ có thể là người này: hãy chọn một người, hoặc ghi là người mới.",
    en="Several people on record may be meant: choose one, or say that it is somebody new.",
)
NAMESAKE = say(
    vi="Đã có người cùng tên với địa chỉ e-mail khác: hãy chọn người ấy, hoặc ghi là người mới.",
    en="There is somebody of this name with another e-mail address: choose that person, or say that it is somebody new.",
)
UNKNOWN_UNIT = say(
    vi="Chưa có đơn vị này trong hệ thống; tên đơn vị được ghi cùng chức vụ.",
    en="No organisation on record has this name; it is written beside the office.",
)
#: A telephone number is compared by its last digits: people on record have theirs as somebody typed it.
_DIGITS = 9


@dataclass(frozen=True, kw_only=True)
class Match:
    """`person` is who is meant, when known; `candidates` who might be, with the `error` that says why it is open."""

    outcome: str
    person: Person | None = None
    candidates: list[UUID] = field(default_factory=list)
    error: dict[str, Any] | None = None


class People:
    """Those on record whom some rows may mean: looked up in a constant number of statements.

    Telephone and name are compared within the organisations in `kept` (None: all); an address is somebody's everywhere.
    """

    def __init__(self, rows: Sequence[ImportRow], *, home: UUID, kept: Collection[UUID] | None) -> None:
        self.home, self.kept = home, kept
        emails = {row.tells("email") for row in rows} - {""}
        phones = {row.tells("phone")[-_DIGITS:] for row in rows} - {""}
        names = {fold(row.tells("full_name")) for row in rows} - {""}
        here = Q() if kept is None else Q(organisation_id__in=kept)
        self.by_email, self.by_phone, self.by_name = (defaultdict[str, list[Person]](list) for _ in range(3))
        held = Person.objects.alias(lowered=Lower("email")).filter(lowered__in=emails)
        for person in Person.objects.filter(pk__in=held.values("pk")).order_by("id"):
            self.by_email[person.email.lower()].append(person)
        for person in Person.objects.filter(here, pk__in=_called_at(phones)).order_by("id"):
            self.by_phone[_digits(person.phone)].append(person)
        for person in Person.objects.filter(here, folded__in=names).order_by("id"):
            self.by_name[person.folded].append(person)

    def keeps(self, organisation_id: UUID | None) -> bool:
        """Whether people of this organisation may be changed here."""
        return self.kept is None or organisation_id in self.kept

    def meant_by(self, row: ImportRow) -> Match:
        name, email = fold(row.tells("full_name")), row.tells("email")
        if held := self.by_email.get(email, []) if email else []:
            same = [person for person in held if person.folded == name]
            return _known(same[0]) if len(same) == 1 else _open("email", SEVERAL if same else OTHER_NAME, same or held)
        phone = row.tells("phone")[-_DIGITS:]
        reached = [person for person in self.by_phone.get(phone, []) if person.folded == name] if phone else []
        unit = self.unit_of(row)
        namesakes = reached or [person for person in self.by_name.get(name, []) if person.organisation_id == unit]
        if not namesakes:
            return Match(outcome=Outcome.NEW)
        if len(namesakes) > 1:
            return _open("full_name", SEVERAL, namesakes)
        (person,) = namesakes
        if email and person.email and person.email.lower() != email:
            return _open("email", NAMESAKE, namesakes)
        return _known(person)

    def unit_of(self, row: ImportRow) -> UUID:
        """Where somebody new would belong: to the unit named, if its people are kept here, else to the importer's."""
        return row.unit_id if row.unit_id and self.keeps(row.unit_id) else self.home


def units_called(names: Iterable[str]) -> dict[str, Organisation]:
    """The organisations by the folded name a file calls them by, full or short; what two are called is left out."""
    wanted = {fold(name) for name in names} - {""}
    if not wanted:
        return {}
    beginning = Q()
    for name in wanted:
        beginning |= Q(folded__contains=name)
    found = defaultdict[str, dict[UUID, Organisation]](dict)
    for organisation in Organisation.objects.filter(beginning):
        for called in {fold(text) for text in [*organisation.name.values(), *organisation.short_name.values()]}:
            found[called][organisation.pk] = organisation
    return {name: next(iter(found[name].values())) for name in wanted if len(found.get(name, ())) == 1}


def unknown_unit() -> dict[str, Any]:
    return {"column": "unit", "reason": both(UNKNOWN_UNIT)}


def _called_at(endings: Collection[str]) -> list[UUID]:
    if not endings:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            r"SELECT id FROM people_person WHERE phone <> '' AND right(regexp_replace(phone, '\D', '', 'g'), %s) = ANY(%s)",
            [_DIGITS, list(endings)],
        )
        return [row[0] for row in cursor.fetchall()]


def _digits(phone: str) -> str:
    return "".join(c for c in phone if c.isdecimal())[-_DIGITS:]


def _known(person: Person) -> Match:
    return Match(outcome=Outcome.KNOWN, person=person)


def _open(column: str, reason: Any, candidates: Sequence[Person]) -> Match:
    told: Text = both(reason)
    return Match(
        outcome=Outcome.AMBIGUOUS,
        candidates=[person.pk for person in candidates][:20],
        error={"column": column, "reason": told},
    )
