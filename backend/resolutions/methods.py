"""What may stand on a ballot, by the poll's method, which is data: `{"kind": "yes_no"}`."""

from collections.abc import Sequence
from typing import Any

from backend.resolutions.states import Choice

YES_NO = "yes_no"


def default() -> dict[str, Any]:
    return {"kind": YES_NO}


def is_valid(method: dict[str, Any], content: Any) -> bool:
    """Whether this is a vote, as against a spoilt paper."""
    return method["kind"] == YES_NO and isinstance(content, str) and content in Choice.values


def counted(method: dict[str, Any], contents: Sequence[Any]) -> dict[str, int]:
    """The numbers of a tally; whatever is not valid is counted as invalid."""
    numbers = {name: sum(content == name for content in contents) for name in ("yes", "no", "abstain")}
    return {**numbers, "invalid": len(contents) - sum(numbers.values())}
