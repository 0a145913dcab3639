"""Which office somebody holds on a day, and who is named in one that was left by then."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from backend.conferences.models import Conference, Duty, Speaker
from backend.conferences.queries.record import name_then
from backend.core.text import Text, localized, say
from backend.people.models import Person, Position

DATE = "%d/%m/%Y"


@dataclass(frozen=True, kw_only=True)
class OfficeLeft:
    """A duty or a planned speaker named in `office`, which the person does not hold on the conference's day.

    `now` is what the person holds then instead, None when the record knows of nothing.
    """

    person: Person
    office: Position
    day: dt.date
    now: Position | None = None
    duty_id: UUID | None = None
    speaker_id: UUID | None = None
    item_id: UUID | None = None

    def said(self) -> Any:
        """One sentence: who, which office, where, until when, and the day that is too late for it."""
        assert self.office.valid_to is not None
        return say(
            vi="{name} chỉ giữ chức {office_vi} đến ngày {until}; hội nghị họp ngày {day}.",
            en="{name} was {office_en} until {until} only; the conference is on {day}.",
            name=self.person.full_name,
            office_vi=_full_title(self.office, "vi"),
            office_en=_full_title(self.office, "en"),
            until=self.office.valid_to.strftime(DATE),
            day=self.day.strftime(DATE),
        )


def _full_title(office: Position, language: str) -> str:
    body = office.organisation
    where = localized(name_then(body, office.valid_to), language) if body else ""
    return f"{localized(office.title, language)} ({where})" if where else localized(office.title, language)


def positions_of(person_ids: Collection[UUID]) -> dict[UUID, list[Position]]:
    """Every office of each of these people, in protocol order, by person; in two queries however many they are."""
    found: dict[UUID, list[Position]] = {}
    rows = Position.objects.filter(person_id__in=person_ids) if person_ids else Position.objects.none()
    for row in (
        rows.select_related("organisation").prefetch_related("organisation__former_names").order_by("rank", "id")
    ):
        found.setdefault(row.person_id, []).append(row)
    return found


def held_on(offices: Sequence[Position], day: dt.date | None, organisation_id: UUID | None = None) -> Position | None:
    """Of one person's `offices` the highest that was held on `day`, in the organisation if one is given.

    None when the day is unknown: which office is held then would be a guess.
    """
    if day is None:
        return None
    return next(
        (each for each in offices if _covers(each, day) and organisation_id in (None, each.organisation_id)), None
    )


def left_by(
    offices: Sequence[Position], day: dt.date | None, *, organisation_id: UUID | None, office: Text
) -> Position | None:
    """The office a person so named had left by `day`: the last of those meant, where none of them is held then.

    Meant are the offices called like `office`, in the organisation if one is given; without an `office`, whatever was
    held in the organisation. A free text no office on record bears ("Nguyên Giám đốc") means none of them.
    """
    if day is None or (not office and organisation_id is None):
        return None
    meant = [
        each
        for each in offices
        if organisation_id in (None, each.organisation_id) and (not office or _same(each.title, office))
    ]
    if any(_covers(each, day) for each in meant):
        return None
    gone = [each for each in meant if each.valid_to is not None and each.valid_to < day]
    return max(gone, key=lambda each: each.valid_to or day, default=None)


def offices_left(conference: Conference) -> list[OfficeLeft]:
    """Everybody with a duty or planned to speak who is named in an office that is not held on the conference's day.

    It happens when the conference moves, or when somebody leaves office before it; costs four queries at most.
    """
    if conference.day is None:
        return []
    rows: list[Duty | Speaker] = [
        *Duty.objects.filter(conference=conference, person__isnull=False).select_related("person"),
        *Speaker.objects.filter(conference=conference, person__isnull=False)
        .select_related("person")
        .order_by("agenda_item__order", "order"),
    ]
    offices = positions_of({row.person.pk for row in rows if row.person is not None})
    found = []
    for row in rows:
        assert row.person is not None
        held = offices.get(row.person.pk, [])
        left = left_by(held, conference.day, organisation_id=row.organisation_id, office=row.office)
        if left is not None:
            found.append(
                OfficeLeft(
                    person=row.person,
                    office=left,
                    day=conference.day,
                    now=held_on(held, conference.day),
                    duty_id=row.pk if isinstance(row, Duty) else None,
                    speaker_id=row.pk if isinstance(row, Speaker) else None,
                    item_id=row.agenda_item_id,
                )
            )
    return found


def _covers(office: Position, day: dt.date) -> bool:
    """An unknown date excludes nothing."""
    return (office.valid_from or day) <= day <= (office.valid_to or day)


def _same(title: Text, other: Text) -> bool:
    return any(title[code].casefold() == other[code].casefold() for code in title.keys() & other.keys())
