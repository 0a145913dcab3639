"""What a calendar message is made of, checked and tidied before anything is written."""

import datetime as dt
import re
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from backend.core.vietnamese import clean
from backend.invitations.ical import zones
from backend.mail.mailbox import InvalidAddress, Mailbox, checked_email

_UID = re.compile(r"[\x21-\x7e]{1,255}")
_URL = re.compile(r"https?://[^\s\"<>\\^`{|}]+")
_RULE = re.compile(r"|FREQ=[A-Z]+(;[A-Z]+=[0-9A-Z+,-]+)*")
_STATUSES = {"CONFIRMED", "TENTATIVE", "CANCELLED"}
_CLASSES = {"", "PUBLIC", "PRIVATE", "CONFIDENTIAL"}
_MINUTE = dt.timedelta(minutes=1)
_ONLINE = {"vi": "Tham dự trực tuyến", "en": "Join online"}


class InvalidEntry(ValueError):
    """An entry no calendar message can be made of; `field` names what is wrong."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field


@dataclass(frozen=True, kw_only=True)
class CalendarEntry:
    """One meeting at one site, as one recipient may see it; or what recurs (`recurrence`), or one occurrence of it.

    - `uid` never changes for the same meeting and site; `sequence` rises when time or place changes and on cancelling.
    - `start` and `end` are both aware datetimes, shown on the clock of `timezone`, or both dates: whole days, of which
      `end` is the first free one. `end` may be unknown.
    - `attendee` is the recipient alone; published feeds carry none, whatever is set here.
    - An occurrence has the UID of what recurs and, in `recurrence_id`, the moment it was first planned for.
    - `modified` is when anything said here last changed; `related_to` is the UID of what this is a part of.
    - `free` leaves the reader's time free (TRANSP).
    - `delegated_from` is the address of whom the attendee stands in for, `delegated_to` of who stands in for them.
    """

    uid: str
    sequence: int
    stamp: dt.datetime
    summary: str
    start: dt.datetime | dt.date
    end: dt.datetime | dt.date | None = None
    timezone: str = "Asia/Ho_Chi_Minh"
    description: str = ""
    location: str = ""
    url: str = ""
    organizer: Mailbox
    attendee: Mailbox | None = None
    language: str = "vi"
    categories: tuple[str, ...] = ()
    conference_link: str = ""
    status: str = "CONFIRMED"
    recurrence: "Recurring | None" = None
    recurrence_id: "Occurrence | None" = None
    related_to: str = ""
    classification: str = ""
    modified: dt.datetime | None = None
    free: bool = False
    delegated_from: str = ""
    delegated_to: str = ""


@dataclass(frozen=True, kw_only=True)
class Recurring:
    """When an entry recurs beside its start: an RFC 5545 `rule` ("" for none; an UNTIL in UTC), more days (RDATE) and
    days left out (EXDATE). All are times of the wall clock of the entry's zone, without a zone, as the start's is."""

    rule: str = ""
    added: tuple[dt.datetime, ...] = ()
    left_out: tuple[dt.datetime, ...] = ()


@dataclass(frozen=True)
class Occurrence:
    """Which occurrence (RECURRENCE-ID): the wall clock time `slot` of the recurring entry's `timezone`."""

    slot: dt.datetime
    timezone: str


def checked(entry: CalendarEntry) -> CalendarEntry:
    """`entry` as it will be written; raises InvalidEntry naming the field."""
    if not _UID.fullmatch(entry.uid):
        raise InvalidEntry("uid", "must be 1 to 255 visible ASCII characters")
    if not 0 <= entry.sequence < 2**31:
        raise InvalidEntry("sequence", "must not be negative")
    if entry.status not in _STATUSES:
        raise InvalidEntry("status", f"must be one of {', '.join(sorted(_STATUSES))}")
    if entry.classification not in _CLASSES:
        raise InvalidEntry("classification", f"must be one of {', '.join(sorted(_CLASSES - {''}))}")
    if entry.related_to and not _UID.fullmatch(entry.related_to):
        raise InvalidEntry("related_to", "must be a UID")
    _check_recurrence(entry)
    for name in ("url", "conference_link"):
        if (link := getattr(entry, name)) and not _URL.fullmatch(link):
            raise InvalidEntry(name, "must be an http(s) address")
    summary = one_line(entry.summary)
    if not summary:
        raise InvalidEntry("summary", "must not be empty")
    start, end = _times(entry)
    description = many_lines(entry.description)
    if entry.conference_link and entry.conference_link not in description:
        # Few programs show CONFERENCE: say it in words as well.
        description = f"{description}\n\n{online_label(entry)}: {entry.conference_link}".strip()
    return replace(
        entry,
        stamp=_moment("stamp", entry.stamp).astimezone(dt.UTC),
        modified=_moment("modified", entry.modified).astimezone(dt.UTC) if entry.modified else None,
        summary=summary,
        description=description,
        location=one_line(entry.location) or entry.conference_link,
        start=start,
        end=end,
        organizer=_mailbox("organizer", entry.organizer),
        attendee=_mailbox("attendee", entry.attendee) if entry.attendee else None,
        delegated_from=_mailbox("delegated_from", Mailbox("", entry.delegated_from)).email
        if entry.delegated_from
        else "",
        delegated_to=_mailbox("delegated_to", Mailbox("", entry.delegated_to)).email if entry.delegated_to else "",
        categories=tuple(category.replace("\\", "/") for raw in entry.categories if (category := one_line(raw))),
    )


def _check_recurrence(entry: CalendarEntry) -> None:
    """What recurs does so on one wall clock; an occurrence does not recur itself."""
    if entry.recurrence is not None:
        if entry.recurrence_id is not None or not isinstance(entry.start, dt.datetime):
            raise InvalidEntry("recurrence", "only a timed entry that is no occurrence recurs")
        if not _RULE.fullmatch(entry.recurrence.rule):
            raise InvalidEntry("recurrence", "must be an RFC 5545 rule")
        slots = (*entry.recurrence.added, *entry.recurrence.left_out)
    else:
        slots = (entry.recurrence_id.slot,) if entry.recurrence_id else ()
    if any(slot.tzinfo is not None for slot in slots):
        raise InvalidEntry("recurrence", "slots are times of the wall clock, without a zone")
    if entry.recurrence_id is not None:
        known_zone(entry.recurrence_id.timezone)


def known_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise InvalidEntry("timezone", f"{name!r} is not a known time zone") from None


def _times(entry: CalendarEntry) -> tuple[dt.datetime | dt.date, dt.datetime | dt.date | None]:
    start, end = entry.start, entry.end
    if isinstance(start, dt.datetime):
        zone = known_zone(entry.timezone)
        start = _shown("start", start, zone, recurs=entry.recurrence is not None)
        if isinstance(end, dt.datetime):
            end = _shown("end", end, zone)
    if end is not None:
        if isinstance(start, dt.datetime) != isinstance(end, dt.datetime):
            raise InvalidEntry("end", "must be a date when start is one, and a time when start is one")
        if _absolute(end) <= _absolute(start):
            raise InvalidEntry("end", "must be after start")
    return start, end


def _absolute(moment: dt.datetime | dt.date) -> dt.datetime | dt.date:
    """Two times of one zone are compared by their wall clock, which shows some hours twice."""
    return moment.astimezone(dt.UTC) if isinstance(moment, dt.datetime) else moment


def _shown(field: str, moment: dt.datetime, zone: ZoneInfo, *, recurs: bool = False) -> dt.datetime:
    """On the clock of the zone; in UTC where a calendar cannot say it so: the second of two times the clock shows alike
    (RFC 5545 §3.3.5 means the first), an offset with seconds, a time before zones are described. What recurs does so on
    the clock."""
    shown = _moment(field, moment).astimezone(zone)
    offset = shown.utcoffset() or dt.timedelta()
    sayable = not shown.fold and offset % _MINUTE == dt.timedelta() and _absolute(shown) >= zones.FIRST
    return shown if recurs or sayable else shown.astimezone(dt.UTC)


def _moment(field: str, moment: dt.datetime) -> dt.datetime:
    if moment.utcoffset() is None:
        raise InvalidEntry(field, "must know its time zone")
    return moment.replace(microsecond=0)


def _mailbox(field: str, mailbox: Mailbox) -> Mailbox:
    """No parameter holds a double quote (RFC 6868 writes ^', which Outlook shows as it is) or, safely, a backslash."""
    try:
        email = checked_email(mailbox.email)
    except InvalidAddress as error:
        raise InvalidEntry(field, str(error)) from error
    return Mailbox(one_line(mailbox.name).replace('"', "’").replace("\\", "/"), email)


def one_line(text: str) -> str:
    return " ".join(many_lines(text).split())


def many_lines(text: str) -> str:
    """Line breaks of every kind become \\n; icalendar itself would write control characters as they come."""
    return clean("\n".join(text.replace("\r\n", "\n").splitlines()))


def online_label(entry: CalendarEntry) -> str:
    return _ONLINE.get(entry.language, _ONLINE["vi"])
