"""Rule + tally + the votes of each candidate → who is elected, with every operand it was reached by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from backend.resolutions.counting import election_proof, proof, stv
from backend.resolutions.counting.check import Check, compare
from backend.resolutions.counting.rule import Rule, Text
from backend.resolutions.counting.tally import Tally
from backend.resolutions.counting.verdict import quorum_checks

#: Every place is filled · places are left for another round · nobody was elected without a quorum · the lot decides.
ELECTION_OUTCOMES = ("elected", "run_off", "no_quorum", "tie_needs_lot")
STANDINGS = ("elected", "tied", "passed", "short")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What became of one candidate. `checks` are the rule's thresholds; of a count of preferences there are none.

    - elected;
    - tied: over every threshold, with as many votes as another over the last place;
    - passed: over every threshold, but others had more votes;
    - short: below a threshold, or not chosen.
    """

    id: str
    name: str
    votes: int
    checks: tuple[Check, ...]
    standing: str

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "checks": [check.to_json() for check in self.checks]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Standing":
        return cls(**{**data, "checks": tuple(Check.from_json(check) for check in data["checks"])})


@dataclass(frozen=True, kw_only=True)
class ElectionVerdict:
    """Who was elected to `places` and why; rendered as it is, like Verdict.

    `elected` is in the order of election. `runoff` says among whom the next round is, and for how many places; None
    when every place is filled. Of a count of preferences, `ranking` has the quota, the stages and the lots drawn, and
    under `tie` what a lot must decide before it goes on. `counted_in` as in Verdict.
    """

    outcome: str
    rule: Rule
    tally: Tally
    quorum: tuple[Check, ...]
    places: int
    candidates: tuple[Standing, ...]
    elected: tuple[str, ...]
    runoff: Mapping[str, Any] | None
    ranking: Mapping[str, Any] | None
    proof: tuple[Text, ...]
    counted_in: str = "people"

    @property
    def left(self) -> int:
        return self.places - len(self.elected)

    def to_json(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome,
            "rule": self.rule.to_json(),
            "tally": self.tally.to_json(),
            "quorum": [check.to_json() for check in self.quorum],
            "places": self.places,
            "candidates": [each.to_json() for each in self.candidates],
            "elected": list(self.elected),
            "runoff": self.runoff,
            "ranking": self.ranking,
            "proof": [dict(sentence) for sentence in self.proof],
            "counted_in": self.counted_in,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "ElectionVerdict":
        return cls(
            **{
                **data,
                "rule": Rule.from_json(data["rule"]),
                "tally": Tally.from_json(data["tally"]),
                "quorum": tuple(Check.from_json(check) for check in data["quorum"]),
                "candidates": tuple(Standing.from_json(each) for each in data["candidates"]),
                "elected": tuple(data["elected"]),
                "proof": tuple(data["proof"]),
            }
        )


def elect(
    rule: Rule,
    tally: Tally,
    *,
    names: Mapping[str, str],
    places: int,
    votes: Mapping[str, int],
    counted_in: str = "people",
) -> ElectionVerdict:
    """Of the candidates over every threshold those with most votes, as many as there are places; of those who tie over
    the last place none. `names` is in the order of the paper. Raises InvalidTally for a number the rule lacks."""
    quorum = quorum_checks(rule, tally)
    checks = {each: _checks(rule, tally, each, votes[each]) for each in names}
    there = all(check.holds for check in quorum)
    over = sorted((each for each in names if all(c.holds for c in checks[each])), key=lambda each: -votes[each])
    tied: list[str] = []
    if len(over) > places and votes[over[places - 1]] == votes[over[places]]:
        tied = [each for each in over if votes[each] == votes[over[places]]]
    elected = [each for each in over[:places] if each not in tied] if there else []
    standings = tuple(
        Standing(
            id=each,
            name=names[each],
            votes=votes[each],
            checks=checks[each],
            standing="elected"
            if each in elected
            else "tied"
            if each in tied and there
            else "passed"
            if each in over
            else "short",
        )
        for each in names
    )
    left = places - len(elected)
    runoff = {"candidates": _next_in_line(standings, left), "places": left} if there and left else None
    return _told(
        ElectionVerdict(
            outcome="no_quorum" if not there else "run_off" if left else "elected",
            rule=rule,
            tally=tally,
            quorum=quorum,
            places=places,
            candidates=standings,
            elected=tuple(elected),
            runoff=runoff,
            ranking=None,
            proof=(),
            counted_in=counted_in,
        )
    )


def rank(
    rule: Rule,
    tally: Tally,
    *,
    names: Mapping[str, str],
    places: int,
    ballots: Sequence[tuple[Sequence[str], int]],
    counting: str,
    lots: Sequence[str] = (),
    counted_in: str = "people",
) -> ElectionVerdict:
    """Those whom the counting of preferences elects; the rule gives the quorum alone. `lots` are who was drawn, in the
    order in which the count asked. Raises InvalidTally, and InvalidLot for a lot the count did not ask for."""
    quorum = quorum_checks(rule, tally)
    there = all(check.holds for check in quorum)
    found = stv.count(ballots, candidates=list(names), places=places, of_continuing=counting == "irv", lots=lots)
    first = found.stages[0].votes
    elected = tuple(found.elected) if there and not found.tie else ()
    left = places - len(elected)
    outcome = "tie_needs_lot" if found.tie else "run_off" if left else "elected"
    runoff = {"candidates": [each for each in names if each not in elected], "places": left}
    return _told(
        ElectionVerdict(
            outcome=outcome if there else "no_quorum",
            rule=rule,
            tally=tally,
            quorum=quorum,
            places=places,
            candidates=tuple(
                Standing(
                    id=each,
                    name=names[each],
                    votes=first[each] // stv.ONE,
                    checks=(),
                    standing="elected" if each in elected else "short",
                )
                for each in names
            ),
            elected=elected,
            runoff=runoff if there and not found.tie and left else None,
            ranking={
                "counting": counting,
                "quota": found.quota,
                "stages": [stage.to_json() for stage in found.stages],
                "lots": found.lots,
                "tie": found.tie if there else None,
            },
            proof=(),
            counted_in=counted_in,
        )
    )


def _checks(rule: Rule, tally: Tally, candidate: str, votes: int) -> tuple[Check, ...]:
    return tuple(
        compare(
            subject=candidate,
            got=votes,
            share=threshold.share,
            cmp=threshold.cmp,
            base=threshold.base,
            parts=tally.parts(rule, threshold.base),
        )
        for threshold in rule.all_of
    )


def _next_in_line(standings: Sequence[Standing], left: int) -> list[str]:
    """Who stands in the next round, in the order of the paper: those who tied, or else those with most votes up to
    twice the places left, and whoever has as many votes as the last of them: nobody is left out by a chance."""
    tied = [each.id for each in standings if each.standing == "tied"]
    if tied:
        return tied
    rest = sorted((each.votes for each in standings if each.standing != "elected"), reverse=True)
    least = rest[: 2 * left][-1] if rest else 0
    return [each.id for each in standings if each.standing != "elected" and each.votes >= least]


def _told(verdict: ElectionVerdict) -> ElectionVerdict:
    names = {each.id: each.name for each in verdict.candidates}
    by_votes = sorted(verdict.candidates, key=lambda each: -each.votes)
    sentences = [
        *(proof.presence(check, counted_in=verdict.counted_in) for check in verdict.quorum),
        proof.count(verdict.tally),
        *(
            proof.candidate(each.name, check, verdict.tally, counted_in=verdict.counted_in)
            for each in by_votes
            for check in each.checks
        ),
        *(election_proof.stages(verdict.ranking, names) if verdict.ranking else ()),
        election_proof.result(verdict.outcome, verdict.places, [names[each] for each in verdict.elected]),
    ]
    if verdict.runoff:
        among = [names[each] for each in verdict.runoff["candidates"]]
        sentences.append(election_proof.runoff(among, verdict.left))
    return replace(verdict, proof=tuple(sentences))
