"""What `make demo` prints: addresses that can be copied at any width, and no storm of bars in a log."""

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from backend.demo.report import with_styles
from backend.demo.show import continued, shown_progress
from backend.demo.summary import links, print_summary

BASE = "http://127.0.0.1:8000"
PROOF = {"vi": "Kết quả: được thông qua.", "en": "Result: adopted."}
REPORT: dict[str, Any] = {
    "conferences": [{}] * 6,
    "events": 1579,
    "events_before": 802,
    "events_this_run": 777,
    "deliveries": {"settled": 1346, "dead": 0, "due": 0},
    "relay_ms": {"p50": 20.0, "p99": 90.0},
    "webhooks_verified": 777,
    "journey": {
        "conference": "hoi-nghi-tong-ket-cong-tac-nam-2020-va-phuong-huong-nhiem-vu-nam-2021",
        "conference_id": "c0ffee",
        "times": {
            "starts_at": "2026-11-21T19:05:00+07:00",
            "ends_at": "2026-11-21T19:35:00+07:00",
            "opened_at": "2026-11-21T12:01:20.621973Z",
            "closed_at": "2026-11-21T12:02:26.866943Z",
        },
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
    assert len(addresses) == 11
    assert set(addresses) <= set(lines)
    assert "/var/demo [1]" in lines
    assert any(line.startswith("curl -c") and line.endswith(f"{BASE}/api/v1/sessions") for line in lines)


def test_it_speaks_the_terminals_language(locale: str) -> None:
    text = printed(120)
    assert (PROOF["vi"] in text, PROOF["en"] in text) == (locale.startswith("vi"), not locale.startswith("vi"))
    assert "kiem-tra@kt2.example" in text


def test_this_run_is_told_apart_from_the_whole_record(locale: str) -> None:
    run, _, whole = printed(120).partition("Cả hồ sơ" if locale.startswith("vi") else "The whole record")
    assert "19:05–19:35" in run
    assert "19:01" in run
    assert "803" in run
    assert "1579" in whole
    assert "1346" in whole
    assert "1579" not in run


def test_a_second_run_says_that_it_continues_and_how_to_start_clean(locale: str) -> None:
    sentence = continued(6)
    assert sentence.startswith("Tiếp tục" if locale.startswith("vi") else "This continues")
    assert " 6 " in sentence
    assert "FRESH=1" in sentence


def test_a_kept_page_brings_its_style() -> None:
    page = '<head><link rel="stylesheet" href="/static/articles/public.css"><link rel="icon" href="data:,"></head>'
    kept = with_styles(page, {"/static/articles/public.css": "p { color: red \\9 }\n"}.__getitem__)
    assert kept == '<head><style>\np { color: red \\9 }\n</style><link rel="icon" href="data:,"></head>'


def test_in_a_pipe_a_step_is_one_line(locale: str) -> None:
    paper = io.StringIO()
    with shown_progress(Console(file=paper, width=80)) as progress:
        for done in range(192):
            progress("invite", done, 191)
        progress("invite", 191, 191)
    lines = paper.getvalue().splitlines()
    assert [line.split()[-1] for line in lines] == ["191/191"]
    assert lines[0].startswith("Giấy mời đã nhận  " if locale.startswith("vi") else "Invitations received  ")
