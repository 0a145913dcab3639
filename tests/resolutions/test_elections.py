"""Elections over the API, as those who prepare, hold, vote in, count and check them see them; and what PostgreSQL itself
refuses."""

import json
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from backend.minutes.drafting import decisions
from backend.outbox.models import Event
from backend.resolutions import services
from backend.resolutions.models import Candidate, Election, Poll
from tests.factories.conferences import ConferenceFactory, DutyFactory
from tests.factories.people import PersonFactory
from tests.factories.resolutions import committee
from tests.resolutions.test_evidence import fetched, found_in, leaves_of, signed_again, tampered, verify_poll, with_roll
from tests.resolutions.test_polls import voters
from tests.resolutions.test_secret_polls import API, casters, envelope, sent, signed_in

pytestmark = pytest.mark.django_db
RULE = {"all_of": [{"share": "1/2", "cmp": ">", "base": "valid"}]}


class Hall:
    """A running conference with voters in the room, and those who hold its elections."""

    def __init__(self, people: int) -> None:
        self.conference = ConferenceFactory(state="running")
        self.secretary = self._on_duty("secretary")
        self.chair = self._on_duty("chair")
        self.chair_person = self.conference.duties.get(kind="chair").person
        self.rows = voters(Poll(conference=self.conference), people)

    def _on_duty(self, kind: str) -> Any:
        return signed_in(DutyFactory(conference=self.conference, kind=kind, person=PersonFactory()).person)

    def election(self, names: str, places: int, **more: Any) -> str:
        body = {
            "conference": str(self.conference.pk),
            "title": {"vi": "Bầu Ban Chấp hành", "en": "Election of the committee"},
            "office": {"vi": "Uỷ viên"},
            "places": places,
            "candidates": [{"name": name} for name in names],
            **more,
        }
        made = self.secretary.post(f"{API}elections", body)
        assert made.status_code == 201, made.data
        return str(made.data["id"])

    def round(self, election: str, **more: Any) -> Poll:
        body = {
            "election": election,
            "question": {"vi": "Bầu ai?"},
            "rule": RULE,
            "voting_categories": ["staff"],
            **more,
        }
        made = self.secretary.post(f"{API}polls", body)
        assert made.status_code == 201, made.data
        return Poll.objects.get(pk=made.data["id"])

    def opened(self, poll: Poll) -> Poll:
        answer = self.chair.post(f"{API}polls/{poll.pk}/open", {})
        assert answer.status_code == 200, answer.data
        poll.refresh_from_db()
        return poll

    def counted(self, poll: Poll, papers: list[Any]) -> Any:
        """Everybody votes over the API, the chair ends it, and the count is made."""
        told = []
        for caster, paper in zip(casters(poll), papers, strict=False):
            answer = signed_in(caster).post(f"{API}ballots", {"poll": str(poll.pk), "choice": paper})
            assert answer.status_code == 200, answer.data
            told += json.loads(answer.content)
        assert self.chair.post(f"{API}polls/{poll.pk}/seal").status_code == 200
        services.count(poll_id=poll.pk)
        return told

    def declared(self, poll: Poll, papers: list[Any]) -> Any:
        self.counted(poll, papers)
        answer = self.chair.post(f"{API}polls/{poll.pk}/declare", {})
        assert answer.status_code == 200, answer.data
        return answer.data["verdict"]


def test_an_election_goes_on_until_its_places_are_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    hall = Hall(6)
    election = hall.election("ABCD", 2)
    at = f"{API}elections/{election}"
    delegate = signed_in(hall.rows[0].person)
    assert delegate.get(at).status_code == 404, "being prepared"
    first, spare = hall.round(election), hall.round(election)
    assert (first.round, spare.round) == (1, 1)
    edit = {"candidates": [{"name": name} for name in ("A", "B", "C", "D", "E")]}
    assert hall.secretary.patch(at, edit, HTTP_IF_MATCH='"1"').status_code == 200
    assert delegate.post(f"{API}polls/{first.pk}/open", {}).status_code in {403, 404}
    hall.opened(first)
    assert [each["id"] for each in first.method["candidates"]] == ["1", "2", "3", "4", "5"]
    assert (first.method["places"], first.method["min"], first.method["max"]) == (2, 0, 2)
    shown = delegate.get(at).data
    assert (shown["state"], shown["places_left"]) == ("open", 2)
    assert hall.secretary.patch(at, edit, HTTP_IF_MATCH=f'"{shown["version"]}"').status_code == 409
    assert hall.chair.post(f"{at}/withdraw-candidate", {"number": 5}).status_code == 409, "a round is under way"
    for wrong in ("yes", ["1", "2", "3"], ["9"], ["1", "1"]):
        refused = delegate.post(f"{API}ballots", {"poll": str(first.pk), "choice": wrong})
        assert refused.status_code == 400, wrong
    assert delegate.post(f"{API}ballots", {"poll": str(first.pk), "choice": {"1": 1}}).status_code == 400

    # A has 6 votes; B and C have 3 each, which is not more than the half of 6.
    papers = [["1", "2"], ["2", "1"], ["1", "3"], ["1", "3"], ["1", "2"], ["3", "1"]]
    verdict = hall.declared(first, papers)
    assert [(each["id"], each["votes"], each["standing"]) for each in verdict["candidates"][:3]] == [
        ("1", 6, "elected"),
        ("2", 3, "short"),
        ("3", 3, "short"),
    ]
    assert (verdict["outcome"], verdict["elected"], verdict["runoff"]) == (
        "run_off",
        ["1"],
        {"candidates": ["2", "3"], "places": 1},
    )
    again = delegate.post(f"{API}ballots", {"poll": str(first.pk), "choice": ["2", "1"]})
    assert again.status_code == 409, "closed"

    assert hall.chair.post(f"{at}/abandon", {"why": {"vi": "Thôi"}}).status_code == 409
    assert delegate.post(f"{at}/run-off").status_code == 403
    drafted = hall.chair.post(f"{at}/run-off")
    assert drafted.status_code == 201, drafted.data
    assert (drafted.data["round"], str(drafted.data["follows"])) == (2, str(first.pk))
    assert drafted.data["question"]["vi"] == "Bầu lần 2: Bầu Ban Chấp hành", "drafts that never opened are no rounds"
    assert hall.chair.post(f"{at}/run-off").status_code == 409, "drafted already"
    left_over = hall.chair.post(f"{API}polls/{spare.pk}/open", {})
    assert (left_over.status_code, left_over.data["reason"]) == (409, "held")
    assert hall.chair.post(f"{API}polls/{first.pk}/annul", {"reason": {"vi": "x"}}).status_code == 409
    second = hall.opened(Poll.objects.get(pk=drafted.data["id"]))
    assert [each["name"] for each in second.method["candidates"]] == ["B", "C"]
    assert (second.method["places"], second.method["max"]) == (1, 1)
    verdict = hall.declared(second, [["2"], ["2"], ["2"], ["2"], ["3"], []])
    assert (verdict["outcome"], verdict["elected"], verdict["tally"]["valid"]) == ("elected", ["2"], 5)
    shown = delegate.get(at).data
    assert (shown["state"], shown["places_left"]) == ("decided", 0)
    assert {each["name"]: each["elected_in"] for each in shown["candidates"] if each["elected_in"]} == {
        "A": first.pk,
        "B": second.pk,
    }
    assert Event.objects.filter(name="election.decided").count() == 1
    _checked(fetched(second), [], monkeypatch)  # every place is filled, and somebody was not elected
    minutes = str(decisions.blocks(hall.conference))
    assert "Bầu Ban Chấp hành: 2 chỗ; người ứng cử: A, B, C, D, E." in minutes
    assert "A được 6/6 phiếu hợp lệ (100,00%)" in minutes
    found = delegate.get(f"{API}polls?election={election}").data
    assert len(found.get("results", found)) == 2, "drafts are hidden"


def test_a_secret_election_is_counted_at_the_table_and_checked_by_an_auditor(monkeypatch: pytest.MonkeyPatch) -> None:
    hall = Hall(6)
    election = hall.election("ABC", 2)
    poll = hall.round(election, secrecy="secret", ballot={"kind": "approval", "min": 1})
    words = committee(poll)
    hall.opened(poll)
    told = []
    for number, (caster, paper) in enumerate(
        zip(casters(poll), [["1", "2"], ["2", "1"], ["1"], ["1", "1"], []], strict=False), start=1
    ):
        answer = signed_in(caster).post(f"{API}ballots", sent(poll, number, envelope(poll, paper)))
        told += json.loads(answer.content)
    last = signed_in(casters(poll)[5])
    assert last.post(f"{API}ballots", {"poll": str(poll.pk), "choice": []}).status_code == 400, "a paper without a mark"
    told += json.loads(last.post(f"{API}ballots", {"poll": str(poll.pk), "choice": ["3", "1"]}).content)
    hall.chair.post(f"{API}polls/{poll.pk}/seal")
    counted = services.open_envelopes(poll_id=poll.pk, words=words[:2])
    assert counted.tally is not None
    assert [counted.tally[name] for name in ("returned", "valid", "blank", "invalid", "yes")] == [6, 4, 1, 1, None]
    assert services.recount(poll_id=poll.pk, words=words[1:])
    assert hall.chair.post(f"{API}polls/{poll.pk}/declare", {"casting_vote": True}).status_code == 400
    shown = hall.chair.post(f"{API}polls/{poll.pk}/declare", {}).data
    assert (shown["verdict"]["elected"], shown["verdict"]["outcome"]) == (["1"], "run_off")
    pages = hall.chair.get(f"{API}polls/{poll.pk}/record?as=docx")
    assert pages.status_code == 200, "the tellers' minutes"
    opened = [row[1] for row in fetched(poll)["opened"]]
    assert sorted(opened, key=str) == sorted([["1", "2"], ["1", "2"], ["1"], None, [], ["1", "3"]], key=str)
    _checked(fetched(poll), told, monkeypatch)


def test_preferences_are_counted_and_a_lot_is_the_chairs_to_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    hall = Hall(4)
    election = hall.election("ABC", 1)
    body = {"election": election, "question": {"vi": "Bầu ai?"}, "voting_categories": ["staff"]}
    ballot = {"kind": "ranked"}
    refused = hall.secretary.post(f"{API}polls", {**body, "ballot": ballot, "rule": RULE})
    assert refused.status_code == 400
    poll = hall.opened(hall.round(election, ballot=ballot, rule="count_of_preferences"))
    told = hall.counted(poll, [["1", "3"], ["1"], ["2"], ["2", "3"]])
    declare = f"{API}polls/{poll.pk}/declare"
    # C, with no vote, goes first; then A and B are equal at every stage.
    asked = hall.chair.post(declare, {})
    assert asked.status_code == 400
    assert "A và B" in str(asked.data)
    assert hall.chair.post(declare, {"lots": ["3"]}).status_code == 400
    assert hall.chair.post(declare, {"lots": ["1", "2"]}).status_code == 400
    assert hall.secretary.post(declare, {"lots": ["1"]}).status_code == 403
    shown = hall.chair.post(declare, {"lots": ["1"]})
    assert shown.status_code == 200, shown.data
    verdict = shown.data["verdict"]
    assert (verdict["outcome"], verdict["elected"]) == ("elected", ["2"])
    assert verdict["lots_by"]["person"] == str(hall.chair_person.pk)
    assert verdict["ranking"]["lots"] == [{"act": "exclude", "among": ["1", "2"], "drawn": "1"}]
    assert Election.objects.get(pk=election).state == "decided"
    _checked(fetched(poll), told, monkeypatch)


def _checked(bundle: dict[str, Any], told: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    """The program that trusts nobody finds nothing wrong; and finds out every changed number, whoever signs it."""
    from tests.resolutions.test_evidence import fast

    monkeypatch.setattr(verify_poll, "signed", fast)
    bundle = with_roll(bundle)
    assert verify_poll.faults(bundle, told, bundle["key"], bundle["urn_root"]) == []
    sayings = {"state", "key_destroyed_at", "audit_head"}
    for path in leaves_of({name: bundle[name] for name in bundle.keys() - {"digest", "key", "signature"} - sayings}):
        words = path[:2] in {("verdict", "proof"), ("verdict", "lots_by")}
        shown = path[0] == "verdict" and path[-1] in {"subject", "share"} and "rule" not in path
        assert words or shown or found_in(signed_again(tampered(bundle, path)), told, bundle), path


def test_an_election_may_end_with_places_left_or_be_given_up() -> None:
    hall = Hall(3)
    given_up, ended = hall.election("AB", 1), hall.election("AB", 2)
    why = {"why": {"vi": "Hội nghị quyết định không bầu tiếp"}}
    assert hall.chair.post(f"{API}elections/{given_up}/close", why).status_code == 409, "nobody is elected"
    assert hall.chair.post(f"{API}elections/{given_up}/abandon", why).data["state"] == "abandoned"
    assert hall.chair.post(f"{API}elections/{given_up}/run-off").status_code == 409
    poll = hall.opened(hall.round(ended))
    assert hall.chair.post(f"{API}elections/{ended}/close", why).status_code == 409, "a round is under way"
    hall.declared(poll, [["1"], ["1"], ["2"]])
    closed = hall.chair.post(f"{API}elections/{ended}/close", why)
    assert (closed.data["state"], closed.data["places_left"], closed.data["ended_why"]["vi"]) == (
        "decided",
        1,
        why["why"]["vi"],
    )
    assert hall.chair.post(f"{API}elections/{ended}/run-off").status_code == 409
    withdrawn = hall.election("AB", 1)
    after = hall.chair.post(f"{API}elections/{withdrawn}/withdraw-candidate", {"number": 1})
    assert after.data["candidates"][0]["withdrawn_at"] is not None
    assert hall.chair.post(f"{API}elections/{withdrawn}/withdraw-candidate", {"number": 1}).status_code == 400
    poll = hall.opened(hall.round(withdrawn))
    assert [each["name"] for each in poll.method["candidates"]] == ["B"]


@pytest.mark.parametrize(
    ("body", "member"),
    [
        ({"rule": {"all_of": [{"share": "1/2", "cmp": ">", "base": "yes_no"}]}}, "rule"),
        ({"rule": {**RULE, "tie": "chair"}}, "rule"),
        ({"rule": {"all_of": []}}, "rule"),
        ({"ballot": {"kind": "approval", "max": 3}}, "ballot.max"),
        ({"ballot": {"kind": "ranked", "counting": "irv"}, "rule": "count_of_preferences"}, "ballot.places"),
    ],
)
def test_a_paper_or_rule_that_cannot_decide_is_refused_by_name(body: dict[str, Any], member: str) -> None:
    hall = Hall(1)
    asked = {
        "election": hall.election("AB", 2),
        "question": {"vi": "Bầu ai?"},
        "rule": RULE,
        "voting_categories": ["staff"],
        **body,
    }
    refused = hall.secretary.post(f"{API}polls", asked)
    assert refused.status_code == 400
    assert member in str(refused.data), refused.data


REFUSED = {
    "more places": ("UPDATE resolutions_election SET places = 3", "election_stands"),
    "back to a draft": ("UPDATE resolutions_election SET state = 'draft'", "election_stands"),
    "another candidate": (
        "INSERT INTO resolutions_candidate (id, created_at, updated_at, version, election_id, number, name, about)"
        " VALUES (gen_random_uuid(), now(), now(), 1, '{e}', 9, 'X', '{{}}')",
        "candidate_stands",
    ),
    "a candidate less": ("DELETE FROM resolutions_candidate WHERE number = 3", "candidate_stands"),
    "another name": ("UPDATE resolutions_candidate SET name = 'X'", "candidate_stands"),
    "elected by nobody's votes": ("UPDATE resolutions_candidate SET elected_in_id = '{p}' WHERE number = 3", "elected_by_a_poll"),
    "elected away": ("UPDATE resolutions_candidate SET elected_in_id = NULL WHERE number = 1", "candidate_stands"),
    "another election's round": ("UPDATE resolutions_poll SET follows_id = '{p}'", "poll_stands"),
}  # fmt: skip


def test_postgresql_refuses_what_no_election_allows() -> None:
    hall = Hall(3)
    election = hall.election("ABC", 1)
    poll = hall.opened(hall.round(election))
    hall.declared(poll, [["1"], ["1"], ["2"]])
    for name, (sql, constraint) in REFUSED.items():
        with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql.format(e=election, p=poll.pk))
        assert refusal.value.__cause__.diag.constraint_name == constraint, name  # type: ignore[union-attr]
    with pytest.raises(IntegrityError, match="a_poll_is_on_a_text_or_an_election"), transaction.atomic():
        Poll.objects.create(conference=hall.conference, question={"vi": "Bầu ai?"}, rule=RULE)
    # With the guard off the same statement goes through: the guard it is that refuses.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE resolutions_candidate DISABLE TRIGGER resolutions_candidate_stands")
        cursor.execute("UPDATE resolutions_candidate SET elected_in_id = %s WHERE number = 3", [poll.pk])
    assert Candidate.objects.filter(elected_in=poll).count() == 2


def test_a_round_is_annulled_until_it_is_declared() -> None:
    hall = Hall(4)
    election = hall.election("AB", 1)
    first = hall.opened(hall.round(election))
    assert hall.declared(first, [["1"], ["2"], ["1"], ["2"]])["elected"] == []
    second = hall.opened(Poll.objects.get(pk=hall.chair.post(f"{API}elections/{election}/run-off").data["id"]))
    why = {"reason": {"vi": "Phát phiếu sai"}}
    assert hall.chair.post(f"{API}polls/{first.pk}/annul", why).status_code == 409
    assert hall.chair.post(f"{API}polls/{second.pk}/annul", why).status_code == 200
    assert hall.chair.post(f"{API}elections/{election}/run-off").status_code == 201
