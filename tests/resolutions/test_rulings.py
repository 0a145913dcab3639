"""What the chair and the house may not do to a vote: close over it, break its ties for the chair, decide without a quorum,
or make it disappear."""

import json
from typing import Any

import pytest

from backend.conferences.models import Conference
from backend.conferences.queries import lead_organisation_id
from backend.minutes.drafting import decisions
from backend.resolutions import services, tellers_form
from backend.resolutions.models import Poll
from backend.resolutions.promises import promises
from tests.factories.people import AccountFactory, PersonFactory, RoleGrantFactory
from tests.factories.resolutions import AmendmentFactory, PollFactory, QuorumFactory, ResolutionFactory
from tests.guards import assert_refused_by, assert_written_without
from tests.resolutions.test_elections import Hall
from tests.resolutions.test_evidence import verify_poll
from tests.resolutions.test_secret_polls import API, casters, signed_in

pytestmark = pytest.mark.django_db


def vote(hall: Hall, **fields: object) -> Poll:
    poll: Poll = PollFactory(resolution=ResolutionFactory(conference=hall.conference), **fields)
    return poll


def test_no_conference_is_closed_while_people_vote() -> None:
    hall = Hall(3)
    poll = hall.opened(vote(hall))
    close = f"{API}conferences/{hall.conference.pk}/close"
    refused = hall.chair.post(close, {})
    assert (refused.status_code, refused.data["reason"]) == (409, "polls")
    assert "Thông qua?" in refused.data["detail"]

    def closed() -> int:
        return Conference.objects.filter(pk=hall.conference.pk).update(state="closed")

    assert_refused_by("polls_end_first", closed)
    caster = signed_in(casters(poll)[0])
    assert caster.post(f"{API}ballots", {"poll": str(poll.pk), "choice": "yes"}).status_code == 200
    hall.chair.post(f"{API}polls/{poll.pk}/seal")
    assert hall.chair.post(close, {}).status_code == 200, "what is sealed is counted and declared afterwards, too"
    again = vote(hall)
    assert_refused_by("polls_open_in_session", lambda: Poll.objects.filter(pk=again.pk).update(state="open"))
    assert_written_without("polls_open_in_session", lambda: Poll.objects.filter(pk=again.pk).update(state="open"))
    Conference.objects.filter(pk=hall.conference.pk).update(state="running")
    assert_written_without("polls_end_first", closed)


def counted(hall: Hall, poll: Poll, choices: list[str]) -> list[dict[str, Any]]:
    hall.opened(poll)
    return list(hall.counted(poll, choices))


def test_only_the_chair_breaks_a_tie_and_the_verdict_says_who_did() -> None:
    hall = Hall(2)
    rule = {"all_of": [{"share": "1/2", "cmp": ">", "base": "valid"}], "tie": "chair"}
    poll = vote(hall, rule=rule)
    counted(hall, poll, ["yes", "no"])
    at = f"{API}polls/{poll.pk}"
    assert hall.secretary.post(f"{at}/declare", {"casting_vote": True}).status_code == 403
    assert hall.secretary.get(at).data["state"] == "counted"
    shown = hall.chair.post(f"{at}/declare", {"casting_vote": True}).data
    assert (shown["state"], shown["verdict"]["outcome"], shown["moves"]) == ("declared", "adopted", [])
    given = hall.secretary.get(f"{at}/evidence").data["verdict"]["casting_vote_by"]
    assert given == {"person": str(hall.chair_person.pk), "at": Poll.objects.get(pk=poll.pk).ended_at.isoformat()}  # type: ignore[union-attr]
    refused = hall.chair.post(f"{at}/annul", {"reason": {"vi": "Kết quả không đúng với số người giơ tay"}})
    assert refused.status_code == 409, "what was declared has decided"


def test_nothing_is_decided_while_the_quorum_of_the_conference_is_lost() -> None:
    hall = Hall(2)
    quorum = QuorumFactory(conference=hall.conference, base="members", members=9)
    amendment = AmendmentFactory(resolution__conference=hall.conference)
    own = {"all_of": [{"share": "1/2", "cmp": ">", "base": "valid"}]}
    poll = vote(hall, rule=own)
    text = f"{API}resolutions/{poll.resolution_id}"
    deciding: list[tuple[str, dict[str, Any]]] = [
        (f"{text}/agree", {"objections_asked": True}),
        (f"{text}/decide", {"adopted": True, "decided_how": {"vi": "Thống nhất"}}),
        (f"{API}amendments/{amendment.pk}/decide", {"adopted": True, "objections_asked": True}),
        (f"{API}polls/{poll.pk}/open", {}),
    ]
    for address, body in deciding:
        refused = hall.chair.post(address, body)
        assert (refused.status_code, refused.data["reason"]) == (409, "quorum"), address
        assert "2/9" in refused.data["detail"], refused.data["detail"]
    measured = vote(hall, rule=own | {"quorum": {"share": "1/2", "cmp": ">=", "base": "entitled", "at": ["open"]}})
    hall.opened(measured)  # the rule has its own
    services.annul(poll_id=measured.pk, reason={"vi": "thử"})
    opened = hall.chair.post(f"{API}polls/{poll.pk}/open", {"override_reason": "Điều lệ cho phép"})
    assert opened.status_code == 200, opened.data
    services.annul(poll_id=poll.pk, reason={"vi": "thử"})
    quorum.members = 2
    quorum.save()
    agreed = hall.chair.post(*deciding[0])
    assert agreed.status_code == 200, agreed.data


def test_what_was_annulled_stays_to_be_read_and_checked() -> None:
    hall = Hall(3)
    poll = vote(hall)
    told = counted(hall, poll, ["yes", "no", "no"])
    at = f"{API}polls/{poll.pk}"
    refused = hall.chair.post(f"{at}/annul", {"reason": {"vi": "Không ưng"}})
    assert (refused.status_code, refused.data["errors"][0]["field"]) == (400, "reason.vi")
    why = {"vi": "Hai đại biểu biểu quyết bằng máy của người khác"}
    assert hall.chair.post(f"{at}/annul", {"reason": why}).status_code == 200
    shown = hall.secretary.get(at).data
    assert (shown["state"], shown["tally"]["no"], shown["verdict"]["outcome"]) == ("annulled", 2, "rejected")
    evidence = json.loads(hall.secretary.get(f"{at}/evidence").content)
    assert (evidence["annulled"]["by"], evidence["annulled"]["why"]) == (str(hall.chair_person.pk), why)
    assert len(evidence["ballots"]) == 3
    assert verify_poll.faults(evidence, told, "", "") == []
    assert verify_poll.faults(evidence | {"tally": evidence["tally"] | {"yes": 3}}, told, "", "")
    assert hall.secretary.get(f"{at}/record?as=docx").status_code == 200
    pages = str(tellers_form.document_of(Poll.objects.get(pk=poll.pk), "vi").body)
    assert "KẾT QUẢ ĐÃ BỊ HUỶ" in pages
    assert hall.chair_person.full_name in pages
    minutes = str(decisions.blocks(hall.conference))
    assert "đã bị huỷ: Hai đại biểu" in minutes
    assert "không tán thành" in minutes, "the numbers, too"

    second = hall.opened(vote(hall))
    caster = signed_in(casters(second)[0])
    receipts = json.loads(caster.post(f"{API}ballots", {"poll": str(second.pk), "choice": "yes"}).content)
    hall.chair.post(f"{API}polls/{second.pk}/annul", {"reason": {"vi": "Mất điện"}})
    evidence = json.loads(hall.secretary.get(f"{API}polls/{second.pk}/evidence").content)
    assert (evidence["returned"], evidence["ballots"], evidence["tally"]) == (1, None, None)
    assert verify_poll.faults(evidence, receipts, "", "") == []
    auditor = AccountFactory(person=PersonFactory())
    RoleGrantFactory(account=auditor, role="auditor", organisation_id=lead_organisation_id(hall.conference))
    api = signed_in(auditor.person)
    for each, choices in ((poll, {"yes", "no"}), (second, {None})):
        roll = api.get(f"{API}polls/{each.pk}/roll")
        assert (roll.status_code, {row["choice"] for row in roll.data}) == (200, choices)


def test_no_poll_promises_a_receipt_that_nobody_gets() -> None:
    for fields in ({"channels": ["hands"]}, {"channels": ["paper"]}, {"receipt": "none"}):
        said = str(promises(PollFactory.build(resolution=None, conference=None, **fields)))
        assert "biên nhận" not in said.lower(), fields
    assert "Mã băm của câu hỏi" in str(promises(PollFactory.build(resolution=None, conference=None)))
    assert "vào lúc nào" not in str(promises(PollFactory.build(resolution=None, conference=None, channels=["hands"])))
