"""One comparison of a number with a share of another, kept with all its operands."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any

from backend.resolutions.counting.rule import written


@dataclass(frozen=True, kw_only=True)
class Check:
    """One comparison: `got` against `share` of `base_number`.

    - `subject`: what was compared: yes, present_at_open or present_at_seal.
    - `parts`: the numbers `base_number` is the sum of.
    - `needed`: the least whole number that would do; `margin` = got - needed, so -3 means three short.
    - `percent`: got of base, rounded half up to two digits, but on its own side of the share: 49.996 reads 49.99, never
      50.00, and 50.004 reads 50.01; "0.00" of nobody, which sentences say in words.
    """

    subject: str
    base: str
    base_number: int
    parts: Mapping[str, int]
    share: Fraction
    cmp: str
    needed: int
    got: int
    margin: int
    holds: bool
    percent: str

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "parts": dict(self.parts), "share": written(self.share)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Check":
        return cls(**{**data, "share": Fraction(data["share"])})


def compare(*, subject: str, got: int, share: Fraction, cmp: str, base: str, parts: Mapping[str, int]) -> Check:
    base_number = sum(parts.values())
    limit = share * base_number
    # Of nobody, nothing is reached: a share of zero never makes zero enough.
    needed = floor(limit) + 1 if cmp == ">" else max(1, ceil(limit))
    holds = got >= needed
    hundredths = _hundredths(Fraction(got * 10000, base_number), share * 10000, holds=holds) if base_number else 0
    return Check(
        subject=subject,
        base=base,
        base_number=base_number,
        parts=parts,
        share=share,
        cmp=cmp,
        needed=needed,
        got=got,
        margin=got - needed,
        holds=holds,
        percent=f"{hundredths // 100}.{hundredths % 100:02d}",
    )


def _hundredths(exact: Fraction, limit: Fraction, *, holds: bool) -> int:
    """`exact` hundredths of a percent, rounded half up where that does not lead onto the limit or over it. A number that
    is the limit, and does not do, stays below a limit that no two digits can write: 2/3 where more is needed is 66.66."""
    near = floor(exact + Fraction(1, 2))
    if exact > limit:
        return max(near, floor(limit) + 1)
    if exact < limit or (not holds and near != limit):
        return min(near, ceil(limit) - 1)
    return near
