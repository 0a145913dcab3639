"""What of a year is stored, in one canonical form, and what should be: the two are compared as digests."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from typing import Any

from backend.conferences.models import Conference as ConferenceRow
from backend.conferences.models import Duty as DutyRow
from backend.core.text import Text
from backend.simulation.entering import moment
from backend.simulation.shapes import Conference, Item, Plan, digest


def stored_digest(plan: Plan) -> str:
    """SHA-256 of the year's conferences as they are in the database, their ids and the times of writing apart."""
    return _digest(_stored(plan))


def promised_digest(plan: Plan) -> str:
    """What `stored_digest` is once the plan is loaded and nobody has changed anything."""
    return _digest(_promised(plan))


def count_stored(plan: Plan) -> int:
    count: int = _rows(plan).count()
    return count


def _digest(lines: Iterable[dict[str, Any]]) -> str:
    return digest("\n".join(sorted(json.dumps(line, sort_keys=True, ensure_ascii=False) for line in lines)))


def _line(
    *,
    title: Text,
    kind: str,
    confidentiality: str,
    state: str,
    day: dt.date | None,
    part: str,
    starts_at: dt.datetime | None,
    ends_at: dt.datetime | None,
    attended: dict[str, Any],
    organisers: list[str],
    places: list[tuple[str, str]],
    agenda: list[tuple[str, str, int | None]],
    duties: list[tuple[str, str, str]],
) -> dict[str, Any]:
    return {
        "title": title,
        "kind": kind,
        "confidentiality": confidentiality,
        "state": state,
        "day": day.isoformat() if day else None,
        "part": part,
        "starts_at": _utc(starts_at),
        "ends_at": _utc(ends_at),
        "attended": attended,
        "organisers": organisers,
        "places": places,
        "agenda": agenda,
        "duties": sorted(duties),
    }


def _utc(at: dt.datetime | None) -> str | None:
    return at.astimezone(dt.UTC).isoformat() if at else None


# As it is


def _rows(plan: Plan) -> Any:
    mine = {"organisers__role": "lead", "organisers__organisation__slug__startswith": f"{plan.name}-"}
    return ConferenceRow.objects.filter(**mine)


def _stored(plan: Plan) -> Iterator[dict[str, Any]]:
    rows = _rows(plan).prefetch_related(
        "organisers__organisation",
        "sites__venue",
        "sites__room",
        "agenda",
        "duties__person",
        "duties__organisation",
    )
    for row in rows.iterator(chunk_size=500):
        yield _line(
            title=row.title,
            kind=row.kind,
            confidentiality=row.confidentiality,
            state=row.state,
            day=row.day,
            part=row.day_part,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            attended=row.attended,
            organisers=[each.organisation.name["vi"] for each in row.organisers.all()],
            places=[(each.venue.name["vi"], each.room.name["vi"] if each.room else "") for each in row.sites.all()],
            agenda=[(each.phase, each.title["vi"], each.minutes_planned) for each in row.agenda.all()],
            duties=[(each.kind, _whose(each), each.office.get("vi", "")) for each in row.duties.all()],
        )


def _whose(duty: DutyRow) -> str:
    if duty.person is not None:
        return duty.person.full_name
    return duty.organisation.name["vi"] if duty.organisation else str(duty.group.get("vi", ""))


# As it should be


def _read(items: Iterable[Item]) -> Iterator[Item]:
    """From top to bottom, as the record orders them: a session before what it holds."""
    for item in items:
        yield item
        yield from _read(item.children)


def _promised(plan: Plan) -> Iterator[dict[str, Any]]:
    names = {each.key: each.name.vi for each in plan.organisations}
    people = {each.key: each for each in plan.people}
    houses = {each.key: each.name.vi for each in plan.houses}
    rooms = {each.key: each.name.vi for each in plan.rooms}

    def duties(each: Conference) -> Iterator[tuple[str, str, str]]:
        for duty in each.duties:
            if duty.person is not None:
                office = people[duty.person].office_on((each.moved or each.when).day)
                yield duty.kind, people[duty.person].full_name, office.title.vi if office else ""
            else:
                yield duty.kind, names[duty.organisation] if duty.organisation else duty.group.vi, duty.office.vi

    for each in plan.conferences:
        yield _line(
            title=each.title.text,
            kind=each.kind,
            confidentiality=each.confidentiality,
            state=each.fate.value,
            day=each.when.day,
            part=each.when.part,
            starts_at=moment(each.when.start) if each.when.start else None,
            ends_at=moment(each.when.end) if each.when.end else None,
            attended=each.attended.said if each.attended else {},
            organisers=[names[key] for key in (each.lead, *each.co)],
            places=[(houses[place.house], rooms[place.room] if place.room else "") for place in each.places],
            agenda=[(item.phase, item.title.vi, item.minutes) for item in _read(each.agenda)],
            duties=list(duties(each)),
        )
