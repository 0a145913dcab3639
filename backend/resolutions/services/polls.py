"""A poll's life: the roll is frozen, the urn is nailed shut, the ballots are counted. What comes of it: `results`."""

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
from backend.resolutions import batches, merkle, methods, queries, receipts
from backend.resolutions.counting import PRESETS, InvalidRule, InvalidTally, Rule, Tally, decide
from backend.resolutions.events import PollCounted, PollOpened, PollSealed
from backend.resolutions.models import Amendment, Election, Poll, Resolution
from backend.resolutions.services import custody, elections, locks, rolls
from backend.resolutions.services.proxies import stand_still
from backend.resolutions.services.resolutions import put_to_vote
from backend.resolutions.services.results import counted_in, decided, subject_of
from backend.resolutions.states import POLL_MOVES, Channel, PollState, ReceiptKind, Secrecy

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
    resolution: Resolution | None = None,
    election: Election | None = None,
    ballot: dict[str, Any] | None = None,
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
    channels: Collection[str] = (Channel.DEVICES,),
) -> Poll:
    """Prepares a vote on a resolution or an `amendment` to it, or a round of an election, whose paper `ballot` says (see
    `elections.method_of`). `replaces` names the poll whose result is void: a re-vote is a new round. A secret one, and one
    with papers or hands, needs tellers (`appoint`) before it opens. With `weights` some hold several votes, and everything
    is counted in votes; `members` says then how many votes there are. `proxies` is how many anybody may stand for beside
    themselves; None as the conference's procedure says when the poll opens.

    Raises Invalid for a wrong rule or paper, wrong weights, proxies where only those present vote or hands are raised,
    guests as voters, a tracker in an open vote, or hands in a secret one, of who holds several votes or for a ranking,
    Conflict when the replaced poll was not annulled.
    """
    read = rule_from(rule)
    written = read.to_json()
    if (resolution is None) == (election is None) or (amendment is not None and resolution is None):
        either = say(vi="Biểu quyết về một nghị quyết hoặc một cuộc bầu cử.", en="On a resolution, or on an election.")
        raise Invalid({"resolution": either})
    if members is None and "members" in read.bases():
        raise Invalid(
            {"members": say(vi="Quy tắc cần tổng số thành viên.", en="The rule needs the number of all members.")}
        )
    if proxies and "present_at_open" in read.bases():
        wrong = say(vi="Chỉ người có mặt khi mở mới được biểu quyết.", en="Only those present at the opening vote.")
        raise Invalid({"proxies": wrong})
    if not set(voting_categories) <= set(queries.PARTAKING):
        raise Invalid({"voting_categories": say(vi="Khách mời không biểu quyết.", en="Guests do not vote.")})
    if amendment is not None and resolution is not None and amendment.resolution_id != resolution.pk:
        raise Invalid({"amendment": say(vi="Không thuộc nghị quyết này.", en="It is to another resolution.")})
    if receipt == ReceiptKind.TRACKER and secrecy != Secrecy.SECRET:
        raise Invalid(
            {"receipt": say(vi="Mã dò phiếu chỉ dùng khi bỏ phiếu kín.", en="Trackers are for secret polls.")}
        )
    if Channel.HANDS in channels and secrecy == Secrecy.SECRET:
        raise Invalid({"channels": say(vi="Bỏ phiếu kín không giơ tay.", en="Hands are not raised in secret.")})
    if Channel.HANDS in channels and weights:
        raise Invalid({"channels": say(vi="Mỗi cánh tay là một phiếu.", en="A hand is one vote.")})
    if Channel.HANDS in channels and proxies:
        raise Invalid({"proxies": say(vi="Không giơ tay thay người khác.", en="Nobody raises a hand for another.")})
    subject: Resolution | Election
    if election is not None:
        subject, method = locked(Election, election.pk), dict(ballot or {"kind": methods.Approval.kind})
        elections.method_of(subject, method)
    else:
        assert resolution is not None  # exactly one of them
        subject, method = locked(Resolution, resolution.pk), methods.default()
    if Channel.HANDS in channels and method["kind"] == methods.Ranked.kind:
        raise Invalid({"channels": say(vi="Giơ tay không xếp hạng được.", en="Hands cannot rank.")})
    _ensure_rule_suits(read, method["kind"])
    same = replaces is None or (replaces.resolution_id, replaces.election_id) == (
        resolution and resolution.pk,
        election and election.pk,
    )
    if replaces is not None and (replaces.state != PollState.ANNULLED or not same):
        raise Conflict(
            say(vi="Chỉ biểu quyết lại khi lần trước đã bị huỷ.", en="Only an annulled poll can be replaced.")
        )
    last = subject.polls.order_by("-round").values_list("round", flat=True).first() or 0
    return Poll.objects.create(
        resolution=resolution,
        election=election,
        amendment=amendment,
        conference_id=subject.conference_id,
        round=last + 1,
        replaces=replaces,
        follows=replaces.follows if replaces else None,
        method=method,
        question=question,
        rule=written,
        voting_categories=sorted(set(voting_categories)),
        voting_units=sorted({str(unit.pk) for unit in voting_units}),
        weights=rolls.weights_from(weights, conference_id=subject.conference_id, secrecy=secrecy, splitting=splitting),
        splitting=splitting,
        proxies=proxies,
        members=members,
        closes_at=closes_at,
        secrecy=secrecy,
        receipt=receipt,
        channels=[each.value for each in Channel if each in channels],
    )


def _ensure_rule_suits(rule: Rule, kind: str) -> None:
    """A vote for or against, and on candidates, needs thresholds; a count of preferences decides by itself."""
    wrong = None
    if kind == methods.Ranked.kind and rule.all_of:
        wrong = say(
            vi="Kiểm phiếu xếp hạng tự quyết định ai trúng cử: quy tắc không có ngưỡng.",
            en="A count of preferences decides by itself: its rule has no thresholds.",
        )
    elif kind != methods.Ranked.kind and not rule.all_of:
        wrong = say(vi="Quy tắc cần ít nhất một ngưỡng.", en="The rule needs a threshold.")
    elif kind != methods.YesNo.kind and (rule.tie == "chair" or "yes_no" in rule.bases()):
        wrong = say(
            vi="Trong bầu cử không có phiếu tán thành hay không tán thành, và chủ tọa không có lá phiếu quyết định.",
            en="An election knows neither votes for and against nor a casting vote.",
        )
    if wrong is not None:
        raise Invalid({"rule": wrong})


@transaction.atomic
def open_poll(*, poll_id: UUID, override_reason: str = "", expected: int | None = None) -> Poll:
    """Freezes the roll, the text and the rule, and lets voting begin.

    The roll: everybody with a seat whose category votes, numbered in the order of names; who is in the room now is
    kept with it. Raises Conflict when the conference is not running, the resolution is not tabled, the roll is empty
    or its weights would unmask somebody, or the rule's quorum at opening is not met and no `override_reason` is given;
    of an election, when nobody is left to elect. A secret poll's key is made here and handed to its tellers: Conflict
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
    if rule.quorum is None or "open" not in rule.quorum.at or override_reason:
        return
    # With everybody present voting yes, only a missing quorum can stand in the way.
    here = people["present_at_open"]
    trial = decide(
        rule,
        Tally.of_ballots(
            yes=here, no=0, **{**people, "present_at_seal": here, "attending": here, "left_after_voting": 0}
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
            **queries.facts_of(poll),
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
    _, poll.count_signature = receipts.sign("count", queries.count_statement(poll), by=poll.receipt_key)
    poll.save()
    emit(PollCounted(**queries.facts_of(poll)))
