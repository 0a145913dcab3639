"""What the demo sets for its own house, and what it leaves to whoever starts it."""

import pytest

from backend.demo.show import settings_of_the_demo


@pytest.mark.parametrize(("named", "window"), [(None, "0"), ("", "0"), ("60", "60")])
def test_the_demo_tells_at_once_unless_a_window_is_named(
    monkeypatch: pytest.MonkeyPatch, named: str | None, window: str
) -> None:
    monkeypatch.delenv("PLENUM_NEWS_WINDOW", raising=False)
    if named is not None:
        monkeypatch.setenv("PLENUM_NEWS_WINDOW", named)
    assert settings_of_the_demo(2525)["PLENUM_NEWS_WINDOW"] == window
