"""The worker dies while the clock reminds invitees, passes on offered seats, or reminds and closes delegations. The next
tick makes it good: everybody hears once, and no seat or place is given twice."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from backend.core.clock import now
from backend.delegations.models import Delegation
from backend.mail.models import OutgoingMail
from backend.outbox import audit
from backend.outbox.models import Delivery, Event
from backend.registration import services as registration
from backend.registration.models import Registration, Seats
from tests.factories.conferences import ConferenceFactory
from tests.factories.delegations import DelegationFactory
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.factories.people import PersonFactory
from tests.factories.registration import RegistrationFactory
from tests.faults.stack import Breakable, breakable, wait_for
from tests.faults.test_every_invitee_hears_once import all_done
from tests.faults.test_the_clocks_work_is_done_once import in_a_transaction, tick
from tests.threads import somebody_waits_for_us

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


def offered_seats(conferences: int) -> tuple[list[Registration], list[Registration]]:
    """At each conference the only seat is kept for one, and the other waits: those asked, and those next in line."""
    asked, following, starts = [], [], now() + 30 * DAY
    for _ in range(conferences):
        conference = ConferenceFactory(
            announced=True, capacity=1, starts_at=starts, ends_at=starts + dt.timedelta(hours=3)
        )
        registration.set_admission(conference_id=conference.pk, mode="invitation", offer_hours=24)
        seated, first, second = (RegistrationFactory(conference=conference) for _ in range(3))
        registration.cancel(registration_id=seated.pk)
        registration.promote(conference_id=conference.pk)
        asked.append(first)
        following.append(second)
    return asked, following


@contextmanager
def the_next_in_line(row: Registration) -> Iterator[None]:
    """Held back: whoever has ended the offer before cannot go on to the next one."""
    with transaction.atomic():
        Registration.objects.select_for_update().get(pk=row.pk)
        yield


@contextmanager
def their_letter(row: Registration) -> Iterator[None]:
    """Held back, with every other: nobody writes a letter meanwhile."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE mail_outgoingmail IN SHARE MODE")
        yield


@pytest.mark.parametrize("held", [the_next_in_line, their_letter])
def test_a_worker_is_killed_while_it_passes_on_offered_seats(
    tmp_path: Path, held: Callable[[Registration], AbstractContextManager[None]]
) -> None:
    conferences = 8
    asked, following = offered_seats(conferences)
    silent = Registration.objects.filter(pk__in=[row.pk for row in asked])
    lucky = Registration.objects.filter(pk__in=[row.pk for row in following], state="offered")

    with breakable(tmp_path, "relay", "worker", "mail-worker", "urgent-mail-worker") as stack:
        wait_for(all_done, 60, "a quiet start")
        silent.update(offer_until=now() - dt.timedelta(seconds=1))
        with held(following[-1]):
            tick(stack, "expire_offers")
            wait_for(somebody_waits_for_us, 60, "the worker to come to what is held")
            if held is their_letter:  # the relay waits for that too, and may have come first
                wait_for(lambda: silent.filter(state="expired").count() == conferences, 60, "every offer to end")
            stack.kill("worker")
            ended = silent.filter(state="expired").count()
            assert ended == lucky.count(), "no offer has ended whose seat nobody got"
            assert ended == conferences - (held is the_next_in_line) or not all_done()
        _again(stack, "expire_offers", lambda: silent.filter(state="expired").count() == conferences)
        received = Counter(letter["Message-ID"] for letter in stack.mail.messages())

    assert set(received.values()) == {1}
    assert lucky.count() == events("registration.expired") == conferences
    assert events("registration.offered") == 2 * conferences
    assert set(Seats.objects.values_list("taken", "offered", "waiting")) == {(0, 1, 0)}
    sent = OutgoingMail.objects.filter(message_id__in=received)
    purposes = Counter(sent.values_list("purpose", flat=True))
    assert (purposes["seat-offer"], purposes["seat-offer-ended"]) == (2 * conferences, conferences)
    assert not Delivery.objects.exclude(state="settled").exists()
    assert audit.verify_chain().broken == []


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
