"""Opening a sealed urn at the counting table: all of it at once, in memory, whole or not at all."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from nacl.public import PrivateKey

from backend.core.errors import Conflict, Invalid
from backend.core.queries import locked
from backend.core.text import say
from backend.resolutions import merkle, methods, sealing
from backend.resolutions.models import Envelope, OpenedBallot, Poll
from backend.resolutions.services.polls import reach_verdict
from backend.resolutions.states import POLL_MOVES, PollState, ReceiptKind


@transaction.atomic
def open_envelopes(*, poll_id: UUID, words: Sequence[str], expected: int | None = None) -> Poll:
    """Opens every envelope of a sealed poll with the words of as many tellers as it takes, and reaches the verdict.

    The tellers sit at one table and enter their words into one request; key and ballots are together in its memory
    alone. What is read has lost its number before it is opened, and is written at once, in the order of random trackers,
    by one statement: neither a row's place nor its transaction tells whose it is. What cannot be read as a vote is
    counted as invalid. Raises Conflict when the poll is not sealed, Invalid for words that do not open it.
    """
    poll = locked(Poll, poll_id, expected=expected)
    POLL_MOVES.check(poll, "count")
    key = _key(poll, words)
    ballots = _opened(poll, key)
    del key
    method = methods.of(poll.method)
    contents = [method.kept(ballot.content) for ballot in ballots]
    valid = [method.is_valid(content) for content in contents]
    trackers = [ballot.tracker for ballot in ballots]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO resolutions_openedballot (poll_id, tracker, choice, valid)"
            " SELECT %s, t, c::jsonb, v FROM unnest(%s::text[], %s::text[], %s::boolean[]) AS given(t, c, v)",
            [
                poll_id,
                trackers,
                [None if each is None else merkle.canonical(each).decode() for each in contents],
                valid,
            ],
        )
    poll.opened_root = merkle.root([merkle.opened_leaf(*row) for row in zip(trackers, contents, valid, strict=True)])
    reach_verdict(poll, contents)
    return poll


@transaction.atomic
def recount(*, poll_id: UUID, words: Sequence[str]) -> bool:
    """Opens the envelopes once more and says whether the same ballots come out. Nothing is kept. Raises Conflict before
    the count and once the key is destroyed, Invalid for words that do not open the urn."""
    poll = locked(Poll, poll_id)
    if poll.state not in {PollState.COUNTED, PollState.DECLARED} or poll.key_destroyed_at is not None:
        raise Conflict(say(vi="Không còn mở lại được hòm phiếu.", en="The urn cannot be opened again."))
    method = methods.of(poll.method)
    again = [method.kept(ballot.content) for ballot in _opened(poll, _key(poll, words))]
    first = OpenedBallot.objects.filter(poll_id=poll_id).values_list("choice", flat=True)
    return _in_order(again) == _in_order(first)


def _in_order(contents: Any) -> list[bytes]:
    return sorted(merkle.canonical(each) for each in contents)


def _opened(poll: Poll, key: PrivateKey) -> list[sealing.Opened]:
    envelopes = Envelope.objects.filter(poll_id=poll.pk).values_list("sealed", flat=True)
    tracked = poll.receipt == ReceiptKind.TRACKER
    return sealing.opened(key, str(poll.pk), [bytes(each or b"") for each in envelopes], tracked=tracked)


def _key(poll: Poll, words: Sequence[str]) -> PrivateKey:
    shares = {teller.public_key: teller.sealed_share for teller in poll.tellers.all()}
    entered: dict[str, tuple[str, bytes]] = {}
    for number, each in enumerate(words):
        try:
            public_key = sealing.public_of(each)
        except sealing.NotOurs:
            raise Invalid({f"words.{number}": say(vi="Có từ viết sai.", en="A word is mistyped.")}) from None
        if (share := shares.get(public_key)) is None:
            wrong = say(vi="Không phải khoá của ban kiểm phiếu này.", en="No key of this committee.")
            raise Invalid({f"words.{number}": wrong})
        entered[public_key] = (each, bytes(share))
    if len(entered) < poll.threshold:
        wrong = say(vi="Cần khoá của {n} thành viên.", en="The keys of {n} tellers are needed.", n=poll.threshold)
        raise Invalid({"words": wrong})
    try:
        return sealing.urn_key(list(entered.values())[: poll.threshold], poll.public_key)
    except sealing.NotOurs:
        raise Conflict(say(vi="Các mảnh khoá không khớp.", en="The shares do not fit together.")) from None
