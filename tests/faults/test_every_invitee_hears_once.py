"""Break one thing in the middle of 200 invitations. Afterwards every invitee has one accepted mail, every event is
settled, nothing is dead, the hash chain holds, and it took at most a minute. Each test first proves that the fault hit
work under way.

A mail server that took a mail and lost the connection before it could say so gets that mail once more, with the same
Message-ID; the same holds for a mail worker killed between the server's answer and its own note of it, and, by its
webhook-id, for a webhook. Nothing can prevent that repetition, so these tests allow it: for what was in flight, once,
byte for byte.
"""

import contextlib
import datetime as dt
import time
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import redis

from backend.conferences.states import ConferenceState
from backend.core.clock import now
from backend.demo.catchers import WebhookCatcher
from backend.embedded import some_free_port
from backend.invitations import services
from backend.mail.models import OutgoingMail
from backend.outbox import audit
from backend.outbox import services as outbox
from backend.outbox.models import Delivery, Event
from backend.people.services import issue_token
from tests.factories.conferences import ConferenceFactory
from tests.factories.outbox import WebhookEndpointFactory
from tests.factories.people import OrganisationFactory, PersonFactory, account_with
from tests.faults.stack import Breakable, breakable, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
INVITEES = 200
RECOVERY_SECONDS = 60
EVERYBODY = ("relay", "worker", "mail-worker")


def a_list(count: int = INVITEES, **conference: Any) -> UUID:
    """A filled invitation list of a conference in a week."""
    starts = now() + dt.timedelta(days=7)
    invited_to = ConferenceFactory(
        state=ConferenceState.ANNOUNCED,
        starts_at=starts,
        ends_at=starts + dt.timedelta(hours=3),
        day=starts.date(),
        **conference,
    )
    people = [PersonFactory(email=f"dai.bieu.{number}@xa.example") for number in range(count)]
    made = services.create_list(
        conference_id=invited_to.id, title={"vi": "Toàn thể"}, category="staff", people=[person.id for person in people]
    )
    return made.id


def all_done() -> bool:
    return (
        not Event.objects.filter(position=None).exists()
        and not Delivery.objects.filter(state="due").exists()
        and not OutgoingMail.objects.filter(state="queued").exists()
    )


def assert_everybody_heard_once(stack: Breakable, *, repeated: int = 0, count: int = INVITEES) -> None:
    """Every invitee was reached within the minute; at most `repeated` mails came twice, and then as they came first."""
    seconds = wait_for(all_done, RECOVERY_SECONDS, "everything to be done")
    print(f"all done {seconds:.1f} s after the fault was mended")
    mails = [(message["Message-ID"], message.as_bytes()) for message in stack.mail.messages()]
    times = Counter(message_id for message_id, _ in mails)
    sent = OutgoingMail.objects.filter(state="sent")
    assert len(set(mails)) == len(times), "what comes twice is the same, byte for byte"
    assert set(times) == set(sent.values_list("message_id", flat=True))
    assert sent.values("recipient", "purpose", "subject_id").distinct().count() == sent.count() == count
    assert len(mails) - count <= repeated
    assert set(times.values()) <= {1, 2}
    assert not Delivery.objects.exclude(state="settled").exists()
    report = audit.verify_chain()
    assert (report.broken, report.checked) == ([], Event.objects.count())


def letters() -> int:
    return OutgoingMail.objects.count()


def sent() -> int:
    return OutgoingMail.objects.filter(state="sent").count()


def held() -> int:
    """Mails that a mail worker holds."""
    return OutgoingMail.objects.filter(state="queued", held_until__gt=now()).count()


def under_way(consumer: str) -> set[UUID]:
    """Deliveries that were begun and neither settled nor failed."""
    begun = Delivery.objects.filter(state="due", attempts=1, last_error="", consumer__startswith=consumer)
    return set(begun.values_list("id", flat=True))


def claimed() -> int:
    """Reactions that were claimed and have not begun."""
    return Delivery.objects.filter(state="due", attempts=0, due_at__gt=now(), consumer__startswith="reaction:").count()


def test_nothing_breaks(tmp_path: Path) -> None:
    with breakable(tmp_path, *EVERYBODY) as stack:
        services.send_list(list_id=a_list())
        assert_everybody_heard_once(stack)


def test_a_worker_is_killed_in_the_middle(tmp_path: Path) -> None:
    with breakable(tmp_path, *EVERYBODY) as stack:
        services.send_list(list_id=a_list())
        wait_for(lambda: letters() > 20, 30, "the first letters")
        stack.kill("worker", over=lambda: under_way("reaction:"))
        died_over = under_way("reaction:")
        assert letters() < INVITEES
        stack.start("worker")
        assert_everybody_heard_once(stack)
        assert set(Delivery.objects.filter(attempts=2).values_list("id", flat=True)) == died_over


class ThoughtfulCatcher(WebhookCatcher):
    """Takes its time before it answers, so that it can be interrupted."""

    def receive(self, headers: dict[str, str], body: bytes) -> int:
        status = super().receive(headers, body)
        time.sleep(0.02)
        return status


def test_those_who_talk_to_the_world_are_killed_in_the_middle(tmp_path: Path) -> None:
    world = ThoughtfulCatcher(tmp_path / "webhooks.jsonl", some_free_port())
    world.secret = WebhookEndpointFactory(url=world.url).secrets[0]
    world.start()
    with contextlib.ExitStack() as end, breakable(tmp_path, *EVERYBODY, "webhook-worker") as stack:
        end.callback(world.stop)
        stack.mail.temper = lambda recipient, raw: time.sleep(0.02)
        services.send_list(list_id=a_list())
        wait_for(lambda: sent() > 5 and len(world.received()) > 5, 30, "the first mails and webhooks")
        stack.kill("mail-worker", over=held)
        stack.kill("webhook-worker", over=lambda: under_way("webhook:"))
        (died_over,) = under_way("webhook:")
        assert sent() < INVITEES
        assert len(world.received()) < INVITEES
        stack.start("mail-worker", "webhook-worker")
        assert_everybody_heard_once(stack, repeated=1)
        heard = Counter(UUID(fact["webhook-id"]) for fact in world.received())
        assert set(heard) == set(Event.objects.values_list("id", flat=True))
        assert set(heard.values()) <= {1, 2}
        twice = {event_id for event_id, times in heard.items() if times == 2}
        assert twice <= {Delivery.objects.get(pk=died_over).event_id}


def test_redis_is_flushed_with_work_queued(tmp_path: Path) -> None:
    with breakable(tmp_path, "relay", "worker") as stack:
        services.send_list(list_id=a_list())
        wait_for(lambda: stack.queued("mail") > 0 and stack.queued("reactions-to-many") > 0, 30, "both queues to fill")
        stack.tell_redis("FLUSHALL")
        stack.start("mail-worker")
        assert_everybody_heard_once(stack)


def test_redis_is_gone_for_ten_seconds_while_the_api_keeps_accepting(tmp_path: Path) -> None:
    unit = OrganisationFactory()
    _, secret = issue_token(
        account_id=account_with("organiser", organisation=unit).pk, name="faults", scopes=["*"], expires_in_days=1
    )
    lists = [a_list(count, lead=unit) for count in (150, 25, 25)]
    with breakable(tmp_path, "api", *EVERYBODY) as stack:
        wait_for(all_done, 30, "a quiet start")

        def send(list_id: UUID) -> float:
            answer = httpx.post(
                f"{stack.base_url}/api/v1/invitation-lists/{list_id}/send",
                headers={"Authorization": f"Bearer {secret}", "If-Match": "*"},
                timeout=10,
            )
            assert answer.status_code == 200, answer.text
            return answer.elapsed.total_seconds()

        send(lists[0])
        wait_for(lambda: letters() > 5, 30, "the first letters")
        stack.redis.stop()
        begun = time.monotonic()
        waited = [send(lists[1])]
        time.sleep(5)
        waited.append(send(lists[2]))
        assert letters() < INVITEES, "and there was work under way"
        with pytest.raises(redis.ConnectionError):
            stack.tell_redis("PING")
        time.sleep(10 - (time.monotonic() - begun))
        stack.redis.start()
        assert max(waited) < 3, f"nobody waits for Redis: {waited}"
        assert_everybody_heard_once(stack)


def test_the_relay_is_killed_between_claim_and_send(tmp_path: Path) -> None:
    """Redis still answers questions but takes nothing in: the relay has claimed and hangs when it wants to hand over."""
    with breakable(tmp_path, "relay", "worker", "mail-worker") as stack:
        wait_for(lambda: stack.tell_redis("CLIENT", "LIST").count(b"cmd=b") >= 3, 30, "everybody to listen")
        stack.tell_redis("CLIENT", "PAUSE", 60_000, "WRITE")
        services.send_list(list_id=a_list())
        wait_for(claimed, 20, "claims")
        stack.kill("relay")
        hanging = claimed()
        assert hanging > 1
        assert stack.queued("reactions-to-many") == 0
        stack.tell_redis("CLIENT", "UNPAUSE")
        stack.start("relay")
        assert_everybody_heard_once(stack)


def test_without_leases_what_was_claimed_would_be_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the relay that dies here has claimed for a year, which is to have no lease."""
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "LEASE", 365 * 24 * 3600)
        services.send_list(list_id=a_list(30))
        while outbox.fan_out({"invitation.issued": ["invitations.mail_invitation"]}):
            pass
        assert len(outbox.claim_due()) == 20
    with breakable(tmp_path, *EVERYBODY) as stack:
        wait_for(lambda: sent() == 10, 30, "the ten nobody had claimed")
        time.sleep(3)
        assert sent() == 10
        Delivery.objects.filter(state="due").update(due_at=now())
        assert_everybody_heard_once(stack, count=30)


def test_the_mail_server_is_moody(tmp_path: Path) -> None:
    """It says 451 to everybody, then 250, and once it takes a mail and hangs up before it says so."""
    tries: Counter[str] = Counter()
    cut: list[str] = []

    with breakable(tmp_path, *EVERYBODY) as stack:

        def temper(recipient: str, raw: bytes) -> str | None:
            tries[recipient] += 1
            if tries[recipient] == 1:
                return "451 4.3.0 try again"
            if not cut:
                cut.append(recipient)
                stack.mail.drop_after_data = True
            return None

        stack.mail.temper = temper
        services.send_list(list_id=a_list(60))
        assert_everybody_heard_once(stack, repeated=1, count=60)
        assert len(stack.mail.messages()) == 61, "the one that was cut off came again"
        assert {tries[recipient] for recipient in cut} == {3}
        assert set(tries.values()) == {2, 3}
