"""Clocks that remind of papers at the same moment: every speaker hears once."""

import datetime as dt
import time
from typing import Any

import pytest

from backend.conferences import services
from backend.conferences.models import Paper
from backend.conferences.services import papers
from backend.core.clock import now
from backend.outbox.models import Event
from tests.factories.conferences import AgendaItemFactory, ConferenceFactory, SpeakerFactory
from tests.factories.papers import PaperFactory
from tests.factories.people import PersonFactory
from tests.threads import in_threads

CLOCKS, SPEAKERS = 4, 6


@pytest.mark.django_db(transaction=True)
def test_many_clocks_at_once_remind_each_speaker_once(monkeypatch: pytest.MonkeyPatch) -> None:
    conference = ConferenceFactory(announced=True, day=now().date() + dt.timedelta(days=30))
    for _ in range(SPEAKERS):
        item = AgendaItemFactory(conference=conference)
        speaker = SpeakerFactory(conference=conference, agenda_item=item, person=PersonFactory())
        PaperFactory(speaker=speaker, due_at=now() + dt.timedelta(days=2), reminders=1)
    emit = papers.emit

    def slowly(*facts: Any) -> Any:
        """Whoever is about to tell takes its time, so that the others come while it does."""
        time.sleep(0.3)
        return emit(*facts)

    monkeypatch.setattr(papers, "emit", slowly)
    outcomes = in_threads(CLOCKS, services.remind_of_papers)
    assert sorted(outcomes) == [0] * (CLOCKS - 1) + [SPEAKERS]
    assert Event.objects.filter(name="paper.reminded").count() == SPEAKERS
    assert set(Paper.objects.values_list("reminders", flat=True)) == {2}
