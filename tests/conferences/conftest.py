"""Who is around in the conferences' tests, and the API as each of them uses it."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.people.models import Account, Organisation, RoleGrant
from tests.factories.people import AccountFactory, OrganisationFactory


def signed_in(account: Account) -> APIClient:
    """A client that asks as `account`; grants are read afresh for it."""
    client = APIClient()
    client.force_authenticate(Account.objects.get(pk=account.pk))
    return client


@pytest.fixture
def host(db: None) -> Organisation:
    """The lead organisation of the tests."""
    return OrganisationFactory(name={"vi": "Trung tâm Kỹ thuật 2", "en": "Technical Centre 2"})


@pytest.fixture
def granted(db: None) -> Callable[..., APIClient]:
    """granted("editor", organisation) → the API as a new account with that role there; granted() has none."""

    def grant(role: str | None = None, organisation: Organisation | None = None, person: Any = None) -> APIClient:
        account = AccountFactory(person=person)
        if role:
            RoleGrant.objects.create(account=account, role=role, organisation=organisation)
        return signed_in(account)

    return grant


@pytest.fixture
def organiser(granted: Callable[..., APIClient], host: Organisation) -> APIClient:
    return granted("organiser", host)
