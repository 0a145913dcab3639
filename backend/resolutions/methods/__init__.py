"""What may stand on a ballot, and what a heap of ballots comes to: a poll's `method`, which is data, read as a Method.

    {"kind": "yes_no"}
    {"kind": "approval", "candidates": [{"id": "1", "name": "…", "about": {…}}, …], "min": 0, "max": 3, "places": 3}
    {"kind": "ranked", "candidates": […], "places": 2, "counting": "scottish_stv"}

Pure: no database, no clock.
"""

from collections.abc import Mapping
from typing import Any

from backend.resolutions.methods.approval import Approval
from backend.resolutions.methods.base import MOST_CANDIDATES, Count, Elective, InvalidMethod, Method
from backend.resolutions.methods.ranked import COUNTINGS, Ranked
from backend.resolutions.methods.yes_no import YesNo

METHODS: dict[str, type[Method]] = {method.kind: method for method in (YesNo, Approval, Ranked)}


def default() -> dict[str, Any]:
    return {"kind": YesNo.kind}


def of(data: Mapping[str, Any]) -> Method:
    """The poll's method. Raises InvalidMethod with every wrong member."""
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in METHODS:
        kinds = ", ".join(METHODS)
        raise InvalidMethod({"kind": {"vi": f"Chọn trong: {kinds}.", "en": f"Choose from: {kinds}."}})
    return METHODS[kind].of(data)


__all__ = [
    "COUNTINGS",
    "METHODS",
    "MOST_CANDIDATES",
    "Approval",
    "Count",
    "Elective",
    "InvalidMethod",
    "Method",
    "Ranked",
    "YesNo",
    "default",
    "of",
]
