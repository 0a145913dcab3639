"""What PostgreSQL keeps true of texts, amendments and support, whoever writes: each guard refuses, and nothing else does."""

from collections.abc import Callable
from typing import Any

import pytest

from backend.core.clock import now
from backend.resolutions.models import Backing, Poll, TextVersion
from tests.factories.people import OrganisationFactory, PersonFactory
from tests.factories.resolutions import AmendmentFactory, CommentFactory, PollFactory, ResolutionFactory
from tests.guards import assert_refused_by, assert_written_without

pytestmark = pytest.mark.django_db
Write = Callable[[], Any]


def to(row: Any, **values: Any) -> Write:
    """Changes the row behind its services' backs."""
    return lambda: type(row)._default_manager.filter(pk=row.pk).update(**values)


def backed_twice(**who: Any) -> Write:
    backing = {"resolution": ResolutionFactory(state="draft"), "role": "supporter", **who}
    Backing.objects.create(**backing)
    return lambda: Backing.objects.create(**backing)


def a_version_twice() -> Write:
    version = {"resolution": ResolutionFactory(), "number": 1, "source": "written", "title": {"vi": "x"}, "hash": "0"}
    TextVersion.objects.create(**version)
    return lambda: TextVersion.objects.create(**version)


def an_open_poll(**on: Any) -> Poll:
    poll: Poll = PollFactory(state="draft", **on)
    Poll.objects.filter(pk=poll.pk).update(state="open", opened_at=now())
    return poll


RECITALS = [{"id": "a", "text": {"vi": "x"}}]
UNTABLED = [{"at": "2026-11-22T08:00:00+07:00", "why": {"vi": "Nhầm bản"}, "text_hash": "0"}]


WHY = {"vi": "Tiếp thu"}


def a_declared_poll() -> Any:
    signed = {"verdict": {"outcome": "rejected"}, "verdict_hash": "0" * 64, "declared_signature": "0" * 128}
    return PollFactory(state="declared", tally={}, sealed_at=now(), **signed)


def carried_into(resolution: Any) -> Any:
    """What is about to be merged into the text."""
    return AmendmentFactory(resolution=resolution, state="adopted").resolution


def an_amendment_in_the_vote() -> Any:
    amendment = AmendmentFactory()
    an_open_poll(resolution=amendment.resolution, amendment=amendment)
    return amendment


GUARDS: list[tuple[str, Callable[[], Write]]] = [
    ("decided_resolutions_stand", lambda: to(ResolutionFactory(state="adopted"), clauses=[])),
    ("decided_resolutions_stand", lambda: to(ResolutionFactory(state="rejected"), state="tabled")),
    ("texts_stand_in_the_vote", lambda: to(ResolutionFactory(state="voting"), title={"vi": "khác"})),
    ("texts_stand_in_the_vote", lambda: to(carried_into(an_open_poll().resolution), preamble=RECITALS)),
    ("tabled_texts_stand", lambda: to(ResolutionFactory(), preamble=RECITALS)),
    ("tabled_texts_stand", lambda: to(carried_into(ResolutionFactory()), clauses=[], state="draft", untabled=UNTABLED)),
    ("untabling_is_on_record", lambda: to(ResolutionFactory(), state="draft")),
    ("untabling_is_on_record", lambda: to(ResolutionFactory(state="draft", untabled=UNTABLED), untabled=[])),
    ("issued_resolutions_are_on_file", lambda: to(ResolutionFactory(state="adopted"), state="issued")),
    ("consensus_was_asked_for_by_a_chair", lambda: to(ResolutionFactory(), by_consensus=True)),
    ("a_referral_says_to_whom_and_why", lambda: to(ResolutionFactory(), state="referred")),
    ("versions_of_a_text_are_numbered", a_version_twice),
    ("amendments_stand", lambda: to(AmendmentFactory(), content={})),
    ("amendments_stand", lambda: to(AmendmentFactory(state="adopted"), state="rejected")),
    ("amendments_stand_in_the_vote", lambda: to(an_amendment_in_the_vote(), state="withdrawn")),
    ("only_what_was_carried_is_merged", lambda: lambda: AmendmentFactory(merged_in=2)),
    ("poll_stands", lambda: to(an_amendment_in_the_vote().polls.get(), amendment=None)),
    ("a_backing_is_of_one_thing", lambda: lambda: Backing.objects.create(role="sponsor", person=PersonFactory())),
    ("a_backing_is_somebodys", lambda: lambda: Backing.objects.create(role="sponsor", resolution=ResolutionFactory())),
    ("a_person_backs_a_thing_once", lambda: backed_twice(person=PersonFactory())),
    (
        "comments_are_answered_once",
        lambda: to(CommentFactory(response=WHY, responded_at=now()), response={"vi": "khác"}),
    ),
    ("verdicts_stand", lambda: to(a_declared_poll(), verdict={"outcome": "adopted"})),
    ("verdicts_stand", lambda: to(a_declared_poll(), declared_signature="")),
    ("verdicts_stand", lambda: to(a_declared_poll(), verdict_hash="1" * 64)),
    ("an_organisation_backs_a_thing_once", lambda: backed_twice(organisation=OrganisationFactory())),
]


@pytest.mark.parametrize(("guard", "wrong"), GUARDS, ids=lambda each: each if isinstance(each, str) else "")
def test_the_database_refuses_it_and_nothing_else_does(guard: str, wrong: Callable[[], Write]) -> None:
    write = wrong()
    assert_refused_by(guard, write)
    assert_written_without(guard, write)
