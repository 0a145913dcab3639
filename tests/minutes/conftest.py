"""Clients for the people around one set of minutes."""

from types import SimpleNamespace
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.conferences.queries import chairs, lead_organisation, secretary
from tests.factories.minutes import review
from tests.factories.people import AccountFactory, account_with


def client_of(account: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(account)
    return client


@pytest.fixture
def room() -> Any:
    """A closed conference with clients of its organiser, secretary, chair and a stranger."""
    conference = review()
    chair, writer = chairs(conference)[0].person, secretary(conference)
    return SimpleNamespace(
        conference=conference,
        organiser=client_of(account_with("organiser", organisation=lead_organisation(conference))),
        secretary=client_of(writer.person.account),
        chair=client_of(chair.account),
        administrator=client_of(account_with("administrator")),
        stranger=client_of(AccountFactory()),
    )
