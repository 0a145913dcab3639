"""What happens because time passed."""

import datetime as dt

import pytest

from backend.core import context
from backend.core.clock import now
from backend.core.models import IdempotencyRecord
from backend.people.models import LoginFailure
from workers import clock
from workers.celery import app


def test_every_entry_of_the_timetable_is_a_task_whose_ticks_expire_before_the_next() -> None:
    assert set(clock.TIMETABLE) <= set(app.tasks)
    for name, entry in app.conf.beat_schedule.items():
        assert entry["task"] == name
        assert entry["options"]["expires"] == entry["schedule"] == clock.TIMETABLE[name]


def test_ticks_have_a_queue_of_their_own() -> None:
    queues = {name: app.amqp.router.route({}, name)["queue"].name for name in clock.TIMETABLE}
    # Whoever waits for a mail server waits where nothing else has to.
    assert queues.pop("plenum.clock.fetch_mail") == "webhooks"
    assert set(queues.values()) == {"clock"}


def test_a_mailbox_that_is_away_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> int:
        raise clock.fetching.MailboxAway("no answer")

    monkeypatch.setattr(clock.fetching, "fetch", away)

    clock.fetch_mail()


def test_polls_are_closed_in_the_name_of_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    acted: list[str] = []
    monkeypatch.setattr(clock.resolutions, "close_due", lambda: acted.append(context.current().actor))

    clock.close_due_polls()

    assert acted == ["clock"]


def test_papers_are_reminded_of_in_the_name_of_the_clock_and_within_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    acted: list[str] = []
    monkeypatch.setattr(clock.conferences, "remind_of_papers", lambda: acted.append(context.current().actor))

    clock.remind_of_papers()

    assert acted == ["clock"]
    assert clock.TIMETABLE["plenum.clock.remind_of_papers"] <= 30


def test_invitees_are_reminded_in_the_name_of_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    acted: list[str] = []
    monkeypatch.setattr(clock.invitations, "remind_invitees", lambda: acted.append(context.current().actor))
    monkeypatch.setattr(clock.registration, "remind_seated", lambda: acted.append(context.current().actor))

    clock.remind_invitees()

    assert acted == ["clock", "clock"]


@pytest.mark.django_db
def test_what_expired_is_forgotten() -> None:
    for days in (0, 2):
        record = IdempotencyRecord.objects.create(caller="a", key=str(days), fingerprint="f")
        IdempotencyRecord.objects.filter(pk=record.pk).update(created_at=now() - dt.timedelta(days=days))
    for days in (0, 2, 8):
        LoginFailure.objects.create(key=str(days), at=now() - dt.timedelta(days=days))

    clock.forget_what_expired()

    assert list(IdempotencyRecord.objects.values_list("key", flat=True)) == ["0"]
    assert list(LoginFailure.objects.order_by("key").values_list("key", flat=True)) == ["0", "2"]
