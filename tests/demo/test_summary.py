"""What `make demo` prints: addresses that can be copied at any width, and no storm of bars in a log."""

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from backend.demo.show import shown_progress
from backend.demo.summary import links, print_summary

BASE = "http://127.0.0.1:8000"
PROOF = {"vi": "Kết quả: được thông qua.", "en": "Result: adopted."}
REPORT: dict[str, Any] = {
    "conferences": [{}] * 6,
    "events": 776,
    "deliveries": {"settled": 1346, "dead": 0, "due": 0},
    "relay_ms": {"p50": 20.0, "p99": 90.0},
    "webhooks_verified": 776,
    "journey": {
        "conference": "hoi-nghi-tong-ket-cong-tac-nam-2020-va-phuong-huong-nhiem-vu-nam-2021",
        "conference_id": "c0ffee",
        "invited": 191,
        "held_for_a_name": 5,
        "mails_received": 373,
        "distinct_message_ids": 373,
        "replies": {"accepted": 180, "declined": 8, "tentative": 3},
        "registered": 180,
        "waitlisted": 1,
        "checked_in": 174,
        "eligible": 179,
        "votes_cast": 173,
        "guest_vote_refused_with": 403,
        "verdict": {"proof": [PROOF]},
        "minutes": {"state": "approved", "number": "01/BB-KT2", "document": "d0c"},
        "article": {"state": "published", "slug": "trung-tam-ky-thuat-2", "languages": ["vi", "en"]},
    },
}


@pytest.fixture(params=["C", "vi_VN.UTF-8"])
def locale(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("LC_ALL", request.param)
    chosen: str = request.param
    return chosen


def printed(width: int) -> str:
    paper = io.StringIO()
    emails = {"auditor": "kiem-tra@kt2.example", "chair": "chu-tri@kt2.example"}
    print_summary(Console(file=paper, width=width), REPORT, emails, "secret", BASE, Path("/var/demo [1]"))
    return paper.getvalue()


@pytest.mark.parametrize("width", [40, 80, 200])
def test_every_address_stands_unbroken_on_a_line(locale: str, width: int) -> None:
    lines = [line.strip() for line in printed(width).splitlines()]
    addresses = [address for _, address in links(REPORT, BASE)]
    assert len(addresses) == 9
    assert set(addresses) <= set(lines)
    assert "/var/demo [1]" in lines
    assert any(line.startswith("curl -c") and line.endswith(f"{BASE}/api/v1/sessions") for line in lines)


def test_it_speaks_the_terminals_language(locale: str) -> None:
    text = printed(120)
    assert (PROOF["vi"] in text, PROOF["en"] in text) == (locale.startswith("vi"), not locale.startswith("vi"))
    assert "kiem-tra@kt2.example" in text


def test_in_a_pipe_a_step_is_one_line() -> None:
    paper = io.StringIO()
    with shown_progress(Console(file=paper, width=80)) as progress:
        for done in range(192):
            progress("invite", done, 191)
        progress("invite", 191, 191)
    assert [line.split()[-1] for line in paper.getvalue().splitlines()] == ["191/191"]
