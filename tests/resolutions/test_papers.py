"""Ballot papers beside devices: whoever holds one casts on no device, and the other way round."""

import threading
from typing import Any

import pytest
from django.db import connections, transaction

from backend.core.errors import Conflict, Invalid
from backend.resolutions import services
from backend.resolutions.models import Entitlement, Envelope, IssuedPaper, NamedBallot, Poll
from backend.resolutions.services import locks
from tests.factories.conferences import DutyFactory
from tests.factories.people import PersonFactory
from tests.factories.resolutions import PollFactory, committee, secret_poll
from tests.resolutions.test_polls import voters
from tests.resolutions.test_secret_guards import only_refused_by
from tests.resolutions.test_secret_polls import API, casters, signed_in


def hybrid(people: int, channels: tuple[str, ...] = ("devices", "paper"), **fields: Any) -> Poll:
    """An open named poll, everybody in the room."""
    poll = PollFactory(channels=list(channels), **fields)
    voters(poll, people)
    committee(poll, tellers=2)
    return services.open_poll(poll_id=poll.pk)


@pytest.mark.django_db
def test_a_teller_hands_out_papers_and_nobody_votes_twice() -> None:
    poll = hybrid(4)
    teller, stranger = (signed_in(each) for each in (poll.tellers.first().person, PersonFactory()))
    first, second, third, _ = casters(poll)
    at = f"{API}polls/{poll.pk}/papers"
    assert signed_in(first).post(f"{API}ballots", {"poll": str(poll.pk), "choice": "yes"}).status_code == 200
    assert signed_in(second).post(at, {"numbers": [2]}).status_code == 403
    assert stranger.get(at).status_code in {403, 404}
    refused = teller.post(at, {"numbers": [1, 2]})
    assert (refused.status_code, refused.data["reason"]) == (409, "already-cast"), "all or none"
    assert teller.post(at, {"numbers": [2, 9]}).status_code == 400
    shown = teller.post(at, {"numbers": [2, 3]})
    assert [(row["cast"], bool(row["issued_at"])) for row in shown.data] == [(True, False)] + [(False, True)] * 2 + [
        (False, False)
    ]
    assert teller.post(at, {"numbers": [3]}).data["reason"] == "paper", "one paper each"
    for caster in (second, third):
        late = signed_in(caster).post(f"{API}ballots", {"poll": str(poll.pk), "choice": "yes"})
        assert (late.status_code, late.data["reason"]) == (409, "paper")
    tally = services.seal(poll_id=poll.pk).tally
    assert tally is not None
    assert (tally["attending"], tally["returned"]) == (4, 1)
    assert teller.post(at, {"numbers": [4]}).data["reason"] == "closed"


@pytest.mark.django_db
def test_a_proxy_who_was_handed_a_paper_votes_with_it_and_the_holder_takes_nothing_back() -> None:
    poll = PollFactory(channels=["devices", "paper"], proxies=1)
    proxy, holder = voters(poll, 2)
    committee(poll, tellers=2)
    given = services.authorise(conference=poll.conference, holder_id=holder.pk, proxy=proxy.person, poll=poll)
    services.open_poll(poll_id=poll.pk)
    number = Entitlement.objects.get(poll=poll, holder=holder).number
    services.issue_papers(poll_id=poll.pk, numbers=[number])
    with pytest.raises(Conflict) as refused:
        services.cast(poll_id=poll.pk, person_id=proxy.person_id, choice="no", numbers=[1, 2])
    assert refused.value.extra == {"reason": "paper"}
    (receipt,) = services.cast(poll_id=poll.pk, person_id=proxy.person_id, choice="no")
    assert receipt.number != number, "the own one, on a device"
    with pytest.raises(Conflict) as refused, transaction.atomic():
        services.take_back_votes(authorisation_id=given.pk)
    assert refused.value.extra == {"reason": "already-cast"}
    only_refused_by(
        "taken_back_in_time",
        f"INSERT INTO resolutions_takenback (poll_id, holder_id, person_id) VALUES ('{poll.pk}', '{holder.pk}',"
        f" '{holder.person_id}')",
    )


@pytest.mark.django_db
def test_votes_of_one_holder_are_handed_out_together_and_hands_are_raised_for_oneself() -> None:
    poll = hybrid(2, weights=[{"category": "staff", "weight": 2}])
    with pytest.raises(Conflict) as refused:
        services.issue_papers(poll_id=poll.pk, numbers=[1, 3])
    assert refused.value.extra == {"reason": "divided"}
    assert len(services.issue_papers(poll_id=poll.pk, numbers=[3, 4])) == 2
    by_hands = {
        "resolution": poll.resolution,
        "question": {"vi": "Thông qua?"},
        "rule": "staff_conference",
        "voting_categories": ["staff"],
        "channels": ["hands"],
    }
    for wrong in ({"weights": [{"category": "staff", "weight": 2}]}, {"proxies": 1}):
        with pytest.raises(Invalid):
            services.draft_poll(**by_hands, **wrong)


@pytest.mark.django_db
def test_a_poll_says_by_which_channels_it_takes_votes() -> None:
    draft = PollFactory()
    chair = signed_in(DutyFactory(conference=draft.conference, kind="secretary", person=PersonFactory()).person)
    body: dict[str, Any] = {
        "resolution": str(draft.resolution_id),
        "question": {"vi": "Thông qua?"},
        "rule": "staff_conference",
        "voting_categories": ["staff"],
    }
    assert chair.post(f"{API}polls", {**body, "channels": []}).status_code == 400
    assert chair.post(f"{API}polls", {**body, "channels": ["post"]}).status_code == 400
    hidden = chair.post(f"{API}polls", {**body, "channels": ["hands"], "secrecy": "secret"})
    assert (hidden.status_code, hidden.data["errors"][0]["field"]) == (400, "channels")
    assert chair.post(f"{API}polls", body).data["channels"] == ["devices"]
    made = chair.post(f"{API}polls", {**body, "channels": ["hands", "devices", "hands"]})
    assert made.data["channels"] == ["devices", "hands"]
    at = f"{API}polls/{made.data['id']}"
    voters(Poll.objects.get(pk=made.data["id"]), 3)
    assert chair.post(f"{at}/open", {"override_reason": "thử"}).data["reason"] == "tellers"
    committee(Poll.objects.get(pk=made.data["id"]), tellers=2)
    assert chair.post(f"{at}/open", {}).status_code == 200
    assert Poll.objects.get(pk=made.data["id"]).config["channels"] == ["devices", "hands"]


@pytest.mark.django_db
def test_a_poll_on_paper_alone_takes_nothing_from_devices() -> None:
    poll = hybrid(2, ("paper",), secrecy="secret")
    assert poll.public_key == ""
    with pytest.raises(Conflict) as refused:
        services.cast(poll_id=poll.pk, person_id=casters(poll)[0].pk, choice="yes")
    assert refused.value.extra == {"reason": "channel"}
    with pytest.raises(Conflict):
        services.draw_key(poll_id=PollFactory(secrecy="secret", channels=["paper"]).pk, person_id=PersonFactory().pk)
    by_hands = hybrid(1, ("hands",))
    with pytest.raises(Conflict):
        services.issue_papers(poll_id=by_hands.pk, numbers=[1])
    with pytest.raises(Invalid):
        services.issue_papers(poll_id=poll.pk, numbers=[3])


NAMED = (
    "INSERT INTO resolutions_namedballot (poll_id, number, choice, leaf, cast_by) VALUES ('{p}', 2, '\"yes\"', 'b', '')"
)
PAPER = "INSERT INTO resolutions_issuedpaper (poll_id, number, issued_by) VALUES ('{p}', %s, '')"
#: After which step, what is tried, and by which guard it is refused.
WRONG: dict[str, tuple[str, str, str]] = {
    "a ballot beside a paper": ("paper", NAMED, "paper_or_device"),
    "a paper beside a ballot": ("open", PAPER % 1, "paper_or_device"),
    "a second paper": ("paper", PAPER % 2, "pkey"),
    "a paper for nobody": ("open", PAPER % 9, "a_paper_needs_an_entitlement"),
    "a late paper": ("seal", PAPER % 2, "paper_in_time"),
    "a paper taken back": ("paper", "DELETE FROM resolutions_issuedpaper", "resolutions_issuedpaper_append_only"),
    "a ballot by no channel": ("draft", "UPDATE resolutions_poll SET channels = '{{paper}}', state = 'open', opened_at = now(); " + NAMED, "by_its_channels"),
    "another channel": ("open", "UPDATE resolutions_poll SET channels = '{{devices}}'", "poll_stands"),
    "no channel": ("draft", "UPDATE resolutions_poll SET channels = '{{}}'", "a_poll_takes_votes_by_known_channels"),
    "hands in secret": ("draft", "UPDATE resolutions_poll SET channels = '{{hands}}', secrecy = 'secret'", "a_hand_is_one_open_vote"),
    "hands that rank": ("draft", "UPDATE resolutions_poll SET channels = '{{hands}}', method = '{{\"kind\": \"ranked\"}}'", "a_hand_is_one_open_vote"),
    "nobody to count": ("draft", "DELETE FROM resolutions_teller; UPDATE resolutions_poll SET state = 'open'", "two_tellers_count"),
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("what", WRONG)
def test_postgresql_refuses(what: str) -> None:
    until, statement, guard = WRONG[what]
    poll = PollFactory(channels=["devices", "paper"])
    voters(poll, 2)
    committee(poll, tellers=2)
    if until != "draft":
        services.open_poll(poll_id=poll.pk)
        services.cast(poll_id=poll.pk, person_id=casters(poll)[0].pk, choice="yes")
    if until == "paper":
        services.issue_papers(poll_id=poll.pk, numbers=[2])
    if until == "seal":
        services.seal(poll_id=poll.pk)
    only_refused_by(guard, statement.format(p=poll.pk))


def paper_while_casting(poll: Poll, monkeypatch: pytest.MonkeyPatch, urn: Any) -> tuple[int, int]:
    """A paper is asked for while a cast that passed every check is not committed: ballots and papers afterwards."""
    (voter,) = casters(poll)
    checked, asked = threading.Event(), threading.Event()
    honest = services.ballots.CAST_BY_SECRECY[poll.secrecy]

    def slow(*args: Any) -> Any:
        receipts = honest(*args)
        checked.set()
        asked.wait(10)
        return receipts

    monkeypatch.setitem(services.ballots.CAST_BY_SECRECY, poll.secrecy, slow)
    take = locks.alone

    def told(poll_id: Any) -> None:
        threading.Timer(0.2, asked.set).start()
        take(poll_id)

    monkeypatch.setattr(locks, "alone", told)

    def cast() -> None:
        services.cast(poll_id=poll.pk, person_id=voter.pk, choice="yes")
        connections.close_all()

    caster = threading.Thread(target=cast)
    caster.start()
    assert checked.wait(10)
    try:
        services.issue_papers(poll_id=poll.pk, numbers=[1])
    except Conflict as refused:
        assert refused.extra == {"reason": "already-cast"}
    asked.set()
    caster.join()
    return urn.objects.filter(poll=poll).count(), IssuedPaper.objects.filter(poll=poll).count()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("secrecy", ["named", "secret"])
def test_a_paper_waits_for_the_cast_in_flight(secrecy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if secrecy == "secret":
        poll, _ = secret_poll(1, channels=["devices", "paper"])
        services.open_poll(poll_id=poll.pk)
    else:
        poll = hybrid(1)
    urn = Envelope if secrecy == "secret" else NamedBallot
    assert paper_while_casting(poll, monkeypatch, urn) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_somebody_has_both(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: neither trigger sees what the other transaction has not committed."""
    poll = hybrid(1)
    monkeypatch.setattr(locks, "alone", lambda poll_id: None)
    assert paper_while_casting(poll, monkeypatch, NamedBallot) == (1, 1)
