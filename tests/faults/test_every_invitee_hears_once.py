"""Break one thing in the middle of 200 invitations. Afterwards every invitee has one accepted mail, every event is
settled, nothing is dead, and it took at most a minute.

A mail server that took a mail and lost the connection before it could say so gets that mail once more, with the same
Message-ID; the same holds for a mail worker killed between the server's answer and its own note of it. Nothing can
prevent that repetition, so these tests allow it: for the mails in flight, and only under the same Message-ID.
"""

import datetime as dt
import time
from collections import Counter
from pathlib import Path

import pytest
from django.db.models import F

from backend.conferences.states import ConferenceState
from backend.invitations import services
from backend.mail.models import OutgoingMail
from backend.outbox import services as outbox
from backend.outbox.models import Delivery, Event
from tests.factories.conferences import ConferenceFactory
from tests.factories.people import PersonFactory
from tests.faults.stack import Breakable, breakable, wait_for
from workers.subscriptions import SUBSCRIPTIONS

pytestmark = pytest.mark.django_db(transaction=True)
INVITEES = 200
RECOVERY_SECONDS = 60
EVERYBODY = ("relay", "worker", "mail-worker")


def invite(count: int = INVITEES) -> None:
    starts = dt.datetime.now(dt.UTC) + dt.timedelta(days=7)
    conference = ConferenceFactory(
        state=ConferenceState.ANNOUNCED, starts_at=starts, ends_at=starts + dt.timedelta(hours=3), day=starts.date()
    )
    people = [PersonFactory(email=f"dai.bieu.{number}@xa.example") for number in range(count)]
    made = services.create_list(
        conference_id=conference.id, title={"vi": "Toàn thể"}, category="staff", people=[person.id for person in people]
    )
    services.send_list(list_id=made.id)


def all_done() -> bool:
    return (
        not Event.objects.filter(position=None).exists()
        and not Delivery.objects.filter(state="due").exists()
        and not OutgoingMail.objects.filter(state="queued").exists()
    )


def assert_everybody_heard_once(stack: Breakable, *, repeated: int = 0, count: int = INVITEES) -> None:
    """Every invitee was reached; at most `repeated` mails came twice, each under its own Message-ID."""
    wait_for(all_done, RECOVERY_SECONDS, "everything to be done")
    received = Counter(message["Message-ID"] for message in stack.mail.messages())
    kept = set(OutgoingMail.objects.filter(state="sent").values_list("message_id", flat=True))
    assert len(kept) == count
    assert set(received) == kept
    assert sum(received.values()) - len(received) <= repeated
    assert not Delivery.objects.filter(state="dead").exists()
    assert not Event.objects.filter(position=None).exists()


def sent() -> int:
    return OutgoingMail.objects.filter(state="sent").count()


def test_nothing_breaks(tmp_path: Path) -> None:
    with breakable(tmp_path, *EVERYBODY) as stack:
        invite()
        assert_everybody_heard_once(stack)


def test_a_worker_is_killed_in_the_middle(tmp_path: Path) -> None:
    with breakable(tmp_path, *EVERYBODY) as stack:
        invite()
        wait_for(lambda: OutgoingMail.objects.count() > 20, 30, "the first letters")
        stack.kill("worker")
        stack.start("worker")
        assert_everybody_heard_once(stack)


def test_a_mail_worker_is_killed_in_the_middle(tmp_path: Path) -> None:
    with breakable(tmp_path, *EVERYBODY) as stack:
        invite()
        wait_for(lambda: 5 < sent() < INVITEES, 30, "the first mails")
        stack.kill("mail-worker")
        stack.start("mail-worker")
        assert_everybody_heard_once(stack, repeated=1)


def test_redis_is_flushed_with_work_queued(tmp_path: Path) -> None:
    with breakable(tmp_path, "relay") as stack:
        invite()
        wait_for(lambda: Delivery.objects.filter(due_at__gt=F("event__recorded_at")).exists(), 20, "claims")
        stack.flush_redis()
        stack.start("worker", "mail-worker")
        assert_everybody_heard_once(stack)


def test_redis_is_gone_for_ten_seconds(tmp_path: Path) -> None:
    with breakable(tmp_path, *EVERYBODY) as stack:
        stack.redis.stop()
        invite()
        time.sleep(10)
        stack.redis.start()
        assert_everybody_heard_once(stack)


def test_the_relay_is_killed_between_claim_and_send(tmp_path: Path) -> None:
    """Claims are made by us and their sending 'forgotten', which is what a kill between the two leaves behind."""
    invite()
    while outbox.fan_out(SUBSCRIPTIONS):
        pass
    assert len(outbox.claim_due(limit=INVITEES * 2)) > 0
    with breakable(tmp_path, *EVERYBODY) as stack:
        assert_everybody_heard_once(stack)


def test_the_relay_is_killed_again_and_again(tmp_path: Path) -> None:
    with breakable(tmp_path, *EVERYBODY) as stack:
        invite()
        for _ in range(4):
            time.sleep(0.3)
            stack.kill("relay")
            stack.start("relay")
        assert_everybody_heard_once(stack)


def test_the_mail_server_is_moody(tmp_path: Path) -> None:
    """First it says 451 to everybody, then 250; one connection breaks after DATA."""
    seen: Counter[str] = Counter()
    broken: list[str] = []

    def temper(recipient: str, raw: bytes) -> str | None:
        seen[recipient] += 1
        if seen[recipient] == 1:
            return "451 4.3.0 try again"
        if not broken:
            broken.append(recipient)
            stack.mail.drop_after_data = True
        return None

    with breakable(tmp_path, *EVERYBODY) as stack:
        stack.mail.temper = temper
        invite(60)
        assert_everybody_heard_once(stack, repeated=1, count=60)
        assert broken
