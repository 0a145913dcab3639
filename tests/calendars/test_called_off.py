"""A conference that is called off, and whose new time is prepared: nobody outside reads of it before it is announced, in
whatever order it is postponed, changed, cancelled and opened again."""

import datetime as dt
from typing import Any

import pytest

from backend.conferences import services as conferences
from backend.conferences.models import AgendaItem, AgendaRoom, Conference, Organiser, Room, Site, Venue
from backend.core.clock import database_now
from backend.outbox.models import Event
from backend.people.models import Organisation
from tests.calendars.reading import entries, fetch, link, unfolded
from tests.conferences.conftest import signed_in
from tests.factories.conferences import (
    AgendaItemFactory,
    ConferenceFactory,
    RoomFactory,
    SiteFactory,
    VenueFactory,
)
from tests.factories.people import AccountFactory, OrganisationFactory, account_with

pytestmark = pytest.mark.django_db
FEED = "/calendars/conferences/tong-ket.ics"
DATA = "/calendars/conferences/tong-ket.jsonld"
STORM = {"vi": "Bão"}
WEEK = dt.timedelta(days=7)
NEW = ("20210121", "2021-01-21", "21/01/2021", "Tên mới", "Mục mới", "Chủ đề mới", "Sảnh mới")


@pytest.fixture
def host() -> Organisation:
    found: Organisation = OrganisationFactory(slug="ky-thuat-2", name={"vi": "Trung tâm 2"})
    return found


@pytest.fixture
def rooms() -> list[Room]:
    venue = VenueFactory(name={"vi": "Nhà cũ"})
    return [RoomFactory(venue=venue, name={"vi": name}) for name in ("Hội trường", "Phòng bên", "Phòng khác")]


@pytest.fixture(params=[False, True], ids=["nothing released", "released"])
def conference(request: Any, host: Organisation, rooms: list[Room]) -> Conference:
    drafted = ConferenceFactory(exact=True, lead=host, slug="tong-ket", title={"vi": "Tổng kết"})
    site = SiteFactory(conference=drafted, venue=rooms[0].venue, room=rooms[0])
    quarter = {"starts_at": drafted.starts_at, "ends_at": drafted.starts_at + dt.timedelta(minutes=15)}
    item = AgendaItemFactory(conference=drafted, title={"vi": "Tham luận"}, minutes_planned=15, **quarter)
    conferences.add_agenda_room(conference_id=drafted.pk, fields={"agenda_item": item, "site": site, "room": rooms[1]})
    conferences.announce(conference_id=drafted.pk)
    if request.param:
        conferences.release(conference_id=drafted.pk)
    return Conference.objects.get(pk=drafted.pk)


def paths(host: Organisation, rooms: list[Room]) -> list[str]:
    return [FEED, f"/calendars/organisations/{host.slug}.ics", *(f"/calendars/rooms/{room.pk}.ics" for room in rooms)]


def prepare(conference: Conference) -> None:
    """Another name, matter, hall and week, and the point in another room, under another name."""
    later = {name: getattr(conference, name) + WEEK for name in ("starts_at", "ends_at")}
    about = {"title": {"vi": "Tên mới"}, "topics": ["Chủ đề mới"], "kind": "workshop"}
    conferences.edit(conference_id=conference.pk, fields={**about, **later})  # type: ignore[typeddict-item]
    site = conference.sites.get()
    hall = RoomFactory(venue=site.venue, name={"vi": "Sảnh mới"})
    conferences.edit_site(site_id=site.pk, fields={"room": hall})
    item = AgendaItem.objects.get(conference=conference)
    conferences.edit_agenda_item(agenda_item_id=item.pk, fields={"title": {"vi": "Mục mới"}})
    conferences.edit_agenda_room(
        agenda_room_id=item.rooms.get().pk, fields={"room": Room.objects.get(name__vi="Phòng khác")}
    )


def long_ago() -> None:
    """Nothing was written lately: any stamp that rises is seen to."""
    moment = dt.datetime(2021, 1, 2, tzinfo=dt.UTC)
    Conference.objects.update(said_at=moment)
    for model in (Organiser, Organisation, Site, Venue, Room, AgendaItem, AgendaRoom):
        model.objects.update(updated_at=moment)


def known(path: str) -> list[tuple[Any, ...]]:
    return [
        (str(event["uid"]), event["dtstart"].dt, event["dtend"].dt, str(event["location"]), str(event["summary"]))
        for event in entries(path).values()
        if event.get("status") == "CANCELLED"
    ]


def sequences(path: str) -> list[int]:
    return [int(event["sequence"]) for event in entries(path).values() if event.get("status") == "CANCELLED"]


def test_what_is_prepared_is_told_nowhere_until_it_is_announced(
    conference: Conference, host: Organisation, rooms: list[Room]
) -> None:
    feeds = paths(host, rooms)
    conferences.postpone(conference_id=conference.pk, reason=STORM)
    before = [known(path) for path in feeds]
    assert [len(found) for found in before] == [1, 1, 1, 1, 0], "the room the point was to be in knows of it"
    steps = [sequences(path) for path in feeds]

    stranger = signed_in(account_with("organiser", organisation=OrganisationFactory()))

    account = AccountFactory()
    mine_link = link(account, "conference", conference)
    long_ago()
    answers = {path: fetch(path) for path in [*feeds, mine_link, DATA]}

    def nothing_new(words: tuple[str, ...] = NEW) -> None:
        assert [known(path) for path in feeds] == before
        said = ["".join(unfolded(fetch(path).content)) for path in feeds]
        said += [
            "".join(unfolded(fetch(mine_link).content)),
            signed_in(account).get("/api/v1/calendar-links").content.decode(),
        ]
        said += [fetch(DATA).content.decode()]
        assert not [word for text in said for word in words if word in text]

    prepare(conference)
    nothing_new()
    for path, answer in answers.items():
        assert fetch(path).content == answer.content, "stamps, too"
        fetch(path, 304, **{"If-None-Match": answer["ETag"]})
    assert [sequences(path) for path in feeds] == steps
    assert fetch(DATA).json()["subEvent"][0]["startDate"] == "2021-01-14T13:30+07:00"
    for path in (
        "/api/v1/conferences",
        "/vi/hoi-nghi/tong-ket",
        f"/api/v1/conferences/{conference.pk}",
        f"/api/v1/sites?conference={conference.pk}",
        f"/api/v1/agenda-items?conference={conference.pk}",
    ):
        answer = stranger.get(path)
        assert answer.status_code == 200
        assert not [word for word in NEW if word in answer.content.decode()], path
    theirs = stranger.get(f"/api/v1/conferences/{conference.pk}").json()
    assert theirs["when_said"]["vi"].endswith("14/01/2021")
    assert (theirs["kind"], theirs["where_said"]["vi"].split(",")[0]) == ("review", "Hội trường")
    assert theirs["sites"][0]["room"]["name"] == {"vi": "Hội trường"}
    for wanted, count in (("topic=Chủ đề mới", 0), ("q=chu de moi", 0), ("kind=workshop", 0), ("kind=review", 1)):
        assert len(stranger.get(f"/api/v1/conferences?{wanted}").json()["results"]) == count, wanted
    mine = signed_in(account_with("organiser", organisation=host)).get(f"/api/v1/conferences/{conference.pk}").json()
    assert (mine["title"]["vi"], mine["agenda"][0]["title"]["vi"]) == ("Tên mới", "Mục mới")
    assert "21/01/2021" in mine["when_said"]["vi"]

    conferences.cancel(conference_id=conference.pk, reason=STORM)
    nothing_new()
    assert [sequences(path) for path in feeds] == [[each + 1 for each in found] for found in steps]
    conferences.reopen(conference_id=conference.pk)
    nothing_new(NEW[1:])  # rooms are held again, and busy then
    assert [sequences(path) for path in feeds] == [[each + 1 for each in found] for found in steps]

    conferences.announce(conference_id=conference.pk)
    (event,) = entries(FEED).values()
    assert (event["summary"], event["dtstart"].dt.day, event["sequence"]) == ("Tên mới", 21, steps[0][0] + 3), (
        "cancelled, opened and announced"
    )


@pytest.mark.parametrize("verb", ["postpone", "cancel"])
def test_what_was_moved_within_the_window_is_called_off_where_feeds_showed_it(
    conference: Conference, settings: Any, verb: str
) -> None:
    settings.NEWS_WINDOW = 600
    assert conference.starts_at
    conferences.edit(conference_id=conference.pk, fields={"starts_at": conference.starts_at + WEEK, "ends_at": None})
    conferences.edit(conference_id=conference.pk, fields={"title": {"vi": "Tổng kết năm"}})
    [shown] = entries(FEED).values()
    getattr(conferences, verb)(conference_id=conference.pk, reason=STORM)
    [event] = entries(FEED).values()
    assert (event["dtstart"].dt, event["summary"]) == (shown["dtstart"].dt, "Tổng kết năm")
    assert (event["status"], event["sequence"]) == ("CANCELLED", shown["sequence"] + 1)


def test_it_stays_in_the_feeds_whatever_time_is_prepared(
    conference: Conference, host: Organisation, rooms: list[Room]
) -> None:
    feeds = paths(host, rooms)
    conferences.postpone(conference_id=conference.pk, reason=STORM)
    before = [known(path) for path in feeds]
    conferences.edit(
        conference_id=conference.pk, fields={"starts_at": None, "ends_at": None, "day": dt.date(2031, 1, 1)}
    )
    assert [known(path) for path in feeds] == before


def test_reopening_is_said_by_its_stamp(conference: Conference) -> None:
    conferences.cancel(conference_id=conference.pk, reason=STORM)
    [cancelled] = entries(FEED).values()
    conferences.reopen(conference_id=conference.pk)
    later = database_now() + dt.timedelta(hours=1)
    Event.objects.create(name="conference.reopened", subject_id=conference.pk, payload={}, recorded_at=later)
    [reopened] = entries(FEED).values()
    assert cancelled["description"] != reopened["description"]
    assert reopened["sequence"] == cancelled["sequence"]
    assert reopened["dtstamp"].dt == reopened["last-modified"].dt == later.replace(microsecond=0)
