"""Facts that leave the house: where they may go, how they are signed, and what the receiver's answer does."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from django.db import connection
from standardwebhooks import Webhook, WebhookVerificationError

from backend.core.errors import Invalid
from backend.outbox import outside, services, webhooks
from backend.outbox.models import Delivery, WebhookEndpoint
from backend.outbox.webhooks import AddressRefused, deliver, public_addresses
from tests.factories.outbox import DeliveryFactory, EventFactory, WebhookEndpointFactory

# -- where facts may go


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0.0.0.0/",
        "https://10.1.2.3/",
        "https://172.16.0.1/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://224.0.0.1/",
        "https://[::1]/",
        "https://[::]/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://localhost/",
        "https://user@127.0.0.1/",
    ],
)
def test_an_address_inside_the_house_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        public_addresses(url)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "//hooks.example/",
        "https://",
        "https://hooks.example:99999/",
        "https://[/",
    ],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        public_addresses(url)


def leads_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(0, 1, 6, "", (address, 443)) for address in addresses])


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.215.14", "10.0.0.1"], ["fd00::1"], ["fe80::1%eth0"]])
def test_a_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch, addresses: list[str]) -> None:
    leads_to(monkeypatch, *addresses)

    with pytest.raises(AddressRefused):
        public_addresses("https://innocent.example/")


def test_public_addresses_are_called_in_the_order_the_system_prefers(monkeypatch: pytest.MonkeyPatch) -> None:
    leads_to(monkeypatch, "2606:4700::1111", "93.184.215.14", "93.184.215.14")

    assert public_addresses("https://hooks.example/") == ["2606:4700::1111", "93.184.215.14"]


@pytest.mark.django_db(transaction=True)
def test_a_name_that_changes_its_mind_is_refused_when_it_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    delivery = due_for(WebhookEndpointFactory())
    leads_to(monkeypatch, "127.0.0.1")

    assert deliver(delivery.pk) is False

    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error) == ("due", "AddressRefused: hooks.example leads to a private address")


@pytest.mark.django_db
def test_an_endpoint_inside_the_house_is_not_registered() -> None:
    with pytest.raises(Invalid) as refusal:
        webhooks.add_endpoint(organisation_id=None, url="https://127.0.0.1/", event_names=[])

    assert set(refusal.value.fields) == {"url"}


# -- against a real receiver


class Receiver(BaseHTTPRequestHandler):
    """Answers with the next of `answers` (then 204) and keeps what it was told."""

    answers: ClassVar[list[int]] = []
    heard: ClassVar[list[tuple[dict[str, str], bytes]]] = []

    def do_POST(self) -> None:  # noqa: N802 -- http.server's name
        body = self.rfile.read(int(self.headers["content-length"]))
        self.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
        status = self.answers.pop(0) if self.answers else 204
        self.send_response(status)
        if status == 302:
            self.send_header("location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def receiver(settings: Any) -> Iterator[type[Receiver]]:
    settings.WEBHOOK_PRIVATE_ADDRESSES = True
    Receiver.answers, Receiver.heard = [], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    Receiver.url = f"http://localhost:{server.server_port}/hook?from=plenum"  # type: ignore[attr-defined]
    yield Receiver
    server.shutdown()
    server.server_close()
    thread.join()


def due_for(endpoint: WebhookEndpoint) -> Delivery:
    delivery: Delivery = DeliveryFactory(event=EventFactory(relayed=1), consumer=f"webhook:{endpoint.pk}")
    return delivery


@pytest.mark.django_db(transaction=True)
def test_a_fact_arrives_signed_with_every_live_secret(receiver: Any) -> None:
    endpoint = WebhookEndpointFactory(url=receiver.url)
    rotated = webhooks.rotate_secret(endpoint_id=endpoint.pk)
    delivery = due_for(endpoint)

    assert deliver(delivery.pk) is True

    (headers, body) = receiver.heard[0]
    for secret in rotated.secrets:
        assert Webhook(secret).verify(body.decode(), headers) == json.loads(body)
    with pytest.raises(WebhookVerificationError):
        Webhook(webhooks.new_secret()).verify(body.decode(), headers)
    assert json.loads(body) == services.cloud_event(delivery.event)
    assert headers["webhook-id"] == str(delivery.event_id)
    assert headers["host"].startswith("localhost:"), "called by address, asked for by name"
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries.get().outcome) == ("settled", "204")


@pytest.mark.django_db(transaction=True)
def test_a_third_rotation_ends_the_first_secret(receiver: Any) -> None:
    endpoint = WebhookEndpointFactory(url=receiver.url)
    first = endpoint.secrets[0]
    webhooks.rotate_secret(endpoint_id=endpoint.pk)
    webhooks.rotate_secret(endpoint_id=endpoint.pk)

    deliver(due_for(endpoint).pk)

    headers, body = receiver.heard[0]
    with pytest.raises(WebhookVerificationError):
        Webhook(first).verify(body.decode(), headers)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("status", [500, 404, 429, 302])
def test_any_other_answer_is_tried_again_with_the_same_id(receiver: Any, status: int) -> None:
    receiver.answers = [status]
    delivery = due_for(WebhookEndpointFactory(url=receiver.url))

    assert deliver(delivery.pk) is False

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.last_error) == ("due", 1, f"answered {status}")
    assert deliver(delivery.pk) is True
    assert len(receiver.heard) == 2, "a redirection is not followed"
    assert receiver.heard[0][0]["webhook-id"] == receiver.heard[1][0]["webhook-id"]


@pytest.mark.django_db(transaction=True)
def test_410_closes_the_endpoint(receiver: Any) -> None:
    receiver.answers = [410]
    endpoint = WebhookEndpointFactory(url=receiver.url)
    delivery, next_one = due_for(endpoint), DeliveryFactory(consumer=f"webhook:{endpoint.pk}")

    assert deliver(delivery.pk) is False
    assert deliver(next_one.pk) is False

    endpoint.refresh_from_db()
    assert (endpoint.active, endpoint.disabled_reason) == (False, "410 Gone")
    assert set(Delivery.objects.values_list("state", flat=True)) == {"dead"}
    assert len(receiver.heard) == 1
    EventFactory()
    services.fan_out({})
    assert Delivery.objects.count() == 2, "a closed endpoint hears nothing more"


@pytest.mark.django_db(transaction=True)
def test_a_receiver_that_is_away_is_tried_again(settings: Any, receiver: Any) -> None:
    delivery = due_for(WebhookEndpointFactory(url="http://127.0.0.1:1/"))

    assert deliver(delivery.pk) is False

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("due", 1)
    assert delivery.last_error.startswith("ConnectError")


@pytest.mark.django_db(transaction=True)
def test_a_fact_goes_out_with_no_transaction_open(receiver: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    states: list[bool] = []
    post = outside.post

    def watched(*args: Any) -> int:
        states.append(connection.in_atomic_block)
        return post(*args)

    monkeypatch.setattr(outside, "post", watched)

    deliver(due_for(WebhookEndpointFactory(url=receiver.url)).pk)

    assert states == [False]
    assert Delivery.objects.get().state == "settled"
