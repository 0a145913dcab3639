"""Everything the house writes for calendars is read alike by independent programs: feeds, invitations, cancellations."""

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.conferences import services as conferences
from backend.conferences.models import Conference
from backend.invitations import ical
from backend.invitations import services as invitations
from backend.invitations.ical import CalendarEntry
from backend.invitations.ical.entries import many_lines, one_line
from backend.mail.mailbox import Mailbox
from backend.mail.models import OutgoingMail
from tests import lift
from tests.calendars.parsers import PYTHON, Read, by_icalendar, by_node, in_node, in_order, needs_node
from tests.calendars.reading import fetch, link, sound, unfolded
from tests.calendars.test_series import HANOI, at, occurrence, weekly
from tests.factories.conferences import AgendaItemFactory, ConferenceFactory, DutyFactory, RoomFactory, SiteFactory
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.factories.people import AccountFactory, OrganisationFactory, PersonFactory

TITLES = [
    "Hội nghị “Đo lường – Chất lượng”; kỳ 2, đợt 1",
    'Nói "không" với C:/Nam',
    "Tổng kết 🎉🇻🇳 năm 2020, phương hướng nhiệm vụ trọng tâm năm 2021 của Trung tâm Kỹ thuật Tiêu chuẩn Đo lường",
    "50 % số đơn vị: A;B,C^n 'x'",
]
ZONES = ["Asia/Ho_Chi_Minh", "UTC", "GMT", "Europe/London", "America/New_York", "Asia/Kolkata"]
SUMMER = dt.datetime(2021, 7, 14, 6, 30, tzinfo=dt.UTC)


@pytest.fixture
def host() -> Any:
    return OrganisationFactory(slug="ky-thuat-2", name={"vi": 'Trung tâm "Kỹ thuật" 2; Đà Nẵng'})


@pytest.fixture
def year(host: Any) -> Any:
    """Conferences in every zone, in winter and in summer, called off and not, with titles that hurt."""
    for number, zone in enumerate(ZONES):
        for start in (dt.datetime(2021, 1, 14, 6, 30, tzinfo=dt.UTC), SUMMER):
            held = ConferenceFactory(
                announced=True, lead=host, time_zone=zone, starts_at=start, ends_at=start + dt.timedelta(hours=3),
                title={"vi": TITLES[number % len(TITLES)]}, day=start.date(),
            )  # fmt: skip
            SiteFactory(conference=held, room=RoomFactory(name={"vi": "Hội trường A; tầng 2, nhà “B”"}))
            AgendaItemFactory(conference=held, title={"vi": "Khai mạc\nvà giới thiệu; đại biểu"}, starts_at=start)
    conferences.cancel(conference_id=held.pk, reason={"vi": "Bão số 5;\nhoãn họp"})
    return host


def agreed(data: bytes) -> list[Read]:
    """What every program reads in it, the same."""
    sound(data.replace(b"ATTENDEE", b"INVITEES"))
    read = in_order(by_icalendar(data))
    for name, parse in PYTHON.items():
        assert in_order(parse(data)) == read, name
    return read


@pytest.mark.django_db
def test_three_parsers_read_an_organisations_year_alike(year: Any) -> None:
    read = agreed(fetch("/calendars/organisations/ky-thuat-2.ics").content)
    assert len(read) == 2 * len(ZONES)
    assert {entry.summary for entry in read} == set(TITLES)
    assert {entry.start for entry in read} == {dt.datetime(2021, 1, 14, 6, 30, tzinfo=dt.UTC), SUMMER}
    assert [entry.status for entry in read].count("CANCELLED") == 1


@pytest.mark.django_db
@needs_node
def test_node_programs_read_it_like_the_others(year: Any) -> None:
    data = fetch("/calendars/organisations/ky-thuat-2.ics").content
    for name, read in by_node(data).items():
        assert in_order(read) == in_order(by_icalendar(data)), name
    said = in_node(data)["ical.js"]
    # ical.js leaves properties it does not know as they are written.
    assert said["name"].replace("\\;", ";") == 'Trung tâm "Kỹ thuật" 2; Đà Nẵng'
    assert {event["organizer"] for event in said["events"]} == {"Trung tâm ’Kỹ thuật’ 2; Đà Nẵng"}


@pytest.mark.django_db
def test_zones_are_described_once_and_only_where_they_are_needed(year: Any) -> None:
    lines = unfolded(fetch("/calendars/organisations/ky-thuat-2.ics").content)
    zones = [line.removeprefix("TZID:") for line in lines if line.startswith("TZID:")]
    assert zones == ["America/New_York", "Asia/Ho_Chi_Minh", "Asia/Kolkata", "Europe/London"]
    hanoi = lines[lines.index("TZID:Asia/Ho_Chi_Minh") : lines.index("TZID:Asia/Kolkata")]
    assert [line for line in hanoi if line.startswith("BEGIN:STANDARD")] == ["BEGIN:STANDARD"]
    assert {"TZOFFSETFROM:+0700", "TZOFFSETTO:+0700", "DTSTART:20000101T000000"} <= set(hanoi)
    assert "TZOFFSETTO:+0530" in lines
    assert {"BEGIN:DAYLIGHT", "TZNAME:EDT", "TZNAME:BST"} <= set(lines)


@pytest.mark.django_db
def test_rooms_people_and_letters_are_read_alike(year: Any) -> None:
    person = PersonFactory(full_name='Hà "Minh" Hiệp')
    held, other = Conference.objects.order_by("id")[:2]
    DutyFactory(conference=other, person=person)
    room = held.sites.get().room
    invitation = InvitationFactory(list=InvitationListFactory(conference=held), person=person, sent=True)
    for path in (
        f"/calendars/rooms/{room.pk}.ics",
        link(AccountFactory(person=person)),
        f"/calendars/conferences/{held.slug}.ics",
    ):
        assert agreed(fetch(path).content)

    invitations.mail_invitation(invitation_id=invitation.pk, sequence=invitation.sequence)
    lift.post()
    invitations.withdraw(invitation_id=invitation.pk)
    invitations.mail_cancellation(invitation_id=invitation.pk)
    requested, cancelled = (_calendar_of(mail) for mail in OutgoingMail.objects.order_by("id"))
    (asked,), (off,) = agreed(requested), agreed(cancelled)
    assert (asked.uid, asked.status) == (ical.calendar_uid(held.pk, None), "CONFIRMED")
    assert (off.uid, off.status, off.start) == (asked.uid, "CANCELLED", asked.start)


def _calendar_of(mail: OutgoingMail) -> bytes:
    from email import message_from_bytes, policy

    message = message_from_bytes(bytes(mail.raw), policy=policy.default)
    (part,) = [each for each in message.walk() if each.get_content_type() == "text/calendar"]
    data: bytes = part.get_payload(decode=True)  # type: ignore[assignment]
    return data


@pytest.mark.django_db
@needs_node
def test_ical_js_unfolds_a_series_as_the_house_means_it() -> None:
    series = weekly(OrganisationFactory(), announces=True, left_out=["2021-02-08"], added=["2021-02-10T15:00:00"])
    occurrence(series, at(11))
    occurrence(series, at(18), start=at(19, 14))
    off = occurrence(series, at(25))
    conferences.cancel(conference_id=off.pk, reason={"vi": "Nghỉ Tết"})
    occurrence(series, at(1, month=2), confidentiality="restricted")
    data = fetch(f"/calendars/series/{series.pk}.ics").content

    unfolded_there = in_node(data, dt.datetime(2021, 2, 16, tzinfo=dt.UTC))["ical.js"]["unfolded"]

    assert [
        (f"{dt.datetime.fromisoformat(start).astimezone(HANOI):%m-%d %H:%M}", status)
        for start, status in unfolded_there
    ] == [
        ("01-11 08:00", "CONFIRMED"),
        ("01-19 14:00", "CONFIRMED"),
        ("01-25 08:00", "CANCELLED"),
        ("02-10 15:00", "TENTATIVE"),
        ("02-15 08:00", "TENTATIVE"),
    ]


# Any text

ENTRY = CalendarEntry(
    uid="0f8fad5b-d9cb-469f-a165-70867728950e",
    sequence=0,
    stamp=dt.datetime(2021, 1, 4, 2, 0, tzinfo=dt.UTC),
    summary="Hội nghị",
    start=SUMMER,
    end=SUMMER + dt.timedelta(hours=3),
    organizer=Mailbox("Trung tâm Kỹ thuật 2", "thuky@plenum.example"),
)
LETTERS = st.sampled_from(
    list("ăâđêôơưẠỹ ẵ")
    + ["e\u0302\u0301", "🎉", "👩‍🏫", "🇻🇳", '"', "'", "\\", ";", ",", ":", "\n", "\r\n", "\t", "^", "%"]
)
#: `ics` takes an escaped backslash before n or r for a line break, so that none stands there.
TEXTS = st.lists(st.one_of(LETTERS, st.characters(codec="utf-8")), max_size=60).map(
    lambda letters: re.sub(r"\\(?=[nNrR])", "/", "".join(letters))
)


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS, TEXTS, st.sampled_from(ZONES))
def test_any_title_survives_the_way_through_three_parsers(title: str, text: str, place: str, zone: str) -> None:
    entry = replace(ENTRY, summary=f"Họp {title}", description=text, location=place, timezone=zone)
    data = ical.publish([entry], name=f"Lịch {title}", description=text)
    sound(data)
    meant = Read(
        uid=entry.uid,
        summary=one_line(f"Họp {title}"),
        description=many_lines(text),
        location=one_line(place),
        start=SUMMER,
        status="CONFIRMED",
    )
    for name, parse in PYTHON.items():
        (read,) = parse(data)
        assert read == meant, name


@needs_node
def test_titles_that_hurt_survive_in_node_too() -> None:
    entries = [
        replace(ENTRY, uid=f"{number}", summary=title, description=f"{title}\n\n{title}", location=title)
        for number, title in enumerate([*TITLES, "C:\\Nam\\new", "x" * 300, "\\n\\N", "a\\;b", "đ" * 80])
    ]
    data = ical.publish(entries, name="Lịch")
    meant, read = in_order(by_icalendar(data)), by_node(data)
    assert in_order(read["ical.js"]) == meant
    # node-ical takes an escaped backslash before an n for a line break, whoever wrote it.
    assert [each for each in in_order(read["node-ical"]) if "\n" not in each.summary] == [
        each for each in meant if "\\n" not in each.summary.lower()
    ]
