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
    - `percent`: got of base, cut (not rounded) after two digits: 49.999 never looks like a half.
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
    hundredths = got * 10000 // base_number if base_number else 0
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
        holds=got >= needed,
        percent=f"{hundredths // 100}.{hundredths % 100:02d}",
    )
