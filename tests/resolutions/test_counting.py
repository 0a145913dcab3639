"""The verdict engine against published examples and against an oracle that knows no fractions."""

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.resolutions.counting import (
    PRESETS,
    InvalidRule,
    InvalidTally,
    Rule,
    Tally,
    Verdict,
    chair_decides,
    decide,
)


def rule(*thresholds: str, quorum: str = "", at: tuple[str, ...] = ("open",), **members: str) -> Rule:
    """`rule("1/2 > yes_no")`: the shorthand of these tables."""

    def read(words: str) -> dict[str, str]:
        share, cmp, base = words.split()
        return {"share": share, "cmp": cmp, "base": base}

    data: dict[str, Any] = {"all_of": [read(words) for words in thresholds], **members}
    if quorum:
        data["quorum"] = {**read(quorum), "at": list(at)}
    return Rule.from_json(data)


def _there(*, present: int, **numbers: int) -> Tally:
    """So many were there from the opening to the sealing."""
    return Tally.of_ballots(attending=present, present_at_open=present, present_at_seal=present, **numbers)


# -- published examples -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "of", "tally", "needed", "outcome"),
    [
        # Robert's Rules: a majority is more than half, not 51 %
        ("501 of 1000", rule("1/2 > yes_no"), Tally.of_ballots(yes=501, no=499), 501, "adopted"),
        ("500 of 1000", rule("1/2 > yes_no"), Tally.of_ballots(yes=500, no=500), 501, "rejected"),
        ("510 are not needed", rule("1/2 > yes_no"), Tally.of_ballots(yes=505, no=495), 501, "adopted"),
        ("9 of 19", rule("1/2 > yes_no"), Tally.of_ballots(yes=9, no=10), 10, "rejected"),
        ("10 of 19", rule("1/2 > yes_no"), Tally.of_ballots(yes=10, no=9), 10, "adopted"),
        # 100 entitled, 81 counted, spoilt ones of entitled voters among them: 41
        ("41 of 81", rule("1/2 > yes_no"), Tally.of_ballots(yes=41, no=36, invalid=4, blank=19), 41, "adopted"),
        ("40 of 81", rule("1/2 > yes_no"), Tally.of_ballots(yes=40, no=37, invalid=4, blank=19), 41, "rejected"),
        # two thirds, exactly
        ("20 of 30", rule("2/3 >= yes_no"), Tally.of_ballots(yes=20, no=10), 20, "adopted"),
        ("20 of 31", rule("2/3 >= yes_no"), Tally.of_ballots(yes=20, no=11), 21, "rejected"),
        ("a single vote", rule("2/3 >= yes_no"), Tally.of_ballots(yes=1, no=0), 1, "adopted"),
        # exactly half fails, whatever it is half of
        ("half of members", rule("1/2 > members"), Tally.of_ballots(yes=5, no=0, members=10), 6, "rejected"),
        ("half, abstaining", rule("1/2 > valid"), Tally.of_ballots(yes=5, no=3, abstain=2), 6, "rejected"),
        # abstaining is free among votes cast and a no among those present
        ("cast", rule("1/2 > yes_no"), Tally.of_ballots(yes=5, no=4, abstain=4, present_at_open=13), 5, "adopted"),
        (
            "present",
            rule("1/2 > present_at_open"),
            Tally.of_ballots(yes=5, no=4, abstain=4, present_at_open=13),
            7,
            "rejected",
        ),
        # nobody voted: nothing is adopted
        ("no votes, majority", rule("1/2 > yes_no"), Tally.of_ballots(yes=0, no=0, abstain=9), 1, "rejected"),
        ("no votes, two thirds", rule("2/3 >= yes_no"), Tally.of_ballots(yes=0, no=0), 1, "rejected"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_published_examples(case: str, of: Rule, tally: Tally, needed: int, outcome: str) -> None:
    verdict = decide(of, tally)
    assert (verdict.outcome, verdict.thresholds[0].needed) == (outcome, needed), case
    assert verdict.adopted == (outcome == "adopted")


def test_whoever_voted_and_is_not_there_is_among_those_present_at_the_sealing() -> None:
    of, numbers = rule("1/2 > present_at_seal"), {"attending": 9, "present_at_open": 9, "present_at_seal": 5}
    numbers |= {"voted_outside": 1}
    verdict = decide(of, Tally.of_ballots(yes=4, no=3, left_after_voting=1, **numbers))
    (check,) = verdict.thresholds
    assert (check.base_number, check.parts, check.needed) == (
        7,
        {"present_at_seal": 5, "left_after_voting": 1, "voted_outside": 1},
        4,
    )
    assert "kể cả 1 người đã biểu quyết rồi ra về trước lúc đó" in verdict.proof[1]["vi"]
    assert "kể cả 1 người biểu quyết khi không có mặt hoặc qua" in verdict.proof[1]["vi"]
    assert decide(of, Tally.of_ballots(yes=4, no=3, left_after_voting=2, **numbers)).outcome == "rejected"
    with pytest.raises(InvalidTally):
        decide(of, Tally.of_ballots(yes=4, no=3, **numbers))


def test_seven_four_two_has_the_majority_of_those_present_but_not_two_thirds_of_the_votes() -> None:
    both = rule("1/2 > present_at_open", "2/3 >= yes_no")
    verdict = decide(both, Tally.of_ballots(yes=7, no=4, abstain=2, present_at_open=13))
    majority, two_thirds = verdict.thresholds
    assert (majority.base_number, majority.needed, majority.holds, majority.margin) == (13, 7, True, 0)
    assert (two_thirds.base_number, two_thirds.needed, two_thirds.holds, two_thirds.margin) == (11, 8, False, -1)
    assert verdict.outcome == "rejected"


@pytest.mark.parametrize(
    ("present_at_open", "present_at_seal", "yes", "outcome"),
    [
        (190, 190, 96, "adopted"),
        (190, 190, 95, "rejected"),  # exactly half of those attending
        (127, 127, 64, "adopted"),  # 2/3 of 190 is 126.67
        (126, 126, 126, "no_quorum"),
        (127, 126, 127, "no_quorum"),  # lost before the vote closed
        (127, 130, 65, "rejected"),  # whoever comes later attends: of 130, more than half is 66
        (127, 130, 66, "adopted"),
    ],
)
def test_the_staff_conference_of_190(present_at_open: int, present_at_seal: int, yes: int, outcome: str) -> None:
    verdict = decide(
        PRESETS["staff_conference"],
        Tally.of_ballots(
            yes=yes,
            no=0,
            summoned=190,
            attending=max(present_at_open, present_at_seal),
            present_at_open=present_at_open,
            present_at_seal=present_at_seal,
        ),
    )
    assert verdict.outcome == outcome
    assert [check.needed for check in verdict.quorum] == [127, 127]
    assert [check.got for check in verdict.quorum] == [present_at_open, present_at_seal]


@pytest.mark.parametrize(
    ("preset", "tally", "outcome"),
    [
        ("party_majority", Tally.of_ballots(yes=26, no=0, members=51, present_at_open=26), "adopted"),
        ("party_majority", Tally.of_ballots(yes=25, no=0, members=50, present_at_open=25), "rejected"),
        ("peoples_council_majority", Tally.of_ballots(yes=26, no=8, members=50, present_at_open=34), "adopted"),
        ("peoples_council_majority", Tally.of_ballots(yes=25, no=9, members=50, present_at_open=34), "rejected"),
        ("peoples_council_majority", Tally.of_ballots(yes=33, no=0, members=50, present_at_open=33), "no_quorum"),
        ("peoples_council_dismissal", Tally.of_ballots(yes=34, no=0, members=50, present_at_open=34), "adopted"),
        ("peoples_council_dismissal", Tally.of_ballots(yes=33, no=1, members=50, present_at_open=34), "rejected"),
        ("trade_union_congress", _there(present=100, summoned=150, yes=51, no=49), "adopted"),
        ("trade_union_congress", _there(present=100, summoned=150, yes=50, no=0), "rejected"),
        ("trade_union_congress", _there(present=99, summoned=150, yes=99, no=0), "no_quorum"),
        ("roberts_rules", _there(present=51, members=100, yes=2, no=1, abstain=48), "adopted"),
        ("roberts_rules", _there(present=51, members=100, yes=1, no=1), "rejected"),
        ("roberts_rules", _there(present=50, members=100, yes=50, no=0), "no_quorum"),
        ("unanimity", Tally.of_ballots(yes=5, no=0), "adopted"),
        ("unanimity", Tally.of_ballots(yes=5, no=0, abstain=1), "rejected"),
        ("unanimity", Tally.of_ballots(yes=5, no=0, blank=1), "rejected"),
        ("unanimity", Tally.of_ballots(yes=5, no=0, invalid=1), "rejected"),
        ("unanimity", Tally.of_ballots(yes=0, no=0), "rejected"),
        ("simple_majority", Tally.of_ballots(yes=2, no=1, abstain=50), "adopted"),
        ("two_thirds_of_votes_cast", Tally.of_ballots(yes=2, no=1), "adopted"),
        ("two_thirds_of_votes_cast", Tally.of_ballots(yes=3, no=2), "rejected"),
    ],
)
def test_presets(preset: str, tally: Tally, outcome: str) -> None:
    assert decide(PRESETS[preset], tally).outcome == outcome


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_are_valid_and_cite_their_source_in_both_languages(preset: str) -> None:
    assert Rule.from_json(json.loads(json.dumps(PRESETS[preset].to_json()))) == PRESETS[preset]
    assert PRESETS[preset].citation.keys() == PRESETS[preset].title.keys() == {"vi", "en"}


@pytest.mark.parametrize(
    ("blanks", "invalid", "base_number"),
    [
        ("not_counted", "not_counted", 10),
        ("count_in_cast", "not_counted", 12),
        ("not_counted", "count_in_cast", 13),
        ("count_in_cast", "count_in_cast", 15),
    ],
)
def test_blanks_and_spoilt_ballots_are_cast_as_the_rule_says(blanks: str, invalid: str, base_number: int) -> None:
    tally = Tally.of_ballots(yes=6, no=3, abstain=1, blank=2, invalid=3)
    assert (
        decide(rule("1/2 > returned", blanks=blanks, invalid=invalid), tally).thresholds[0].base_number == base_number
    )
    assert decide(rule("1/2 > valid", blanks=blanks, invalid=invalid), tally).thresholds[0].base_number == 10
    yes_no = decide(rule("1/2 > yes_no", blanks=blanks, invalid=invalid), tally).thresholds[0].base_number
    assert yes_no == (9 if invalid == "not_counted" else 12)


# -- ties -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of", "tally", "outcome"),
    [
        (rule("1/2 > yes_no", tie="chair"), Tally.of_ballots(yes=5, no=5), "tie_needs_chair"),
        (rule("1/2 > yes_no", tie="fails"), Tally.of_ballots(yes=5, no=5), "rejected"),
        (rule("1/2 > yes_no", tie="chair"), Tally.of_ballots(yes=5, no=6), "rejected"),
        (rule("1/2 > yes_no", tie="chair"), Tally.of_ballots(yes=0, no=0), "rejected"),
        # one voice more makes six of eleven, but not seven of twelve
        (rule("1/2 > valid", tie="chair"), Tally.of_ballots(yes=5, no=5, abstain=1), "tie_needs_chair"),
        (rule("1/2 > valid", tie="chair"), Tally.of_ballots(yes=5, no=5, abstain=2), "rejected"),
        # two thirds know no tie
        (rule("2/3 >= yes_no", tie="chair"), Tally.of_ballots(yes=1, no=1), "rejected"),
        (rule("1/2 > yes_no", "2/3 >= yes_no", tie="chair"), Tally.of_ballots(yes=5, no=5), "rejected"),
        # the quorum comes first
        (
            rule("1/2 > yes_no", quorum="1/2 > members", tie="chair"),
            Tally.of_ballots(yes=5, no=5, members=20, present_at_open=10),
            "no_quorum",
        ),
    ],
)
def test_a_tie_is_the_chairs_only_where_one_voice_decides(of: Rule, tally: Tally, outcome: str) -> None:
    assert decide(of, tally).outcome == outcome


def test_the_chair_breaks_a_tie_once() -> None:
    tie = decide(rule("1/2 > yes_no", tie="chair"), Tally.of_ballots(yes=5, no=5))
    adopted = chair_decides(tie, in_favour=True)
    assert (adopted.outcome, adopted.casting_vote, adopted.tally) == ("adopted", True, tie.tally)
    assert adopted.proof[-1]["vi"] == "Số phiếu ngang nhau, chủ tọa tán thành. Kết quả: được thông qua."
    assert chair_decides(tie, in_favour=False).outcome == "rejected"
    with pytest.raises(ValueError, match="no tie"):
        chair_decides(adopted, in_favour=False)


# -- the oracle -------------------------------------------------------------------------------------------------------

SHARES = st.sampled_from([(1, 2), (2, 3), (3, 4), (4, 5), (1, 3), (1, 1), (333333, 999998)])
BASES = [
    "members",
    "summoned",
    "entitled",
    "attending",
    "present_at_open",
    "present_at_seal",
    "returned",
    "valid",
    "yes_no",
]


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    def comparison(bases: list[str]) -> dict[str, Any]:
        top, bottom = draw(SHARES)
        cmp = ">=" if top == bottom else draw(st.sampled_from([">", ">="]))
        return {"share": f"{top}/{bottom}", "cmp": cmp, "base": draw(st.sampled_from(bases))}

    moments = st.lists(st.sampled_from(["open", "seal"]), min_size=1, max_size=2, unique=True)
    return {
        "all_of": [comparison(BASES) for _ in range(draw(st.integers(1, 3)))],
        "quorum": draw(st.none() | st.just({**comparison(BASES[:3]), "at": draw(moments)})),
        "blanks": draw(st.sampled_from(["not_counted", "count_in_cast"])),
        "invalid": draw(st.sampled_from(["not_counted", "count_in_cast"])),
        "tie": draw(st.sampled_from(["fails", "chair"])),
    }


@st.composite
def tallies(draw: st.DrawFn, largest: int = 12) -> Tally:
    ballots = {name: draw(st.integers(0, largest)) for name in ("yes", "no", "abstain", "blank", "invalid")}
    if draw(st.booleans()):
        ballots["no"] = ballots["yes"]
    entitled = sum(ballots.values()) + draw(st.integers(0, largest))
    return Tally.of_ballots(
        **ballots,
        entitled=entitled,
        members=entitled + draw(st.integers(0, largest)),
        summoned=draw(st.integers(0, 7 * largest)),
        attending=(attending := draw(st.integers(sum(ballots.values()), entitled))),
        present_at_open=draw(st.integers(0, attending)),
        present_at_seal=(staying := draw(st.integers(0, attending))),
        left_after_voting=(left := draw(st.integers(0, min(attending - staying, sum(ballots.values()))))),
        voted_outside=draw(st.integers(0, min(attending - staying, sum(ballots.values())) - left)),
    )


def oracle(data: dict[str, Any], counted: dict[str, int]) -> str:
    """The norms read once more: whole numbers, cross-multiplied, straight from the JSON."""

    def reached(got: int, share: str, cmp: str, whole: int) -> bool:
        top, bottom = map(int, share.split("/"))
        return got > 0 and (bottom * got > top * whole if cmp == ">" else bottom * got >= top * whole)

    def whole(base: str) -> int:
        if base == "present_at_seal":
            return counted[base] + counted["left_after_voting"] + counted["voted_outside"]
        if base not in {"returned", "valid", "yes_no"}:
            return counted[base]
        scrap = counted["blank"] if data["blanks"] == "not_counted" else 0
        spoilt = counted["invalid"] if data["invalid"] == "not_counted" else 0
        everything = counted["returned"] - scrap - spoilt
        return {
            "returned": everything,
            "valid": counted["returned"] - counted["blank"] - counted["invalid"],
            "yes_no": counted["returned"] - counted["blank"] - counted["abstain"] - spoilt,
        }[base]

    if quorum := data["quorum"]:
        there = [counted[f"present_at_{moment}"] for moment in quorum["at"]]
        if not all(reached(got, quorum["share"], quorum["cmp"], whole(quorum["base"])) for got in there):
            return "no_quorum"
    missed = [t for t in data["all_of"] if not reached(counted["yes"], t["share"], t["cmp"], whole(t["base"]))]
    if not missed:
        return "adopted"
    tied = counted["yes"] == counted["no"] and counted["yes"] > 0
    one_more_would_do = all(
        t["share"] == "1/2" and reached(counted["yes"] + 1, t["share"], t["cmp"], whole(t["base"])) for t in missed
    )
    return "tie_needs_chair" if data["tie"] == "chair" and tied and one_more_would_do else "rejected"


@given(rules(), tallies())
def test_the_verdict_is_the_oracles(data: dict[str, Any], tally: Tally) -> None:
    counted = {name: number or 0 for name, number in tally.to_json().items()}
    assert decide(Rule.from_json(data), tally).outcome == oracle(data, counted)


@given(rules(), tallies(largest=10**15))
def test_the_verdict_is_exact_beyond_floating_point(data: dict[str, Any], tally: Tally) -> None:
    counted = {name: number or 0 for name, number in tally.to_json().items()}
    assert decide(Rule.from_json(data), tally).outcome == oracle(data, counted)


@given(rules(), tallies())
def test_every_operand_is_stored_and_adds_up(data: dict[str, Any], tally: Tally) -> None:
    verdict = decide(Rule.from_json(data), tally)
    for check in (*verdict.quorum, *verdict.thresholds):
        assert sum(check.parts.values()) == check.base_number
        assert check.margin == check.got - check.needed
        assert check.holds == (check.margin >= 0)
        assert check.needed >= 1
        top, bottom = check.share.numerator, check.share.denominator
        assert bottom * check.needed >= top * check.base_number  # what is needed is enough …
        assert check.needed == 1 or bottom * (check.needed - 1) <= top * check.base_number  # … and not more than enough
        if check.base_number:
            shown, exact = Fraction(check.percent) / 100, Fraction(check.got, check.base_number)
            assert abs(shown - exact) < Fraction(1, 10000)
            assert exact == check.share or (shown > check.share, shown < check.share) == (check.holds, not check.holds)
        assert ("để tính tỷ lệ" in " ".join(sentence["vi"] for sentence in verdict.proof)) >= (not check.base_number)
    assert len(verdict.proof) == len(verdict.quorum) + len(verdict.thresholds) + 2
    assert all(sentence.keys() == {"vi", "en"} for sentence in verdict.proof)


@given(rules(), tallies())
def test_one_voice_more_never_turns_adopted_into_rejected(data: dict[str, Any], tally: Tally) -> None:
    """A no that becomes a yes can only help."""
    before = decide(Rule.from_json(data), tally)
    if before.adopted and tally.no:
        numbers = tally.to_json() | {"yes": tally.yes + 1, "no": tally.no - 1}
        assert decide(Rule.from_json(data), Tally.from_json(numbers)).adopted


@given(rules(), tallies())
def test_a_stored_verdict_comes_back_and_recomputes(data: dict[str, Any], tally: Tally) -> None:
    verdict = decide(Rule.from_json(data), tally)
    stored = json.loads(json.dumps(verdict.to_json()))
    assert Verdict.from_json(stored) == verdict
    assert decide(Verdict.from_json(stored).rule, Verdict.from_json(stored).tally).to_json() == stored


# -- sentences --------------------------------------------------------------------------------------------------------


def test_the_proof_reads_as_minutes_do() -> None:
    tally = Tally.of_ballots(
        yes=61, no=50, abstain=15, summoned=190, attending=127, present_at_open=127, present_at_seal=126
    )
    assert [sentence["vi"] for sentence in decide(PRESETS["staff_conference"], tally).proof] == [
        (
            "Khi mở biểu quyết có mặt 127/190 người được triệu tập (66,84%), "
            "yêu cầu từ 2/3 trở lên, tức ít nhất 127 người: đạt, vừa đủ."
        ),
        (
            "Khi kết thúc biểu quyết có mặt 126/190 người được triệu tập (66,32%), "
            "yêu cầu từ 2/3 trở lên, tức ít nhất 127 người: không đạt, thiếu 1 người."
        ),
        "Thu về 126 phiếu: tán thành 61, không tán thành 50, ý kiến khác 15.",
        (
            "Tán thành 61/127 người dự biểu quyết (48,03%), "
            "yêu cầu quá 1/2, tức ít nhất 64 phiếu: không đạt, thiếu 3 phiếu."
        ),
        "Kết quả: không đủ số người có mặt, biểu quyết không có giá trị.",
    ]
    assert decide(PRESETS["staff_conference"], tally).proof[3]["en"] == (
        "In favour: 61 of 127 voters attending the vote (48.03%); "
        "more than 1/2 is needed, that is at least 64: not met, 3 votes short."
    )


def test_the_proof_says_what_is_in_the_base_against_expectation() -> None:
    tally = Tally.of_ballots(yes=1200, no=300, blank=2, invalid=1)
    majority = decide(rule("1/2 > yes_no", "2/3 >= returned"), tally).proof
    assert "1.200/1.501 phiếu tán thành và không tán thành, kể cả 1 phiếu không hợp lệ (79,95%)" in majority[1]["vi"]
    assert "1,200 of 1,501 votes for and against, including 1 invalid (79.95%)" in majority[1]["en"]
    assert "phiếu thu về, không kể 2 phiếu trắng" in majority[2]["vi"]
    assert majority[0]["en"].endswith("0 abstaining, 2 blank, 1 invalid.")


@pytest.mark.parametrize(
    ("yes", "no", "threshold", "shown"),
    [
        (2, 1, "1/2 > yes_no", "66.67"),
        (1, 2, "1/2 > yes_no", "33.33"),
        (12499, 12501, "1/2 > yes_no", "49.99"),  # 49.996
        (12500, 12500, "1/2 > yes_no", "50.00"),
        (12501, 12499, "1/2 > yes_no", "50.01"),  # 50.004
        (2, 1, "2/3 >= yes_no", "66.67"),
        (2, 1, "2/3 > yes_no", "66.66"),  # as many as two thirds, and more is needed
        (66666, 33334, "2/3 >= yes_no", "66.66"),  # 66.666
    ],
)
def test_a_percentage_is_rounded_and_never_onto_the_other_side_of_what_is_needed(
    yes: int, no: int, threshold: str, shown: str
) -> None:
    (check,) = decide(rule(threshold), Tally.of_ballots(yes=yes, no=no)).thresholds
    assert check.percent == shown


def test_of_nobody_there_is_no_percentage() -> None:
    verdict = decide(
        rule("1/2 > yes_no", quorum="1/2 > members"),
        Tally.of_ballots(yes=0, no=0, abstain=4, members=0, present_at_open=0),
    )
    quorum, _, majority, _ = verdict.proof
    assert quorum == {
        "vi": "Khi mở biểu quyết có mặt 0 người, không có thành viên nào để tính tỷ lệ, yêu cầu quá 1/2, tức ít nhất 1 "
        "người: không đạt, thiếu 1 người.",
        "en": "When voting opened, 0 were present, there being no members to measure by; more than 1/2 is needed, that is "
        "at least 1: not met, 1 person short.",
    }
    assert majority["vi"] == (
        "Tán thành 0 phiếu, không có phiếu tán thành và không tán thành nào để tính tỷ lệ, yêu cầu quá 1/2, tức ít nhất "
        "1 phiếu: không đạt, thiếu 1 phiếu."
    )
    assert majority["en"].startswith("In favour: 0, there being no votes for and against to measure by;")


# -- refusals ---------------------------------------------------------------------------------------------------------

HALF = {"share": "1/2", "cmp": ">", "base": "yes_no"}


@pytest.mark.parametrize(
    ("data", "paths"),
    [
        (None, ["rule"]),
        ([], ["rule"]),
        ({}, ["all_of"]),
        ({"all_of": [HALF] * 9}, ["all_of"]),
        ({"all_of": [HALF, 5]}, ["all_of.1"]),
        ({"all_of": [{}]}, ["all_of.0.base", "all_of.0.cmp", "all_of.0.share"]),
        ({"all_of": [HALF | {"share": "0/2"}]}, ["all_of.0.share"]),
        ({"all_of": [HALF | {"share": "3/2"}]}, ["all_of.0.share"]),
        ({"all_of": [HALF | {"share": "1/0"}]}, ["all_of.0.share"]),
        ({"all_of": [HALF | {"share": 0.5}]}, ["all_of.0.share"]),
        ({"all_of": [HALF | {"share": "0.5"}]}, ["all_of.0.share"]),
        ({"all_of": [HALF | {"share": "¹/²"}]}, ["all_of.0.share"]),
        ({"all_of": [HALF | {"share": "2/2"}]}, ["all_of.0.share"]),  # nothing is more than all
        ({"all_of": [HALF | {"cmp": ["list"]}]}, ["all_of.0.cmp"]),
        ({"all_of": [HALF | {"base": "present"}]}, ["all_of.0.base"]),
        ({"all_of": [HALF | {"why": 1}]}, ["all_of.0.why"]),
        ({"all_of": [HALF], "quorum": 1}, ["quorum"]),
        ({"all_of": [HALF], "quorum": {"share": "2/3", "base": "returned"}}, ["quorum.base"]),
        ({"all_of": [HALF], "quorum": {"share": "2/3", "base": "summoned", "at": []}}, ["quorum.at"]),
        ({"all_of": [HALF], "quorum": {"share": "2/3", "base": "summoned", "at": ["open", "open"]}}, ["quorum.at"]),
        ({"all_of": [HALF], "quorum": {"share": "2/3", "base": "summoned", "at": [["open"]]}}, ["quorum.at"]),
        ({"all_of": [HALF], "blanks": "maybe", "invalid": None, "tie": 0}, ["blanks", "invalid", "tie"]),
        ({"all_of": [HALF], "title": "Quá nửa", "citation": {"fr": "Loi"}}, ["citation", "title"]),
        ({"all_of": [HALF], "rounding": "up"}, ["rounding"]),
    ],
)
def test_a_wrong_rule_names_every_wrong_member(data: object, paths: list[str]) -> None:
    with pytest.raises(InvalidRule) as refusal:
        Rule.from_json(data)
    assert sorted(refusal.value.errors) == paths
    assert all(reason["vi"] and reason["en"] for reason in refusal.value.errors.values())


def test_a_rule_fills_in_what_custom_says() -> None:
    short = Rule.from_json({"all_of": [HALF | {"share": "2/4"}], "quorum": {"share": "2/3", "base": "summoned"}})
    assert short.to_json() == {
        "all_of": [{"share": "1/2", "cmp": ">", "base": "yes_no"}],
        "quorum": {"share": "2/3", "cmp": ">=", "base": "summoned", "at": ["open"]},
        "blanks": "not_counted",
        "invalid": "count_in_cast",
        "tie": "fails",
        "title": {},
        "citation": {},
    }


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda x: (
            st.lists(x) | st.dictionaries(st.sampled_from(["all_of", "quorum", "share", "cmp", "base", "at", "tie"]), x)
        ),
        max_leaves=12,
    )
)
def test_any_json_is_a_rule_or_refused(data: object) -> None:
    try:
        Rule.from_json(data)
    except InvalidRule as refusal:
        assert refusal.errors


COUNTED = Tally.of_ballots(yes=5, no=3, abstain=1, blank=1, invalid=1, members=20, entitled=15).to_json()


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"yes": -1}, ["yes"]),
        ({"yes": True}, ["yes"]),
        ({"no": 3.0}, ["no"]),
        ({"no": None}, ["no"]),
        ({"members": "20"}, ["members"]),
        ({"valid": 8}, ["returned", "valid"]),
        ({"returned": 12}, ["returned"]),
        ({"entitled": 10}, ["returned"]),
        ({"present_at_open": 16, "present_at_seal": 17}, ["present_at_open", "present_at_seal"]),
        ({"entitled": 21}, ["entitled"]),
        ({"attending": 9}, ["returned"]),
        ({"attending": 12, "present_at_open": 13}, ["present_at_open"]),
        ({"attending": 16}, ["attending"]),
        ({"votes": 1}, ["votes"]),
    ],
)
def test_numbers_that_contradict_each_other_are_refused_by_name(change: dict[str, Any], names: list[str]) -> None:
    with pytest.raises(InvalidTally) as refusal:
        Tally.from_json(COUNTED | change)
    assert sorted(refusal.value.errors) == names
    assert all(reason["vi"] and reason["en"] for reason in refusal.value.errors.values())


def test_a_missing_count_is_not_a_zero() -> None:
    with pytest.raises(InvalidTally, match="blank"):
        Tally.from_json({name: number for name, number in COUNTED.items() if name != "blank"})


@pytest.mark.parametrize("base", BASES[:5])
def test_an_unknown_number_decides_nothing(base: str) -> None:
    with pytest.raises(InvalidTally) as refusal:
        decide(rule(f"1/2 > {base}"), Tally.of_ballots(yes=1, no=0))
    assert list(refusal.value.errors) == [base]


def test_a_quorum_needs_the_presence_it_speaks_of() -> None:
    with pytest.raises(InvalidTally, match="present_at_seal"):
        decide(PRESETS["staff_conference"], Tally.of_ballots(yes=1, no=0, summoned=3, attending=3, present_at_open=3))
