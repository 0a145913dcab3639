"""What every method answers, and the candidates that elections have in common."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

Text = dict[str, str]
#: What a heap of ballots comes to, as plain JSON that adds up. Each method says what is in its own.
Count = dict[str, Any]

#: So many, with ids so short, that a ballot naming all of them fits a sealed envelope.
MOST_CANDIDATES = 40
_ID = re.compile(r"[0-9A-Za-z]{1,3}")


class InvalidMethod(ValueError):
    """A method nobody could vote by; `errors` maps the path of each wrong member to the reason in vi and en."""

    def __init__(self, errors: Mapping[str, Text]) -> None:
        super().__init__("; ".join(f"{path}: {reason['en']}" for path, reason in errors.items()))
        self.errors = dict(errors)


class Method(ABC):
    """One way of voting. A ballot's content is JSON and anything at all may come out of an envelope: a valid vote, a
    paper without a mark (blank), or something else (invalid), each exactly one of the three."""

    kind: ClassVar[str]

    @classmethod
    @abstractmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """Raises InvalidMethod."""

    @abstractmethod
    def is_valid(self, content: Any) -> bool:
        """Whether this is a vote, as against a spoilt or empty paper."""

    @abstractmethod
    def is_blank(self, content: Any) -> bool:
        """Whether this is a paper without a mark, which is no vote here."""

    def is_taken(self, content: Any) -> bool:
        """Whether the house casts it as it is sent. Whoever has marked nothing is told so, and may still vote."""
        return self.is_valid(content)

    def kept(self, content: Any) -> Any:
        """The content as it is kept and hashed, one way of writing for each vote: how it was written must not tell
        whose it is. None of what is neither a vote nor blank."""
        return content if self.is_valid(content) or self.is_blank(content) else None

    @abstractmethod
    def counted(self, contents: Iterable[Any]) -> Count:
        """The count of these ballots."""

    @abstractmethod
    def added(self, counts: Iterable[Count]) -> Count:
        """One count of several heaps. Of a single one it is the same count in the one way it is written, so that two
        are equal exactly when they say the same."""

    @abstractmethod
    def wrong(self, count: Any) -> dict[str, Text]:
        """What in a count somebody entered contradicts itself, by path; the count is right when there is nothing."""

    @abstractmethod
    def numbers(self, count: Count) -> dict[str, int]:
        """The numbers of a tally: returned, valid, blank and invalid, and what else the method knows of."""

    def returned(self, count: Count) -> int:
        return self.numbers(count)["returned"]


@dataclass(frozen=True, kw_only=True)
class Elective(Method):
    """A method that chooses `places` of these candidates, who are in the order of the paper."""

    candidates: tuple[str, ...]
    places: int

    def candidates_among(self, content: Any) -> bool:
        """Whether it is a list of candidates, none twice."""
        return (
            isinstance(content, list)
            and all(isinstance(each, str) and each in self.candidates for each in content)
            and len(set(content)) == len(content)
        )


def candidates_from(data: Mapping[str, Any], errors: dict[str, Text]) -> tuple[str, ...]:
    """The ids of the method's candidates; what is wrong with them goes into `errors`."""
    given = data.get("candidates")
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_CANDIDATES:
        errors["candidates"] = {
            "vi": f"Phải có từ 1 đến {MOST_CANDIDATES} người.",
            "en": f"There must be 1 to {MOST_CANDIDATES} candidates.",
        }
        return ()
    ids = [each.get("id") if isinstance(each, dict) else None for each in given]
    for place, each in enumerate(ids):
        if not isinstance(each, str) or not _ID.fullmatch(each) or ids.index(each) < place:
            errors[f"candidates.{place}.id"] = {
                "vi": "Mã có từ 1 đến 3 chữ hoặc số, không trùng nhau.",
                "en": "An id has 1 to 3 letters or digits and is another's nowhere.",
            }
    return tuple(str(each) for each in ids)


def whole(value: Any, low: int, high: int, path: str, errors: dict[str, Text]) -> int:
    """The whole number from `low` to `high`, or `low` and an entry in `errors`."""
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
        return value
    errors[path] = {
        "vi": f"Phải là số nguyên từ {low} đến {high}.",
        "en": f"Must be a whole number from {low} to {high}.",
    }
    return low


def not_numbers(count: Any, names: Iterable[str], others: Iterable[str] = ()) -> dict[str, Text]:
    """What is missing in a count, is no number of papers, or does not belong into it."""
    if not isinstance(count, dict):
        return {"count": {"vi": "Phải là một đối tượng JSON.", "en": "Must be a JSON object."}}
    names, wrong = list(names), {}
    for name in names:
        value = count.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            wrong[name] = {"vi": "Phải là số nguyên không âm.", "en": "Must be a whole number, not negative."}
    for name in sorted(str(name) for name in count.keys() - {*names, *others}):
        wrong[name] = {"vi": "Không có mục này.", "en": "There is no such member."}
    return wrong
