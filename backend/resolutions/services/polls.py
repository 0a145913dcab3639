"""A poll's life: the roll is frozen, the urn is nailed shut, the ballots are counted. What comes of it: `results`."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from backend.conferences.services.lifecycle import before_closing
from backend.conferences.states import ConferenceState
from backend.core.clock import database_now
from backend.core.errors import Conflict
from backend.core.queries import locked
from backend.core.text import localized, say
from backend.outbox.services import emit
from backend.resolutions import batches, merkle, methods, queries, receipts
from backend.resolutions.counting import InvalidTally, Rule, Tally, decide
from backend.resolutions.events import PollCounted, PollOpened, PollSealed
from backend.resolutions.models import Election, Poll
from backend.resolutions.services import custody, elections, locks, rolls
from backend.resolutions.services.proxies import stand_still
from backend.resolutions.services.quorums import ensure_quorate
from backend.resolutions.services.resolutions import put_to_vote
from backend.resolutions.services.results import counted_in, decided, subject_of
from backend.resolutions.services.shutting import nail_shut
from backend.resolutions.states import POLL_MOVES, PollState, Secrecy

#: What is known of people once a poll is sealed.
PEOPLE = (
    "members",
    "summoned",
    "entitled",
    "attending",
    "present_at_open",
    "present_at_seal",
    "left_after_voting",
    "voted_outside",
)


@transaction.atomic
def open_poll(*, poll_id: UUID, override_reason: str = "", expected: int | None = None) -> Poll:
    """Freezes the roll, the text and the rule, and lets voting begin.

    The roll: everybody with a seat whose category votes, numbered in the order of names; who is in the room now is
    kept with it. Raises Conflict when the conference is not running, the resolution is not tabled, the roll is empty
    or its weights would unmask somebody, or the rule's quorum at opening (where it has none, the
    conference's) is not met and no `override_reason` is given; of an election, when nobody is left to elect. A secret poll's key is made here and handed to its tellers: Conflict
    unless each has tested the own key. Papers and hands are counted by two tellers: Conflict where nobody was appointed.
    """
    stand_still(poll_id)
    poll = locked(Poll, poll_id, expected=expected)
    POLL_MOVES.check(poll, "open")
    subject = subject_of(poll)
    if subject.conference.state != ConferenceState.RUNNING:
        raise Conflict(say(vi="Hội nghị chưa khai mạc hoặc đã bế mạc.", en="The conference is not running."))
    if subject.polls.filter(state__in=[PollState.OPEN, PollState.SEALED, PollState.COUNTED]).exists():
        raise Conflict(say(vi="Đang có cuộc biểu quyết khác.", en="Another poll on it is under way."))
    moment = database_now()
    if poll.closes_at and poll.closes_at <= moment:
        raise Conflict(say(vi="Giờ kết thúc biểu quyết đã qua.", en="The closing time has passed."))
    entitlements = rolls.freeze(poll, moment)
    people = {
        "summoned": queries.summoned(poll),
        "entitled": len(entitlements),
        "present_at_open": sum(row.present_at_open for row in entitlements),
        **({"members": poll.members} if poll.members is not None else {}),
    }
    if poll.members is not None and poll.members < len(entitlements):
        sentence = say(
            vi="Danh sách biểu quyết có {n} phiếu, nhiều hơn tổng số {members}.",
            en="The roll has {n} votes, more than the {members} of all members.",
            n=len(entitlements),
            members=poll.members,
        )
        raise Conflict(sentence, reason="members")
    _require_quorum(poll, people, override_reason)
    poll.state, poll.opened_at, poll.tally = PollState.OPEN, moment, people
    poll.receipt_key = receipts.public_key()
    custody.ensure_counted(poll)
    if poll.has_urn_key:
        poll.public_key = custody.hand_out_key(poll)
    if isinstance(subject, Election):
        poll.text_hash = elections.put_to_election(subject, poll)
    else:
        poll.text_hash = put_to_vote(subject, poll)
    poll.config = _frozen(poll)
    poll.config_hash = merkle.digest(poll.config)
    poll.roll_hash = merkle.digest(queries.frozen_roll(poll.pk))
    poll.save()
    emit(
        PollOpened(
            **queries.facts_of(poll),
            entitled=people["entitled"],
            present=people["present_at_open"],
            roll_hash=poll.roll_hash,
            override_reason=override_reason,
        )
    )
    return poll


def _frozen(poll: Poll) -> dict[str, Any]:
    """All that voters rely on, as `config_hash` hashes it."""
    return {
        "poll": str(poll.pk),
        "resolution": str(poll.resolution_id) if poll.resolution_id else None,
        "election": str(poll.election_id) if poll.election_id else None,
        "amendment": str(poll.amendment_id) if poll.amendment_id else None,
        "round": poll.round,
        "question": poll.question,
        "rule": poll.rule,
        "method": poll.method,
        "voting_categories": poll.voting_categories,
        "voting_units": poll.voting_units,
        "weights": poll.weights,
        "splitting": poll.splitting,
        "proxies": poll.proxies,
        "members": poll.members,
        "text_hash": poll.text_hash,
        "closes_at": poll.closes_at.isoformat() if poll.closes_at else None,
        "secrecy": poll.secrecy,
        "receipt": poll.receipt,
        "receipt_key": poll.receipt_key,
        "public_key": poll.public_key,
        "threshold": poll.threshold,
        "tellers": sorted(poll.tellers.exclude(public_key="").values_list("public_key", flat=True)),
        "channels": poll.channels,
        "committee": sorted(str(seat) for seat in poll.tellers.values_list("pk", flat=True)),
    }


def _require_quorum(poll: Poll, people: dict[str, int], override_reason: str) -> None:
    rule = Rule.from_json(poll.rule)
    if rule.quorum is None and not override_reason:
        ensure_quorate(poll.conference)
    if rule.quorum is None or "open" not in rule.quorum.at or override_reason:
        return
    # With everybody present voting yes, only a missing quorum can stand in the way.
    here = people["present_at_open"]
    trial = decide(
        rule,
        Tally.of_ballots(
            yes=here,
            no=0,
            **{**people, "present_at_seal": here, "attending": here, "left_after_voting": 0, "voted_outside": 0},
        ),
        counted_in=counted_in(poll),
    )
    if trial.outcome == "no_quorum":
        raise Conflict(
            say(vi="Chưa đủ số đại biểu: {proof}", en="No quorum: {proof}", proof=localized(trial.proof[0])),
            reason="quorum",
        )


@transaction.atomic
def seal(*, poll_id: UUID, expected: int | None = None) -> Poll:
    """Ends voting: waits for the casts in flight, lets no later one in, and fixes the ballots under a Merkle root."""
    locks.alone(poll_id)
    poll = locked(Poll, poll_id, expected=expected)
    POLL_MOVES.move(poll, "seal")
    nail_shut(poll)
    poll.save()
    emit(
        PollSealed(
            **queries.facts_of(poll),
            returned=(poll.tally or {})["returned"],
            urn_root=poll.urn_root,
        )
    )
    return poll


@before_closing
def _ensure_nobody_votes(conference_id: UUID) -> None:
    """What was sealed may be counted and declared after the conference; nobody votes after it."""
    voting = Poll.objects.filter(conference_id=conference_id, state=PollState.OPEN).order_by("opened_at", "pk")
    if names := [f"“{localized(poll.question)}”" for poll in voting]:
        raise Conflict(
            say(
                vi="Đang biểu quyết: {polls}. Hãy khoá hoặc huỷ trước khi bế mạc.",
                en="Voting is under way on {polls}. Seal or annul it before the conference is closed.",
                polls=", ".join(names),
            ),
            reason="polls",
        )


def close_due() -> int:
    """Seals the open polls whose closing time has passed by the database's clock; returns how many."""
    due = Poll.objects.filter(Q(state=PollState.OPEN, closes_at__lte=Now())).values_list("pk", flat=True)
    for poll_id in due:
        try:
            seal(poll_id=poll_id)
        except Conflict:  # somebody sealed it by hand meanwhile
            continue
    return len(due)


@transaction.atomic
def count(*, poll_id: UUID) -> Poll:
    """Counts the sealed ballots of a named poll and reaches the verdict; a secret one, and one with papers or hands, waits
    for its tellers. Counting again changes nothing."""
    poll = locked(Poll, poll_id)
    if poll.state != PollState.SEALED or poll.secrecy == Secrecy.SECRET or poll.by_tellers:
        return poll
    reach_verdict(poll, queries.contents(poll))
    return poll


@transaction.atomic
def count_sheets(*, poll_id: UUID, expected: int | None = None) -> Poll:
    """Counts what tellers found on paper and by hands, with the named ballots of devices, when they say that every batch
    is in. Raises Conflict while two tellers do not agree on each, where the numbers cannot be of one vote, and where
    envelopes are to be opened or tellers count nothing; IllegalMove before the seal."""
    poll = locked(Poll, poll_id, expected=expected)
    POLL_MOVES.check(poll, "count")
    if not poll.by_tellers:
        raise Conflict(say(vi="Cuộc biểu quyết này được kiểm tự động.", en="This poll is counted by itself."))
    if poll.has_urn_key:
        raise Conflict(
            say(vi="Kiểm khi mở phong bì tại bàn kiểm phiếu.", en="It is counted when the envelopes are opened.")
        )
    reach_verdict(poll, queries.contents(poll))
    return poll


def reach_verdict(poll: Poll, contents: list[Any]) -> None:
    """Counts what stood on the ballots of a locked, sealed poll, with what its tellers found, and keeps the verdict."""
    POLL_MOVES.move(poll, "count")
    assert poll.tally is not None  # a sealed poll has one: a constraint of the table
    people = {name: poll.tally.get(name) for name in PEOPLE}
    method = methods.of(poll.method)
    try:
        count = batches.reconciled(poll, method.counted(contents))
        tally = Tally(**method.numbers(count), **people)
        verdict = decided(poll, tally, count)
    except InvalidTally as error:
        raise Conflict("; ".join(localized(reason) for reason in error.errors.values())) from None
    poll.tally, poll.verdict = tally.to_json(), verdict.to_json()
    poll.sheets_hash = merkle.digest(batches.frozen(poll)) if poll.by_tellers else ""
    poll.verdict_hash = merkle.digest(poll.verdict)
    _, poll.count_signature = receipts.sign("count", queries.count_statement(poll), by=poll.receipt_key)
    poll.save()
    emit(PollCounted(**queries.facts_of(poll)))
