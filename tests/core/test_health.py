"""For those who watch the house: alive, ready, and figures for who knows the token."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from backend.core import health
from tests.factories.outbox import EventFactory

TOKEN = "so-lieu-chi-danh-cho-nguoi-giam-sat"  # noqa: S105


def test_alive_without_a_database(client: Client) -> None:
    """No `db` fixture: pytest-django refuses any query here."""
    answer = client.get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "live"})


def test_ready_when_the_tables_are_there(client: Client, db: None) -> None:
    answer = client.get("/health/ready")

    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


def test_not_ready_without_a_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def cursor(self) -> Any:
            raise OperationalError("connection to db.internal failed: password wrong")

    monkeypatch.setattr(health, "connection", Broken())

    answer = client.get("/health/ready")

    assert (answer.status_code, answer.json()) == (503, {"status": "not ready", "missing": "database"})


def test_not_ready_before_the_tables_are_made(client: Client, db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE outbox_event RENAME TO outbox_event_elsewhere")

    assert client.get("/health/ready").status_code == 503


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
def test_nobody_keeps_an_old_answer(client: Client, db: None, path: str) -> None:
    assert "no-store" in client.get(path)["Cache-Control"]


def test_figures_are_prometheus_text_with_the_backlog(client: Client, db: None) -> None:
    EventFactory(position=None)
    client.get("/nowhere")

    answer = client.get("/metrics")

    assert answer["Content-Type"].startswith("text/plain")
    found = {
        (sample.name, sample.labels.get("route", "")): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
        if not sample.labels or sample.labels.get("status") == "404"
    }
    assert found["plenum_events_unrelayed", ""] == 1
    assert found["plenum_deliveries_due", ""] == found["plenum_deliveries_dead", ""] == 0
    assert found["plenum_http_requests_total", "unknown"] >= 1


def test_paths_do_not_become_labels(client: Client, db: None) -> None:
    """A scanner must not be able to fill the memory of the process with label values."""
    client.get("/some-made-up-path")
    client.generic("BREWING", "/health/live")

    told = client.get("/metrics").content
    assert b"some-made-up-path" not in told
    assert b"BREWING" not in told


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer x", TOKEN, f"bearer {TOKEN}", f"Bearer {TOKEN} ", "Bearer á"])
def test_figures_are_for_who_knows_the_token(client: Client, settings: Any, given: str) -> None:
    settings.METRICS_TOKEN = TOKEN

    answer = client.get("/metrics", headers={"Authorization": given} if given else {})

    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_the_token_opens_the_figures(client: Client, settings: Any, db: None) -> None:
    settings.METRICS_TOKEN = TOKEN

    assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_the_token_is_compared_in_constant_time(client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[str, str]] = []
    settings.METRICS_TOKEN = TOKEN
    monkeypatch.setattr(health, "constant_time_compare", lambda given, wanted: compared.append((given, wanted)))

    client.get("/metrics", headers={"Authorization": "Bearer x"})

    assert compared == [("Bearer x", f"Bearer {TOKEN}")]
