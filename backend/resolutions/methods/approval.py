"""So many of the candidates as the voter wants, between two limits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from backend.resolutions.methods.base import (
    Count,
    Elective,
    InvalidMethod,
    Text,
    candidates_from,
    not_numbers,
    whole,
)

PAPERS = ("valid", "blank", "invalid")


@dataclass(frozen=True, kw_only=True)
class Approval(Elective):
    """A vote is a list of up to `max` candidates, kept in the order of the paper; an empty one is a paper without a mark,
    on devices as on paper. `min` says whether devices take such a one (0) or ask for a mark (1).

    Count: `{"votes": {id: n}, "valid", "blank", "invalid"}`.
    """

    kind = "approval"
    min: int
    max: int

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        errors: dict[str, Text] = {}
        candidates = candidates_from(data, errors)
        most = max(len(candidates), 1)
        method = cls(
            candidates=candidates,
            places=whole(data.get("places"), 1, most, "places", errors),
            min=whole(data.get("min"), 0, 1, "min", errors),
            max=whole(data.get("max"), 1, most, "max", errors),
        )
        if errors:
            raise InvalidMethod(errors)
        return method

    def is_valid(self, content: Any) -> bool:
        return self.candidates_among(content) and 1 <= len(content) <= self.max

    def is_blank(self, content: Any) -> bool:
        return bool(content == [])

    def is_taken(self, content: Any) -> bool:
        return super().is_taken(content) or (self.min == 0 and self.is_blank(content))

    def kept(self, content: Any) -> Any:
        return sorted(content, key=self.candidates.index) if self.is_valid(content) else super().kept(content)

    def counted(self, contents: Iterable[Any]) -> Count:
        votes, papers = dict.fromkeys(self.candidates, 0), dict.fromkeys(PAPERS, 0)
        for content in contents:
            valid = self.is_valid(content)
            papers["valid" if valid else "blank" if self.is_blank(content) else "invalid"] += 1
            for each in content if valid else ():
                votes[each] += 1
        return {"votes": votes, **papers}

    def added(self, counts: Iterable[Count]) -> Count:
        counts = list(counts)
        return {
            "votes": {each: sum(count["votes"][each] for count in counts) for each in self.candidates},
            **{name: sum(count[name] for count in counts) for name in PAPERS},
        }

    def wrong(self, count: Any) -> dict[str, Text]:
        wrong = not_numbers(count, PAPERS, ["votes"])
        if "count" in wrong:
            return wrong
        votes = not_numbers(count.get("votes"), self.candidates)
        wrong |= {path if path == "count" else f"votes.{path}": reason for path, reason in votes.items()}
        if "count" in votes:
            wrong["votes"] = wrong.pop("count")
        return wrong or self._contradictions(count["votes"], count["valid"])

    def _contradictions(self, votes: dict[str, int], valid: int) -> dict[str, Text]:
        wrong = {
            f"votes.{each}": {
                "vi": f"{votes[each]} nhiều hơn {valid} phiếu hợp lệ.",
                "en": f"{votes[each]} exceeds the {valid} valid ballots.",
            }
            for each in self.candidates
            if votes[each] > valid
        }
        total = sum(votes.values())
        if not valid <= total <= self.max * valid:
            wrong["votes"] = {
                "vi": f"Tổng số phiếu bầu {total} không thể có trên {valid} phiếu hợp lệ, "
                f"mỗi phiếu bầu từ 1 đến {self.max} người.",
                "en": f"{total} votes cannot stand on {valid} valid ballots of 1 to {self.max} names each.",
            }
        return wrong

    def numbers(self, count: Count) -> dict[str, int]:
        return {"returned": sum(count[name] for name in PAPERS), **{name: count[name] for name in PAPERS}}
