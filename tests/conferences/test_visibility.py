"""Who sees which conference, and who may write it."""

from collections.abc import Callable, Iterator

import pytest
from django.db.models import Q
from rest_framework.test import APIClient

from backend.conferences import queries
from backend.conferences.models import Conference
from backend.people.models import Account, Organisation
from tests.factories.conferences import ConferenceFactory, DutyFactory, SiteFactory
from tests.factories.people import OrganisationFactory, PersonFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/conferences"
Granted = Callable[..., APIClient]


def sees(client: APIClient, conference: Conference) -> bool:
    """Asks by id, in the list, and through a part of it: the three must agree."""
    by_id = client.get(f"{URL}/{conference.pk}").status_code
    listed = str(conference.pk) in {row["id"] for row in client.get(URL).json()["results"]}
    through = bool(client.get(f"/api/v1/sites?conference={conference.pk}").json()["results"])
    assert by_id in (200, 404)
    assert listed is through is (by_id == 200)
    return listed


def held(host: Organisation, **fields: object) -> Conference:
    conference: Conference = ConferenceFactory(lead=host, **fields)
    SiteFactory(conference=conference)
    return conference


@pytest.mark.parametrize("role", ["organiser", "secretary", "editor", "approver", "auditor"])
def test_drafts_are_for_the_lead_organisation_and_those_above_it(granted: Granted, role: str) -> None:
    above = OrganisationFactory()
    host = OrganisationFactory(parent=above)
    partner = OrganisationFactory()
    draft = held(host, co=[partner])
    assert sees(granted(role, host), draft)
    assert sees(granted(role, above), draft)
    assert sees(granted(role), draft)
    assert not sees(granted(role, partner), draft)
    assert not sees(granted(), draft)


@pytest.mark.parametrize("state", ["announced", "running", "closed", "archived", "postponed", "cancelled"])
def test_a_public_conference_is_known_to_everybody_once_announced(
    granted: Granted, host: Organisation, state: str
) -> None:
    assert sees(granted(), held(host, state=state))


def test_a_draft_cancelled_before_anybody_knew_of_it_stays_unknown(granted: Granted, host: Organisation) -> None:
    cancelled = held(host, state="cancelled", announced_at=None)
    assert not sees(granted(), cancelled)
    assert sees(granted("organiser", host), cancelled)


@pytest.mark.parametrize(("confidentiality", "partners_read"), [("internal", True), ("restricted", False)])
def test_a_closed_circle_is_its_organisers_or_its_lead_alone_and_those_on_duty(
    granted: Granted, host: Organisation, confidentiality: str, partners_read: bool
) -> None:
    partner, person, colleague = OrganisationFactory(), PersonFactory(), PersonFactory()
    conference = held(host, co=[partner], announced=True, confidentiality=confidentiality)
    DutyFactory(conference=conference, kind="guest", person=person)
    DutyFactory(conference=conference, kind="chair", person=person)
    DutyFactory(conference=conference, kind="guest", person=colleague)
    assert sees(granted("auditor", host), conference)
    assert sees(granted("auditor", partner), conference) is partners_read
    assert sees(granted("auditor", partner, person=colleague), conference)
    assert sees(granted(person=person), conference)
    assert not sees(granted("organiser", OrganisationFactory()), conference)
    assert not sees(granted(person=PersonFactory()), conference)


@pytest.fixture
def floors_above() -> Iterator[None]:
    """The reasons registered by floors above, put back after the test."""
    kept = list(queries.VISIBILITY)
    yield
    queries.VISIBILITY[:] = kept


@pytest.mark.usefixtures("floors_above")
def test_a_floor_above_opens_conferences_but_never_drafts(granted: Granted, host: Organisation) -> None:
    invited = held(host, announced=True, confidentiality="restricted")
    draft = held(host)
    other = held(host, announced=True, confidentiality="restricted")

    @queries.also_visible
    def invitees(account: Account) -> Q:
        return Q(pk__in=[invited.pk, draft.pk])

    queries.also_visible(invitees)
    assert queries.VISIBILITY.count(invitees) == 1
    client = granted()
    assert [sees(client, conference) for conference in (invited, draft, other)] == [True, False, False]


def test_nobody_sees_anything_unsigned(host: Organisation) -> None:
    conference = held(host, announced=True)
    for path in (URL, f"{URL}/{conference.pk}", "/api/v1/sites", "/api/v1/venues", "/api/v1/speeches"):
        assert APIClient().get(path).status_code in (401, 403)


# Writing


@pytest.mark.parametrize(
    ("role", "status"),
    [("organiser", 201), ("secretary", 201), ("editor", 403), ("approver", 403), ("auditor", 403), (None, 403)],
)
def test_organisers_and_secretaries_of_the_lead_write(
    granted: Granted, host: Organisation, role: str | None, status: int
) -> None:
    client = granted(role, host)
    draft = {"kind": "meeting", "title": {"vi": "Họp"}, "lead": str(host.pk)}
    assert client.post(URL, draft).status_code == status
    conference = held(host, announced=True)
    item = {"conference": str(conference.pk), "phase": "vote", "title": {"vi": "Biểu quyết"}}
    assert client.post("/api/v1/agenda-items", item).status_code == status
    edit = client.patch(f"{URL}/{conference.pk}", {"note": {"vi": "x"}}, headers={"If-Match": "*"})
    assert edit.status_code == (200 if status == 201 else 403)


def test_a_partner_reads_but_does_not_write(granted: Granted, host: Organisation) -> None:
    partner = OrganisationFactory()
    conference = held(host, co=[partner], announced=True)
    client = granted("organiser", partner)
    assert client.patch(f"{URL}/{conference.pk}", {"note": {"vi": "x"}}, headers={"If-Match": "*"}).status_code == 403
    assert client.post(f"{URL}/{conference.pk}/start", {}).status_code == 403
    assert client.post(URL, {"kind": "meeting", "title": {"vi": "Họp"}, "lead": str(host.pk)}).status_code == 403


def test_parts_of_an_unseen_conference_are_not_found(granted: Granted, host: Organisation) -> None:
    client = granted("organiser", OrganisationFactory())
    item = {"conference": str(held(host).pk), "phase": "vote", "title": {"vi": "Biểu quyết"}}
    assert client.post("/api/v1/agenda-items", item).status_code == 404


def test_a_conference_nobody_may_see_cannot_be_followed(granted: Granted, host: Organisation) -> None:
    elsewhere = OrganisationFactory()
    body = {"kind": "meeting", "title": {"vi": "Họp"}, "lead": str(elsewhere.pk), "follows": str(held(host).pk)}
    assert granted("organiser", elsewhere).post(URL, body).status_code == 400


def test_the_secretary_on_duty_records_speeches_only(granted: Granted, host: Organisation) -> None:
    conference, person = held(host, state="running"), PersonFactory()
    DutyFactory(conference=conference, kind="secretary", person=person)
    client = granted(person=person)
    speech = {"conference": str(conference.pk), "kind": "remark", "speaker": {"vi": "Khối Đo lường"}}
    assert client.post("/api/v1/speeches", speech).status_code == 201
    duty = {"conference": str(conference.pk), "kind": "chair", "person": str(person.pk)}
    assert client.post("/api/v1/duties", duty).status_code == 403


def test_venues_of_an_organisation_are_its_own_to_edit(granted: Granted, host: Organisation) -> None:
    own = {"name": {"vi": "Hội trường"}, "organisation": str(host.pk)}
    made = granted("organiser", host).post("/api/v1/venues", own)
    assert made.status_code == 201
    stranger = granted("organiser", OrganisationFactory())
    assert stranger.post("/api/v1/venues", own).status_code == 403
    path = f"/api/v1/venues/{made.json()['id']}"
    assert stranger.patch(path, {"hired": True}, headers={"If-Match": "*"}).status_code == 403
    hired = stranger.post("/api/v1/venues", {"name": {"vi": "Khách sạn"}, "hired": True})
    assert hired.status_code == 201
    assert granted().post("/api/v1/venues", {"name": {"vi": "Khách sạn"}}).status_code == 403
