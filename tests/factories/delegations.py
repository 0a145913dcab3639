"""Delegations, for tests."""

import datetime as dt

import factory
from django.db.models import F

from backend.core.clock import now
from backend.delegations.models import Delegate, Delegation
from tests.factories.conferences import ConferenceFactory
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.factories.people import OrganisationFactory

TOLD = dt.datetime(2031, 1, 14, 6, 30, tzinfo=dt.UTC)


class DelegationFactory(factory.django.DjangoModelFactory[Delegation]):
    """A draft with three places; `asked=True` for one whose focal point has the link of round 1."""

    class Meta:
        model = Delegation

    class Params:
        asked = factory.Trait(state="asked", link_round=1, asked_at=factory.LazyFunction(now))

    conference = factory.SubFactory(
        ConferenceFactory, announced=True, day=TOLD.date(), starts_at=TOLD, ends_at=TOLD + dt.timedelta(hours=3)
    )
    organisation = factory.SubFactory(OrganisationFactory)
    category = "delegate"
    list = factory.SubFactory(
        InvitationListFactory,
        conference=factory.SelfAttribute("..conference"),
        organisation=factory.SelfAttribute("..organisation"),
        category=factory.SelfAttribute("..category"),
    )
    quota = 3
    due_at = factory.LazyFunction(lambda: now() + dt.timedelta(days=10))
    focal_name = factory.Sequence(lambda n: f"Lê Đầu Mối {n}")
    focal_email = factory.Sequence(lambda n: f"daumoi{n}@plenum.example")


def named(row: Delegation) -> Delegate:
    """Somebody more whom the unit has named."""
    invitation = InvitationFactory(list=row.list, person__organisation=row.organisation)
    Delegation.objects.filter(pk=row.pk).update(quota=F("quota") + 1, taken=F("taken") + 1)
    return Delegate.objects.create(delegation=row, invitation=invitation, added=True)
