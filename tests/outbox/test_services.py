"""How facts get in, get their place, and are heard once by each consumer."""

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from backend.core import context
from backend.core.clock import now
from backend.mail.events import MailRefused
from backend.outbox import services, wake
from backend.outbox.models import Delivery, DeliveryAttempt, Event
from backend.outbox.services import EmitOutsideTransaction, emit, fan_out, handle
from backend.outbox.states import DeliveryState
from tests.factories.outbox import DeliveryFactory, EventFactory, WebhookEndpointFactory
from tests.threads import in_threads


def a_fact() -> MailRefused:
    return MailRefused(mail_id=uuid4(), conference_id=None, purpose="invitation")


def nothing(event: Event) -> None:
    """A reaction that succeeds."""


def failing(event: Event) -> None:
    raise ValueError("không được")


# -- emit


@pytest.mark.django_db(transaction=True)
def test_a_fact_without_a_transaction_is_refused() -> None:
    with pytest.raises(EmitOutsideTransaction):
        emit(a_fact())

    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_fact_shares_the_fate_of_its_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    rings: list[int] = []
    monkeypatch.setattr(wake, "relay", lambda: rings.append(1))
    with transaction.atomic():
        emit(a_fact())
        transaction.set_rollback(True)
    assert (Event.objects.count(), rings) == (0, [])

    with transaction.atomic():
        emit(a_fact())
        assert rings == [], "nobody is woken before the commit"
    assert (Event.objects.count(), rings) == (1, [1])


@pytest.mark.django_db
def test_a_fact_says_who_acted_for_whom_in_which_request() -> None:
    fact = a_fact()
    with context.acting(actor="reaction:x", on_behalf_of="account:y", request_id="r-1"):
        emit(fact)

    event = Event.objects.get()
    assert (event.actor, event.on_behalf_of, event.request_id) == ("reaction:x", "account:y", "r-1")
    assert (event.name, event.subject_id, event.payload["purpose"]) == ("mail.refused", fact.mail_id, "invitation")


@pytest.mark.django_db(transaction=True)
def test_a_redis_that_is_away_stops_no_commit(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    wake.client.cache_clear()
    monkeypatch.setattr(wake, "_quiet_until", 0.0)
    try:
        with transaction.atomic():
            emit(a_fact())
    finally:
        wake.client.cache_clear()
        monkeypatch.setattr(wake, "_quiet_until", 0.0)

    assert Event.objects.count() == 1


# -- fan_out


@pytest.mark.django_db(transaction=True)
def test_each_fact_gets_its_place_and_one_delivery_per_consumer() -> None:
    everything = WebhookEndpointFactory()
    WebhookEndpointFactory(event_names=["poll.sealed"])
    WebhookEndpointFactory(active=False)
    events = EventFactory.create_batch(3)

    assert fan_out({"conference.announced": ["a.b", "c.d"]}) == 3
    assert fan_out({"conference.announced": ["a.b", "c.d"]}) == 0

    placed = list(Event.objects.order_by("position"))
    assert [event.pk for event in placed] == [event.pk for event in events]
    assert [event.position for event in placed] == [1, 2, 3]
    assert [event.previous_hash for event in placed] == [services.GENESIS, placed[0].hash, placed[1].hash]
    assert sorted(Delivery.objects.filter(event=events[0]).values_list("consumer", flat=True)) == [
        "reaction:a.b",
        "reaction:c.d",
        f"webhook:{everything.pk}",
    ]


@pytest.mark.django_db(transaction=True)
def test_the_time_of_commit_is_kept_where_the_server_knows_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW track_commit_timestamp")
        kept = cursor.fetchone()[0] == "on"
    event = EventFactory()

    fan_out({})

    event.refresh_from_db()
    assert (event.committed_at is not None) == kept
    if event.committed_at:
        assert timedelta(0) <= event.committed_at - event.recorded_at < timedelta(seconds=5)


@pytest.mark.django_db(transaction=True)
def test_many_relays_at_once_make_one_chain() -> None:
    EventFactory.create_batch(40)

    taken = in_threads(4, lambda: sum(fan_out({"conference.announced": ["a.b"]}, limit=7) for _ in range(6)))

    assert sum(taken) == 40
    assert list(Event.objects.order_by("position").values_list("position", flat=True)) == list(range(1, 41))
    assert Delivery.objects.count() == 40


# -- claim_due, release


@pytest.mark.django_db(transaction=True)
def test_a_claimed_delivery_is_due_again_only_after_its_lease() -> None:
    deliveries = DeliveryFactory.create_batch(3)
    DeliveryFactory(due_at=now() + timedelta(minutes=1))
    DeliveryFactory(state=DeliveryState.SETTLED)

    claimed = services.claim_due()

    assert {row[0] for row in claimed} == {delivery.pk for delivery in deliveries}
    assert services.claim_due() == []
    services.release([deliveries[0].pk], seconds=0)
    assert services.claim_due() == [(deliveries[0].pk, deliveries[0].consumer)]


@pytest.mark.django_db(transaction=True)
def test_many_claiming_at_once_share_the_work() -> None:
    DeliveryFactory.create_batch(30, consumer="reaction:a.b")

    claimed = [row for result in in_threads(5, lambda: services.claim_due(each=10)) for row in result]

    assert len(claimed) == len({row[0] for row in claimed}) == 30


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_handed_on_is_given_back() -> None:
    DeliveryFactory.create_batch(3)
    handed: list[UUID] = []

    def broker_that_dies(delivery_id: UUID, consumer: str) -> None:
        if handed:
            raise ConnectionError
        handed.append(delivery_id)

    with pytest.raises(ConnectionError):
        services.hand_out(broker_that_dies)

    soon = Delivery.objects.filter(due_at__lt=now() + timedelta(seconds=2))
    assert soon.count() == 2
    assert not soon.filter(pk=handed[0]).exists()


# -- handle


@pytest.mark.django_db(transaction=True)
def test_a_delivery_handled_by_many_at_once_is_handled_once() -> None:
    delivery = DeliveryFactory()
    runs: list[UUID] = []
    slowly = threading.Event()

    def reaction(event: Event) -> None:
        runs.append(event.pk)
        slowly.wait(0.3)

    assert sorted(in_threads(6, lambda: handle(delivery.pk, reaction))) == [False] * 5 + [True]
    assert runs == [delivery.event_id]
    delivery.refresh_from_db()
    assert delivery.state == "settled"
    assert handle(delivery.pk, reaction) is False, "settled is settled"


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_delivery_would_be_handled_more_than_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the row lock, and nothing else, keeps a second worker out."""
    delivery = DeliveryFactory()
    runs: list[UUID] = []
    slowly = threading.Event()
    query_set = type(Delivery.objects.all())
    monkeypatch.setattr(query_set, "select_for_update", lambda rows, **_: rows)

    def reaction(event: Event) -> None:
        runs.append(event.pk)
        slowly.wait(0.5)

    in_threads(4, lambda: handle(delivery.pk, reaction))

    assert len(runs) > 1


@pytest.mark.django_db(transaction=True)
def test_a_reaction_that_fails_leaves_nothing_but_a_later_try_and_a_reason() -> None:
    delivery = DeliveryFactory()

    def half_done(event: Event) -> None:
        EventFactory(name="left.behind")
        raise ValueError("không được")

    assert handle(delivery.pk, half_done) is False

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.last_error) == ("due", 1, "ValueError: không được")
    assert timedelta(seconds=3) < delivery.due_at - now() <= timedelta(seconds=services.LADDER[0])
    assert not Event.objects.filter(name="left.behind").exists()
    assert DeliveryAttempt.objects.get().outcome == "ValueError: không được"


@pytest.mark.django_db(transaction=True)
def test_a_reaction_acts_in_the_name_of_its_consumer() -> None:
    delivery = DeliveryFactory(event=EventFactory(actor="account:z", request_id="r-2"))
    seen: list[context.Context] = []

    handle(delivery.pk, lambda event: seen.append(context.current()))

    assert seen == [context.Context(actor=delivery.consumer, on_behalf_of="account:z", request_id="r-2")]


@pytest.mark.django_db(transaction=True)
def test_the_ladder_is_climbed_to_its_end_then_the_delivery_is_dead_until_redelivered() -> None:
    delivery = DeliveryFactory()
    waits = []
    for _ in range(len(services.LADDER) + 1):
        handle(delivery.pk, failing)
        delivery.refresh_from_db()
        waits.append(round((delivery.due_at - now()).total_seconds()))
    assert tuple(waits[:-1]) == services.LADDER
    assert (delivery.state, delivery.tries.count()) == ("dead", len(services.LADDER) + 1)
    assert handle(delivery.pk, nothing) is False, "the dead are left alone"

    assert services.redeliver(delivery_ids=[delivery.pk]) == 1
    assert handle(delivery.pk, nothing) is True


@pytest.mark.django_db(transaction=True)
def test_a_consumer_that_kills_its_workers_runs_out_of_tries() -> None:
    delivery = DeliveryFactory(attempts=len(services.LADDER) + 1)

    assert handle(delivery.pk, nothing) is False

    delivery.refresh_from_db()
    assert delivery.state == "dead"
