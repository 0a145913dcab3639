"""Calendar messages: entries → bytes, and the proof that the bytes say what was meant."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, vCalAddress, vDuration, vRecur, vText, vUri

from backend.invitations.ical import zones
from backend.invitations.ical.entries import (
    CalendarEntry,
    InvalidEntry,
    checked,
    many_lines,
    one_line,
    online_label,
)
from backend.mail.mailbox import Mailbox

_END = b"END:VCALENDAR\r\n"
PRODID = "-//Plenum//Conferences and meetings//VI"


class _Text(vText):
    """TEXT escaped by RFC 5545 alone; icalendar's own would turn the path D:\\Nam into a line break."""

    def to_ical(self) -> bytes:
        return re.sub(r"[\\;,]", r"\\\g<0>", str(self)).replace("\n", "\\n").encode()


class CalendarRoundTripError(Exception):
    """The written message, read back, does not say what it was made of. It must not be sent."""


def request(entry: CalendarEntry) -> bytes:
    """An invitation, or the update of one: shows the buttons yes/maybe/no to the attendee."""
    if entry.status == "CANCELLED":
        raise InvalidEntry(
            "status", "a cancelled meeting is sent with cancel(); as a request it would stay in calendars"
        )
    return _message("REQUEST", entry)


def cancel(entry: CalendarEntry) -> bytes:
    """Takes the meeting out of the attendee's calendar; `sequence` must be higher than in the last request."""
    return _message("CANCEL", replace(entry, status="CANCELLED"))


def decline_counter(entry: CalendarEntry) -> bytes:
    """Says no to another time that the attendee proposed (RFC 5546 §3.2.8): what they were invited to stands."""
    return _message("DECLINECOUNTER", entry)


def publish(
    entries: Sequence[CalendarEntry],
    *,
    name: str,
    description: str = "",
    timezone: str = "Asia/Ho_Chi_Minh",
    refresh: dt.timedelta = dt.timedelta(hours=1),
) -> bytes:
    """A feed or a download without attendees. Cancelled meetings stay in it, marked so: leaving them out hides the news.

    Only occurrences of what recurs share a UID, each with a RECURRENCE-ID of its own.
    """
    entries = [checked(replace(entry, attendee=None)) for entry in entries]
    if len({(entry.uid, entry.recurrence_id) for entry in entries}) != len(entries):
        raise InvalidEntry("uid", "two entries of one feed share a UID")
    calendar = _calendar("PUBLISH")
    calendar.add("name", _Text(one_line(name)))
    calendar.add("x-wr-calname", _Text(one_line(name)))
    if said := many_lines(description):
        calendar.add("description", _Text(said))
        calendar.add("x-wr-caldesc", _Text(said))
    calendar.add("x-wr-timezone", _Text(timezone))
    calendar.add("refresh-interval", vDuration(refresh), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(refresh))
    for zone in _zones(entries):
        calendar.add_component(zone)
    data = b"".join([calendar.to_ical()[: -len(_END)], *map(_published, entries), _END])
    _check_lines(data)
    return data


@lru_cache(maxsize=8192)
def _published(entry: CalendarEntry) -> bytes:
    """The VEVENT of one checked entry, read back. Kept: of a long feed that is fetched by the hour little is new."""
    data = _written(_calendar("PUBLISH"), "PUBLISH", [entry])
    return data[data.index(b"BEGIN:VEVENT\r\n") : -len(_END)]


def _message(method: str, entry: CalendarEntry) -> bytes:
    if entry.attendee is None:
        raise InvalidEntry("attendee", "an invitation is written for one recipient")
    return _written(_calendar(method), method, [checked(entry)])


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _written(calendar: Calendar, method: str, entries: Sequence[CalendarEntry]) -> bytes:
    for zone in _zones(entries):
        calendar.add_component(zone)
    for entry in entries:
        calendar.add_component(_event(method, entry))
    data: bytes = calendar.to_ical()
    _verify(data, method, entries)
    return data


def _zones(entries: Sequence[CalendarEntry]) -> Iterator[Timezone]:
    used = {entry.timezone for entry in entries if isinstance(entry.start, dt.datetime)}
    used |= {entry.recurrence_id.timezone for entry in entries if entry.recurrence_id}
    return filter(None, map(zones.described, sorted(used)))


def _event(method: str, entry: CalendarEntry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.stamp)
    event.add("dtstart", entry.start)
    if entry.end is not None:
        event.add("dtend", entry.end)
    if entry.modified is not None:
        event.add("last-modified", entry.modified)
    if entry.recurrence_id is not None:
        event.add("recurrence-id", _slot(entry.recurrence_id.slot, entry.recurrence_id.timezone))
    if entry.recurrence is not None:
        if entry.recurrence.rule:
            event.add("rrule", vRecur.from_ical(entry.recurrence.rule))
        for name, slots in (("rdate", entry.recurrence.added), ("exdate", entry.recurrence.left_out)):
            if slots:
                event.add(name, [_slot(slot, entry.timezone) for slot in slots])
    for name in ("summary", "description", "location"):
        if text := getattr(entry, name):
            event.add(name, _Text(text), parameters={"LANGUAGE": entry.language})
    event.add("status", entry.status)
    if entry.free:
        event.add("transp", "TRANSPARENT")
    if entry.classification:
        event.add("class", entry.classification)
    if entry.related_to:
        event.add("related-to", entry.related_to)
    event.add("organizer", _cal_address(entry.organizer), encode=False)
    if entry.attendee is not None:
        event.add("attendee", _cal_address(entry.attendee, **_attendee_parameters(method, entry)), encode=False)
    if entry.categories:
        event.add("categories", list(entry.categories))
    if entry.url:
        event.add("url", entry.url)
    if entry.conference_link:
        link = vUri(entry.conference_link)
        link.params.update({"VALUE": "URI", "FEATURE": ["AUDIO", "VIDEO"], "LABEL": online_label(entry)})
        event.add("conference", link, encode=False)
    return event


def _slot(slot: dt.datetime, timezone: str) -> dt.datetime:
    return slot.replace(microsecond=0, tzinfo=ZoneInfo(timezone))


def _cal_address(mailbox: Mailbox, **parameters: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{mailbox.email}")
    address.params.update(parameters)
    if mailbox.name:
        address.params["CN"] = mailbox.name
    return address


def _attendee_parameters(method: str, entry: CalendarEntry) -> dict[str, str]:
    parameters = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION"}
    if method == "REQUEST":
        parameters["RSVP"] = "TRUE"
    if entry.delegated_from:
        parameters["DELEGATED-FROM"] = f"mailto:{entry.delegated_from}"
    if entry.delegated_to:
        parameters |= {"PARTSTAT": "DELEGATED", "DELEGATED-TO": f"mailto:{entry.delegated_to}"}
    return parameters


# Reading back.


def _verify(data: bytes, method: str, entries: Sequence[CalendarEntry]) -> None:
    """Raises CalendarRoundTripError unless `data`, read as a recipient's program would, says exactly `entries`."""
    _check_lines(data)
    try:
        calendar = Calendar.from_ical(data)
        events = calendar.events
        said = str(calendar["method"])
    except (ValueError, KeyError) as error:
        raise CalendarRoundTripError(f"cannot be read: {error}") from error
    if said != method or len(events) != len(entries):
        raise CalendarRoundTripError(f"{said} of {len(events)} instead of {method} of {len(entries)}")
    if calendar.get_missing_tzids():
        raise CalendarRoundTripError("a time zone is used and not described")
    for event, entry in zip(events, entries, strict=True):
        if event.errors:
            raise CalendarRoundTripError(f"{entry.uid}: {event.errors}")
        found, meant = _found(event), _meant(method, entry)
        if different := sorted(name for name in meant if found[name] != meant[name]):
            raise CalendarRoundTripError(f"{entry.uid}: {', '.join(different)} read back differently")


def _check_lines(data: bytes) -> None:
    """Raises CalendarRoundTripError unless the lines are as RFC 5545 §3.1 wants them."""
    lines = data.split(b"\r\n")
    if lines.pop() != b"" or max(map(len, lines)) > 75 or re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", b"".join(lines)):
        raise CalendarRoundTripError("lines are not folded at 75 octets, ended by CRLF and free of control characters")


def _meant(method: str, entry: CalendarEntry) -> dict[str, Any]:
    attendee = entry.attendee and (entry.attendee.email, entry.attendee.name, _attendee_parameters(method, entry))
    return {
        "uid": entry.uid,
        "sequence": entry.sequence,
        "stamp": entry.stamp,
        "start": _instant(entry.start),
        "end": _instant(entry.end),
        "summary": entry.summary,
        "description": entry.description,
        "location": entry.location,
        "status": entry.status,
        "organizer": (entry.organizer.email, entry.organizer.name, {}),
        "attendee": attendee,
        "categories": list(entry.categories),
        "url": entry.url,
        "conference": entry.conference_link,
        "modified": entry.modified,
        "free": entry.free,
        "classification": entry.classification,
        "related_to": entry.related_to,
        "recurrence_id": entry.recurrence_id
        and _instant(_slot(entry.recurrence_id.slot, entry.recurrence_id.timezone)),
        "rule": _rule_parts(entry.recurrence.rule) if entry.recurrence else {},
        "added": _slots_meant(entry, "added"),
        "left_out": _slots_meant(entry, "left_out"),
    }


def _slots_meant(entry: CalendarEntry, name: str) -> list[Any]:
    return [_instant(_slot(slot, entry.timezone)) for slot in getattr(entry.recurrence, name, ())]


def _rule_parts(rule: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in rule.split(";") if part)


def _found(event: Event) -> dict[str, Any]:
    start, end, categories = event.get("dtstart"), event.get("dtend"), event.get("categories")
    occurrence, rule = event.get("recurrence-id"), event.get("rrule")
    return {
        "uid": str(event.get("uid", "")),
        "sequence": int(event.get("sequence", -1)),
        "stamp": event.decoded("dtstamp", None),
        "start": _instant(start and start.dt),
        "end": _instant(end and end.dt),
        "summary": str(event.get("summary", "")),
        "description": str(event.get("description", "")),
        "location": str(event.get("location", "")),
        "status": str(event.get("status", "")),
        "organizer": _address_found(event.get("organizer")),
        "attendee": _address_found(event.get("attendee")),
        "categories": [str(category) for category in categories.cats] if categories is not None else [],
        "url": str(event.get("url", "")),
        "conference": str(event.get("conference", "")),
        "modified": event.decoded("last-modified", None),
        "free": event.get("transp") == "TRANSPARENT",
        "classification": str(event.get("class", "")),
        "related_to": str(event.get("related-to", "")),
        "recurrence_id": _instant(occurrence and occurrence.dt),
        "rule": _rule_parts(rule.to_ical().decode()) if rule is not None else {},
        "added": _slots_found(event.get("rdate")),
        "left_out": _slots_found(event.get("exdate")),
    }


def _slots_found(slots: Any) -> list[Any]:
    return [_instant(slot.dt) for slot in slots.dts] if slots is not None else []


def _instant(moment: dt.datetime | dt.date | None) -> tuple[Any, ...] | None:
    """A moment with its offset (the wall clock must be right, too), or a whole day."""
    if isinstance(moment, dt.datetime):
        return moment.replace(tzinfo=None), moment.utcoffset()
    return None if moment is None else (moment,)


def _address_found(address: Any) -> tuple[str, str, Mapping[str, str]] | None:
    if address is None:
        return None
    parameters = {name: str(value) for name, value in address.params.items() if name != "CN"}
    return str(address).removeprefix("mailto:"), str(address.params.get("CN", "")), parameters
