"""Calendar messages as the recipient's program meets them: raw lines, then parsed, then answered."""

import datetime as dt
import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event, vText

from backend.invitations import ical
from backend.invitations.ical import CalendarEntry, CalendarRoundTripError, InvalidEntry, UnreadableReply
from backend.invitations.ical import messages as writing
from backend.mail.mailbox import Mailbox

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
ENTRY = CalendarEntry(
    uid="0f8fad5b-d9cb-469f-a165-70867728950e",
    sequence=0,
    stamp=dt.datetime(2021, 1, 4, 2, 0, tzinfo=dt.UTC),
    summary="Hội nghị tổng kết công tác năm 2020 và phương hướng nhiệm vụ năm 2021",
    description="Kính mời ông Nguyễn Văn An.\nTrả lời: https://plenum.example/r/abc",
    start=dt.datetime(2021, 1, 14, 13, 30, tzinfo=HANOI),
    end=dt.datetime(2021, 1, 14, 17, 30, tzinfo=HANOI),
    location="Khách sạn MINH TOAN GALAXY; 306, Đường 2/9, TP Đà Nẵng",
    url="https://plenum.example/c/tong-ket-2020?a=1,2;b",
    organizer=Mailbox("Trung tâm Kỹ thuật TCĐLCL 2", "thuky@plenum.example"),
    attendee=Mailbox("Nguyễn Văn An", "an.nguyen@donvi.example"),
    categories=("Hội nghị tổng kết",),
)
TEXT = st.text(st.characters(), max_size=120)
ZONES = st.sampled_from(["Asia/Ho_Chi_Minh", "UTC", "Asia/Tokyo", "Europe/Paris"])
MOMENTS = st.datetimes(dt.datetime(2000, 2, 1), dt.datetime(2037, 1, 1), timezones=st.just(dt.UTC))


@st.composite
def entries(draw: st.DrawFn) -> CalendarEntry:
    start = draw(MOMENTS)
    entry = replace(
        ENTRY,
        sequence=draw(st.integers(0, 2**31 - 1)),
        stamp=draw(MOMENTS),
        summary="Họp " + draw(TEXT),
        description=draw(TEXT),
        location=draw(TEXT),
        start=start,
        end=draw(st.none() | st.just(start + dt.timedelta(hours=3))),
        timezone=draw(ZONES),
        organizer=Mailbox(draw(TEXT), "thuky@plenum.example"),
        attendee=Mailbox(draw(TEXT), "An.Nguyen+hop@donvi.example"),
        categories=tuple(draw(st.lists(TEXT, max_size=3))),
        conference_link=draw(st.sampled_from(["", "https://hop.example/a?b=c,d;e"])),
        language=draw(st.sampled_from(["vi", "en"])),
    )
    return entry if draw(st.booleans()) else replace(entry, start=start.date(), end=None)


def unfolded(data: bytes) -> list[str]:
    return data.decode().replace("\r\n ", "").split("\r\n")


def only_event(data: bytes) -> Event:
    (event,) = Calendar.from_ical(data).events
    return event


# -- REQUEST ----------------------------------------------------------------------------------------------------------


def test_request_carries_everything_that_makes_the_answer_buttons_appear() -> None:
    data = ical.request(ENTRY)
    lines = unfolded(data)
    assert "METHOD:REQUEST" in lines
    assert "UID:0f8fad5b-d9cb-469f-a165-70867728950e" in lines
    assert "DTSTAMP:20210104T020000Z" in lines
    assert "DTSTART;TZID=Asia/Ho_Chi_Minh:20210114T133000" in lines
    assert "DTEND;TZID=Asia/Ho_Chi_Minh:20210114T173000" in lines
    assert "SEQUENCE:0" in lines
    assert "STATUS:CONFIRMED" in lines
    assert 'ORGANIZER;CN="Trung tâm Kỹ thuật TCĐLCL 2":mailto:thuky@plenum.example' in lines
    (attendee,) = [line for line in lines if line.startswith("ATTENDEE")]
    head, _, address = attendee.partition(":")
    assert address == "mailto:an.nguyen@donvi.example"
    assert set(head.split(";")[1:]) == {
        'CN="Nguyễn Văn An"',
        "CUTYPE=INDIVIDUAL",
        "ROLE=REQ-PARTICIPANT",
        "PARTSTAT=NEEDS-ACTION",
        "RSVP=TRUE",
    }


def test_request_describes_vietnamese_time_with_one_plain_zone() -> None:
    lines = unfolded(ical.request(ENTRY))
    assert lines.count("BEGIN:VTIMEZONE") == lines.count("BEGIN:STANDARD") == 1
    assert "BEGIN:DAYLIGHT" not in lines
    assert "TZOFFSETTO:+0700" in lines
    assert not [line for line in lines if line.startswith("COMMENT")]
    assert lines.index("BEGIN:VTIMEZONE") < lines.index("BEGIN:VEVENT")


def test_the_same_entry_gives_the_same_bytes() -> None:
    assert ical.request(ENTRY) == ical.request(ENTRY)


def test_utc_needs_no_zone() -> None:
    data = ical.request(replace(ENTRY, timezone="UTC"))
    assert b"DTSTART:20210114T063000Z" in data
    assert b"VTIMEZONE" not in data


@pytest.mark.parametrize("name", ["GMT", "Etc/UTC", "Zulu", "Africa/Abidjan", "Atlantic/Reykjavik"])
def test_the_other_names_of_utc_are_written_as_utc(name: str) -> None:
    data = ical.request(replace(ENTRY, timezone=name))
    assert b"DTSTART:20210114T063000Z" in data
    assert b"VTIMEZONE" not in data
    assert b"NoneBEGIN" not in data


def test_whole_days_are_dates() -> None:
    data = ical.request(replace(ENTRY, start=dt.date(2018, 1, 10), end=dt.date(2018, 1, 12)))
    assert b"DTSTART;VALUE=DATE:20180110" in data
    assert b"VTIMEZONE" not in data


def test_a_moment_is_shown_on_the_clock_of_the_meeting() -> None:
    data = ical.request(replace(ENTRY, start=dt.datetime(2021, 1, 14, 6, 30, tzinfo=dt.UTC), end=None))
    assert b"DTSTART;TZID=Asia/Ho_Chi_Minh:20210114T133000" in data
    assert b"DTEND" not in data


def test_an_online_link_is_said_three_ways_because_few_programs_know_conference() -> None:
    link = "https://hop.example/phong-1"
    event = only_event(ical.request(replace(ENTRY, conference_link=link, location="", language="en")))
    assert str(event["conference"]) == link
    assert event["conference"].params["VALUE"] == "URI"
    assert str(event["description"]).endswith(f"Join online: {link}")
    assert str(event["location"]) == link


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ('Lê "Bảy" Minh', "Lê ’Bảy’ Minh"),
        ("Sở KH&CN; TP: Hải Phòng, VN", "Sở KH&CN; TP: Hải Phòng, VN"),
        ("A\r\nATTENDEE:mailto:x@y.example", "A ATTENDEE:mailto:x@y.example"),
        ("A\x00\x07B", "AB"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("^n", "^n"),
        ("Phòng 2\\", "Phòng 2/"),
    ],
)
def test_names_survive_without_breaking_out_of_their_parameter(name: str, shown: str) -> None:
    event = only_event(ical.request(replace(ENTRY, attendee=Mailbox(name, "a@b.example"))))
    assert str(event["attendee"].params["CN"]) == shown
    assert str(event["attendee"]) == "mailto:a@b.example"


def test_a_nameless_attendee_has_no_cn() -> None:
    assert "CN" not in only_event(ical.request(replace(ENTRY, attendee=Mailbox("", "a@b.example"))))["attendee"].params


@given(entries())
def test_any_text_survives_and_lines_are_as_rfc_5545_wants_them(entry: CalendarEntry) -> None:
    data = ical.request(entry)
    assert data.endswith(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", data)
    for line in data.split(b"\r\n"):
        line.decode("utf-8")  # folded between characters, never inside one
    event = only_event(data)
    assert event.errors == []
    assert str(event["summary"]).startswith("Họp")
    start = event["dtstart"].dt
    assert start == (entry.start.replace(microsecond=0) if isinstance(entry.start, dt.datetime) else entry.start)
    assert len([line for line in unfolded(data) if line.startswith("ATTENDEE")]) == 1


@pytest.mark.parametrize(
    "text",
    ["\\n", "\\N", "D:\\Nam\\nam", "a\\,b", "\\;", "x\\", ",\\,", "%2C", "^'", "^^n", "BEGIN:VEVENT", "a\nEND:VEVENT"],
)
def test_escapes_typed_by_people_stay_what_they_typed(text: str) -> None:
    entry = replace(ENTRY, description=text, location=text, attendee=Mailbox(text, "a@b.example"), categories=(text,))
    event = only_event(ical.request(entry))
    assert str(event["description"]) == text
    assert str(event["location"]) == " ".join(text.split())


# -- CANCEL and PUBLISH -----------------------------------------------------------------------------------------------


def test_cancel_says_so_twice_and_keeps_the_uid() -> None:
    lines = unfolded(ical.cancel(replace(ENTRY, sequence=3)))
    assert {"METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:3", f"UID:{ENTRY.uid}"} <= set(lines)
    assert not [line for line in lines if "RSVP" in line]


def test_a_cancelled_entry_is_never_sent_as_a_request() -> None:
    with pytest.raises(InvalidEntry, match="status"):
        ical.request(replace(ENTRY, status="CANCELLED"))


def test_publish_names_no_attendee_and_tells_when_to_come_back() -> None:
    second = replace(ENTRY, uid="b", status="CANCELLED", attendee=None)
    lines = unfolded(ical.publish([ENTRY, second], name="Lịch họp, 2021"))
    assert not [line for line in lines if "ATTENDEE" in line or "donvi.example" in line]
    assert {
        "METHOD:PUBLISH",
        "NAME:Lịch họp\\, 2021",
        "X-WR-CALNAME:Lịch họp\\, 2021",
        "X-WR-TIMEZONE:Asia/Ho_Chi_Minh",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "STATUS:CANCELLED",
    } <= set(lines)
    assert lines.count("BEGIN:VTIMEZONE") == 1


def test_publish_may_be_empty_but_refuses_a_uid_twice() -> None:
    assert b"METHOD:PUBLISH" in ical.publish([], name="Lịch")
    with pytest.raises(InvalidEntry, match="UID"):
        ical.publish([ENTRY, ENTRY], name="Lịch")


WEEKLY = replace(
    ENTRY,
    attendee=None,
    recurrence=ical.Recurring(
        rule="FREQ=WEEKLY;BYDAY=TH;UNTIL=20210630T000000Z",
        added=(dt.datetime(2021, 1, 15, 8, 0),),
        left_out=(dt.datetime(2021, 1, 21, 13, 30),),
    ),
)


def test_what_recurs_and_its_occurrences_share_a_uid() -> None:
    moved = replace(
        WEEKLY,
        recurrence=None,
        recurrence_id=ical.Occurrence(dt.datetime(2021, 1, 28, 13, 30), "Asia/Ho_Chi_Minh"),
        timezone="Europe/London",
        related_to="khac",
        classification="PRIVATE",
        modified=ENTRY.stamp,
        free=True,
    )
    lines = unfolded(ical.publish([WEEKLY, moved], name="Giao ban", description="Hằng tuần;\r\nthứ Năm"))
    assert {
        "RRULE:FREQ=WEEKLY;UNTIL=20210630T000000Z;BYDAY=TH",
        "RDATE;TZID=Asia/Ho_Chi_Minh:20210115T080000",
        "EXDATE;TZID=Asia/Ho_Chi_Minh:20210121T133000",
        "RECURRENCE-ID;TZID=Asia/Ho_Chi_Minh:20210128T133000",
        "DTSTART;TZID=Europe/London:20210114T063000",
        "RELATED-TO:khac",
        "CLASS:PRIVATE",
        "LAST-MODIFIED:20210104T020000Z",
        "TRANSP:TRANSPARENT",
        "DESCRIPTION:Hằng tuần\\;\\nthứ Năm",
        "X-WR-CALDESC:Hằng tuần\\;\\nthứ Năm",
    } <= set(lines)
    assert lines.count("BEGIN:VTIMEZONE") == 2
    with pytest.raises(InvalidEntry, match="UID"):
        ical.publish([WEEKLY, moved, moved], name="Giao ban")


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("recurrence", {"recurrence": ical.Recurring(rule="FREQ=WEEKLY\r\nATTENDEE:mailto:x@y.example")}),
        ("recurrence", {"recurrence": ical.Recurring(added=(ENTRY.stamp,))}),
        ("recurrence", {"start": dt.date(2021, 1, 14), "end": None}),
        ("recurrence", {"recurrence_id": ical.Occurrence(dt.datetime(2021, 1, 14, 13, 30), "UTC")}),
        ("timezone", {"recurrence": None, "recurrence_id": ical.Occurrence(dt.datetime(2021, 1, 14), "Nowhere")}),
        ("classification", {"classification": "SECRET"}),
        ("related_to", {"related_to": "a b"}),
    ],
)
def test_recurrences_are_checked_before_anything_is_written(field: str, change: dict[str, object]) -> None:
    with pytest.raises(InvalidEntry) as refused:
        ical.publish([replace(WEEKLY, **change)], name="Giao ban")
    assert refused.value.field == field


@given(entries())
def test_publish_leaks_no_address_of_an_attendee(entry: CalendarEntry) -> None:
    assert b"An.Nguyen" not in ical.publish([entry], name="Lịch").replace(b"\r\n ", b"")


# -- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("uid", {"uid": ""}),
        ("uid", {"uid": "a b"}),
        ("sequence", {"sequence": -1}),
        ("stamp", {"stamp": dt.datetime(2021, 1, 1)}),
        ("start", {"start": dt.datetime(2021, 1, 14, 13, 30)}),
        ("end", {"end": ENTRY.start}),
        ("end", {"end": dt.date(2021, 1, 15)}),
        ("summary", {"summary": " \x00\n"}),
        ("timezone", {"timezone": "Asia/Da_Nang"}),
        ("timezone", {"timezone": "../etc/passwd"}),
        ("status", {"status": "MAYBE"}),
        ("url", {"url": "javascript:alert(1)"}),
        ("conference_link", {"conference_link": "https://a b"}),
        ("attendee", {"attendee": None}),
        ("attendee", {"attendee": Mailbox("An", "an")}),
        ("attendee", {"attendee": Mailbox("An", "a@b.example\r\nX:1")}),
        ("organizer", {"organizer": Mailbox("An", "a@b.example,c@d.example")}),
    ],
)
def test_an_entry_that_makes_no_message_is_refused_by_field(field: str, change: dict[str, object]) -> None:
    with pytest.raises(InvalidEntry) as refusal:
        ical.request(replace(ENTRY, **change))
    assert refusal.value.field == field


@pytest.mark.parametrize("name", ["summary", "location", "attendee", "dtstart", "uid", "organizer", "sequence"])
def test_a_message_that_reads_back_differently_never_leaves(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = writing._event

    def corrupt(method: str, entry: CalendarEntry) -> Event:
        event = honest(method, entry)
        event.pop(name)
        return event

    monkeypatch.setattr(writing, "_event", corrupt)
    with pytest.raises(CalendarRoundTripError):
        ical.request(ENTRY)


def test_escaped_vietnamese_and_missing_zones_never_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Calendar.to_ical
    for spoil in (
        lambda data: data.replace("ị".encode(), b"\\u1ecb"),
        lambda data: data.replace(b"\r\n", b"\n"),
        lambda data: data.replace(b"METHOD:REQUEST", b"METHOD:PUBLISH"),
        lambda data: re.sub(rb"BEGIN:VTIMEZONE.*END:VTIMEZONE\r\n", b"", data, flags=re.DOTALL),
        lambda data: data.replace(b"END:VCALENDAR", b""),
        lambda data: data.replace(b"\r\n ", b""),
    ):
        monkeypatch.setattr(Calendar, "to_ical", lambda self, spoil=spoil: spoil(honest(self)))
        with pytest.raises(CalendarRoundTripError):
            ical.request(ENTRY)


# -- replies ----------------------------------------------------------------------------------------------------------


def reply(*lines: str, method: str = "REPLY", uid: str = "UID:u-1", ending: str = "\r\n") -> bytes:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//X//Y//EN", f"METHOD:{method}", "BEGIN:VEVENT", uid]
    return ending.join([*head, *lines, "END:VEVENT", "END:VCALENDAR", ""]).encode()


def test_a_reply_of_thunderbird() -> None:
    answer = ical.parse_reply(
        reply(
            "DTSTAMP:20210105T010203Z",
            "SEQUENCE:0",
            "ORGANIZER;CN=Trung tâm Kỹ thuật 2:mailto:thuky@plenum.example",
            "ATTENDEE;CN=Nguyễn Văn An;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT:mailto:an@donvi.example",
            "DTSTART;TZID=Asia/Ho_Chi_Minh:20210114T133000",
        )
    )
    assert answer.uid == "u-1"
    assert answer.answer == "ACCEPTED"
    assert answer.attendee == Mailbox("Nguyễn Văn An", "an@donvi.example")
    assert answer.organizer == "thuky@plenum.example"
    assert answer.stamp == dt.datetime(2021, 1, 5, 1, 2, 3, tzinfo=dt.UTC)
    assert answer.start == dt.datetime(2021, 1, 14, 13, 30, tzinfo=HANOI)
    assert (answer.sequence, answer.comment, answer.recurrence_id) == (0, "", None)


def test_a_reply_of_exchange_without_organizer_in_its_own_zone_and_capitals() -> None:
    answer = ical.parse_reply(
        reply(
            "SEQUENCE:2",
            "ATTENDEE;PARTSTAT=DECLINED;CN='An':MAILTO:An@DonVi.Example",
            "COMMENT;LANGUAGE=vi:Bận công tác\\, xin cử người thay",
            "DTSTART;TZID=SE Asia Standard Time:20210114T133000",
        )
    )
    assert (answer.answer, answer.attendee.email, answer.organizer) == ("DECLINED", "an@donvi.example", "")
    assert answer.comment == "Bận công tác, xin cử người thay"
    assert answer.sequence == 2
    assert isinstance(answer.start, dt.datetime)
    assert answer.start.utcoffset() == dt.timedelta(hours=7)


def test_delegation_names_the_substitute() -> None:
    answer = ical.parse_reply(
        reply('ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:Binh@donvi.example":mailto:an@donvi.example')
    )
    assert (answer.answer, answer.delegated_to) == ("DELEGATED", ("", "binh@donvi.example"))


def test_a_counter_proposal_carries_its_time() -> None:
    answer = ical.parse_reply(
        reply(
            "ATTENDEE;PARTSTAT=TENTATIVE:mailto:an@donvi.example",
            "DTSTART:20210115T063000Z",
            "DTEND:20210115T083000Z",
            method="COUNTER",
        )
    )
    assert answer.method == "COUNTER"
    assert answer.start == dt.datetime(2021, 1, 15, 6, 30, tzinfo=dt.UTC)


def test_bare_line_feeds_and_control_characters_are_read() -> None:
    answer = ical.parse_reply(
        reply("ATTENDEE;PARTSTAT=ACCEPTED:mailto:an@donvi.example", "COMMENT:a\x00b\\nc", ending="\n")
    )
    assert answer.comment == "ab\nc"


@given(entries(), st.sampled_from(["ACCEPTED", "DECLINED", "TENTATIVE"]))
def test_our_own_request_answered_by_a_program_comes_back(entry: CalendarEntry, partstat: str) -> None:
    calendar = Calendar.from_ical(ical.request(entry))
    calendar["METHOD"] = vText("REPLY")
    calendar.events[0]["attendee"].params["PARTSTAT"] = partstat
    answer = ical.parse_reply(calendar.to_ical())
    assert (answer.uid, answer.sequence, answer.answer) == (entry.uid, entry.sequence, partstat)
    assert answer.attendee.email == "an.nguyen+hop@donvi.example"


@pytest.mark.parametrize(
    ("reason", "data"),
    [
        ("calendar", b"<html>"),
        ("calendar", b""),
        ("calendar", b"\xff\xfe\x00"),
        (
            "calendar",
            reply("ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.example", "DTSTART;TZID=Asia:20210114T133000"),
        ),
        ("METHOD", reply("ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.example", method="REQUEST")),
        ("UID", reply("ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.example", uid="SUMMARY:x")),
        ("attendee", reply("SUMMARY:x")),
        ("attendee", reply("ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.example", "ATTENDEE:mailto:c@d.example")),
        ("address", reply("ATTENDEE;PARTSTAT=ACCEPTED:mailto:")),
        ("RECURRENCE", reply("ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.example", "RECURRENCE-ID:soon")),
        ("PARTSTAT", reply("ATTENDEE:mailto:a@b.example")),
        ("PARTSTAT", reply("ATTENDEE;PARTSTAT=YES:mailto:a@b.example")),
        ("SEQUENCE", reply("SEQUENCE:x", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.example")),
        ("VEVENT", b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n"),
        ("larger", b"A" * 300_000),
    ],
)
def test_what_is_no_answer_goes_to_a_human_with_the_reason(reason: str, data: bytes) -> None:
    with pytest.raises(UnreadableReply, match=reason):
        ical.parse_reply(data)


@given(st.data())
def test_damaged_replies_are_read_or_refused_never_a_crash(data: st.DataObject) -> None:
    whole = bytearray(ical.request(ENTRY).replace(b"METHOD:REQUEST", b"METHOD:REPLY"))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 12))] = data.draw(st.binary(max_size=6))
    try:
        assert ical.parse_reply(bytes(whole)).uid
    except UnreadableReply as refusal:
        assert str(refusal)
