"""What evidence looks like, asked before anything in it is checked, for verify_poll.py: whatever else is in the file ends in
one sentence that names the place. Standard library only.

A shape is a kind by its name, a list with the shape of every item, a tuple with one shape for each item, an object of
those members that are read, or of these with null for another value (`Maybe`).
"""

import re
from dataclasses import dataclass
from typing import Any


class Malformed(ValueError):
    """Evidence from which nothing follows; the sentence names the place."""


#: More votes than any poll has.
MOST = 1_000_000
TEXT, FLAG, NUMBER, LEAF = "text", "true or false", "a number of votes", "64 hexadecimal digits"
SHARE, CMP, BASE, MOMENT = "a share from 1/999999 to 1/1", "> or >=", "a number of the tally", "open or seal"
KIND, ANY = "yes_no, approval or ranked", "anything"
BASES = {
    "members", "summoned", "entitled", "attending", "present_at_open", "present_at_seal", "returned", "valid", "yes_no",
}  # fmt: skip


def _is_share(value: Any) -> bool:
    found = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", value) if isinstance(value, str) else None
    return bool(found and 0 < int(found[1]) <= int(found[2]))


def _is_one_of(value: Any, *known: str) -> bool:
    return isinstance(value, str) and value in known


KINDS = {
    TEXT: lambda value: isinstance(value, str),
    FLAG: lambda value: isinstance(value, bool),
    NUMBER: lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST,
    LEAF: lambda value: isinstance(value, str) and bool(re.fullmatch(r"[0-9a-f]{64}", value)),
    SHARE: _is_share,
    CMP: lambda value: _is_one_of(value, ">", ">="),
    BASE: lambda value: _is_one_of(value, *BASES),
    MOMENT: lambda value: _is_one_of(value, "open", "seal"),
    KIND: lambda value: _is_one_of(value, "yes_no", "approval", "ranked"),
    ANY: lambda value: True,
}


@dataclass(frozen=True)
class Maybe:
    shape: Any


RULE = {
    "all_of": [{"share": SHARE, "cmp": CMP, "base": BASE}],
    "quorum": Maybe({"share": SHARE, "cmp": CMP, "base": BASE, "at": [MOMENT]}),
    **dict.fromkeys(("blanks", "invalid", "tie"), TEXT),
}
CONFIG = {
    "rule": RULE,
    "channels": [TEXT],
    "committee": [TEXT],
    "members": Maybe(NUMBER),
    "weights": [ANY],
    "splitting": FLAG,
    **dict.fromkeys(("poll", "receipt_key", "secrecy"), TEXT),
}
CANDIDATES = {"candidates": [{"id": TEXT, "name": TEXT}], "places": NUMBER}
METHODS = {"yes_no": {}, "approval": {**CANDIDATES, "max": NUMBER}, "ranked": {**CANDIDATES, "counting": TEXT}}
TALLY = {
    **dict.fromkeys(("returned", "valid", "blank", "invalid", "entitled", "attending"), NUMBER),
    **dict.fromkeys(("yes", "no", "abstain", "members", "summoned", "present_at_open"), Maybe(NUMBER)),
    **dict.fromkeys(("present_at_seal", "left_after_voting", "voted_outside"), Maybe(NUMBER)),
}
LOTS = {"ranking": Maybe({"lots": [{"drawn": TEXT}]})}
VERDICTS = {"yes_no": {"casting_vote": Maybe(FLAG)}, "approval": LOTS, "ranked": LOTS}
RECEIPT = dict.fromkeys(("poll", "leaf", "roll_hash", "config_hash", "signature"), Maybe(TEXT))


def _count(method: dict[str, Any]) -> Any:
    papers = dict.fromkeys(("blank", "invalid"), NUMBER)
    if method["kind"] == "yes_no":
        return papers | dict.fromkeys(("yes", "no", "abstain"), NUMBER)
    if method["kind"] == "ranked":
        return papers | {"ballots": [([TEXT], NUMBER)]}
    return papers | {"valid": NUMBER, "votes": {each["id"]: NUMBER for each in method["candidates"]}}


def _evidence(method: dict[str, Any]) -> Any:
    sheet = {
        **dict.fromkeys(("teller", "channel", "batch"), TEXT),
        **dict.fromkeys(("issued", "returned"), Maybe(NUMBER)),
        "sequence": NUMBER,
        "count": _count(method),
    }
    verdict = {"outcome": TEXT, "counted_in": TEXT, "rule": ANY, "tally": ANY, **VERDICTS[method["kind"]]}
    texts = ("format", "poll", "state", "config_hash", "roll_hash", "urn_root", "urn_signature", "opened_root")
    signed = ("sheets_hash", "count_signature", "verdict_hash", "declared_signature", "digest", "key", "signature")
    return {
        **dict.fromkeys((*texts, *signed), TEXT),
        "config": CONFIG,
        "roll": Maybe([(NUMBER, TEXT, TEXT)]),
        "taken_back": [NUMBER],
        "returned": NUMBER,
        "leaves": [LEAF],
        "ballots": Maybe([(NUMBER, ANY)]),
        "opened": Maybe([(TEXT, ANY, FLAG)]),
        "sheets": Maybe({"papers": [NUMBER], "sheets": [sheet]}),
        "annulled": Maybe({"by": Maybe(TEXT), "at": TEXT, "why": ANY}),
        "tally": Maybe(TALLY),
        "verdict": Maybe(verdict),
    }


def of_evidence(bundle: Any) -> str:
    """What is wrong with the shape of a bundle, "" when nothing is."""
    if wrong := misshapen(bundle, {"config": {"method": {"kind": KIND}}}):
        return wrong
    method = bundle["config"]["method"]
    if wrong := misshapen(method, METHODS[method["kind"]], "config.method"):
        return wrong
    if "places" in method and not 1 <= method["places"] <= len(method["candidates"]):
        return "config.method.places: must be from 1 to as many as there are candidates"
    if wrong := misshapen(bundle, _evidence(method)):
        return wrong
    counted = bundle["state"] in {"counted", "declared"}
    counted = counted or any(bundle[name] is not None for name in ("tally", "verdict"))
    missing = [name for name in ("tally", "verdict") if counted and bundle[name] is None]
    return f"{missing[0]}: is missing, though the poll is {bundle['state']}" if missing else ""


def of_receipts(receipts: Any) -> str:
    """What is wrong with the shape of receipts, "" when nothing is."""
    return misshapen(receipts, [RECEIPT], "receipts")


def misshapen(value: Any, shape: Any, path: str = "") -> str:
    """The first place where a value has another shape, as a sentence; "" where there is none."""
    if isinstance(shape, Maybe):
        return "" if value is None else misshapen(value, shape.shape, path)
    if isinstance(shape, str):
        return "" if KINDS[shape](value) else f"{path}: must be {shape}"
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return f"{path or 'evidence'}: must be an object"
        missing = [name for name in shape if name not in value]
        if missing:
            return f"{path}.{missing[0]}: is missing".lstrip(".")
        parts = [(name, value[name], its) for name, its in shape.items()]
    else:
        if not isinstance(value, list) or (isinstance(shape, tuple) and len(value) != len(shape)):
            return f"{path}: must be a list{f' of {len(shape)}' if isinstance(shape, tuple) else ''}"
        shapes = shape if isinstance(shape, tuple) else shape * len(value)
        parts = [(number, each, its) for number, (each, its) in enumerate(zip(value, shapes, strict=True))]
    found = (misshapen(each, its, f"{path}.{name}".lstrip(".")) for name, each, its in parts)
    return next(filter(None, found), "")


def once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object that says each of its members once, for json's object_pairs_hook: of two that contradict each other none
    would be the right one."""
    said = dict(members)
    if len(said) < len(members):
        names = [name for name, _ in members]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)}: stands twice in one object")
    return said
