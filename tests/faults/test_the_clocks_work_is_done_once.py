"""The worker dies over what only the clock had asked for: meetings of series, reminders of papers. No relay hands that
out again; the next tick of the clock makes it good, and nothing happens twice."""

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest
from celery import Celery
from django.db import connection

from backend.conferences import services
from backend.conferences.models import Conference, OutlineItem, OutlineSite, Paper, RoomBooking, Series
from backend.conferences.queries import series as queries
from backend.core.clock import local, now
from backend.mail.models import OutgoingMail
from backend.outbox import audit
from backend.outbox.models import Delivery, Event
from tests.factories.conferences import AgendaItemFactory, ConferenceFactory, RoomFactory, SeriesFactory, SpeakerFactory
from tests.factories.papers import PaperFactory
from tests.factories.people import PersonFactory
from tests.faults.stack import Breakable, breakable, wait_for
from tests.faults.test_every_invitee_hears_once import all_done, under_way

pytestmark = pytest.mark.django_db(transaction=True)
SERIES = 4
SPEAKERS = 150


def tick(stack: Breakable, what: str) -> None:
    """What the clock's beat sends; beat itself would have the test wait for a minute."""
    with Celery(broker=stack.redis.url) as clock:
        clock.send_task(f"plenum.clock.{what}", queue="clock", ignore_result=True)


def weekly(hour: int) -> Series:
    """A year of meetings, each announced as soon as it is there, with its hall and its one standing item."""
    room = RoomFactory()
    today = local(now()).date()
    series = SeriesFactory(
        rule="FREQ=WEEKLY",
        starts_on=today + dt.timedelta(days=1),
        start_time=dt.time(hour),
        minutes=60,
        horizon_days=365,
        announces=True,
    )
    OutlineSite.objects.create(outline=series.outline, order=1, venue=room.venue, room=room)
    OutlineItem.objects.create(outline=series.outline, order=1, phase="report", title={"vi": "Báo cáo tuần"})
    return series


def in_a_transaction() -> bool:
    """Whether anybody else is in the middle of writing to this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL"
        )
        return bool(cursor.fetchone()[0])


def test_a_worker_is_killed_while_it_creates_the_meetings_of_series(tmp_path: Path) -> None:
    all_series = [weekly(hour) for hour in range(8, 8 + SERIES)]
    wanted = {
        series.pk: [queries.slot_text(slot, series) for slot in queries.planned_slots(series)] for series in all_series
    }
    planned = sum(map(len, wanted.values()))

    with breakable(tmp_path, "relay", "worker") as stack:
        tick(stack, "extend_series")
        wait_for(lambda: Conference.objects.count() > 5, 30, "the first meetings")
        stack.kill("worker", over=in_a_transaction)
        survived = set(Conference.objects.values_list("pk", flat=True))
        assert len(survived) < planned
        stack.start("worker")
        for _ in range(2):
            tick(stack, "extend_series")
        wait_for(lambda: not queries.incomplete_series().exists(), 60, "every series to be complete")
        wait_for(all_done, 60, "everybody to have reacted")

    for series in all_series:
        rows = Conference.objects.filter(series=series).order_by("recurrence_id")
        assert list(rows.values_list("recurrence_id", flat=True)) == wanted[series.pk]
    made = Conference.objects.all()
    assert survived <= set(made.values_list("pk", flat=True))
    assert set(made.values_list("state", flat=True)) == {"announced"}
    assert {row.agenda.count() for row in made} == {1}, "none was left half-made"
    assert RoomBooking.objects.count() == made.count() == planned
    assert Event.objects.filter(name="conference.announced").count() == planned
    assert not Delivery.objects.exclude(state="settled").exists()
    assert audit.verify_chain().broken == []


def test_a_worker_is_killed_while_it_reminds_speakers(tmp_path: Path) -> None:
    starts = (now() + dt.timedelta(days=20)).replace(second=0, microsecond=0)
    conference = ConferenceFactory(
        starts_at=starts, ends_at=starts + dt.timedelta(hours=8), day=local(starts).date(), day_part=""
    )
    services.announce(conference_id=conference.pk)
    for number in range(SPEAKERS):
        item = AgendaItemFactory(conference=conference, order=number + 1)
        person = PersonFactory(email=f"dien.gia.{number}@tinh.example")
        speaker = SpeakerFactory(conference=conference, agenda_item=item, person=person)
        PaperFactory(speaker=speaker, due_at=now() + dt.timedelta(days=2), reminders=1)

    with breakable(tmp_path, "relay", "worker", "urgent-mail-worker") as stack:
        wait_for(all_done, 30, "a quiet start")
        tick(stack, "remind_of_papers")
        stack.kill("worker", over=lambda: under_way("reaction:papers.mail_reminder"))
        died_over = under_way("reaction:papers.mail_reminder")
        assert OutgoingMail.objects.count() < SPEAKERS
        stack.start("worker")
        for _ in range(2):
            tick(stack, "remind_of_papers")
        wait_for(lambda: not Paper.objects.filter(reminders=1).exists(), 60, "every paper to be reminded of")
        seconds = wait_for(all_done, 60, "everybody to be reminded")
        print(f"all done {seconds:.1f} s after the worker was back")
        assert died_over <= set(Delivery.objects.filter(attempts=2, state="settled").values_list("id", flat=True))
        received = Counter(letter["To"] for letter in stack.mail.messages())

    assert len(received) == SPEAKERS
    assert set(received.values()) == {1}
    assert Event.objects.filter(name="paper.reminded").count() == SPEAKERS
    assert set(OutgoingMail.objects.values_list("purpose", flat=True)) == {"paper_reminder"}
    assert not Delivery.objects.exclude(state="settled").exists()
