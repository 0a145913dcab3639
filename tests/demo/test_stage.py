"""How long the demo waits for its workers."""

from typing import Any
from unittest.mock import Mock

import pytest

from backend.demo.journey import stage
from backend.demo.journey.caller import StepFailed


def waiting(monkeypatch: pytest.MonkeyPatch, counts: Any, wanted: int) -> None:
    """Half of the patience goes by between any two looks."""
    clock = iter(range(0, 10_000, int(stage.PATIENCE / 2)))
    monkeypatch.setattr(stage, "time", Mock(monotonic=lambda: float(next(clock))))
    stage.Stage.wait(Mock(), "invite", lambda: next(counts), wanted)


def test_it_waits_as_long_as_letters_keep_arriving(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting(monkeypatch, iter(range(20)), 19)


def test_it_gives_up_when_nothing_new_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StepFailed, match="3 of 19"):
        waiting(monkeypatch, iter([1, 2, *[3] * 50]), 19)
