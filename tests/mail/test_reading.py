"""What a mail says, read from foreign bytes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.mail.reading import Letter, mailbox_in
from tests.factories.inbound import PROGRAMS, Said, exchange_report, letter, postfix_report


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_calendar_is_found_in_what_every_program_writes(program: str) -> None:
    read = Letter(PROGRAMS[program](Said(uid="u-1", message_id="<a.1@donvi.example>")))

    assert read.sender == "an@donvi.example"
    assert read.message_id == "<a.1@donvi.example>"
    (calendar,) = read.calendars
    assert b"METHOD:REPLY" in calendar
    assert read.automatic == (program == "google")
    assert read.subject


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("an@donvi.example", "an@donvi.example"),
        ("An@DonVi.Example (Nguyen Van An)", "an@donvi.example"),
        ('"Nguyễn, Văn <An>" <an@donvi.example>', "an@donvi.example"),
        ("Nguyen Van An (KT2) <an@donvi.example>", "an@donvi.example"),
        ("=?utf-8?Q?=3Cboss=40donvi.example=3E?= <an@donvi.example>", "an@donvi.example"),
        ("an@donvi.example, binh@donvi.example", ""),
        ("boss@donvi.example <an@donvi.example>", ""),
        ("<boss@donvi.example> <an@donvi.example>", ""),
        ("an@donvi.example)binh@donvi.example", ""),
        ("Nhóm: an@donvi.example;", ""),
        ("an@@donvi.example", ""),
        ("<>", ""),
        ("", ""),
    ],
)
def test_a_sender_is_one_address_that_no_program_reads_as_another(value: str, address: str) -> None:
    assert mailbox_in(value) == address
    if value:
        assert Letter(f"From: {value}\r\n\r\n".encode()).sender == address


def test_two_senders_are_none() -> None:
    assert Letter(b"From: an@donvi.example\r\nFrom: boss@donvi.example\r\n\r\n").sender == ""


@pytest.mark.parametrize(
    "mark",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; type=vacation",
        "AUTO-SUBMITTED: Auto-Notified",
        "Return-Path: <>",
        "Precedence: bulk",
        "X-Autoreply: yes",
        "X-Auto-Response-Suppress: All",
        "List-Id: <tin.donvi.example>",
    ],
)
def test_what_a_program_wrote_by_itself_says_so_in_many_ways(mark: str) -> None:
    assert Letter(letter(headers=f"{mark}\r\n")).automatic
    assert not Letter(letter(headers="Auto-Submitted: no\r\nReturn-Path: <an@donvi.example>\r\n")).automatic


def test_a_delivery_report_names_recipient_status_and_the_mail_that_came_back() -> None:
    for raw, status in (
        (postfix_report("<i.1@plenum.example>", "an@donvi.example"), "5.1.1"),
        (exchange_report("<i.1@plenum.example>", "an@donvi.example"), "5.1.10"),
    ):
        read = Letter(raw)
        (report,) = read.reports
        assert read.report_type == "delivery-status"
        assert (report.recipient, report.status, report.for_good) == ("an@donvi.example", status, True)
        assert read.reported_ids == ("<i.1@plenum.example>",)


@pytest.mark.parametrize(
    ("action", "status", "for_good"),
    [
        ("failed", "5.1.1", True),
        ("failed", "5.4.4", True),
        ("failed", "5.2.2", False),
        ("failed", "5.7.26", False),
        ("failed", "4.4.7", False),
        ("delayed", "4.4.1", False),
        ("delivered", "2.0.0", False),
    ],
)
def test_only_a_failure_the_address_is_to_blame_for_is_for_good(action: str, status: str, for_good: bool) -> None:
    (report,) = Letter(postfix_report("<i.1@plenum.example>", "an@donvi.example", action=action, status=status)).reports
    assert report.for_good == for_good


def test_a_mail_within_the_mail_lends_it_nothing() -> None:
    inner = letter(headers="Message-ID: <inner@donvi.example>\r\n")
    raw = b"From: an@donvi.example\r\nContent-Type: message/rfc822\r\n\r\n" + PROGRAMS["apple"](Said(uid="u-1"))
    assert Letter(raw).calendars == ()
    assert Letter(b"From: an@donvi.example\r\n\r\n" + inner).message_id == ""


def test_a_header_cannot_smuggle_in_another() -> None:
    read = Letter(b"From: an@donvi.example\r\nSubject: =?utf-8?Q?a=0D=0AFrom:_boss=40x.example?=\r\n\r\n")
    assert "\n" not in read.subject
    assert read.sender == "an@donvi.example"
    assert Letter(b"Message-ID: <a\x00b@c>\r\n\r\n").message_id == ""
    assert Letter(b"Subject: =?utf-8?B?a?=\r\n\r\n").subject


_HEADERS = [
    b"From", b"To", b"Subject", b"Message-ID", b"Content-Type", b"Content-Transfer-Encoding", b"Content-Disposition",
    b"Return-Path", b"Auto-Submitted",
]  # fmt: skip
_VALUES = [
    b"multipart/report; report-type=delivery-status; boundary=x", b"multipart/mixed; boundary=x", b"message/rfc822",
    b"message/delivery-status", b"text/rfc822-headers", b"text/calendar; charset=utf-8", b"base64", b"x-uuencode",
    b"quoted-printable", b"attachment; filename*=utf-9''%ff.ics", b"attachment; filename*0*=a'b", b"=?utf-8?B?a?=",
    b"=?x?Q?=zz?=", b"=?utf-7?Q?+2AA-?=",
]  # fmt: skip
_HEAD = st.lists(
    st.tuples(st.sampled_from(_HEADERS), st.sampled_from(_VALUES) | st.binary(max_size=40)), max_size=5
).map(lambda fields: b"".join(name + b": " + value + b"\r\n" for name, value in fields))
_BODY = st.recursive(
    st.binary(max_size=60),
    lambda inner: st.lists(st.tuples(_HEAD, inner), max_size=3).map(
        lambda parts: b"".join(b"--x\r\n" + head + b"\r\n" + body + b"\r\n" for head, body in parts) + b"--x--\r\n"
    ),
    max_leaves=5,
)
#: Bytes of any kind, and mails that are almost right.
MAILS = st.binary(max_size=200) | st.tuples(_HEAD, _BODY).map(lambda mail: mail[0] + b"\r\n" + mail[1])


@settings(deadline=None)
@given(MAILS)
def test_nothing_of_any_bytes_is_left_unread(raw: bytes) -> None:
    read = Letter(raw)
    read.read_all()
    assert read.message_id == "" or (read.message_id.isascii() and read.message_id[0] == "<")
    assert "\x00" not in read.subject + read.sender
