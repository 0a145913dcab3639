"""What is to be done before a conference is to be done by its start, also when that was moved to before a deadline set
while it was later. What was set stays on record, and holds again once the conference is moved back."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import overload
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models.functions import Coalesce, Least

from backend.conferences.models import Conference
from backend.core.text import Text, localized, say
from backend.people.models import Account


@overload
def by_start(deadline: dt.datetime, conference: Conference) -> dt.datetime: ...
@overload
def by_start(deadline: dt.datetime | None, conference: Conference) -> dt.datetime | None: ...
def by_start(deadline: dt.datetime | None, conference: Conference) -> dt.datetime | None:
    """The deadline that applies: as set, or the start where that is earlier."""
    start = conference.starts_at
    return deadline if deadline is None or start is None else min(deadline, start)


def applying(deadline: str) -> Least:
    """`by_start` of that column, in a query of rows with a conference; of no deadline it is the start."""
    return Least(deadline, Coalesce("conference__starts_at", deadline))


@dataclass(frozen=True, kw_only=True)
class Behind:
    """A deadline set for after the start. `kind` is what `id` is of, as the API's addresses say it."""

    kind: str
    id: UUID
    title: Text
    deadline: dt.datetime

    @property
    def said(self) -> object:
        return say(
            vi="Thời hạn của “{title_vi}” ở sau giờ khai mạc; giờ khai mạc được lấy làm hạn.",
            en="The deadline of “{title_en}” is after the start; the start applies in its place.",
            title_vi=localized(self.title, "vi"),
            title_en=localized(self.title, "en"),
        )


Reader = Account | AnonymousUser
Deadlines = Callable[[Conference, Reader], Iterable[Behind]]
#: Which deadlines of a floor above lie behind the start, as far as the account may read them; filled with `also_due`.
DEADLINES: list[Deadlines] = []


def also_due(deadlines: Deadlines) -> Deadlines:
    """Decorator for the queries of a floor above, registered as `also_visible` is."""
    if deadlines not in DEADLINES:
        DEADLINES.append(deadlines)
    return deadlines


def behind_start(conference: Conference, account: Reader) -> list[Behind]:
    """The deadlines the organisers may want to set anew, the earliest first."""
    found = [each for known in DEADLINES for each in known(conference, account)]
    return sorted(found, key=lambda each: (each.deadline, each.id))
