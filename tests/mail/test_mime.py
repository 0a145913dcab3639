"""Messages as receivers take them apart: structure, names that need quoting, and what must never get in."""

import datetime as dt
import email
import re
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.mail.mailbox import InvalidAddress, checked_email
from backend.mail.mime import Attachment, InlineImage, InvalidMessage, build_message, message_id

CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nX-A:Hội nghị\r\nEND:VCALENDAR\r\n".encode()
PLAIN: dict[str, Any] = {
    "message_id": "<invitation.1@plenum.example>",
    "date": dt.datetime(2021, 1, 4, 9, 0, 0, 123456, tzinfo=dt.timezone(dt.timedelta(hours=7))),
    "sender": ("Trung tâm Kỹ thuật TCĐLCL 2", "thuky@plenum.example"),
    "to": ("Nguyễn Văn An", "an@donvi.example"),
    "subject": "Giấy mời hội nghị tổng kết công tác năm 2020",
    "text": "Kính gửi: Ông Nguyễn Văn An\n.\nFrom đầu dòng",
}
INVITATION: dict[str, Any] = PLAIN | {
    "html": "<p>Kính gửi: Ông Nguyễn Văn An</p>",
    "calendar": CALENDAR,
    "calendar_method": "REQUEST",
    "headers": {"Auto-Submitted": "auto-generated", "List-Unsubscribe": f"<https://plenum.example/{'u' * 120}>"},
}
VISIBLE = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])


def read(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=policy.SMTP)
    assert isinstance(message, EmailMessage)
    assert [part.defects for part in message.walk() if part.defects] == []
    return message


def shape(message: EmailMessage) -> Any:
    if not message.is_multipart():
        return message.get_content_type()
    return {message.get_content_type(): [shape(part) for part in message.iter_parts()]}


def body_of(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n").removesuffix("\n")


# -- structure --------------------------------------------------------------------------------------------------------


def test_an_invitation_has_the_structure_calendar_programs_want() -> None:
    message = read(build_message(**INVITATION))
    assert shape(message) == {
        "multipart/mixed": [
            {"multipart/alternative": ["text/plain", "text/html", "text/calendar"]},
            "application/ics",
        ]
    }
    part = next(part for part in message.walk() if part.get_content_type() == "text/calendar")
    assert part.get_param("method") == "REQUEST"
    assert part.get_param("charset") == "UTF-8"
    assert part.get_payload(decode=True) == CALENDAR
    assert part.get_filename() is None
    attached = list(message.iter_attachments())[-1]
    assert attached.get_filename() == "invite.ics"
    assert attached.get_payload(decode=True) == CALENDAR


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "text/plain"),
        ({"html": "<p>x</p>"}, {"multipart/alternative": ["text/plain", "text/html"]}),
        (
            {"html": "<img src='cid:qr'>", "inline_images": [InlineImage(cid="qr", content=b"\x89PNG")]},
            {"multipart/alternative": ["text/plain", {"multipart/related": ["text/html", "image/png"]}]},
        ),
        (
            {"attachments": [Attachment(filename="Chương trình.pdf", content=b"%PDF", content_type="application/pdf")]},
            {"multipart/mixed": ["text/plain", "application/pdf"]},
        ),
    ],
)
def test_only_what_is_needed_is_wrapped(change: dict[str, Any], expected: Any) -> None:
    assert shape(read(build_message(**PLAIN | change))) == expected


def test_images_and_calendar_stand_side_by_side() -> None:
    message = read(build_message(**INVITATION, inline_images=[InlineImage(cid="qr.1", content=b"\x89PNG")]))
    assert shape(message) == {
        "multipart/mixed": [
            {
                "multipart/alternative": [
                    "text/plain",
                    {"multipart/related": ["text/html", "image/png"]},
                    "text/calendar",
                ]
            },
            "application/ics",
        ]
    }
    image = next(part for part in message.walk() if part.get_content_type() == "image/png")
    assert image["Content-ID"] == "<qr.1>"
    assert image.get_content_disposition() == "inline"


def test_bodies_and_file_names_keep_their_vietnamese() -> None:
    long_name = "Chương trình hội nghị tổng kết " * 4 + ".pdf"
    data = build_message(**INVITATION, attachments=[Attachment(filename=long_name, content=b"%PDF")])
    message = read(data)
    assert body_of(message, "plain") == INVITATION["text"]
    assert body_of(message, "html") == INVITATION["html"]
    assert list(message.iter_attachments())[-1].get_filename() == long_name
    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert data.isascii()
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_headers_are_complete_and_single() -> None:
    message = read(build_message(**INVITATION, reply_to=("Ban thư ký", "tra-loi@plenum.example")))
    assert message["Message-ID"] == "<invitation.1@plenum.example>"
    assert message["Date"].datetime == dt.datetime(2021, 1, 4, 2, 0, tzinfo=dt.UTC)
    assert message["Content-Language"] == "vi"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] == INVITATION["headers"]["List-Unsubscribe"]
    assert message["Reply-To"].addresses[0].display_name == "Ban thư ký"
    names = [name.lower() for name in message.keys()]  # noqa: SIM118 -- a message yields each repeated header here
    assert len(names) == len(set(names))


def test_the_same_input_gives_the_same_bytes_and_another_input_other_boundaries() -> None:
    first = build_message(**INVITATION)
    assert first == build_message(**INVITATION)
    other = build_message(**INVITATION | {"text": "Khác"})
    boundaries = [set(re.findall(rb'boundary="([^"]+)"', data)) for data in (first, other)]
    assert len(boundaries[0]) == 2
    assert not boundaries[0] & boundaries[1]


def test_a_body_that_imitates_a_boundary_changes_nothing() -> None:
    boundary = re.findall(r'boundary="([^"]+)"', build_message(**INVITATION).decode())[0]
    text = f"x\n--{boundary}--\nx"
    assert body_of(read(build_message(**INVITATION | {"text": text})), "plain") == text


# -- names and subjects -----------------------------------------------------------------------------------------------

NAMES = [
    "Nguyen Van An",
    "Nguyễn Văn An",
    "Sở KH&CN, TP Hải Phòng",
    "Ban, Office: A <a@b.example>",
    'Lê "Bảy" Minh',
    'A "B" \\ C',
    "thuky@plenum.example",
    "Dr. An",
    "(An)",
    "=?utf-8?B?QQ==?=",
    "Ủy ban nhân dân huyện U Minh Thượng, An Minh, An Biên và Vĩnh Thuận; " * 4,
    "x" * 200,
    "👩‍💼 An",
]


def check_name(data: bytes, name: str) -> None:
    """By the standard library's new parser and by its old one, which agree with most receivers."""
    meant = " ".join(name.split())
    message = read(data)
    (address,) = message["From"].addresses
    assert address.addr_spec == "thuky@plenum.example"
    # Python 3.11's new parser leaves a space between two encoded words of a name; RFC 2047 and its old one drop it.
    assert address.display_name.replace(" ", "") == meant.replace(" ", "")
    old = email.message_from_bytes(data)
    phrase, addr_spec = parseaddr(re.sub(r"\r\n", "", str(old["From"])))
    assert addr_spec == "thuky@plenum.example"
    assert str(make_header(decode_header(phrase))) == meant


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_never_taken_for_an_address(name: str) -> None:
    check_name(build_message(**PLAIN | {"sender": (name, "thuky@plenum.example")}), name)


@given(st.text(VISIBLE, max_size=80))
def test_any_name_arrives(name: str) -> None:
    data = build_message(**PLAIN | {"sender": (name, "thuky@plenum.example"), "to": (name, "an@donvi.example")})
    message = read(data)
    assert [a.addr_spec for a in message["From"].addresses] == ["thuky@plenum.example"]
    assert [a.addr_spec for a in message["To"].addresses] == ["an@donvi.example"]
    check_name(data, name)


def test_no_name_gives_the_bare_address() -> None:
    assert b"\r\nTo: an@donvi.example\r\n" in build_message(**PLAIN | {"to": ("  ", "an@donvi.example")})


@pytest.mark.parametrize(
    "subject",
    [
        "Plain",
        "Giấy mời",
        "Hội nghị đánh giá tình hình áp dụng HTQLCL theo TCVN ISO 9001:2015 tại 34 xã, thị trấn năm 2017 " * 9,
        "a" * 900,
        "two  spaces",
        "=?utf-8?B?QQ==?=",
        "word " * 100 + "end",
    ],
)
def test_subjects_up_to_900_letters_arrive(subject: str) -> None:
    subject = subject.strip()
    data = build_message(**PLAIN | {"subject": subject})
    assert read(data)["Subject"] == subject
    assert max(map(len, data.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78
    assert str(make_header(decode_header(email.message_from_bytes(data)["Subject"].replace("\r\n", "")))) == subject


@given(st.text(VISIBLE, min_size=1, max_size=900).filter(lambda subject: subject == subject.strip() != ""))
def test_any_subject_arrives(subject: str) -> None:
    assert read(build_message(**PLAIN | {"subject": subject}))["Subject"] == subject


# -- refusals ---------------------------------------------------------------------------------------------------------


POISONS = ["\r\nBcc: x@y.example", "\nX: 1", "\rX: 1", "\x00", "\x85X: 1", "\u2028X: 1"]


@pytest.mark.parametrize("poison", POISONS)
@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("to", lambda poison: {"to": ("An", "a@b.example" + poison)}),
        ("reply_to", lambda poison: {"reply_to": ("An", "a@b.example" + poison + "c")}),
        ("message_id", lambda poison: {"message_id": "<a@b.example>" + poison}),
        ("language", lambda poison: {"language": "vi" + poison}),
        ("headers[Auto-Submitted]", lambda poison: {"headers": {"Auto-Submitted": "x" + poison}}),
        ("headers", lambda poison: {"headers": {"X" + poison: "x"}}),
        ("attachments", lambda poison: {"attachments": [Attachment(filename="a" + poison, content=b"")]}),
        (
            "attachments",
            lambda poison: {"attachments": [Attachment(filename="a", content=b"", content_type="a/b" + poison)]},
        ),
        ("inline_images", lambda poison: {"html": "x", "inline_images": [InlineImage(cid="a" + poison, content=b"")]}),
    ],
)
def test_no_argument_can_start_another_header(field: str, change: Any, poison: str) -> None:
    with pytest.raises(InvalidMessage) as refusal:
        build_message(**PLAIN | change(poison))
    assert refusal.value.field == field


@pytest.mark.parametrize("poison", [poison for poison in POISONS if poison != "\x00"])
def test_a_break_in_a_title_or_a_name_is_a_space(poison: str) -> None:
    subject, name = "Mời" + poison, "An" + poison
    mail = read(
        build_message(**PLAIN | {"subject": subject, "sender": (name, "a@b.example"), "to": (name, "c@d.example")})
    )
    assert (mail["Bcc"], mail["X"]) == (None, None)
    assert " ".join(str(mail["Subject"]).split()) == " ".join(subject.split())
    assert mail["To"].addresses[0].display_name == mail["From"].addresses[0].display_name == " ".join(name.split())


@pytest.mark.parametrize(
    "change", [{"subject": "Mời\x00"}, {"sender": ("Ban\x00", "a@b.example")}, {"to": ("An\x00", "a@b.example")}]
)
def test_a_nul_is_no_space(change: Any) -> None:
    with pytest.raises(InvalidMessage):
        build_message(**PLAIN | change)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("subject", {"subject": "x" * 901}),
        ("subject", {"subject": "  "}),
        ("to", {"to": ("An", "a@b.example, c@d.example")}),
        ("to", {"to": ("An", "")}),
        ("to", {"to": ("An", "ắn@b.example")}),
        ("date", {"date": dt.datetime(2021, 1, 4)}),
        ("text", {"text": "a\x00b"}),
        ("html", {"html": "\ud800"}),
        ("calendar_method", {"calendar": CALENDAR, "calendar_method": "CANCEL"}),
        ("calendar_method", {"calendar": CALENDAR, "calendar_method": None}),
        ("calendar_method", {"calendar": b"BEGIN:VCALENDAR\r\n", "calendar_method": "REQUEST"}),
        ("calendar_method", {"calendar_method": "REQUEST"}),
        ("inline_images", {"inline_images": [InlineImage(cid="a", content=b"")]}),
        ("attachments", {"attachments": [Attachment(filename="../a", content=b"")]}),
        ("attachments", {"attachments": [Attachment(filename="a", content=b"", content_type="message/rfc822")]}),
        ("headers", {"headers": {"bcc": "x@y.example"}}),
        ("headers", {"headers": {"Content-Type": "text/html"}}),
        ("headers", {"headers": {"List-Id": "y" * 1000}}),
        ("headers[List-Id]", {"headers": {"List-Id": "Tên <a.b>"}}),
    ],
)
def test_a_message_that_would_mislead_is_refused_by_field(field: str, change: dict[str, Any]) -> None:
    with pytest.raises(InvalidMessage) as refusal:
        build_message(**PLAIN | change)
    assert refusal.value.field == field


# -- message ids and addresses ----------------------------------------------------------------------------------------


def test_a_message_id_is_the_same_for_the_same_mail_only() -> None:
    one = message_id("invitation", "018f-1", "An@donvi.example", 0, "plenum.example")
    assert re.fullmatch(r"<invitation\.[0-9a-f]{40}@plenum\.example>", one)
    assert one == message_id("invitation", "018f-1", " an@DONVI.example", 0, "plenum.example")
    others = {
        message_id("reminder", "018f-1", "an@donvi.example", 0, "plenum.example"),
        message_id("invitation", "018f-2", "an@donvi.example", 0, "plenum.example"),
        message_id("invitation", "018f-1", "binh@donvi.example", 0, "plenum.example"),
        message_id("invitation", "018f-1", "an@donvi.example", 1, "plenum.example"),
        message_id("invitation", "018f-", "1an@donvi.example", 0, "plenum.example"),
    }
    assert len(others | {one}) == 6
    build_message(**PLAIN | {"message_id": one})


@given(st.text(max_size=40), st.text(max_size=40), st.integers(0, 10**9))
def test_every_message_id_can_be_sent(subject_id: str, recipient: str, sequence: int) -> None:
    one = message_id("conference.cancelled", subject_id, recipient, sequence, "plenum.example")
    assert read(build_message(**PLAIN | {"message_id": one}))["Message-ID"] == one


def test_purpose_and_domain_must_be_fit_for_a_message_id() -> None:
    with pytest.raises(InvalidMessage, match="purpose"):
        message_id("Mời họp", "1", "a@b.example", 0, "plenum.example")
    with pytest.raises(InvalidMessage, match="message_id"):
        message_id("invitation", "1", "a@b.example", 0, "plenum.example>\r\n")


@pytest.mark.parametrize(
    ("written", "address"),
    [
        (" An.Nguyen+hop@DonVi.example ", "An.Nguyen+hop@DonVi.example"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("a@localhost", "a@localhost"),
    ],
)
def test_checked_email_keeps_what_can_be_delivered(written: str, address: str) -> None:
    assert checked_email(written) == address


@pytest.mark.parametrize(
    "written",
    [
        "",
        "a",
        "@b.example",
        "a@",
        "a b@c.example",
        "a@b..example",
        "a@-b.example",
        "<a@b.example>",
        "a@b@c",
        f"{'a' * 64}@{'b.' * 94}vn",
    ],
)
def test_checked_email_refuses_the_rest(written: str) -> None:
    with pytest.raises(InvalidAddress):
        checked_email(written)


@given(st.text(max_size=30))
def test_checked_email_never_lets_through_what_a_header_reads_differently(written: str) -> None:
    try:
        address = checked_email(written)
    except InvalidAddress:
        return
    assert parseaddr(address) == ("", address)
