"""What is held about people. Each floor says so itself for its own tables; whoever exports, erases or lets expire asks
here and knows no table.

    @holding("invitations", Invitation, InvitationSend)
    class Invitations(Holding):
        title = say(vi="Giấy mời", en="Invitations")
        data_class = DataClass.PARTICIPATION
        purpose = say(vi="…", en="…")
        basis = Basis.TASK
        kept = Kept(days=730, since=say(vi="ngày kết thúc hội nghị", en="the end of the conference"))

        def rows(self, person_id: UUID) -> Iterator[Row]: ...
        def forget(self, person_id: UUID) -> int: ...

The module is imported by its app's `ready`, so that API and workers know it. A model with a foreign key to a person, an
e-mail address or a telephone number belongs to one holding.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.db import models

from backend.core.text import say

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


class Holding:
    """What one floor holds about a person, for one purpose."""

    name: ClassVar[str]
    models: ClassVar[frozenset[type[models.Model]]]
    title: ClassVar[Any]
    data_class: ClassVar[DataClass]
    purpose: ClassVar[Any]
    basis: ClassVar[Basis]
    kept: ClassVar[Kept]

    def rows(self, person_id: UUID) -> Iterable[Row]:
        """Everything held about the person, as plain values, in the order of time."""
        raise NotImplementedError

    def forget(self, person_id: UUID) -> int:
        """Erases or makes anonymous what no law obliges to keep, in the caller's transaction. Returns how many rows
        were changed; 0 where everything is part of a record that must stay as it is."""
        return 0


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
