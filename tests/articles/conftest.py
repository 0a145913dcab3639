"""Who is around in the articles' tests, and the API as each of them uses it."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from backend.people.models import Account, Organisation
from tests.factories.people import OrganisationFactory, account_with

As = Callable[..., APIClient]


@pytest.fixture
def host(db: None) -> Organisation:
    return OrganisationFactory(name={"vi": "Trung tâm Kỹ thuật 2", "en": "Technical Centre 2"})


@pytest.fixture
def signed_in(host: Organisation) -> As:
    """signed_in("editor") → the API as a new account with that role at the host; signed_in() has no role."""

    def sign_in(*roles: str, organisation: Organisation | None = None) -> APIClient:
        client = APIClient()
        account = account_with(*roles, organisation=organisation or host)
        client.force_authenticate(Account.objects.get(pk=account.pk))
        client.account = account  # type: ignore[attr-defined]
        return client

    return sign_in


@pytest.fixture
def editor(signed_in: As) -> APIClient:
    return signed_in("editor")


@pytest.fixture
def approver(signed_in: As) -> APIClient:
    return signed_in("approver")
