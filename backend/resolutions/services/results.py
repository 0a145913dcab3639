"""What a count comes to: the verdict, its declaration, and what it does to the text or the election."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from backend.core.clock import database_now
from backend.core.errors import Invalid
from backend.core.queries import locked
from backend.core.text import Text, localized, say
from backend.outbox.services import emit
from backend.resolutions import batches, methods, queries, receipts
from backend.resolutions.counting import (
    ElectionVerdict,
    InvalidLot,
    Rule,
    Tally,
    Verdict,
    chair_decides,
    decide,
    elect,
    rank,
)
from backend.resolutions.events import PollAnnulled, PollDeclared
from backend.resolutions.models import Election, Poll, Resolution
from backend.resolutions.services import elections, locks
from backend.resolutions.services.resolutions import (
    conclude_amendment,
    settle,
    take_back_from_vote,
)
from backend.resolutions.services.shutting import nail_shut
from backend.resolutions.states import POLL_MOVES, PollState, ResolutionState

#: What voids a count is said in as many characters at least.
SUBSTANCE = 20


def subject_of(poll: Poll) -> Resolution | Election:
    """What the poll is on, locked."""
    if poll.resolution_id is not None:
        return locked(Resolution.objects.select_related("conference"), poll.resolution_id)
    assert poll.election_id is not None  # one of the two: a constraint of the table
    return locked(Election.objects.select_related("conference"), poll.election_id)


def counted_in(poll: Poll) -> str:
    """What its numbers of people count: people, or where some hold several, their votes."""
    return "votes" if poll.weights else "people"


def decided(poll: Poll, tally: Tally, count: methods.Count, lots: Collection[str] = ()) -> Verdict | ElectionVerdict:
    """What follows from a count by the poll's rule and method."""
    rule, method = Rule.from_json(poll.rule), methods.of(poll.method)
    if not isinstance(method, methods.Elective):
        return decide(rule, tally, counted_in=counted_in(poll))
    names = {each["id"]: each["name"] for each in poll.method["candidates"]}
    if isinstance(method, methods.Ranked):
        return rank(
            rule,
            tally,
            names=names,
            places=method.places,
            ballots=count["ballots"],
            counting=method.counting,
            lots=list(lots),
            counted_in=counted_in(poll),
        )
    return elect(rule, tally, names=names, places=method.places, votes=count["votes"], counted_in=counted_in(poll))


@transaction.atomic
def declare(
    *,
    poll_id: UUID,
    casting_vote: bool | None = None,
    lots: Collection[str] = (),
    by: UUID | None = None,
    expected: int | None = None,
) -> Poll:
    """Makes the result public, and adopts or rejects the text by it, or writes down who is elected. A tie that the rule
    leaves to the chair needs `casting_vote` (True: in favour), one in a count of preferences the `lots` that were drawn, in
    the order in which the count asks; the verdict says who gave them (`by`) and when."""
    poll = locked(Poll, poll_id, expected=expected)
    POLL_MOVES.move(poll, "declare")
    verdict: Verdict | ElectionVerdict
    if poll.election_id is not None:
        if casting_vote is not None:
            raise Invalid({"casting_vote": say(vi="Bầu cử không có lá phiếu quyết định.", en="Elections have none.")})
        verdict = _after_lots(poll, lots)
        poll.verdict = verdict.to_json()
    else:
        verdict = _after_chair(poll, casting_vote, lots)
    poll.ended_at = database_now()
    given = "casting_vote_by" if casting_vote is not None else "lots_by" if lots else None
    if given is not None:
        who = {"person": str(by) if by else None, "at": poll.ended_at.isoformat()}
        poll.verdict = {**verdict.to_json(), given: who}
    _, poll.declared_signature = receipts.sign("declare", queries.declared_statement(poll), by=poll.receipt_key)
    poll.save()
    emit(PollDeclared(**queries.facts_of(poll), outcome=verdict.outcome))
    _conclude(poll, verdict.outcome)
    return poll


def _conclude(poll: Poll, outcome: str) -> None:
    """What a declared poll makes of what it was on, in one transaction with it: nobody reads a result and a text that is
    still being voted on. Without a quorum the text stays tabled."""
    subject = subject_of(poll)
    if isinstance(subject, Election):
        elections.conclude_round(subject, poll)
    elif poll.amendment_id is not None:
        conclude_amendment(subject, poll, outcome)
    elif subject.state == ResolutionState.VOTING and outcome in {"adopted", "rejected"}:
        settle(subject, adopted=outcome == "adopted", poll=poll)
    else:
        take_back_from_vote(subject, poll)


def _after_lots(poll: Poll, lots: Collection[str]) -> ElectionVerdict:
    """The verdict of a locked, counted round once these lots were drawn. Raises Invalid while one is missing, or for
    one nobody asked for."""
    assert poll.tally is not None  # a counted poll has one: a constraint of the table
    assert poll.verdict is not None
    verdict = ElectionVerdict.from_json(poll.verdict)
    if verdict.outcome != "tie_needs_lot":
        if lots:
            raise Invalid({"lots": say(vi="Không cần bốc thăm.", en="No lot is needed.")})
        return verdict
    count = batches.reconciled(poll, methods.of(poll.method).counted(queries.contents(poll)))
    try:
        found = decided(poll, Tally.from_json(poll.tally), count, lots)
    except InvalidLot:
        wrong = say(vi="Không phải người được bốc thăm.", en="Nobody the lot was drawn among.")
        raise Invalid({"lots": wrong}) from None
    assert isinstance(found, ElectionVerdict)
    if found.outcome == "tie_needs_lot":
        raise Invalid({"lots": localized(found.proof[-2])})
    return found


def _after_chair(poll: Poll, casting_vote: bool | None, lots: Collection[str]) -> Verdict:
    """The verdict of a locked, counted poll, after the chair broke the tie where there is one."""
    if lots:
        raise Invalid({"lots": say(vi="Không cần bốc thăm.", en="No lot is needed.")})
    verdict = _verdict(poll)
    if verdict.outcome == "tie_needs_chair":
        if casting_vote is None:
            raise Invalid({"casting_vote": say(vi="Chủ tọa phải quyết định.", en="The chair must decide.")})
        verdict = chair_decides(verdict, in_favour=casting_vote)
        poll.verdict = verdict.to_json()
    elif casting_vote is not None:
        raise Invalid({"casting_vote": say(vi="Không có số phiếu ngang nhau.", en="There is no tie.")})
    return verdict


def _verdict(poll: Poll) -> Verdict:
    assert poll.verdict is not None  # a counted poll has one: a constraint of the table
    return Verdict.from_json(poll.verdict)


@transaction.atomic
def annul(*, poll_id: UUID, reason: Text, by: UUID | None = None, expected: int | None = None) -> Poll:
    """Voids a poll before it is declared; everything of it stays to be read, and to be checked: an open urn is nailed shut
    first. What was counted is voided for a reason that says something: Invalid below so many characters. What was declared
    has decided, and only another decision changes it."""
    locks.alone(poll_id)
    poll = locked(Poll, poll_id, expected=expected)
    POLL_MOVES.check(poll, "annul")
    if poll.was_counted and len(reason["vi"].strip()) < SUBSTANCE:
        sentence = say(
            vi="Đã kiểm phiếu: cần nêu rõ lý do huỷ, ít nhất {n} ký tự.",
            en="It was counted: say why it is voided in {n} characters or more.",
            n=SUBSTANCE,
        )
        raise Invalid({"reason.vi": sentence})
    if poll.state == PollState.OPEN:
        nail_shut(poll)
    POLL_MOVES.move(poll, "annul")
    subject = subject_of(poll)
    if isinstance(subject, Resolution):
        take_back_from_vote(subject, poll)
    poll.annulled_reason, poll.annulled_by_id, poll.ended_at = reason, by, database_now()
    poll.save()
    emit(PollAnnulled(**queries.facts_of(poll)))
    return poll
