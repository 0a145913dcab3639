"""Resolutions and polls for tests."""

import factory

from backend.resolutions.counting import PRESETS
from backend.resolutions.models import Amendment, Comment, Poll, Quorum, Resolution
from backend.resolutions.states import AmendmentState, ResolutionState
from tests.factories.conferences import ConferenceFactory
from tests.factories.people import PersonFactory


class ResolutionFactory(factory.django.DjangoModelFactory[Resolution]):
    class Meta:
        model = Resolution

    conference = factory.SubFactory(ConferenceFactory, state="running")
    title = factory.Sequence(lambda n: {"vi": f"Nghị quyết {n}", "en": f"Resolution {n}"})
    clauses = factory.LazyFunction(lambda: [{"id": "bao-cao", "text": {"vi": "Thông qua báo cáo."}}])
    state = ResolutionState.TABLED


class QuorumFactory(factory.django.DjangoModelFactory[Quorum]):
    class Meta:
        model = Quorum

    conference = factory.SubFactory(ConferenceFactory, state="running")
    share = "2/3"
    base = "summoned"
    categories = factory.LazyFunction(lambda: ["delegate", "staff"])


class PollFactory(factory.django.DjangoModelFactory[Poll]):
    class Meta:
        model = Poll

    resolution = factory.SubFactory(ResolutionFactory)
    conference = factory.SelfAttribute("resolution.conference")
    question = factory.LazyFunction(lambda: {"vi": "Thông qua?", "en": "Adopt?"})
    rule = factory.LazyFunction(lambda: PRESETS["staff_conference"].to_json())
    voting_categories = factory.LazyFunction(lambda: ["staff"])


class AmendmentFactory(factory.django.DjangoModelFactory[Amendment]):
    """Pending; it deletes the one clause of the factory's resolutions."""

    class Meta:
        model = Amendment

    resolution = factory.SubFactory(ResolutionFactory)
    conference = factory.SelfAttribute("resolution.conference")
    number = factory.LazyAttribute(lambda made: made.resolution.amendments.count() + 1)
    kind = "delete"
    target = "bao-cao"
    content = factory.LazyAttribute(lambda made: {"kind": made.kind, "target": made.target})
    state = AmendmentState.SUBMITTED


class CommentFactory(factory.django.DjangoModelFactory[Comment]):
    class Meta:
        model = Comment

    resolution = factory.SubFactory(ResolutionFactory)
    conference = factory.SelfAttribute("resolution.conference")
    person = factory.SubFactory(PersonFactory)
    text = "Nên rõ thời hạn."
