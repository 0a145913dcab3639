"""Whose votes were counted, and what tellers found on paper and by hands, checked for verify_poll.py. Standard library
only."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

#: What a sheet says of ballots: in a vote for or against there is no `valid`, in an election none of the first three.
BALLOTS = ("yes", "no", "abstain", "valid", "blank", "invalid")


def canonical(said: Any) -> bytes:
    return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def undivided(roll: list[Any], ballots: list[Any]) -> bool:
    """Whether all votes of one holder were cast, for one choice, or none."""
    chosen, theirs = {number: canonical(choice) for number, choice in ballots}, defaultdict(set)
    for number, holder, _ in roll:
        theirs[holder].add(chosen.get(number))
    return all(len(choices) == 1 for choices in theirs.values())


def agreed(e: dict[str, Any], must: Callable[[Any, str], None]) -> list[dict[str, Any]]:
    """The counts that two tellers agree on, one of each box and room; `must` is told what does not hold."""
    channels, told = e["config"]["channels"], e["sheets"]
    counted = {channel for channel in channels if channel != "devices"}
    must(bool(counted) == (told is not None), "sheets: not as the channels say")
    if told is None:
        must(e["sheets_hash"] == "", "sheets_hash: there are no sheets")
        return []
    must(hashlib.sha256(canonical(told)).hexdigest() == e["sheets_hash"], "sheets: not those signed with the count")
    last: dict[tuple[str, str], dict[str, Any]] = {}
    for sheet in sorted(told["sheets"], key=lambda sheet: sheet["sequence"]):
        must(sheet["teller"] in e["config"]["committee"], "sheets: entered by somebody who is no teller")
        last.setdefault((sheet["channel"], sheet["batch"]), {})[sheet["teller"]] = sheet
    must({channel for channel, _ in last} == counted, "sheets: of other channels than the poll has")
    found = []
    for where, sheets in last.items():
        same = Counter(canonical([sheet["issued"], sheet["returned"], sheet["count"]]) for sheet in sheets.values())
        alike = [json.loads(said) for said, tellers in same.items() if tellers > 1]
        must(len(alike) == 1, f"sheets: two tellers do not agree on {' '.join(where)}")
        found += [(where[0], *each) for each in alike[:1]]
    _sums(e, found, must)
    return [count for _, _, _, count in found]


def _sums(e: dict[str, Any], found: list[Any], must: Callable[[Any, str], None]) -> None:
    papers, channels = e["sheets"]["papers"], e["config"]["channels"]
    issued = sum(each or 0 for _, each, _, _ in found)
    hands = sum(count.get(name, 0) for channel, _, _, count in found if channel == "hands" for name in BALLOTS)
    must(papers == sorted(set(papers)), "papers: not sorted, or one number twice")
    must(all(0 < number <= e["tally"]["entitled"] for number in papers), "papers: handed to somebody not on the roll")
    must(not set(papers) & {number for number, _ in e["ballots"] or []}, "papers: who has one has voted on a device")
    must(issued == len(papers) or (not papers and channels == ["paper"]), "papers: not as many as the sheets say")
    must(all(got is None or got <= out for _, out, got, _ in found), "papers: more returned than issued")
    must(issued + hands + e["returned"] <= e["tally"]["attending"], "sheets: more votes than people attending")
