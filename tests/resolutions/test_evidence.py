"""The evidence of a poll, read by the program that trusts nobody; and tampered with, member by member."""

import copy
import importlib.util
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pymerkle
import pytest
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from backend.core.text import both
from backend.resolutions import merkle, promises, receipts, sealing, services
from backend.resolutions.counting import Rule, Tally, decide
from backend.resolutions.counting.rule import COUNTED, QUORUM_BASES, THRESHOLD_BASES, TIES
from backend.resolutions.counting.verdict import OUTCOMES, Verdict, chair_decides
from backend.resolutions.models import Entitlement, Poll
from tests.factories.conferences import DutyFactory
from tests.factories.people import PersonFactory
from tests.factories.resolutions import PollFactory, committee, secret_poll
from tests.resolutions.test_polls import voters
from tests.resolutions.test_secret_polls import API, casters, envelope, sent, signed_in

pytestmark = pytest.mark.django_db
SCRIPT = Path(__file__).parents[2] / "tools" / "verify_poll.py"
spec = importlib.util.spec_from_file_location("verify_poll", SCRIPT)
assert spec is not None
assert spec.loader is not None
verify_poll = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verify_poll)
RULE = {
    "all_of": [{"share": "1/2", "cmp": ">", "base": "attending"}, {"share": "2/3", "cmp": ">=", "base": "returned"}],
    "quorum": {"share": "2/3", "base": "summoned", "at": ["open", "seal"]},
    "tie": "chair",
}
CHOICES = ["yes", "no", "yes", "abstain", "yes"]


def held(secrecy: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A declared poll's evidence as an auditor fetches it, and the receipts of those who voted."""
    if secrecy == "secret":
        poll, words = secret_poll(len(CHOICES) + 1, rule=services.drafting.rule_from(RULE).to_json())
    else:
        channels = ["devices", "paper", "hands"] if secrecy == "hybrid" else ["devices"]
        poll, words = PollFactory(rule=services.drafting.rule_from(RULE).to_json(), channels=channels), []
        voters(poll, len(CHOICES) + (4 if secrecy == "hybrid" else 1))
    if secrecy == "hybrid":
        committee(poll, tellers=3)
    services.open_poll(poll_id=poll.pk)
    poll.refresh_from_db()
    told = []
    for number, (caster, choice) in enumerate(zip(casters(poll), CHOICES, strict=False), start=1):
        spoilt = secrecy == "secret" and choice == "abstain"
        body = sent(poll, number, envelope(poll, "nonsense")) if spoilt else {"poll": str(poll.pk), "choice": choice}
        told += json.loads(signed_in(caster).post(f"{API}ballots", body).content)
    if secrecy == "hybrid":
        services.issue_papers(poll_id=poll.pk, numbers=[6, 7])
    services.seal(poll_id=poll.pk)
    if secrecy == "secret":
        services.open_envelopes(poll_id=poll.pk, words=words[:2])
    if secrecy == "hybrid":
        tellers_agree(poll)
    services.count(poll_id=poll.pk)
    services.declare(poll_id=poll.pk)
    return fetched(poll), told


def tellers_agree(poll: Poll) -> None:
    """On two papers, and on two rooms with a hand in each, after a correction; a third teller says otherwise."""
    first, second, third = [teller.person_id for teller in poll.tellers.order_by("id")]
    papers = {"channel": "paper", "issued": 2, "returned": 2}
    enter = partial(services.enter_sheet, poll_id=poll.pk)
    enter(person_id=first, count=found(no=2), **papers)
    enter(person_id=first, count=found(no=1, blank=1), **papers)
    enter(person_id=second, count=found(no=1, blank=1), **papers)
    for room in ("Hội trường A", "Hội trường B"):
        enter(person_id=second, channel="hands", batch=room, count=found(yes=1))
        enter(person_id=third, channel="hands", batch=room, count=found(yes=1))
    enter(person_id=first, channel="hands", batch="Hội trường B", count=found(no=1))
    services.count_sheets(poll_id=poll.pk)


def found(**numbers: int) -> dict[str, int]:
    return dict.fromkeys(("yes", "no", "abstain", "blank", "invalid"), 0) | numbers


def fetched(poll: Poll) -> dict[str, Any]:
    chair = signed_in(DutyFactory(conference=poll.conference, kind="chair", person=PersonFactory()).person)
    answer = chair.get(f"{API}polls/{poll.pk}/evidence")
    assert answer.status_code == 200, answer.data
    bundle: dict[str, Any] = json.loads(answer.content)
    return bundle


def with_roll(bundle: dict[str, Any]) -> dict[str, Any]:
    """As organisers and auditors get it."""
    rows = Entitlement.objects.filter(poll=bundle["poll"]).order_by("number")
    roll = [[row.number, str(row.holder_id), str(row.caster_id)] for row in rows]
    return signed_again({**bundle, "roll": roll})


def signed_again(bundle: dict[str, Any]) -> dict[str, Any]:
    """With a digest and a signature that are right for what it says now: by a server that lies, or was broken into."""
    rest = {name: value for name, value in bundle.items() if name not in {"digest", "key", "signature"}}
    digest = merkle.digest(rest)
    key, signature = receipts.sign("evidence", digest, by=bundle["key"])
    return {**rest, "digest": digest, "key": key, "signature": signature}


def leaves_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from leaves_of(each, (*path, name))
    elif isinstance(value, list) and value:
        for index, each in enumerate(value):
            yield from leaves_of(each, (*path, index))
    else:
        yield path


def tampered(bundle: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    changed = copy.deepcopy(bundle)
    *above, last = path
    holder = changed
    for name in above:
        holder = holder[name]
    holder[last] = other(holder[last])
    return changed


def other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        known = {"yes": "no", "no": "yes", "adopted": "rejected", "rejected": "adopted", ">": ">=", ">=": ">"}
        return known.get(value) or ("f" if value[-1:] != "f" else "e").join([value[:-1], ""])
    return ["x"] if isinstance(value, list) else "x"


def fast(kind: str, said: Any, key: str, signature: str) -> bool:
    """The same question answered by libsodium."""
    try:
        VerifyKey(bytes.fromhex(key)).verify(
            f"plenum {kind} 1\n".encode() + merkle.canonical(said), bytes.fromhex(signature)
        )
    except (BadSignatureError, ValueError, TypeError):
        return False
    return True


@pytest.mark.parametrize("secrecy", ["named", "secret", "hybrid"])
def test_evidence_holds_and_no_member_of_it_can_be_changed(
    secrecy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle, told = held(secrecy)
    (tmp_path / "evidence.json").write_text(json.dumps(bundle, ensure_ascii=False), encoding="utf-8")
    (tmp_path / "receipts.json").write_text(json.dumps(told), encoding="utf-8")
    # Neither Django nor PyNaCl: no site-packages at all.
    command = [sys.executable, "-I", "-S", str(SCRIPT), "evidence.json", "--receipt", "receipts.json"]
    printed = f"{bundle['urn_root'][:8]} {bundle['urn_root'][8:]}"  # in groups, as in the minutes
    run = [*command, "--key", bundle["key"], "--root", printed]
    good = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (good.returncode, good.stdout[:14]) == (0, "OK  5 ballots,"), good.stdout + good.stderr
    (tmp_path / "evidence.json").write_text(json.dumps(tampered(bundle, ("tally", "yes"))), encoding="utf-8")
    bad = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert bad.returncode == 1
    assert "WRONG  tally" in bad.stdout

    monkeypatch.setattr(verify_poll, "signed", fast)
    bundle = with_roll(bundle)
    assert verify_poll.faults(bundle, told, bundle["key"], bundle["urn_root"]) == []
    for path in leaves_of(bundle):
        assert found_in(tampered(bundle, path), told, bundle), path
    # A server that lies signs what it says anew, and is found out all the same, but for these:
    sayings = {"key_destroyed_at", "audit_head"}
    for path in leaves_of({name: bundle[name] for name in bundle.keys() - {"digest", "key", "signature"} - sayings}):
        assert found_in(signed_again(tampered(bundle, path)), told, bundle), path
    breaks_on_nothing(bundle, told)
    for number, receipt in enumerate(told):
        for name in ("poll", "leaf", "roll_hash", "config_hash", "signature"):
            wrong = [*told[:number], tampered(receipt, (name,)), *told[number + 1 :]]
            assert found_in(bundle, wrong, bundle), name
    if secrecy == "hybrid":
        assert [bundle["tally"][name] for name in ("returned", "yes", "no", "abstain", "blank")] == [9, 5, 2, 1, 1]
        assert found_in(signed_again({**bundle, "sheets": None}), told, bundle)
        assert found_in(signed_again({**bundle, "sheets": {**bundle["sheets"], "papers": [6]}}), told, bundle)
    for name in ("leaves", "opened" if secrecy == "secret" else "ballots", "roll"):
        assert found_in(signed_again({**bundle, name: bundle[name][1:]}), told, bundle), name
        assert found_in(signed_again({**bundle, name: [*bundle[name], bundle[name][0]]}), told, bundle), name


MISSING = object()
WRONG = (None, [], {}, "", -1, "1/0", 10**30, [[]], MISSING)


def everywhere(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every member of a bundle, also those with members of their own; of a list the last."""
    if path:
        yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in members:
        if isinstance(value, dict) or name == len(value) - 1:
            yield from everywhere(each, (*path, name))


def put(bundle: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """With something else there, or nothing; only what is on the way there is copied."""
    *above, last = path
    changed = copy.copy(bundle)
    holder: Any = changed
    for name in above:
        holder[name] = copy.copy(holder[name])
        holder = holder[name]
    if value is MISSING:
        del holder[last]
    else:
        holder[last] = value
    return changed


def breaks_on_nothing(bundle: dict[str, Any], told: list[dict[str, Any]], parts: Collection[str] = ()) -> None:
    """Whatever stands in a place (of these parts, where some are named), the program says in words what is wrong."""
    for path in everywhere(bundle):
        if path[:2] == ("verdict", "proof") or (parts and path[0] not in parts):
            continue
        for value in WRONG:
            there = put(bundle, path, value)
            if there == bundle:
                continue
            assert verify_poll.checked(there, told, "", ""), (path, value)
            if path[0] not in {"digest", "key", "signature"}:
                there = signed_again(there)
            said = " ".join(verify_poll.checked(there, told, "", ""))
            assert "cannot be checked" not in said, (path, value, said)
    unsigned = [[{**each, name: 7}] for each in told[:1] for name in ("leaf", "signature")]
    for kept in (None, {}, [None], [{}], *unsigned):
        assert verify_poll.checked(bundle, kept, "", ""), kept
    for nothing in (None, [], "", 7, {}, {"config": None}, {"config": {"method": {"kind": []}}}):
        assert verify_poll.checked(nothing, told, "", "")


def found_in(bundle: dict[str, Any], told: list[dict[str, Any]], honest: dict[str, Any]) -> list[str]:
    """As `main` reads it: what cannot be read is a fault, too."""
    try:
        found: list[str] = verify_poll.faults(bundle, told, honest["key"], honest["urn_root"])
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        found = ["unreadable"]
    return found


def test_somebody_else_who_signs_everything_anew_is_told_by_the_key() -> None:
    bundle, told = held("named")
    stranger = SigningKey.generate()
    forged = {**bundle, "key": bytes(stranger.verify_key).hex()}
    forged["signature"] = stranger.sign(b"plenum evidence 1\n" + merkle.canonical(bundle["digest"])).signature.hex()
    assert "key: signed by another key" in verify_poll.faults(forged, [], bundle["key"], "")
    assert "key: signed by another key" in verify_poll.faults(forged, [], "", ""), "the configuration names the key"
    missing = signed_again({**bundle, "leaves": bundle["leaves"][1:]})
    assert any("NOT in the urn" in fault for fault in verify_poll.faults(missing, told, "", ""))


def test_who_turns_a_casting_vote_round_is_told_by_the_signature_of_that_moment() -> None:
    rule = {"all_of": [{"share": "1/2", "cmp": ">", "base": "yes_no"}], "tie": "chair"}
    poll = PollFactory(rule=services.drafting.rule_from(rule).to_json())
    voters(poll, 2)
    services.open_poll(poll_id=poll.pk)
    for caster, choice in zip(casters(poll), ("yes", "no"), strict=True):
        services.cast(poll_id=poll.pk, person_id=caster.pk, choice=choice)
    services.seal(poll_id=poll.pk)
    counted = services.count(poll_id=poll.pk)
    assert (fetched(poll)["declared_signature"], verify_poll.faults(fetched(poll), [], "", "")) == ("", [])
    for duty, status in (("secretary", 403), ("chair", 200)):
        api = signed_in(DutyFactory(conference=poll.conference, kind=duty, person=PersonFactory()).person)
        answer = api.post(f"{API}polls/{poll.pk}/declare", {"casting_vote": True})
        assert answer.status_code == status, "the chair alone casts it"
    bundle = fetched(poll)
    assert verify_poll.faults(bundle, [], "", "") == []
    other_way = chair_decides(Verdict.from_json(counted.verdict or {}), in_favour=False).to_json()
    assert verify_poll.faults(signed_again({**bundle, "verdict": other_way}), [], "", "") == [
        "verdict: not what was declared"
    ]
    assert fetched(poll)["verdict"]["casting_vote"] is True
    hidden = {**bundle, "verdict": other_way, "state": "counted", "declared_signature": ""}
    assert verify_poll.faults(signed_again(hidden), [], "", "") == ["verdict: not what was signed with the count"]


def test_verdicts_are_those_of_the_engine() -> None:
    """Over rules and counts of every kind; the script shares no line with it."""
    chance, outcomes = random.Random(5), Counter[str]()
    for _ in range(3000):
        rule = Rule.from_json(
            {
                "all_of": [_measure(chance, THRESHOLD_BASES) for _ in range(chance.randint(1, 2))],
                "quorum": {**_measure(chance, QUORUM_BASES), "at": ["open", "seal"]} if chance.random() < 0.5 else None,
                "blanks": chance.choice(COUNTED),
                "invalid": chance.choice(COUNTED),
                "tie": chance.choice(TIES),
            }
        )
        votes = {name: chance.randint(0, 3) for name in ("yes", "no", "abstain", "blank", "invalid")}
        returned, more = sum(votes.values()), [chance.randint(0, 2) for _ in range(4)]
        attending, opening = returned + more[0], chance.randint(0, returned)
        people = {
            "attending": attending,
            "present_at_open": opening,
            "present_at_seal": returned,
            "entitled": attending,
        }
        people |= {
            "left_after_voting": min(more[3], returned),
            "voted_outside": min(more[2], returned),
            "summoned": attending,
            "members": attending + more[2],
        }
        verdict = decide(rule, Tally.of_ballots(**votes, **people)).to_json()
        outcome, quorum, thresholds = verify_poll.verdict(verdict["rule"], verdict["tally"], None)
        assert outcome == verdict["outcome"], verdict
        for told, mine in zip(verdict["quorum"] + verdict["thresholds"], quorum + thresholds, strict=True):
            assert {name: told[name] for name in mine} == mine, verdict
        outcomes[outcome] += 1
    assert set(outcomes) == set(OUTCOMES)


def _measure(chance: random.Random, bases: tuple[str, ...]) -> dict[str, str]:
    return {
        "share": chance.choice(["1/2", "2/3", "1/3"]),
        "cmp": chance.choice([">", ">="]),
        "base": chance.choice(bases),
    }


def test_evidence_says_nothing_of_ballots_before_they_are_counted() -> None:
    poll, _ = secret_poll(2)
    services.open_poll(poll_id=poll.pk)
    poll.refresh_from_db()
    chair = signed_in(DutyFactory(conference=poll.conference, kind="chair", person=PersonFactory()).person)
    assert chair.get(f"{API}polls/{poll.pk}/evidence").status_code == 409
    services.cast(poll_id=poll.pk, person_id=casters(poll)[0].pk, choice="yes")
    services.seal(poll_id=poll.pk)
    sealed = fetched(poll)
    assert [sealed[name] for name in ("opened", "ballots", "tally", "verdict", "roll")] == [None] * 5
    assert verify_poll.faults(sealed, [], "", "") == []
    services.annul(poll_id=poll.pk, reason={"vi": "Mất điện"})
    assert verify_poll.faults(fetched(poll), [], "", "") == []


def test_the_programs_own_signatures_are_libsodiums() -> None:
    for length in range(6):
        key = SigningKey.generate()
        public, said = bytes(key.verify_key).hex(), {"vi": "ký" * length}
        right = key.sign(b"plenum receipt 1\n" + merkle.canonical(said)).signature.hex()
        wrong = right[:-2] + f"{int(right[-2:], 16) ^ 1:02x}"
        for what, signature in ((said, right), (said, wrong), ({}, right), (said, "00" * 64), (said, "zz"), (said, "")):
            expected = fast("receipt", what, public, signature)
            assert (
                verify_poll.signed("receipt", what, public, signature)
                == expected
                == (signature == right and what == said)
            )
    assert not verify_poll.signed("receipt", {}, "00" * 31, "00" * 64)


def test_roots_are_those_of_another_implementation() -> None:
    for count in range(1, 40):
        tree = pymerkle.InmemoryTree(algorithm="sha256")
        entries = [f"poll\n{n}".encode() for n in range(count)]
        for entry in entries:
            tree.append_entry(entry)
        leaves = [merkle.envelope_leaf("poll", str(n).encode()) for n in range(count)]
        assert merkle.root(leaves) == verify_poll.root(leaves) == tree.get_root().hex()


def test_shares_are_those_of_slip_0039() -> None:
    """Any two of three open, one does not, and words with one letter wrong are noticed."""
    drawn = [sealing.new_words() for _ in range(3)]
    public_key, shares = sealing.new_urn(2, [public for _, public in drawn])
    held_by = [(words, share) for (words, _), share in zip(drawn, shares, strict=True)]
    for pair in ([0, 1], [0, 2], [1, 2]):
        assert sealing.urn_key([held_by[n] for n in pair], public_key)
    for wrong in (held_by[:1], [held_by[0], held_by[0]], [held_by[0], (drawn[1][0], shares[2])]):
        with pytest.raises(sealing.NotOurs):
            sealing.urn_key(wrong, public_key)
    words = drawn[0][0].split()
    assert len(words) == 33
    for index in (0, 10, 32):
        mistyped = [*words[:index], "academic" if words[index] != "academic" else "acid", *words[index + 1 :]]
        with pytest.raises(sealing.NotOurs):
            sealing.public_of(" ".join(mistyped))
    with pytest.raises(sealing.NotOurs):
        sealing.public_of("không phải khoá")


def test_the_page_about_voting_says_what_the_polls_say() -> None:
    page = (SCRIPT.parents[1] / "docs" / "voting.md").read_text(encoding="utf-8")
    for told in promises.TOLD.values():
        for sentence in told:
            assert all(text in page for text in both(sentence).values()), str(sentence)
