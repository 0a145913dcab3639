"""The counting of preferences, stage by stage: Scottish STV, and instant run-off for one place.

STV as in the Scottish Local Government Elections Order 2007 (SSI 2007/42), schedule 1, rules 45 to 52: Droop quota, a
surplus is transferred on all of the candidate's papers, each at (surplus × value when received) ÷ votes, cut after five
decimals. What is equal at every stage is decided by lot, which is drawn by people: the count stops and says among whom.
"""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: Values of papers are whole hundred-thousandths of a vote.
ONE = 100_000
#: What is done at a stage, and of it what a lot may decide.
ACTS = ("first", "transfer", "exclude")
LOTS_DECIDE = ACTS[1:]
#: A ranking, the value of each such paper, and how many there are.
Papers = tuple[tuple[str, ...], int, int]


class InvalidLot(ValueError):
    """A lot that names somebody it was not drawn among, or one that was not needed."""


class _NeedsLot(Exception):
    """Nothing but a lot decides between these."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What was done (`first`, `transfer` a surplus, `exclude`) to whom, everybody's votes after it, who was elected by
    it. `not_transferable` are votes no paper gives on, what was cut off included."""

    act: str
    candidate: str | None
    votes: Mapping[str, int]
    not_transferable: int
    elected: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "act": self.act,
            "candidate": self.candidate,
            "votes": {each: written(votes) for each, votes in self.votes.items()},
            "not_transferable": written(self.not_transferable),
            "elected": list(self.elected),
        }


@dataclass(kw_only=True)
class Ranking:
    """A count of preferences, as far as it got. `tie` is what a lot must decide before it goes on: `act` on whom."""

    quota: int
    elected: list[str] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)
    lots: list[dict[str, Any]] = field(default_factory=list)
    tie: dict[str, Any] | None = None


def count(
    ballots: Iterable[tuple[Sequence[str], int]],
    *,
    candidates: Sequence[str],
    places: int,
    of_continuing: bool = False,
    lots: Sequence[str] = (),
) -> Ranking:
    """The count of these rankings, each given with how many say so. `lots` are who was drawn, in the order in which
    the count asked. With `of_continuing`, one is elected by more than half of the papers still in play (IRV). Raises
    InvalidLot."""
    counting = _Counting(ballots, candidates, places, of_continuing, list(lots))
    with contextlib.suppress(_NeedsLot):
        counting.run()
    if counting.lots:
        raise InvalidLot("a lot that was not needed")
    return counting.ranking


def written(votes: int) -> str:
    """12.50000"""
    return f"{votes // ONE}.{votes % ONE:05d}"


class _Counting:
    def __init__(
        self,
        ballots: Iterable[tuple[Sequence[str], int]],
        candidates: Sequence[str],
        places: int,
        of_continuing: bool,
        lots: list[str],
    ) -> None:
        self.piles: dict[str, list[Papers]] = {each: [] for each in candidates}
        for ranking, number in ballots:
            self.piles[ranking[0]].append((tuple(ranking), ONE, number))
        self.votes = {each: ONE * sum(number for *_, number in pile) for each, pile in self.piles.items()}
        self.total = sum(self.votes.values())
        self.continuing, self.surpluses = list(candidates), list[str]()
        self.places, self.of_continuing, self.lots = places, of_continuing, lots
        self.ranking = Ranking(quota=self.total // ONE // (places + 1) + 1)

    def run(self) -> None:
        """Nobody is elected on no paper at all."""
        self._stage("first", None)
        while self.total and len(self.ranking.elected) < self.places:
            over = [each for each in self.surpluses if self.votes[each] > self._needed()]
            if over:
                self._transfer(self._one_of(over, "transfer", max))
            else:
                self._exclude(self._one_of(self.continuing, "exclude", min))

    def _needed(self) -> int:
        if self.of_continuing:
            return sum(self.votes[each] for each in self.continuing) // 2 + 1
        return self.ranking.quota * ONE

    def _stage(self, act: str, candidate: str | None) -> None:
        reached = [each for each in self.continuing if self.total and self.votes[each] >= self._needed()]
        elected = sorted(reached, key=lambda each: -self.votes[each])
        vacant = self.places - len(self.ranking.elected) - len(elected)
        rest = [each for each in self.continuing if each not in elected]
        if self.total and len(rest) <= vacant:  # rule 52: the last vacancies
            elected += sorted(rest, key=lambda each: -self.votes[each])
        self.continuing = [each for each in self.continuing if each not in elected]
        self.surpluses += elected
        self.ranking.elected += elected
        lost = self.total - sum(self.votes.values())
        self.ranking.stages.append(
            Stage(act=act, candidate=candidate, votes=dict(self.votes), not_transferable=lost, elected=elected)
        )

    def _one_of(self, those: Sequence[str], act: str, edge: Any) -> str:
        """The one with the most or fewest votes, now or else at the latest stage that tells them apart (rules 49, 51)."""
        tied = list(those)
        for stage in reversed(self.ranking.stages):
            utmost = edge(stage.votes[each] for each in tied)
            tied = [each for each in tied if stage.votes[each] == utmost]
        if len(tied) == 1:
            return tied[0]
        if not self.lots:
            self.ranking.tie = {"act": act, "among": tied}
            raise _NeedsLot
        drawn = self.lots.pop(0)
        if drawn not in tied:
            raise InvalidLot(f"{drawn} is none of {', '.join(tied)}")
        self.ranking.lots.append({"act": act, "among": tied, "drawn": drawn})
        return drawn

    def _transfer(self, candidate: str) -> None:
        held, quota = self.votes[candidate], self.ranking.quota * ONE
        self.surpluses.remove(candidate)
        self._hand_on(candidate, lambda value: (held - quota) * value // held)
        self.votes[candidate] = quota
        self._stage("transfer", candidate)

    def _exclude(self, candidate: str) -> None:
        self.continuing.remove(candidate)
        if len(self.continuing) > self.places - len(self.ranking.elected):
            self._hand_on(candidate, lambda value: value)
            self.votes[candidate] = 0
        self._stage("exclude", candidate)

    def _hand_on(self, candidate: str, worth: Any) -> None:
        for ranking, value, number in self.piles[candidate]:
            following = (each for each in ranking[ranking.index(candidate) + 1 :] if each in self.continuing)
            if (heir := next(following, None)) is not None and (now := worth(value)):
                self.piles[heir].append((ranking, now, number))
                self.votes[heir] += now * number
        self.piles[candidate] = []
