"""A whole series has a new hour, or an end, and workers are killed while the letters about all its meetings are written."""

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from backend.conferences import services as conferences
from backend.conferences.models import Conference, Series
from backend.core.clock import local, now
from backend.invitations.models import Invitation
from backend.mail.models import OutgoingMail
from backend.outbox.models import Delivery, Event
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.factories.people import OrganisationFactory, PersonFactory
from tests.faults.stack import breakable, wait_for
from tests.faults.test_every_invitee_hears_once import all_done

pytestmark = pytest.mark.django_db(transaction=True)
INVITEES = 150
MEETINGS = 3


def being_written(letter: str = "mail_series_news") -> set[UUID]:
    begun = Delivery.objects.filter(state="due", attempts=1, consumer=f"reaction:invitations.{letter}")
    return set(begun.values_list("id", flat=True))


def invited_series() -> Series:
    """A weekly series, to all meetings of which the same people were invited."""
    weekly = conferences.add_series(
        fields={
            "title": {"vi": "Giao ban tuần"},
            "organisation": OrganisationFactory(),
            "rule": "FREQ=WEEKLY",
            "starts_on": local(now()).date() + dt.timedelta(days=7),
            "start_time": dt.time(8),
            "minutes": 90,
            "horizon_days": 7 * MEETINGS,
            "announces": True,
        }
    )
    people = PersonFactory.create_batch(INVITEES)
    for meeting in Conference.objects.filter(series=weekly):
        members = InvitationListFactory(conference=meeting, site=None)
        for person in people:
            InvitationFactory(list=members, person=person, sent=True)
    assert Invitation.objects.count() == MEETINGS * INVITEES

    return weekly


def test_relay_and_worker_are_killed_while_a_series_is_told(tmp_path: Path, settings: Any) -> None:
    settings.NEWS_WINDOW = 600
    weekly = invited_series()
    with breakable(tmp_path, "relay", "worker", "mail-worker") as stack:
        wait_for(all_done, 60, "the announcements to be settled")
        conferences.edit_series(series_id=weekly.pk, fields={"start_time": dt.time(9, 30)})
        Conference.objects.filter(series=weekly).update(news_due_at=now())
        assert conferences.tell_due_news() == MEETINGS
        stack.kill("relay")
        stack.start("relay")
        stack.kill("worker", over=being_written)
        died_over = being_written()
        assert OutgoingMail.objects.count() < INVITEES
        stack.start("worker")
        seconds = wait_for(all_done, 120, "everybody to be told")
        print(f"all done {seconds:.1f} s after the worker was back")
        assert died_over <= set(Delivery.objects.filter(attempts=2, state="settled").values_list("id", flat=True))
        received = stack.mail.messages()

    assert Event.objects.filter(name="series.news_due").count() == 1
    times = Counter(letter["To"] for letter in received)
    assert (len(times), set(times.values())) == (INVITEES, {1})
    for letter in received:
        entries = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
        assert len(entries) == MEETINGS
    assert set(OutgoingMail.objects.values_list("purpose", "sequence")) == {("news", MEETINGS)}
    assert set(Invitation.objects.values_list("sequence", flat=True)) == {1}
    assert not Delivery.objects.exclude(state="settled").exists()


def test_a_worker_is_killed_while_the_end_of_a_series_is_told(tmp_path: Path) -> None:
    weekly = invited_series()
    Invitation.objects.update(answered_at=now())  # they know of it
    first = Conference.objects.filter(series=weekly).earliest("day").day
    assert first
    with breakable(tmp_path, "relay", "worker", "mail-worker") as stack:
        wait_for(all_done, 60, "the announcements to be settled")
        conferences.end_series(series_id=weekly.pk, last_day=first, reason={"vi": "Sáp nhập"})
        stack.kill("worker", over=lambda: being_written("mail_series_calling_off"))
        assert OutgoingMail.objects.count() < INVITEES
        stack.start("worker")
        wait_for(all_done, 120, "everybody to be told")
        received = stack.mail.messages()

    times = Counter(letter["To"] for letter in received)
    assert (len(times), set(times.values())) == (INVITEES, {1})
    off = Conference.objects.filter(series=weekly, state="cancelled").count()
    assert off > 1
    for letter in received:
        assert sum(part.get_content_type() == "text/calendar" for part in letter.walk()) == off
    assert not Delivery.objects.exclude(state="settled").exists()
