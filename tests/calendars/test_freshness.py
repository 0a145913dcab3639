"""Feeds between fetches: the same bytes for the same rows, 304 for who holds them, and never for who holds others."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backend.calendars import services
from backend.calendars.models import FeedEdition
from backend.conferences import services as conferences
from backend.conferences.models import Conference
from backend.conferences.services.booking import book_rooms
from backend.core.clock import now
from backend.people.models import RoleGrant
from tests.calendars.reading import fetch, link
from tests.calendars.test_series import at, occurrence, weekly
from tests.factories.conferences import (
    AgendaItemFactory,
    AgendaRoomFactory,
    ConferenceFactory,
    DutyFactory,
    RoomFactory,
    SiteFactory,
    SpeakerFactory,
)
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.factories.people import (
    AccountFactory,
    OrganisationFactory,
    OrganisationNameFactory,
    PersonFactory,
    account_with,
)

pytestmark = pytest.mark.django_db
PUBLIC, PRIVATE = "public, no-cache", "private, no-cache"


@pytest.fixture
def host() -> Any:
    return OrganisationFactory(slug="ky-thuat-2")


@pytest.fixture
def conference(host: Any) -> Conference:
    made: Conference = ConferenceFactory(announced=True, exact=True, lead=host, slug="tong-ket")
    return made


def paths(conference: Conference, host: Any) -> dict[str, str]:
    room = RoomFactory()
    SiteFactory(conference=conference, venue=room.venue, room=room)
    return {
        "/calendars/conferences/tong-ket.ics": PUBLIC,
        "/calendars/conferences/tong-ket.jsonld": PUBLIC,
        "/calendars/organisations/ky-thuat-2.ics": PUBLIC,
        f"/calendars/rooms/{room.pk}.ics": PUBLIC,
        link(account_with("organiser", organisation=host), "organisation", host): PRIVATE,
    }


def test_the_same_rows_are_the_same_bytes_and_cost_304(conference: Conference, host: Any) -> None:
    for path, cache in paths(conference, host).items():
        first, second = fetch(path), fetch(path)
        assert first.content == second.content
        assert first["ETag"] == second["ETag"]
        assert first["Cache-Control"] == cache
        assert first.get("Last-Modified") == second.get("Last-Modified")
        assert ("noindex" in first.get("X-Robots-Tag", "")) == (cache == PRIVATE)

        held = fetch(path, 304, **{"If-None-Match": first["ETag"]})
        assert held.content == b""
        assert held["ETag"] == first["ETag"]
        fetch(path, 200, **{"If-None-Match": '"khac"'})
        if "Last-Modified" in first:
            fetch(path, 304, **{"If-Modified-Since": first["Last-Modified"]})
            fetch(path, 200, **{"If-Modified-Since": "Mon, 04 Jan 2010 00:00:00 GMT"})
            fetch(path, 200, **{"If-Modified-Since": first["Last-Modified"], "If-None-Match": '"khac"'})


def test_head_answers_like_get_without_a_body_and_nothing_can_be_written(conference: Conference, host: Any) -> None:
    for path in paths(conference, host):
        head, get = Client().head(path), fetch(path)
        assert (head.status_code, head.content) == (200, b"")
        assert {name: head[name] for name in ("ETag", "Content-Type", "Cache-Control")} == {
            name: get[name] for name in ("ETag", "Content-Type", "Cache-Control")
        }
        assert Client().post(path).status_code == 405


def read_long_ago(path: str) -> Any:
    fetch(path)
    FeedEdition.objects.update(changed_at="2021-01-01T00:00:00Z")
    return fetch(path)


def test_a_date_still_to_come_is_not_said(conference: Conference) -> None:
    """Two editions within a second: the second one's date is ahead of the clock."""
    path = "/calendars/conferences/tong-ket.ics"
    first = fetch(path)
    FeedEdition.objects.update(changed_at=now() + dt.timedelta(seconds=30))
    ahead = fetch(path, 200, **{"If-Modified-Since": first["Last-Modified"]})
    assert "Last-Modified" not in ahead
    fetch(path, 304, **{"If-None-Match": ahead["ETag"]})


def test_what_leaves_a_feed_is_news_too(conference: Conference, host: Any) -> None:
    """No row of it is newer than before: a date read off the rows would say 304."""
    other = ConferenceFactory(announced=True, exact=True, lead=host)
    path = "/calendars/organisations/ky-thuat-2.ics"
    before = read_long_ago(path)
    Conference.objects.filter(pk=other.pk).update(confidentiality="internal")
    after = fetch(path, 200, **{"If-Modified-Since": before["Last-Modified"]})
    assert after.content != before.content
    assert after["Last-Modified"] > before["Last-Modified"] or after["Last-Modified"][-12:] != before["Last-Modified"]
    fetch(path, 304, **{"If-Modified-Since": after["Last-Modified"]})


def test_a_lost_role_is_seen_by_who_asks_by_date_only(conference: Conference, host: Any) -> None:
    ConferenceFactory(announced=True, exact=True, lead=host, confidentiality="restricted")
    account = account_with("organiser", organisation=host)
    path = link(account, "organisation", host)
    before = read_long_ago(path)
    RoleGrant.objects.filter(account=account).delete()
    assert fetch(path, 200, **{"If-Modified-Since": before["Last-Modified"]}).content.count(b"BEGIN:VEVENT") == 1


def test_each_edition_has_a_second_of_its_own() -> None:
    moment = dt.datetime(2021, 1, 4, 2, 0, 0, 500, tzinfo=dt.UTC)
    said = [services.edition(feed="thu/vi", digest=digest, newest=moment) for digest in ("a", "a", "b", "c", "c")]
    assert [(at - moment).total_seconds() for at in said] == [0, 0, 1, 2, 2]
    assert FeedEdition.objects.count() == 1


def test_languages_are_editions_apart(conference: Conference) -> None:
    vi, en = fetch("/calendars/conferences/tong-ket.ics"), fetch("/calendars/conferences/tong-ket.ics?lang=en")
    assert vi["ETag"] != en["ETag"]
    fetch("/calendars/conferences/tong-ket.ics", 304, **{"If-None-Match": vi["ETag"]})
    assert FeedEdition.objects.count() == 2


def test_stamps_are_those_of_the_rows(conference: Conference) -> None:
    Conference.objects.update(said_at="2021-01-02T03:04:05Z")
    conference.organisers.update(updated_at="2021-01-01T00:00:00Z")
    conference.organisers.get().organisation.save()
    type(conference.organisers.get().organisation).objects.update(updated_at="2021-01-01T00:00:00Z")
    text = fetch("/calendars/conferences/tong-ket.ics")
    assert b"DTSTAMP:20210102T030405Z" in text.content
    assert b"LAST-MODIFIED:20210102T030405Z" in text.content
    assert text["Last-Modified"] == "Sat, 02 Jan 2021 03:04:05 GMT"


def test_a_draft_of_the_released_programme_changes_no_byte(conference: Conference, host: Any) -> None:
    person = PersonFactory()
    item = AgendaItemFactory(conference=conference, title={"vi": "Báo cáo"}, starts_at=conference.starts_at)
    SpeakerFactory(conference=conference, agenda_item=item, person=person)
    calendars = [*paths(conference, host), link(AccountFactory(person=person))]
    conferences.release(conference_id=conference.pk)
    before = {path: fetch(path) for path in calendars}

    conferences.edit_agenda_item(agenda_item_id=item.pk, fields={"title": {"vi": "Báo cáo bổ sung"}})
    for path in calendars:
        assert fetch(path).content == before[path].content, path
        fetch(path, 304, **{"If-None-Match": before[path]["ETag"]})

    conferences.release(conference_id=conference.pk)
    feed = "/calendars/conferences/tong-ket.ics"
    after = fetch(feed, 200, **{"If-None-Match": before[feed]["ETag"]})
    assert stamp(after) >= stamp(before[feed])
    conferences.edit_agenda_item(agenda_item_id=item.pk, fields={"confidentiality": "restricted"})
    closed = fetch(feed)
    assert "Báo cáo".encode() not in closed.content
    assert stamp(closed) >= stamp(after)


def stamp(feed: Any) -> bytes:
    found = re.search(rb"DTSTAMP:(\w+)", feed.content)
    assert found is not None
    return found[1]


# Cost


class Filled:
    """A house that makes one more row of everything a feed may show."""

    def __init__(self) -> None:
        self.host = OrganisationFactory()
        self.account = account_with("organiser", organisation=self.host)
        self.room = RoomFactory()
        self.series = weekly(self.host, announces=True)
        self.made = 0

    def one_more(self) -> None:
        self.made += 1
        start = dt.datetime(2021, 1, 14, 1, tzinfo=dt.UTC) + dt.timedelta(hours=4 * self.made)
        partner = OrganisationFactory()
        OrganisationNameFactory(organisation=partner, valid_to=dt.date(2022, 1, 1))
        held = ConferenceFactory(
            announced=True, lead=self.host, co=[partner], starts_at=start, ends_at=start + dt.timedelta(hours=3),
            day=start.date(),
        )  # fmt: skip
        site = SiteFactory(conference=held, venue=self.room.venue, room=self.room)
        item = AgendaItemFactory(conference=held, starts_at=start, minutes_planned=30)
        AgendaRoomFactory(conference=held, agenda_item=item, site=site, room=RoomFactory(venue=self.room.venue))
        book_rooms(held)
        DutyFactory(conference=held, person=self.account.person)
        InvitationFactory(list=InvitationListFactory(conference=held, site=site), person=self.account.person, sent=True)
        ConferenceFactory(announced=True, lead=self.host)
        occurrence(self.series, at(11) + dt.timedelta(weeks=self.made), lead=self.host)


@pytest.mark.parametrize("kind", ["person", "organisation", "room", "series"])
def test_a_feed_costs_the_same_queries_with_1_3_and_30_entries(kind: str) -> None:
    house = Filled()
    subject = {"person": None, "organisation": house.host, "room": house.room, "series": house.series}[kind]
    path = link(house.account, kind, subject)
    costs, sizes = [], []
    for size in (1, 3, 30):
        while house.made < size:
            house.one_more()
        fetch(path)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            body = fetch(path).content
        costs.append(len(captured))
        sizes.append(body.count(b"BEGIN:VEVENT"))
    assert sizes[1] - sizes[0] == 2 or kind in {"organisation"}
    assert sizes[0] >= 1
    assert sizes[2] >= 30
    assert len(set(costs)) == 1, costs
    assert costs[0] <= 24


def test_an_outsiders_feeds_cost_the_same_too() -> None:
    house = Filled()
    path = f"/calendars/rooms/{house.room.pk}.ics"
    costs = []
    for size in (1, 3, 30):
        while house.made < size:
            house.one_more()
        fetch(path)
        with CaptureQueriesContext(connection) as captured:
            fetch(path)
        costs.append(len(captured))
    assert len(set(costs)) == 1, costs
    assert AccountFactory()


@pytest.mark.parametrize("reader", ["its account", "outsiders"])
@pytest.mark.parametrize("kind", ["person", "organisation", "room"])
def test_a_feed_looks_at_no_points_of_what_is_not_in_it(kind: str, reader: str) -> None:
    house = Filled()
    house.one_more()
    subject = {"person": None, "organisation": house.host, "room": house.room}[kind]
    path = link(house.account if reader == "its account" or kind == "person" else AccountFactory(), kind, subject)
    walks = []
    for size in (1, 3, 30):
        AgendaItemFactory.create_batch(size, confidentiality="restricted")
        walks.append(points_looked_at(path))
    assert walks[0] > 0
    assert len(set(walks)) == 1, walks


def test_released_programmes_are_found_by_their_rooms_and_not_read_through() -> None:
    """Releases of all houses and years lie in one table, each of up to half a megabyte."""
    path = f"/calendars/rooms/{RoomFactory().pk}.ics"
    fetch(path)
    with CaptureQueriesContext(connection) as captured:
        fetch(path)
    looking = [query["sql"] for query in captured.captured_queries if '"conferences_release"' in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for sql in looking:
            cursor.execute(f"EXPLAIN {sql}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "Seq Scan on conferences_release" not in plan, plan
    assert looking


def points_looked_at(path: str) -> int:
    """Of how many agenda items PostgreSQL works out whether they, or a session around them, are closed."""
    fetch(path)
    with CaptureQueriesContext(connection) as captured:
        fetch(path)
    walks = 0
    with connection.cursor() as cursor:
        for query in captured.captured_queries:
            if "RECURSIVE" in query["sql"]:
                cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF) {query['sql']}")
                plan = "\n".join(row[0] for row in cursor.fetchall())
                walks += sum(int(loops) for loops in re.findall(r"Recursive Union .*loops=(\d+)", plan))
    return walks
