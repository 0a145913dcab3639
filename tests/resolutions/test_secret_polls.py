"""Secret polls, as delegates, tellers and the chair go through them; and what PostgreSQL itself refuses."""

import base64
import json
from email import message_from_bytes, policy
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey
from rest_framework.exceptions import ValidationError
from rest_framework.test import APIClient

from backend.core.errors import Conflict, Forbidden, IllegalMove, Invalid
from backend.core.models import IdempotencyRecord
from backend.mail.models import OutgoingMail
from backend.minutes.drafting import decisions
from backend.outbox.models import Event
from backend.people.models import Account
from backend.resolutions import merkle, sealing, services
from backend.resolutions.models import Entitlement, Envelope, OpenedBallot, Poll, Teller
from backend.resolutions.serializers import BallotBody
from tests.dump import everything
from tests.factories.conferences import DutyFactory
from tests.factories.people import AccountFactory, PersonFactory
from tests.factories.resolutions import PollFactory, secret_poll

API = "/api/v1/"
pytestmark = pytest.mark.django_db


def signed_in(person: Any, **headers: str) -> APIClient:
    account = Account.objects.filter(person=person).first() or AccountFactory(person=person)
    api = APIClient(**headers)
    api.force_authenticate(account)
    return api


def casters(poll: Poll) -> list[Any]:
    return [row.caster for row in Entitlement.objects.filter(poll=poll).select_related("caster").order_by("number")]


def envelope(poll: Poll, choice: Any, tracker: str | None = None, /, **changes: Any) -> bytes:
    """As a voter's own device seals it."""
    said = {"poll": str(poll.pk), "choice": choice, "tracker": tracker or sealing.new_tracker(), **changes}
    return sealing.sealed(poll.public_key, json.dumps(said).encode().ljust(sealing.PLAINTEXT_BYTES))


def sent(poll: Poll, number: int, sealed: bytes) -> dict[str, Any]:
    envelopes = [{"number": number, "sealed": base64.b64encode(sealed).decode()}]
    return {"poll": str(poll.pk), "envelopes": envelopes}


def opened(people: int, **kwargs: Any) -> tuple[Poll, list[str]]:
    poll, words = secret_poll(people, **kwargs)
    return services.open_poll(poll_id=poll.pk), words


def test_a_secret_poll_from_the_committee_to_the_end_of_the_key(settings: Any) -> None:
    poll = PollFactory(secrecy="secret")
    chair = signed_in(DutyFactory(conference=poll.conference, kind="chair", person=PersonFactory()).person)
    secretary = signed_in(DutyFactory(conference=poll.conference, kind="secretary", person=PersonFactory()).person)
    tellers = [DutyFactory(conference=poll.conference, kind="teller", person=PersonFactory()).person for _ in range(3)]
    _voters(poll, 7)
    at = f"{API}polls/{poll.pk}"

    assert chair.post(f"{at}/open", {}).data["reason"] == "tellers"
    assert secretary.post(f"{at}/appoint", {"people": [str(PersonFactory().pk)] * 2}).status_code == 400
    named = secretary.post(f"{at}/appoint", {"people": [str(each.pk) for each in tellers], "threshold": 2})
    assert (named.status_code, named.data["threshold"]) == (200, 2)
    words = []
    for teller in tellers:
        api = signed_in(teller)
        drawn = api.post(f"{at}/draw-key", HTTP_IDEMPOTENCY_KEY=f"key-{teller.pk}").data["words"]
        again = api.post(f"{at}/draw-key", HTTP_IDEMPOTENCY_KEY=f"key-{teller.pk}").data
        assert "words" not in again, "told once"
        assert chair.post(f"{at}/open", {}).data["reason"] == "tellers"
        assert api.post(f"{at}/test-key", {"words": drawn.replace(" ", " a", 1)}).status_code == 400
        assert api.post(f"{at}/test-key", {"words": f" {drawn.upper()} "}).data["tested_at"]
        words.append(drawn)
    assert secretary.post(f"{at}/draw-key").status_code == 403
    assert {row["name"] for row in chair.get(f"{at}/tellers").data} == {each.full_name for each in tellers}

    shown = chair.post(f"{at}/open", {}).data
    poll.refresh_from_db()
    assert shown["public_key"] == poll.public_key != ""
    assert signed_in(tellers[0]).post(f"{at}/draw-key").status_code == 409
    receipts = _everybody_votes(poll, ["yes", "no", "yes", "yes", "abstain", "yes"])
    assert chair.get(at).data["turnout"] == 6
    assert chair.post(f"{at}/seal").data["tally"] is None
    services.count(poll_id=poll.pk)
    services.mail_root(poll_id=poll.pk)
    assert chair.get(at).data["state"] == "sealed", "only the tellers open it"
    root = chair.get(f"{at}/evidence").data["urn_root"]
    mails = OutgoingMail.objects.filter(purpose="urn-sealed")
    assert mails.count() == 3
    bodies = [message_from_bytes(bytes(mail.raw), policy=policy.default).get_body(("plain",)) for mail in mails]
    assert all(body and root in body.get_content() for body in bodies), "the root is known outside the database"

    table = signed_in(tellers[2])
    assert chair.post(f"{at}/open-envelopes", {"words": words[:2]}).status_code == 403
    assert table.post(f"{at}/open-envelopes", {"words": [words[0], words[0]]}).status_code == 400
    assert table.post(f"{at}/open-envelopes", {"words": [words[0], sealing.new_words()[0]]}).status_code == 400
    assert not OpenedBallot.objects.exists()
    counted = table.post(f"{at}/open-envelopes", {"words": [words[2], words[0]]})
    assert counted.status_code == 200, counted.data
    tally = counted.data["tally"]
    assert [tally[name] for name in ("entitled", "returned", "yes", "no", "abstain", "invalid")] == [7, 6, 4, 1, 1, 0]
    assert table.post(f"{at}/open-envelopes", {"words": words}).status_code == 409
    assert table.post(f"{at}/recount", {"words": words[1:]}).data == {"same": True}
    assert table.post(f"{at}/destroy-key").status_code == 409, "not before the result"
    assert chair.post(f"{at}/declare", {}).status_code == 200
    evidence = chair.get(f"{at}/evidence").data
    assert {receipt["leaf"] for receipt in receipts} == set(evidence["leaves"])
    assert f"Mã niêm phong hòm phiếu: {root[:8]} {root[8:16]} " in str(decisions.blocks(poll.conference))
    assert [row[0] for row in evidence["opened"]] == sorted(row[0] for row in evidence["opened"])

    assert signed_in(tellers[0]).post(f"{at}/destroy-key").data["key_destroyed_at"] is None, "two still open it"
    assert signed_in(tellers[1]).post(f"{at}/destroy-key").data["key_destroyed_at"] is not None
    assert Event.objects.filter(name="poll.key_destroyed").count() == 1
    assert table.post(f"{at}/recount", {"words": words[1:]}).status_code == 409
    assert services.end_complaints() == 0, "there is time for complaints"
    settings.COMPLAINT_DAYS = 0
    assert (services.end_complaints(), services.end_complaints()) == (1, 0)
    assert chair.get(f"{at}/evidence").data["leaves"] == evidence["leaves"], "the leaves stay"
    assert not Envelope.objects.filter(sealed__isnull=False).exists()
    assert not Teller.objects.filter(sealed_share__isnull=False).exists()
    kept = "\n".join(row for rows in everything().values() for row in rows)
    assert root in kept
    assert not any(part in kept for each in words for part in (each, each.split(" ", 4)[4]))


def _voters(poll: Poll, count: int) -> None:
    from tests.resolutions.test_polls import voters

    voters(poll, count)


def _everybody_votes(poll: Poll, choices: list[str]) -> list[dict[str, Any]]:
    """Half of them seal for themselves, half let the house seal; each sends it twice."""
    receipts = []
    for number, (caster, choice) in enumerate(zip(casters(poll), choices, strict=False), start=1):
        own = sent(poll, number, envelope(poll, choice))
        body = own if number % 2 else {"poll": str(poll.pk), "choice": choice}
        first, again = (signed_in(caster).post(f"{API}ballots", body) for _ in range(2))
        assert first.status_code == again.status_code == 200, first.data
        assert first.data == again.data
        assert "Idempotency-Replayed" not in first
        assert again["Idempotency-Replayed"] == "true"
        receipts += first.data
    return receipts


def test_a_receipt_is_signed_and_names_what_was_frozen() -> None:
    poll, _ = opened(1)
    (receipt,) = signed_in(casters(poll)[0]).post(f"{API}ballots", {"poll": str(poll.pk), "choice": "yes"}).data
    under = {"roll_hash": poll.roll_hash, "config_hash": poll.config_hash}
    said = b"plenum receipt 1\n" + merkle.canonical({"poll": str(poll.pk), "leaf": receipt["leaf"], **under})
    assert receipt["key"] == poll.receipt_key
    VerifyKey(bytes.fromhex(receipt["key"])).verify(said, bytes.fromhex(receipt["signature"]))
    with pytest.raises(BadSignatureError):
        VerifyKey(bytes.fromhex(receipt["key"])).verify(said + b" ", bytes.fromhex(receipt["signature"]))
    assert receipt["tracker"] is None, "what was not asked for cannot be demanded from a voter"


@pytest.mark.parametrize("receipt", ["none", "inclusion", "tracker"])
def test_what_a_voter_may_keep(receipt: str) -> None:
    poll, words = opened(2, receipt=receipt)
    mine = sealing.new_tracker()
    first, second = casters(poll)
    (own,) = signed_in(first).post(f"{API}ballots", sent(poll, 1, envelope(poll, "no", mine))).data
    (here,) = signed_in(second).post(f"{API}ballots", {"poll": str(poll.pk), "choice": "yes"}).data
    services.seal(poll_id=poll.pk)
    services.open_envelopes(poll_id=poll.pk, words=words[:2])
    ballots = dict(OpenedBallot.objects.values_list("tracker", "choice"))
    assert sorted(ballots.values()) == ["no", "yes"]
    assert (own["leaf"] is None) == (own["signature"] is None) == (receipt == "none")
    assert (ballots.get(mine) == "no") == (receipt == "tracker"), "a tracker of one's own proves nothing elsewhere"
    assert (here["tracker"] is not None) == (receipt == "tracker")
    assert receipt != "tracker" or ballots[here["tracker"]] == "yes"


def test_spoilt_envelopes_are_counted_as_invalid() -> None:
    poll, words = opened(9, receipt="tracker")
    other, _ = opened(1)
    same = sealing.new_tracker()
    spoilt = [
        envelope(poll, "yes", poll=str(other.pk)),
        envelope(poll, "perhaps"),
        envelope(poll, ["yes"]),
        envelope(poll, "yes", "ab " * 11),
        envelope(poll, "yes", note="Nguyễn Văn An"),
        envelope(other, "yes"),
        sealing.sealed(poll.public_key, b"\xff" * sealing.PLAINTEXT_BYTES),
    ]
    copied = [envelope(poll, "yes", same), envelope(poll, "no", same)]
    for number, (caster, sealed) in enumerate(zip(casters(poll), [*spoilt, *copied], strict=True), start=1):
        services.cast(poll_id=poll.pk, person_id=caster.pk, envelopes={number: sealed})
    services.seal(poll_id=poll.pk)
    tally = services.open_envelopes(poll_id=poll.pk, words=words[1:]).tally
    assert tally is not None
    assert [tally[name] for name in ("returned", "valid", "yes", "no", "invalid")] == [9, 2, 1, 1, 7]
    assert set(OpenedBallot.objects.filter(valid=False).values_list("choice", flat=True)) == {None}
    assert not OpenedBallot.objects.filter(tracker=same).exists(), (
        "whoever claims another's tracker takes no ballot away"
    )


def test_a_first_ballot_stands_and_nobody_learns_which() -> None:
    poll, words = opened(2)
    voter, other = (signed_in(person) for person in casters(poll))
    body = {"poll": str(poll.pk), "choice": "yes"}
    first = voter.post(f"{API}ballots", body)
    again = voter.post(f"{API}ballots", {**body, "choice": "no"})
    assert (again.status_code, again.data, again["Idempotency-Replayed"]) == (200, first.data, "true")
    assert voter.post(f"{API}ballots", sent(poll, 1, envelope(poll, "no"))).data["reason"] == "already-cast"
    sealed = bytes(Envelope.objects.get(number=1).sealed)
    assert other.post(f"{API}ballots", sent(poll, 2, sealed)).data["reason"] == "copied"
    assert other.post(f"{API}ballots", sent(poll, 1, envelope(poll, "no"))).status_code == 403
    assert other.post(f"{API}ballots", sent(poll, 2, b"x" * 100)).status_code == 400
    assert other.post(f"{API}ballots", {**body, **sent(poll, 2, sealed)}).status_code == 400
    services.seal(poll_id=poll.pk)
    late = voter.post(f"{API}ballots", body)
    assert (late.status_code, late.data, late["Idempotency-Replayed"]) == (200, first.data, "true"), "a lost answer"
    assert voter.post(f"{API}ballots", sent(poll, 1, sealed)).data == first.data
    assert voter.post(f"{API}ballots", sent(poll, 1, envelope(poll, "no"))).data["reason"] == "closed"
    assert other.post(f"{API}ballots", body).data["reason"] == "closed"
    assert services.open_envelopes(poll_id=poll.pk, words=words[:2]).tally["yes"] == 1  # type: ignore[index]


def test_a_request_casts_all_of_its_ballots_or_none() -> None:
    poll, _ = opened(3)
    proxy = casters(poll)[0]
    with connection.cursor() as cursor:  # one person casts for all three
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE resolutions_entitlement SET caster_id = %s", [proxy.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")
    second = envelope(poll, "yes")
    services.cast(poll_id=poll.pk, person_id=proxy.pk, envelopes={2: second})
    for request in (
        {"envelopes": {1: envelope(poll, "yes"), 2: envelope(poll, "yes"), 3: envelope(poll, "no")}},
        {"envelopes": {1: envelope(poll, "yes"), 2: second}},
        {"choice": "yes"},
        {"envelopes": dict.fromkeys((1, 3), envelope(poll, "yes"))},
    ):
        with pytest.raises(Conflict):
            services.cast(poll_id=poll.pk, person_id=proxy.pk, **request)
        assert list(Envelope.objects.values_list("number", flat=True)) == [2]
    services.cast(poll_id=poll.pk, person_id=proxy.pk, choice="yes", numbers=[1, 3])
    assert Envelope.objects.count() == 3


def test_nothing_is_kept_of_a_choice_that_was_sent(caplog: pytest.LogCaptureFixture) -> None:
    poll, _ = opened(1)
    voter = signed_in(casters(poll)[0])
    with connection.execute_wrapper(_no_choice_in_a_statement):
        assert voter.post(
            f"{API}ballots", {"poll": str(poll.pk), "choice": "abstain"}, HTTP_IDEMPOTENCY_KEY="k" * 20
        ).status_code == 200  # fmt: skip
    assert not IdempotencyRecord.objects.exists(), "not even a keyed hash of one of three words"
    assert "abstain" not in caplog.text
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(e)::text FROM resolutions_envelope e")
        (row,) = cursor.fetchall()
    assert set(json.loads(row[0])) == {"poll_id", "number", "sealed", "leaf"}, "no time, no choice"


def _no_choice_in_a_statement(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    assert "abstain" not in f"{sql} {params}"
    return execute(sql, params, many, context)


@pytest.mark.parametrize("sealed_by", ["voter", "house"])
def test_casting_costs_few_statements(sealed_by: str, django_assert_max_num_queries: Any) -> None:
    poll, _ = opened(1)
    api = signed_in(casters(poll)[0])
    body = sent(poll, 1, envelope(poll, "yes")) if sealed_by == "voter" else {"poll": str(poll.pk), "choice": "yes"}
    events = Event.objects.count()
    with django_assert_max_num_queries(5):  # the lock, the check, the insert, in a transaction
        assert api.post(f"{API}ballots", body).status_code == 200
    assert Event.objects.count() == events, "nothing is told of a single ballot"


def test_the_committee_that_tested_its_keys_is_the_one_that_counts() -> None:
    poll, words = secret_poll(1)
    teller = poll.tellers.order_by("id").first()
    assert teller is not None
    _, fresh = services.draw_key(poll_id=poll.pk, person_id=teller.person_id)
    with pytest.raises(Conflict):
        services.open_poll(poll_id=poll.pk)  # the new key is untested
    services.test_key(poll_id=poll.pk, person_id=teller.person_id, words=fresh)
    services.open_poll(poll_id=poll.pk)
    services.cast(poll_id=poll.pk, person_id=casters(poll)[0].pk, choice="yes")
    with pytest.raises(IllegalMove):
        services.open_envelopes(poll_id=poll.pk, words=words)
    services.seal(poll_id=poll.pk)
    with pytest.raises(Invalid):
        services.open_envelopes(poll_id=poll.pk, words=words[:2])  # one of them is void
    services.open_envelopes(poll_id=poll.pk, words=[fresh, words[1]])
    with pytest.raises(Forbidden):
        services.destroy_key(poll_id=services.declare(poll_id=poll.pk).pk, person_id=PersonFactory().pk)


def test_an_envelope_that_says_its_choice_twice_holds_no_vote() -> None:
    poll, words = opened(2)
    first, second = casters(poll)
    twice = f'{{"poll": "{poll.pk}", "choice": "no", "choice": "yes", "tracker": "{sealing.new_tracker()}"}}'
    sealed = sealing.sealed(poll.public_key, twice.encode().ljust(sealing.PLAINTEXT_BYTES))
    assert signed_in(first).post(f"{API}ballots", sent(poll, 1, sealed)).status_code == 200
    services.cast(poll_id=poll.pk, person_id=second.pk, choice="yes")
    services.seal(poll_id=poll.pk)
    tally = services.open_envelopes(poll_id=poll.pk, words=words[:2]).tally
    assert tally is not None
    assert (tally["yes"], tally["no"], tally["invalid"]) == (1, 0, 1)
    assert services.recount(poll_id=poll.pk, words=words[:2])


def test_an_annulled_urn_is_never_opened() -> None:
    poll, words = opened(1)
    services.cast(poll_id=poll.pk, person_id=casters(poll)[0].pk, choice="yes")
    services.seal(poll_id=poll.pk)
    services.annul(poll_id=poll.pk, reason={"vi": "Mất điện"})
    with pytest.raises(IllegalMove):
        services.open_envelopes(poll_id=poll.pk, words=words)
    for teller in poll.tellers.all():
        services.destroy_key(poll_id=poll.pk, person_id=teller.person_id)
    assert Poll.objects.get(pk=poll.pk).key_destroyed_at is not None


def test_every_poll_says_what_it_promises_and_warns_of_what_it_reveals() -> None:
    poll, words = opened(4)
    chair = signed_in(
        DutyFactory(conference=poll.conference, kind="chair", person=PersonFactory()).person, HTTP_ACCEPT_LANGUAGE="en"
    )
    at = f"{API}polls/{poll.pk}"
    said = chair.get(at).data
    assert any("opened ballot to its voter" in each for each in said["promises"]["guaranteed"])
    assert any("coercion" in each for each in said["promises"]["not_promised"])
    assert not any("named vote" in each for each in said["promises"]["not_promised"])
    assert said["warnings"] == ["With 4 ballots the result may reveal what each person chose."]
    for caster in casters(poll):
        services.cast(poll_id=poll.pk, person_id=caster.pk, choice="yes")
    services.seal(poll_id=poll.pk)
    services.open_envelopes(poll_id=poll.pk, words=words[:2])
    assert "All ballots are alike" in chair.get(at).data["warnings"][1]
    named = PollFactory(resolution__conference=poll.conference)
    assert any(
        "ghi tên" in each
        for each in signed_in(chair.handler._force_user.person)
        .get(f"{API}polls/{named.pk}")
        .data["promises"]["not_promised"]
    )


def test_nothing_of_a_ballot_stays_with_the_serializer_that_read_it() -> None:
    body, poll = BallotBody(data=None), str(uuid4())

    assert body.read({"poll": poll, "choice": "yes"}) == {"poll": UUID(poll), "choice": "yes"}
    with pytest.raises(ValidationError) as refused:
        body.read({"poll": "no id", "choice": "no"})
    assert set(refused.value.detail) == {"poll"}
    assert body.read({"poll": poll, "choice": "abstain"})["choice"] == "abstain"
    assert not {"initial_data", "_validated_data", "_errors"} & set(vars(body))
