"""Windows of news: opened by the first change, closed by the clock, and a SEQUENCE that stands for what was told."""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connections, transaction
from django.db.models import F
from rest_framework.test import APIClient

from backend.conferences import services
from backend.conferences.models import Conference, Release, Series, TimeAndPlace
from backend.conferences.services import news
from backend.core.clock import database_now, now
from backend.outbox.models import Event
from backend.people.models import Organisation
from tests.factories.conferences import ConferenceFactory, RoomFactory, SeriesFactory, SiteFactory
from workers import clock

pytestmark = pytest.mark.django_db
MORNING = dt.datetime(2021, 1, 14, 1, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def ten_minutes(settings: Any) -> None:
    settings.NEWS_WINDOW = 600


def announced(**fields: Any) -> Conference:
    conference = ConferenceFactory(starts_at=MORNING, ends_at=MORNING + 3 * HOUR, day_part="", **fields)
    return services.announce(conference_id=conference.pk)


def move(conference: Conference, hours: int) -> Conference:
    """To so many hours after the time it was announced for."""
    starts = MORNING + hours * HOUR
    return services.edit(conference_id=conference.pk, fields={"starts_at": starts, "ends_at": starts + 3 * HOUR})


def released(conference: Conference, number: int) -> None:
    Release.objects.create(conference=conference, number=number, programme={}, sha256="", released_at=now())
    with transaction.atomic():
        news.note_news(Conference.objects.select_for_update().get(pk=conference.pk))


def time_passes() -> None:
    """As if every open window had been open for its ten minutes."""
    passed = F("news_due_at") - dt.timedelta(minutes=10)
    Conference.objects.filter(news_due_at__isnull=False).update(news_due_at=passed)


def closings(conference: Conference) -> list[tuple[int, int, int, int]]:
    rows = Event.objects.filter(subject_id=conference.pk, name="conference.news_due").order_by("id")
    names = ("from_sequence", "to_sequence", "from_release", "to_release")
    return [tuple(row.payload[name] for name in names) for row in rows]  # type: ignore[misc]


def kept(conference: Conference) -> dict[int, Any]:
    return {row.sequence: row.starts_at for row in TimeAndPlace.objects.filter(conference=conference)}


def test_moved_twice_within_a_minute_is_one_piece_of_news_and_two_sequences() -> None:
    conference = announced()
    move(conference, 1)
    moved = move(conference, 2)

    assert moved.sequence == 2, "feeds may have shown the first of them"
    assert Event.objects.filter(name="conference.moved", payload__sequence__in=[1, 2]).count() == 2
    assert 590 < (moved.news_due_at - database_now()).total_seconds() <= 600
    assert services.tell_due_news() == 0, "the ten minutes are not over"
    time_passes()
    assert services.tell_due_news() == 1
    assert services.tell_due_news() == 0
    assert closings(conference) == [(0, 2, 0, 0)]
    assert kept(conference) == {0: MORNING, 2: MORNING + 2 * HOUR}


def test_the_first_change_opens_the_window_and_later_ones_do_not_put_it_off() -> None:
    conference = announced()
    due = move(conference, 1).news_due_at
    assert move(conference, 2).news_due_at == due
    released(conference, 1)
    assert Conference.objects.get(pk=conference.pk).news_due_at == due


def test_three_moves_over_two_windows_are_told_twice() -> None:
    conference = announced()
    move(conference, 1)
    time_passes()
    services.tell_due_news()
    move(conference, 2)
    move(conference, 3)
    time_passes()
    services.tell_due_news()
    assert closings(conference) == [(0, 1, 0, 0), (1, 3, 0, 0)]


def test_a_release_alone_leaves_the_sequence_as_it_is() -> None:
    conference = announced()
    released(conference, 1)
    released(conference, 2)
    time_passes()
    services.tell_due_news()
    assert closings(conference) == [(0, 0, 0, 2)]
    assert Conference.objects.get(pk=conference.pk).sequence == 0


def test_a_window_of_no_length_tells_at_once(settings: Any) -> None:
    settings.NEWS_WINDOW = 0
    conference = announced()
    move(conference, 1)
    moved = move(conference, 2)
    assert (moved.sequence, moved.news_due_at) == (2, None)
    assert closings(conference) == [(0, 1, 0, 0), (1, 2, 0, 0)]


def test_whoever_is_told_within_the_window_fixes_what_the_sequence_says() -> None:
    conference = announced()
    move(conference, 1)
    told = services.mark_told(conference_id=conference.pk)
    assert (told.sequence, told.starts_at) == (1, MORNING + HOUR)
    assert services.mark_told(conference_id=conference.pk).pk == told.pk

    assert move(conference, 2).sequence == 2, "a letter says one o'clock under 1"
    assert move(conference, 3).sequence == 3
    time_passes()
    services.tell_due_news()
    assert closings(conference) == [(0, 3, 0, 0)]
    assert kept(conference) == {0: MORNING, 1: MORNING + HOUR, 3: MORNING + 3 * HOUR}


def test_what_was_told_is_never_rewritten() -> None:
    conference = announced()
    with pytest.raises(IntegrityError), transaction.atomic():
        TimeAndPlace.objects.filter(conference=conference).update(starts_at=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        TimeAndPlace.objects.filter(conference=conference).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        TimeAndPlace.objects.create(conference=conference, sequence=0, time_zone="UTC")


def test_cancelling_closes_the_window_in_silence() -> None:
    conference = announced()
    move(conference, 1)
    off = services.cancel(conference_id=conference.pk, reason={"vi": "Bão"})
    assert (off.sequence, off.news_due_at) == (2, None)
    time_passes()
    assert services.tell_due_news() == 0
    assert closings(conference) == []


def test_a_postponement_is_told_when_the_window_of_a_move_ends_and_the_move_never() -> None:
    conference = announced()
    moved = move(conference, 1)
    off = services.postpone(conference_id=conference.pk, reason={"vi": "Bão"})
    assert (off.sequence, off.news_due_at) == (2, moved.news_due_at)
    time_passes()
    assert services.tell_due_news() == 1
    assert closings(conference) == []
    due = Event.objects.get(subject_id=conference.pk, name="conference.postponement_due")
    assert due.payload["sequence"] == 2


def test_what_was_postponed_is_told_anew_whenever_it_is_held() -> None:
    conference = announced()
    services.postpone(conference_id=conference.pk, reason={"vi": "Bão"})
    time_passes()
    services.tell_due_news()
    resumed = services.announce(conference_id=conference.pk)
    assert (resumed.sequence, resumed.told_sequence) == (2, 1)
    assert move(conference, 5).sequence == 3
    time_passes()
    services.tell_due_news()
    assert closings(conference) == [(1, 3, 0, 0)]
    assert TimeAndPlace.objects.get(conference=conference, sequence=1).called_off


def test_a_cancelled_conference_announced_again_is_told_to_all_who_heard_it_was_off() -> None:
    conference = announced()
    move(conference, 1)
    services.cancel(conference_id=conference.pk, reason={"vi": "Bão"})
    services.mark_told(conference_id=conference.pk)  # whoever asks at the wrong moment does no harm
    services.reopen(conference_id=conference.pk)
    move(conference, 4)
    again = services.announce(conference_id=conference.pk)
    assert (again.sequence, again.told_sequence) == (5, 2), "opened again, moved and announced"
    time_passes()
    services.tell_due_news()
    assert closings(conference) == [(2, 5, 0, 0)]
    assert TimeAndPlace.objects.get(conference=conference, sequence=2).called_off == "cancelled"
    assert kept(conference)[5] == MORNING + 4 * HOUR


def test_what_is_closed_has_no_news() -> None:
    conference = announced()
    move(conference, 1)
    services.start(conference_id=conference.pk)
    services.close(conference_id=conference.pk)
    time_passes()
    assert services.tell_due_news() == 1
    assert closings(conference) == []
    assert Conference.objects.get(pk=conference.pk).news_due_at is None


def test_a_place_is_news_and_a_new_name_is_not(organiser: APIClient, host: Organisation) -> None:
    conference = announced(lead=host)
    site = SiteFactory(conference=conference)
    edit = {"title": {"vi": "Hội nghị tổng kết, bản sửa"}}
    version = Conference.objects.get(pk=conference.pk).version
    answer = organiser.patch(
        f"/api/v1/conferences/{conference.pk}", edit, headers={"If-Match": f'"{version}"'}, format="json"
    )
    assert answer.status_code == 200, answer.content
    assert Conference.objects.get(pk=conference.pk).news_due_at is None
    services.edit_site(site_id=site.pk, fields={"room": RoomFactory(venue=site.venue)})
    assert Conference.objects.get(pk=conference.pk).news_due_at is not None


# The clock


def test_one_that_cannot_be_told_stops_none_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = announced(), announced()
    for conference in (first, second):
        move(conference, 1)
    time_passes()
    close = news._closed

    def sometimes(conference: Conference) -> Any:
        if conference.pk == first.pk:
            raise RuntimeError
        return close(conference)

    with monkeypatch.context() as patch:
        patch.setattr(news, "_closed", sometimes)
        clock.tell_due_news()
    assert (closings(first), closings(second)) == ([], [(0, 1, 0, 0)])
    clock.tell_due_news()
    assert closings(first) == [(0, 1, 0, 0)], "a missed tick is made good"
    assert Event.objects.filter(name="conference.news_due").first().actor == "clock"  # type: ignore[union-attr]


# All of a series


def of_one_series(number: int) -> list[Conference]:
    """Announced meetings of a series, all moved within a window that is due."""
    series = SeriesFactory()
    rows = [announced(series=series) for _ in range(number)]
    for row in rows:
        move(row, 1)
    time_passes()
    return rows


def told_together() -> list[set[str]]:
    return [set(due.payload["windows"]) for due in Event.objects.filter(name="series.news_due").order_by("id")]


def test_one_of_a_series_that_cannot_be_told_stops_none_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = of_one_series(3)
    close = news._closed

    def sometimes(conference: Conference) -> Any:
        if conference.pk == rows[1].pk:
            raise RuntimeError
        return close(conference)

    with monkeypatch.context() as patch:
        patch.setattr(news, "_closed", sometimes)
        clock.tell_due_news()
    assert told_together() == [{str(rows[0].pk), str(rows[2].pk)}]
    clock.tell_due_news()
    assert [closings(row) for row in rows] == [[(0, 1, 0, 0)]] * 3, "and is told by the next tick, alone"
    assert len(told_together()) == 1


def test_a_letter_tells_of_so_many_and_of_the_last_one_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "MOST_TOGETHER", 2)
    rows = sorted(of_one_series(3), key=lambda row: row.pk)
    assert services.tell_due_news() == 3
    assert told_together() == [{str(row.pk) for row in rows[:2]}]
    alone = Event.objects.get(name="conference.news_due", subject_id=rows[2].pk)
    assert alone.payload["series_id"] is None


def test_what_was_closed_meanwhile_is_not_closed_again_before_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two ticks of the clock have read that a window is due; it was closed by the first, and another one was opened."""
    rows = of_one_series(2)
    late = list(news._due().values_list("pk", "series_id"))
    assert services.tell_due_news() == 2
    move(rows[0], 2)
    assert [news._close_series(*each) for each in late] == [0, 0]
    assert Conference.objects.get(pk=rows[0].pk).news_due_at is not None
    assert closings(rows[0]) == [(0, 1, 0, 0)]


# Two transactions at once


class Other:
    """A second transaction in a thread of its own, which stays open until it is told to end."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self.done, self.go = threading.Event(), threading.Event()
        self.result: Any = None
        self._work = work
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            with transaction.atomic():
                self.result = self._work()
                self.done.set()
                self.go.wait(10)
        finally:
            connections.close_all()

    def waits(self) -> bool:
        """Whether it stands before a lock."""
        return not self.done.wait(0.5)

    def ends(self) -> Any:
        self.go.set()
        self._thread.join(10)
        assert not self._thread.is_alive()
        return self.result


def sequence_of(conference_id: UUID) -> int:
    return Conference.objects.values_list("sequence", flat=True).get(pk=conference_id)


@pytest.mark.django_db(transaction=True)
def test_a_letter_that_comes_while_an_untold_move_is_under_way_waits_and_tells_it() -> None:
    conference = announced()
    move(conference, 1)
    mover = Other(lambda: move(conference, 2))
    assert not mover.waits()
    letter = Other(lambda: services.mark_told(conference_id=conference.pk))
    assert letter.waits()
    mover.ends()
    told = letter.ends()
    assert (told.sequence, told.starts_at) == (2, MORNING + 2 * HOUR)
    assert move(conference, 3).sequence == 3


@pytest.mark.django_db(transaction=True)
def test_a_letter_under_a_sequence_told_before_does_not_wait_for_the_move_that_leaves_it() -> None:
    conference = announced()
    mover = Other(lambda: move(conference, 1))
    assert not mover.waits()
    told = services.mark_told(conference_id=conference.pk)
    assert (told.sequence, told.starts_at) == (0, MORNING)
    mover.ends()
    assert sequence_of(conference.pk) == 1


@pytest.mark.django_db(transaction=True)
def test_a_move_that_comes_while_a_letter_is_written_waits_and_has_the_next_sequence() -> None:
    conference = announced()
    move(conference, 1)
    letter = Other(lambda: services.mark_told(conference_id=conference.pk))
    assert not letter.waits()
    mover = Other(lambda: move(conference, 2))
    assert mover.waits()
    assert letter.ends().starts_at == MORNING + HOUR
    assert mover.ends().sequence == 2


@pytest.mark.django_db(transaction=True)
def test_a_move_under_way_is_passed_over_by_the_clock_and_told_by_its_next_tick() -> None:
    conference = announced()
    move(conference, 1)
    time_passes()
    mover = Other(lambda: move(conference, 2))
    assert not mover.waits()
    assert services.tell_due_news() == 0
    mover.ends()
    assert services.tell_due_news() == 1
    assert closings(conference) == [(0, 2, 0, 0)]
    assert kept(conference)[2] == MORNING + 2 * HOUR


@pytest.mark.django_db(transaction=True)
def test_while_one_of_a_series_is_moved_none_of_it_is_told_by_itself() -> None:
    series = SeriesFactory()
    rows = [announced() for _ in range(3)]
    for row in rows:
        Conference.objects.filter(pk=row.pk).update(series=series)
        move(row, 1)
    time_passes()
    edits: list[Callable[[], Any]] = [
        lambda: move(rows[1], 2),
        lambda: Series.objects.select_for_update().get(pk=series.pk),
    ]
    for edit in edits:
        mover = Other(edit)
        assert not mover.waits()
        assert services.tell_due_news() == 0
        mover.ends()
    assert services.tell_due_news() == 3
    [due] = Event.objects.filter(name="series.news_due")
    assert due.payload["windows"] == {str(row.pk): [0, 1 + (row == rows[1]), 0, 0] for row in rows}
    assert {str(series.pk)} == set(
        Event.objects.filter(name="conference.news_due").values_list("payload__series_id", flat=True)
    )


@pytest.mark.django_db(transaction=True)
def test_a_move_that_comes_while_its_window_closes_opens_the_next_one() -> None:
    conference = announced()
    move(conference, 1)
    time_passes()
    closing = Other(services.tell_due_news)
    assert not closing.waits()
    mover = Other(lambda: move(conference, 2))
    assert mover.waits()
    closing.ends()
    moved = mover.ends()
    assert (moved.sequence, moved.told_sequence) == (2, 1)
    time_passes()
    services.tell_due_news()
    assert closings(conference) == [(0, 1, 0, 0), (1, 2, 0, 0)]


@pytest.mark.django_db(transaction=True)
def test_without_waiting_for_each_other_a_letter_would_tell_what_its_sequence_does_not_say() -> None:
    """The negative control: a letter that keeps what it reads without locking the conference, one table at a time."""
    conference = announced()
    site = SiteFactory(conference=conference, room=None)
    hall = RoomFactory(venue=site.venue)
    unlocked = Conference.objects.get(pk=conference.pk)
    Conference.objects.filter(pk=conference.pk).update(sequence=F("sequence") + 1)
    unlocked.refresh_from_db()
    services.edit_site(site_id=site.pk, fields={"room": hall})
    with transaction.atomic():
        kept_unlocked = news.keep_told(unlocked)
    moved = Conference.objects.get(pk=conference.pk)
    assert kept_unlocked.sequence < moved.sequence
    assert kept_unlocked.places[0]["room"] == str(hall.pk)
