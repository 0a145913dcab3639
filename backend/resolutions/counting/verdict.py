"""Rule + tally → verdict, with every operand it was reached by."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from backend.resolutions.counting import proof
from backend.resolutions.counting.check import Check, compare
from backend.resolutions.counting.rule import Rule, Text
from backend.resolutions.counting.tally import Tally

OUTCOMES = ("adopted", "rejected", "no_quorum", "tie_needs_chair")
COUNTED_IN = ("people", "votes")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was decided and why. Rendered as it is, everywhere; nobody recalculates a percentage.

    `casting_vote` is the chair's answer to a tie, None while none was needed or given. `counted_in` is what the tally's
    people are: people, or the votes they hold where some hold several.
    """

    outcome: str
    rule: Rule
    tally: Tally
    quorum: tuple[Check, ...]
    thresholds: tuple[Check, ...]
    proof: tuple[Text, ...]
    casting_vote: bool | None = None
    counted_in: str = "people"

    @property
    def adopted(self) -> bool:
        return self.outcome == "adopted"

    def to_json(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome,
            "rule": self.rule.to_json(),
            "tally": self.tally.to_json(),
            "quorum": [check.to_json() for check in self.quorum],
            "thresholds": [check.to_json() for check in self.thresholds],
            "proof": [dict(sentence) for sentence in self.proof],
            "casting_vote": self.casting_vote,
            "counted_in": self.counted_in,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Verdict":
        """The verdict as it was stored, its sentences included; `decide(v.rule, v.tally)` recomputes it."""
        return cls(
            outcome=data["outcome"],
            rule=Rule.from_json(data["rule"]),
            tally=Tally.from_json(data["tally"]),
            quorum=tuple(Check.from_json(check) for check in data["quorum"]),
            thresholds=tuple(Check.from_json(check) for check in data["thresholds"]),
            proof=tuple(data["proof"]),
            casting_vote=data["casting_vote"],
            counted_in=data["counted_in"],
        )


def decide(rule: Rule, tally: Tally, *, counted_in: str = "people") -> Verdict:
    """Raises InvalidTally when the rule asks for a number the tally does not know."""
    quorum = quorum_checks(rule, tally)
    thresholds = tuple(
        compare(
            subject="yes",
            got=tally.number("yes"),
            share=threshold.share,
            cmp=threshold.cmp,
            base=threshold.base,
            parts=tally.parts(rule, threshold.base),
        )
        for threshold in rule.all_of
    )
    return _told(
        Verdict(
            outcome=_outcome(rule, tally, quorum, thresholds),
            rule=rule,
            tally=tally,
            quorum=quorum,
            thresholds=thresholds,
            proof=(),
            counted_in=counted_in,
        )
    )


def chair_decides(verdict: Verdict, *, in_favour: bool) -> Verdict:
    """The verdict after the chair broke the tie; raises ValueError when there is none to break."""
    if verdict.outcome != "tie_needs_chair":
        raise ValueError(f"no tie to break: the outcome is {verdict.outcome}")
    return _told(replace(verdict, outcome="adopted" if in_favour else "rejected", casting_vote=in_favour))


def quorum_checks(rule: Rule, tally: Tally) -> tuple[Check, ...]:
    """Presence at each moment the rule asks for it."""
    if rule.quorum is None:
        return ()
    quorum = rule.quorum
    return tuple(
        compare(
            subject=f"present_at_{moment}",
            got=tally.number(f"present_at_{moment}"),
            share=quorum.share,
            cmp=quorum.cmp,
            base=quorum.base,
            parts=tally.parts(rule, quorum.base),
        )
        for moment in quorum.at
    )


def _outcome(rule: Rule, tally: Tally, quorum: tuple[Check, ...], thresholds: tuple[Check, ...]) -> str:
    if not all(check.holds for check in quorum):
        return "no_quorum"
    missed = [check for check in thresholds if not check.holds]
    if not missed:
        return "adopted"
    # The chair decides where one voice more would do; no casting vote makes two thirds out of a half.
    within_reach = all(check.share == Fraction(1, 2) and check.margin == -1 for check in missed)
    if rule.tie == "chair" and 0 < tally.number("yes") == tally.no and within_reach:
        return "tie_needs_chair"
    return "rejected"


def _told(verdict: Verdict) -> Verdict:
    sentences = [
        *(proof.presence(check, counted_in=verdict.counted_in) for check in verdict.quorum),
        proof.count(verdict.tally),
        *(proof.agreement(check, verdict.tally, counted_in=verdict.counted_in) for check in verdict.thresholds),
        proof.outcome(verdict.outcome, verdict.casting_vote),
    ]
    return replace(verdict, proof=tuple(sentences))
