"""Calendar links for tests."""

import factory

from backend.calendars.models import CalendarLink
from backend.core.clock import now
from backend.people.queries import token_digest
from tests.factories.people import AccountFactory


class CalendarLinkFactory(factory.django.DjangoModelFactory[CalendarLink]):
    """A live link to the account's own calendar, whose secret is `secret`; or to another feed by `kind`, `subject`."""

    class Meta:
        model = CalendarLink

    class Params:
        secret = factory.Sequence(lambda n: f"{n:043d}")

    account = factory.SubFactory(AccountFactory)
    kind = "person"
    digest = factory.LazyAttribute(lambda link: token_digest(link.secret))
    issued_at = factory.LazyFunction(now)
