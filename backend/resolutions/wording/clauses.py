"""A text as a tree: căn cứ in front, then Điều, khoản and điểm, numbered as decree 30/2020 numbers them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from backend.resolutions.merkle import canonical, digest

Text = dict[str, str]

#: Điểm are lettered by the Vietnamese alphabet (decree 30/2020): đ after d, no f, j, w or z, and, as laws have it, none
#: of ă â ê ô ơ ư (Criminal Code, Art. 51: … t, u, v, x).
LETTERS = "abcdđeghiklmnopqrstuvxy"
#: The levels of the body from above; a căn cứ (`basis`) stands in front of it.
LEVELS = ("article", "paragraph", "point")
MOST_CLAUSES, MOST_CHARACTERS = 400, 200_000


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One căn cứ, Điều, khoản or điểm with what stands below it."""

    id: str
    text: Text
    clauses: tuple["Clause", ...] = ()

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> "Clause":
        below = tuple(cls.from_json(one) for one in said.get("clauses", ()))
        return cls(id=said["id"], text=dict(said["text"]), clauses=below)

    def to_json(self) -> dict[str, Any]:
        said: dict[str, Any] = {"id": self.id, "text": self.text}
        if self.clauses:
            said["clauses"] = [one.to_json() for one in self.clauses]
        return said

    def words(self) -> Any:
        """What is read, without the ids: the text alone where nothing stands below it."""
        return [self.text, *(one.words() for one in self.clauses)] if self.clauses else self.text

    def said(self) -> str:
        """The same for two clauses that say the same, whatever their ids."""
        return canonical(self.words()).decode()

    def depth(self) -> int:
        return 1 + max((one.depth() for one in self.clauses), default=0)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a clause stands. `numbers` count from 1, from the Điều down; those of a căn cứ count the preamble."""

    clause: Clause
    level: str
    numbers: tuple[int, ...]
    above: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Wording:
    """A whole text. The same words have the same hash, whatever the ids."""

    title: Text
    preamble: tuple[Clause, ...] = ()
    clauses: tuple[Clause, ...] = field(default=())

    @classmethod
    def from_json(cls, title: Text, preamble: list[Any], clauses: list[Any]) -> "Wording":
        return cls(
            title=dict(title),
            preamble=tuple(Clause.from_json(one) for one in preamble),
            clauses=tuple(Clause.from_json(one) for one in clauses),
        )

    def hash(self) -> str:
        """SHA-256 of canonical JSON: [title, clauses], with the preamble between them where there is one."""
        said: list[Any] = [self.title, [one.words() for one in self.clauses]]
        if self.preamble:
            said.insert(1, [one.words() for one in self.preamble])
        return digest(said)

    def places(self) -> list[Place]:
        """Every clause in the order of reading."""
        found = [
            Place(clause=one, level="basis", numbers=(number,)) for number, one in enumerate(self.preamble, start=1)
        ]
        for number, one in enumerate(self.clauses, start=1):
            found += _below(one, (number,), ())
        return found

    def place(self, clause_id: str) -> Place | None:
        return next((place for place in self.places() if place.clause.id == clause_id), None)

    def ids(self) -> set[str]:
        return {place.clause.id for place in self.places()}


def _below(clause: Clause, numbers: tuple[int, ...], above: tuple[str, ...]) -> Iterator[Place]:
    yield Place(clause=clause, level=LEVELS[len(numbers) - 1], numbers=numbers, above=above)
    for number, one in enumerate(clause.clauses, start=1):
        yield from _below(one, (*numbers, number), (*above, clause.id))


_NAMES = {
    "basis": {"vi": "căn cứ {n}", "en": "recital {n}"},
    "article": {"vi": "Điều {n}", "en": "Article {n}"},
    "paragraph": {"vi": "khoản {n}", "en": "paragraph {n}"},
    "point": {"vi": "điểm {n}", "en": "point {n}"},
}
_JOIN = {"vi": " ", "en": " of "}


def label(place: Place) -> Text:
    """As it is cited: điểm đ khoản 2 Điều 1."""
    levels = ("basis",) if place.level == "basis" else LEVELS[: len(place.numbers)]
    named = [(level, _numeral(level, number)) for level, number in zip(levels, place.numbers, strict=True)]
    return {
        code: _JOIN[code].join(_NAMES[level][code].format(n=said) for level, said in reversed(named))
        for code in ("vi", "en")
    }


def marker(place: Place) -> Text:
    """What stands before it on paper: Điều 1., 2., đ); nothing before a căn cứ."""
    said = _numeral(place.level, place.numbers[-1])
    match place.level:
        case "basis":
            return {"vi": "", "en": ""}
        case "article":
            return {"vi": f"Điều {said}.", "en": f"Article {said}."}
        case "paragraph":
            return {"vi": f"{said}.", "en": f"{said}."}
        case _:
            return {"vi": f"{said})", "en": f"{said})"}


def _numeral(level: str, number: int) -> str:
    """Points beyond the alphabet, which no lawful text has, go on with numbers."""
    return LETTERS[number - 1] if level == "point" and number <= len(LETTERS) else str(number)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with a text: the clause by its `label`, {} for the whole text; `code` is one of FAULTS."""

    code: str
    label: Text
    most: int = 0


#: points: more điểm than letters; depth: something below a điểm, or below a căn cứ; clauses, characters: too much in
#: all; twice: one id for two clauses.
FAULTS = ("points", "depth", "clauses", "characters", "twice")


def faults(wording: Wording) -> list[Fault]:
    """Why the text cannot be numbered or kept; [] when it can."""
    found = [
        Fault(code="depth", label=label(Place(clause=one, level="basis", numbers=(number,))))
        for number, one in enumerate(wording.preamble, start=1)
        if one.clauses
    ]
    for number, one in enumerate(wording.clauses, start=1):
        if one.depth() > len(LEVELS):
            found.append(Fault(code="depth", label=label(Place(clause=one, level="article", numbers=(number,)))))
    if found:
        return found
    places, seen = wording.places(), set()
    for place in places:
        if place.level == "paragraph" and len(place.clause.clauses) > len(LETTERS):
            found.append(Fault(code="points", label=label(place), most=len(LETTERS)))
        if place.clause.id in seen:
            found.append(Fault(code="twice", label=label(place)))
        seen.add(place.clause.id)
    if len(places) > MOST_CLAUSES:
        found.append(Fault(code="clauses", label={}, most=MOST_CLAUSES))
    if sum(len(text) for place in places for text in place.clause.text.values()) > MOST_CHARACTERS:
        found.append(Fault(code="characters", label={}, most=MOST_CHARACTERS))
    return found
