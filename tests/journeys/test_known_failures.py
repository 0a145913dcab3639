"""What other conference systems got wrong, as their users reported it; each case once, as a user of this one meets it."""

import datetime as dt
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from django.test import Client
from pypdf import PdfReader

from backend.conferences import services as conferences
from backend.conferences.models import Conference
from backend.core.clock import now
from backend.invitations.models import Invitation
from backend.mail.models import OutgoingMail
from backend.outbox.models import Delivery
from backend.people.models import Organisation
from tests.factories.conferences import RoomFactory
from tests.factories.people import OrganisationFactory, PersonFactory
from tests.journeys.house import Caller, House, caller, open_house, text
from workers import tasks

pytestmark = pytest.mark.django_db(transaction=True)

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture
def host() -> Organisation:
    return OrganisationFactory(name={"vi": "Trung tâm Kỹ thuật 2", "en": "Technical Centre 2"})


@pytest.fixture
def organiser(host: Organisation) -> Caller:
    return caller(role="organiser", organisation=host)


@pytest.fixture
def house(tmp_path: Path) -> Any:
    with open_house(tmp_path) as opened:
        yield opened


def later(days: int, hour: int = 13, minute: int = 30, zone: str = "Asia/Ho_Chi_Minh") -> dt.datetime:
    """An hour on the wall clocks of the zone, some days from now."""
    day = now().astimezone(ZoneInfo(zone)).date() + dt.timedelta(days=days)
    return dt.datetime.combine(day, dt.time(hour, minute), ZoneInfo(zone))


def held(organiser: Caller, host: Organisation, starts: dt.datetime, *, announce: bool = True, **fields: Any) -> Any:
    """A conference of two and a half hours, announced."""
    body = {
        "kind": "conference",
        "title": {"vi": "Hội nghị tổng kết", "en": "Review conference"},
        "lead": str(host.pk),
        "starts_at": starts.isoformat(),
        "ends_at": (starts + dt.timedelta(hours=2, minutes=30)).isoformat(),
        **fields,
    }
    made = organiser.post("conferences", body, expect=201)
    if announce:
        organiser.post(f"conferences/{made['id']}/announce")
    return organiser.get(f"conferences/{made['id']}")


def invite(organiser: Caller, conference: Any, people: list[Any], **fields: Any) -> Any:
    made = organiser.post(
        "invitation-lists",
        {
            "conference": conference["id"],
            "title": {"vi": "Thành phần"},
            "category": "delegate",
            "people": [str(person.pk) for person in people],
            **fields,
        },
        expect=201,
    )
    organiser.post(f"invitation-lists/{made['id']}/send")
    return made


def feed(conference: Any) -> bytes:
    answer = Client().get(f"/calendars/conferences/{conference['slug']}.ics")
    assert answer.status_code == 200, answer.content
    return bytes(answer.content)


# Calendars


@pytest.mark.parametrize(
    ("zone", "hour"), [("Asia/Ho_Chi_Minh", 13), ("Asia/Kolkata", 9), ("America/New_York", 2), ("GMT", 23), ("UTC", 0)]
)
def test_calendar_programs_show_the_wall_clock_of_the_place(
    organiser: Caller, host: Organisation, house: House, zone: str, hour: int
) -> None:
    """indico#379, pretalx#2588, datatracker#8498: hours off without a VTIMEZONE; "None" before BEGIN for GMT."""
    starts = later(20, hour, zone=zone)
    conference = held(organiser, host, starts, time_zone=zone)
    guest = PersonFactory(email="khach@dv.example")
    invite(organiser, conference, [guest])
    house.run()
    (letter,) = house.letters_to(guest.email)
    for written in (feed(conference), text(letter, "text/calendar").encode()):
        assert written.startswith(b"BEGIN:VCALENDAR\r\n")
        assert b"None" not in written
        one, two = icalendar.Calendar.from_ical(written).events[0], vobject.readOne(written.decode()).vevent
        assert one["DTSTART"].dt == starts
        assert two.dtstart.value.astimezone(dt.UTC) == starts.astimezone(dt.UTC)
        assert one["DTSTART"].dt.hour == hour


def test_a_cancelled_meeting_keeps_its_date(organiser: Caller, host: Organisation) -> None:
    """datatracker#7455, #6708: a cancelled meeting showed the day it was cancelled, or none."""
    starts = later(9)
    conference = held(organiser, host, starts)
    organiser.post(f"conferences/{conference['id']}/cancel", {"reason": {"vi": "Bão số 5"}})
    seen = organiser.get(f"conferences/{conference['id']}")
    assert (seen["state"], seen["starts_at"], seen["when_said"]) == (
        "cancelled",
        conference["starts_at"],
        conference["when_said"],
    )
    (event,) = icalendar.Calendar.from_ical(feed(conference)).events
    assert (str(event["STATUS"]), event["DTSTART"].dt) == ("CANCELLED", starts)


def test_the_programme_is_told_in_the_time_of_the_place(organiser: Caller, host: Organisation) -> None:
    """datatracker#5258, #5207, #3323: an agenda in UTC, or under the header of the wrong day."""
    starts = later(30, 7)  # midnight in UTC: one day earlier there
    agenda = [
        {"phase": "opening", "title": {"vi": "Chào cờ"}, "minutes_planned": 15},
        {"phase": "report", "title": {"vi": "Báo cáo tổng kết"}, "minutes_planned": 45},
    ]
    conference = held(organiser, host, starts, agenda=agenda)
    organiser.post(f"conferences/{conference['id']}/release", expect=201)
    shown = organiser.get(f"conferences/{conference['id']}/programme")
    assert [entry["starts_at"] for entry in shown["entries"]] == [
        starts.isoformat(),
        (starts + dt.timedelta(minutes=15)).isoformat(),
    ]
    address = f"/api/v1/conferences/{conference['id']}/programme/print"
    printed = organiser.http.get(address, {"format": "pdf", "language": "vi"})
    assert printed.status_code == 200
    words = "\n".join(page.extract_text() for page in PdfReader(BytesIO(bytes(printed.content))).pages)
    assert "07:00" in words or "7 giờ" in words or "07 giờ" in words
    assert starts.strftime("%d/%m/%Y") in words
    assert (starts - dt.timedelta(days=1)).strftime("%d/%m/%Y") not in words


# The programme


@pytest.fixture
def windows(settings: Any) -> Any:
    """What changes is told when a window closes; calling it lets ten minutes pass."""
    settings.NEWS_WINDOW = 600

    def pass_by() -> int:
        Conference.objects.exclude(news_due_at=None).update(news_due_at=now() - dt.timedelta(seconds=1))
        return conferences.tell_due_news()

    return pass_by


def spoken(organiser: Caller, host: Organisation, speaker: Any) -> Any:
    """A released programme: an opening, a paper by the speaker, and a discussion; and what it is led by."""
    agenda = [
        {"phase": "opening", "title": {"vi": "Khai mạc"}, "minutes_planned": 15},
        {
            "phase": "paper",
            "title": {"vi": "Tham luận của khối Đo lường"},
            "minutes_planned": 30,
            "speakers": [{"person": str(speaker.pk)}],
        },
        {"phase": "discussion", "title": {"vi": "Thảo luận"}, "minutes_planned": 30},
    ]
    conference = held(organiser, host, later(30), agenda=agenda)
    organiser.post(f"conferences/{conference['id']}/release", expect=201)
    return conference


def shifted(organiser: Caller, conference: Any, minutes: int, expect: int = 200) -> Any:
    """Everything after the opening begins so many minutes later, and the programme is released."""
    address = f"conferences/{conference['id']}"
    told = organiser.http.post(
        f"/api/v1/{address}/agenda/shift",
        {"after": conference["agenda"][0]["id"], "minutes": minutes},
        headers={"If-Match": f'"{organiser.get(address)["version"]}"'},
    )
    assert told.status_code == expect, told.content.decode()
    if expect == 200:
        organiser.post(f"{address}/release", expect=201)
    return told.json()


def test_a_speaker_moved_twice_within_a_minute_gets_one_letter(
    organiser: Caller, host: Organisation, house: House, windows: Any
) -> None:
    """indico#3997, pretalx#1351: no word when a slot moves, or one letter for each step on the way."""
    speaker, bystander = PersonFactory(email="dien-gia@dv.example"), PersonFactory(email="khach@dv.example")
    conference = spoken(organiser, host, speaker)
    invite(organiser, conference, [bystander])
    house.run()
    windows()
    house.run()
    before = len(house.letters_to(speaker.email))
    shifted(organiser, conference, 10)
    shifted(organiser, conference, 5)
    house.run()
    assert len(house.letters_to(speaker.email)) == before, "nothing goes out while the window is open"
    windows()
    house.run()
    letters = house.letters_to(speaker.email)[before:]
    assert len(letters) == 1
    assert "13:45" in text(letters[0]) or "13 giờ 45" in text(letters[0])
    assert "14:00" in text(letters[0]) or "14 giờ 00" in text(letters[0])
    assert "13 giờ 55" not in text(letters[0]), "what it was in between is nobody's news"
    assert "13:55" not in text(letters[0])
    entries = organiser.get(f"conferences/{conference['id']}/programme", release=3)["entries"]
    assert [entry["sequence"] for entry in entries] == [0, 2, 2], "feeds showed both"
    assert windows() == 0


def test_an_edit_that_fails_half_way_changes_and_tells_nothing(
    organiser: Caller, host: Organisation, house: House, windows: Any
) -> None:
    """datatracker#10689: an edit of the agenda failed in the middle; it was deleted and made anew, and a list of people
    got mail after mail."""
    speaker, room = PersonFactory(email="dien-gia@dv.example"), RoomFactory()
    conference = spoken(organiser, host, speaker)
    windows()
    house.run()
    letters = len(house.mailbox.messages())
    address = f"conferences/{conference['id']}"
    place = [{"venue": str(room.venue_id), "room": str(room.pk)}]
    paper = conference["agenda"][1]
    held(organiser, host, later(30, 14, 15), sites=place, announce=False)
    site = organiser.post("sites", {"conference": conference["id"], "venue": str(room.venue_id)}, expect=201)
    organiser.post(
        "agenda-rooms",
        {"conference": conference["id"], "agenda_item": paper["id"], "site": site["id"], "room": str(room.pk)},
        expect=201,
    )
    windows()
    house.run()
    letters = len(house.mailbox.messages())
    was = organiser.get(f"{address}/programme")
    told = shifted(organiser, conference, 15, expect=409)  # the room is another conference's from a quarter past two
    assert told["report"]["conflicts"][0]["room"]["id"] == str(room.pk)
    assert [person["person"]["id"] for person in told["report"]["people"] if person["person"]] == [str(speaker.pk)]
    assert organiser.get(f"{address}/programme") == was
    windows()
    house.run()
    assert len(house.mailbox.messages()) == letters


# Series and rooms


def test_the_third_wednesday_of_each_month(organiser: Caller, host: Organisation) -> None:
    """indico#7477, #6281: "every third Wednesday" had to be cloned by hand."""
    january = dt.date(now().year + 1, 1, 1)
    first = next(day for n in range(14, 21) if (day := january + dt.timedelta(days=n)).weekday() == 2)
    series = organiser.post(
        "series",
        {
            "title": {"vi": "Sinh hoạt chuyên đề"},
            "organisation": str(host.pk),
            "kind": "study",
            "rule": "FREQ=MONTHLY;BYDAY=WE;BYSETPOS=3",
            "starts_on": first.isoformat(),
            "start_time": "08:00",
            "minutes": 90,
            "horizon_days": 366,
        },
        expect=201,
    )
    days = [dt.date.fromisoformat(row["day"]) for row in organiser.every("conferences", series=series["id"])]
    assert len(days) >= 6
    assert all(day.weekday() == 2 and 15 <= day.day <= 21 for day in days)
    assert len({(day.year, day.month) for day in days}) == len(days)


def test_a_series_schedules_every_session_and_says_which_has_no_room(organiser: Caller, host: Organisation) -> None:
    """datatracker#5468, #6344, #5595: only the first session of a series was scheduled, and nobody was told."""
    room = RoomFactory()
    monday = now().astimezone(HANOI).date() + dt.timedelta(days=7 - now().astimezone(HANOI).weekday() + 7)
    taken = dt.datetime.combine(monday + dt.timedelta(days=7), dt.time(8), HANOI)
    place = [{"venue": str(room.venue_id), "room": str(room.pk)}]
    held(organiser, host, taken, sites=place, announce=False)
    series = organiser.post(
        "series",
        {
            "title": {"vi": "Giao ban tuần"},
            "organisation": str(host.pk),
            "rule": "FREQ=WEEKLY;BYDAY=MO;COUNT=4",
            "starts_on": monday.isoformat(),
            "start_time": "08:00",
            "minutes": 60,
            "horizon_days": 90,
            "sites": place,
        },
        expect=201,
    )
    rows = organiser.every("conferences", series=series["id"])
    assert sorted(row["day"] for row in rows) == [(monday + dt.timedelta(days=7 * n)).isoformat() for n in range(4)]
    report = organiser.get(f"series/{series['id']}/report")
    (shortfall,) = report["shortfalls"]
    without = [row["id"] for row in rows if row["sites"][0]["room"] is None]
    assert len(without) == 1
    assert without[0] in str(shortfall)


def test_who_holds_a_room_is_seen_before_one_plans(organiser: Caller, host: Organisation) -> None:
    """indico#4076, #4129, #3820: a booking led to no meeting, and the wish of another was not seen."""
    room, starts = RoomFactory(), later(12, 8)
    place = [{"venue": str(room.venue_id), "room": str(room.pk)}]
    conference = held(organiser, host, starts, sites=place, announce=False)
    neighbour = OrganisationFactory()
    other = caller(role="organiser", organisation=neighbour)
    day = other.get(f"rooms/{room.pk}/day", date=starts.date().isoformat())
    assert len(day["bookings"]) == 1, "a draft holds its room, and everybody sees that it is taken"
    assert conference["title"]["vi"] not in str(day), "whose draft it is stays with those who may know"
    assert conference["id"] in str(organiser.get(f"rooms/{room.pk}/day", date=starts.date().isoformat()))
    told = other.post(
        "conferences",
        {
            "kind": "meeting",
            "title": {"vi": "Họp"},
            "lead": str(neighbour.pk),
            "starts_at": starts.isoformat(),
            "ends_at": (starts + dt.timedelta(hours=1)).isoformat(),
            "sites": place,
        },
        expect=409,
    )
    assert told["room"] == str(room.pk)
    assert other.every("conferences", organisation=str(neighbour.pk)) == [], "nothing half-written"


# Mail


def test_a_bulk_mail_handed_out_again_is_sent_once(organiser: Caller, host: Organisation, house: House) -> None:
    """pretix#2058: a long bulk mail was handed out every hour again, and sent four times."""
    people = [PersonFactory(email=f"dai-bieu-{n}@dv.example") for n in range(25)]
    invite(organiser, held(organiser, host, later(15)), people)
    house.run()
    assert len(house.mailbox.messages()) == len(people)
    for _ in range(3):  # what a broker does that thinks its workers dead
        for delivery in Delivery.objects.all():
            tasks.react(str(delivery.pk), delivery.consumer)
    house.run()
    assert len(house.mailbox.messages()) == len(people)
    assert OutgoingMail.objects.count() == len(people)


def test_asking_again_after_a_time_out_does_not_do_it_again(
    organiser: Caller, host: Organisation, house: House
) -> None:
    """canonical/indico-operator#242: the gateway timed out, people asked again, and mails went out many times."""
    people = [PersonFactory(email=f"dai-bieu-{n}@dv.example") for n in range(10)]
    conference = held(organiser, host, later(15))
    body = {
        "conference": conference["id"],
        "title": {"vi": "Thành phần"},
        "category": "delegate",
        "people": [str(person.pk) for person in people],
    }
    key = {"Idempotency-Key": "thanh-phan-1"}
    answers = [organiser.http.post("/api/v1/invitation-lists", body, headers=key) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    address = f"/api/v1/invitation-lists/{answers[0].json()['id']}/send"
    sent = [organiser.http.post(address, {}, headers={"Idempotency-Key": "gui-1"}) for _ in range(3)]
    assert {answer.status_code for answer in sent} == {200}
    organiser.http.post(address, {})  # without a key it is refused or finds nobody left: nobody is written to twice
    house.run()
    assert Invitation.objects.count() == len(people)
    assert sorted(letter["To"].split("<")[-1].strip(">") for letter in house.mailbox.messages()) == sorted(
        person.email for person in people
    )
