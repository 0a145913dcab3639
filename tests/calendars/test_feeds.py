"""What stands in each feed, and for whom: the public, and who holds a link."""

import datetime as dt
from typing import Any

import pytest

from backend.conferences import services as conferences
from backend.conferences.models import Conference
from backend.conferences.programme import Entry, Place
from backend.conferences.services.booking import book_rooms
from backend.invitations.ical import calendar_uid, item_uid
from backend.people.models import Account, RoleGrant
from tests.calendars.reading import entries, fetch, link, unfolded
from tests.calendars.test_own import release
from tests.factories.conferences import (
    AgendaItemFactory,
    AgendaRoomFactory,
    ConferenceFactory,
    RoomFactory,
    SiteFactory,
    VenueFactory,
)
from tests.factories.people import AccountFactory, OrganisationFactory, account_with

pytestmark = pytest.mark.django_db
SECRET = "Kiện toàn nhân sự"


@pytest.fixture
def host() -> Any:
    return OrganisationFactory(slug="ky-thuat-2", name={"vi": "Trung tâm Kỹ thuật 2", "en": "Technical Centre 2"})


@pytest.fixture
def public(host: Any) -> Conference:
    made: Conference = ConferenceFactory(
        announced=True, exact=True, lead=host, title={"vi": "Tổng kết 2020", "en": "Review of 2020"}, slug="tong-ket"
    )
    return made


@pytest.fixture
def internal(host: Any) -> Conference:
    made: Conference = ConferenceFactory(
        announced=True, exact=True, lead=host, title={"vi": SECRET}, confidentiality="internal", slug="nhan-su"
    )
    return made


def public_paths(host: Any, room: Any) -> list[str]:
    return [f"/calendars/organisations/{host.slug}.ics", f"/calendars/rooms/{room.pk}.ics"]


# Conferences


def test_a_public_conference_is_an_entry_with_all_that_is_known(public: Conference) -> None:
    SiteFactory(conference=public, room=RoomFactory(name={"vi": "Hội trường A"}))
    AgendaItemFactory(conference=public, title={"vi": "Khai mạc"}, starts_at=public.starts_at)
    answer = fetch("/calendars/conferences/tong-ket.ics")
    lines = unfolded(answer.content)

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert {
        "METHOD:PUBLISH",
        f"UID:{calendar_uid(public.pk, None)}",
        "SUMMARY;LANGUAGE=vi:Tổng kết 2020",
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20210114T133000",
        "DTEND;TZID=Asia/Ho_Chi_Minh:20210114T170000",
        "STATUS:CONFIRMED",
        "CLASS:PUBLIC",
        "CATEGORIES:hội nghị tổng kết",
        "URL:http://127.0.0.1:8000/vi/hoi-nghi/tong-ket",
        "X-WR-CALNAME:Tổng kết 2020",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    } <= set(lines)
    (event,) = entries("/calendars/conferences/tong-ket.ics").values()
    assert "Hội trường A" in event["location"]
    assert "13:30 Khai mạc" in event["description"]
    assert "Trung tâm Kỹ thuật 2" in event["description"]
    assert event["organizer"].params["CN"] == "Trung tâm Kỹ thuật 2"


def test_it_speaks_the_language_asked_for(public: Conference) -> None:
    (event,) = entries("/calendars/conferences/tong-ket.ics?lang=en").values()
    assert (event["summary"], event["summary"].params["LANGUAGE"]) == ("Review of 2020", "en")
    assert fetch("/calendars/conferences/tong-ket.ics?lang=en")["Content-Language"] == "en"
    fetch("/calendars/conferences/tong-ket.ics?lang=xx", 404)


@pytest.mark.parametrize("fields", [{"confidentiality": "internal"}, {"confidentiality": "restricted"}, {}])
def test_what_is_not_public_or_not_announced_has_no_public_feed(host: Any, fields: dict[str, Any]) -> None:
    state = "announced" if fields else "draft"
    made = ConferenceFactory(exact=True, lead=host, state=state, slug="kin", **fields)
    for path in ("conferences/kin.ics", "conferences/kin.jsonld", "conferences/khong-co.ics"):
        fetch(f"/calendars/{path}", 404)
    fetch("/calendars/organisations/ky-thuat-2.ics", 404)
    assert made.title["vi"]


@pytest.mark.parametrize("verb", ["cancel", "postpone"])
def test_what_is_called_off_stays_with_the_time_that_was_planned(public: Conference, verb: str) -> None:
    getattr(conferences, verb)(conference_id=public.pk, reason={"vi": "Bão số 5", "en": "Typhoon"})
    (event,) = entries("/calendars/conferences/tong-ket.ics").values()
    assert event["status"] == "CANCELLED"
    assert event["sequence"] == 1
    assert event["dtstart"].dt == public.starts_at
    assert ("Hoãn" if verb == "postpone" else "Huỷ") + ": Bão số 5" in event["description"]


def test_a_conference_without_an_exact_time_is_no_entry_and_the_feed_says_so(public: Conference, host: Any) -> None:
    ConferenceFactory(announced=True, lead=host, title={"vi": "Hội thảo", "en": "Workshop"}, slug="hoi-thao")
    ConferenceFactory(announced=True, lead=host, title={"vi": "Tập huấn"}, day=None)
    lines = unfolded(fetch("/calendars/organisations/ky-thuat-2.ics").content)
    said = "2 hội nghị chưa có giờ chính xác nên chưa có trong lịch: Hội thảo (Chiều 14/01/2021)\\; Tập huấn."
    assert {f"X-WR-CALDESC:{said}", f"DESCRIPTION:{said}"} <= set(lines)
    assert lines.count("BEGIN:VEVENT") == 1
    assert not [line for line in lines if "VALUE=DATE:" in line]

    alone = unfolded(fetch("/calendars/conferences/hoi-thao.ics?lang=en").content)
    assert "BEGIN:VEVENT" not in alone
    said = "1 conference has no exact time yet and is not in this calendar: Workshop (Afternoon of 14 January 2021)."
    assert f"X-WR-CALDESC:{said}" in alone


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("Asia/Ho_Chi_Minh", b"DTSTART;TZID=Asia/Ho_Chi_Minh:20210114T133000"),
        ("Asia/Kolkata", b"DTSTART;TZID=Asia/Kolkata:20210114T120000"),
        ("Europe/London", b"DTSTART;TZID=Europe/London:20210114T063000"),
        ("America/New_York", b"DTSTART;TZID=America/New_York:20210114T013000"),
        ("UTC", b"DTSTART:20210114T063000Z"),
        ("GMT", b"DTSTART:20210114T063000Z"),
    ],
)
def test_every_zone_is_told_on_its_own_clock(public: Conference, zone: str, start: bytes) -> None:
    Conference.objects.filter(pk=public.pk).update(time_zone=zone)
    assert start in fetch("/calendars/conferences/tong-ket.ics").content
    (event,) = entries("/calendars/conferences/tong-ket.ics").values()
    assert event["dtstart"].dt == public.starts_at


# Organisations


def test_an_organisations_public_feed_holds_what_it_leads_or_co_organises(public: Conference, host: Any) -> None:
    ConferenceFactory(announced=True, exact=True, co=[host], title={"vi": "Hội nghị chung"})
    ConferenceFactory(announced=True, exact=True, title={"vi": "Của nơi khác"})
    assert set(entries("/calendars/organisations/ky-thuat-2.ics")) == {"Tổng kết 2020", "Hội nghị chung"}


def test_a_link_shows_what_its_account_may_see_now(public: Conference, internal: Conference, host: Any) -> None:
    ConferenceFactory(exact=True, lead=host, title={"vi": "Còn dự thảo"})
    account = account_with("organiser", organisation=host)
    path = link(account, "organisation", host)

    found = entries(path)
    assert set(found) == {"Tổng kết 2020", SECRET, "Còn dự thảo"}
    assert (found[SECRET]["class"], found[SECRET].get("url")) == ("PRIVATE", None)
    assert found["Còn dự thảo"]["status"] == "TENTATIVE"

    RoleGrant.objects.filter(account=account).delete()
    assert set(entries(path)) == {"Tổng kết 2020"}


def test_the_link_to_a_closed_conference_closes_with_the_role(internal: Conference, host: Any) -> None:
    account = account_with("secretary", organisation=host)
    path = link(account, "conference", internal)
    assert set(entries(path)) == {SECRET}
    RoleGrant.objects.filter(account=account).delete()
    fetch(path, 404)


def test_a_feed_reaches_a_year_back_and_two_ahead(host: Any) -> None:
    for title, start in {
        "Xưa": dt.datetime(2019, 12, 31, 1, tzinfo=dt.UTC),
        "Cũ": dt.datetime(2020, 1, 2, 1, tzinfo=dt.UTC),
        "Sau": dt.datetime(2023, 1, 30, 1, tzinfo=dt.UTC),
        "Xa": dt.datetime(2023, 2, 2, 1, tzinfo=dt.UTC),
    }.items():
        ConferenceFactory(announced=True, lead=host, title={"vi": title}, starts_at=start, day=start.date())
    assert set(entries("/calendars/organisations/ky-thuat-2.ics")) == {"Cũ", "Sau"}


# Rooms


@pytest.fixture
def room() -> Any:
    return RoomFactory(name={"vi": "Hội trường A"}, setup_minutes=30)


def seat(conference: Conference, room: Any) -> Any:
    site = SiteFactory(conference=conference, venue=room.venue, room=room)
    book_rooms(conference)
    return site


def test_outsiders_see_that_a_room_is_busy_and_not_with_what(
    public: Conference, internal: Conference, room: Any
) -> None:
    Conference.objects.filter(pk=internal.pk).update(
        starts_at=dt.datetime(2021, 1, 15, 1, tzinfo=dt.UTC), ends_at=dt.datetime(2021, 1, 15, 3, tzinfo=dt.UTC)
    )
    internal.refresh_from_db()
    site = seat(public, room)
    hidden = seat(internal, room)
    path = f"/calendars/rooms/{room.pk}.ics"

    for address in (path, link(AccountFactory(), "room", room)):
        found = entries(address)
        assert set(found) == {"Tổng kết 2020", "Bận"}
        busy = found["Bận"]
        assert busy["class"] == "PRIVATE"
        assert busy["dtstart"].dt == dt.datetime(2021, 1, 15, 0, 30, tzinfo=dt.UTC)
        assert found["Tổng kết 2020"]["uid"] == calendar_uid(public.pk, site.pk)
        assert calendar_uid(internal.pk, hidden.pk) != busy["uid"]
        text = fetch(address).content.decode()
        assert SECRET not in text
        assert internal.slug not in text
        assert "description" not in busy

    assert set(entries(f"{path}?lang=en")) == {"Review of 2020", "Busy"}


def test_those_it_concerns_see_what_the_room_is_taken_for(internal: Conference, room: Any, host: Any) -> None:
    seat(internal, room)
    assert set(entries(link(account_with("organiser", organisation=host), "room", room))) == {SECRET}


def test_a_point_of_the_programme_in_a_room_of_its_own(public: Conference, room: Any) -> None:
    item = AgendaItemFactory(conference=public, title={"vi": "Phiên B"}, starts_at=public.starts_at, minutes_planned=45)
    AgendaRoomFactory(conference=public, agenda_item=item, site__venue=room.venue, room=room)
    closed = AgendaItemFactory(
        conference=public,
        title={"vi": SECRET},
        starts_at=public.starts_at + dt.timedelta(hours=1),
        minutes_planned=30,
        confidentiality="restricted",
    )
    AgendaRoomFactory(conference=public, agenda_item=closed, site__venue=room.venue, room=room)
    book_rooms(public)

    found = entries(f"/calendars/rooms/{room.pk}.ics")
    assert set(found) == {"Phiên B (Tổng kết 2020)", "Bận"}
    event = found["Phiên B (Tổng kết 2020)"]
    assert event["uid"] == item_uid(item.pk)
    assert event["related-to"] == calendar_uid(public.pk, None)
    assert event["dtend"].dt - event["dtstart"].dt == dt.timedelta(minutes=45)


def test_what_is_worked_on_and_not_released_is_busy_and_nothing_else(public: Conference, room: Any) -> None:
    items = [
        AgendaItemFactory(
            conference=public,
            title={"vi": title},
            starts_at=public.starts_at + dt.timedelta(hours=hour),
            minutes_planned=30,
        )
        for hour, title in enumerate(("Phiên A, sửa lại", SECRET))
    ]
    for item in items:
        AgendaRoomFactory(conference=public, agenda_item=item, site__venue=room.venue, room=room)
    book_rooms(public)
    place = Place(site=public.sites.first().pk, room=room.pk, said={"vi": "Hội trường A"})
    told = Entry(
        id=items[0].pk,
        kind="session",
        phase="report",
        phase_name={},
        title={"vi": "Phiên A"},
        starts_at=items[0].starts_at,
        reason={},
        places=(place,),
    )
    release(public, 1, told)
    assert set(entries(f"/calendars/rooms/{room.pk}.ics")) == {"Phiên A (Tổng kết 2020)", "Bận"}
    text = "".join(unfolded(fetch("/calendars/conferences/tong-ket.ics").content))
    assert "13:30 Phiên A" in text
    assert SECRET not in text


def test_outsiders_read_a_point_as_released_until_the_next_release(public: Conference) -> None:
    venue = VenueFactory()
    rooms = [RoomFactory(venue=venue) for _ in range(2)]
    begun, quarter = public.starts_at, dt.timedelta(minutes=15)
    fields = {"minutes_planned": 15, "pinned": True, "starts_at": begun, "ends_at": begun + quarter}
    item = AgendaItemFactory(conference=public, title={"vi": "Phiên A"}, **fields)
    use = AgendaRoomFactory(conference=public, agenda_item=item, site__venue=venue, room=rooms[0])
    conferences.release(conference_id=public.pk)

    def read(room: Any) -> list[tuple[str, Any, str]]:
        found = entries(f"/calendars/rooms/{room.pk}.ics").items()
        return [(title[:7], event["dtstart"].dt, str(event.get("status"))) for title, event in found if title != "Bận"]

    steps = [
        lambda: conferences.edit_agenda_item(agenda_item_id=item.pk, fields={"starts_at": begun + quarter}),
        lambda: conferences.cancel_agenda_item(agenda_item_id=item.pk, reason={"vi": "Ốm"}),
        lambda: conferences.reopen_agenda_item(agenda_item_id=item.pk),
        lambda: conferences.edit_agenda_room(agenda_room_id=use.pk, fields={"room": rooms[1]}),
    ]
    for step in steps:
        step()
        assert [read(room) for room in rooms] == [[("Phiên A", begun, "CONFIRMED")], []]
    conferences.release(conference_id=public.pk)
    assert [read(room) for room in rooms] == [[], [("Phiên A", begun + quarter, "CONFIRMED")]]


def test_a_cancelled_conference_stays_in_the_rooms_feed_and_its_busy_time_does_not(
    public: Conference, internal: Conference, room: Any
) -> None:
    seat(public, room)
    conferences.cancel(conference_id=public.pk, reason={"vi": "Bão"})
    seat(internal, room)
    conferences.cancel(conference_id=internal.pk, reason={"vi": "Bão"})
    (event,) = entries(f"/calendars/rooms/{room.pk}.ics").values()
    assert (event["summary"], event["status"], event["transp"]) == ("Tổng kết 2020", "CANCELLED", "TRANSPARENT")


# Agenda


def test_closed_points_of_the_agenda_are_told_to_nobody_outside(public: Conference, host: Any) -> None:
    AgendaItemFactory(conference=public, title={"vi": "Khai mạc"})
    AgendaItemFactory(conference=public, title={"vi": SECRET}, confidentiality="internal")
    path = "/calendars/conferences/tong-ket.ics"
    assert SECRET not in "".join(unfolded(fetch(path).content))
    member: Account = account_with("organiser", organisation=host)
    assert SECRET in "".join(unfolded(fetch(link(member, "conference", public)).content))
    assert SECRET not in "".join(unfolded(fetch(link(AccountFactory(), "conference", public)).content))
