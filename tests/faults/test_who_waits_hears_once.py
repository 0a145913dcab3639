"""The worker dies while the clock reminds invitees, or reminds and closes delegations. The next
tick makes it good: everybody hears once, and no place is given twice."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backend.core.clock import now
from backend.delegations.models import Delegation
from backend.mail.models import OutgoingMail
from backend.outbox import audit
from backend.outbox.models import Delivery, Event
from tests.factories.conferences import ConferenceFactory
from tests.factories.delegations import DelegationFactory
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.factories.people import PersonFactory
from tests.faults.stack import Breakable, breakable, wait_for
from tests.faults.test_every_invitee_hears_once import all_done
from tests.faults.test_the_clocks_work_is_done_once import in_a_transaction, tick

pytestmark = pytest.mark.django_db(transaction=True)
DAY = dt.timedelta(days=1)


def killed_over(folder: Path, what: str, *, begun: Callable[[], Any], done: Callable[[], Any]) -> Counter[str]:
    """The clock asks for `what`; once it has `begun` the worker is killed in the middle of writing, comes back, and is
    asked twice more until it is `done`. Returns how many letters each address got."""
    with breakable(folder, "relay", "worker", "mail-worker", "urgent-mail-worker") as stack:
        wait_for(all_done, 60, "a quiet start")
        tick(stack, what)
        stack.kill("worker", over=lambda: begun() and in_a_transaction(), seconds=60)
        assert not done() or not all_done(), "there was work under way"
        _again(stack, what, done)
        letters = Counter(letter["To"] for letter in stack.mail.messages())
    assert not Delivery.objects.exclude(state="settled").exists()
    assert audit.verify_chain().broken == []
    return letters


def _again(stack: Breakable, what: str, done: Callable[[], Any]) -> None:
    stack.start("worker")
    for _ in range(2):
        tick(stack, what)
    wait_for(done, 60, "the clock's work to be done")
    wait_for(all_done, 60, "everybody to be written to")


def events(name: str) -> int:
    return Event.objects.filter(name=name).count()


def test_a_worker_is_killed_while_it_reminds_invitees(tmp_path: Path) -> None:
    invitees, starts = 150, now() + DAY - dt.timedelta(hours=1)
    conference = ConferenceFactory(
        announced=True, day=starts.date(), day_part="", starts_at=starts, ends_at=starts + dt.timedelta(hours=2)
    )
    long_ago = now() - 30 * DAY
    of = InvitationListFactory(conference=conference, sent_at=long_ago)
    for number in range(invitees):
        person = PersonFactory(email=f"khach.{number}@xa.example")
        InvitationFactory(list=of, person=person, state="accepted", sent_at=long_ago)
    reminders = OutgoingMail.objects.filter(purpose="start_reminder")

    letters = killed_over(
        tmp_path,
        "remind_invitees",
        begun=lambda: events("reminders.addressed"),
        done=lambda: reminders.count() == invitees,
    )

    assert (len(letters), set(letters.values())) == (invitees, {1})


def test_a_worker_is_killed_while_it_minds_delegations(tmp_path: Path) -> None:
    units = 40
    soon, over = now() + DAY - dt.timedelta(hours=1), now() - 5 * DAY
    for number in range(units):
        DelegationFactory(asked=True, due_at=soon, reminders=2, focal_email=f"nhac.{number}@tinh.example")
        DelegationFactory(asked=True, due_at=over, reminders=3, focal_email=f"het.han.{number}@tinh.example")

    letters = killed_over(
        tmp_path,
        "mind_delegations",
        begun=lambda: events("delegation.reminded"),
        done=lambda: Delegation.objects.filter(state="closed").count() == units,
    )

    assert letters == Counter(dict.fromkeys(letters, 1))
    assert {"nhac" in address for address in letters} == {True}
    assert len(letters) == units
    assert events("delegation.reminded") == events("delegation.closed") == events("delegation.escalated") == units
    assert set(Delegation.objects.filter(state="closed").values_list("returned", flat=True)) == {3}
