"""Invitation lists and invitations, for tests."""

import factory

from backend.core.clock import now
from backend.core.ids import time_ordered_id
from backend.invitations.models import Invitation, InvitationList, InvitationReply, ReplyProposal
from tests.factories.conferences import ConferenceFactory
from tests.factories.people import PersonFactory


class InvitationListFactory(factory.django.DjangoModelFactory[InvitationList]):
    class Meta:
        model = InvitationList

    conference = factory.SubFactory(ConferenceFactory, announced=True, exact=True)
    title = {"vi": "Viên chức, người lao động", "en": "Staff"}
    category = "staff"


class InvitationFactory(factory.django.DjangoModelFactory[Invitation]):
    """A draft for a person; `sent=True` for one whose letter went out."""

    class Meta:
        model = Invitation

    class Params:
        sent = factory.Trait(state="sent", sent_at=factory.LazyFunction(now))

    list = factory.SubFactory(InvitationListFactory)
    conference = factory.SelfAttribute("list.conference")
    site = factory.SelfAttribute("list.site")
    person = factory.SubFactory(PersonFactory)
    organisation = factory.SelfAttribute("person.organisation")
    category = factory.SelfAttribute("list.category")
    language = factory.SelfAttribute("person.language")
    email = factory.SelfAttribute("person.email")


class InvitationReplyFactory(factory.django.DjangoModelFactory[InvitationReply]):
    class Meta:
        model = InvitationReply

    invitation = factory.SubFactory(InvitationFactory, sent=True)
    answer = "accepted"
    via = "link"


class ReplyProposalFactory(factory.django.DjangoModelFactory[ReplyProposal]):
    """Another time, proposed by mail."""

    class Meta:
        model = ReplyProposal

    invitation = factory.SubFactory(InvitationFactory, sent=True)
    kind = "time"
    sequence = factory.SelfAttribute("invitation.sequence")
    starts_at = factory.LazyFunction(now)
    inbound_id = factory.LazyFunction(time_ordered_id)
