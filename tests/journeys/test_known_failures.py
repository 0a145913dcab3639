"""What other conference systems got wrong, as their users reported it; each case once, as a user of this one meets it."""

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from django.test import Client

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
