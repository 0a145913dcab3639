"""Elections counted: what stands on ballots, who is elected by most votes, and preferences stage by stage."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.resolutions import methods
from backend.resolutions.counting import InvalidLot, Rule, Tally, elect, rank, stv

IDS = ["1", "2", "3", "4", "5"]
CANDIDATES = [{"id": each, "name": f"Người {each}"} for each in IDS]
NAMES = {each["id"]: each["name"] for each in CANDIDATES}
HALF_OF_VALID = Rule.from_json({"all_of": [{"share": "1/2", "cmp": ">", "base": "valid"}]})
QUORUM_ALONE = Rule.from_json({"all_of": []})


def approval(**changes: Any) -> methods.Method:
    return methods.of({"kind": "approval", "candidates": CANDIDATES, "min": 1, "max": 2, "places": 2, **changes})


def ranked(**changes: Any) -> methods.Method:
    return methods.of({"kind": "ranked", "candidates": CANDIDATES, "places": 2, "counting": "scottish_stv", **changes})


# -- ballots

papers = st.lists(st.sampled_from([*IDS, "6"]), max_size=6) | st.none() | st.just("yes") | st.integers()


@given(st.lists(papers, max_size=30), st.integers(0, 1), st.integers(1, 5))
def test_a_count_of_approvals_is_what_a_naive_count_says(contents: list[Any], least: int, most: int) -> None:
    method = approval(min=least, max=most)
    valid = [
        paper
        for paper in contents
        if isinstance(paper, list) and len(set(paper)) == len(paper) and set(paper) <= set(IDS)
        if 1 <= len(paper) <= most
    ]
    blank = sum(paper == [] for paper in contents)
    count = method.counted(contents)
    assert count["votes"] == {each: sum(each in paper for paper in valid) for each in IDS}
    assert (count["valid"], count["blank"]) == (len(valid), blank)
    assert method.is_taken([]) == (least == 0), "whether a device casts it is another question"
    assert method.returned(count) == len(contents)
    assert method.wrong(count) == {}, "what was counted from ballots never contradicts itself"
    half = len(contents) // 2
    assert method.added([method.counted(contents[:half]), method.counted(contents[half:])]) == count
    assert method.counted([method.kept(paper) for paper in contents]) == count, "what is kept counts alike"


@given(st.lists(papers, max_size=30))
def test_a_count_of_preferences_keeps_every_ranking(contents: list[Any]) -> None:
    method, valid = ranked(), Counter[tuple[str, ...]]()
    for paper in contents:
        if isinstance(paper, list) and paper and len(set(paper)) == len(paper) and set(paper) <= set(IDS):
            valid[tuple(paper)] += 1
    count = method.counted(contents)
    assert {tuple(ranking): number for ranking, number in count["ballots"]} == dict(valid)
    assert method.returned(count) == len(contents)
    assert (method.wrong(count), method.added([count])) == ({}, count)


def test_the_order_of_names_on_a_paper_says_nothing_of_whose_it_is() -> None:
    assert approval().kept(["2", "1"]) == approval().kept(["1", "2"]) == ["1", "2"]
    assert ranked().kept(["2", "1"]) == ["2", "1"]
    assert [approval().kept(paper) for paper in (["1", "1"], ["1", "2", "3"], "yes", [], None)] == [None] * 3 + [
        [],
        None,
    ]


@pytest.mark.parametrize(
    ("method", "count", "names"),
    [
        (approval(), {"votes": dict.fromkeys(IDS, 0) | {"1": 4}, "valid": 3, "blank": 0, "invalid": 0}, ["votes.1"]),
        (approval(), {"votes": dict.fromkeys(IDS, 2), "valid": 4, "blank": 0, "invalid": 0}, ["votes"]),
        (approval(), {"votes": dict.fromkeys(IDS, 0), "valid": 1, "blank": 0, "invalid": 0}, ["votes"]),
        (approval(), {"votes": dict.fromkeys(IDS[:4], 1), "valid": True, "blank": -1}, ["blank", "invalid", "valid", "votes.5"]),
        (approval(), {"votes": [], "valid": 0, "blank": 0, "invalid": 0, "yes": 1}, ["votes", "yes"]),
        (approval(), None, ["count"]),
        (ranked(), {"ballots": [[["1", "1"], 2], [["1"], 0], ["1"]], "blank": 0, "invalid": 0}, ["ballots.0", "ballots.1", "ballots.2"]),
        (methods.of({"kind": "yes_no"}), {"yes": 1, "no": "2", "abstain": 0, "blank": 0}, ["invalid", "no"]),
    ],
)  # fmt: skip
def test_a_count_that_contradicts_itself_is_refused_by_name(method: Any, count: Any, names: list[str]) -> None:
    wrong = method.wrong(count)
    assert sorted(wrong) == names
    assert all(reason["vi"] and reason["en"] for reason in wrong.values())


@pytest.mark.parametrize(
    ("data", "names"),
    [
        ({"kind": "lottery"}, ["kind"]),
        ({"kind": "approval"}, ["candidates", "max", "min", "places"]),
        ({"kind": "ranked", "candidates": CANDIDATES, "places": 2, "counting": "irv"}, ["places"]),
        ({"kind": "ranked", "candidates": [{"id": "1"}, {"id": "1"}, {"id": "1234"}], "places": 1}, ["candidates.1.id", "candidates.2.id", "counting"]),
        ({"kind": "ranked", "candidates": CANDIDATES * 9, "places": 1, "counting": "irv"}, ["candidates"]),
    ],
)  # fmt: skip
def test_a_method_nobody_could_vote_by_is_refused(data: dict[str, Any], names: list[str]) -> None:
    with pytest.raises(methods.InvalidMethod) as refusal:
        methods.of(data)
    assert sorted(refusal.value.errors) == names


# -- most votes


def tally(valid: int, invalid: int = 0, **people: int) -> Tally:
    return Tally(returned=valid + invalid, valid=valid, blank=0, invalid=invalid, **people)


@given(st.lists(st.integers(0, 20), min_size=5, max_size=5), st.integers(1, 4))
def test_those_with_most_votes_over_the_threshold_are_elected_and_a_tie_elects_nobody(
    numbers: list[int], places: int
) -> None:
    votes = dict(zip(IDS, numbers, strict=True))
    verdict = elect(HALF_OF_VALID, tally(20), names=NAMES, places=places, votes=votes)
    for each in IDS:
        better = sum(votes[other] >= votes[each] for other in IDS if other != each and votes[other] > 10)
        assert (each in verdict.elected) == (votes[each] > 10 and better < places)
    assert len(verdict.elected) <= places
    assert (verdict.outcome == "elected") == (len(verdict.elected) == places) == (verdict.runoff is None)
    tied = [each.id for each in verdict.candidates if each.standing == "tied"]
    assert len({votes[each] for each in tied}) <= 1
    if tied:
        assert verdict.runoff == {"candidates": tied, "places": verdict.left}
        assert len(tied) > verdict.left, "otherwise all of them were elected"
    elif verdict.runoff:
        among = verdict.runoff["candidates"]
        rest = [each for each in IDS if each not in verdict.elected]
        assert len(among) >= min(2 * verdict.left, len(rest))
        assert all(votes[out] < votes[each] for each in among for out in rest if out not in among)
    assert type(verdict).from_json(verdict.to_json()) == verdict


def test_the_sentences_of_an_election() -> None:
    votes = {"1": 15, "2": 12, "3": 12, "4": 3, "5": 0}
    verdict = elect(HALF_OF_VALID, tally(20, 1), names=NAMES, places=2, votes=votes)
    assert [sentence["vi"] for sentence in verdict.proof] == [
        "Thu về 21 phiếu: hợp lệ 20, không hợp lệ 1.",
        "Người 1 được 15/20 phiếu hợp lệ (75,00%), yêu cầu quá 1/2, tức ít nhất 11 phiếu: đạt, vượt 4 phiếu.",
        "Người 2 được 12/20 phiếu hợp lệ (60,00%), yêu cầu quá 1/2, tức ít nhất 11 phiếu: đạt, vượt 1 phiếu.",
        "Người 3 được 12/20 phiếu hợp lệ (60,00%), yêu cầu quá 1/2, tức ít nhất 11 phiếu: đạt, vượt 1 phiếu.",
        "Người 4 được 3/20 phiếu hợp lệ (15,00%), yêu cầu quá 1/2, tức ít nhất 11 phiếu: không đạt, thiếu 8 phiếu.",
        "Người 5 được 0/20 phiếu hợp lệ (0,00%), yêu cầu quá 1/2, tức ít nhất 11 phiếu: không đạt, thiếu 11 phiếu.",
        "Kết quả: trúng cử 1/2: Người 1.",
        "Còn thiếu 1 người; lần bầu tiếp theo bầu trong số: Người 2 và Người 3.",
    ]
    assert verdict.proof[-1]["en"] == "1 place is left; the next round is among Người 2 and Người 3."


def test_without_a_quorum_nobody_is_elected() -> None:
    rule = Rule.from_json({**HALF_OF_VALID.to_json(), "quorum": {"share": "2/3", "base": "members", "at": ["open"]}})
    people = {"members": 30, "entitled": 30, "present_at_open": 19}
    verdict = elect(rule, tally(19, **people), names=NAMES, places=1, votes=dict.fromkeys(IDS, 0) | {"1": 19})
    assert (verdict.outcome, verdict.elected, verdict.runoff) == ("no_quorum", (), None)


# -- preferences

SPRINGBURN = Path(__file__).parent / "published" / "springburn_2007.txt"
#: The council's own table: votes of the ten candidates after each stage.
STAGES = """
    135.00000 339.00000 173.00000 1300.00000 134.00000 85.00000 135.00000 1752.00000 168.00000 1189.00000
    139.78233 351.75288 176.41595 1327.09987 140.14871 86.82184 137.50503 1353.00000 176.88147 1437.68116
    143.25032 358.57632 178.54502 1336.33636 143.75895 88.39636 138.78505 1353.00000 183.03308 1353.00000
    144.60926 362.87082 203.47722 1340.90962 150.77236 0.00000 151.84395 1353.00000 186.33312 1353.00000
    0.00000 410.14226 209.51745 1374.08557 162.73399 0.00000 154.90285 1353.00000 187.20642 1353.00000
"""


def test_a_published_election_comes_out_to_the_fifth_decimal() -> None:
    lines = [line.split() for line in SPRINGBURN.read_text().splitlines() if not line.startswith("#")]
    ballots = [(ranking, int(number)) for number, *ranking in lines]
    found = stv.count(ballots, candidates=[str(n) for n in range(1, 11)], places=3)
    assert (found.quota, found.elected, found.tie) == (1353, ["8", "10", "4"], None)
    table = [[stv.written(votes) for votes in stage.votes.values()] for stage in found.stages]
    assert table == [line.split() for line in STAGES.strip().splitlines()]


rankings = st.lists(
    st.tuples(st.lists(st.sampled_from(IDS), min_size=1, unique=True), st.integers(1, 9)), min_size=1, max_size=12
)


def decided(ballots: list[tuple[list[str], int]], places: int, of_continuing: bool = False) -> stv.Ranking:
    """Counted to the end; wherever a lot decides, the first of those tied is drawn."""
    lots: list[str] = []
    while True:
        found = stv.count(ballots, candidates=IDS, places=places, of_continuing=of_continuing, lots=lots)
        if not found.tie:
            return found
        lots.append(found.tie["among"][0])


@settings(max_examples=200)
@given(rankings, st.integers(1, 4))
def test_no_vote_is_made_and_nobody_is_elected_too_many(ballots: list[tuple[list[str], int]], places: int) -> None:
    found, total = decided(ballots, places), sum(number for _, number in ballots)
    assert len(found.elected) == len(set(found.elected)) == places
    assert found.quota == total // (places + 1) + 1
    lost = 0
    for stage in found.stages:
        assert sum(stage.votes.values()) + stage.not_transferable == total * stv.ONE
        assert stage.not_transferable >= lost, "what is lost stays lost"
        assert min(stage.votes.values()) >= 0
        lost = stage.not_transferable
    over = {each for stage in found.stages for each, votes in stage.votes.items() if votes >= found.quota * stv.ONE}
    assert over <= set(found.elected)


@settings(max_examples=200)
@given(rankings)
def test_instant_run_off_is_what_a_naive_count_says(ballots: list[tuple[list[str], int]]) -> None:
    found, left = decided(ballots, 1, of_continuing=True), list(IDS)
    out = [stage.candidate for stage in found.stages if stage.act == "exclude"]
    while True:
        firsts = Counter[str](dict.fromkeys(left, 0))
        for ranking, number in ballots:
            if standing := [each for each in ranking if each in left]:
                firsts[standing[0]] += number
        best = max(left, key=lambda each: firsts[each])
        if 2 * firsts[best] > firsts.total() or len(left) == 1:
            break
        loser = out.pop(0)
        assert firsts[loser] == min(firsts.values()), "the lowest goes; which of several, earlier stages or a lot say"
        left.remove(loser)
    assert found.elected == [best]


def test_what_is_equal_now_is_told_apart_by_the_latest_stage_that_can_and_else_by_lot() -> None:
    # Once 4 is out, 2 and 3 have 4 each; 3 had fewer before.
    ballots = [(["1"], 6), (["2"], 4), (["3"], 3), (["4", "3"], 1)]
    names = {each: NAMES[each] for each in ("1", "2", "3", "4")}
    verdict = rank(QUORUM_ALONE, tally(14), names=names, places=1, ballots=ballots, counting="irv")
    assert [stage["candidate"] for stage in verdict.ranking["stages"]] == [None, "4", "3"]
    assert (verdict.outcome, verdict.elected) == ("elected", ("1",))

    even = [(["1"], 2), (["2"], 2)]
    names = {each: NAMES[each] for each in ("1", "2")}
    asked = rank(QUORUM_ALONE, tally(4), names=names, places=1, ballots=even, counting="scottish_stv")
    assert (asked.outcome, asked.elected, asked.runoff) == ("tie_needs_lot", (), None)
    assert asked.ranking["tie"] == {"act": "exclude", "among": ["1", "2"]}
    drawn = rank(QUORUM_ALONE, tally(4), names=names, places=1, ballots=even, counting="scottish_stv", lots=["1"])
    assert (drawn.outcome, drawn.elected) == ("elected", ("2",))
    assert "Lượt 2, loại Người 1 (bốc thăm giữa Người 1 và Người 2): Người 1 2; Người 2 2." in [
        sentence["vi"] for sentence in drawn.proof
    ]
    for lots in (["3"], ["1", "2"]):
        with pytest.raises(InvalidLot):
            stv.count(even, candidates=["1", "2"], places=1, lots=lots)


def test_no_ballots_elect_nobody() -> None:
    verdict = rank(QUORUM_ALONE, tally(0), names=NAMES, places=5, ballots=[], counting="scottish_stv")
    assert (verdict.outcome, verdict.elected, verdict.left) == ("run_off", (), 5)
