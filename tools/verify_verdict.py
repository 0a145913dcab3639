"""What the ballots of a poll come to, for verify_poll.py: votes for and against, votes for candidates, preferences.

Standard library only, and not a line of the server's: written from the norms, so that two who err alike are two.
"""

import math
from collections import Counter
from fractions import Fraction
from typing import Any

from verify_shape import Malformed  # it lies beside this file

PEOPLE = ("members", "summoned", "entitled", "attending", "present_at_open", "present_at_seal")
#: Who voted and is not among those present at the sealing.
GONE = ("left_after_voting", "voted_outside")
CHOICES = ("yes", "no", "abstain")
#: Papers are worth whole hundred-thousandths of a vote.
ONE = 100_000


def said(method: dict[str, Any], content: Any) -> str:
    """Whether a paper is valid, blank or invalid."""
    if method["kind"] == "yes_no":
        return "valid" if content in CHOICES else "blank" if content == "" else "invalid"
    if not isinstance(content, list) or not all(isinstance(each, str) for each in content):
        return "invalid"
    most = len(method["candidates"]) if method["kind"] == "ranked" else method["max"]
    if content == []:
        return "blank"
    real = set(content) <= {each["id"] for each in method["candidates"]} and len(set(content)) == len(content)
    return "valid" if real and len(content) <= most else "invalid"


def counted(method: dict[str, Any], contents: list[Any]) -> dict[str, Any]:
    """What a heap of papers comes to, as tellers' sheets say it."""
    kinds = Counter(said(method, content) for content in contents)
    valid = [content for content in contents if said(method, content) == "valid"]
    papers = {"blank": kinds["blank"], "invalid": kinds["invalid"]}
    if method["kind"] == "yes_no":
        return papers | {name: valid.count(name) for name in CHOICES}
    if method["kind"] == "ranked":
        return papers | {"ballots": [[ranking, 1] for ranking in valid]}
    votes = {each["id"]: sum(each["id"] in marks for marks in valid) for each in method["candidates"]}
    return papers | {"valid": len(valid), "votes": votes}


def together(method: dict[str, Any], counts: list[dict[str, Any]]) -> dict[str, Any]:
    """One count of several heaps."""
    total: dict[str, Any] = counted(method, [])
    for count in counts:
        total |= {name: total[name] + count[name] for name in total if name != "votes"}
        if "votes" in total:
            total["votes"] = {each: votes + count["votes"][each] for each, votes in total["votes"].items()}
    return total


def numbers(method: dict[str, Any], count: dict[str, Any]) -> dict[str, Any]:
    """What the tally must say of a count."""
    if method["kind"] == "yes_no":
        valid = sum(count[name] for name in CHOICES)
    else:
        valid = sum(each for _, each in count["ballots"]) if method["kind"] == "ranked" else count["valid"]
    papers = {"valid": valid, "blank": count["blank"], "invalid": count["invalid"]}
    return {"returned": sum(papers.values()), **papers, **{name: count.get(name) for name in CHOICES}}


def check(rule: dict[str, Any], tally: dict[str, Any], need: dict[str, Any], subject: str, got: int) -> dict[str, Any]:
    """One comparison with every operand, as the verdict holds it."""
    base, share, cmp = need["base"], need["share"], need["cmp"]
    names: tuple[str, ...] = (base,) if base in PEOPLE else ("yes", "no")
    if base in {"valid", "returned"}:
        names = (*names, "abstain") if tally["yes"] is not None else ("valid",)
    parts = {name: tally[name] for name in (*names, *(GONE if base == "present_at_seal" else ()))}
    if base == "returned" and rule["blanks"] == "count_in_cast":
        parts["blank"] = tally["blank"]
    if base not in {*PEOPLE, "valid"} and rule["invalid"] == "count_in_cast":
        parts["invalid"] = tally["invalid"]
    unknown = [name for name, each in {**parts, "what is measured": got}.items() if each is None]
    if unknown:
        raise Malformed(f"tally.{unknown[0]}: the rule needs this number")
    number = sum(parts.values())
    limit = Fraction(share) * number
    needed = math.floor(limit) + 1 if cmp == ">" else max(1, math.ceil(limit))
    return {
        "subject": subject, "base": base, "base_number": number, "parts": parts, "share": share, "cmp": cmp,
        "needed": needed, "got": got,
        "margin": got - needed, "holds": got >= needed,
        "percent": percent(Fraction(got, number), Fraction(share), got >= needed) if number else "0.00",
    }  # fmt: skip


def percent(part: Fraction, share: Fraction, holds: bool) -> str:
    """The nearest hundredth (of two, the higher) on whose side of the share the part itself is."""
    below = math.floor(part * 10000)
    nearest = [below, below + 1] if part * 10000 - below < Fraction(1, 2) else [below + 1, below]
    for hundredths in nearest:
        shown = Fraction(hundredths, 10000)
        there = shown > share if part > share else shown < share or (holds and part == share)
        if there or shown == part:
            break
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def presence(rule: dict[str, Any], tally: dict[str, Any]) -> list[dict[str, Any]]:
    quorum = rule["quorum"]
    moments = [f"present_at_{moment}" for moment in quorum["at"]] if quorum else []
    return [check(rule, tally, quorum, moment, tally[moment]) for moment in moments]


def verdict(rule: dict[str, Any], tally: dict[str, Any], casting_vote: Any) -> tuple[str, list[Any], list[Any]]:
    """The outcome of a vote for or against, its quorum and its thresholds."""
    there = presence(rule, tally)
    needed = [check(rule, tally, each, "yes", tally["yes"]) for each in rule["all_of"]]
    missed = [n for n, found in enumerate(needed) if not found["holds"]]
    near = all(Fraction(rule["all_of"][n]["share"]) == Fraction(1, 2) and needed[n]["margin"] == -1 for n in missed)
    outcome = "rejected" if missed else "adopted"
    if missed and rule["tie"] == "chair" and tally["yes"] == tally["no"] > 0 and near:
        outcome = {None: "tie_needs_chair", True: "adopted", False: "rejected"}[casting_vote]
    return ("no_quorum" if not all(each["holds"] for each in there) else outcome), there, needed


def election(
    rule: dict[str, Any], tally: dict[str, Any], method: dict[str, Any], count: dict[str, Any], lots: list[Any]
) -> dict[str, Any]:
    """What an election's verdict must say, but for its sentences."""
    ids, names = (
        [each["id"] for each in method["candidates"]],
        {each["id"]: each["name"] for each in method["candidates"]},
    )
    there, places = presence(rule, tally), method["places"]
    lawful = all(each["holds"] for each in there)
    checks: dict[str, list[Any]] = {each: [] for each in ids}
    standing = dict.fromkeys(ids, "short")
    ranking, tie = None, None
    if method["kind"] == "ranked":
        papers = [ranking for ranking, number in count["ballots"] for _ in range(number)]
        votes = {each: sum(paper[0] == each for paper in papers) for each in ids}
        ranking, elected = preferences(papers, ids, places, method["counting"] == "irv", lots)
        tie = ranking["tie"] if lawful else None
        ranking["tie"] = tie
    else:
        votes = count["votes"]
        checks = {i: [check(rule, tally, need, i, votes[i]) for need in rule["all_of"]] for i in ids}
        over = [each for each in ids if all(found["holds"] for found in checks[each])]
        standing |= dict.fromkeys(over, "passed")
        #  Elected is whoever has a place even if everybody with as many votes comes first.
        elected = [each for each in over if sum(votes[other] >= votes[each] for other in over) <= places]
        elected.sort(key=lambda each: -votes[each])
        edge = max((votes[each] for each in over if each not in elected), default=0)
        if lawful and len(elected) < places:
            standing |= {each: "tied" for each in over if each not in elected and votes[each] == edge}
    elected = [] if tie or not lawful else elected
    standing |= dict.fromkeys(elected, "elected")
    left, rest = places - len(elected), [each for each in ids if each not in elected]
    tied = [each for each in rest if standing[each] == "tied"]
    line = sorted((votes[each] for each in rest), reverse=True)[: 2 * left]
    following = tied or [each for each in rest if ranking or votes[each] >= min(line, default=0)]
    outcome = "tie_needs_lot" if tie else "run_off" if left else "elected"
    return {
        "outcome": outcome if lawful else "no_quorum",
        "quorum": there,
        "places": places,
        "candidates": [
            {"id": i, "name": names[i], "votes": votes[i], "checks": checks[i], "standing": standing[i]} for i in ids
        ],
        "elected": elected,
        "runoff": {"candidates": following, "places": left} if lawful and left and not tie else None,
        "ranking": ranking,
    }


def preferences(
    ballots: list[list[str]], ids: list[str], places: int, irv: bool, lots: list[Any]
) -> tuple[dict[str, Any], list[str]]:
    """SSI 2007/42, rules 45 to 52, paper by paper; with `irv`, more than half of the papers still in play elects."""
    papers = [{"ranking": paper, "worth": ONE, "at": paper[0]} for paper in ballots]
    quota, drawn, tie, act, who = len(papers) // (places + 1) + 1, [dict(lot) for lot in lots], None, "first", None
    hopeful, elected, rich, stages, past = list(ids), list[str](), list[str](), list[Any](), list[dict[str, int]]()
    votes = {each: sum(ONE for paper in papers if paper["at"] == each) for each in ids}
    used = []
    while True:
        bar = sum(votes[each] for each in hopeful) // 2 + 1 if irv else quota * ONE
        now = sorted((each for each in hopeful if papers and votes[each] >= bar), key=lambda each: -votes[each])
        hopeful = [each for each in hopeful if each not in now]
        if papers and len(elected) + len(now) + len(hopeful) <= places:
            now, hopeful = now + sorted(hopeful, key=lambda each: -votes[each]), []
        elected, rich, past = elected + now, rich + now, [*past, dict(votes)]
        lost = len(papers) * ONE - sum(votes.values())
        told = {each: f"{votes[each] // ONE}.{votes[each] % ONE:05d}" for each in ids}
        stages.append({"act": act, "candidate": who, "votes": told, "elected": now})
        stages[-1]["not_transferable"] = f"{lost // ONE}.{lost % ONE:05d}"
        if not papers or len(elected) >= places:
            break
        over = [each for each in rich if votes[each] > quota * ONE]
        act, among, edge = ("transfer", over, max) if over else ("exclude", hopeful, min)
        for stage in reversed(past):
            utmost = edge(stage[each] for each in among)
            among = [each for each in among if stage[each] == utmost]
        if len(among) > 1 and not drawn:
            tie = {"act": act, "among": among}
            break
        who = among[0]
        if len(among) > 1:
            who = drawn.pop(0)["drawn"]
            if who not in among:
                raise Malformed("verdict.ranking.lots: somebody the lot was not drawn among")
            used.append({"act": act, "among": among, "drawn": who})
        (rich if over else hopeful).remove(who)
        if over or len(hopeful) > places - len(elected):
            held, surplus = votes[who], votes[who] - quota * ONE
            for paper in papers:
                if paper["at"] == who:
                    below = paper["ranking"][paper["ranking"].index(who) + 1 :]
                    paper["at"] = next((each for each in below if each in hopeful), None)
                    paper["worth"] = paper["worth"] * surplus // held if over else paper["worth"]
                    if paper["at"]:
                        votes[paper["at"]] += paper["worth"]
            votes[who] = quota * ONE if over else 0
    if drawn:
        raise Malformed("verdict.ranking.lots: a lot nobody asked for")
    counting = "irv" if irv else "scottish_stv"
    return {"counting": counting, "quota": quota, "stages": stages, "lots": used, "tie": tie}, elected


def like(told: Any, right: Any) -> bool:
    """Whether what was told says everything that is right, whatever else it says."""
    if isinstance(right, dict):
        return isinstance(told, dict) and all(name in told and like(told[name], right[name]) for name in right)
    if isinstance(right, list):
        return isinstance(told, list) and len(told) == len(right) and all(map(like, told, right))
    return bool(told == right) and type(told) is type(right)
