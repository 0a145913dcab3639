"""Lists: filters, search, and the same number of queries whatever the size."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from backend.conferences.models import Conference
from backend.people.models import Organisation
from tests.conferences.conftest import signed_in
from tests.factories.conferences import (
    AgendaItemFactory,
    AgendaRoomFactory,
    ConferenceFactory,
    DutyFactory,
    PortableEquipmentFactory,
    RoomFactory,
    SeriesFactory,
    SiteFactory,
    SpeechFactory,
)
from tests.factories.people import OrganisationFactory, OrganisationNameFactory, PersonFactory, account_with

pytestmark = pytest.mark.django_db
URL = "/api/v1/conferences"
Granted = Callable[..., APIClient]


def full(host: Organisation) -> Conference:
    """A conference with one of everything, its partner renamed since."""
    partner = OrganisationFactory()
    OrganisationNameFactory(organisation=partner, valid_to=dt.date(2022, 1, 1))
    conference: Conference = ConferenceFactory(lead=host, co=[partner], announced=True)
    room = RoomFactory()
    site = SiteFactory(conference=conference, venue=room.venue, room=room)
    item = AgendaItemFactory(conference=conference)
    AgendaRoomFactory(conference=conference, site=site, agenda_item=item, room=room)
    PortableEquipmentFactory(venue=room.venue)
    DutyFactory(conference=conference, person=PersonFactory(), organisation=partner)
    SpeechFactory(conference=conference, person=PersonFactory(), organisation=partner, speaker={})
    SeriesFactory(organisation=host)
    return conference


@pytest.mark.parametrize(
    "path", ["conferences", "sites", "agenda-items", "duties", "speeches", "venues", "rooms", "agenda-rooms", "series"]
)
def test_a_list_costs_the_same_with_1_3_and_30_rows(host: Organisation, path: str) -> None:
    account = account_with("organiser", organisation=host)
    costs = []
    for more in (1, 2, 27):
        for _ in range(more):
            full(host)
        client = signed_in(account)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            answer = client.get(f"/api/v1/{path}")
        costs.append((len(answer.json()["results"]), len(captured)))
    assert [rows for rows, _ in costs] == [1, 3, 30]
    assert len({queries for _, queries in costs}) == 1, costs


@pytest.mark.parametrize("size", [1, 3, 30])
def test_a_conference_costs_the_same_whatever_it_consists_of(
    host: Organisation, django_assert_max_num_queries: Any, size: int
) -> None:
    conference = ConferenceFactory(lead=host, co=[OrganisationFactory() for _ in range(size)])
    for _ in range(size):
        site = SiteFactory(conference=conference)
        item = AgendaItemFactory(conference=conference)
        AgendaRoomFactory(conference=conference, site=site, agenda_item=item)
        DutyFactory(conference=conference, person=PersonFactory(), organisation=OrganisationFactory())
    client = signed_in(account_with("organiser", organisation=host))
    with django_assert_max_num_queries(22):
        assert client.get(f"{URL}/{conference.pk}").status_code == 200


def found(client: APIClient, query: str) -> set[str]:
    answer = client.get(f"{URL}?{query}")
    assert answer.status_code == 200, answer.json()
    return {row["slug"] for row in answer.json()["results"]}


@pytest.fixture
def three(host: Organisation) -> Organisation:
    """Three conferences; returns the partner of `b`."""
    partner = OrganisationFactory()
    ConferenceFactory(
        slug="a",
        lead=host,
        title={"vi": "Hội nghị Đánh giá", "en": "Evaluation"},
        day=dt.date(2021, 1, 14),
        topics=["Chính quyền địa phương"],
        standards=["TCVN ISO 18091:2020", "TCVN ISO 9001:2015"],
        legal_basis=[{"vi": "Quyết định số 19/2014/QĐ-TTg của Thủ tướng Chính phủ"}],
    )
    ConferenceFactory(
        slug="b",
        lead=host,
        co=[partner],
        title={"vi": "Hội thảo"},
        kind="workshop",
        day=dt.date(2021, 3, 1),
        announced=True,
    )
    ConferenceFactory(slug="c", lead=host, title={"vi": "Họp"}, kind="meeting", day=None)
    return partner


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"a", "b", "c"}),
        ("state=draft", {"a", "c"}),
        ("kind=workshop", {"b"}),
        ("day_from=2021-01-14&day_to=2021-01-14", {"a"}),
        ("day_from=2021-01-15", {"b"}),
        ("q=danh gia", {"a"}),
        ("q=ĐÁNH", {"a"}),
        ("q=evaluation", {"a"}),
        ("q=hội", {"a", "b"}),
        ("slug=c", {"c"}),
        ("topic=Chính quyền địa phương", {"a"}),
        ("topic=Chính quyền", set()),
        ("standard=TCVN ISO 9001:2015", {"a"}),
        ("standard=TCVN ISO 9001", set()),
        ("legal_basis=19/2014/qđ-ttg", {"a"}),
        ("q=chinh quyen 18091", {"a"}),
        ("q=%25", set()),
    ],
)
def test_conferences_are_found(organiser: APIClient, query: str, expected: set[str]) -> None:
    assert found(organiser, query) == expected


def test_conferences_are_found_by_organisation_in_any_part(
    organiser: APIClient, host: Organisation, three: Organisation
) -> None:
    assert found(organiser, f"organisation={three.pk}") == {"b"}
    assert found(organiser, f"organisation={host.pk}") == {"a", "b", "c"}


def test_what_comes_before_and_after_is_named_to_whoever_may_know_of_it(host: Organisation, granted: Granted) -> None:
    before = ConferenceFactory(lead=host, announced=True, confidentiality="internal")
    conference = ConferenceFactory(lead=host, announced=True, follows=before)
    known = ConferenceFactory(lead=host, announced=True, follows=conference)
    draft = ConferenceFactory(lead=host, follows=conference)

    reads, stranger = granted("auditor", host), granted()

    own = reads.get(f"{URL}/{conference.pk}").json()
    assert (own["follows"], set(own["followed_by"])) == (str(before.pk), {str(known.pk), str(draft.pk)})
    others = stranger.get(f"{URL}/{conference.pk}").json()
    assert (others["follows"], others["followed_by"]) == (None, [str(known.pk)])
    assert found(reads, f"follows={before.pk}") == {conference.slug}
    assert found(stranger, f"follows={before.pk}") == set()


@pytest.mark.parametrize("query", ["state=gone", "day_from=yesterday", "organisation=1", "colour=red", "cursor=%00x"])
def test_a_wrong_filter_is_refused(organiser: APIClient, query: str) -> None:
    assert 400 <= organiser.get(f"{URL}?{query}").status_code < 500


def test_parts_are_listed_by_conference_in_order(organiser: APIClient, host: Organisation) -> None:
    conference = ConferenceFactory(lead=host)
    AgendaItemFactory()
    for order in (3, 1, 2):
        AgendaItemFactory(conference=conference, order=order)
    rows = organiser.get(f"/api/v1/agenda-items?conference={conference.pk}").json()["results"]
    assert [row["order"] for row in rows] == [1, 2, 3]


def test_the_list_pages_through_everything_once(organiser: APIClient, host: Organisation) -> None:
    for _ in range(5):
        ConferenceFactory(lead=host)
    seen: list[str] = []
    path: str | None = f"{URL}?page_size=2"
    while path:
        page = organiser.get(path).json()
        seen += [row["id"] for row in page["results"]]
        path = page["next"]
    assert len(seen) == len(set(seen)) == 5


def test_a_bad_id_is_not_found(granted: Callable[..., APIClient]) -> None:
    for path in ("conferences/x", "sites/x", "speeches/00000000-0000-0000-0000-000000000000"):
        assert granted("administrator").get(f"/api/v1/{path}").status_code == 404
