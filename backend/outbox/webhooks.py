"""Sends facts to addresses outside the house, signed by the Standard Webhooks scheme.

Each endpoint is called by one worker at a time, one fact after the other over a kept line. A hold on the endpoint says
whose turn it is. So however slow or dead an endpoint is, it costs the others at most one thread.
"""

import datetime as dt
import json
import secrets
import time
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from standardwebhooks import Webhook

from backend.core.errors import Invalid
from backend.core.queries import locked
from backend.core.text import say
from backend.outbox import outside, wake
from backend.outbox.models import Delivery, WebhookEndpoint
from backend.outbox.outside import AddressRefused, NoAnswer, public_addresses
from backend.outbox.queries import cloud_event
from backend.outbox.registry import known_events
from backend.outbox.services import begin, fail, put_off, settle
from backend.outbox.states import DeliveryState

#: Seconds a worker calls one endpoint before others get their turn.
TURN = 5.0
#: Answers that say: not now, whatever it is about.
NOT_NOW = {429, 502, 503, 504}


def new_secret() -> str:
    """A signing secret in the whsec_ form."""
    return "whsec_" + b64encode(secrets.token_bytes(32)).decode()


def _check(url: str, event_names: Iterable[str]) -> None:
    if not url.lower().startswith("https:") and not settings.WEBHOOK_PRIVATE_ADDRESSES:
        raise Invalid({"url": say(vi="Phải là địa chỉ https.", en="Must be an https address.")})
    try:
        public_addresses(url)
    except AddressRefused as error:
        raise Invalid({"url": error.sentence}) from None
    unknown = sorted(set(event_names) - set(known_events()))
    if unknown:
        raise Invalid(
            {
                "event_names": say(
                    vi="Sự kiện không có: {names}.", en="Unknown events: {names}.", names=", ".join(unknown)
                )
            }
        )


@transaction.atomic
def add_endpoint(
    *, organisation_id: UUID | None, url: str, event_names: list[str], description: str = ""
) -> WebhookEndpoint:
    """Registers an endpoint with a fresh secret; [] as `event_names` means every event.

    Raises Invalid when the address is not public, not https or carries credentials, or an event is unknown.
    """
    _check(url, event_names)
    return WebhookEndpoint.objects.create(
        organisation_id=organisation_id,
        url=url,
        event_names=event_names,
        description=description,
        secrets=[new_secret()],
    )


@transaction.atomic
def change_endpoint(*, endpoint_id: UUID, changes: Mapping[str, Any], expected: int | None = None) -> WebhookEndpoint:
    """Changes where an endpoint is and what it hears; its secrets stay. Raises Invalid as `add_endpoint` does."""
    endpoint = locked(WebhookEndpoint, endpoint_id, expected=expected)
    for name, value in changes.items():
        setattr(endpoint, name, value)
    _check(endpoint.url, endpoint.event_names)
    endpoint.save()
    return endpoint


@transaction.atomic
def remove_endpoint(*, endpoint_id: UUID, expected: int | None = None) -> None:
    """Forgets the endpoint and its secrets; what was still due for it is dead."""
    locked(WebhookEndpoint, endpoint_id, expected=expected).delete()
    _bury(endpoint_id, "the endpoint was removed")


@transaction.atomic
def rotate_secret(*, endpoint_id: UUID) -> WebhookEndpoint:
    """Puts a fresh secret first and keeps one old one, so that receivers can change over; both sign until the next rotation."""
    endpoint = locked(WebhookEndpoint, endpoint_id)
    endpoint.secrets = [new_secret(), *endpoint.secrets[:1]]
    endpoint.save()
    return endpoint


@transaction.atomic
def set_active(*, endpoint_id: UUID, active: bool, reason: str = "") -> WebhookEndpoint:
    """Opens or closes an endpoint; a closed one hears nothing that happens meanwhile, and what was due for it is dead."""
    endpoint = locked(WebhookEndpoint, endpoint_id)
    endpoint.active, endpoint.disabled_reason = active, "" if active else reason
    endpoint.save()
    if not active:
        _bury(endpoint_id, f"the endpoint was closed: {reason}")
    return endpoint


def consumer_of(endpoint_id: UUID) -> str:
    return f"webhook:{endpoint_id}"


def _bury(endpoint_id: UUID, reason: str) -> None:
    """With the endpoint locked, so that the relay cannot add to it at the same time."""
    due = Delivery.objects.filter(consumer=consumer_of(endpoint_id), state=DeliveryState.DUE)
    due.update(state=DeliveryState.DEAD, last_error=reason[:500])


def signed(endpoint: WebhookEndpoint, message_id: str, moment: dt.datetime, body: str) -> dict[str, str]:
    """The Standard Webhooks headers, one signature per live secret."""
    signatures = " ".join(Webhook(secret).sign(message_id, moment, body) for secret in endpoint.secrets)
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": signatures,
    }


# -- turns


def _hold_seconds() -> int:
    """Seconds without a sign of life after which an endpoint is handed to another worker: longer than any one call."""
    return settings.WEBHOOK_TIMEOUT_SECONDS + 20


def claim_endpoints() -> list[tuple[UUID, str]]:
    """Holds every endpoint that has something due and nobody calling it; returns (id, the hold's mark).
    Whoever dies with one in hand loses nothing: the hold runs out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outbox_webhookendpoint e SET held_until = clock_timestamp() + make_interval(secs => %s)"
            " WHERE (held_until IS NULL OR held_until <= clock_timestamp()) AND EXISTS (SELECT FROM outbox_delivery d"
            " WHERE d.consumer = 'webhook:' || e.id AND d.state = 'due' AND d.due_at <= clock_timestamp())"
            " RETURNING id, held_until",
            [_hold_seconds()],
        )
        return [(row[0], row[1].isoformat()) for row in cursor.fetchall()]


def release(held: Iterable[tuple[UUID, str]]) -> None:
    """Gives endpoints back early, because they could not be handed to a worker."""
    for endpoint_id, mark in held:
        WebhookEndpoint.objects.filter(pk=endpoint_id, held_until=mark).update(held_until=None)


def call(endpoint_id: UUID, mark: str) -> int:
    """One turn: sends the endpoint what is due for it, in order, and returns how many it took. Ends early when it does
    not answer; then all that waits for it goes up its ladder too, ahead of the one that was not answered, so that a
    fact the receiver chokes on holds up the others once. Does nothing when the hold has passed to somebody else."""
    hold = _Hold(endpoint_id, mark)
    ends = time.monotonic() + TURN
    taken = 0
    while time.monotonic() < ends and hold.renewed():
        delivery_id = _next_due(endpoint_id)
        if delivery_id is None:
            break
        answer = _send(delivery_id)
        taken += answer.taken
        if answer.not_now:
            break
    hold.let_go()
    # What fell due since the last look would else wait for the relay's poll.
    if _next_due(endpoint_id):
        wake.relay()
    return taken


class _Hold:
    """The right to call one endpoint, renewed before it runs out."""

    def __init__(self, endpoint_id: UUID, mark: str) -> None:
        self.endpoint_id, self.mark, self.fresh_until = endpoint_id, mark, 0.0

    def renewed(self) -> bool:
        """False when it is somebody else's by now."""
        if time.monotonic() < self.fresh_until:
            return True
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE outbox_webhookendpoint SET held_until = clock_timestamp() + make_interval(secs => %s)"
                " WHERE id = %s AND held_until = %s RETURNING held_until",
                [_hold_seconds(), self.endpoint_id, self.mark],
            )
            row = cursor.fetchone()
        if row is None:
            return False
        self.mark, self.fresh_until = row[0], time.monotonic() + 5
        return True

    def let_go(self) -> None:
        release([(self.endpoint_id, self.mark)])


def _next_due(endpoint_id: UUID) -> UUID | None:
    due = Delivery.objects.filter(consumer=consumer_of(endpoint_id), state=DeliveryState.DUE, due_at__lte=Now())
    return due.order_by("due_at", "id").values_list("id", flat=True).first()


# -- one call


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """What came back: a status, or 0 and the reason why none came."""

    status: int = 0
    reason: str = ""

    @property
    def taken(self) -> bool:
        return 200 <= self.status < 300

    @property
    def not_now(self) -> bool:
        return self.status == 0 or self.status in NOT_NOW


_NOTHING_TO_DO = _Answer(status=-1)


def deliver(delivery_id: UUID) -> bool:
    """Sends one fact to one endpoint, with no transaction open; True when the receiver took it (2xx).

    webhook-id is the event's id, so a receiver can drop a repeat. 410 closes the endpoint; anything else is tried
    again by the ladder.
    """
    return _send(delivery_id).taken


def _send(delivery_id: UUID) -> _Answer:
    delivery = begin(delivery_id)
    if delivery is None:
        return _NOTHING_TO_DO
    endpoint = WebhookEndpoint.objects.filter(pk=delivery.consumer.removeprefix("webhook:")).first()
    if endpoint is None or not endpoint.active:
        fail(delivery, "the endpoint is closed", 0, final=True)
        return _NOTHING_TO_DO
    body = json.dumps(cloud_event(delivery.event), ensure_ascii=False, sort_keys=True)
    headers = signed(endpoint, str(delivery.event_id), dt.datetime.now(dt.UTC), body)
    begun = time.perf_counter()
    answer = _posted(endpoint.url, body, headers)
    milliseconds = int((time.perf_counter() - begun) * 1000)
    if answer.taken:
        settle(delivery, str(answer.status), milliseconds)
    elif answer.status == 410:
        fail(delivery, "410: the receiver closed the endpoint", milliseconds, final=True)
        set_active(endpoint_id=endpoint.pk, active=False, reason="410 Gone")
    else:
        if answer.not_now:
            put_off(delivery, f"not called, after another fact: {answer.reason}")
        fail(delivery, answer.reason, milliseconds)
    return answer


def _posted(url: str, body: str, headers: dict[str, str]) -> _Answer:
    # The call may take its time; the database connection need not wait for it.
    connection.close()
    try:
        status = outside.post(url, body.encode(), headers)
    except (AddressRefused, *NoAnswer) as error:
        return _Answer(reason=f"{type(error).__name__}: {error}")
    return _Answer(status=status, reason=f"answered {status}")
