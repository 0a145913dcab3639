"""Lists: filters and search."""

import datetime as dt
from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from backend.conferences import services
from backend.people.models import Organisation
from tests.factories.conferences import (
    AgendaItemFactory,
    ConferenceFactory,
)
from tests.factories.people import OrganisationFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/conferences"
Granted = Callable[..., APIClient]


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


def test_what_is_prepared_of_a_postponed_conference_finds_it_only_for_its_organisers(
    organiser: APIClient, granted: Granted, host: Organisation
) -> None:
    conference = ConferenceFactory(lead=host, slug="x", title={"vi": "Tổng kết"}, exact=True)
    services.announce(conference_id=conference.pk)
    services.postpone(conference_id=conference.pk, reason={"vi": "Bão"})
    known, prepared = {"q=tong+ket", "day_from=2021-01-14&day_to=2021-01-14"}, {"q=bi+mat", "day_from=2021-02-01"}
    later = {name: getattr(conference, name) + dt.timedelta(days=30) for name in ("starts_at", "ends_at")}
    services.edit(conference_id=conference.pk, fields={"title": {"vi": "Bí mật"}, **later})
    for client, finds, not_for in ((granted(), known, prepared), (organiser, prepared, known)):
        assert [query for query in finds if found(client, query) != {"x"}] == []
        assert [query for query in not_for if found(client, query)] == []


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
