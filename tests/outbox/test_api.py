"""The record, the deliveries and the endpoints over HTTP."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.core.clock import now
from backend.core.models import IdempotencyRecord
from backend.outbox import queries
from backend.outbox.models import Delivery, DeliveryAttempt, Event, WebhookEndpoint
from backend.outbox.states import DeliveryState
from backend.people.models import Account
from tests.factories.outbox import DeliveryFactory, EventFactory, WebhookEndpointFactory
from tests.factories.people import OrganisationFactory, account_with

pytestmark = pytest.mark.django_db
API = "/api/v1"


def client_of(account: Account) -> APIClient:
    client = APIClient()
    client.force_authenticate(Account.objects.get(pk=account.pk))
    return client


@pytest.fixture
def auditor() -> APIClient:
    return client_of(account_with("auditor", person=None))


@pytest.fixture
def administrator() -> APIClient:
    return client_of(account_with("administrator", person=None))


@pytest.fixture
def public_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name leads to one public address: tests ask no name server."""
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("93.184.215.14", 443))])


@pytest.mark.parametrize("address", ["events", "deliveries", "deliveries/summary", "webhook-endpoints"])
def test_the_lift_is_open_to_those_who_audit_everything(address: str) -> None:
    where = OrganisationFactory()

    assert client_of(account_with("auditor")).get(f"{API}/{address}").status_code == 200
    assert client_of(account_with("administrator")).get(f"{API}/{address}").status_code == 200
    assert client_of(account_with("auditor", organisation=where)).get(f"{API}/{address}").status_code == 403
    assert client_of(account_with("organiser", "secretary")).get(f"{API}/{address}").status_code == 403
    assert APIClient().get(f"{API}/{address}").status_code == 401


def test_events_come_oldest_first_and_only_once_they_have_their_place(auditor: APIClient) -> None:
    EventFactory(relayed=2, name="b.done")
    EventFactory(relayed=1, name="a.done")
    EventFactory(relayed=3, name="c.done")
    EventFactory(name="waiting.done")

    first = auditor.get(f"{API}/events?page_size=2").json()
    second = auditor.get(first["next"]).json()

    assert [row["type"] for row in first["results"] + second["results"]] == [
        "plenum.a.done.v1",
        "plenum.b.done.v1",
        "plenum.c.done.v1",
    ]
    assert second["next"] is None


def test_an_event_is_told_in_the_cloudevents_envelope(auditor: APIClient) -> None:
    event = EventFactory(relayed=1, actor="account:x")

    told = auditor.get(f"{API}/events/{event.pk}").json()

    assert told == queries.cloud_event(Event.objects.get())
    assert (told["specversion"], told["data"], told["subject"]) == ("1.0", event.payload, str(event.subject_id))


def test_events_are_filtered(auditor: APIClient) -> None:
    wanted = EventFactory(relayed=7, name="poll.sealed", actor="clock", conference_id=uuid.uuid4())
    EventFactory(relayed=8)

    for query in (
        "name=poll.sealed",
        "actor=clock",
        f"subject_id={wanted.subject_id}",
        f"conference_id={wanted.conference_id}",
    ):
        found = auditor.get(f"{API}/events?{query}").json()["results"]
        assert [row["id"] for row in found] == [str(wanted.pk)], query
    assert [row["position"] for row in auditor.get(f"{API}/events?after=7").json()["results"]] == [8]
    assert auditor.get(f"{API}/events?after=x").status_code == 400
    assert auditor.get(f"{API}/events?named=x").status_code == 400


def test_deliveries_are_filtered_and_tell_their_tries(auditor: APIClient) -> None:
    late = DeliveryFactory(due_at=now() - timedelta(minutes=1), attempts=1, last_error="answered 500")
    DeliveryFactory(due_at=now() + timedelta(hours=1))
    dead = DeliveryFactory(state=DeliveryState.DEAD)
    DeliveryAttempt.objects.create(delivery=late, number=1, milliseconds=12, outcome="answered 500")

    def found(query: str) -> list[str]:
        return [row["id"] for row in auditor.get(f"{API}/deliveries?{query}").json()["results"]]

    assert found("due=true") == [str(late.pk)]
    assert found("state=dead") == [str(dead.pk)]
    assert found(f"consumer={late.consumer}") == found(f"event={late.event_id}") == [str(late.pk)]
    told = auditor.get(f"{API}/deliveries/{late.pk}").json()
    assert [(row["number"], row["milliseconds"], row["outcome"]) for row in told["tries"]] == [(1, 12, "answered 500")]


def test_dead_deliveries_are_made_due_again_one_by_one_or_by_consumer(
    administrator: APIClient, auditor: APIClient
) -> None:
    one, *others = DeliveryFactory.create_batch(3, state=DeliveryState.DEAD, attempts=13, consumer="reaction:a")
    alive = DeliveryFactory()

    assert auditor.post(f"{API}/deliveries/{one.pk}/redeliver").status_code == 403
    answer = administrator.post(f"{API}/deliveries/{one.pk}/redeliver").json()
    assert (answer["state"], answer["attempts"]) == ("due", 0)
    assert administrator.post(f"{API}/deliveries/{alive.pk}/redeliver").status_code == 409

    mixed = administrator.post(f"{API}/deliveries/redeliver", {"ids": [str(others[0].pk), str(alive.pk)]})
    assert mixed.status_code == 409
    assert Delivery.objects.filter(state="dead").count() == 2, "all or none"
    assert administrator.post(f"{API}/deliveries/redeliver", {"consumer": "reaction:a"}).json() == {"redelivered": 2}
    assert administrator.post(f"{API}/deliveries/redeliver", {}).status_code == 400


def test_the_summary_counts_and_measures_from_commit(auditor: APIClient) -> None:
    moment = now()
    for seconds, state in ((1, DeliveryState.SETTLED), (2, DeliveryState.DEAD), (3, DeliveryState.DUE)):
        event = EventFactory(committed_at=moment)
        DeliveryFactory(event=event, state=state, started_at=moment + timedelta(seconds=seconds))
    DeliveryFactory()

    told = auditor.get(f"{API}/deliveries/summary").json()

    assert told["relay_ms"] == {"p50": 2000.0, "p99": 2980.0, "n": 3, "clock": "commit"}
    assert {name: told[name] for name in ("events", "due", "settled", "dead")} == {
        "events": 4,
        "due": 2,
        "settled": 1,
        "dead": 1,
    }


def test_a_summary_of_nothing_says_so(auditor: APIClient) -> None:
    assert auditor.get(f"{API}/deliveries/summary").json() == {
        "events": 0,
        "due": 0,
        "settled": 0,
        "dead": 0,
        "relay_ms": {"p50": None, "p99": None, "n": 0, "clock": "record"},
    }


@pytest.mark.usefixtures("public_names")
def test_an_endpoints_secret_is_shown_when_it_is_made_and_never_again(administrator: APIClient) -> None:
    body = {"url": "https://hooks.example/a", "event_names": ["mail.refused"], "description": "Báo lỗi thư"}

    made = administrator.post(f"{API}/webhook-endpoints", body, headers={"Idempotency-Key": "k"})
    repeated = administrator.post(f"{API}/webhook-endpoints", body, headers={"Idempotency-Key": "k"})
    address = f"{API}/webhook-endpoints/{made.json()['id']}"
    rotated = administrator.post(f"{address}/rotate")

    assert made.status_code == repeated.status_code == 201
    assert "secret" not in repeated.json()
    assert WebhookEndpoint.objects.get().secrets == [rotated.json()["secret"], made.json()["secret"]]
    told = str([administrator.get(address).json(), *IdempotencyRecord.objects.values()])
    assert made.json()["secret"] not in told
    assert rotated.json()["secret"] not in told


@pytest.mark.usefixtures("public_names")
def test_an_endpoint_is_changed_closed_opened_and_removed(administrator: APIClient) -> None:
    endpoint = WebhookEndpointFactory()
    address = f"{API}/webhook-endpoints/{endpoint.pk}"

    assert administrator.patch(address, {"event_names": ["mail.refused"]}).status_code == 428
    changed = administrator.patch(address, {"event_names": ["mail.refused"]}, headers={"If-Match": '"1"'})
    assert changed.json()["event_names"] == ["mail.refused"]
    assert administrator.patch(address, {"description": "x"}, headers={"If-Match": '"1"'}).status_code == 412
    assert administrator.post(f"{address}/deactivate").json()["active"] is False
    assert administrator.post(f"{address}/activate").json()["active"] is True
    assert administrator.delete(address).status_code == 428
    assert administrator.delete(address, headers={"If-Match": "*"}).status_code == 204
    assert administrator.get(address).status_code == 404


@pytest.mark.usefixtures("public_names")
@pytest.mark.parametrize(
    ("_case", "changes", "field"),
    [
        ("not https", {"url": "http://hooks.example/"}, "url"),
        ("not an address", {"url": "https://hooks.example:99999/"}, "url"),
        ("carries a password", {"url": "https://a:b@hooks.example/"}, "url"),
        ("carries a fragment", {"url": "https://hooks.example/#here"}, "url"),
        ("no such event", {"event_names": ["conference.exploded"]}, "event_names"),
        ("not a name", {"event_names": ["Mail refused"]}, "event_names.0"),
    ],
)
def test_a_wrong_endpoint_is_refused(administrator: APIClient, _case: str, changes: dict[str, Any], field: str) -> None:
    answer = administrator.post(f"{API}/webhook-endpoints", {"url": "https://hooks.example/", **changes})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


@pytest.mark.parametrize(
    "host",
    [
        "[::127.0.0.1]",
        "[::ffff:0:127.0.0.1]",
        "[64:ff9b:1::7f00:1]",
        "[fec0::1]",
        "192.0.0.8",
        "2130706433",
        "0x7f.0.0.1",
    ],
)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_an_address_that_is_not_public_is_refused_in_one_language(
    administrator: APIClient, host: str, language: str
) -> None:
    body = {"url": f"https://{host}/"}

    answer = administrator.post(f"{API}/webhook-endpoints", body, headers={"Accept-Language": language})

    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (400, ["url"])
    foreign = "address" if language == "vi" else "địa chỉ"
    assert foreign not in str(answer.json()["errors"])
