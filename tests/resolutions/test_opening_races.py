"""What a poll is on while it opens: people vote on the words they see."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections, transaction

from backend.core.errors import Conflict, IllegalMove
from backend.resolutions import services
from backend.resolutions.models import Authorisation, Entitlement, Poll, Resolution
from tests.factories.resolutions import PollFactory
from tests.resolutions.test_polls import run_together, voters

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = [{"text": {"vi": "Bác báo cáo."}}]


def prepared() -> Poll:
    poll: Poll = PollFactory()
    voters(poll, 1)
    return poll


def rewrite(poll: Poll) -> Resolution:
    return services.edit(resolution_id=poll.resolution_id, expected=None, clauses=OTHER)


@transaction.atomic
def take_back_and_rewrite(poll: Poll) -> Resolution:
    services.untable(resolution_id=poll.resolution_id, why={"vi": "Nhầm bản"})
    return rewrite(poll)


def on_the_words_that_stand(poll: Poll) -> bool:
    poll.refresh_from_db()
    return poll.text_hash == Resolution.objects.get(pk=poll.resolution_id).wording.hash()


def test_a_text_is_taken_back_to_its_draft_or_put_to_the_vote_never_both() -> None:
    for _ in range(8):
        poll = prepared()
        opened, edited = run_together(
            2, lambda index, poll=poll: take_back_and_rewrite(poll) if index else services.open_poll(poll_id=poll.pk)
        )
        assert isinstance(opened, Poll) != isinstance(edited, Resolution), (opened, edited)
        assert isinstance(edited if isinstance(opened, Poll) else opened, Conflict | IllegalMove)
        assert isinstance(edited, Resolution) or on_the_words_that_stand(poll)


def test_a_proxy_named_while_a_poll_opens_stands_on_its_roll_or_comes_too_late() -> None:
    for _ in range(8):
        poll: Poll = PollFactory(proxies=1)
        holder, proxy = voters(poll, 2)
        given, opened = run_together(
            2,
            lambda index, poll=poll, holder=holder, proxy=proxy: (
                services.open_poll(poll_id=poll.pk)
                if index
                else services.authorise(
                    conference=poll.conference,
                    holder_id=holder.pk,
                    proxy=proxy.person,
                    poll=Poll.objects.get(pk=poll.pk),
                )
            ),
        )
        assert isinstance(opened, Poll), opened
        by = proxy if isinstance(given, Authorisation) else holder
        assert isinstance(given, Authorisation) or given.extra["reason"] == "late"
        assert Entitlement.objects.get(poll=poll, holder=holder).caster_id == by.person_id


def correct(poll: Poll) -> Poll:
    return services.edit_poll(poll_id=poll.pk, expected=None, question={"vi": "Bác bỏ?"})


def frozen_as_it_stands(poll: Poll) -> bool:
    poll.refresh_from_db()
    assert poll.config is not None
    return bool(poll.config["question"] == poll.question)


def test_who_corrects_a_draft_while_it_opens_is_in_what_was_frozen_or_too_late() -> None:
    for _ in range(6):
        poll = prepared()
        opened, edited = run_together(
            2, lambda index, poll=poll: correct(poll) if index else services.open_poll(poll_id=poll.pk)
        )
        assert isinstance(opened, Poll), opened
        assert isinstance(edited, Poll | Conflict), edited
        assert frozen_as_it_stands(poll)


def test_without_lock_and_guard_a_correction_undoes_the_opening(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: a correction that read the draft before the poll opened is written after."""
    poll = prepared()
    read, opened = threading.Event(), threading.Event()

    def unlocked(rows: Any, row_id: Any, *, expected: Any = None) -> Any:
        row = Poll.objects.get(pk=row_id)
        read.set()
        opened.wait(10)
        return row

    monkeypatch.setattr("backend.resolutions.services.drafting.locked", unlocked)
    with _unguarded("resolutions_poll"):
        editor = threading.Thread(target=lambda: (correct(poll), connections.close_all()))
        editor.start()
        assert read.wait(10)
        services.open_poll(poll_id=poll.pk)
        opened.set()
        editor.join()
    poll.refresh_from_db()
    assert (poll.state, poll.config, poll.question) == ("draft", None, {"vi": "Bác bỏ?"}), "what was opened is gone"


def test_without_lock_and_guard_people_vote_on_other_words_than_they_see(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: an edit that read the draft before it was tabled and a poll opened is written after."""
    poll: Poll = PollFactory(resolution__state="draft")
    voters(poll, 1)
    read, opened = threading.Event(), threading.Event()

    def unlocked(rows: Any, row_id: Any, *, expected: Any = None) -> Any:
        row = Resolution.objects.get(pk=row_id)
        read.set()
        opened.wait(10)
        return row

    monkeypatch.setattr("backend.resolutions.services.texts.locked", unlocked)
    monkeypatch.setattr("backend.resolutions.services.texts.ensure_at_rest", lambda resolution: None)
    with _unguarded("resolutions_resolution"):
        editor = threading.Thread(target=lambda: (rewrite(poll), connections.close_all()))
        editor.start()
        assert read.wait(10)
        services.table(resolution_id=poll.resolution_id)
        services.open_poll(poll_id=poll.pk)
        opened.set()
        editor.join()
    assert not on_the_words_that_stand(poll)


@contextmanager
def _unguarded(table: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
