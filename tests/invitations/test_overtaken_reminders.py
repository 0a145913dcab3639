"""A reminder of a deadline that is another one by the time its letter is written says nothing."""

import datetime as dt

import pytest

from backend.conferences import services as conferences
from backend.conferences.queries.papers import reminder_sequence
from backend.core.clock import now
from backend.invitations import services
from backend.mail.models import OutgoingMail
from tests.factories.conferences import ConferenceFactory, SpeakerFactory
from tests.factories.people import PersonFactory


@pytest.mark.django_db
def test_who_was_given_more_time_is_not_reminded_of_the_old_deadline() -> None:
    due = now().replace(second=0, microsecond=0) + dt.timedelta(days=5)
    conference = ConferenceFactory(announced=True, day=(due + dt.timedelta(days=30)).date())
    paper = conferences.request_paper(
        speaker_id=SpeakerFactory(conference=conference, person=PersonFactory()).pk, due_at=due
    )
    later = due + dt.timedelta(days=7)
    conferences.extend_deadline(paper_id=paper.pk, due_at=later)

    services.mail_paper_reminder(paper_id=paper.pk, sequence=reminder_sequence(due, 2))
    assert not OutgoingMail.objects.filter(purpose="paper_reminder").exists()
    services.mail_paper_reminder(paper_id=paper.pk, sequence=reminder_sequence(later, 1))
    assert OutgoingMail.objects.filter(purpose="paper_reminder").count() == 1
