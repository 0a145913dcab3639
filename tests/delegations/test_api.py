"""Delegations over HTTP, as organisers give places, ask, remind, give more time and take back what is unused."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from backend.conferences.models import Conference
from backend.core.clock import now
from backend.delegations import links, services
from backend.delegations.models import Delegation
from backend.invitations import links as reply_links
from backend.invitations import wording
from backend.invitations.models import InvitationList
from backend.mail.models import OutgoingMail
from backend.outbox.models import Event
from backend.people.models import Account
from tests import lift
from tests.delegations.test_deadlines import texts
from tests.delegations.test_places import somebody
from tests.factories.conferences import ConferenceFactory, SiteFactory
from tests.factories.delegations import TOLD, DelegationFactory
from tests.factories.invitations import InvitationFactory
from tests.factories.people import OrganisationFactory, account_with

pytestmark = pytest.mark.django_db
API = "/api/v1/delegations"


@pytest.fixture
def conference() -> Conference:
    made: Conference = ConferenceFactory(announced=True, day=TOLD.date(), starts_at=TOLD)
    return made


@pytest.fixture
def client(conference: Conference) -> APIClient:
    lead = conference.organisers.get().organisation
    return client_of(account_with("organiser", organisation=lead))


def client_of(account: Account) -> APIClient:
    made = APIClient()
    made.force_authenticate(Account.objects.get(pk=account.pk))
    return made


def body(conference: Conference, /, **fields: Any) -> dict[str, Any]:
    return {
        "conference": str(conference.pk),
        "organisation": str(OrganisationFactory().pk),
        "quota": 2,
        "due_at": (now() + dt.timedelta(days=9)).isoformat(),
        "focal_name": "Lê Thị Đầu Mối",
        "focal_email": "daumoi@xa.example",
        **fields,
    }


def test_a_unit_gets_places_and_a_list_of_its_own(client: APIClient, conference: Conference) -> None:
    unit = OrganisationFactory(name={"vi": "Phường Hoà Khánh", "en": "Hoa Khanh Ward"})
    answer = client.post(API, body(conference, organisation=str(unit.pk)), format="json")

    assert answer.status_code == 201, answer.json()
    shown = answer.json()
    assert (shown["quota"], shown["named"], shown["returned"], shown["left"]) == (2, 0, 0, 2)
    assert (shown["state"], shown["moves"], shown["category"]) == ("draft", ["ask"], "delegate")
    made = InvitationList.objects.get(pk=shown["list"])
    assert made.title == {"vi": "Đại biểu do Phường Hoà Khánh cử", "en": "Delegates named by Hoa Khanh Ward"}
    assert not Event.objects.filter(name="delegation.asked").exists()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"quota": 0}, "quota"),
        ({"quota": 1001}, "quota"),
        ({"organisation": "00000000-0000-7000-8000-000000000000"}, "organisation"),
        ({"site": "00000000-0000-7000-8000-000000000000"}, "site"),
        ({"conference": "00000000-0000-7000-8000-000000000000"}, "conference"),
        ({"due_at": "2020-01-01T00:00:00+07:00"}, "due_at"),
        ({"due_at": "2031-02-01T00:00:00+07:00"}, "due_at"),
        ({"due_at": "2031-01-01T00:00:00"}, "due_at"),
        ({"focal_email": "a@b.example\nBcc: c@d.example"}, "focal_email"),
        ({"focal_name": "An <b@c.example>"}, "focal_name"),
        ({"focal_language": "fr"}, "focal_language"),
    ],
)
def test_wrong_fields_are_named(client: APIClient, conference: Conference, fields: dict[str, Any], wrong: str) -> None:
    answer = client.post(API, body(conference, **fields), format="json")

    assert answer.status_code == 400
    assert wrong in str(answer.json()["errors"])
    assert not Delegation.objects.exists()
    assert not InvitationList.objects.exists()


def test_a_site_of_the_conference_and_the_same_unit_twice(client: APIClient, conference: Conference) -> None:
    site = SiteFactory(conference=conference)
    first = body(conference, site=str(site.pk))
    assert client.post(API, first, format="json").status_code == 201
    again = client.post(API, first, format="json")
    assert (again.status_code, again.json()["detail"]) == (
        409,
        "Đơn vị này đã có chỉ tiêu cho địa điểm và thành phần này.",
    )
    assert client.post(API, {**first, "site": None}, format="json").status_code == 201
    assert InvitationList.objects.count() == 2


def test_it_lives_from_draft_to_closed_and_may_be_opened_again(client: APIClient, conference: Conference) -> None:
    row = DelegationFactory(conference=conference)
    address = f"{API}/{row.pk}"

    assert client.post(f"{address}/remind").status_code == 409
    asked = client.post(f"{address}/ask").json()
    assert (asked["state"], asked["moves"]) == ("asked", ["bring_forward", "close", "extend", "remind", "submit"])
    assert client.post(f"{address}/ask").status_code == 409
    assert client.post(f"{address}/remind").status_code == 200
    services.name_delegate(delegation_id=row.pk, link_round=1, named=somebody("A"))
    closed = client.post(f"{address}/close").json()
    assert (closed["state"], closed["named"], closed["returned"], closed["left"]) == ("closed", 1, 2, 0)
    assert Event.objects.get(name="delegation.closed").payload["returned"] == 2
    later = (now() + dt.timedelta(days=20)).isoformat()
    assert client.post(f"{address}/extend", {"due_at": later}, format="json").status_code == 409
    opened = client.post(f"{address}/reopen", {"due_at": later}, format="json").json()
    assert (opened["state"], opened["returned"], opened["left"]) == ("asked", 0, 2)
    assert client.post(f"{address}/extend", {"due_at": later}, format="json").status_code == 400
    assert [
        name for name in Event.objects.order_by("id").values_list("name", flat=True) if name.startswith("delegation.")
    ] == [
        "delegation.asked",
        "delegation.reminded",
        "delegation.closed",
        "delegation.extended",
    ]


def test_quota_and_focal_point_are_corrected_with_the_version_that_was_read(
    client: APIClient, conference: Conference
) -> None:
    row = DelegationFactory(conference=conference, asked=True, quota=2)
    services.name_delegate(delegation_id=row.pk, link_round=1, named=somebody("A"))
    address = f"{API}/{row.pk}"

    assert client.patch(address, {"quota": 5}, format="json").status_code == 428
    assert client.patch(address, {"quota": 5}, format="json", headers={"If-Match": '"99"'}).status_code == 412
    etag = client.get(address)["ETag"]
    changed = client.patch(address, {"quota": 5}, format="json", headers={"If-Match": etag})
    assert (changed.status_code, changed.json()["left"]) == (200, 4)
    services.name_delegate(delegation_id=row.pk, link_round=1, named=somebody("B"))
    fewer = client.patch(address, {"quota": 1}, format="json", headers={"If-Match": "*"})
    assert (fewer.status_code, fewer.json()["named"]) == (409, 2)
    due = {"due_at": (now() + dt.timedelta(days=30)).isoformat()}
    assert client.patch(address, due, format="json", headers={"If-Match": "*"}).status_code == 400
    assert not Event.objects.filter(name="delegation.asked").exists()
    client.patch(address, {"focal_email": "moi@xa.example"}, format="json", headers={"If-Match": "*"})
    assert Event.objects.get(name="delegation.asked").payload["link_round"] == 2


def test_places_nobody_was_asked_to_fill_are_taken_back(client: APIClient, conference: Conference) -> None:
    draft, asked = DelegationFactory(conference=conference), DelegationFactory(conference=conference, asked=True)

    assert client.delete(f"{API}/{draft.pk}", headers={"If-Match": "*"}).status_code == 204
    assert client.delete(f"{API}/{asked.pk}", headers={"If-Match": "*"}).status_code == 409
    assert list(InvitationList.objects.all()) == [asked.list]


def test_figures_filters_and_search(client: APIClient, conference: Conference) -> None:
    names = ("Phường Hải Châu", "Xã Hoà Vang", "Phường Sơn Trà")
    first, second, third = (
        DelegationFactory(conference=conference, asked=True, organisation=OrganisationFactory(name={"vi": name}))
        for name in names
    )
    DelegationFactory()
    services.name_delegate(delegation_id=first.pk, link_round=1, named=somebody("A"))
    services.name_delegate(delegation_id=second.pk, link_round=1, named=somebody("B"))
    services.close(delegation_id=second.pk)

    def found(query: str) -> set[str]:
        return {row["id"] for row in client.get(f"{API}?{query}").json()["results"]}

    assert found("") == {str(row.pk) for row in (first, second, third)}
    assert found("q=hai chau") == {str(first.pk)}
    assert found("silent=true") == {str(third.pk)}
    assert found("silent=false") == {str(first.pk), str(second.pk)}
    assert found("state=closed&state=draft") == {str(second.pk)}
    assert client.get(f"{API}?colour=red").status_code == 400
    assert client.get(f"{API}/overview?conference={conference.pk}").json() == {
        "units": 3,
        "by_state": {"draft": 0, "asked": 2, "submitted": 0, "closed": 1},
        "silent": 1,
        "quota": 9,
        "named": 2,
        "returned": 2,
        "left": 5,
    }
    assert client.get(f"{API}/overview").status_code == 400


def test_units_are_asked_for_a_conference_that_invites(client: APIClient) -> None:
    lead = Account.objects.get().grants.get().organisation
    draft = ConferenceFactory(lead=lead, day=TOLD.date(), starts_at=TOLD)
    made = client.post(API, body(draft), format="json")
    assert made.status_code == 201
    assert client.post(f"{API}/{made.json()['id']}/ask").status_code == 409
    over = ConferenceFactory(lead=lead, state="closed")
    assert client.post(API, body(over), format="json").status_code == 409


def test_deadlines_a_move_leaves_behind_the_start_end_with_it_and_the_organisers_are_told(
    client: APIClient, conference: Conference
) -> None:
    far = (now() + dt.timedelta(days=9)).isoformat()
    unit = client.post(API, body(conference, due_at=far), format="json").json()
    assert client.post(f"{API}/{unit['id']}/ask").status_code == 200
    guests = {"conference": str(conference.pk), "title": {"vi": "Khách mời"}, "category": "guest", "reply_by": far}
    late = client.post("/api/v1/invitation-lists", {**guests, "reply_by": "2031-02-14T06:30:00Z"}, format="json")
    assert (late.status_code, late.json()["errors"][0]["field"]) == (400, "reply_by")
    made = client.post("/api/v1/invitation-lists", guests, format="json").json()
    invitee = InvitationFactory(list=InvitationList.objects.get(pk=made["id"]), sent=True)
    warned = f"/api/v1/conferences/{conference.pk}/agenda/warnings"
    assert client.get(warned).json()["deadlines"] == []

    start = now().replace(second=0, microsecond=0) + dt.timedelta(days=3)
    moved = {"starts_at": start.isoformat(), "ends_at": None}
    answer = client.patch(f"/api/v1/conferences/{conference.pk}", moved, format="json", headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.json()

    deadlines = client.get(warned).json()["deadlines"]
    assert {(each["kind"], each["id"]) for each in deadlines} == {
        ("delegation", unit["id"]),
        ("invitation-list", made["id"]),
    }
    assert "giờ khai mạc được lấy làm hạn" in deadlines[0]["said"]["vi"]
    outside = client_of(account_with("organiser", organisation=OrganisationFactory()))
    assert outside.get(warned).json()["deadlines"] == []
    shown = client.get(f"{API}/{unit['id']}").json()
    assert [dt.datetime.fromisoformat(shown[name]) for name in ("due_at", "deadline")] == [
        dt.datetime.fromisoformat(far),
        start,
    ]
    said = wording.until(start, conference.time_zone, "vi")
    for link in (links.address(UUID(unit["id"]), 1), reply_links.address(invitee.pk, invitee.link_round)):
        assert said in APIClient().get(link[link.index("/", 8) :]).content.decode()
    listed = f"/api/v1/invitation-lists/{made['id']}"
    assert dt.datetime.fromisoformat(client.get(listed).json()["deadline"]) == start
    after = {"reply_by": (start + dt.timedelta(minutes=1)).isoformat()}
    assert client.patch(listed, after, format="json", headers={"If-Match": "*"}).status_code == 400


def test_a_deadline_is_brought_forward_and_the_focal_point_told_each_time(
    client: APIClient, conference: Conference
) -> None:
    row = DelegationFactory(conference=conference, asked=True)
    first, sooner = row.due_at, row.due_at - dt.timedelta(days=5)

    def set_to(verb: str, due_at: dt.datetime) -> int:
        answer = client.post(f"{API}/{row.pk}/{verb}", {"due_at": due_at.isoformat()}, format="json")
        lift.run()
        status: int = answer.status_code
        return status

    assert set_to("bring_forward", first) == 400
    assert set_to("bring_forward", now() - dt.timedelta(minutes=1)) == 400
    assert set_to("bring_forward", sooner) == 200
    assert set_to("extend", first) == 200
    assert set_to("bring_forward", sooner) == 200
    told = OutgoingMail.objects.order_by("id").values_list("purpose", flat=True)
    assert list(told) == ["delegation_brought_forward", "delegation_extended", "delegation_brought_forward"]
    last = OutgoingMail.objects.order_by("id").last()
    assert last is not None
    for form in texts(last):
        assert f"sớm hơn thời hạn đã báo: {wording.until(sooner, conference.time_zone, 'vi')}." in form
