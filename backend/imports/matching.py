"""Who on record is meant by the rows of a file, by the rule of `people.identity`."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q

from backend.core.text import Text, both, say
from backend.core.vietnamese import fold
from backend.imports.models import ImportRow
from backend.imports.states import Outcome
from backend.people import identity
from backend.people.identity import Likeness, Told
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
    vi="Trong danh bạ có người cùng tên, không rõ có phải người này: hãy chọn người ấy, hoặc ghi là người mới.",
    en="There is somebody of this name on record, and it is unclear whether it is the same: choose that person, or say"
    " that it is somebody new.",
)
TWO_PEOPLE = say(
    vi="Đơn vị đã có người cùng tên với địa chỉ e-mail khác; dòng này được ghi là người khác, trừ khi chọn người ấy.",
    en="The unit has somebody of this name with another e-mail address; this row is taken for somebody else unless that"
    " person is chosen.",
)
UNKNOWN_UNIT = say(
    vi="Chưa có đơn vị này trong hệ thống; tên đơn vị được ghi cùng chức vụ.",
    en="No organisation on record has this name; it is written beside the office.",
)


@dataclass(frozen=True, kw_only=True)
class Match:
    """`person` is who is meant, when known; `candidates` who might be, with the `error` that says why it is open, or the
    `remark` why it is taken for somebody new."""

    outcome: str
    person: Person | None = None
    candidates: list[UUID] = field(default_factory=list)
    error: dict[str, Any] | None = None
    remark: dict[str, Any] | None = None


class People:
    """Those on record whom some rows may mean: looked up in a constant number of statements.

    Telephone and name are compared within the organisations in `kept` (None: all); an address is somebody's everywhere.
    """

    def __init__(self, rows: Sequence[ImportRow], *, home: UUID, kept: Collection[UUID] | None) -> None:
        self.home, self.kept = home, kept
        emails = {row.tells(field) for row in rows for field in ("email", "alternate_email")} - {""}
        phones = {row.tells("phone") for row in rows} - {""}
        names = {folded for row in rows for folded in _folded(row)} - {""}
        here = Q() if kept is None else Q(organisation_id__in=kept)
        people = Person.objects.order_by("id")
        self.by_email, self.by_name = defaultdict[str, list[Person]](list), defaultdict[str, list[Person]](list)
        reached = people.filter(here, pk__in=identity.reached_by(Person.objects.all(), phones=phones).values("pk"))
        named = {person.pk: person for person in [*reached, *people.filter(here, folded__in=names)]}
        for person in named.values():
            self.by_name[identity.name_key(person.full_name)].append(person)
        held = identity.reached_by(Person.objects.all(), emails=emails)
        for person in people.filter(pk__in=held.values("pk")):
            for email in {person.email.lower(), person.alternate_email.lower()} - {""}:
                self.by_email[email].append(person)

    def keeps(self, organisation_id: UUID | None) -> bool:
        """Whether people of this organisation may be changed here."""
        return self.kept is None or organisation_id in self.kept

    def meant_by(self, row: ImportRow) -> Match:
        wanted = told(row, unit=self.unit_of(row))
        held = [person for email in sorted(wanted.emails) for person in self.by_email[email]]
        compared = {person.pk: person for person in [*held, *self.by_name[wanted.name]]}
        likely: dict[Likeness, list[Person]] = {Likeness.SAME: [], Likeness.UNCLEAR: [], Likeness.OTHER: []}
        for person in compared.values():
            likely[identity.likeness(wanted, identity.on_record(person))].append(person)
        same, unclear = likely[Likeness.SAME], likely[Likeness.UNCLEAR]
        if len(same) == 1:
            return _known(same[0])
        if same or len(unclear) > 1:
            return _open("full_name", SEVERAL, same or unclear)
        if unclear:
            return _open("full_name", NAMESAKE, unclear)
        if held:
            return _open("email", OTHER_NAME, held)
        namesakes = [person for person in likely[Likeness.OTHER] if str(person.organisation_id) == wanted.unit]
        return _new_beside(namesakes) if namesakes else Match(outcome=Outcome.NEW)

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


def told(row: ImportRow, *, unit: Any) -> Told:
    """Whom the row describes, in the form in which people are compared."""
    emails = (row.tells("email"), row.tells("alternate_email"))
    return identity.told(full_name=row.tells("full_name"), emails=emails, phone=row.tells("phone"), unit=unit)


def _folded(row: ImportRow) -> set[str]:
    return {fold(row.tells("full_name")), identity.name_key(row.tells("full_name"))}


def _known(person: Person) -> Match:
    return Match(outcome=Outcome.KNOWN, person=person)


def _new_beside(namesakes: Sequence[Person]) -> Match:
    """Somebody new, unless somebody says that it is one of them."""
    return Match(
        outcome=Outcome.NEW,
        candidates=[person.pk for person in namesakes][:20],
        remark={"column": "full_name", "reason": both(TWO_PEOPLE)},
    )


def _open(column: str, reason: Any, candidates: Sequence[Person]) -> Match:
    told: Text = both(reason)
    return Match(
        outcome=Outcome.AMBIGUOUS,
        candidates=[person.pk for person in candidates][:20],
        error={"column": column, "reason": told},
    )
