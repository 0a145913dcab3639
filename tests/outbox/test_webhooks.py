"""Facts that leave the house: where they may go, how they are signed, and what the receiver's answer does."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from django.db import connection
from django.db.models import F
from standardwebhooks import Webhook, WebhookVerificationError

from backend.core.clock import now
from backend.core.errors import Invalid
from backend.outbox import outside, queries, services, wake, webhooks
from backend.outbox.models import Delivery, DeliveryAttempt, Event, WebhookEndpoint
from backend.outbox.webhooks import AddressRefused, deliver, public_addresses
from tests.factories.outbox import DeliveryFactory, EventFactory, WebhookEndpointFactory
from tests.threads import in_threads

REFUSED = "AddressRefused: hooks.example may not be called: it leads to an address that is not public."

# -- where facts may go


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://192.0.0.8/",
        "https://192.0.2.1/",
        "https://198.18.0.1/",
        "https://240.0.0.1/",
        "https://255.255.255.255/",
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
        "https://[64:ff9b:1::7f00:1]/",
        "https://[64:ff9b:1::808:808]/",
        "https://[::127.0.0.1]/",
        "https://[::ffff:0:127.0.0.1]/",
        "https://[2002:7f00:1::]/",
        "https://[2001:0:808:808::80ff:fffe]/",
        "https://[2606:4700::5efe:10.0.0.1]/",
        "https://[2606:4700::200:5efe:10.0.0.1]/",
        "https://[fec0::1]/",
        "https://[ff02::1]/",
        "https://[100::1]/",
        "https://[2001:db8::1]/",
        "https://[3fff::1]/",
        "https://[5f00::1]/",
        "https://localhost/",
    ],
)
def test_an_address_inside_the_house_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        public_addresses(url)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://hooks.example/",
        "file:secret.txt",
        "//hooks.example/",
        "https://",
        "https://hooks.example:99999/",
        "https://[/",
        "https://a:b@8.8.8.8/",
        "https://a@8.8.8.8/",
        "https://@8.8.8.8/",
        "https://8.8.8.8/#here",
    ],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        public_addresses(url)


@pytest.mark.parametrize(
    "host",
    [
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "134744072",
        "0x08080808",
        "010.8.8.8",
        "8.8.8.8.",
        "8.8.2056",
        "８.８.８.８",
        "[2606:4700::1111%25eth0]",
        "[2606:4700::1111%eth0]",
    ],
)
def test_an_address_in_disguise_is_refused_even_when_it_is_public(host: str) -> None:
    with pytest.raises(AddressRefused):
        public_addresses(f"https://{host}/")


@pytest.mark.parametrize(
    "host", ["8.8.8.8", "[2606:4700::1111]", "[64:ff9b::808:808]", "[2606:4700::5efe:8.8.8.8]", "[2a00:1450::1]"]
)
def test_a_public_address_may_be_called(host: str) -> None:
    assert len(public_addresses(f"https://{host}/")) == 1


def leads_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(0, 1, 6, "", (address, 443)) for address in addresses])


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["93.184.215.14", "10.0.0.1"], ["fd00::1"], ["fe80::1%eth0"], ["::7f00:1"]]
)
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
    assert (delivery.state, delivery.last_error) == ("due", REFUSED)


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
    assert json.loads(body) == queries.cloud_event(delivery.event)
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


# -- turns


class Kept(Receiver):
    """Keeps its line open and remembers who called on which."""

    protocol_version = "HTTP/1.1"
    lines: ClassVar[set[Any]] = set()

    def do_POST(self) -> None:  # noqa: N802 -- http.server's name
        self.lines.add(self.client_address)
        body = self.rfile.read(int(self.headers["content-length"]))
        self.heard.append(({}, body))
        self.wait_for(body)
        self.send_response(self.answers.pop(0) if self.answers else 204)
        self.send_header("content-length", "0")
        self.end_headers()

    def wait_for(self, body: bytes) -> None:
        """Answers at once."""


class Choking(Kept):
    """Never answers to a fact that says "poison"."""

    def wait_for(self, body: bytes) -> None:
        if b"poison" in body:
            time.sleep(2)


def serve(handler: type[Kept]) -> ThreadingHTTPServer:
    handler.answers, handler.heard, handler.lines = [], [], set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.block_on_close = False
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server


@pytest.fixture
def kept(settings: Any) -> Iterator[ThreadingHTTPServer]:
    yield from _served(settings, Kept)


@pytest.fixture
def choking(settings: Any) -> Iterator[ThreadingHTTPServer]:
    yield from _served(settings, Choking)


def _served(settings: Any, handler: type[Kept]) -> Iterator[ThreadingHTTPServer]:
    settings.WEBHOOK_PRIVATE_ADDRESSES = True
    settings.WEBHOOK_TIMEOUT_SECONDS = 1
    server = serve(handler)
    yield server
    server.shutdown()
    server.server_close()


def endpoint_at(server: ThreadingHTTPServer) -> WebhookEndpoint:
    made: WebhookEndpoint = WebhookEndpointFactory(url=f"http://127.0.0.1:{server.server_port}/")
    return made


def facts_for(endpoint: WebhookEndpoint, *words: str) -> list[Delivery]:
    first = Event.objects.count()
    return [
        DeliveryFactory(
            event=EventFactory(relayed=first + number, payload={"says": word}),
            consumer=webhooks.consumer_of(endpoint.pk),
        )
        for number, word in enumerate(words, start=1)
    ]


def turn() -> int:
    return sum(webhooks.call(*held) for held in webhooks.claim_endpoints())


def said(receiver: type[Kept] = Kept) -> list[str]:
    return [json.loads(body)["data"]["says"] for _, body in receiver.heard]


def retry_now() -> None:
    """The later tries fall due, in the order they were put off."""
    Delivery.objects.filter(state="due").update(due_at=F("due_at") - timedelta(days=1))


@pytest.mark.django_db(transaction=True)
def test_one_turn_sends_all_in_order_over_one_line(kept: ThreadingHTTPServer) -> None:
    endpoint = endpoint_at(kept)
    facts_for(endpoint, "một", "hai", "ba")

    assert turn() == 3

    assert (said(), len(Kept.lines)) == (["một", "hai", "ba"], 1)
    endpoint.refresh_from_db()
    assert endpoint.held_until is None
    assert endpoint.version == 1, "a hold is no change that an editor should hear of"


@pytest.mark.django_db(transaction=True)
def test_an_endpoint_is_one_workers_at_a_time_until_the_hold_runs_out(kept: ThreadingHTTPServer) -> None:
    endpoint = endpoint_at(kept)
    facts_for(endpoint, "một")

    (stale,) = webhooks.claim_endpoints()
    assert webhooks.claim_endpoints() == []
    WebhookEndpoint.objects.update(held_until=now() - timedelta(seconds=1))
    (fresh,) = webhooks.claim_endpoints()

    assert webhooks.call(*stale) == 0, "the hold has passed on"
    assert webhooks.call(*fresh) == 1
    assert said() == ["một"]


@pytest.mark.django_db(transaction=True)
def test_many_claiming_at_once_hold_an_endpoint_once() -> None:
    facts_for(WebhookEndpointFactory(), "một")

    assert sum(len(held) for held in in_threads(5, webhooks.claim_endpoints)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_slow_endpoint_delays_nobody_else(kept: ThreadingHTTPServer, choking: ThreadingHTTPServer) -> None:
    slow, quick = endpoint_at(choking), endpoint_at(kept)
    facts_for(slow, "poison", "sau")
    facts_for(quick, *"abcdef")
    done: dict[str, float] = {}
    begun = time.monotonic()

    def call(held: tuple[Any, str]) -> None:
        webhooks.call(*held)
        done[str(held[0])] = time.monotonic() - begun
        connection.close()

    threads = [threading.Thread(target=call, args=(held,)) for held in webhooks.claim_endpoints()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert done[str(quick.pk)] < done[str(slow.pk)]
    assert done[str(slow.pk)] < 2.5, "not answered once: that was its turn"
    assert Delivery.objects.filter(consumer=webhooks.consumer_of(quick.pk), state="settled").count() == 6


@pytest.mark.django_db(transaction=True)
def test_a_fact_the_receiver_chokes_on_holds_up_the_others_once(choking: ThreadingHTTPServer) -> None:
    poison, *others = facts_for(endpoint_at(choking), "poison", "một", "hai")

    assert turn() == 0
    for other in others:
        other.refresh_from_db()
        assert (other.state, other.attempts) == ("due", 1)
        assert other.tries.get().outcome.startswith("not called, after another fact: ReadTimeout")
        assert timedelta(seconds=2) < other.due_at - now() < timedelta(seconds=services.LADDER[0])

    retry_now()
    assert turn() == 2, "they stand before it now"
    first, *between, last = said(Choking)
    assert (first, sorted(between), last) == ("poison", ["hai", "một"], "poison")  # facts of one instant have no order
    poison.refresh_from_db()
    assert (poison.state, poison.attempts) == ("due", 2)


@pytest.mark.django_db(transaction=True)
def test_a_dead_endpoint_costs_one_call_a_turn_until_all_is_dead(settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_ADDRESSES = True
    facts_for(WebhookEndpointFactory(url="http://127.0.0.1:1/"), *"abcd")

    for rung in range(len(services.LADDER) + 1):
        assert set(Delivery.objects.values_list("state", "attempts")) == {("due", rung)}
        assert turn() == 0
        retry_now()

    assert set(Delivery.objects.values_list("state", "attempts")) == {("dead", len(services.LADDER) + 1)}
    called = DeliveryAttempt.objects.filter(outcome__startswith="ConnectError")
    assert (called.count(), DeliveryAttempt.objects.count()) == (13, 52)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("status", "sent"), [(500, 3), (404, 3), (429, 1), (503, 1)])
def test_only_not_now_ends_the_turn(kept: ThreadingHTTPServer, status: int, sent: int) -> None:
    facts_for(endpoint_at(kept), "một", "hai", "ba")
    Kept.answers = [status]

    turn()

    assert len(said()) == sent


@pytest.mark.django_db(transaction=True)
def test_a_turn_ends_in_time_for_others_and_asks_for_the_next(
    kept: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    rings: list[int] = []
    monkeypatch.setattr(wake, "relay", lambda: rings.append(1))
    monkeypatch.setattr(webhooks, "TURN", 0.0001)
    facts_for(endpoint_at(kept), "một", "hai")

    assert turn() + turn() == 2
    assert rings == [1]


@pytest.mark.django_db(transaction=True)
def test_what_was_due_for_a_removed_endpoint_is_dead_at_once() -> None:
    endpoint = WebhookEndpointFactory()
    facts_for(endpoint, "một")

    webhooks.remove_endpoint(endpoint_id=endpoint.pk)

    dead = Delivery.objects.get()
    assert (dead.state, dead.last_error) == ("dead", "the endpoint was removed")


@pytest.mark.django_db(transaction=True)
def test_an_endpoint_removed_while_facts_are_handed_on_leaves_nothing_due_for_ever() -> None:
    endpoint = WebhookEndpointFactory()
    EventFactory.create_batch(20)
    works = [lambda: services.fan_out({}), lambda: webhooks.remove_endpoint(endpoint_id=endpoint.pk)]

    in_threads(2, lambda: works.pop()())

    assert not Delivery.objects.filter(state="due").exists()
