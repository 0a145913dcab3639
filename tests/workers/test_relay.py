"""From a stored fact to the reaction, through a real Redis, with every way to get lost on the way."""

import re
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import redis
from django.db import connections, transaction
from kombu.exceptions import OperationalError as BrokerError

from backend.conferences.events import ConferenceAnnounced
from backend.core.clock import now
from backend.embedded import commands
from backend.mail import services as services_of_mail
from backend.mail.models import MailBatch, OutgoingMail
from backend.mail.post import Post
from backend.mail.states import Lane
from backend.outbox import services, wake, webhooks
from backend.outbox.models import Delivery, Event
from backend.outbox.services import LADDER
from tests.factories.mail import MailBatchFactory, OutgoingMailFactory
from tests.factories.outbox import DeliveryFactory, EventFactory, WebhookEndpointFactory
from workers import subscriptions
from workers.celery import app
from workers.relay import FULL, MAIL, REACTIONS, Relay

pytestmark = pytest.mark.django_db(transaction=True)
WorkOff = Callable[..., int]


class Heard(list[UUID]):
    """A reaction that keeps which facts it heard."""

    def __call__(self, event: Event) -> None:
        self.append(event.pk)


@pytest.fixture(autouse=True)
def _an_announcement_makes_nothing_happen(monkeypatch: pytest.MonkeyPatch) -> None:
    """But what the test itself subscribes."""
    monkeypatch.delitem(subscriptions.SUBSCRIPTIONS, "conference.announced", raising=False)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    ear = Heard()
    subscribe(monkeypatch, "conference.announced", "test.hear", ear)
    return ear


def subscribe(monkeypatch: pytest.MonkeyPatch, event: str, name: str, reaction: services.Reaction) -> None:
    monkeypatch.setitem(subscriptions.SUBSCRIPTIONS, event, [*subscriptions.SUBSCRIPTIONS.get(event, []), name])
    monkeypatch.setitem(subscriptions.REACTIONS, name, reaction)


def time_passes() -> None:
    """Whatever waits for a lease or a later try is due."""
    Delivery.objects.filter(state="due").update(due_at=now())


def states() -> list[str]:
    return sorted(Delivery.objects.values_list("state", flat=True))


# -- reactions


def test_a_fact_reaches_its_reaction_once(relay: Relay, work_off: WorkOff, heard: Heard) -> None:
    events = EventFactory.create_batch(3)

    assert relay.turn() == 6, "three facts taken, three deliveries handed out"
    assert relay.turn() == 0
    assert work_off("reactions") == 3

    assert heard == [event.pk for event in events], "in their order, when nothing goes wrong"
    assert states() == ["settled"] * 3


def test_what_a_flushed_redis_forgot_is_handed_out_again_after_its_lease(
    relay: Relay, work_off: WorkOff, heard: Heard, queues: redis.Redis
) -> None:
    EventFactory.create_batch(3)
    relay.turn()
    queues.flushdb()

    assert (relay.turn(), work_off()) == (0, 0)
    due = Delivery.objects.order_by("due_at").values_list("due_at", flat=True)
    assert timedelta(0) < due[0] - now() <= timedelta(seconds=services.LEASE)
    time_passes()
    assert relay.turn() == 3
    work_off()

    assert (len(heard), states()) == (3, ["settled"] * 3)


def test_what_was_handed_out_twice_is_heard_once(relay: Relay, work_off: WorkOff, heard: Heard) -> None:
    EventFactory()
    relay.turn()
    time_passes()
    relay.turn()

    assert work_off("reactions") == 2
    assert len(heard) == 1


def test_a_poisonous_fact_dies_after_the_ladder_and_holds_up_nobody(
    relay: Relay, work_off: WorkOff, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisonous = EventFactory(name="test.poison")

    def choke(event: Event) -> None:
        raise ValueError("không nuốt nổi")

    subscribe(monkeypatch, "test.poison", "test.choke", choke)
    subscribe(monkeypatch, "test.poison", "test.hear", heard)
    others = EventFactory.create_batch(5)
    relay.turn()
    work_off()
    assert set(heard) == {poisonous.pk, *(event.pk for event in others)}, "not even the same fact's other reaction"

    for _ in LADDER:
        time_passes()
        relay.turn()
        work_off()
    dead = Delivery.objects.get(state="dead")
    assert (dead.consumer, dead.attempts, dead.tries.count()) == ("reaction:test.choke", 13, 13)
    assert dead.last_error == "ValueError: không nuốt nổi"
    time_passes()
    assert relay.turn() == 0, "the dead are left alone"

    monkeypatch.setitem(subscriptions.REACTIONS, "test.choke", heard)
    services.redeliver(delivery_ids=[dead.pk])
    relay.turn()
    work_off()
    assert heard[-1] == poisonous.pk
    assert states() == ["settled"] * 7


def test_a_long_mailing_does_not_stand_in_front_of_a_count(relay: Relay, queues: redis.Redis) -> None:
    DeliveryFactory.create_batch(100, consumer="reaction:invitations.mail_invitation")
    count = DeliveryFactory(consumer="reaction:resolutions.count")

    relay.turn()

    count.refresh_from_db()
    assert count.due_at > now() + timedelta(seconds=5), "claimed in the first turn"
    assert queues.llen("reactions") == 21


def test_without_shares_the_count_would_wait_for_the_whole_mailing(relay: Relay, queues: redis.Redis) -> None:
    """The negative control: the same work under one name is handed out in its order."""
    DeliveryFactory.create_batch(100, consumer="reaction:invitations.mail_invitation")
    last = DeliveryFactory(consumer="reaction:invitations.mail_invitation")

    relay.turn()

    last.refresh_from_db()
    assert last.due_at <= now()


def test_one_fact_does_not_wait_for_many_of_its_kind(
    relay: Relay, queues: redis.Redis, heard: Heard, work_off: WorkOff
) -> None:
    one = many_and_one()

    relay.turn()

    assert (queues.llen("reactions"), queues.llen("reactions-to-many")) == (1, REACTIONS["reactions-to-many"][1])
    work_off("reactions")
    assert heard == [one.pk]
    worker = re.search(r"--queues (\S+)", commands()["worker"])
    assert worker
    assert worker[1].split(",") == sorted(worker[1].split(",")) == ["clock", *REACTIONS]
    assert app.conf.broker_transport_options["queue_order_strategy"] == "sorted", "so they are emptied in this order"


def test_if_many_were_not_told_from_one_it_would_wait(
    relay: Relay, heard: Heard, work_off: WorkOff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "FEW", 1000)
    one = many_and_one()

    relay.turn()

    work_off("reactions")
    assert len(heard) == REACTIONS["reactions"][1]
    assert one.pk not in heard


def many_and_one() -> Event:
    with transaction.atomic():
        services.emit(*(ConferenceAnnounced(conference_id=uuid4()) for _ in range(60)))
    with transaction.atomic():
        (one,) = services.emit(ConferenceAnnounced(conference_id=uuid4()))
    return one


def test_nothing_is_claimed_for_a_queue_that_is_full(relay: Relay, queues: redis.Redis) -> None:
    queues.rpush("reactions", *range(FULL["reactions"]))
    event, endpoint = EventFactory(relayed=1), WebhookEndpointFactory()
    reaction = DeliveryFactory(event=event)
    DeliveryFactory(event=event, consumer=webhooks.consumer_of(endpoint.pk))

    assert relay.turn() == 1, "the endpoint only"
    reaction.refresh_from_db()
    assert reaction.due_at <= now()
    assert relay.crowded
    queues.delete("reactions")
    assert relay.turn() == 1
    assert not relay.crowded


def test_what_redis_does_not_take_is_given_back_at_once(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    DeliveryFactory.create_batch(3)
    endpoint = WebhookEndpointFactory()
    DeliveryFactory(consumer=f"webhook:{endpoint.pk}")
    OutgoingMailFactory.create_batch(3)
    OutgoingMailFactory.create_batch(3, batch=MailBatchFactory())

    def away(name: str, *_: Any, **__: Any) -> None:
        raise BrokerError(name)

    monkeypatch.setattr(app, "send_task", away)
    with pytest.raises(BrokerError, match="plenum.react"):
        relay.turn()
    with pytest.raises(BrokerError):
        relay._call(None)
    for lane in Lane:
        with pytest.raises(BrokerError):
            relay._mails(None, lane)

    soon = now() + timedelta(seconds=2)
    assert not Delivery.objects.filter(due_at__gt=soon).exists()
    assert not OutgoingMail.objects.filter(due_at__gt=soon).exists()
    endpoint.refresh_from_db()
    assert endpoint.held_until is None


# -- webhooks and mail


def test_an_endpoint_with_much_to_hear_is_one_task(relay: Relay, work_off: WorkOff, settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_ADDRESSES = True
    endpoint = WebhookEndpointFactory(url="http://127.0.0.1:1/")
    EventFactory.create_batch(5)

    assert relay.turn() == 6, "five facts, one endpoint"
    assert relay.turn() == 0, "it is held"
    assert work_off("reactions") == 0
    assert work_off("webhooks") == 1

    assert Delivery.objects.filter(consumer=webhooks.consumer_of(endpoint.pk), attempts=1).count() == 5


@pytest.mark.parametrize("lane", Lane)
def test_mails_go_out_in_chunks(relay: Relay, queues: redis.Redis, lane: Lane) -> None:
    queue, per_task = MAIL[lane]
    OutgoingMailFactory.create_batch(per_task + 1, batch=MailBatchFactory() if lane == Lane.BULK else None)

    assert relay.turn() == per_task + 1
    assert queues.llen(queue) == 2
    assert relay.turn() == 0


# -- the lane of what is urgent


def two_thousand_letters() -> MailBatch:
    batch: MailBatch = MailBatchFactory()
    services_of_mail.queue_all(OutgoingMailFactory.build_batch(2000, batch=batch, raw=b"To: an@xa.example\r\n\r\n."))
    return batch


def test_a_one_time_link_is_not_behind_two_thousand_letters(
    relay: Relay, queues: redis.Redis, work_off: WorkOff, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their queue is full, their pace is used up, their worker hangs: the link is out with the relay's next look."""
    settings.MAIL_DOMAIN_RATES, settings.MAIL_SENDER_RATE = {"*": 60}, 30
    two_thousand_letters()
    queues.rpush("mail", *range(FULL["mail"]))
    sent: list[str] = []
    monkeypatch.setattr(Post, "send", lambda self, *, sender, recipient, raw: sent.append(recipient) or "250 taken")
    link = OutgoingMailFactory(purpose="seat-offer")

    assert relay.turn() == 1
    assert work_off("urgent-mail") == 1
    assert sent == [link.recipient]
    link.refresh_from_db()
    assert link.state == "sent"


def test_without_a_lane_of_its_own_the_link_would_wait(relay: Relay, queues: redis.Redis) -> None:
    """The negative control: the same link as one more letter of the batch is not even handed out."""
    link = OutgoingMailFactory(batch=two_thousand_letters())
    relay.turn()

    link.refresh_from_db()
    assert queues.llen("mail") == FULL["mail"]
    assert link.due_at <= now(), "nobody claimed it"


# -- the motor


@pytest.fixture
def running(relay: Relay) -> Any:
    def run() -> None:
        try:
            relay.run()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    yield relay
    relay.stop()
    wake.relay()
    thread.join(10)
    assert not thread.is_alive()


def seconds_until(condition: Callable[[], Any], most: float = 10) -> float:
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < most
        time.sleep(0.002)
    return time.monotonic() - begun


@pytest.mark.usefixtures("running", "heard")
def test_a_commit_wakes_the_relay(queues: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    waits = []
    for _ in range(5):
        time.sleep(0.2)
        queues.delete("reactions")
        with transaction.atomic():
            EventFactory()
            transaction.on_commit(wake.relay)
        waits.append(seconds_until(lambda: queues.llen("reactions")))

    assert sorted(waits)[2] < 0.4, waits


@pytest.mark.usefixtures("running", "heard")
def test_without_the_bell_the_relay_looks_for_itself(queues: redis.Redis) -> None:
    time.sleep(0.2)
    EventFactory()

    assert seconds_until(lambda: queues.llen("reactions")) < 5


def test_the_relay_outlives_what_it_talks_to(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[int] = []

    def turn() -> int:
        turns.append(1)
        if len(turns) == 1:
            raise redis.ConnectionError
        if len(turns) == 2:
            raise BrokerError
        relay.stop()
        return 1

    monkeypatch.setattr(relay, "turn", turn)
    relay.run()

    assert len(turns) == 3


def test_every_queue_that_is_filled_is_emptied_by_a_program() -> None:
    emptied = [name for line in commands().values() for name in re.findall(r"--queues (\S+)", line)]

    assert sorted(",".join(emptied).split(",")) == sorted(["clock", *FULL])
