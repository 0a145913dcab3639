"""Consents and accesses, for tests."""

import datetime as dt
from typing import Any

from backend.core.clock import now
from backend.people.models import Account, Person
from backend.privacy import services
from backend.privacy.models import Access, ConsentDecision
from backend.privacy.queries import wordings_in_force
from backend.privacy.states import ConsentVia
from tests.factories.people import AccountFactory, PersonFactory


def consent_of(person: Person | None = None, purpose: str = "portrait", **how: Any) -> ConsentDecision:
    """Given to today's wording, on the page."""
    wording = wordings_in_force().get(purpose__code=purpose)
    asked = services.Asked(purpose=purpose, version=wording.version, language="vi")
    return services.give_consent(
        person_id=(person or PersonFactory()).pk, asked=asked, **{"via": ConsentVia.PAGE, **how}
    )


def access_to(*people: Person, by: Account | None = None, at: dt.datetime | None = None) -> Access:
    return Access.objects.create(
        account=by or AccountFactory(), operation="people_list", people=[one.pk for one in people], at=at or now()
    )
