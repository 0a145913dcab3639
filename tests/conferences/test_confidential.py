"""Who sees what inside a conference: items closed more strictly than the conference, and what belongs to them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from rest_framework.test import APIClient

from backend.conferences import queries
from backend.conferences.models import AgendaItem, Conference, Speaker
from backend.conferences.programme import Entry, Programme, Voice
from backend.people.models import Account, Organisation, Person
from tests.conferences.conftest import signed_in as client_of
from tests.factories.conferences import AgendaItemFactory, ConferenceFactory, DutyFactory, SpeechFactory
from tests.factories.people import AccountFactory, OrganisationFactory, PersonFactory, account_with

pytestmark = pytest.mark.django_db
EVERYBODY = AnonymousUser()


@pytest.fixture
def host() -> Organisation:
    made: Organisation = OrganisationFactory()
    return made


@pytest.fixture
def partner() -> Organisation:
    made: Organisation = OrganisationFactory()
    return made


@pytest.fixture
def conference(host: Organisation, partner: Organisation) -> Conference:
    made: Conference = ConferenceFactory(lead=host, co=[partner], announced=True)
    return made


Item = Callable[..., AgendaItem]


@pytest.fixture
def item(conference: Conference) -> Item:
    def make(level: str = "", **fields: Any) -> AgendaItem:
        made: AgendaItem = AgendaItemFactory(conference=conference, confidentiality=level, **fields)
        return made

    return make


def signed_in(person: Person | None = None) -> Account:
    """The person's account, or somebody else's."""
    known = Account.objects.filter(person=person).first() if person else None
    made: Account = known or AccountFactory(person=person or PersonFactory())
    return made


def speaks(person: Person, item: AgendaItem, **fields: Any) -> Speaker:
    return Speaker.objects.create(
        conference=item.conference, agenda_item=item, person=person, order=fields.pop("order", 1), **fields
    )


def seen(account: Any) -> set[Any]:
    return set(queries.items_visible_to(account).values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("own", "conferences", "expected"),
    [
        ("", "public", "public"),
        ("", "restricted", "restricted"),
        ("public", "internal", "internal"),
        ("restricted", "internal", "restricted"),
        ("internal", "public", "internal"),
    ],
)
def test_the_stricter_level_counts(own: str, conferences: str, expected: str) -> None:
    assert queries.effective(own, conferences) == expected
    assert queries.looser(own, conferences) is (own == "public" and conferences == "internal")


def test_who_reads_which_item(conference: Conference, item: Item, host: Organisation, partner: Organisation) -> None:
    public, internal, restricted = item(), item("internal"), item("restricted")
    chair, guest, speaker, panellist, recorded = PersonFactory.create_batch(5)
    DutyFactory(conference=conference, kind="chair", person=chair)
    DutyFactory(conference=conference, kind="guest", person=guest)
    DutyFactory(conference=conference, kind="panel", person=panellist, agenda_item=restricted)
    speaks(speaker, restricted)
    SpeechFactory(conference=conference, agenda_item=restricted, person=recorded)

    open_only, inside, all_of_it = {public.pk}, {public.pk, internal.pk}, {public.pk, internal.pk, restricted.pk}
    assert seen(EVERYBODY) == open_only
    assert seen(signed_in()) == open_only
    assert seen(account_with("organiser", organisation=OrganisationFactory())) == open_only
    assert seen(account_with("auditor", organisation=partner)) == inside
    assert seen(signed_in(guest)) == inside
    for person in (chair, speaker, panellist):
        assert seen(signed_in(person)) == all_of_it
    assert seen(signed_in(recorded)) == {public.pk, restricted.pk}
    for role in queries.READERS:
        assert seen(account_with(role, organisation=host)) == all_of_it
        assert seen(account_with(role)) == all_of_it


def test_a_chair_of_one_item_is_not_one_of_all(conference: Conference, item: Item) -> None:
    own, other, person = item("restricted"), item("restricted"), PersonFactory()
    DutyFactory(conference=conference, kind="panel", person=person, agenda_item=own)
    assert seen(signed_in(person)) == {own.pk}
    assert other.pk not in seen(signed_in(person))


def test_what_a_closed_session_holds_is_as_closed_to_any_depth(item: Item) -> None:
    session = item("restricted", kind="session")
    inner = item(parent=session, kind="session")
    point, beside = item("public", parent=inner), item(parent=inner)
    speaker, leader = PersonFactory.create_batch(2)
    speaks(speaker, point)
    DutyFactory(conference=session.conference, kind="panel", person=leader, agenda_item=session)

    assert seen(EVERYBODY) == set()
    assert seen(signed_in(speaker)) == {point.pk}
    assert seen(signed_in(leader)) == {session.pk, inner.pk, point.pk, beside.pk}


def test_in_a_restricted_conference_an_item_is_as_closed_as_the_conference(host: Organisation) -> None:
    conference = ConferenceFactory(lead=host, announced=True, confidentiality="restricted")
    plain = AgendaItemFactory(conference=conference)
    closed = AgendaItemFactory(conference=conference, confidentiality="restricted")
    guest = PersonFactory()
    DutyFactory(conference=conference, kind="guest", person=guest)

    assert seen(signed_in(guest)) == {plain.pk}
    assert seen(account_with("secretary", organisation=host)) == {plain.pk, closed.pk}
    assert seen(signed_in()) == set()


def test_a_restricted_conference_is_not_the_partners_matter(host: Organisation, partner: Organisation) -> None:
    internal, restricted = (
        ConferenceFactory(lead=host, co=[partner], announced=True, confidentiality=level)
        for level in ("internal", "restricted")
    )
    reader = account_with("organiser", organisation=partner)
    assert set(queries.visible_to(reader)) == {internal}

    reader.person = PersonFactory()
    reader.save()
    DutyFactory(conference=restricted, kind="guest", person=reader.person)
    assert set(queries.visible_to(reader)) == {internal, restricted}


@pytest.mark.parametrize("level", ["public", "internal", "restricted"])
def test_a_planned_speaker_sees_the_conference_once_it_is_announced(host: Organisation, level: str) -> None:
    announced = ConferenceFactory(lead=host, announced=True, confidentiality=level)
    draft = ConferenceFactory(lead=host, confidentiality=level)
    person = PersonFactory()
    for conference in (announced, draft):
        speaks(person, AgendaItemFactory(conference=conference))
    assert set(queries.visible_to(signed_in(person))) == {announced}


def test_somebody_is_acted_for_without_any_role(conference: Conference, item: Item, host: Organisation) -> None:
    public, restricted, person = item(), item("restricted"), PersonFactory()
    account_with("administrator", organisation=host)
    assert seen(queries.acting_for(person.pk)) == {public.pk}
    speaks(person, restricted)
    assert seen(queries.acting_for(person.pk)) == {public.pk, restricted.pk}


# Programmes


def entry(item: AgendaItem, **fields: Any) -> Entry:
    level = queries.effective(item.confidentiality, item.conference.confidentiality)
    said: dict[str, Any] = {
        "id": item.pk,
        "parent": item.parent_id,
        "kind": item.kind,
        "phase": item.phase,
        "phase_name": {},
        "title": item.title,
        "reason": {},
        "confidentiality": level,
        "own_confidentiality": item.confidentiality,
    }
    return Entry(**said | fields)


def programme(*entries: Entry, conference: Conference) -> Programme:
    return Programme(conference=conference.pk, title={"vi": "Họp"}, time_zone="Asia/Ho_Chi_Minh", entries=entries)


def test_a_programme_is_cut_as_the_items_are(conference: Conference, item: Item, host: Organisation) -> None:
    session = item("restricted", kind="session")
    rows = [item(), item("internal"), session, item(parent=session), item(parent=session)]
    speaker = PersonFactory()
    speaks(speaker, rows[4])
    whole = programme(*map(entry, rows), conference=conference)

    for account in (EVERYBODY, signed_in(), signed_in(speaker), account_with("editor", organisation=host)):
        cut = queries.cut_for(whole, account, conference)
        assert {kept.id for kept in cut.entries} == seen(account)
    (own,) = (kept for kept in queries.cut_for(whole, signed_in(speaker), conference).entries if kept.id == rows[4].pk)
    assert own.parent is None


def test_a_session_stays_when_what_it_holds_is_gone(conference: Conference, item: Item) -> None:
    session = item(kind="session")
    inside = item("restricted", parent=session)
    cut = queries.cut_for(programme(entry(session), entry(inside), conference=conference), EVERYBODY, conference)
    assert [kept.id for kept in cut.entries] == [session.pk]


def test_a_release_is_cut_by_what_was_said_then_and_by_what_is_said_today(conference: Conference, item: Item) -> None:
    opened, closed, removed, person = item(), item("internal"), item("restricted"), PersonFactory()
    released = programme(
        entry(opened, confidentiality="restricted", own_confidentiality="restricted"),
        entry(closed, confidentiality="public", own_confidentiality=""),
        entry(removed, speakers=(Voice(id=removed.pk, person=person.pk, office={}, bloc={}),)),
        conference=conference,
    )
    gone = removed.pk
    removed.delete()

    assert queries.cut_for(released, EVERYBODY, conference).entries == ()
    assert [kept.id for kept in queries.cut_for(released, signed_in(person), conference).entries] == [gone]


def test_to_everybody_only_public_conferences_show_a_programme(host: Organisation) -> None:
    conference = ConferenceFactory(lead=host, announced=True, confidentiality="internal")
    whole = programme(entry(AgendaItemFactory(conference=conference)), conference=conference)
    assert queries.cut_for(whole, EVERYBODY, conference).entries == ()
    assert queries.cut_for(whole, account_with("editor", organisation=host), conference) == whole


# Over HTTP

AGENDA, CONFERENCES = "/api/v1/agenda-items", "/api/v1/conferences"


def organiser_of(organisation: Organisation) -> APIClient:
    return client_of(account_with("organiser", organisation=organisation))


def test_an_item_is_never_looser_than_its_conference(host: Organisation) -> None:
    conference = ConferenceFactory(lead=host, announced=True, confidentiality="internal")
    client = organiser_of(host)
    body = {"conference": str(conference.pk), "phase": "report", "title": {"vi": "Công tác cán bộ"}}

    refused = client.post(AGENDA, {**body, "confidentiality": "public"}, headers={"Accept-Language": "en"})
    made = client.post(AGENDA, {**body, "confidentiality": "restricted"})

    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == "confidentiality"
    assert made.status_code == 201, made.json()
    path = f"{AGENDA}/{made.json()['id']}"
    wider = client.patch(path, {"confidentiality": "public"}, headers={"If-Match": "*"})
    assert wider.status_code == 400
    own = client.patch(path, {"confidentiality": ""}, headers={"If-Match": "*"})
    assert (own.status_code, own.json()["confidentiality"]) == (200, "")


def test_when_a_conference_is_closed_its_items_are_and_may_be_edited(conference: Conference, item: Item) -> None:
    public = item("public")
    client = organiser_of(conference.organisers.get(role="lead").organisation)
    patch = client.patch(f"{CONFERENCES}/{conference.pk}", {"confidentiality": "internal"}, headers={"If-Match": "*"})
    assert patch.status_code == 200, patch.json()
    assert public.pk not in seen(signed_in())
    edited = client.patch(f"{AGENDA}/{public.pk}", {"title": {"vi": "Khác"}}, headers={"If-Match": "*"})
    assert edited.status_code == 200, edited.json()


@pytest.mark.parametrize("whose", ["host", "partner", "elsewhere"])
def test_what_is_copied_is_what_may_be_known(
    conference: Conference, item: Item, host: Organisation, partner: Organisation, whose: str
) -> None:
    titles = {"": "Tổng kết", "internal": "Tài chính", "restricted": "Nhân sự"}
    for level, title in titles.items():
        DutyFactory(conference=conference, kind="panel", agenda_item=item(level, title={"vi": title}))
    copier = {"host": host, "partner": partner, "elsewhere": OrganisationFactory()}[whose]
    client, own = organiser_of(copier), {"organisation": str(copier.pk)}
    levels = {"host": list(titles), "partner": ["", "internal"], "elsewhere": [""]}[whose]

    parts = {"parts": ["agenda", "duties"], "lead": str(copier.pk)}
    clone = client.post(f"{CONFERENCES}/{conference.pk}/clone", parts).json()
    template = {"conference": str(conference.pk), "parts": ["agenda"], **own}
    made = client.post("/api/v1/conference-templates", template).json()

    for copy in (clone, made):
        assert [(row["title"]["vi"], row["confidentiality"]) for row in copy["agenda"]] == [
            (titles[level], level) for level in levels
        ]
    assert len(clone["duties"]) == len(levels)


def test_the_closed_items_of_a_public_template_are_its_organisations_own(host: Organisation) -> None:
    agenda = [
        {"phase": "report", "title": {"vi": title}, "confidentiality": level}
        for level, title in (("", "Tổng kết"), ("internal", "Tài chính"), ("restricted", "Nhân sự"))
    ]
    deputy = PersonFactory()
    body = {
        "title": {"vi": "Giao ban"},
        "organisation": str(host.pk),
        "standards": ["TCVN ISO 9001:2015"],
        "agenda": agenda,
        "duties": [{"kind": "guest", "person": str(deputy.pk)}, {"kind": "guest", "office": {"vi": "Vụ trưởng"}}],
    }
    made = organiser_of(host).post("/api/v1/conference-templates", body)
    assert made.status_code == 201, made.json()
    path = f"/api/v1/conference-templates/{made.json()['id']}"
    elsewhere = OrganisationFactory()
    stranger = organiser_of(elsewhere)  # a person on no record: no more than an office without a name

    for client, expected in ((organiser_of(host), 3), (client_of(signed_in(deputy)), 2), (stranger, 1)):
        assert len(client.get(path).json()["agenda"]) == expected
    drafted = stranger.post(f"{path}/draft", {"lead": str(elsewhere.pk)}).json()
    assert [row["title"]["vi"] for row in drafted["agenda"]] == ["Tổng kết"]
    assert drafted["standards"] == ["TCVN ISO 9001:2015"]


@pytest.mark.parametrize("closed", [0, 100])
def test_what_one_conference_shows_is_found_without_reading_the_items_of_all(
    conference: Conference, item: Item, host: Organisation, closed: int
) -> None:
    mine = [item(), item("internal")]
    elsewhere = ConferenceFactory(announced=True)
    AgendaItem.objects.bulk_create(
        AgendaItem(
            conference=elsewhere,
            order=order,
            phase="report",
            title={"vi": "Báo cáo"},
            confidentiality="restricted" if order <= closed else "",
        )
        for order in range(1, 3001)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE conferences_agendaitem")
    organiser = account_with("organiser", organisation=host)
    for account, known in ((AnonymousUser(), mine[:1]), (signed_in(), mine[:1]), (organiser, mine)):
        rows = queries.with_items_visible_to(AgendaItem.objects.filter(conference=conference), account)
        assert set(rows) == set(known)
        assert "Seq Scan on conferences_agendaitem" not in rows.explain()
