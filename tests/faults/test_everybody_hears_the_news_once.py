"""A conference moves, and the worker is killed between the closing of the window and the letters."""

import datetime as dt
from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest

from backend.conferences import services as conferences
from backend.core.clock import now
from backend.invitations.models import Invitation
from backend.mail.models import OutgoingMail
from backend.outbox.models import Delivery
from tests.factories.conferences import ConferenceFactory
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.faults.stack import breakable, wait_for
from tests.faults.test_every_invitee_hears_once import all_done

pytestmark = pytest.mark.django_db(transaction=True)
INVITEES = 600


def being_written() -> set[UUID]:
    begun = Delivery.objects.filter(state="due", attempts=1, consumer="reaction:invitations.mail_news")
    return set(begun.values_list("id", flat=True))


def test_a_worker_is_killed_between_closing_and_mailing(tmp_path: Path) -> None:
    starts = (now() + dt.timedelta(days=7)).replace(second=0, microsecond=0)
    drafted = ConferenceFactory(starts_at=starts, ends_at=starts + dt.timedelta(hours=3), day=None)
    conferences.announce(conference_id=drafted.pk)
    InvitationFactory.create_batch(INVITEES, list=InvitationListFactory(conference=drafted), sent=True)

    with breakable(tmp_path, "relay", "worker", "mail-worker") as stack:
        later = starts + dt.timedelta(hours=1)
        conferences.edit(
            conference_id=drafted.pk, fields={"starts_at": later, "ends_at": later + dt.timedelta(hours=3)}
        )
        stack.kill("worker", over=being_written)
        died_over = being_written()
        assert OutgoingMail.objects.count() < INVITEES
        stack.start("worker")
        seconds = wait_for(all_done, 60, "everybody to be told")
        print(f"all done {seconds:.1f} s after the worker was back")
        assert died_over <= set(Delivery.objects.filter(attempts=2, state="settled").values_list("id", flat=True))
        received = Counter(letter["To"] for letter in stack.mail.messages())

    assert len(received) == INVITEES
    assert set(received.values()) == {1}
    assert set(OutgoingMail.objects.values_list("purpose", "sequence")) == {("news", 1)}
    assert set(Invitation.objects.values_list("sequence", flat=True)) == {1}
    assert not Delivery.objects.exclude(state="settled").exists()
