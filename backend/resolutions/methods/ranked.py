"""The candidates in the voter's order of preference, as many as the voter ranks."""

from collections import Counter
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

COUNTINGS = ("scottish_stv", "irv")
_MOST_RANKINGS = 100_000


@dataclass(frozen=True, kw_only=True)
class Ranked(Elective):
    """A vote is a list of candidates, the best first; an empty one is a paper without a mark.

    Count: `{"ballots": [[[ids in order], n], …], "blank", "invalid"}`, sorted, each ranking once: what the counting of
    stages starts from.
    """

    kind = "ranked"
    counting: str

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        errors: dict[str, Text] = {}
        candidates = candidates_from(data, errors)
        counting = data.get("counting")
        if counting not in COUNTINGS:
            known = ", ".join(COUNTINGS)
            errors["counting"] = {"vi": f"Chọn trong: {known}.", "en": f"Choose from: {known}."}
        most = 1 if counting == "irv" else max(len(candidates), 1)
        places = whole(data.get("places"), 1, most, "places", errors)
        if errors:
            raise InvalidMethod(errors)
        return cls(candidates=candidates, places=places, counting=str(counting))

    def is_valid(self, content: Any) -> bool:
        return self.candidates_among(content) and len(content) > 0

    def is_blank(self, content: Any) -> bool:
        return bool(content == [])

    def counted(self, contents: Iterable[Any]) -> Count:
        rankings, blank, invalid = Counter[tuple[str, ...]](), 0, 0
        for content in contents:
            if self.is_valid(content):
                rankings[tuple(content)] += 1
            elif self.is_blank(content):
                blank += 1
            else:
                invalid += 1
        return {"ballots": _written(rankings), "blank": blank, "invalid": invalid}

    def added(self, counts: Iterable[Count]) -> Count:
        counts, rankings = list(counts), Counter[tuple[str, ...]]()
        for count in counts:
            for ranking, number in count["ballots"]:
                rankings[tuple(ranking)] += number
        return {"ballots": _written(rankings), **{n: sum(count[n] for count in counts) for n in ("blank", "invalid")}}

    def wrong(self, count: Any) -> dict[str, Text]:
        wrong = not_numbers(count, ("blank", "invalid"), ["ballots"])
        if "count" in wrong:
            return wrong
        rows = count.get("ballots")
        if not isinstance(rows, list) or len(rows) > _MOST_RANKINGS:
            wrong["ballots"] = {"vi": "Phải là danh sách.", "en": "Must be a list."}
            return wrong
        for place, row in enumerate(rows):
            if not self._is_row(row):
                wrong[f"ballots.{place}"] = {
                    "vi": "Phải gồm thứ tự những người được giới thiệu và số phiếu như vậy.",
                    "en": "Must be an order of candidates and how many ballots say so.",
                }
        return wrong

    def _is_row(self, row: Any) -> bool:
        return (
            isinstance(row, list)
            and len(row) == 2
            and self.is_valid(row[0])
            and isinstance(row[1], int)
            and not isinstance(row[1], bool)
            and row[1] > 0
        )

    def numbers(self, count: Count) -> dict[str, int]:
        valid = sum(number for _, number in count["ballots"])
        papers = {"blank": count["blank"], "invalid": count["invalid"]}
        return {"returned": valid + sum(papers.values()), "valid": valid, **papers}


def _written(rankings: Counter[tuple[str, ...]]) -> list[list[Any]]:
    return [[list(ranking), number] for ranking, number in sorted(rankings.items()) if number]
