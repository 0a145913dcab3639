"""Amendments to a text, clause by clause: what each does, which of them conflict, in which order they are put to the
vote, and the text they make together.

The order is that of deliberative assemblies (rule 90 of the UN General Assembly's rules of procedure): of amendments to
the same words the one farthest from the text comes first, so that whoever loses can still support the next. Here: the
text is gone through from its beginning; at each clause deletions come first, then replacements of the clause with all
that is below it, then replacements of its words, those that change most first; insertions before it, insertions after
it; at last the number of the amendment decides.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from backend.resolutions.wording.clauses import Clause, Wording
from backend.resolutions.wording.diff import distance

REPLACE, INSERT_BEFORE, INSERT_AFTER, DELETE = KINDS = ("replace", "insert_before", "insert_after", "delete")
#: Why two amendments conflict. Of an exclusive pair only one can be merged: when it is adopted, the other falls.
#: same_clause: both replace the same words; duplicate: both say the same; deleted: one deletes what the other is about;
#: rewritten: one replaces a clause with all below it, the other amends something below it.
EXCLUSIVE = ("same_clause", "duplicate", "deleted", "rewritten")
#: same_place: both insert at one place, and stand there by number; beside_deleted: one inserts beside what the other
#: deletes, and stays.
CONFLICTS = (*EXCLUSIVE, "same_place", "beside_deleted")


class Impossible(Exception):
    """The text has no such clause."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What one amendment does. `clause` is what is put in or instead; a replacement keeps its target's id, and with
    `whole` takes the place of all that stands below it too."""

    number: int
    kind: str
    target: str
    clause: Clause | None = None
    whole: bool = False

    @classmethod
    def from_json(cls, number: int, said: dict[str, Any]) -> "Change":
        clause = Clause.from_json(said["clause"]) if said.get("clause") else None
        whole = bool(said.get("whole"))
        return cls(number=number, kind=said["kind"], target=said["target"], clause=clause, whole=whole)

    def to_json(self) -> dict[str, Any]:
        said: dict[str, Any] = {"kind": self.kind, "target": self.target}
        if self.clause is not None:
            said["clause"] = self.clause.to_json()
        if self.whole:
            said["whole"] = True
        return said

    def says(self) -> tuple[Any, ...]:
        """What it does, whoever proposes it: two changes that say the same are one."""
        return (self.kind, self.target, self.whole, self.clause.said() if self.clause else "")

    def inserts(self) -> bool:
        return self.kind in (INSERT_BEFORE, INSERT_AFTER)


def apply(wording: Wording, change: Change) -> Wording:
    """The text with this one change. Raises Impossible when its clause is not there."""

    def put(old: Clause) -> list[Clause]:
        new = change.clause
        if change.kind == DELETE or new is None:
            return []
        if change.kind == REPLACE:
            return [Clause(id=old.id, text=new.text, clauses=new.clauses if change.whole else old.clauses)]
        return [new, old] if change.kind == INSERT_BEFORE else [old, new]

    preamble, here = _put(wording.preamble, change.target, put)
    clauses, there = _put(wording.clauses, change.target, put)
    if not (here or there):
        raise Impossible(change.target)
    return Wording(title=wording.title, preamble=preamble, clauses=clauses)


def _put(
    clauses: Sequence[Clause], target: str, put: Callable[[Clause], list[Clause]]
) -> tuple[tuple[Clause, ...], bool]:
    found, out = False, []
    for one in clauses:
        if one.id == target:
            found = True
            out += put(one)
            continue
        below, inside = _put(one.clauses, target, put)
        found = found or inside
        out.append(Clause(id=one.id, text=one.text, clauses=below) if inside else one)
    return tuple(out), found


def merge(wording: Wording, changes: Iterable[Change]) -> Wording:
    """The text with all changes, the same in whichever order they were adopted. Of an exclusive pair at most one may be
    among them; raises Impossible otherwise, or when a clause is not there."""
    changes = list(changes)
    if any(conflict.exclusive for conflict in conflicts(wording, changes)):
        raise Impossible("exclusive changes")
    order = {REPLACE: 0, INSERT_BEFORE: 1, INSERT_AFTER: 2, DELETE: 3}
    # What is inserted after a clause is put there last number first, so that the numbers rise.
    key = lambda one: (order[one.kind], -one.number if one.kind == INSERT_AFTER else one.number)  # noqa: E731
    for change in sorted(changes, key=key):
        wording = apply(wording, change)
    return wording


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """Two amendments, by number, and why they conflict: one of CONFLICTS."""

    one: int
    other: int
    reason: str

    @property
    def exclusive(self) -> bool:
        return self.reason in EXCLUSIVE


def conflicts(wording: Wording, changes: Iterable[Change]) -> list[Conflict]:
    """Every pair that conflicts, by number. What is about the same clause in ways that go together is no conflict: new
    words for a Điều and a change to a khoản of it."""
    above = {place.clause.id: set(place.above) for place in wording.places()}
    found = []
    for one, other in combinations(sorted(changes, key=lambda change: change.number), 2):
        if reason := _conflict(one, other, above):
            found.append(Conflict(one=one.number, other=other.number, reason=reason))
    return found


def _conflict(one: Change, other: Change, above: dict[str, set[str]]) -> str:
    if one.target == other.target:
        return _at_one_clause(one, other)
    for upper, lower in ((one, other), (other, one)):
        if upper.target in above.get(lower.target, ()):
            if upper.kind == DELETE:
                return "deleted"
            if upper.kind == REPLACE and upper.whole:
                return "rewritten"
    return ""


def _at_one_clause(one: Change, other: Change) -> str:
    if not one.inserts() and one.says() == other.says():
        return "duplicate"
    kinds = {one.kind, other.kind}
    if DELETE in kinds:
        return "deleted" if REPLACE in kinds else "beside_deleted"
    if kinds == {REPLACE}:
        return "same_clause"
    return "same_place" if one.kind == other.kind else ""


def order(wording: Wording, changes: Iterable[Change]) -> list[Change]:
    """The order in which they are put to the vote; those whose clause is gone come last."""
    places = {place.clause.id: (index, place) for index, place in enumerate(wording.places())}

    def key(change: Change) -> tuple[Any, ...]:
        if change.target not in places:
            return (len(places), 0, 0.0, change.number)
        index, place = places[change.target]
        if change.kind == REPLACE and change.clause is not None:
            rank, far = (1 if change.whole else 2), -distance(place.clause.text, change.clause.text)
        else:
            rank, far = {DELETE: 0, INSERT_BEFORE: 3, INSERT_AFTER: 4}.get(change.kind, 2), 0.0
        return (index, rank, far, change.number)

    return sorted(changes, key=key)
