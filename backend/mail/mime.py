"""Mail as bytes: the same message is always written the same way, so a second try sends what the first one sent.

The structure is the one in which calendar programs show their answer buttons:

    multipart/mixed
      multipart/alternative
        text/plain
        text/html                      (inside multipart/related when it shows images)
        text/calendar; method=REQUEST  (last: the richest alternative)
      application/ics invite.ics       (the same bytes, for programs that only know attachments)
      other attachments

Bodies are written by the standard library. The header block is written here: the library folds a name that needs
both quotes and encoding into one that names somebody else.
"""

import base64
import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

from backend.mail.mailbox import InvalidAddress, Mailbox, checked_email

LONGEST_SUBJECT = 900

_LINE = 76  # RFC 5322 asks for 78, RFC 2047 for 76 where words are encoded
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,120}@[A-Za-z0-9.-]{1,120}>")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,75}")
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]{0,99}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_FILENAME = re.compile(r"[^\x00-\x1f\x7f-\x9f\"\\/\u2028\u2029\ud800-\udfff]{1,150}")
_METHOD = re.compile(rb"^METHOD:([A-Z]+)\r?$", re.MULTILINE)

#: Headers written here or by servers on the way; a second one would contradict the first.
_OWN = {
    "from", "sender", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "mime-version", "return-path",
    "received", "dkim-signature",
}  # fmt: skip


#: A break in a title or a name is a space: it must not keep the letter from being sent.
_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")


#: What some programs take for the end of a line and others for nothing.
_ODD_BREAKS = re.compile(r"[\x80-\x9f\u2028\u2029]")
#: Embeddings, overrides and isolates of direction make a name or a sentence read as another one.
_DIRECTION = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


class InvalidMessage(ValueError):
    """A message that must not be sent as it is; `field` names the argument."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field


@dataclass(frozen=True, kw_only=True)
class Attachment:
    filename: str
    content: bytes
    content_type: str = "application/octet-stream"


@dataclass(frozen=True, kw_only=True)
class CalendarPart:
    """One of several calendar messages (RFC 6047): each holds one UID and says its own method."""

    filename: str
    content: bytes
    method: str


@dataclass(frozen=True, kw_only=True)
class InlineImage:
    """An image the html shows as `<img src="cid:…">`."""

    cid: str
    content: bytes
    subtype: str = "png"


def build_message(
    *,
    message_id: str,
    date: dt.datetime,
    sender: tuple[str, str],
    to: tuple[str, str],
    reply_to: tuple[str, str] | None = None,
    subject: str,
    text: str,
    html: str = "",
    calendar: bytes | None = None,
    calendar_method: str | None = None,
    calendars: Sequence[CalendarPart] = (),
    attachments: Sequence[Attachment] = (),
    inline_images: Sequence[InlineImage] = (),
    language: str = "vi",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """One message to one recipient, ready for SMTP. Raises InvalidMessage for what would be read as something else.

    `sender`, `to` and `reply_to` are (name, address). `calendar` is what the message as a whole is about: programs offer
    to answer it. Several `calendars` stand beside the text instead, one part each. `headers` adds what has no parameter here: Auto-Submitted,
    List-Unsubscribe and the like. Nothing in any argument can start a new header, or turn what is read around.
    """
    block = _headers(
        {
            "From": _address("sender", sender),
            "To": _address("to", to),
            "Reply-To": _address("reply_to", reply_to) if reply_to else [],
            "Subject": _subject(subject),
            "Date": [_date(date)],
            "Message-ID": [_checked_message_id(message_id)],
            "Content-Language": [_checked("language", language, _LANGUAGE)],
            **_extra(headers or {}),
        }
    )
    text, html = (_ODD_BREAKS.sub(" ", _DIRECTION.sub("", each)) for each in (text, html))
    body = _alternatives(text, html, inline_images, calendar, calendar_method)
    for part in calendars:
        _attach_calendar(body, part)
    for attachment in (*_invite(calendar), *attachments):
        _attach(body, attachment)
    _set_boundaries(body, block)
    return block + body.as_bytes()


def message_id(purpose: str, subject_id: object, recipient: str, sequence: int, domain: str) -> str:
    """The Message-ID of the one mail about this; a repetition carries the same, so that receivers can drop it."""
    _checked("purpose", purpose, re.compile(r"[a-z][a-z0-9_-]{0,40}(?:\.[a-z0-9_-]{1,40})*"))
    facts = json.dumps([purpose, str(subject_id), recipient.strip().lower(), sequence])
    return _checked_message_id(f"<{purpose}.{hashlib.sha256(facts.encode()).hexdigest()[:40]}@{domain}>")


# -- headers ----------------------------------------------------------------------------------------------------------


def _headers(fields: Mapping[str, Iterable[str]]) -> bytes:
    """Each field is a list of words that may be divided by a folded line."""
    lines: list[str] = []
    for name, words in fields.items():
        line, empty = f"{name}:", True
        for word in words:
            if not empty and len(line) + 1 + len(word) > _LINE:
                lines.append(line)
                line = ""
            line, empty = f"{line} {word}", False
        if not empty:
            lines.append(line)
    if max(map(len, lines)) > 998:
        raise InvalidMessage("headers", "a word is longer than a line may be")
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _address(field: str, mailbox: tuple[str, str]) -> list[str]:
    name, email = Mailbox(*mailbox)
    name = " ".join(_BREAKS.sub(" ", _DIRECTION.sub("", name)).split())
    _no_control(field, name)
    try:
        address = checked_email(email)
    except InvalidAddress as error:
        raise InvalidMessage(field, str(error)) from error
    return [*_phrase(name), f"<{address}>"] if name else [address]


def _phrase(name: str) -> list[str]:
    """A display name: bare when it is plain words, quoted when it is short ASCII, encoded whole otherwise."""
    if not name.isascii() or len(name) > 60 or "=?" in name:
        return _encoded(name)
    if _ATOMS.fullmatch(name):
        return name.split()
    return ['"' + re.sub(r'(["\\])', r"\\\1", name) + '"']


def _subject(subject: str) -> list[str]:
    subject = _BREAKS.sub(" ", _DIRECTION.sub("", subject)).strip()
    _no_control("subject", subject)
    if not subject:
        raise InvalidMessage("subject", "must not be empty")
    if len(subject) > LONGEST_SUBJECT:
        raise InvalidMessage("subject", f"longer than {LONGEST_SUBJECT} characters")
    return _unstructured(subject)


def _unstructured(value: str) -> list[str]:
    """Plain words as they are; encoded as a whole where a word or the spacing would not survive."""
    words = value.split(" ")
    plain = value.isascii() and "=?" not in value and all(word and len(word) <= _LINE - 16 for word in words)
    return words if plain else _encoded(value)


def _encoded(text: str) -> list[str]:
    """RFC 2047 words of at most 75 characters, divided between letters, never inside one."""
    chunks, chunk = [], b""
    for character in text:
        octets = character.encode("utf-8")
        if len(chunk) + len(octets) > 42:  # 42 octets are 56 characters of base64, and 12 stand around them
            chunks.append(chunk)
            chunk = b""
        chunk += octets
    return [f"=?utf-8?B?{base64.b64encode(octets).decode()}?=" for octets in (*chunks, chunk)]


def _extra(headers: Mapping[str, str]) -> dict[str, list[str]]:
    extra = {}
    for name, value in headers.items():
        _checked("headers", name, _HEADER_NAME)
        if name.lower() in _OWN or name.lower().startswith(("content-", "resent-")):
            raise InvalidMessage("headers", f"{name} has a parameter of its own, or none may set it")
        _no_control(f"headers[{name}]", value)
        if not value.isascii() or not value.strip():
            raise InvalidMessage(f"headers[{name}]", "must be ASCII, and not empty: programs read it, not people")
        extra[name] = value.split()
    return extra


def _date(date: dt.datetime) -> str:
    if date.utcoffset() is None:
        raise InvalidMessage("date", "must know its time zone")
    return format_datetime(date.replace(microsecond=0))


def _checked_message_id(value: str) -> str:
    return _checked("message_id", value, _MESSAGE_ID)


def _checked(field: str, value: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(value):
        raise InvalidMessage(field, f"not well formed: {value[:120]!r}")
    return value


def _no_control(field: str, value: str) -> None:
    if _CONTROL.search(value):
        raise InvalidMessage(field, "holds a line break or a control character")


# -- bodies -----------------------------------------------------------------------------------------------------------


def _alternatives(
    text: str, html: str, images: Sequence[InlineImage], calendar: bytes | None, method: str | None
) -> EmailMessage:
    body = EmailMessage(policy=policy.SMTP)
    body.set_content(_sendable("text", text), cte="base64")
    if html:
        body.add_alternative(_sendable("html", html), subtype="html", cte="base64")
        _show_images(body, images)
    elif images:
        raise InvalidMessage("inline_images", "there is no html to show them in")
    if calendar is not None:
        parameters = {"method": _checked_method(calendar, method), "charset": "UTF-8"}
        body.add_alternative(calendar, maintype="text", subtype="calendar", params=parameters, cte="base64")
    elif method is not None:
        raise InvalidMessage("calendar_method", "there is no calendar")
    return body


def _show_images(body: EmailMessage, images: Sequence[InlineImage]) -> None:
    (page,) = [part for part in body.iter_parts() if part.get_content_subtype() == "html"]
    assert isinstance(page, EmailMessage)
    for image in images:
        cid, subtype = _checked("inline_images", image.cid, _TOKEN), _checked("inline_images", image.subtype, _TOKEN)
        page.add_related(image.content, maintype="image", subtype=subtype, cid=f"<{cid}>", disposition="inline")


def _checked_method(calendar: bytes, method: str | None) -> str:
    """Outlook shows an attachment instead of an invitation when header and body disagree."""
    said = [found.decode() for found in _METHOD.findall(calendar)]
    if method is None or said != [method]:
        raise InvalidMessage("calendar_method", f"is {method}, but the calendar says {', '.join(said) or 'nothing'}")
    return method


def _invite(calendar: bytes | None) -> list[Attachment]:
    if calendar is None:
        return []
    return [Attachment(filename="invite.ics", content=calendar, content_type="application/ics")]


def _attach_calendar(body: EmailMessage, part: CalendarPart) -> None:
    body.add_attachment(
        part.content,
        maintype="text",
        subtype="calendar",
        params={"method": _checked_method(part.content, part.method), "charset": "UTF-8"},
        filename=_checked("calendars", part.filename, _FILENAME),
        cte="base64",
    )


def _attach(body: EmailMessage, attachment: Attachment) -> None:
    maintype, _, subtype = attachment.content_type.partition("/")
    _checked("attachments", maintype, _TOKEN)
    _checked("attachments", subtype, _TOKEN)
    if maintype in {"multipart", "message"}:
        raise InvalidMessage("attachments", f"{attachment.content_type} would be taken apart, not attached")
    filename = _checked("attachments", attachment.filename, _FILENAME)
    body.add_attachment(attachment.content, maintype=maintype, subtype=subtype, filename=filename, cte="base64")


def _sendable(field: str, text: str) -> str:
    if re.search(r"[\x00\ud800-\udfff]", text):
        raise InvalidMessage(field, "holds a character no mail can carry")
    return text


def _set_boundaries(body: EmailMessage, block: bytes) -> None:
    """Made from the message itself. "=_" never occurs in base64, so no content can look like a boundary."""
    digest = hashlib.sha256(block)
    for part in body.walk():
        if not part.is_multipart():
            digest.update(f"{part.get_content_type()} {part.get_filename()} {part.get_payload()}".encode())
    for number, part in enumerate(part for part in body.walk() if part.is_multipart()):
        part.set_boundary(f"=_{digest.hexdigest()[:24]}_{number}")
