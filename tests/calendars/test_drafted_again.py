"""What is called off and prepared anew: a cancelled conference that is a draft again stays in the feeds it was in, cancelled,
as people were last told of it, and without a word of the draft; a postponed one stays where and when it was to be."""

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from icalendar import Event

from backend.calendars import addresses
from backend.calendars.models import CalendarLink
from backend.conferences import services as conferences
from backend.conferences.models import AgendaItem, Conference, Organiser, Room, Site
from backend.people.models import Organisation
from tests.calendars.reading import entries, fetch, link, unfolded
from tests.conferences.conftest import signed_in
from tests.factories.conferences import (
    AgendaItemFactory,
    ConferenceFactory,
    RoomFactory,
    SeriesFactory,
    SiteFactory,
    VenueFactory,
)
from tests.factories.people import AccountFactory, OrganisationFactory, account_with

pytestmark = pytest.mark.django_db
FEED = "/calendars/conferences/tong-ket.ics"
DATA = "/calendars/conferences/tong-ket.jsonld"
PAGE = urlsplit(addresses.conference("vi", "tong-ket")).path
SLOT = "2021-01-14T13:30"
STORM = {"vi": "Bão"}
WEEK = dt.timedelta(days=7)
DRAFTED = ("Tên mới", "Nhà mới", "Mục mới", "Trung tâm mới", "2021012")


@pytest.fixture
def host() -> Organisation:
    found: Organisation = OrganisationFactory(slug="ky-thuat-2", name={"vi": "Trung tâm 2", "en": "Centre 2"})
    return found


@pytest.fixture
def rooms() -> list[Room]:
    venue = VenueFactory(name={"vi": "Nhà cũ"})
    return [RoomFactory(venue=venue, name={"vi": name}) for name in ("Hội trường", "Phòng bên")]


@pytest.fixture
def conference(host: Organisation, rooms: list[Room]) -> Conference:
    """A meeting of a series with a released programme, of which a point is in a side room."""
    series = SeriesFactory(
        title={"vi": "Chuỗi"},
        rule="FREQ=WEEKLY",
        starts_on=dt.date(2021, 1, 14),
        start_time=dt.time(13, 30),
        minutes=180,
    )
    drafted = ConferenceFactory(
        exact=True,
        lead=host,
        slug="tong-ket",
        title={"vi": "Tổng kết", "en": "Review"},
        series=series,
        slot=SLOT,
        recurrence_id=SLOT,
    )
    site = SiteFactory(conference=drafted, venue=rooms[0].venue, room=rooms[0])
    quarter = {"starts_at": drafted.starts_at, "ends_at": drafted.starts_at + dt.timedelta(minutes=15)}
    item = AgendaItemFactory(conference=drafted, title={"vi": "Tham luận"}, minutes_planned=15, **quarter)
    AgendaItemFactory(conference=drafted, title={"vi": "Nhân sự"}, confidentiality="internal")
    conferences.add_agenda_room(conference_id=drafted.pk, fields={"agenda_item": item, "site": site, "room": rooms[1]})
    conferences.announce(conference_id=drafted.pk)
    conferences.release(conference_id=drafted.pk)
    return Conference.objects.get(pk=drafted.pk)


def feeds(conference: Conference, host: Organisation, rooms: list[Room]) -> list[str]:
    return [
        FEED,
        f"/calendars/organisations/{host.slug}.ics",
        f"/calendars/series/{conference.series_id}.ics",
        *(f"/calendars/rooms/{room.pk}.ics" for room in rooms),
    ]


def drafted_again(conference: Conference) -> None:
    """Called off, and prepared anew: another name, week, house, host and agenda."""
    conferences.cancel(conference_id=conference.pk, reason=STORM)
    conferences.reopen(conference_id=conference.pk)
    later = {name: getattr(conference, name) + WEEK for name in ("starts_at", "ends_at")}
    conferences.edit(conference_id=conference.pk, fields={"title": {"vi": "Tên mới"}, **later})
    elsewhere = RoomFactory(venue=VenueFactory(name={"vi": "Nhà mới"}))
    AgendaItem.objects.filter(conference=conference).first().rooms.all().delete()
    conferences.edit_site(
        site_id=Site.objects.get(conference=conference).pk, fields={"venue": elsewhere.venue, "room": elsewhere}
    )
    conferences.add_agenda_item(conference_id=conference.pk, fields={"title": {"vi": "Mục mới"}, "phase": "report"})
    other = OrganisationFactory(slug="moi", name={"vi": "Trung tâm mới"})
    Organiser.objects.filter(conference=conference).update(organisation=other)


def cancelled(path: str) -> list[Event]:
    return [event for event in entries(path).values() if event.get("status") == "CANCELLED"]


def known(event: Event) -> tuple[Any, ...]:
    """What programs go by."""
    return tuple(str(event.get(name)) for name in ("uid", "sequence", "summary", "location", "status", "organizer")) + (
        event["dtstart"].dt,
        event["dtend"].dt,
        str(event.get("recurrence-id") and event["recurrence-id"].dt),
    )


def test_it_stays_in_every_feed_it_was_in_as_it_was_cancelled(
    conference: Conference, host: Organisation, rooms: list[Room]
) -> None:
    paths = feeds(conference, host, rooms)
    conferences.cancel(conference_id=conference.pk, reason=STORM)
    before = [[known(event) for event in cancelled(path)] for path in paths]
    assert [len(found) for found in before] == [1] * 5
    conferences.reopen(conference_id=conference.pk)
    assert [[known(event) for event in cancelled(path)] for path in paths] == before


def test_not_a_word_of_the_draft_is_read(conference: Conference, host: Organisation, rooms: list[Room]) -> None:
    paths = feeds(conference, host, rooms)
    stranger = AccountFactory()
    drafted_again(conference)
    private = [link(stranger, "conference", conference), link(stranger, "organisation", host)]
    shown = [fetch(path).content for path in [*paths, *private]]
    for body in shown:
        text = "".join(unfolded(body))
        assert "STATUS:CANCELLED" in text
        assert "DTSTART;TZID=Asia/Ho_Chi_Minh:20210114T133000" in text
        assert not [word for word in (*DRAFTED, "Nhân sự", "Bão") if word in text]
        assert "URL" not in text.replace("X-WR", "").split("BEGIN:VEVENT")[-1]
    assert 'CN="Trung tâm 2"' in "".join(unfolded(shown[0]))
    fetch("/calendars/organisations/moi.ics", 404)
    Conference.objects.get(pk=conference.pk).save()
    assert [fetch(path).content for path in [*paths, *private]] == shown, "whatever is written of the draft"

    data = fetch(DATA).json()
    assert (data["name"], data["startDate"]) == ("Tổng kết", "2021-01-14T13:30+07:00")
    assert data["eventStatus"] == "https://schema.org/EventCancelled"
    assert "url" not in data
    assert not [word for word in DRAFTED if word in str(data)]
    api = signed_in(stranger)
    assert api.get(f"/api/v1/conferences/{conference.pk}").status_code == 404
    assert Client().get(PAGE).status_code == 404
    [row] = [row for row in api.get("/api/v1/calendar-links").json()["results"] if row["kind"] == "conference"]
    assert row["name"] == {"vi": "Tổng kết", "en": "Review"}


def test_announced_anew_it_is_told_as_it_stands_under_a_higher_sequence(
    conference: Conference, host: Organisation, rooms: list[Room]
) -> None:
    drafted_again(conference)
    [was] = cancelled(FEED)
    conferences.announce(conference_id=conference.pk)
    (event,) = entries(FEED).values()
    assert (event["uid"], event["summary"], event["status"]) == (was["uid"], "Tên mới", "CONFIRMED")
    assert event["sequence"] > was["sequence"]
    assert event["dtstart"].dt == was["dtstart"].dt + WEEK
    for room in rooms:
        assert not cancelled(f"/calendars/rooms/{room.pk}.ics")


def test_what_is_postponed_stays_where_and_when_it_was_to_be(
    conference: Conference, host: Organisation, rooms: list[Room]
) -> None:
    """Another week and house are being prepared: they are told when it is announced again."""
    paths = feeds(conference, host, rooms)
    conferences.postpone(conference_id=conference.pk, reason=STORM)
    before = [[known(event) for event in cancelled(path)] for path in paths]
    assert [len(found) for found in before] == [1] * 5
    later = {name: getattr(conference, name) + WEEK for name in ("starts_at", "ends_at")}
    conferences.edit(conference_id=conference.pk, fields=later)
    hall = RoomFactory(venue=rooms[0].venue, name={"vi": "Nhà mới"})
    conferences.edit_site(site_id=Site.objects.get(conference=conference).pk, fields={"room": hall})
    assert [[known(event) for event in cancelled(path)] for path in paths] == before
    assert not entries(f"/calendars/rooms/{hall.pk}.ics")
    assert [place["name"].split(",")[0] for place in fetch(DATA).json()["location"]] == ["Hội trường"]
    page = Client().get(PAGE).content.decode()
    assert "Hội trường, Nhà cũ" in page
    assert "Nhà mới" not in page
    conferences.announce(conference_id=conference.pk)
    (event,) = entries(f"/calendars/rooms/{hall.pk}.ics").values()
    assert (event["dtstart"].dt, event["location"].split(",")[0]) == (before[0][0][6] + WEEK, "Nhà mới")


def test_it_is_read_as_closed_as_it_is_now(conference: Conference, host: Organisation, rooms: list[Room]) -> None:
    paths = feeds(conference, host, rooms)
    body = OrganisationFactory()
    co_host = account_with("organiser", organisation=body)
    drafted_again(conference)
    Organiser.objects.create(conference=conference, organisation=body, role="co", order=2)
    member = account_with("organiser", organisation=Organisation.objects.get(slug="moi"))
    conferences.edit(conference_id=conference.pk, fields={"confidentiality": "internal"})
    for path in [*paths[:3], DATA]:
        fetch(path, 404)
    for path in paths[3:]:
        assert not cancelled(path)
    fetch(link(AccountFactory(), "conference", conference), 404)
    [event] = cancelled(link(co_host, "conference", conference))
    assert (event["summary"], event["class"]) == ("Tổng kết", "PRIVATE")
    [draft] = entries(link(member, "conference", conference)).values()
    assert (draft["summary"], draft["status"]) == ("Tên mới", "TENTATIVE"), "who may read the draft reads it"


def test_what_was_told_before_names_were_kept_is_called_cancelled_and_nothing_else(
    conference: Conference, host: Organisation, rooms: list[Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = conferences.news.time_and_place

    def without_a_name(row: Conference) -> Any:
        told = kept(row)
        told.title = {}
        return told

    monkeypatch.setattr(conferences.news, "time_and_place", without_a_name)
    drafted_again(conference)
    assert set(entries(FEED)) == {"Hội nghị đã huỷ"}
    assert set(entries(f"{FEED}?lang=en")) == {"Cancelled conference"}
    assert fetch(f"{DATA}?lang=en").json()["name"] == "Cancelled conference"


def test_what_nobody_knew_of_stays_unknown(host: Organisation, rooms: list[Room]) -> None:
    """Cancelled before it was announced."""
    drafted = ConferenceFactory(exact=True, lead=host, slug="tong-ket")
    conferences.cancel(conference_id=drafted.pk, reason=STORM)
    conferences.reopen(conference_id=drafted.pk)
    for path in (FEED, DATA, f"/calendars/organisations/{host.slug}.ics"):
        fetch(path, 404)
    assert not CalendarLink.objects.exists()
