"""Mail that comes in, for tests: byte for byte as programs of that kind lay it out, written for these tests.

Each writer takes what the answer says; `Said` holds it.
"""

import base64
import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

import factory

from backend.mail.models import InboundMail, SuppressedAddress


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody's program answers. `attendee` is whom the calendar names, `sender` whom the mail says it is from."""

    uid: str
    attendee: str = "an@donvi.example"
    sender: str = ""
    to: str = "thumoi@plenum.example"
    answer: str = "ACCEPTED"
    sequence: int = 0
    start: str = "20210114T133000"
    end: str = "20210114T170000"
    stamp: str = "20210105T010203Z"
    comment: str = ""
    message_id: str = field(default_factory=lambda: f"<{uuid.uuid4()}@donvi.example>")
    headers: str = ""

    @property
    def writer(self) -> str:
        return self.sender or self.attendee


def _lines(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in lines if line).encode()


def _base64(content: bytes) -> str:
    return "\r\n".join(base64.encodebytes(content).decode().splitlines())


def thunderbird(said: Said) -> bytes:
    """Eight-bit UTF-8, an unquoted name with diacritics, the calendar last in the alternative; no comment."""
    calendar = _lines(
        "BEGIN:VCALENDAR", "PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN", "VERSION:2.0", "METHOD:REPLY",
        "BEGIN:VEVENT", f"DTSTAMP:{said.stamp}", f"UID:{said.uid}", "SUMMARY:Hội nghị",
        "ORGANIZER;CN=Trung tâm Kỹ thuật 2:mailto:thumoi@plenum.example",
        f"ATTENDEE;CN=Nguyễn Văn An;PARTSTAT={said.answer};ROLE=REQ-PARTICIPANT:mailto:{said.attendee}",
        f"DTSTART;TZID=Asia/Ho_Chi_Minh:{said.start}", f"DTEND;TZID=Asia/Ho_Chi_Minh:{said.end}",
        f"SEQUENCE:{said.sequence}", "END:VEVENT", "END:VCALENDAR",
    ).decode()  # fmt: skip
    return (
        f"Message-ID: {said.message_id}\r\n{said.headers}"
        "Date: Fri, 1 May 2026 08:02:03 +0700\r\nMIME-Version: 1.0\r\nUser-Agent: Mozilla Thunderbird\r\n"
        f"Content-Language: vi\r\nTo: {said.to}\r\n"
        f"From: =?UTF-8?B?{base64.b64encode('Nguyễn Văn An'.encode()).decode()}?= <{said.writer}>\r\n"
        "Subject: =?UTF-8?Q?Ch=E1=BA=A5p_nh=E1=BA=ADn=3A_H=E1=BB=99i_ngh=E1=BB=8B?=\r\n"
        'Content-Type: multipart/mixed; boundary="----------A1"\r\n\r\n'
        "------------A1\r\n"
        'Content-Type: multipart/alternative; boundary="----------B2"\r\n\r\n'
        "------------B2\r\nContent-Type: text/plain; charset=UTF-8; format=flowed\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\nNguyễn Văn An đã chấp nhận.\r\n\r\n"
        "------------B2\r\nContent-Type: text/calendar; method=REPLY; charset=UTF-8\r\n"
        f"Content-Transfer-Encoding: 8bit\r\n\r\n{calendar}\r\n------------B2--\r\n\r\n------------A1--\r\n"
    ).encode()


def exchange(said: Said) -> bytes:
    """No ORGANIZER, Windows' own zone, MAILTO in capitals, the calendar in base64 below a text in another charset."""
    calendar = _lines(
        "BEGIN:VCALENDAR", "METHOD:REPLY", "PRODID:Microsoft Exchange Server 2010", "VERSION:2.0",
        "BEGIN:VTIMEZONE", "TZID:SE Asia Standard Time", "BEGIN:STANDARD", "DTSTART:16010101T000000",
        "TZOFFSETFROM:+0700", "TZOFFSETTO:+0700", "END:STANDARD", "END:VTIMEZONE", "BEGIN:VEVENT",
        f"ATTENDEE;PARTSTAT={said.answer};CN=Nguyen Van An:MAILTO:{said.attendee.upper()}",
        f"COMMENT;LANGUAGE=vi-VN:{said.comment}" if said.comment else "", f"UID:{said.uid.upper()}",
        "SUMMARY;LANGUAGE=vi-VN:Chấp nhận: Hội nghị", f"DTSTART;TZID=SE Asia Standard Time:{said.start}",
        f"DTEND;TZID=SE Asia Standard Time:{said.end}", "CLASS:PUBLIC", "PRIORITY:5", f"DTSTAMP:{said.stamp}",
        "TRANSP:OPAQUE", "STATUS:CONFIRMED", f"SEQUENCE:{said.sequence}", "X-MICROSOFT-CDO-BUSYSTATUS:BUSY",
        "X-MICROSOFT-DISALLOW-COUNTER:FALSE", "END:VEVENT", "END:VCALENDAR",
    )  # fmt: skip
    return (
        f"Received: from mbx01.donvi.example by edge.donvi.example; Fri, 1 May 2026 01:02:05 +0000\r\n{said.headers}"
        f'From: "Nguyen Van An (KT2)" <{said.writer}>\r\nTo: "Trung tam Ky thuat 2" <{said.to}>\r\n'
        "Subject: =?utf-8?B?Q2jhuqVwIG5o4bqtbjogSOG7mWkgbmdo4buL?=\r\nThread-Topic: Hoi nghi\r\n"
        f"Date: Fri, 1 May 2026 01:02:03 +0000\r\nMessage-ID:\r\n {said.message_id}\r\n"
        "Accept-Language: vi-VN, en-US\r\nX-MS-Has-Attach:\r\nX-MS-TNEF-Correlator:\r\n"
        'Content-Type: multipart/alternative;\r\n\tboundary="_000_0001donvi_"\r\nMIME-Version: 1.0\r\n\r\n'
        '--_000_0001donvi_\r\nContent-Type: text/plain; charset="windows-1258"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n=D4ng An\r\n\r\n"
        '--_000_0001donvi_\r\nContent-Type: text/calendar; charset="utf-8"; method=REPLY\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{_base64(calendar)}\r\n\r\n--_000_0001donvi_--\r\n"
    ).encode()


def google(said: Said) -> bytes:
    """Sent by a program in the invitee's name, and marked so; times in UTC; the answer twice, also as an attachment."""
    hanoi = dt.timedelta(hours=7)
    start, end = (
        f"{dt.datetime.strptime(each, '%Y%m%dT%H%M%S') - hanoi:%Y%m%dT%H%M%S}Z" for each in (said.start, said.end)
    )
    calendar = _lines(
        "BEGIN:VCALENDAR", "PRODID:-//Google Inc//Google Calendar 70.9054//EN", "VERSION:2.0", "CALSCALE:GREGORIAN",
        "METHOD:REPLY", "BEGIN:VEVENT", f"DTSTART:{start}", f"DTEND:{end}", f"DTSTAMP:{said.stamp}",
        'ORGANIZER;CN="Trung tâm Kỹ thuật 2":mailto:thumoi@plenum.example', f"UID:{said.uid}",
        f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={said.answer};CN=A",
        f" n Nguyễn;X-NUM-GUESTS=0:mailto:{said.attendee}", f"X-RESPONSE-COMMENT:{said.comment}" if said.comment else "",
        f"SEQUENCE:{said.sequence}", "STATUS:CONFIRMED", "SUMMARY:Hội nghị", "TRANSP:OPAQUE", "END:VEVENT",
        "END:VCALENDAR",
    )  # fmt: skip
    return (
        f"MIME-Version: 1.0\r\nReply-To: An <{said.writer}>\r\n"
        f"Sender: Google Calendar <calendar-notification@google.example>\r\n{said.headers}"
        f"Auto-Submitted: auto-generated\r\nMessage-ID: {said.message_id}\r\nDate: Fri, 01 May 2026 01:02:03 +0000\r\n"
        f"Subject: Accepted: =?UTF-8?Q?H=E1=BB=99i_ngh=E1=BB=8B?=\r\nFrom: An <{said.writer}>\r\nTo: {said.to}\r\n"
        'Content-Type: multipart/mixed; boundary="0000000000005"\r\n\r\n'
        '--0000000000005\r\nContent-Type: multipart/alternative; boundary="0000000000003"\r\n\r\n'
        '--0000000000003\r\nContent-Type: text/plain; charset="UTF-8"\r\n\r\nAn has accepted.\r\n\r\n'
        '--0000000000003\r\nContent-Type: text/calendar; charset="UTF-8"; method=REPLY\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{_base64(calendar)}\r\n--0000000000003--\r\n"
        '--0000000000005\r\nContent-Type: application/ics; name="invite.ics"\r\n'
        'Content-Disposition: attachment; filename="invite.ics"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        f"{_base64(calendar)}\r\n--0000000000005--\r\n"
    ).encode()


def apple(said: Said) -> bytes:
    """The calendar in quoted-printable, its own attachment beside an empty text; the name encoded in two words."""
    calendar = _lines(
        "BEGIN:VCALENDAR", "CALSCALE:GREGORIAN", "VERSION:2.0", "METHOD:REPLY",
        "PRODID:-//Apple Inc.//macOS 14.4//EN", "BEGIN:VEVENT", f"UID:{said.uid}",
        f"DTEND;TZID=Asia/Ho_Chi_Minh:{said.end}", "SUMMARY:Hoi nghi", "CREATED:20260501T000000Z",
        f"DTSTART;TZID=Asia/Ho_Chi_Minh:{said.start}", f"DTSTAMP:{said.stamp}", f"SEQUENCE:{said.sequence}",
        'ORGANIZER;CN="TTKT2";EMAIL="thumoi@plenum.example":mailto:thumoi@plenum.example',
        f'ATTENDEE;CN="An Nguyen";CUTYPE=INDIVIDUAL;EMAIL="{said.attendee}";PARTSTAT={said.answer}:mailto:{said.attendee}',
        "END:VEVENT", "END:VCALENDAR",
    )  # fmt: skip
    quoted = calendar.decode().replace("=", "=3D")
    return (
        f"From: =?utf-8?Q?Nguy=E1=BB=85n_V=C4=83n?=\r\n =?utf-8?Q?_An?= <{said.writer}>\r\n{said.headers}"
        'Content-Type: multipart/alternative;\r\n\tboundary="Apple-Mail-X1"\r\n'
        f"Mime-Version: 1.0 (1.0)\r\nSubject: Accepted: Hoi nghi\r\nMessage-Id: {said.message_id}\r\n"
        f"Date: Fri, 1 May 2026 08:02:03 +0700\r\nTo: {said.to}\r\n\r\n"
        "--Apple-Mail-X1\r\nContent-Type: text/plain;\r\n\tcharset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\n\r\n"
        "--Apple-Mail-X1\r\nContent-Disposition: attachment;\r\n\tfilename=iCal-20260501.ics\r\n"
        "Content-Type: text/calendar;\r\n\tmethod=REPLY;\r\n\tcharset=utf-8;\r\n\tname=iCal-20260501.ics\r\n"
        f"Content-Transfer-Encoding: quoted-printable\r\n\r\n{quoted}\r\n--Apple-Mail-X1--\r\n"
    ).encode()


PROGRAMS: dict[str, Callable[[Said], bytes]] = {
    "thunderbird": thunderbird, "exchange": exchange, "google": google, "apple": apple,
}  # fmt: skip


def letter(
    text: str = "Tôi sẽ đến.", *, sender: str = "an@donvi.example", to: str = "thumoi@plenum.example", headers: str = ""
) -> bytes:
    """A plain letter."""
    return (
        f"From: {sender}\r\nTo: {to}\r\nSubject: Re: Hoi nghi\r\nMessage-ID: <{uuid.uuid4()}@donvi.example>\r\n"
        f"{headers}Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n"
    ).encode()


def postfix_report(
    message_id: str, recipient: str, *, action: str = "failed", status: str = "5.1.1", code: str = "550 5.1.1 unknown"
) -> bytes:
    """The mail comes back as its headers."""
    return (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.donvi.example (Mail Delivery System)\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nTo: thumoi@plenum.example\r\nAuto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n"
        f'\tboundary="4F8E.1"\r\nMessage-Id: <{uuid.uuid4()}@mx.donvi.example>\r\n\r\n'
        "--4F8E.1\r\nContent-Description: Notification\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nSorry.\r\n\r\n"
        "--4F8E.1\r\nContent-Description: Delivery report\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.donvi.example\r\nX-Postfix-Queue-ID: 4F8E\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nOriginal-Recipient: rfc822;{recipient}\r\nAction: {action}\r\n"
        f"Status: {status}\r\nRemote-MTA: dns; mx.donvi.example\r\nDiagnostic-Code: smtp; {code}\r\n\r\n"
        "--4F8E.1\r\nContent-Description: Undelivered Message Headers\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: {message_id}\r\nSubject: Giay moi\r\n\r\n--4F8E.1--\r\n"
    ).encode()


def exchange_report(message_id: str, recipient: str, *, status: str = "5.1.10") -> bytes:
    """The mail comes back whole; the report is encoded, the recipient's name stands in no header; From is a postmaster."""
    block = f"Reporting-MTA: dns;mbx01.donvi.example\r\n\r\nFinal-recipient: RFC822;{recipient.upper()}\r\nAction: FAILED\r\nStatus: {status}\r\nDiagnostic-code: smtp;550 {status} RESOLVER.ADR.RecipientNotFound\r\n"
    return (
        "From: <postmaster@donvi.example>\r\nTo: <thumoi@plenum.example>\r\nDate: Fri, 1 May 2026 01:02:03 +0000\r\n"
        'Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary="ex-1"\r\n'
        f"X-MS-Exchange-Message-Is-Ndr:\r\nMessage-ID: <{uuid.uuid4()}@mbx01.donvi.example>\r\n"
        "Subject: Undeliverable: Giay moi\r\nAuto-Submitted: auto-replied\r\n\r\n"
        "--ex-1\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>x</p>\r\n"
        f"--ex-1\r\nContent-Type: message/delivery-status\r\n\r\n{block}\r\n"
        "--ex-1\r\nContent-Type: message/rfc822\r\n\r\n"
        f"Message-ID: {message_id}\r\nFrom: thumoi@plenum.example\r\nSubject: x\r\n\r\nbody\r\n--ex-1--\r\n"
    ).encode()


class InboundMailFactory(factory.django.DjangoModelFactory[InboundMail]):
    """A letter that waits for a human."""

    class Meta:
        model = InboundMail

    message_id = factory.LazyFunction(lambda: f"<{uuid.uuid4()}@donvi.example>")
    raw = b"From: an@donvi.example\r\n\r\nT\xc3\xb4i s\xe1\xba\xbd \xc4\x91\xe1\xba\xbfn.\r\n"
    digest = "0" * 64
    size = 40
    via = "gateway"
    sender = "an@donvi.example"
    state = "waiting"
    reason = "no_calendar"


class SuppressedAddressFactory(factory.django.DjangoModelFactory[SuppressedAddress]):
    class Meta:
        model = SuppressedAddress

    address = factory.Sequence(lambda n: f"khong.con.{n}@donvi.example")
    status = "5.1.1"
    report = factory.SubFactory(InboundMailFactory)
