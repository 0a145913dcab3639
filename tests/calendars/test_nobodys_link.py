"""An account that belongs to no person has no calendar of its own to link to."""

import pytest
from rest_framework.test import APIClient

from backend.calendars.models import CalendarLink
from tests.factories.people import AccountFactory, PersonFactory


@pytest.mark.django_db
@pytest.mark.parametrize(("somebodys", "status"), [(False, 400), (True, 201)])
def test_ones_own_calendar_needs_a_person(somebodys: bool, status: int) -> None:
    client = APIClient()
    client.force_authenticate(AccountFactory(person=PersonFactory() if somebodys else None))
    answer = client.post("/api/v1/calendar-links", {"kind": "person"})
    assert answer.status_code == status, answer.json()
    if not somebodys:
        assert [error["field"] for error in answer.json()["errors"]] == ["kind"]
    assert CalendarLink.objects.exists() is somebodys
