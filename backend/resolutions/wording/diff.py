"""What differs between two versions of a text: clauses side by side, and the words inside them."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from backend.resolutions.wording.clauses import Place, Text, Wording

#: Words and the white space between them: joined again they are the text.
_PIECES = re.compile(r"\s+|\S+")
#: Beyond this many pairs of words two texts are not compared word by word: the differing middle is replaced whole.
MOST_PAIRS = 1_000_000

Words = list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One clause before and after. `change` is same, changed, moved, added or removed; a moved clause stands in two
    rows, once without its `after` and once without its `before`. `words` are by language [(same|removed|added, text)]:
    read without what was added they are the text before, without what was removed the text after."""

    change: str
    before: Place | None
    after: Place | None
    words: dict[str, Words]


def diff(before: Wording, after: Wording) -> list[Row]:
    """The clauses of both in the order of reading, aligned by their ids."""
    old, new = before.places(), after.places()
    names, others = ([place.clause.id for place in places] for places in (old, new))
    kept, stay = set(names), set(others)
    rows: list[Row] = []
    for kind, start, end, other_start, other_end in SequenceMatcher(None, names, others, autojunk=False).get_opcodes():
        if kind == "equal":
            rows += [_row(one, two) for one, two in zip(old[start:end], new[other_start:other_end], strict=True)]
            continue
        rows += [_gone(one, moved=one.clause.id in stay) for one in old[start:end]]
        rows += [_come(one, moved=one.clause.id in kept) for one in new[other_start:other_end]]
    return rows


def _row(before: Place, after: Place) -> Row:
    words = words_of(before.clause.text, after.clause.text)
    level_alike = (before.level, before.above) == (after.level, after.above)
    same = before.clause.text == after.clause.text and level_alike
    return Row(change="same" if same else "changed", before=before, after=after, words=words)


def _gone(place: Place, *, moved: bool) -> Row:
    return Row(change="moved" if moved else "removed", before=place, after=None, words=words_of(place.clause.text, {}))


def _come(place: Place, *, moved: bool) -> Row:
    return Row(change="moved" if moved else "added", before=None, after=place, words=words_of({}, place.clause.text))


def words_of(before: Text, after: Text) -> dict[str, Words]:
    return {code: words(before.get(code, ""), after.get(code, "")) for code in sorted({*before, *after})}


def words(before: str, after: str) -> Words:
    """The two texts as one run of pieces that are the same, removed or added."""
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    found: Words = []

    def say(kind: str, pieces: list[str]) -> None:
        if not pieces:
            return
        if found and found[-1][0] == kind:
            found[-1] = (kind, found[-1][1] + "".join(pieces))
        else:
            found.append((kind, "".join(pieces)))

    head = _shared(old, new)
    tail = _shared(old[head:][::-1], new[head:][::-1])
    middle, other = old[head : len(old) - tail], new[head : len(new) - tail]
    say("same", old[:head])
    if len(middle) * len(other) > MOST_PAIRS:
        say("removed", middle)
        say("added", other)
    else:
        for kind, start, end, from_, to in SequenceMatcher(None, middle, other, autojunk=False).get_opcodes():
            if kind == "equal":
                say("same", middle[start:end])
            else:
                say("removed", middle[start:end])
                say("added", other[from_:to])
    say("same", old[len(old) - tail :])
    return found


def _shared(one: list[str], other: list[str]) -> int:
    """How many pieces both begin with."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def distance(before: Text, after: Text) -> float:
    """How far one text is from another: the share of words removed or added, from 0 to 1, in Vietnamese."""
    pieces = words(before.get("vi", ""), after.get("vi", ""))
    counts = {
        kind: sum(len(text.split()) for told, text in pieces if told == kind) for kind in ("same", "removed", "added")
    }
    changed = counts["removed"] + counts["added"]
    return changed / (changed + 2 * counts["same"]) if changed else 0.0
