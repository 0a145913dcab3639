"""Sends facts to addresses outside the house, signed by the Standard Webhooks scheme."""

import datetime as dt
import ipaddress
import json
import secrets
import socket
import time
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from django.conf import settings
from django.db import transaction
from standardwebhooks import Webhook

from backend.core.errors import Invalid
from backend.core.queries import locked
from backend.core.text import say
from backend.outbox.models import WebhookEndpoint
from backend.outbox.registry import known_events
from backend.outbox.services import begin, cloud_event, fail, settle

#: Addresses of one name that are tried, in the order the system prefers.
MOST_ADDRESSES = 2
#: Translates to IPv4 on the way (RFC 6052).
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class AddressRefused(Exception):
    """The endpoint's name leads to an address Plenum must not call."""


def new_secret() -> str:
    """A signing secret in the whsec_ form."""
    return "whsec_" + b64encode(secrets.token_bytes(32)).decode()


def public_addresses(url: str) -> list[str]:
    """The addresses `url` leads to; raises AddressRefused when any is not public (unless settings allow private ones)."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or 443
    except ValueError as error:
        raise AddressRefused("not an address") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise AddressRefused(f"{parts.scheme or 'no scheme'} is not called")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise AddressRefused(f"{host} is unknown") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not settings.WEBHOOK_PRIVATE_ADDRESSES and not all(_is_public(address) for address in addresses):
        raise AddressRefused(f"{host} leads to a private address")
    return addresses


def _is_public(text: str) -> bool:
    """One host of the public internet; an IPv6 address that carries an IPv4 one is as public as that one."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        carried = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if carried is None and address in _NAT64:
            carried = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if carried is not None:
            address = carried
    return address.is_global and not address.is_multicast


def _check(url: str, event_names: Iterable[str]) -> None:
    if urlsplit(url).scheme != "https" and not settings.WEBHOOK_PRIVATE_ADDRESSES:
        raise Invalid({"url": say(vi="Phải là địa chỉ https.", en="Must be an https address.")})
    try:
        public_addresses(url)
    except AddressRefused as error:
        raise Invalid(
            {
                "url": say(
                    vi="Không được gọi địa chỉ này ({why}).", en="This address may not be called ({why}).", why=error
                )
            }
        ) from None
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

    Raises Invalid when the address is private, not https, or an event is unknown.
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
    """Forgets the endpoint and its secrets; what was still due for it is dead at its next try."""
    locked(WebhookEndpoint, endpoint_id, expected=expected).delete()


@transaction.atomic
def rotate_secret(*, endpoint_id: UUID) -> WebhookEndpoint:
    """Puts a fresh secret first and keeps one old one, so that receivers can change over; both sign until the next rotation."""
    endpoint = locked(WebhookEndpoint, endpoint_id)
    endpoint.secrets = [new_secret(), *endpoint.secrets[:1]]
    endpoint.save()
    return endpoint


@transaction.atomic
def set_active(*, endpoint_id: UUID, active: bool, reason: str = "") -> WebhookEndpoint:
    """Opens or closes an endpoint; a closed one hears nothing that happens meanwhile."""
    endpoint = locked(WebhookEndpoint, endpoint_id)
    endpoint.active, endpoint.disabled_reason = active, "" if active else reason
    endpoint.save()
    return endpoint


def signed(endpoint: WebhookEndpoint, message_id: str, moment: dt.datetime, body: str) -> dict[str, str]:
    """The Standard Webhooks headers, one signature per live secret."""
    signatures = " ".join(Webhook(secret).sign(message_id, moment, body) for secret in endpoint.secrets)
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": signatures,
    }


def deliver(delivery_id: UUID) -> bool:
    """Sends one event to one endpoint, with no transaction open; True when the receiver took it (2xx).

    webhook-id is the event's id, so a receiver can drop a repeat. 410 closes the endpoint; anything else is tried
    again by the ladder. The resolved address is the one that is called, so a name cannot change its mind between.
    """
    delivery = begin(delivery_id)
    if delivery is None:
        return False
    endpoint = WebhookEndpoint.objects.filter(pk=delivery.consumer.removeprefix("webhook:")).first()
    if endpoint is None or not endpoint.active:
        fail(delivery, "the endpoint is closed", 0, final=True)
        return False
    begun = time.perf_counter()
    body = json.dumps(cloud_event(delivery.event), ensure_ascii=False, sort_keys=True)
    headers = signed(endpoint, str(delivery.event_id), dt.datetime.now(dt.UTC), body)
    try:
        status = _post(endpoint.url, body, headers)
    except (AddressRefused, httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        fail(delivery, f"{type(error).__name__}: {error}", _since(begun))
        return False
    if status == 410:
        set_active(endpoint_id=endpoint.pk, active=False, reason="410 Gone")
        fail(delivery, "410: the receiver closed the endpoint", _since(begun), final=True)
        return False
    if not 200 <= status < 300:
        fail(delivery, f"answered {status}", _since(begun))
        return False
    settle(delivery, str(status), _since(begun))
    return True


def _since(begun: float) -> int:
    return int((time.perf_counter() - begun) * 1000)


def _post(url: str, body: str, headers: dict[str, str]) -> int:
    """The status of the first address that can be reached. Only the status counts: an answer's body is not read."""
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode()
    port = f":{parts.port}" if parts.port else ""
    sent = {**headers, "host": (f"[{host}]" if ":" in host else host) + port}
    addresses = public_addresses(url)[:MOST_ADDRESSES]
    with httpx.Client(timeout=settings.WEBHOOK_TIMEOUT_SECONDS, follow_redirects=False, trust_env=False) as client:
        for number, address in enumerate(addresses, start=1):
            pinned = parts._replace(netloc=(f"[{address}]" if ":" in address else address) + port).geturl()
            sending = client.stream(
                "POST", pinned, content=body.encode(), headers=sent, extensions={"sni_hostname": host}
            )
            try:
                with sending as answer:
                    return answer.status_code
            except httpx.ConnectError:
                if number == len(addresses):
                    raise
    raise AddressRefused(f"{host} leads nowhere")
