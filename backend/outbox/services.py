"""The lift: facts go in inside a transaction (`emit`), and each consumer hears each of them (`fan_out` … `handle`)."""

import datetime as dt
import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import DateTimeField
from django.db.models.expressions import RawSQL

from backend.core import context
from backend.core.clock import now
from backend.core.errors import Conflict
from backend.core.text import say
from backend.outbox import wake
from backend.outbox.models import Delivery, DeliveryAttempt, Event, WebhookEndpoint
from backend.outbox.registry import DomainEvent, known_events, payload
from backend.outbox.states import DeliveryState

log = structlog.get_logger(__name__)

#: Seconds until the next try, by tries already made. About 44 hours in all, then the delivery is dead.
LADDER = (5, 15, 60, 300, 900, 3600, 3600, 7200, 14400, 28800, 43200, 57600)
#: Seconds a claimed delivery has to be handled before it is handed out again.
LEASE = 20
#: Facts of one kind stored by one statement are many when they are more than this.
FEW = 4
#: Serialises the writers of the hash chain (pg_advisory_xact_lock key).
CHAIN_LOCK = 0x506C656E
#: What the first link of the chain follows.
GENESIS = "0" * 64
#: When a row's transaction committed, where the server keeps that (track_commit_timestamp).
COMMITTED = RawSQL(
    "CASE current_setting('track_commit_timestamp') WHEN 'on' THEN pg_xact_commit_timestamp(outbox_event.xmin) END",
    [],
    output_field=DateTimeField(),
)
Reaction = Callable[[Event], None]


class EmitOutsideTransaction(RuntimeError):
    """A fact must be stored in the transaction of the change it tells of."""


def emit(*facts: DomainEvent, conference_id: UUID | None = None) -> list[Event]:
    """Stores the facts in the current transaction and wakes the relay after its commit.

    Raises EmitOutsideTransaction outside a transaction, KeyError for an unregistered kind of fact.
    """
    if not connection.in_atomic_block:
        raise EmitOutsideTransaction("emit() needs the transaction of the change it tells of")
    here = context.current()
    known = known_events()
    rows = []
    for fact in facts:
        assert known[fact.name] is type(fact)
        body = payload(fact)
        rows.append(
            Event(
                name=fact.name,
                schema_version=fact.schema_version,
                subject_id=UUID(body[fact.subject]),
                conference_id=conference_id or (UUID(body["conference_id"]) if body.get("conference_id") else None),
                payload=body,
                actor=here.actor,
                on_behalf_of=here.on_behalf_of,
                request_id=here.request_id,
            )
        )
    created = Event.objects.bulk_create(rows)
    if created:
        transaction.on_commit(wake.relay)
    return created


def link_hash(previous: str, event: Event) -> str:
    """SHA-256 over the previous link and everything the event says, in canonical JSON."""
    said = {
        "id": str(event.id),
        "name": event.name,
        "schema_version": event.schema_version,
        "subject_id": str(event.subject_id),
        "conference_id": str(event.conference_id or ""),
        "payload": event.payload,
        "actor": event.actor,
        "on_behalf_of": event.on_behalf_of,
        "request_id": event.request_id,
        "recorded_at": event.recorded_at.astimezone(dt.UTC).isoformat(),
        "position": event.position,
    }
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()


@transaction.atomic
def fan_out(subscriptions: Mapping[str, Iterable[str]], *, limit: int = 500) -> int:
    """Takes committed facts nobody has relayed yet: gives each its place in the hash chain and one due delivery per
    consumer (reactions from `subscriptions`, plus matching webhook endpoints). Returns how many facts it took."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
    unrelayed = Event.objects.filter(position__isnull=True).order_by("recorded_at", "id")
    events = list(unrelayed.annotate(committed=COMMITTED)[:limit])
    if not events:
        return 0
    last = Event.objects.filter(position__isnull=False).order_by("-position").only("position", "hash").first()
    position, previous = (last.position or 0, last.hash) if last else (0, GENESIS)
    # Locked, so that an endpoint closed or removed meanwhile is either seen here or buries what is added here.
    endpoints = list(WebhookEndpoint.objects.filter(active=True).select_for_update(no_key=True).order_by("id"))
    together = Counter((event.name, event.recorded_at) for event in events)
    deliveries = []
    for event in events:
        position += 1
        of_many = together[event.name, event.recorded_at] > FEW
        event.position, event.previous_hash, event.committed_at = position, previous, event.committed
        event.hash = previous = link_hash(previous, event)
        consumers = [f"reaction:{name}" for name in subscriptions.get(event.name, ())]
        consumers += [f"webhook:{e.id}" for e in endpoints if not e.event_names or event.name in e.event_names]
        deliveries += [Delivery(event=event, consumer=consumer, of_many=of_many) for consumer in consumers]
    _fill_chain(events)
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    return len(events)


def _fill_chain(events: Sequence[Event]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outbox_event e SET position = v.position, previous_hash = v.previous, hash = v.hash,"
            " committed_at = v.committed"
            " FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::text[], %s::timestamptz[])"
            " AS v(id, position, previous, hash, committed) WHERE e.id = v.id",
            [
                [event.id for event in events],
                [event.position for event in events],
                [event.previous_hash for event in events],
                [event.hash for event in events],
                [event.committed_at for event in events],
            ],
        )


def claim_due(*, each: int = 20, of_many: bool | None = None) -> list[tuple[UUID, str]]:
    """Pushes the due time of up to `each` due deliveries of every reaction a lease ahead and commits; returns
    (id, consumer), oldest first. Whoever dies with them in hand loses nothing: after the lease they are due again.

    Every reaction has its share, so that thousands of letters never stand in front of one count of votes; with
    `of_many` only those of many facts stored together are claimed, or only the others, so that thousands of letters never
    stand in front of one letter either. Webhooks are claimed by endpoint (`webhooks.claim_endpoints`).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH waiting AS (SELECT DISTINCT consumer, of_many FROM outbox_delivery"
            " WHERE state = 'due' AND due_at <= clock_timestamp() AND starts_with(consumer, 'reaction:')"
            " AND of_many = COALESCE(%(of_many)s, of_many)),"
            " due AS (SELECT d.id FROM waiting CROSS JOIN LATERAL (SELECT id FROM outbox_delivery"
            " WHERE state = 'due' AND consumer = waiting.consumer AND of_many = waiting.of_many"
            " AND due_at <= clock_timestamp()"
            " ORDER BY due_at, id LIMIT %(each)s FOR UPDATE SKIP LOCKED) d)"
            " UPDATE outbox_delivery d SET due_at = clock_timestamp() + make_interval(secs => %(lease)s)"
            " FROM due WHERE d.id = due.id RETURNING d.id, d.consumer",
            {"each": each, "lease": LEASE, "of_many": of_many},
        )
        return sorted((row[0], row[1]) for row in cursor.fetchall())


def release(delivery_ids: Iterable[UUID], *, seconds: int = 1) -> None:
    """Gives claimed deliveries back early, because they could not be handed to a worker."""
    Delivery.objects.filter(id__in=list(delivery_ids), state=DeliveryState.DUE).update(
        due_at=now() + dt.timedelta(seconds=seconds)
    )


def begin(delivery_id: UUID) -> Delivery | None:
    """Counts the try in a transaction of its own, so that a consumer that kills its worker runs out of tries too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outbox_delivery SET attempts = attempts + 1, started_at = COALESCE(started_at, clock_timestamp()),"
            " due_at = clock_timestamp() + make_interval(secs => %s) WHERE id = ("
            " SELECT id FROM outbox_delivery WHERE id = %s AND state = 'due' FOR UPDATE SKIP LOCKED) RETURNING id",
            [LEASE, delivery_id],
        )
        if cursor.fetchone() is None:
            return None
    delivery = Delivery.objects.select_related("event").get(pk=delivery_id)
    if delivery.attempts > len(LADDER) + 1:
        fail(delivery, "every try ended without a word: its worker died", 0, final=True)
        return None
    return delivery


def handle(delivery_id: UUID, reaction: Reaction) -> bool:
    """Runs `reaction` and settles the delivery in one transaction; False when it was settled or is in other hands.

    A failing reaction leaves nothing behind but a later due time and the reason, or, after the last try, a dead
    delivery. The error is logged, not raised: the retry belongs to the database.
    """
    started = begin(delivery_id)
    if started is None:
        return False
    begun = time.perf_counter()
    acting = context.acting(
        actor=started.consumer, on_behalf_of=started.event.actor, request_id=started.event.request_id
    )
    try:
        with acting, transaction.atomic():
            held = (
                Delivery.objects.select_for_update(skip_locked=True, of=("self",))
                .filter(pk=delivery_id, state=DeliveryState.DUE)
                .first()
            )
            if held is None:
                return False
            reaction(started.event)
            Delivery.objects.filter(pk=delivery_id).update(state=DeliveryState.SETTLED, settled_at=now(), last_error="")
    except Exception as error:
        log.exception("reaction_failed", consumer=started.consumer, delivery=str(delivery_id))
        fail(started, f"{type(error).__name__}: {error}"[:500], _milliseconds(begun))
        return False
    return True


def _milliseconds(begun: float) -> int:
    return int((time.perf_counter() - begun) * 1000)


def settle(delivery: Delivery, outcome: str, milliseconds: int) -> None:
    """Records the last, successful try of a delivery that went out of the house."""
    with transaction.atomic():
        DeliveryAttempt.objects.create(
            delivery=delivery, number=delivery.attempts, outcome=outcome, milliseconds=milliseconds
        )
        Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.SETTLED, settled_at=now(), last_error="")


def fail(delivery: Delivery, reason: str, milliseconds: int, *, final: bool = False) -> None:
    """Records a failed try and when the next one is due; after the last rung (or `final`) the delivery is dead."""
    dead = final or delivery.attempts > len(LADDER)
    wait = 0 if dead else LADDER[delivery.attempts - 1]
    with transaction.atomic():
        DeliveryAttempt.objects.create(
            delivery=delivery, number=delivery.attempts, outcome=reason[:500], milliseconds=milliseconds
        )
        Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.DUE).update(
            state=DeliveryState.DEAD if dead else DeliveryState.DUE,
            due_at=now() + dt.timedelta(seconds=wait),
            last_error=reason[:500],
        )
    if dead:
        log.error("delivery_dead", delivery=str(delivery.pk), consumer=delivery.consumer)


def put_off(unanswered: Delivery, reason: str) -> None:
    """Counts a try, as `fail` does, for everything else that waits for the consumer that has just not answered."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH waiting AS (SELECT id FROM outbox_delivery WHERE consumer = %(consumer)s AND state = 'due'"
            " AND due_at <= clock_timestamp() AND id <> %(unanswered)s FOR UPDATE SKIP LOCKED),"
            " tried AS (UPDATE outbox_delivery d SET attempts = attempts + 1, last_error = %(reason)s,"
            " state = CASE WHEN attempts < %(rungs)s THEN 'due' ELSE 'dead' END, due_at = clock_timestamp()"
            " + make_interval(secs => (%(ladder)s::int[])[LEAST(attempts + 1, %(rungs)s)])"
            " FROM waiting WHERE d.id = waiting.id RETURNING d.id, d.attempts)"
            " INSERT INTO outbox_deliveryattempt (delivery_id, number, at, milliseconds, outcome)"
            " SELECT id, attempts, clock_timestamp(), 0, %(reason)s FROM tried",
            {
                "consumer": unanswered.consumer,
                "unanswered": unanswered.pk,
                "reason": reason[:500],
                "rungs": len(LADDER),
                "ladder": list(LADDER),
            },
        )


@transaction.atomic
def redeliver(*, delivery_ids: Iterable[UUID]) -> int:
    """Makes dead deliveries due again, with all their tries before them; returns how many.

    Raises Conflict when one of them is not dead.
    """
    wanted = list(delivery_ids)
    rows = list(Delivery.objects.select_for_update().filter(id__in=wanted))
    if len(rows) != len(set(wanted)) or any(row.state != DeliveryState.DEAD for row in rows):
        raise Conflict(say(vi="Chỉ gửi lại được những lượt đã bỏ cuộc.", en="Only dead deliveries can be redelivered."))
    Delivery.objects.filter(id__in=wanted).update(state=DeliveryState.DUE, attempts=0, due_at=now(), settled_at=None)
    transaction.on_commit(wake.relay)
    return len(rows)


def hand_out(deliver: Callable[[UUID, str], None], *, each: int = 20, of_many: bool | None = None) -> int:
    """Claims due deliveries as `claim_due` does and passes each to `deliver`; what cannot be passed on is released and the error raised."""
    claimed = claim_due(each=each, of_many=of_many)
    for index, (delivery_id, consumer) in enumerate(claimed):
        try:
            deliver(delivery_id, consumer)
        except Exception:
            release([row[0] for row in claimed[index:]])
            raise
    return len(claimed)
