"""What is held about people. Each floor says so itself for its own tables; whoever exports, erases or lets expire asks
here and knows no table.

    @holding("invitations", Invitation, InvitationSend)
    class Invitations(Holding):
        title = say(vi="Giấy mời", en="Invitations")
        data_class = DataClass.PARTICIPATION
        purpose = say(vi="…", en="…")
        basis = Basis.TASK
        kept = Kept(days=730, since=say(vi="ngày kết thúc hội nghị", en="the end of the conference"))

        def rows(self, subject: Subject) -> Iterator[Row]: ...
        def forget(self, subject: Subject) -> Forgotten: ...

It stands in the floor's module `holdings`, which is imported when the house starts, so that API and workers know it. A
model with a foreign key to a person, an e-mail address or a telephone number belongs to one holding.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Lower

from backend.core.errors import NotFound
from backend.core.text import say
from backend.people.identity import name_key
from backend.people.models import Account, Person

#: One thing held about a person, as plain values that JSON can carry. `type` says what it is.
Row = Mapping[str, Any]


class DataClass(models.TextChoices):
    """Sorts of personal data that are kept alike."""

    CONTACT = "contact", say(vi="thông tin liên hệ", en="contact details")
    ACCOUNT = "account", say(vi="tài khoản", en="account")
    PARTICIPATION = "participation", say(vi="mời dự, đăng ký và có mặt", en="invitation, registration and presence")
    ANSWERS = "answers", say(vi="câu trả lời khi đăng ký", en="answers given when registering")
    CORRESPONDENCE = "correspondence", say(vi="thư đã gửi và đã nhận", en="letters sent and received")
    RECORD = "record", say(vi="hồ sơ hội nghị", en="the record of the conference")
    EVIDENCE = "evidence", say(vi="chứng cứ về xử lý dữ liệu", en="evidence of how data were processed")


class Basis(models.TextChoices):
    """Why the data may be processed, by Law 91/2025/QH15."""

    TASK = "task", say(vi="thực hiện nhiệm vụ của cơ quan (Điều 19)", en="a task of the agency (Art. 19)")
    OBLIGATION = "obligation", say(vi="nghĩa vụ theo luật (Điều 19)", en="an obligation by law (Art. 19)")
    CONSENT = "consent", say(vi="sự đồng ý của chủ thể dữ liệu (Điều 9)", en="the person's consent (Art. 9)")
    NOTICE = "notice", say(vi="thông báo nơi công cộng (Điều 32)", en="notice at a public event (Art. 32)")


@dataclass(frozen=True, kw_only=True)
class Kept:
    """How long: `days` counted from `since`; None is for as long as the record itself, and `since` then says why."""

    days: int | None
    since: Any


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A person and what rows without a foreign key know them by.

    `addresses` are theirs alone, in lower case: what came to an office's common address is not only theirs. `mailboxes`
    are these and the common ones: what came there is theirs under their name. `matters` are the rows that letters about
    them are about, whichever address those went to. `former` are names and telephone numbers they had on record before;
    former addresses are among the `addresses`.
    """

    person_id: UUID
    name: str
    addresses: frozenset[str]
    phones: frozenset[str]
    account_id: UUID | None = None
    matters: frozenset[UUID] = frozenset()
    former: frozenset[str] = frozenset()
    mailboxes: frozenset[str] = frozenset()

    def is_reached(self, mailbox: str, name: str) -> bool:
        """Whether what names somebody so at an address, in lower case, names them. What names nobody is theirs at an
        address that nobody else has."""
        if not name:
            return mailbox in self.addresses
        return mailbox in self.mailboxes and name_key(name) in {name_key(known) for known in (self.name, *self.former)}

    @property
    def marks(self) -> frozenset[str]:
        """Every text that would tell who they are."""
        return frozenset({self.name, *self.addresses, *self.phones, *self.former} - {""})


@dataclass(frozen=True, kw_only=True)
class Remains:
    """What of a person stays after they were erased, and by which law or until when. `where` is the table."""

    where: str
    count: int
    reason: Any


@dataclass(frozen=True, kw_only=True)
class Forgotten:
    """How many rows were deleted or emptied of everything personal, and what stays."""

    rows: int = 0
    remains: tuple[Remains, ...] = ()


@dataclass(frozen=True, kw_only=True)
class File:
    """A file the house keeps of or from a person, for their copy of everything."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Named:
    """Rows that name people and an address of theirs, with the expressions for both. Whether two of one mailbox are one
    is told by the names."""

    rows: QuerySet[Any]
    address: Combinable | str
    name: Combinable | str

    def at(self, mailboxes: Iterable[str]) -> Iterator[tuple[Any, str, str]]:
        """Key, address in lower case and name of those at one of the addresses."""
        found = self.rows.order_by().annotate(_mailbox=Lower(self.address), _called=Cast(self.name, models.TextField()))
        return iter(found.filter(_mailbox__in=mailboxes).values_list("pk", "_mailbox", "_called"))

    def of(self, subject: Subject) -> list[Any]:
        """The keys of those that are the person's."""
        found = self.at(subject.mailboxes)
        return [key for key, mailbox, name in found if subject.is_reached(mailbox, name or "")]


class Holding(ABC):
    """What one floor holds about a person, for one purpose."""

    name: ClassVar[str]
    models: ClassVar[frozenset[type[models.Model]]]
    title: ClassVar[Any]
    data_class: ClassVar[DataClass]
    purpose: ClassVar[Any]
    basis: ClassVar[Basis]
    kept: ClassVar[Kept]

    @abstractmethod
    def rows(self, subject: Subject) -> Iterable[Row]:
        """Everything held about the person, as plain values, in the order of time."""

    def files(self, subject: Subject) -> Iterable[File]:
        """The files that are theirs: letters to and from them, what they handed in."""
        return ()

    def addresses(self, person_id: UUID) -> Iterable[str]:
        """E-mail addresses the person was reached at on this floor, beside those in the directory."""
        return ()

    def named(self) -> Iterable[Named]:
        """Everybody this floor knows at an address by a name of their own, beside those in the directory."""
        return ()

    def former(self, person_id: UUID) -> Iterable[str]:
        """Names and telephone numbers that were the person's before they were corrected."""
        return ()

    def matters(self, person_id: UUID) -> Iterable[UUID]:
        """The rows that letters about the person are about, as the ledger of mail names them."""
        return ()

    def conferences(self, person_id: UUID) -> Iterable[UUID]:
        """Conferences the person had to do with."""
        return ()

    def documents(self, subject: Subject) -> Iterable[UUID]:
        """Documents on file that name the person; they keep what they say."""
        return ()

    def hindrances(self, subject: Subject) -> Iterable[Any]:
        """Sentences that say why the person cannot be erased yet."""
        return ()

    def forget(self, subject: Subject) -> Forgotten:
        """Erases or makes anonymous what no law obliges to keep, and says what stays. It runs in the caller's
        transaction with leave to erase, before the floors below it forget."""
        return Forgotten()


_holdings: dict[str, Holding] = {}
AHolding = TypeVar("AHolding", bound=type[Holding])


def holding(name: str, *held: type[models.Model]) -> Any:
    """Class decorator: this Holding speaks for the models `held`. Raises ValueError for a name or a model that another
    one has already."""

    def register(cls: AHolding) -> AHolding:
        for known in _holdings.values():
            if type(known).__qualname__ == cls.__qualname__ and type(known).__module__ == cls.__module__:
                continue
            if known.name == name:
                raise ValueError(f"the holding {name} is defined twice")
            if twice := known.models & set(held):
                raise ValueError(f"{sorted(model._meta.label for model in twice)} belong to {known.name}")
        cls.name, cls.models = name, frozenset(held)
        _holdings[name] = cls()
        return cls

    return register


def holdings() -> list[Holding]:
    """All of them, by name."""
    return [_holdings[name] for name in sorted(_holdings)]


def holding_of(model: type[models.Model]) -> Holding | None:
    """The one that speaks for the model."""
    return next((each for each in _holdings.values() if model in each.models), None)


def subject_of(person_id: UUID) -> Subject:
    """The person as the rows of every floor may know them. Raises NotFound."""
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound()
    account = Account.objects.filter(person=person).only("pk", "email").first()
    known = {person.email, person.alternate_email, account.email if account else ""}
    matters: set[UUID] = set()
    former: set[str] = set()
    for each in holdings():
        known.update(each.addresses(person_id))
        former.update(each.former(person_id))
        matters.update(each.matters(person_id))
    mailboxes = frozenset(address.strip().lower() for address in known) - {""}
    subject = Subject(
        person_id=person_id,
        name=person.full_name,
        addresses=mailboxes,
        phones=frozenset({person.phone}) - {""},
        account_id=account.pk if account else None,
        matters=frozenset(matters),
        former=frozenset(former) - {person.full_name, person.phone, ""},
        mailboxes=mailboxes,
    )
    return replace(subject, addresses=mailboxes - _shared(subject))


def mentions(rows: QuerySet[Any], subject: Subject, *fields: str) -> QuerySet[Any]:
    """Those of `rows` that write the person's name, address or telephone number in one of the fields, whatever their
    type. Somebody else of the same name is found too."""
    wanted = Q(pk=None)
    for field in fields:
        rows = rows.annotate(**{f"{field}_read": Cast(field, models.TextField())})
        for mark in sorted(subject.marks):
            wanted |= Q(**{f"{field}_read__icontains": mark})
    return rows.filter(wanted)


def _shared(subject: Subject) -> set[str]:
    """Those of their mailboxes that somebody else has: somebody on record, or whoever a floor knows by another name."""
    rows = Person.objects.exclude(pk=subject.person_id).annotate(first=Lower("email"), second=Lower("alternate_email"))
    others = rows.filter(Q(first__in=subject.mailboxes) | Q(second__in=subject.mailboxes)).values_list(
        "first", "second"
    )
    shared = {address for pair in others for address in pair}
    for each in holdings():
        for named in each.named():
            for _, mailbox, name in named.at(subject.mailboxes):
                if not subject.is_reached(mailbox, name or ""):
                    shared.add(mailbox)
    return shared
