"""Elections on ballot papers, alone and beside devices, over the API: from the committee to the record and its evidence."""

import copy
from typing import Any

import pytest

from backend.resolutions.models import Poll
from tests.factories.conferences import DutyFactory
from tests.factories.people import PersonFactory
from tests.factories.resolutions import committee
from tests.resolutions.test_elections import Hall
from tests.resolutions.test_evidence import breaks_on_nothing, fast, fetched, signed_again, verify_poll, with_roll
from tests.resolutions.test_secret_polls import API, casters, signed_in
from tests.resolutions.test_sheets import text_of

pytestmark = pytest.mark.django_db
NAMES = ["Nguyễn Văn An", "Trần Thị Bình", "Lê Văn Cường", "Phạm Thu Dung"]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_poll, "signed", fast)


def tellers(hall: Hall, poll: Poll) -> list[Any]:
    """Two who are appointed over the API, the later in the alphabet first."""
    people = [
        DutyFactory(conference=hall.conference, kind="teller", person=PersonFactory(full_name=name)).person
        for name in ("Vũ Thị Yến", "Bùi Văn Ân")
    ]
    body = {"people": [str(person.pk) for person in people]}
    assert hall.secretary.post(f"{API}polls/{poll.pk}/appoint", body).status_code == 200
    shown = hall.secretary.get(f"{API}polls/{poll.pk}/tellers").data
    assert [row["name"] for row in shown] == ["Vũ Thị Yến", "Bùi Văn Ân"], "as they were named"
    return [signed_in(person) for person in people]


def papers(votes: list[int], *, issued: int, blank: int = 0, invalid: int = 0, valid: int) -> dict[str, Any]:
    marks = {str(number): each for number, each in enumerate(votes, start=1)}
    count = {"votes": marks, "valid": valid, "blank": blank, "invalid": invalid}
    return {"channel": "paper", "issued": issued, "returned": valid + blank + invalid, "count": count}


def holds(poll: Poll, told: list[dict[str, Any]]) -> dict[str, Any]:
    bundle = with_roll(fetched(poll))
    assert verify_poll.checked(bundle, told, bundle["key"], bundle["urn_root"]) == []
    return bundle


def test_a_secret_election_on_devices_and_papers_goes_into_a_run_off_on_paper_alone() -> None:
    hall = Hall(10)
    election = hall.election(NAMES, 2)  # type: ignore[arg-type]
    poll = hall.round(election, secrecy="secret", channels=["devices", "paper"])
    words, at = committee(poll), f"{API}polls/{poll.pk}"
    one, two, third = (signed_in(teller.person) for teller in poll.tellers.all())
    hall.opened(poll)
    told = []
    for caster, marks in zip(casters(poll), [["1", "2"], ["2", "1"], ["1", "3"], []], strict=False):
        cast = signed_in(caster).post(f"{API}ballots", {"poll": str(poll.pk), "choice": marks})
        assert cast.status_code == 200, cast.data
        told += cast.json()
    assert one.post(f"{at}/papers", {"numbers": list(range(5, 11))}).status_code == 200
    assert signed_in(casters(poll)[4]).post(f"{API}ballots", {"poll": str(poll.pk), "choice": ["4"]}).status_code == 409
    assert hall.chair.post(f"{at}/seal").status_code == 200

    found = papers([3, 2, 3, 0], issued=6, valid=4, blank=1, invalid=1)
    assert one.post(f"{at}/sheets", papers([3, 2, 3, 1], issued=6, valid=4, blank=1, invalid=1)).status_code == 400
    assert one.post(f"{at}/sheets", papers([3, 0, 0, 0], issued=6, valid=4, blank=1, invalid=1)).status_code == 400, (
        "four valid papers bear four marks at least: one without a mark is blank, as on a device"
    )
    assert one.post(f"{at}/sheets", found).status_code == 200
    (batch,) = two.post(f"{at}/sheets", papers([3, 3, 2, 0], issued=6, valid=4, blank=1, invalid=1)).data
    assert batch["differences"] == ["Trần Thị Bình: 2 và 3", "Lê Văn Cường: 3 và 2"]
    assert third.post(f"{at}/open-envelopes", {"words": words[:2]}).data["reason"] == "batches"
    assert two.post(f"{at}/sheets", found).data[0]["state"] == "agreed"
    counted = third.post(f"{at}/open-envelopes", {"words": words[1:]})
    assert counted.status_code == 200, counted.data
    assert [counted.data["tally"][name] for name in ("returned", "valid", "blank", "invalid")] == [10, 7, 2, 1]
    assert third.post(f"{at}/recount", {"words": words[:2]}).data == {"same": True}
    declared = hall.chair.post(f"{at}/declare", {}).data["verdict"]
    assert [(each["votes"], each["standing"]) for each in declared["candidates"]] == [
        (6, "elected"),
        (4, "tied"),
        (4, "tied"),
        (0, "short"),
    ]
    assert (declared["outcome"], declared["runoff"]) == ("run_off", {"candidates": ["2", "3"], "places": 1})
    bundle = holds(poll, told)
    breaks_on_nothing(bundle, told, parts=("sheets", "verdict"))
    other = copy.deepcopy(bundle["sheets"])
    for sheet in other["sheets"]:
        sheet["count"]["votes"] = {"1": 3, "2": 3, "3": 2, "4": 0}
    assert verify_poll.checked(signed_again({**bundle, "sheets": other}), told, bundle["key"], "")
    record = hall.chair.get(f"{at}/record?format=docx")
    for line in (
        "Bằng thiết bị: phát ra 4, thu về 4.",
        "Bằng phiếu giấy: phát ra 6, thu về 6.",
        "Số phiếu trắng: 2.",
        "Nguyễn Văn An: 6.",
        "Còn thiếu 1 người; lần bầu tiếp theo bầu trong số: Trần Thị Bình và Lê Văn Cường.",
    ):
        assert line in text_of(record), line
    assert hall.chair.get(f"{at}/record?format=pdf").content.startswith(b"%PDF-")

    drafted = hall.chair.post(f"{API}elections/{election}/run-off")
    assert (drafted.status_code, drafted.data["channels"]) == (201, ["devices", "paper"])
    second, at = Poll.objects.get(pk=drafted.data["id"]), f"{API}polls/{drafted.data['id']}"
    on_paper = hall.secretary.patch(at, {"channels": ["paper"]}, HTTP_IF_MATCH=drafted["ETag"])
    assert (on_paper.status_code, on_paper.data["channels"], on_paper.data["secrecy"]) == (200, ["paper"], "secret")
    second.refresh_from_db()
    pair = tellers(hall, second)
    hall.opened(second)
    assert [each["name"] for each in second.method["candidates"]] == ["Trần Thị Bình", "Lê Văn Cường"]
    hall.chair.post(f"{at}/seal")
    for box, (one_of_them, other_one, blank) in {"Hòm 1": (4, 1, 0), "Hòm 2": (2, 2, 1)}.items():
        count = {
            "votes": {"2": one_of_them, "3": other_one},
            "valid": one_of_them + other_one,
            "blank": blank,
            "invalid": 0,
        }
        sheet = {"channel": "paper", "batch": box, "issued": 5, "returned": 5, "count": count}
        for teller in pair:
            assert teller.post(f"{at}/sheets", sheet).status_code == 200
    assert hall.chair.post(f"{at}/count").status_code == 200
    verdict = hall.chair.post(f"{at}/declare", {}).data["verdict"]
    assert (verdict["outcome"], verdict["elected"]) == ("elected", ["2"])
    assert hall.chair.get(f"{API}elections/{election}").data["state"] == "decided"
    holds(second, [])
    text = text_of(hall.chair.get(f"{at}/record?format=docx"))
    assert "Bằng phiếu giấy, Hòm 2: phát ra 5, thu về 5." in text
    assert text.index("Vũ Thị Yến") < text.index("Bùi Văn Ân"), "as the committee was named"


def test_rankings_on_paper_are_counted_in_stages_and_their_table_is_in_the_record() -> None:
    hall = Hall(9)
    election = hall.election(NAMES, 2)  # type: ignore[arg-type]
    poll = hall.round(
        election, secrecy="secret", channels=["paper"], ballot={"kind": "ranked"}, rule="count_of_preferences"
    )
    pair, at = tellers(hall, poll), f"{API}polls/{poll.pk}"
    hall.opened(poll)
    hall.chair.post(f"{at}/seal")
    rankings = [[["1", "2"], 5], [["3"], 2], [["4", "3"], 1]]
    for wrong in ([[[], 8]], [[["1", "1"], 8]], [[["9"], 8]], [["1", 8]]):
        sheet = {"channel": "paper", "issued": 9, "returned": 9, "count": {"ballots": wrong, "blank": 1, "invalid": 0}}
        assert pair[0].post(f"{at}/sheets", sheet).status_code == 400
    for teller, ballots in zip(pair, (rankings, rankings[::-1]), strict=True):
        count = {"ballots": ballots, "blank": 1, "invalid": 0}
        sheet = {"channel": "paper", "issued": 9, "returned": 9, "count": count}
        assert teller.post(f"{at}/sheets", sheet).status_code == 200
    assert hall.chair.post(f"{at}/count").status_code == 200
    verdict = hall.chair.post(f"{at}/declare", {}).data["verdict"]
    assert (verdict["outcome"], verdict["elected"], verdict["ranking"]["quota"]) == ("elected", ["1", "3"], 3)
    breaks_on_nothing(holds(poll, []), [], parts=("config", "sheets", "verdict"))
    record = hall.chair.get(f"{at}/record?format=docx")
    text = text_of(record)
    assert "Số phiếu đủ để trúng cử: 3." in text
    cells = [
        "Lượt 1: lựa chọn thứ nhất",
        "Lượt 2: chuyển phiếu dư của Nguyễn Văn An",
        "5 (trúng cử)",
        "Không chuyển được nữa",
    ]
    assert all(f"\n{cell}\n" in text for cell in cells), text
    assert hall.chair.get(f"{at}/record?format=pdf", HTTP_ACCEPT_LANGUAGE="en").content.startswith(b"%PDF-")
