"""What is asked for nobody, for another conference's site, or at the wrong moment is refused by field, and changes nothing."""

import uuid
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.core.clock import now
from backend.registration.models import Presence, Registration, Scan, SeatLimit
from tests.factories.conferences import ConferenceFactory, SiteFactory
from tests.factories.people import OrganisationFactory, PersonFactory, account_with
from tests.factories.registration import RegistrationFactory

pytestmark = pytest.mark.django_db
NOBODY = str(uuid.UUID(int=7))


@pytest.fixture
def conference() -> Any:
    return ConferenceFactory(announced=True, exact=True, capacity=1, lead=OrganisationFactory())


@pytest.fixture
def organiser(conference: Any) -> APIClient:
    """Not a person of the house's: an account of the office."""
    made = APIClient()
    made.force_authenticate(
        account_with("organiser", organisation=conference.organisers.get().organisation, person=None)
    )
    return made


def ask(api: APIClient, path: str, **body: Any) -> tuple[int, list[str]]:
    etag = api.get(f"/api/v1/{path.rsplit('/', 1)[0]}").headers.get("ETag", '"1"') if path.startswith("seats/") else ""
    answer = api.post(f"/api/v1/{path}", body, format="json", **({"HTTP_IF_MATCH": etag} if etag else {}))
    return answer.status_code, [each["field"] for each in answer.json().get("errors", [])]


def test_registrations(organiser: APIClient, conference: Any) -> None:
    here, person, foreign = str(conference.pk), str(PersonFactory().pk), str(SiteFactory().pk)

    assert ask(organiser, "registrations", conference=NOBODY, person=person) == (400, ["conference"])
    assert ask(organiser, "registrations", conference=here) == (400, ["person"]), "who asks is nobody to register"
    assert ask(organiser, "registrations", conference=here, person=NOBODY) == (400, ["person"])
    assert ask(organiser, "registrations", conference=here, person=person, site=foreign) == (400, ["site"])
    assert not Registration.objects.exists()

    _, waiting = (RegistrationFactory(conference=conference) for _ in range(2))
    assert ask(organiser, f"registrations/{waiting.pk}/reissue") == (409, [])
    waiting.refresh_from_db()
    assert (waiting.state, waiting.code_round) == ("waiting", 0)


def test_seats(organiser: APIClient, conference: Any) -> None:
    unit, foreign = OrganisationFactory(), SiteFactory()
    limits = f"seats/{conference.pk}/limit"

    assert ask(organiser, limits, capacity=1, site=str(foreign.pk)) == (400, ["site"])
    assert ask(organiser, limits, capacity=1, organisation=NOBODY) == (400, ["organisation"])
    assert ask(organiser, f"seats/{NOBODY}/resize", capacity=1) == (404, [])
    assert organiser.get(f"/api/v1/admissions/{NOBODY}").status_code == 404
    type(conference).objects.filter(pk=conference.pk).update(state="draft")
    assert ask(organiser, limits, capacity=1, organisation=str(unit.pk)) == (409, [])
    assert not SeatLimit.objects.exists()


def test_the_door(organiser: APIClient, conference: Any) -> None:
    here, foreign = str(conference.pk), str(SiteFactory().pk)
    seated = str(RegistrationFactory(conference=conference).pk)
    noted = {"id": str(uuid.uuid4()), "direction": "in", "at": now().isoformat()}
    batch = {"conference": here, "device": str(uuid.uuid4()), "clock": now().isoformat()}

    assert ask(organiser, "check-ins", registration=seated, site=foreign) == (400, ["site"])
    assert ask(organiser, "check-ins/many", conference=here, registrations=[seated], site=foreign) == (400, ["site"])
    assert ask(organiser, "check-ins/many", conference=here)[0] == 400, "neither people nor a unit"
    unread = organiser.post("/api/v1/scans", {**batch, "scans": [noted]}, format="json").json()["scans"]
    assert [each["outcome"] for each in unread] == ["malformed"], "neither a code nor a registration"
    assert ask(organiser, "walk-ins", conference=here, full_name="Lê Thị Mới", organisation=NOBODY) == (
        400, ["organisation"],
    )  # fmt: skip
    assert (Presence.objects.count(), Scan.objects.count(), Registration.objects.count()) == (0, 0, 1)
