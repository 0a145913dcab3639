"""Invitation lists and invitations, for tests."""

import factory

from backend.core.clock import now
from backend.core.ids import time_ordered_id
from backend.invitations.models import Invitation, InvitationLetter, InvitationList, InvitationReply, ReplyProposal
from tests.factories.conferences import ConferenceFactory
from tests.factories.documents import DocumentFactory
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


class InvitationLetterFactory(factory.django.DjangoModelFactory[InvitationLetter]):
    """A letter that may be issued as it is; `issued=True` for one that was, without files."""

    class Meta:
        model = InvitationLetter

    class Params:
        issued = factory.Trait(
            issued_at=factory.LazyFunction(now),
            sequence=factory.SelfAttribute("list.conference.sequence"),
            document=factory.SubFactory(DocumentFactory, kind="GM", attached=True),
            facts=factory.LazyFunction(lambda: dict(FACTS)),
        )

    list = factory.SubFactory(InvitationListFactory)
    signer = factory.SubFactory(PersonFactory, full_name="Nguyễn Phú Quốc", degree="TS.")
    signer_office = {"vi": "Phó Giám đốc", "en": "Deputy Director"}
    authority = "kt"
    signs_for = {"vi": "Giám đốc", "en": "the Director"}
    place = {"vi": "Đà Nẵng", "en": "Da Nang"}


FACTS = {
    "parent": {},
    "organisation": {"vi": "Trung tâm Kỹ thuật 2"},
    "number": "05/GM-KT2",
    "symbol": "KT2",
    "place": {"vi": "Đà Nẵng"},
    "day": "2021-01-05",
    "subject": {"vi": "Dự Hội nghị tổng kết"},
    "event": {"vi": "Hội nghị tổng kết"},
    "chairs": [],
    "when": {"vi": "13 giờ 30, ngày 14/01/2021"},
    "where": {"": {"vi": "Hội trường lớn"}},
    "office": {"vi": "Phó Giám đốc"},
    "signer": "Nguyễn Phú Quốc",
    "replaces": [],
}
