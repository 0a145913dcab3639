"""Replies: what an attendee's program sent back."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from icalendar import Calendar, Event, vDDDTypes
from icalendar.error import BrokenCalendarProperty

from backend.invitations.ical.entries import many_lines, one_line
from backend.mail.mailbox import Mailbox

_LARGEST = 256 * 1024
_OTHERS = {"REQUEST", "CANCEL", "PUBLISH", "ADD", "REFRESH", "DECLINECOUNTER"}
_ANSWERS = {"ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED", "NEEDS-ACTION"}


class UnreadableReply(ValueError):
    """Not an answer to an invitation; a human should look at the mail."""


class NoReply(UnreadableReply):
    """A calendar that does not mean to be one: an invitation, a published meeting."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer as the attendee's program wrote it. Anybody who knows the UID can forge one: trust the envelope first.

    `method` is REPLY, or COUNTER when another time is proposed in `start` and `end`. Programs leave out much:
    `organizer` may be empty, `sequence` unknown, and `delegated_to` without a name. Addresses are in lower case.
    """

    method: str
    uid: str
    sequence: int | None
    stamp: dt.datetime | None
    attendee: Mailbox
    answer: str
    comment: str
    delegated_to: Mailbox
    organizer: str
    recurrence_id: dt.datetime | dt.date | None
    start: dt.datetime | dt.date | None
    end: dt.datetime | dt.date | None


def parse_reply(data: bytes) -> Reply:
    """The answer in a text/calendar part; raises UnreadableReply with the reason."""
    if len(data) > _LARGEST:
        raise UnreadableReply("larger than any reply")
    try:
        calendar = Calendar.from_ical(data)
        events = calendar.events
    except Exception as error:  # whatever the parser trips over in foreign bytes: TZID=Asia is an OSError
        raise UnreadableReply(f"not a calendar: {error}") from error
    method = str(calendar.get("method", "")).upper()
    if method not in {"REPLY", "COUNTER"}:
        foreign = method in _OTHERS or (not method and not events)
        raise (NoReply if foreign else UnreadableReply)(f"METHOD is {method or 'missing'}, not REPLY")
    if len(events) != 1:
        raise UnreadableReply(f"{len(events)} VEVENTs instead of one")
    try:
        return _reply(method, events[0])
    except BrokenCalendarProperty as error:
        raise UnreadableReply(f"broken: {error}") from error


def _reply(method: str, event: Event) -> Reply:
    uid = str(event.get("uid", "")).strip()
    if not uid or isinstance(event.get("uid"), list):
        raise UnreadableReply("exactly one UID is needed")
    attendees = event.get("attendee", [])
    attendees = attendees if isinstance(attendees, list) else [attendees]
    attendee = _who_answers(attendees)
    if "@" not in _email_of(attendee):
        raise UnreadableReply("the attendee has no address")
    if "recurrence-id" in event and _time(event, "recurrence-id") is None:
        raise UnreadableReply("RECURRENCE-ID is broken; the answer would go to the whole series")
    answer = str(attendee.params.get("PARTSTAT", "")).upper()
    if method == "REPLY" and answer not in _ANSWERS:
        raise UnreadableReply(f"PARTSTAT is {answer or 'missing'}")
    return Reply(
        method=method,
        uid=uid,
        sequence=_number(event["sequence"]) if "sequence" in event else None,
        stamp=_time(event, "dtstamp"),
        attendee=_named(_email_of(attendee), [attendee]),
        answer=answer,
        comment=_comment(event.get("comment")),
        delegated_to=_named(_delegate(attendee.params.get("DELEGATED-TO")), attendees),
        organizer=_email_of(event.get("organizer")),
        recurrence_id=_time(event, "recurrence-id"),
        start=_time(event, "dtstart"),
        end=_time(event, "dtend"),
    )


def _who_answers(attendees: list[Any]) -> Any:
    """The one attendee; of two, the one who delegated to the other, whom many programs name beside (RFC 5546 §3.2.3)."""
    emails = {_email_of(attendee) for attendee in attendees}
    delegating = [each for each in attendees if str(each.params.get("PARTSTAT", "")).upper() == "DELEGATED"]
    if len(emails) == 1 and attendees:
        return attendees[0]
    if len(attendees) == 2 and len(delegating) == 1:
        [one] = delegating
        if emails == {_email_of(one), _delegate(one.params.get("DELEGATED-TO"))}:
            return one
    raise UnreadableReply(f"{len(attendees)} attendees instead of the one who answers")


def _email_of(address: Any) -> str:
    """In lower case and without `mailto:`, which some programs write in capitals; '' for none."""
    if address is None or isinstance(address, list):
        return ""
    return re.sub(r"^mailto:", "", str(address).strip(), flags=re.IGNORECASE).strip().lower()


def _delegate(value: Any) -> str:
    first = value[0] if isinstance(value, (list, tuple)) and value else value
    return _email_of(first)


def _named(email: str, attendees: list[Any]) -> Mailbox:
    """The address with the name it has among the attendees."""
    names = (one_line(str(each.params.get("CN", ""))) for each in attendees if _email_of(each) == email)
    return Mailbox(next(filter(None, names), ""), email)


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise UnreadableReply(f"SEQUENCE is {value!r}") from None


def _comment(value: Any) -> str:
    comments = value if isinstance(value, list) else [value]
    return many_lines("\n".join(str(comment) for comment in comments if comment is not None))


def _time(event: Event, name: str) -> Any:
    value = event.get(name)
    return value.dt if isinstance(value, vDDDTypes) else None
