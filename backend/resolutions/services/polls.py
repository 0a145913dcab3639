"""A poll's life: the roll is frozen, the urn is nailed shut, the ballots are counted, the result is declared."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from backend.conferences.states import ConferenceState
from backend.core.clock import database_now
from backend.core.errors import Conflict, Invalid
from backend.core.queries import locked
from backend.core.text import Text, localized, say
from backend.outbox.services import emit
from backend.people.models import Organisation
from backend.resolutions import merkle, methods, queries, receipts
from backend.resolutions.counting import PRESETS, InvalidRule, InvalidTally, Rule, Tally, Verdict, chair_decides, decide
from backend.resolutions.events import PollAnnulled, PollCounted, PollDeclared, PollOpened, PollSealed
from backend.resolutions.models import Amendment, NamedBallot, Poll, Resolution
from backend.resolutions.services import custody, locks, rolls
from backend.resolutions.services.resolutions import (
    conclude_amendment,
    decided_by,
    put_to_vote,
    settle,
    take_back_from_vote,
)
from backend.resolutions.states import POLL_MOVES, PollState, ReceiptKind, ResolutionState, Secrecy

#: What is known of people once a poll is sealed.
PEOPLE = (
    "members",
    "summoned",
    "entitled",
    "attending",
    "present_at_open",
    "present_at_seal",
    "left_after_voting",
)


def rule_from(said: str | dict[str, Any]) -> Rule:
    """A preset by name, or a rule as data; raises Invalid naming each wrong member."""
    if isinstance(said, str):
        if said not in PRESETS:
            names = ", ".join(PRESETS)
            raise Invalid({"rule": say(vi="Quy tắc có sẵn: {names}.", en="Known rules: {names}.", names=names)})
        return PRESETS[said]
    try:
        return Rule.from_json(said)
    except InvalidRule as error:
        raise Invalid({f"rule.{field}": localized(reason) for field, reason in error.errors.items()}) from None


@transaction.atomic
def draft_poll(
    *,
    resolution: Resolution,
    question: Text,
    rule: str | dict[str, Any],
    voting_categories: list[str],
    voting_units: Collection[Organisation] = (),
    weights: Sequence[dict[str, Any]] = (),
    splitting: bool = False,
    proxies: int | None = None,
    members: int | None = None,
    closes_at: Any = None,
    replaces: Poll | None = None,
    amendment: Amendment | None = None,
    secrecy: str = Secrecy.NAMED,
    receipt: str = ReceiptKind.INCLUSION,
) -> Poll:
    """Prepares a vote on a resolution, or on an `amendment` to it. `replaces` names the poll whose result is void: a
    re-vote is a new round. A secret one needs tellers (`appoint`) before it opens. With `weights` some hold several
    votes, and everything is counted in votes; `members` says then how many votes there are. `proxies` is how many
    anybody may stand for beside themselves; None as the conference's procedure says when the poll opens.

    Raises Invalid for a wrong rule, wrong weights, proxies where only those present vote, guests as voters or a tracker
    in an open vote, Conflict when the replaced poll was not annulled.
    """
    read = rule_from(rule)
    written = read.to_json()
    if members is None and "members" in read.bases():
        raise Invalid(
            {"members": say(vi="Quy tắc cần tổng số thành viên.", en="The rule needs the number of all members.")}
        )
    if proxies and "present_at_open" in read.bases():
        wrong = say(vi="Chỉ người có mặt khi mở mới được biểu quyết.", en="Only those present at the opening vote.")
        raise Invalid({"proxies": wrong})
    if not set(voting_categories) <= set(queries.PARTAKING):
        raise Invalid({"voting_categories": say(vi="Khách mời không biểu quyết.", en="Guests do not vote.")})
    if amendment is not None and amendment.resolution_id != resolution.pk:
        raise Invalid({"amendment": say(vi="Không thuộc nghị quyết này.", en="It is to another resolution.")})
    if receipt == ReceiptKind.TRACKER and secrecy != Secrecy.SECRET:
        raise Invalid(
            {"receipt": say(vi="Mã dò phiếu chỉ dùng khi bỏ phiếu kín.", en="Trackers are for secret polls.")}
        )
    resolution = locked(Resolution, resolution.pk)
    if replaces is not None and (replaces.state != PollState.ANNULLED or replaces.resolution_id != resolution.pk):
        raise Conflict(
            say(vi="Chỉ biểu quyết lại khi lần trước đã bị huỷ.", en="Only an annulled poll can be replaced.")
        )
    last = resolution.polls.order_by("-round").values_list("round", flat=True).first() or 0
    return Poll.objects.create(
        resolution=resolution,
        amendment=amendment,
        conference_id=resolution.conference_id,
        round=last + 1,
        replaces=replaces,
        question=question,
        rule=written,
        voting_categories=sorted(set(voting_categories)),
        voting_units=sorted({str(unit.pk) for unit in voting_units}),
        weights=rolls.weights_from(weights, resolution=resolution, secrecy=secrecy, splitting=splitting),
        splitting=splitting,
        proxies=proxies,
        members=members,
        closes_at=closes_at,
        secrecy=secrecy,
        receipt=receipt,
    )


@transaction.atomic
def open_poll(*, poll_id: UUID, override_reason: str = "", expected: int | None = None) -> Poll:
    """Freezes the roll, the text and the rule, and lets voting begin.

    The roll: everybody with a seat whose category votes, numbered in the order of names; who is in the room now is
    kept with it. Raises Conflict when the conference is not running, the resolution is not tabled, the roll is empty
    or its weights would unmask somebody, or the rule's quorum at opening is not met and no `override_reason` is given.
    A secret poll's key is made here and handed to its tellers: Conflict unless each has tested the own key.
    """
    poll = locked(Poll, poll_id, expected=expected)
    POLL_MOVES.check(poll, "open")
    resolution = locked(Resolution.objects.select_related("conference"), poll.resolution_id)
    if resolution.conference.state != ConferenceState.RUNNING:
        raise Conflict(say(vi="Hội nghị chưa khai mạc hoặc đã bế mạc.", en="The conference is not running."))
    if resolution.polls.filter(state__in=[PollState.OPEN, PollState.SEALED, PollState.COUNTED]).exists():
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
    if poll.secrecy == Secrecy.SECRET:
        poll.public_key = custody.hand_out_key(poll)
    poll.text_hash = put_to_vote(resolution, poll)
    poll.config = _frozen(poll)
    poll.config_hash = merkle.digest(poll.config)
    poll.roll_hash = merkle.digest(queries.frozen_roll(poll.pk))
    poll.save()
    emit(
        PollOpened(
            poll_id=poll.pk,
            resolution_id=poll.resolution_id,
            conference_id=poll.conference_id,
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
        "resolution": str(poll.resolution_id),
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
        "tellers": sorted(poll.tellers.values_list("public_key", flat=True)),
    }


def _require_quorum(poll: Poll, people: dict[str, int], override_reason: str) -> None:
    rule = Rule.from_json(poll.rule)
    if rule.quorum is None or "open" not in rule.quorum.at or override_reason:
        return
    # With everybody present voting yes, only a missing quorum can stand in the way.
    here = people["present_at_open"]
    trial = decide(
        rule,
        Tally.of_ballots(
            yes=here, no=0, **{**people, "present_at_seal": here, "attending": here, "left_after_voting": 0}
        ),
        counted_in=_counted_in(poll),
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
    poll.sealed_at = database_now()
    leaves = queries.leaves(poll_id)
    poll.urn_root = merkle.root(leaves)
    poll.tally = {
        **(poll.tally or {}),
        "returned": len(leaves),
        "present_at_seal": queries.present_entitled(poll, poll.sealed_at),
        "attending": queries.attending(poll),
        "left_after_voting": queries.left_after_voting(poll),
    }
    _, poll.urn_signature = receipts.sign("urn", queries.urn_statement(poll), by=poll.receipt_key)
    poll.save()
    emit(
        PollSealed(
            poll_id=poll.pk,
            resolution_id=poll.resolution_id,
            conference_id=poll.conference_id,
            returned=len(leaves),
            urn_root=poll.urn_root,
        )
    )
    return poll


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
    """Counts the sealed ballots of a named poll and reaches the verdict; a secret one waits for its tellers. Counting
    again changes nothing."""
    poll = locked(Poll, poll_id)
    if poll.state != PollState.SEALED or poll.secrecy == Secrecy.SECRET:
        return poll
    reach_verdict(poll, list(NamedBallot.objects.filter(poll_id=poll_id).values_list("choice", flat=True)))
    return poll


def reach_verdict(poll: Poll, contents: list[Any]) -> None:
    """Counts what stood on the ballots of a locked, sealed poll and keeps the verdict."""
    POLL_MOVES.move(poll, "count")
    assert poll.tally is not None  # a sealed poll has one: a constraint of the table
    people = {name: poll.tally.get(name) for name in PEOPLE}
    try:
        method = methods.of(poll.method)
        tally = Tally(**method.numbers(method.counted(contents)), **people)
        verdict = decide(Rule.from_json(poll.rule), tally, counted_in=_counted_in(poll))
    except InvalidTally as error:
        raise Conflict("; ".join(localized(reason) for reason in error.errors.values())) from None
    poll.tally, poll.verdict = tally.to_json(), verdict.to_json()
    _, poll.count_signature = receipts.sign("count", queries.count_statement(poll), by=poll.receipt_key)
    poll.save()
    emit(PollCounted(poll_id=poll.pk, resolution_id=poll.resolution_id, conference_id=poll.conference_id))


def _counted_in(poll: Poll) -> str:
    return "votes" if poll.weights else "people"


@transaction.atomic
def declare(*, poll_id: UUID, casting_vote: bool | None = None, expected: int | None = None) -> Poll:
    """Makes the result public. A tie that the rule leaves to the chair needs `casting_vote` (True: in favour)."""
    poll = locked(Poll, poll_id, expected=expected)
    POLL_MOVES.move(poll, "declare")
    verdict = _verdict(poll)
    if verdict.outcome == "tie_needs_chair":
        if casting_vote is None:
            raise Invalid({"casting_vote": say(vi="Chủ tọa phải quyết định.", en="The chair must decide.")})
        verdict = chair_decides(verdict, in_favour=casting_vote)
        poll.verdict = verdict.to_json()
    elif casting_vote is not None:
        raise Invalid({"casting_vote": say(vi="Không có số phiếu ngang nhau.", en="There is no tie.")})
    poll.ended_at = database_now()
    poll.save()
    emit(
        PollDeclared(
            poll_id=poll.pk,
            resolution_id=poll.resolution_id,
            conference_id=poll.conference_id,
            outcome=verdict.outcome,
        )
    )
    return poll


def _verdict(poll: Poll) -> Verdict:
    assert poll.verdict is not None  # a counted poll has one: a constraint of the table
    return Verdict.from_json(poll.verdict)


@transaction.atomic
def annul(*, poll_id: UUID, reason: Text, expected: int | None = None) -> Poll:
    """Voids a poll; its ballots stay. Raises Conflict once the resolution was decided by it."""
    locks.alone(poll_id)
    poll = locked(Poll, poll_id, expected=expected)
    POLL_MOVES.move(poll, "annul")
    resolution = locked(Resolution, poll.resolution_id)
    if decided_by(resolution, poll):
        raise Conflict(say(vi="Nghị quyết đã được quyết định.", en="The resolution has been decided."))
    take_back_from_vote(resolution, poll)
    poll.annulled_reason, poll.ended_at = reason, database_now()
    poll.save()
    emit(PollAnnulled(poll_id=poll.pk, resolution_id=poll.resolution_id, conference_id=poll.conference_id))
    return poll


@transaction.atomic
def conclude(*, poll_id: UUID) -> Resolution:
    """Adopts or rejects the resolution by a declared poll; without a quorum it stays tabled. Doing it again, or after
    the poll was annulled, changes nothing."""
    poll = locked(Poll, poll_id)
    resolution = locked(Resolution, poll.resolution_id)
    if poll.amendment_id is not None and poll.state == PollState.DECLARED:
        conclude_amendment(resolution, poll, _verdict(poll).outcome)
        return resolution
    if poll.state != PollState.DECLARED or resolution.state != ResolutionState.VOTING:
        return resolution
    verdict = _verdict(poll)
    if verdict.outcome in {"adopted", "rejected"}:
        settle(resolution, adopted=verdict.adopted, poll=poll)
    else:
        take_back_from_vote(resolution, poll)
    return resolution
