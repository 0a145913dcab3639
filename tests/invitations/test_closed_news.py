"""News of the programme for those who merely come: nothing that is closed to them, whether it was closed when the programme was
released or since."""

from typing import Any

import pytest

from backend.conferences.models import AgendaItem
from tests.invitations.test_news import (
    close_window,
    held,
    invited,
    item,
    known_programme,
    letters,
    release,
    shift,
    text,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ten_minutes(settings: Any) -> None:
    settings.NEWS_WINDOW = 600


@pytest.mark.parametrize(
    ("when_released", "today"), [("", "restricted"), ("restricted", ""), ("restricted", "restricted")]
)
def test_what_is_or_was_restricted_is_no_news_to_who_merely_comes(when_released: str, today: str) -> None:
    conference = held()
    listener = invited(conference)
    with known_programme(conference):
        session = item(conference, "Phiên hai", kind="session", confidentiality=when_released)
        inside = item(conference, "Nhân sự", parent=session)
        plain = item(conference, "Báo cáo", 8)
    for row in (session, inside, plain):
        shift(row, 1)
    release(conference)
    AgendaItem.objects.filter(pk=session.pk).update(confidentiality=today)
    close_window()
    [letter] = letters(listener)
    assert "“Báo cáo” dời" in text(letter)
    assert "Phiên hai" not in text(letter)
    assert "Nhân sự" not in text(letter)
