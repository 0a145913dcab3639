"""Resolutions and polls for tests."""

from typing import Any

import factory

from backend.registration.models import Presence
from backend.resolutions import services
from backend.resolutions.counting import PRESETS
from backend.resolutions.models import Amendment, Comment, Poll, Quorum, Resolution
from backend.resolutions.states import AmendmentState, ResolutionState
from tests.factories.conferences import ConferenceFactory, DutyFactory
from tests.factories.people import PersonFactory
from tests.factories.registration import RegistrationFactory


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


def secret_poll(people: int, *, tellers: int = 3, threshold: int = 2, **fields: Any) -> tuple[Poll, list[str]]:
    """A draft of a secret poll with so many voters in the room and a committee that has tested its keys; and the words of
    each of its keys."""
    poll: Poll = PollFactory(secrecy="secret", **fields)
    for _ in range(people):
        row = RegistrationFactory(conference=poll.conference, category="staff")
        Presence.objects.create(conference=poll.conference, registration=row, direction="in", source="name")
    return poll, committee(poll, tellers=tellers, threshold=threshold)


def committee(poll: Poll, *, tellers: int = 3, threshold: int = 2) -> list[str]:
    """Tellers on duty, appointed, with tested keys where the poll has one; the words of each."""
    people = [
        DutyFactory(conference=poll.conference, kind="teller", person=PersonFactory()).person for _ in range(tellers)
    ]
    services.appoint(poll_id=poll.pk, people=people, threshold=threshold)
    words = []
    for person in people if poll.has_urn_key else ():
        _, drawn = services.draw_key(poll_id=poll.pk, person_id=person.pk)
        services.test_key(poll_id=poll.pk, person_id=person.pk, words=drawn)
        words.append(drawn)
    return words
