"""An organiser, the unit it works for, and a conference that unit has announced."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.factories.conferences import ConferenceFactory
from tests.factories.people import OrganisationFactory, account_with


@pytest.fixture
def unit() -> Any:
    return OrganisationFactory()


@pytest.fixture
def api(unit: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(account_with("organiser", organisation=unit))
    return client


@pytest.fixture
def conference(unit: Any) -> Any:
    return ConferenceFactory(announced=True, exact=True, lead=unit)
