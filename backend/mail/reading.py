"""What a mail says, read from its bytes: pure, and for bytes of any kind.

Nothing that came from outside is believed here; it is only told apart: who sends it, whether a program wrote it by
itself (RFC 3834), which deliveries it reports on (RFC 3464), and which calendars it carries (RFC 6047).
"""

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from functools import cached_property

from backend.core.vietnamese import one_line
from backend.mail.mailbox import InvalidAddress, checked_email

#: Parts looked at; a mail with more is no letter.
MOST_PARTS = 200
#: Of a mail that is too large for more: enough for its headers.
HEAD = 64 * 1024
_LARGEST_CALENDAR = 1024 * 1024
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")
#: One mailbox: bare, in angle brackets after a name, or before a comment. A name that holds what could be a second
#: address, unquoted, is nobody's.
_MAILBOX = re.compile(
    r"""\s*(?:
        (?:"(?:[^"\\]|\\.)*"|[^"<>@,;:]*)\s*<(?P<angled>[^<>\s,;:"()]+)>
        | (?P<bare>[^<>\s,;:"()]+)\s*(?:\([^()<>@]*\))?
    )\s*""",
    re.VERBOSE,
)
_POSTMASTERS = {"mailer-daemon", "postmaster", "mail-daemon"}
#: Headers with which programs mark what they write by themselves, beside RFC 3834's own.
_MARKS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-response-suppress", "list-id", "feedback-id")
_PRECEDENCES = {"bulk", "junk", "list", "auto_reply"}
#: Headers that name the address a mail was delivered to, by the servers on its way or by who wrote it.
_DELIVERED_TO = (
    "to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "x-forwarded-to",
)  # fmt: skip


def unreachable(status: str) -> bool:
    """Whether a status (RFC 3463) blames the address for good: a full mailbox (x.2.2) or a refused letter (5.7.x: its
    content or its sender) may be taken another day."""
    return status.startswith("5") and status != "5.2.2" and status[:3] != "5.7"


@dataclass(frozen=True, kw_only=True)
class DeliveryReport:
    """What became of a mail for one recipient (RFC 3464). `recipient` is in lower case, and "" when not named."""

    recipient: str
    action: str
    status: str
    diagnosis: str

    @property
    def failed(self) -> bool:
        return self.action == "failed"

    @property
    def for_good(self) -> bool:
        """Whether the address is to blame and will be."""
        return self.failed and unreachable(self.status)


class Letter:
    """A mail as it was parsed. Every property answers for any bytes; what is missing is "" or empty."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    @cached_property
    def _message(self) -> Message:
        return email.message_from_bytes(self._raw)

    def read_all(self) -> None:
        """Reads everything there is to be read. What breaks the parser, as a RecursionError, breaks it here."""
        for name, value in vars(Letter).items():
            if isinstance(value, cached_property):
                getattr(self, name)

    def _values(self, name: str) -> list[str]:
        """As they stand in the mail, unfolded."""
        return _values(self._message, name)

    @cached_property
    def message_id(self) -> str:
        """ "" when it has none, or one that is no such thing."""
        found = _MESSAGE_ID.fullmatch(_first(self._message, "message-id").strip())
        return found[0] if found else ""

    @cached_property
    def sender(self) -> str:
        """The one address in the one From, in lower case; "" when there is not exactly one, or no such address."""
        values = self._values("from")
        return mailbox_in(values[0]) if len(values) == 1 else ""

    @cached_property
    def subject(self) -> str:
        """As people read it, on one line."""
        value = _first(self._message, "subject")
        try:
            words = [
                word.decode(charset or "utf-8", "replace") if isinstance(word, bytes) else word
                for word, charset in decode_header(value[:4000])
            ]
        except (ValueError, LookupError, HeaderParseError):  # binascii's errors are ValueErrors
            words = [value]
        return one_line("".join(words).encode("utf-8", "replace").decode())[:400]

    @cached_property
    def delivered_to(self) -> str:
        """Everything said about the addresses the mail went to, to be searched for ours."""
        return "\n".join(value for name in _DELIVERED_TO for value in self._values(name))

    @cached_property
    def from_nobody(self) -> bool:
        """Whether the envelope had no sender (RFC 5321 §4.5.5): answering it would answer a server."""
        return any(value.strip() == "<>" for value in self._values("return-path"))

    @cached_property
    def automatic(self) -> bool:
        """Whether a program wrote it by itself, and so must never get an answer."""
        said = [value.partition(";")[0].strip().lower() for value in self._values("auto-submitted")]
        precedence = {value.strip().lower() for value in self._values("precedence")}
        return (
            self.from_nobody
            or self.from_postmaster
            or any(value != "no" for value in said)
            or bool(precedence & _PRECEDENCES)
            or any(self._values(name) for name in _MARKS)
        )

    @cached_property
    def from_postmaster(self) -> bool:
        return self.sender.partition("@")[0] in _POSTMASTERS

    @cached_property
    def report_type(self) -> str:
        """The kind of a multipart/report, as `delivery-status`; "" for other mail."""
        if self._message.get_content_type() != "multipart/report":
            return ""
        return str(self._message.get_param("report-type", "") or "").strip().lower()

    @cached_property
    def reports(self) -> tuple[DeliveryReport, ...]:
        """What a delivery report says, recipient by recipient."""
        blocks = [block for part in self._parts("message/delivery-status") for block in _blocks(part)]
        return tuple(
            DeliveryReport(
                recipient=_typed_address(_first(block, "original-recipient"))
                or _typed_address(_first(block, "final-recipient")),
                action=_first(block, "action").strip().lower(),
                status=(re.match(r"\s*([245]\.\d{1,3}\.\d{1,3})", _first(block, "status")) or ["", ""])[1],
                diagnosis=one_line(_first(block, "diagnostic-code"))[:500],
            )
            for block in blocks
            if _values(block, "final-recipient") or _values(block, "original-recipient")
        )

    @cached_property
    def reported_ids(self) -> tuple[str, ...]:
        """The Message-IDs of the mails that came back with a report, whole or as their headers."""
        returned: list[Message] = []
        for part in self._parts("message/rfc822"):
            inner = part.get_payload()
            returned += [inner[0]] if isinstance(inner, list) and isinstance(inner[0], Message) else []
        for part in self._parts("text/rfc822-headers"):
            returned.append(email.message_from_bytes(_content(part)))
        found = [value.strip() for message in returned for value in _values(message, "message-id")]
        return tuple(value for value in found if _MESSAGE_ID.fullmatch(value))

    @cached_property
    def calendars(self) -> tuple[bytes, ...]:
        """The different calendars in it, as text/calendar parts or as attachments that only programs know as such."""
        found = [
            _content(part)
            for part in self._parts()
            if part.get_content_type() in {"text/calendar", "application/ics"} or _filename(part).endswith(".ics")
        ]
        return tuple(dict.fromkeys(content for content in found if 0 < len(content) <= _LARGEST_CALENDAR))

    def _parts(self, kind: str = "") -> Iterator[Message]:
        """The parts of that kind, or those that hold no others; nothing inside a mail that was returned."""
        for number, part in enumerate(_walk(self._message)):
            if number >= MOST_PARTS:
                return
            if part.get_content_type() == kind if kind else not part.is_multipart():
                yield part


def mailbox_in(value: str) -> str:
    """The address of exactly one mailbox, in lower case; "" for none, several, or what programs read differently."""
    found = _MAILBOX.fullmatch(value)
    if not found:
        return ""
    try:
        return checked_email(found["angled"] or found["bare"]).lower()
    except InvalidAddress:
        return ""


def _walk(message: Message) -> Iterator[Message]:
    """As Message.walk, without a depth that foreign bytes choose, and closed at mails within the mail."""
    left = [message]
    while left:
        part = left.pop(0)
        yield part
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            left = [child for child in inner if isinstance(child, Message)] + left


def _values(message: Message, name: str) -> list[str]:
    found = []
    for key, value in message.raw_items():
        if key.lower() == name:
            octets = str(value).encode("utf-8", "surrogateescape")
            found.append(re.sub(r"[\r\n]+", "", octets.decode("utf-8", "replace")))
    return found


def _first(message: Message, name: str) -> str:
    return next(iter(_values(message, name)), "")


def _blocks(part: Message) -> list[Message]:
    """The groups of fields in a delivery status; servers that send it as plain text or encoded are read alike."""
    inner = part.get_payload()
    if isinstance(inner, list):
        return [block for block in inner if isinstance(block, Message)]
    return [email.message_from_bytes(block) for block in re.split(rb"\r?\n\r?\n", _content(part))]


def _typed_address(value: str) -> str:
    """`rfc822; someone@example.org` as an address; "" for other types."""
    kind, _, address = value.partition(";")
    return mailbox_in(address.strip()) if kind.strip().lower() in {"rfc822", "utf-8"} else ""


def _content(part: Message) -> bytes:
    """The decoded content; what is not decodable as it was."""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _filename(part: Message) -> str:
    try:
        return str(part.get_filename("") or "").lower()
    except (ValueError, LookupError):
        return ""
