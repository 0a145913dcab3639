"""What was counted: people and ballots, refused when the numbers contradict each other."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from backend.resolutions.counting.rule import Rule, Text

_PEOPLE = (
    "members",
    "summoned",
    "entitled",
    "attending",
    "present_at_open",
    "present_at_seal",
    "left_after_voting",
    "voted_outside",
)
#: What a valid ballot says, in a vote for or against.
_VOTES = {"yes", "no", "abstain"}


class InvalidTally(ValueError):
    """Numbers that cannot all be true, or lack one the rule asks for; `errors` maps each field to the reason."""

    def __init__(self, errors: Mapping[str, Text]) -> None:
        super().__init__("; ".join(f"{name}: {reason['en']}" for name, reason in errors.items()))
        self.errors = dict(errors)


@dataclass(frozen=True, kw_only=True)
class Tally:
    """One vote's numbers. A number of people that nobody established is None, not 0.

    Present and attending are those present *and entitled*: guests are in none of these numbers. `left_after_voting` are
    those who voted while they were there and were not at the sealing, `voted_outside` those who voted, or were voted for by
    a proxy, without being there. Where some hold several votes, all of these are numbers of votes. Every returned ballot is valid, blank or invalid; where people vote for or against,
    each valid one is yes, no or abstain, and in an election these three are None.
    """

    returned: int
    valid: int
    blank: int
    invalid: int
    yes: int | None = None
    no: int | None = None
    abstain: int | None = None
    members: int | None = None
    summoned: int | None = None
    entitled: int | None = None
    attending: int | None = None
    present_at_open: int | None = None
    present_at_seal: int | None = None
    left_after_voting: int | None = None
    voted_outside: int | None = None

    def __post_init__(self) -> None:
        if errors := _not_numbers(self) or _contradictions(self):
            raise InvalidTally(errors)

    @classmethod
    def of_ballots(
        cls, *, yes: int, no: int, abstain: int = 0, blank: int = 0, invalid: int = 0, **people: int | None
    ) -> "Tally":
        """A tally whose sums are added up here: for counts that come ballot by ballot, not from tellers."""
        valid = yes + no + abstain
        return cls(
            returned=valid + blank + invalid,
            valid=valid,
            yes=yes,
            no=no,
            abstain=abstain,
            blank=blank,
            invalid=invalid,
            **people,
        )

    def to_json(self) -> dict[str, int | None]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Tally":
        names = {field.name for field in fields(cls)}
        if errors := {
            name: {"vi": "Không có mục này.", "en": "There is no such number."} for name in sorted(set(data) - names)
        } | {
            name: {"vi": "Thiếu số này.", "en": "This number is missing."}
            for name in sorted(names - set(_PEOPLE) - (set() if _VOTES & set(data) else _VOTES) - set(data))
        }:
            raise InvalidTally(errors)
        return cls(**data)

    def number(self, name: str) -> int:
        """A number the rule needs; raises InvalidTally when it is unknown."""
        number: int | None = getattr(self, name)
        if number is None:
            raise InvalidTally(
                {
                    name: {
                        "vi": "Quy tắc cần số này nhưng chưa biết.",
                        "en": "The rule needs this number; it is unknown.",
                    }
                }
            )
        return number

    def parts(self, rule: Rule, base: str) -> dict[str, int]:
        """The numbers that `base` is the sum of, under `rule`."""
        if base == "present_at_seal":
            return {each: self.number(each) for each in (base, "left_after_voting", "voted_outside")}
        if base in _PEOPLE:
            return {base: self.number(base)}
        if base != "yes_no" and self.yes is None:
            parts = {"valid": self.valid}
        else:
            parts = {name: self.number(name) for name in ("yes", "no", *(["abstain"] if base != "yes_no" else []))}
        if base == "returned" and rule.blanks == "count_in_cast":
            parts["blank"] = self.blank
        if base != "valid" and rule.invalid == "count_in_cast":
            parts["invalid"] = self.invalid
        return parts


def _not_numbers(tally: Tally) -> dict[str, Text]:
    wrong, none = {}, all(getattr(tally, name) is None for name in _VOTES)
    for field in fields(tally):
        value = getattr(tally, field.name)
        unknown = value is None and (field.name in _PEOPLE or (none and field.name in _VOTES))
        if not unknown and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            wrong[field.name] = {"vi": "Phải là số nguyên không âm.", "en": "Must be a whole number, not negative."}
    return wrong


def _contradictions(tally: Tally) -> dict[str, Text]:
    wrong: dict[str, Text] = {}
    if tally.yes is not None and tally.valid != sum(tally.number(name) for name in _VOTES):
        wrong["valid"] = {
            "vi": "Số phiếu hợp lệ phải bằng tán thành + không tán thành + ý kiến khác.",
            "en": "Valid ballots must equal yes + no + abstain.",
        }
    if tally.returned != tally.valid + tally.blank + tally.invalid:
        wrong["returned"] = {
            "vi": "Số phiếu thu về phải bằng hợp lệ + trắng + không hợp lệ.",
            "en": "Returned ballots must equal valid + blank + invalid.",
        }
    for part, whole in (
        ("returned", "attending"),
        ("returned", "entitled"),
        ("present_at_open", "attending"),
        ("present_at_seal", "attending"),
        ("present_at_open", "entitled"),
        ("present_at_seal", "entitled"),
        ("left_after_voting", "returned"),
        ("voted_outside", "returned"),
        ("attending", "entitled"),
        ("entitled", "members"),
    ):
        smaller, larger = getattr(tally, part), getattr(tally, whole)
        if smaller is not None and larger is not None and smaller > larger:
            wrong.setdefault(
                part,
                {"vi": f"{smaller} nhiều hơn {whole} = {larger}.", "en": f"{smaller} exceeds {whole} = {larger}."},
            )
    return wrong
