"""A feed says what was so at one moment, whatever is committed while it is read."""

from typing import Any

import pytest

from backend.calendars import composing
from backend.conferences import services as conferences
from tests.calendars.reading import entries
from tests.factories.conferences import ConferenceFactory, RoomFactory, SiteFactory
from tests.threads import in_threads


@pytest.mark.django_db(transaction=True)
def test_a_conference_opened_again_while_its_room_is_read_stands_there_once(monkeypatch: pytest.MonkeyPatch) -> None:
    room = RoomFactory()
    held = ConferenceFactory(announced=True, exact=True, title={"vi": "Tổng kết"})
    SiteFactory(conference=held, venue=room.venue, room=room)
    conferences.cancel(conference_id=held.pk, reason={"vi": "Bão"})
    reads, opened = composing.queries.worked_on, []

    def meanwhile(*args: Any) -> set[Any]:
        if not opened:
            opened.extend(in_threads(1, lambda: conferences.reopen(conference_id=held.pk)))
        return reads(*args)

    monkeypatch.setattr(composing.queries, "worked_on", meanwhile)
    path = f"/calendars/rooms/{room.pk}.ics"

    before, after = entries(path), entries(path)

    assert opened[0].state == "draft"
    assert [str(feed["Tổng kết"]["status"]) for feed in (before, after)] == ["CANCELLED"] * 2
    assert "Bão" in before["Tổng kết"]["description"]
    assert "Bão" not in after["Tổng kết"]["description"], "the next reading is of the next moment"
