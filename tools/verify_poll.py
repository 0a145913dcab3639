#!/usr/bin/env python3
"""Checks the evidence of a poll without trusting the server it came from. Standard library only, with verify_count.py,
verify_shape.py and verify_verdict.py beside it; docs/voting.md explains.

    python3 verify_poll.py evidence.json [--receipt receipt.json ...] [--key HEX] [--root HEX]

--key is the server's public key as you know it from elsewhere, --root the seal from the minutes or a teller's letter;
without them both are taken from the bundle, and somebody who rewrote everything could have rewritten those too.
Prints what it found wrong, one line each, and exits 1, whatever the files hold; exits 0 when everything holds.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from verify_count import agreed, canonical, undivided  # they lie beside this file
from verify_shape import Malformed, of_evidence, of_receipts, once
from verify_verdict import counted, election, like, numbers, said, together, verdict


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# Merkle tree, RFC 9162 section 2.1.1.


def root(leaves: list[str]) -> str:
    def above(nodes: list[bytes]) -> bytes:
        if len(nodes) == 1:
            return nodes[0]
        split = 1 << (len(nodes) - 1).bit_length() - 1
        return hashlib.sha256(b"\x01" + above(nodes[:split]) + above(nodes[split:])).digest()

    return above([bytes.fromhex(leaf) for leaf in leaves]).hex() if leaves else sha256(b"")


# Ed25519, RFC 8032 section 5.1, verification only.

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int, int, int]


def _add(a: Point, b: Point) -> Point:
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar: int, point: Point) -> Point:
    product: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            product = _add(product, point)
        point, scalar = _add(point, point), scalar >> 1
    return product


def _point(data: bytes) -> Point:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - x2) % P or (not x and sign):
        raise ValueError("no point of the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = _point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def signed(kind: str, said: Any, key: Any, signature: Any) -> bool:
    """Whether the signature (hex) by the key (hex) is over what was said."""
    message = f"plenum {kind} 1\n".encode() + canonical(said)
    try:
        public, proof = bytes.fromhex(key), bytes.fromhex(signature)
        if len(public) != 32 or len(proof) != 64:
            return False
        scalar = int.from_bytes(proof[32:], "little")
        challenge = int.from_bytes(hashlib.sha512(proof[:32] + public + message).digest(), "little") % L
        left, right = _times(scalar, BASE), _add(_point(proof[:32]), _times(challenge, _point(public)))
    except (ValueError, TypeError):
        return False
    same = (left[0] * right[2] - right[0] * left[2]) % P == 0 == (left[1] * right[2] - right[1] * left[2]) % P
    return scalar < L and same


# What must hold.


def checked(e: Any, receipts: Any, key: str, seal: str) -> list[str]:
    """What does not hold in whatever this is; what has not the shape of evidence is told by its place alone."""
    try:
        if wrong := of_evidence(e) or of_receipts(receipts):
            return [wrong]
        return faults(e, receipts, key, seal)
    except Malformed as error:
        return [str(error)]
    except Exception as error:
        return [f"evidence: cannot be checked: {type(error).__name__}: {error}"]


def faults(e: dict[str, Any], receipts: list[dict[str, Any]], key: str, seal: str) -> list[str]:
    found: list[str] = []

    def must(holds: Any, what: str) -> None:
        if not holds:
            found.append(what)

    config, key = e["config"], key or e["key"]
    rest = {name: value for name, value in e.items() if name not in {"digest", "key", "signature"}}
    must(e["format"] == "plenum-evidence-1", "format: not known to this program")
    must(sha256(canonical(rest)) == e["digest"], "digest: something in the bundle was changed")
    must(e["key"] == key == config["receipt_key"], "key: signed by another key")
    must(signed("evidence", e["digest"], key, e["signature"]), "signature: not the server's")
    must(config["poll"] == e["poll"], "poll: the configuration is another poll's")
    must(sha256(canonical(config)) == e["config_hash"], "config: not what was frozen when voting began")
    must(e["roll"] is None or sha256(canonical(e["roll"])) == e["roll_hash"], "roll: not what was frozen")
    must(e["leaves"] == sorted(set(e["leaves"])), "leaves: not sorted, or one twice")
    must(root(e["leaves"]) == e["urn_root"], "urn_root: not the root of the leaves")
    must(not seal or seal == e["urn_root"], "urn_root: not the seal that was published")
    must(len(e["leaves"]) == e["returned"], "returned: not as many as there are leaves")
    names = ("poll", "urn_root", "returned", "roll_hash", "config_hash", "taken_back")
    must(signed("urn", {n: e[n] for n in names}, key, e["urn_signature"]), "urn_signature: not what was sealed")
    must(e["state"] in {"sealed", "counted", "declared", "annulled"}, "state: not sealed")
    must((e["state"] == "annulled") == (e["annulled"] is not None), "annulled: the state says otherwise")
    if e["state"] in {"counted", "declared"} or e["verdict"] is not None:  # also one that was annulled afterwards
        of_the_count(e, must, key)
    for number, receipt in enumerate(receipts, start=1):
        held = {name: receipt[name] for name in ("poll", "leaf", "roll_hash", "config_hash")}
        must(signed("receipt", held, key, receipt["signature"]), f"receipt {number}: not signed by the server")
        here = all(receipt[name] == e[name] for name in ("poll", "roll_hash", "config_hash"))
        must(here, f"receipt {number}: of another poll, roll or configuration")
        must(receipt["leaf"] in e["leaves"], f"receipt {number}: the ballot is NOT in the urn: this proves misconduct")
    return found


def of_the_count(e: dict[str, Any], must: Any, key: str) -> None:
    config, tally, result, method = e["config"], e["tally"], e["verdict"], e["config"]["method"]
    secret = config["secrecy"] == "secret"
    must(secret == (e["opened"] is not None) == (e["ballots"] is None), "ballots: not as the secrecy says")
    if secret:
        rows = e["opened"] or []
        must(rows == sorted(rows, key=lambda row: row[0]), "opened: not sorted by tracker")
        must(len({row[0] for row in rows}) == len(rows), "opened: a tracker twice")
        opened = [sha256(b"\x00" + canonical(row)) for row in rows]
        sealed_root = root(opened) if "devices" in config["channels"] else ""  # papers alone leave nothing to open
        must(sealed_root == e["opened_root"], "opened_root: not the root of the opened ballots")
        contents = [choice for _, choice, _ in rows]
        right = all(valid == (said(method, choice) == "valid") for _, choice, valid in rows)
        must(right, "opened: a vote that is none")
    else:
        rows = e["ballots"] or []
        leaves = [sha256(f"\x00{e['poll']}\n{number}\n".encode() + canonical(choice)) for number, choice in rows]
        must(sorted(leaves) == e["leaves"], "ballots: not those under the seal")
        must(len({row[0] for row in rows}) == len(rows), "ballots: one entitlement voted twice")
        must(not e["opened_root"], "opened_root: nothing was opened in an open vote")
        contents = [choice for _, choice in rows]
    count = together(method, [counted(method, contents), *agreed(e, must)])
    right = numbers(method, count)
    must({name: tally[name] for name in right} == right, "tally: not what is on the ballots")
    votes = all(said(method, ranking) == "valid" for ranking, _ in count.get("ballots", []))
    if method["kind"] == "ranked" and (not votes or tally["valid"] != right["valid"]):
        must(False, "sheets: a vote that is none, or more of them than were counted")
        return
    must(len(rows) == e["returned"] <= tally["entitled"], "returned: more or fewer than were opened")
    must(tally["members"] == config["members"], "members: not as many as was said when voting began")
    must(e["roll"] is None or len(e["roll"]) == tally["entitled"], "entitled: not as many as on the roll")
    must(result["counted_in"] == ("votes" if config["weights"] else "people"), "verdict: counted in something else")
    whole = secret or config["splitting"] or undivided(e["roll"] or [], rows)
    must(whole, "ballots: votes of one holder were divided")
    statement = {n: e[n] for n in ("poll", "urn_root", "opened_root", "sheets_hash", "tally", "verdict_hash")}
    must(signed("count", statement, key, e["count_signature"]), "count_signature: not what was counted")
    declared = {name: e[name] for name in ("poll", "count_signature", "verdict")}
    told = e["state"] == "annulled" or (e["state"] == "declared") == bool(e["declared_signature"])
    must(told, "state: declared or not, the signature says otherwise")
    if e["declared_signature"]:
        must(signed("declare", declared, key, e["declared_signature"]), "verdict: not what was declared")
    added = result.get("casting_vote") is not None or (result.get("ranking") or {}).get("lots")
    same = sha256(canonical(result)) == e["verdict_hash"]
    must(same or (added and e["declared_signature"]), "verdict: not what was signed with the count")
    must(result["rule"] == config["rule"] and result["tally"] == tally, "verdict: of another rule or tally")
    if method["kind"] == "yes_no":
        outcome, quorum, thresholds = verdict(config["rule"], tally, result["casting_vote"])
        right = {"outcome": outcome, "quorum": quorum, "thresholds": thresholds}
    else:
        lots = result["ranking"]["lots"] if result["ranking"] else []
        right = election(config["rule"], tally, method, count, lots)
    must(result["outcome"] == right["outcome"], f"verdict: {result['outcome']}, but the count says {right['outcome']}")
    must(like(result, right), "verdict: a number in it is wrong")


def _read(name: str) -> Any:
    with open(name, encoding="utf-8") as file:
        return json.load(file, object_pairs_hook=once)


def _tidy(printed: str) -> str:
    return "".join(printed.split()).lower()


def main() -> int:
    parser = argparse.ArgumentParser(description="Checks the evidence of a poll.")
    parser.add_argument("evidence")
    parser.add_argument("--receipt", action="append", default=[], help="what the server answered when you voted")
    parser.add_argument("--key", default="", help="the server's public key as known from elsewhere (hex)")
    parser.add_argument("--root", default="", help="the seal as published: minutes, letter to the tellers (hex)")
    given = parser.parse_args()
    receipts: list[Any] = []
    try:
        bundle = _read(given.evidence)
        for name in given.receipt:
            told = _read(name)
            receipts += told if isinstance(told, list) else [told]
    except (OSError, ValueError, RecursionError) as error:
        found = [f"unreadable: {error}"]
    else:
        found = checked(bundle, receipts, _tidy(given.key), _tidy(given.root))
    for fault in found:
        print(f"WRONG  {fault}")
    if not found:
        print(
            f"OK  {bundle['returned']} ballots, {len(receipts)} receipts, verdict {(bundle['verdict'] or {}).get('outcome')}"
        )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
