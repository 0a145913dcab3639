"""The key to a secret urn: who counts, each teller's own key, the poll's key split under these, and its end.

The poll's private half exists in the memory of two requests only: the one that opens the poll, and the one at the
counting table that opens the envelopes. What is stored of it are shares that only the tellers' own words open, and those
words are told once, to each alone, and stored nowhere.
"""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from backend.conferences.models import Duty
from backend.conferences.states import DutyKind
from backend.core.clock import database_now
from backend.core.errors import Conflict, Forbidden, Invalid
from backend.core.guards import erasing
from backend.core.queries import locked
from backend.core.text import say
from backend.outbox.services import emit
from backend.people.models import Person
from backend.resolutions import queries, sealing
from backend.resolutions.events import PollKeyDestroyed
from backend.resolutions.models import Envelope, Poll, Teller
from backend.resolutions.states import POLL_MOVES, PollState, Secrecy
from backend.rights.models import LegalHold


@transaction.atomic
def appoint(*, poll_id: UUID, people: Sequence[Person], threshold: int = 2, expected: int | None = None) -> Poll:
    """Names the committee that counts papers and hands, and opens a secret poll's envelopes: any `threshold` of these
    people together; it is listed in the order in which they are named. A committee named before is replaced, and whoever
    stays draws a new key.

    Raises Conflict once the poll has opened or where there is nothing for tellers to count, Invalid for people who are no
    tellers of the conference or a number that cannot be.
    """
    poll = locked(Poll, poll_id, expected=expected)
    POLL_MOVES.check(poll, "open")
    if not poll.has_urn_key and not poll.by_tellers:
        raise Conflict(
            say(vi="Cuộc biểu quyết này không cần ban kiểm phiếu.", en="There is nothing for tellers to count.")
        )
    chosen = list(dict.fromkeys(person.pk for person in people))
    on_duty = Duty.objects.filter(conference_id=poll.conference_id, kind=DutyKind.TELLER, person__in=chosen)
    if set(on_duty.values_list("person_id", flat=True)) != set(chosen):
        wrong = say(vi="Không phải thành viên kiểm phiếu của hội nghị này.", en="No teller of this conference.")
        raise Invalid({"people": wrong})
    if not 2 <= threshold <= len(chosen) <= 16:
        wrong = say(vi="Từ 2 đến số thành viên, nhiều nhất 16.", en="From 2 to how many they are, 16 at most.")
        raise Invalid({"threshold": wrong})
    poll.tellers.all().delete()
    Teller.objects.bulk_create(Teller(poll=poll, person_id=person_id) for person_id in chosen)
    poll.threshold = threshold
    poll.save()
    return poll


@transaction.atomic
def draw_key(*, poll_id: UUID, person_id: UUID) -> tuple[Teller, str]:
    """A new key for one teller, and its words, which are told here and never again. A key drawn before is void, and the
    new one untested. Raises Conflict once the poll has opened, Forbidden for who is no teller of it."""
    _prepared(poll_id)
    teller = seat_of(poll_id, person_id)
    words, teller.public_key = sealing.new_words()
    teller.tested_at = None
    teller.save()
    return teller, words


@transaction.atomic
def test_key(*, poll_id: UUID, person_id: UUID, words: str) -> Teller:
    """Notes that a teller has entered the own words rightly. Raises Invalid for other words, Conflict once the poll has
    opened, Forbidden for who is no teller of it."""
    _prepared(poll_id)
    teller = seat_of(poll_id, person_id)
    try:
        rightly = sealing.public_of(words) == teller.public_key
    except sealing.NotOurs:
        rightly = False
    if not rightly:
        raise Invalid({"words": say(vi="Không đúng các từ khoá của bạn.", en="These are not the words of your key.")})
    teller.tested_at = database_now()
    teller.save()
    return teller


def ensure_counted(poll: Poll) -> None:
    """Raises Conflict for a locked poll with papers or hands that nobody would count."""
    if poll.by_tellers and poll.tellers.count() < 2:
        raise Conflict(
            say(
                vi="Cần ít nhất hai thành viên ban kiểm phiếu để kiểm phiếu giấy, đếm giơ tay.",
                en="Papers and hands are counted by two tellers at least.",
            ),
            reason="tellers",
        )


def hand_out_key(poll: Poll) -> str:
    """Makes a locked poll's key pair, gives each teller a sealed share, and returns the public half; the private one is
    gone. Raises Conflict unless there are enough tellers and each has tested the own key: whoever has mistyped it, or
    lost it, is found out while that costs a new key and not the ballots."""
    tellers = list(poll.tellers.all())
    if len(tellers) < poll.threshold or any(teller.tested_at is None for teller in tellers):
        raise Conflict(
            say(
                vi="Chưa đủ thành viên ban kiểm phiếu đã thử khoá của mình.",
                en="Not every teller has tested their key.",
            ),
            reason="tellers",
        )
    public_key, shares = sealing.new_urn(poll.threshold, [teller.public_key for teller in tellers])
    for teller, share in zip(tellers, shares, strict=True):
        teller.sealed_share = share
        teller.save()
    return public_key


@transaction.atomic
def destroy_key(*, poll_id: UUID, person_id: UUID) -> Poll:
    """A teller gives up the own share for good and attests that the words are destroyed. Once fewer shares are left than
    it takes, the poll's key is destroyed. Doing it again changes nothing.

    Raises Conflict before the result is declared or annulled, Forbidden for who is no teller of the poll.
    """
    poll = locked(Poll, poll_id)
    if poll.state not in {PollState.DECLARED, PollState.ANNULLED} or not poll.public_key:
        raise Conflict(say(vi="Chưa công bố kết quả bỏ phiếu kín.", en="No secret poll was concluded here."))
    teller = seat_of(poll_id, person_id)
    if teller.destroyed_at is None:
        _give_up(teller, database_now())
        left = poll.tellers.filter(sealed_share__isnull=False).count()
        if left < poll.threshold and poll.key_destroyed_at is None:
            _destroyed(poll)
    return poll


def end_complaints() -> int:
    """Of every secret poll whose time for complaints is over by the database's clock: destroys what is left of the key
    and empties the envelopes, whose leaves stay. Polls of conferences under a legal hold wait. Returns how many."""
    over = Poll.objects.filter(
        secrecy=Secrecy.SECRET,
        envelopes_emptied_at__isnull=True,
        ended_at__lte=Now() - dt.timedelta(days=settings.COMPLAINT_DAYS),
    ).exclude(public_key="")
    held = LegalHold.objects.filter(lifted_at__isnull=True).values("conference_id")
    due = list(over.exclude(conference__in=held).order_by(F("ended_at")).values_list("pk", flat=True))
    for poll_id in due:
        _empty(poll_id)
    return len(due)


@transaction.atomic
def _empty(poll_id: UUID) -> None:
    poll = locked(Poll, poll_id)
    if poll.envelopes_emptied_at is not None:
        return
    moment = database_now()
    for teller in poll.tellers.filter(destroyed_at__isnull=True):
        _give_up(teller, moment)
    if poll.key_destroyed_at is None:
        _destroyed(poll)
    with erasing():
        Envelope.objects.filter(poll_id=poll_id).update(sealed=None)
    poll.envelopes_emptied_at = moment
    poll.save()


def _give_up(teller: Teller, moment: dt.datetime) -> None:
    teller.sealed_share, teller.destroyed_at = None, moment
    teller.save()


def _destroyed(poll: Poll) -> None:
    poll.key_destroyed_at = database_now()
    poll.save()
    emit(PollKeyDestroyed(**queries.facts_of(poll)))


def _prepared(poll_id: UUID) -> Poll:
    """The locked poll, if its tellers have keys and it has not opened."""
    poll = locked(Poll, poll_id)
    POLL_MOVES.check(poll, "open")
    if not poll.has_urn_key:
        raise Conflict(
            say(vi="Không có phong bì nào cần khoá ở đây.", en="There are no envelopes here that need a key.")
        )
    return poll


def seat_of(poll_id: UUID, person_id: UUID) -> Teller:
    """The teller's seat on the committee, locked. Raises Forbidden for who has none."""
    teller = Teller.objects.select_for_update().filter(poll_id=poll_id, person_id=person_id).first()
    if teller is None:
        raise Forbidden(say(vi="Bạn không thuộc ban kiểm phiếu này.", en="You are no teller of this poll."))
    return teller
