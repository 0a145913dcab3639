"""Resolutions and polls for tests."""

import factory

from backend.resolutions.counting import PRESETS
from backend.resolutions.models import Poll, Quorum, Resolution
from backend.resolutions.states import ResolutionState
from tests.factories.conferences import ConferenceFactory


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
