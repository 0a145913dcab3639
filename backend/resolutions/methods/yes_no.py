"""For, against, or neither."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from backend.resolutions.methods.base import Count, Method, Text, not_numbers
from backend.resolutions.states import Choice

NUMBERS = (*Choice.values, "blank", "invalid")


@dataclass(frozen=True, kw_only=True)
class YesNo(Method):
    """Count: `{"yes", "no", "abstain", "blank", "invalid"}`. An empty string is a paper without a mark."""

    kind = "yes_no"

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        return cls()

    def is_valid(self, content: Any) -> bool:
        return isinstance(content, str) and content in Choice.values

    def is_blank(self, content: Any) -> bool:
        return bool(content == "")

    def counted(self, contents: Iterable[Any]) -> Count:
        count = dict.fromkeys(NUMBERS, 0)
        for content in contents:
            count[content if self.is_valid(content) else "blank" if self.is_blank(content) else "invalid"] += 1
        return count

    def added(self, counts: Iterable[Count]) -> Count:
        counts = list(counts)
        return {name: sum(count[name] for count in counts) for name in NUMBERS}

    def wrong(self, count: Any) -> dict[str, Text]:
        return not_numbers(count, NUMBERS)

    def numbers(self, count: Count) -> dict[str, int]:
        return {
            "returned": sum(count[name] for name in NUMBERS),
            "valid": sum(count[name] for name in Choice.values),
            **{name: count[name] for name in NUMBERS},
        }
