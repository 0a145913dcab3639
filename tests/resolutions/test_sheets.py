"""Tellers' sheets, as tellers, the chair and everybody else see them; and polls on paper and by hands alone."""

import io
from typing import Any

import docx
import pytest

from backend.core.errors import Conflict, IllegalMove
from backend.core.text import localized
from backend.resolutions import services
from backend.resolutions.models import Poll, Sheet
from tests.factories.conferences import DutyFactory
from tests.factories.people import PersonFactory
from tests.factories.resolutions import PollFactory, committee, secret_poll
from tests.resolutions.test_evidence import found
from tests.resolutions.test_papers import hybrid
from tests.resolutions.test_polls import voters
from tests.resolutions.test_secret_guards import only_refused_by
from tests.resolutions.test_secret_polls import API, casters, signed_in

pytestmark = pytest.mark.django_db


def by_tellers(poll: Poll) -> list[Any]:
    return [signed_in(teller.person) for teller in poll.tellers.select_related("person").order_by("id")]


def text_of(answer: Any) -> str:
    paper = docx.Document(io.BytesIO(answer.content))
    cells = [cell.text for table in paper.tables for cell in table._cells]
    return "\n".join([*(line.text for line in paper.paragraphs), *cells])


def test_two_tellers_count_hands_in_two_rooms_and_papers_beside_devices() -> None:
    poll = PollFactory(channels=["devices", "paper", "hands"])
    voters(poll, 9)
    committee(poll, tellers=2)
    services.open_poll(poll_id=poll.pk)
    chair = signed_in(DutyFactory(conference=poll.conference, kind="chair", person=PersonFactory()).person)
    one, two = by_tellers(poll)
    at = f"{API}polls/{poll.pk}"
    services.cast(poll_id=poll.pk, person_id=casters(poll)[0].pk, choice="yes")
    one.post(f"{at}/papers", {"numbers": [2, 3]})
    papers = {"channel": "paper", "issued": 2, "returned": 2}
    assert one.post(f"{at}/sheets", {**papers, "count": found(yes=2)}).data["reason"] == "not-sealed"
    assert chair.post(f"{at}/count").status_code == 409
    chair.post(f"{at}/seal")
    services.count(poll_id=poll.pk)
    assert chair.get(at).data["state"] == "sealed", "papers and hands wait for the tellers"
    assert chair.post(f"{at}/sheets", {**papers, "count": found(yes=2)}).status_code == 403

    for field, body in {
        "returned": {**papers, "count": found(yes=1)},
        "issued": {"channel": "paper", "count": found(yes=2)},
        "count.yes": {**papers, "count": found(yes=-1)},
        "count.maybe": {**papers, "count": found(yes=2, maybe=0)},
        "count": {**papers, "count": 2},
        "channel": {**papers, "channel": "devices", "count": found()},
    }.items():
        wrong = one.post(f"{at}/sheets", body)
        assert (wrong.status_code, wrong.data["errors"][0]["field"]) == (400, field)
    assert one.post(f"{at}/sheets", {**papers, "returned": 3, "count": found(yes=3)}).status_code == 400
    assert one.post(f"{at}/sheets", {"channel": "hands", "count": found(blank=1)}).status_code == 400
    assert chair.post(f"{at}/count").data["reason"] == "batches", "no sheet yet"

    (mine,) = one.post(f"{at}/sheets", {**papers, "count": found(yes=1, blank=1)}).data
    assert (mine["state"], mine["sheets"][0]["count"]["yes"]) == ("waiting", 1)
    (theirs,) = two.get(f"{at}/sheets").data
    assert (theirs["entered_by"], theirs["sheets"], theirs["differences"]) == (mine["entered_by"], [], [])
    (theirs,) = two.post(f"{at}/sheets", {**papers, "count": found(yes=2)}).data
    assert theirs["state"] == "differs"
    assert theirs["differences"] == ["Tán thành: 1 và 2", "Phiếu trắng: 1 và 0"]
    assert chair.get(f"{at}/sheets").data[0]["differences"] == [], "no results before the count"
    refused = chair.post(f"{at}/count")
    assert (refused.status_code, refused.data["reason"]) == (409, "batches")
    assert not any(character.isdigit() for character in refused.data["detail"]), "nothing is known before the count"
    for _ in range(2):
        (mine,) = one.post(f"{at}/sheets", {**papers, "count": found(yes=2)}).data
    assert (mine["state"], mine["differences"], mine["sheets"][0]["sequence"]) == ("agreed", [], 2)

    for room, count in (("A", found(yes=2, no=1)), ("B", found(no=1, abstain=2))):
        for teller in (one, two):
            teller.post(f"{at}/sheets", {"channel": "hands", "batch": room, "count": count})
    two.post(f"{at}/sheets", {"channel": "hands", "batch": "C", "count": found(yes=1)})
    assert chair.post(f"{at}/count").data["reason"] == "batches", "one sheet only"
    for teller in (one, two):
        teller.post(f"{at}/sheets", {"channel": "hands", "batch": "C", "count": found(yes=1)})
    refused = chair.post(f"{at}/count")
    assert (refused.status_code, refused.data["reason"]) == (409, "sums")
    assert "10" in refused.data["detail"], "ten votes of nine people"
    for teller in (one, two):
        teller.post(f"{at}/sheets", {"channel": "hands", "batch": "C", "count": found()})
    counted = chair.post(f"{at}/count")
    assert counted.status_code == 200, counted.data
    names = ("attending", "returned", "yes", "no", "abstain", "blank")
    assert [counted.data["tally"][name] for name in names] == [9, 9, 5, 2, 2, 0]
    assert counted.data["verdict"]["outcome"] == "adopted"
    assert chair.get(f"{at}/sheets").data[0]["sheets"], "read by all once it is counted"
    draft = chair.get(f"{at}/record?format=docx")
    chair.post(f"{at}/declare", {})
    final = chair.get(f"{at}/record?format=docx")
    assert ("DỰ THẢO" in text_of(draft), "DỰ THẢO" in text_of(final)) == (True, False)
    told = text_of(final)
    poll.refresh_from_db()
    for sentence in (
        "Bằng thiết bị: 1.",
        "Bằng phiếu giấy: phát ra 2, thu về 2.",
        "Giơ tay, A: 3.",
        "Tổng số phiếu thu về: 9.",
        "Tán thành: 5.",
        "Không tán thành: 2.",
        counted.data["verdict"]["proof"][-1]["vi"],
        poll.tellers.first().person.full_name,
        "BAN KIỂM PHIẾU",
        f"{localized(poll.resolution.title)} (bản số 1)",
        f"Mã băm nội dung biểu quyết: {grouped(poll.text_hash)}.",
        f"Mã băm cấu hình cuộc biểu quyết: {grouped(poll.config_hash)}.",
    ):
        assert sentence in told, sentence
    assert "Mã băm các bản kê kiểm phiếu: " in told
    english = chair.get(f"{at}/record", HTTP_ACCEPT_LANGUAGE="en")
    assert english.content.startswith(b"%PDF-")
    late = one.post(f"{at}/sheets", {**papers, "count": found(no=2)})
    assert (late.status_code, late.data["reason"]) == (409, "not-sealed")


def grouped(digest: str) -> str:
    return " ".join(digest[start : start + 8] for start in range(0, 64, 8))


def test_a_secret_poll_is_counted_with_its_papers_when_the_envelopes_are_opened() -> None:
    poll, words = secret_poll(4, channels=["devices", "paper"])
    services.open_poll(poll_id=poll.pk)
    for caster in casters(poll)[:2]:
        services.cast(poll_id=poll.pk, person_id=caster.pk, choice="yes")
    services.issue_papers(poll_id=poll.pk, numbers=[3, 4])
    services.seal(poll_id=poll.pk)
    with pytest.raises(Conflict):
        services.count_sheets(poll_id=poll.pk)
    with pytest.raises(Conflict) as refused:
        services.open_envelopes(poll_id=poll.pk, words=words[:2])
    assert refused.value.extra == {"reason": "batches"}
    sheet: dict[str, Any] = {"channel": "paper", "issued": 2, "returned": 1, "count": found(no=1)}
    for teller in poll.tellers.all()[:2]:
        services.enter_sheet(poll_id=poll.pk, person_id=teller.person_id, **sheet)
    tally = services.open_envelopes(poll_id=poll.pk, words=words[:2]).tally
    assert tally is not None
    assert [tally[name] for name in ("attending", "returned", "yes", "no")] == [4, 3, 2, 1]


@pytest.mark.parametrize("channel", ["paper", "hands"])
def test_papers_and_hands_alone_are_polls_like_any_other(channel: str) -> None:
    poll = hybrid(5, (channel,), secrecy="secret" if channel == "paper" else "named")
    services.seal(poll_id=poll.pk)
    papers = {"issued": 5, "returned": 4} if channel == "paper" else {}
    for teller in poll.tellers.all():
        services.enter_sheet(
            poll_id=poll.pk, person_id=teller.person_id, channel=channel, count=found(yes=3, no=1), **papers
        )
    counted = services.count_sheets(poll_id=poll.pk)
    assert counted.verdict is not None
    (majority,) = counted.verdict["thresholds"]
    assert (majority["got"], majority["base_number"], majority["needed"]) == (3, 5, 3)
    assert services.declare(poll_id=poll.pk).state == "declared"


def test_a_poll_of_devices_needs_no_tellers() -> None:
    poll = PollFactory()
    voters(poll, 1)
    with pytest.raises(Conflict):
        committee(poll, tellers=2)
    with pytest.raises(IllegalMove):
        services.count_sheets(poll_id=poll.pk)


ENTER = (
    "INSERT INTO resolutions_sheet (id, poll_id, teller_id, channel, batch, sequence, count, issued, returned)"
    " SELECT gen_random_uuid(), '{p}', t.id, 'paper', %s, %s, '{{}}', 1, %s FROM resolutions_teller t"
    " WHERE t.poll_id = %s ORDER BY t.id LIMIT 1"
)
MINE, ANOTHERS = "'{p}'", "(SELECT poll_id FROM resolutions_teller WHERE poll_id <> '{p}' LIMIT 1)"
#: In which state, what is tried, and by which guard it is refused.
WRONG: dict[str, tuple[str, str, str]] = {
    "a sheet before the seal": ("open", ENTER % ("''", 1, 1, MINE), "sheet_in_time"),
    "a sheet after the count": ("count", ENTER % ("'late'", 1, 1, MINE), "sheet_in_time"),
    "a sheet of another's teller": ("seal", ENTER % ("''", 1, 1, ANOTHERS), "sheet_in_time"),
    "a sheet of another channel": ("seal", (ENTER % ("''", 1, 1, MINE)).replace("'paper'", "'hands'").replace("1, 1 FROM", "NULL, NULL FROM"), "sheet_in_time"),
    "two sheets at once": ("sheets", ENTER % ("''", 1, 1, MINE), "sheets_of_a_teller_are_numbered"),
    "more returned than issued": ("seal", ENTER % ("''", 1, 2, MINE), "only_papers_are_issued_and_returned"),
    "a sheet changed": ("sheets", "UPDATE resolutions_sheet SET returned = 0", "resolutions_sheet_append_only"),
    "a sheet taken out": ("sheets", "DELETE FROM resolutions_sheet", "resolutions_sheet_append_only"),
    "a count without sheets": ("seal", "UPDATE resolutions_poll SET state = 'counted', verdict = '{{}}' WHERE id = '{p}'", "two_tellers_count"),
    "a count of a batch that is open": ("sheets", (ENTER % ("'box 2'", 1, 1, MINE)) + "; UPDATE resolutions_poll SET state = 'counted', verdict = '{{}}' WHERE id = '{p}'", "two_tellers_count"),
    "other sheets": ("count", "UPDATE resolutions_poll SET sheets_hash = 'x' WHERE id = '{p}'", "poll_stands"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_postgresql_refuses(what: str) -> None:
    until, statement, guard = WRONG[what]
    hybrid(1)
    poll = hybrid(3, ("paper",))
    if until != "open":
        services.seal(poll_id=poll.pk)
    if until in {"sheets", "count"}:
        for teller in poll.tellers.all():
            services.enter_sheet(
                poll_id=poll.pk, person_id=teller.person_id, channel="paper", count=found(yes=1), issued=1, returned=1
            )
    if until == "count":
        services.count_sheets(poll_id=poll.pk)
    only_refused_by(guard, statement.format(p=poll.pk))


def test_a_third_tellers_sheet_does_not_undo_what_two_agree_on_but_a_second_pair_does() -> None:
    poll = PollFactory(channels=["hands"])
    voters(poll, 4)
    committee(poll, tellers=4)
    services.open_poll(poll_id=poll.pk)
    services.seal(poll_id=poll.pk)
    tellers = [teller.person_id for teller in poll.tellers.all()]

    def enter(teller: int, **numbers: int) -> Sheet:
        return services.enter_sheet(poll_id=poll.pk, person_id=tellers[teller], channel="hands", count=found(**numbers))

    for teller in (0, 1):
        enter(teller, yes=3)
    for teller in (2, 3):
        enter(teller, yes=2)
    with pytest.raises(Conflict):
        services.count_sheets(poll_id=poll.pk)
    enter(3, yes=1)
    assert services.count_sheets(poll_id=poll.pk).tally["yes"] == 3  # type: ignore[index]


CANDIDATES = [{"id": "1", "name": "Nguyễn Văn An"}, {"id": "2", "name": "Trần Thị Bình"}]
APPROVAL = {"kind": "approval", "candidates": CANDIDATES, "min": 1, "max": 2, "places": 1}
RANKED = {"kind": "ranked", "candidates": CANDIDATES, "places": 1, "counting": "irv"}


@pytest.mark.parametrize(
    ("method", "counts", "told"),
    [
        (
            APPROVAL,
            [{"votes": {"1": n, "2": 3}, "valid": 4, "blank": n - 3, "invalid": 4 - n} for n in (4, 3)],
            ["Nguyễn Văn An: 4 và 3", "Phiếu trắng: 1 và 0", "Phiếu không hợp lệ: 0 và 1"],
        ),
        (
            RANKED,
            [
                {"ballots": [[["1", "2"], 3]], "blank": 0, "invalid": 0},
                {"ballots": [[["2"], 3]], "blank": 0, "invalid": 0},
            ],
            ["Nguyễn Văn An › Trần Thị Bình: 3 và 0", "Trần Thị Bình: 0 và 3"],
        ),
    ],
)
def test_papers_of_elections_differ_by_name(method: dict[str, Any], counts: list[Any], told: list[str]) -> None:
    poll = PollFactory(channels=["paper"], method=method)
    voters(poll, 5)
    committee(poll, tellers=2)
    services.open_poll(poll_id=poll.pk)
    services.seal(poll_id=poll.pk)
    for teller, count in zip(by_tellers(poll), counts, strict=True):
        number = sum(
            sum(n for _, n in value) if name == "ballots" else value for name, value in count.items() if name != "votes"
        )
        sheet = {"channel": "paper", "count": count, "issued": number, "returned": number}
        (batch,) = teller.post(f"{API}polls/{poll.pk}/sheets", sheet).data
    assert batch["differences"] == told
