"""A voting rule as data: which share of whom must agree, and how many must be there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

Text = dict[str, str]

#: Bases that are people. Whoever may cast is among them: no vote is ever more than 100 % of what it is measured by.
BODIES = ("members", "summoned", "entitled", "attending", "present_at_open", "present_at_seal")
#: Bases that are ballots. `returned` and `yes_no` are the votes cast that `blanks` and `invalid` speak of.
BALLOTS = ("returned", "valid", "yes_no")
THRESHOLD_BASES = (*BODIES, *BALLOTS)
QUORUM_BASES = ("members", "summoned", "entitled")

COMPARISONS = (">", ">=")
MOMENTS = ("open", "seal")
COUNTED = ("not_counted", "count_in_cast")
TIES = ("fails", "chair")
_SHARE = re.compile(r"([0-9]{1,6})/([0-9]{1,6})")
_MOST_THRESHOLDS = 8


class InvalidRule(ValueError):
    """A rule nobody could vote under; `errors` maps the path of each wrong member to the reason in vi and en."""

    def __init__(self, errors: Mapping[str, Text]) -> None:
        super().__init__("; ".join(f"{path}: {reason['en']}" for path, reason in errors.items()))
        self.errors = dict(errors)


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """Those in favour must be more than (or at least) `share` of `base`.

    `attending` are the entitled who were there at any moment of the vote, or voted. Where the base is
    `present_at_open`, whoever came later has no vote; `present_at_seal` counts those who voted and left as present.
    """

    share: Fraction
    cmp: str
    base: str

    def to_json(self) -> dict[str, Any]:
        return {"share": written(self.share), "cmp": self.cmp, "base": self.base}


@dataclass(frozen=True, kw_only=True)
class Quorum:
    """At each moment of `at` those present must be more than (or at least) `share` of `base`."""

    share: Fraction
    base: str
    cmp: str = ">="
    at: tuple[str, ...] = ("open",)

    def to_json(self) -> dict[str, Any]:
        return {"share": written(self.share), "cmp": self.cmp, "base": self.base, "at": list(self.at)}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Adopted, or in an election elected, when the quorum and every threshold of `all_of` hold. Where preferences are
    counted the count itself decides, and `all_of` is empty.

    - `blanks`: a ballot without a mark counts among the returned (`count_in_cast`) or is scrap paper (`not_counted`).
    - `invalid`: a spoilt ballot of an entitled voter counts among the returned and among yes_no, where it weighs like
      a no (`count_in_cast`, the parliamentary custom), or is left out (`not_counted`).
    - `tie`: as many for as against, with exactly one vote short of a majority: rejected, or for the chair to decide.
    """

    all_of: tuple[Threshold, ...]
    quorum: Quorum | None = None
    blanks: str = "not_counted"
    invalid: str = "count_in_cast"
    tie: str = "fails"
    title: Text = field(default_factory=dict)
    citation: Text = field(default_factory=dict)

    def bases(self) -> set[str]:
        """All it measures by."""
        found = {threshold.base for threshold in self.all_of}
        return found | {self.quorum.base} if self.quorum else found

    def to_json(self) -> dict[str, Any]:
        return {
            "all_of": [threshold.to_json() for threshold in self.all_of],
            "quorum": self.quorum.to_json() if self.quorum else None,
            "blanks": self.blanks,
            "invalid": self.invalid,
            "tie": self.tie,
            "title": dict(self.title),
            "citation": dict(self.citation),
        }

    @classmethod
    def from_json(cls, data: object) -> "Rule":
        """Raises InvalidRule with every wrong member, not only the first."""
        reader = _Reader()
        rule = reader.rule(data)
        if reader.errors:
            raise InvalidRule(reader.errors)
        return rule


def written(share: Fraction) -> str:
    return f"{share.numerator}/{share.denominator}"


def share_from(said: object, cmp: str) -> Fraction:
    """The share written as "2/3"; raises InvalidRule naming `share`."""
    reader = _Reader()
    share = reader.share({"share": said, "cmp": cmp}, "share")
    if reader.errors:
        raise InvalidRule(reader.errors)
    return share


class _Reader:
    """Reads a rule member by member and goes on after an error; what it returned then is not used."""

    def __init__(self) -> None:
        self.errors: dict[str, Text] = {}

    def rule(self, data: object) -> Rule:
        known = {"all_of", "quorum", "blanks", "invalid", "tie", "title", "citation"}
        members = self._object(data, "rule", "", known)
        return Rule(
            all_of=self._all_of(members.get("all_of")),
            quorum=None if members.get("quorum") is None else self._quorum(members["quorum"]),
            blanks=self._one_of(members.get("blanks", "not_counted"), "blanks", COUNTED),
            invalid=self._one_of(members.get("invalid", "count_in_cast"), "invalid", COUNTED),
            tie=self._one_of(members.get("tie", "fails"), "tie", TIES),
            title=self._text(members.get("title", {}), "title"),
            citation=self._text(members.get("citation", {}), "citation"),
        )

    def _all_of(self, data: object) -> tuple[Threshold, ...]:
        if not isinstance(data, list) or len(data) > _MOST_THRESHOLDS:
            self._wrong(
                "all_of",
                vi=f"Phải là danh sách không quá {_MOST_THRESHOLDS} ngưỡng.",
                en=f"Must be a list of at most {_MOST_THRESHOLDS} thresholds.",
            )
            return ()
        return tuple(self._threshold(item, f"all_of.{number}") for number, item in enumerate(data))

    def _threshold(self, data: object, path: str) -> Threshold:
        members = self._object(data, path, f"{path}.", {"share", "cmp", "base"})
        return Threshold(
            share=self.share(members, f"{path}.share"),
            cmp=self._one_of(members.get("cmp"), f"{path}.cmp", COMPARISONS),
            base=self._one_of(members.get("base"), f"{path}.base", THRESHOLD_BASES),
        )

    def _quorum(self, data: object) -> Quorum:
        members = self._object(data, "quorum", "quorum.", {"share", "cmp", "base", "at"})
        at = members.get("at", ["open"])
        if not isinstance(at, list) or not at or any(moment not in MOMENTS for moment in at) or len(set(at)) < len(at):
            self._wrong("quorum.at", vi="Chọn trong: open, seal.", en="Choose from: open, seal.")
            at = []
        return Quorum(
            share=self.share(members, "quorum.share"),
            cmp=self._one_of(members.get("cmp", ">="), "quorum.cmp", COMPARISONS),
            base=self._one_of(members.get("base"), "quorum.base", QUORUM_BASES),
            at=tuple(at),
        )

    def share(self, members: Mapping[str, object], path: str) -> Fraction:
        found = _SHARE.fullmatch(value) if isinstance(value := members.get("share"), str) else None
        if not found or not 0 < int(found[1]) <= int(found[2]):
            self._wrong(
                path,
                vi='Phải là phân số như "1/2", lớn hơn 0 và không quá 1.',
                en='Must be a fraction like "1/2", above 0 and at most 1.',
            )
            return Fraction(1)
        share = Fraction(int(found[1]), int(found[2]))
        if share == 1 and members.get("cmp") == ">":
            self._wrong(path, vi="Không thể vượt quá toàn bộ.", en="Nothing exceeds the whole.")
        return share

    def _one_of(self, value: object, path: str, choices: tuple[str, ...]) -> str:
        if isinstance(value, str) and value in choices:
            return value
        self._wrong(path, vi=f"Chọn một trong: {', '.join(choices)}.", en=f"Choose one of: {', '.join(choices)}.")
        return choices[0]

    def _text(self, value: object, path: str) -> Text:
        if isinstance(value, dict) and all(
            code in {"vi", "en"} and isinstance(text, str) and len(text) <= 2000 for code, text in value.items()
        ):
            return dict(value)
        self._wrong(path, vi="Phải là bảng ngôn ngữ vi, en.", en="Must be a language map of vi and en.")
        return {}

    def _object(self, value: object, path: str, prefix: str, known: set[str]) -> Mapping[str, object]:
        if not isinstance(value, dict):
            self._wrong(path, vi="Phải là một đối tượng JSON.", en="Must be a JSON object.")
            return {}
        for name in sorted(str(name) for name in value if name not in known):
            self._wrong(f"{prefix}{name}", vi="Không có mục này.", en="There is no such member.")
        return value

    def _wrong(self, path: str, *, vi: str, en: str) -> None:
        """Once a whole is wrong, nothing is said of its parts."""
        if "rule" not in self.errors and not any(path.startswith(f"{whole}.") for whole in self.errors):
            self.errors.setdefault(path, {"vi": vi, "en": en})
