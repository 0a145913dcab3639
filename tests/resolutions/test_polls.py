"""Polls through the API and under races."""

import threading
from collections import Counter
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from rest_framework.test import APIClient

from backend.core.errors import Conflict, Forbidden
from backend.people.models import Account
from backend.registration.models import Presence, Registration
from backend.resolutions import merkle, services
from backend.resolutions.counting import Rule
from backend.resolutions.models import Entitlement, NamedBallot, Poll
from tests.factories.conferences import DutyFactory
from tests.factories.people import AccountFactory, OrganisationFactory, PersonFactory
from tests.factories.registration import RegistrationFactory
from tests.factories.resolutions import PollFactory, ResolutionFactory


def voters(poll: Poll, count: int, *, present: int | None = None, category: str = "staff") -> list[Registration]:
    """Confirmed registrations of one category, the first `present` of them in the room."""
    rows = [RegistrationFactory(conference=poll.conference, category=category) for _ in range(count)]
    for row in rows[: count if present is None else present]:
        Presence.objects.create(conference=poll.conference, registration=row, direction="in", source="name")
    return rows


def run_together(count: int, work: Any) -> list[Any]:
    """`work(index)` in threads that start at once; exceptions are results."""
    gate, results = threading.Barrier(count), [None] * count

    def one(index: int) -> None:
        gate.wait()
        try:
            results[index] = work(index)
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def chair(db: Any) -> Account:
    return AccountFactory(person=PersonFactory())


def signed_in(account: Account) -> APIClient:
    api = APIClient()
    api.force_authenticate(account)
    return api


@pytest.mark.django_db
def test_a_staff_conference_votes_and_its_verdict_shows_every_number(chair: Account) -> None:
    poll = PollFactory()
    DutyFactory(conference=poll.conference, kind="chair", person=chair.person)
    rows = voters(poll, 9, present=7)
    guest = voters(poll, 1, category="guest")[0]
    api = signed_in(chair)
    opened = api.post(f"/api/v1/polls/{poll.id}/open", {}, format="json")
    assert opened.status_code == 200, opened.data
    assert opened.data["tally"] is None
    for index, row in enumerate(rows[:7]):
        voter = signed_in(AccountFactory(person=row.person))
        body = {"poll": str(poll.id), "choice": "yes" if index < 4 else "no"}
        first, again = (voter.post("/api/v1/ballots", body, format="json") for _ in range(2))
        assert first.status_code == again.status_code == 200
        assert first.data == again.data
    assert voter.post("/api/v1/ballots", {**body, "choice": "yes"}, format="json").status_code == 409
    assert (
        signed_in(AccountFactory(person=guest.person)).post("/api/v1/ballots", body, format="json").status_code == 403
    )
    assert api.get(f"/api/v1/polls/{poll.id}").data["turnout"] == 7
    assert api.post(f"/api/v1/polls/{poll.id}/seal").status_code == 200
    assert voter.post("/api/v1/ballots", body, format="json").data == first.data, "however late: the same receipt"
    late = voter.post("/api/v1/ballots", {**body, "choice": "yes"}, format="json")
    assert (late.status_code, late.data["reason"]) == (409, "closed")
    services.count(poll_id=poll.id)
    shown = api.get(f"/api/v1/polls/{poll.id}").data
    assert shown["verdict"]["outcome"] == "adopted"
    majority = shown["verdict"]["thresholds"][0]
    assert (majority["base_number"], majority["needed"], majority["got"], majority["margin"]) == (7, 4, 4, 0)
    assert shown["tally"]["entitled"] == 9
    assert shown["tally"]["present_at_open"] == 7
    assert api.post(f"/api/v1/polls/{poll.id}/declare", {}, format="json").status_code == 200
    assert api.get(f"/api/v1/resolutions/{poll.resolution_id}").data["state"] == "adopted"
    evidence = api.get(f"/api/v1/polls/{poll.id}/evidence").data
    assert merkle.root(evidence["leaves"]) == evidence["urn_root"] == shown["urn_root"]


@pytest.mark.django_db
def test_whoever_comes_during_the_vote_or_votes_is_among_those_it_is_measured_by() -> None:
    poll = PollFactory()
    rows = voters(poll, 6, present=4)
    services.open_poll(poll_id=poll.id)
    Presence.objects.create(conference=poll.conference, registration=rows[4], direction="in", source="name")
    Presence.objects.create(conference=poll.conference, registration=rows[0], direction="out", source="name")
    for row in [rows[0], rows[4], rows[5]]:  # one who left, one who came, one nobody saw at the door
        services.cast(poll_id=poll.id, person_id=row.person_id, choice="yes")
    services.seal(poll_id=poll.id)
    counted = services.count(poll_id=poll.id)
    assert counted.tally is not None
    assert counted.verdict is not None
    assert (counted.tally["present_at_open"], counted.tally["present_at_seal"], counted.tally["attending"]) == (4, 4, 6)
    (majority,) = counted.verdict["thresholds"]
    assert (majority["base"], majority["got"], majority["base_number"], majority["needed"]) == ("attending", 3, 6, 4)
    assert counted.verdict["outcome"] == "rejected"


@pytest.mark.django_db
def test_where_those_present_at_the_opening_decide_nobody_else_votes() -> None:
    poll = PollFactory(rule={"all_of": [{"share": "1/2", "cmp": ">", "base": "present_at_open"}]})
    there, late = voters(poll, 2, present=1)
    services.open_poll(poll_id=poll.id)
    Presence.objects.create(conference=poll.conference, registration=late, direction="in", source="name")
    with pytest.raises(Forbidden):
        services.cast(poll_id=poll.id, person_id=late.person_id, choice="no")
    (receipt,) = services.cast(poll_id=poll.id, person_id=there.person_id, choice="yes")
    services.seal(poll_id=poll.id)
    (again,) = services.cast(poll_id=poll.id, person_id=there.person_id, choice="yes")
    assert (again.leaf, again.signature, again.repeated) == (receipt.leaf, receipt.signature, True)
    with pytest.raises(Conflict):
        services.cast(poll_id=poll.id, person_id=there.person_id, choice="no")
    verdict = services.count(poll_id=poll.id).verdict
    assert verdict is not None
    assert (verdict["thresholds"][0]["percent"], verdict["outcome"]) == ("100.00", "adopted")


@pytest.mark.django_db
def test_without_a_quorum_it_opens_only_with_a_reason() -> None:
    poll = PollFactory()
    voters(poll, 9, present=5)
    with pytest.raises(Conflict):
        services.open_poll(poll_id=poll.id)
    assert services.open_poll(poll_id=poll.id, override_reason="Chủ tọa quyết định").state == "open"


@pytest.mark.django_db
def test_an_empty_roll_is_refused() -> None:
    poll = PollFactory()
    with pytest.raises(Conflict):
        services.open_poll(poll_id=poll.id)


@pytest.mark.django_db
def test_the_database_clock_closes_the_poll() -> None:
    poll = PollFactory()
    row = voters(poll, 1)[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE resolutions_poll SET closes_at = clock_timestamp() + interval '0.3 s' WHERE id = %s", [poll.id]
        )
    services.open_poll(poll_id=poll.id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.4)")
    with pytest.raises(Conflict):
        services.cast(poll_id=poll.id, person_id=row.person_id, choice="yes")
    services.close_due()
    poll.refresh_from_db()
    assert poll.state == "sealed"


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["resolutions_entitlement", "resolutions_namedballot"])
def test_evidence_is_append_only(table: str) -> None:
    poll = PollFactory()
    row = voters(poll, 1)[0]
    services.open_poll(poll_id=poll.id)
    services.cast(poll_id=poll.id, person_id=row.person_id, choice="yes")
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET number = number"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db
def test_an_open_poll_stands() -> None:
    poll = PollFactory()
    voters(poll, 1)
    services.open_poll(poll_id=poll.id)
    with pytest.raises(IntegrityError), transaction.atomic():
        Poll.objects.filter(pk=poll.id).update(question={"vi": "khác"})


@pytest.mark.django_db
@pytest.mark.parametrize("lacking", [{"tally": None}, {"sealed_at": None}, {"verdict": None}])
def test_a_counted_poll_without_its_figures_is_refused_even_in_sql(lacking: dict[str, None]) -> None:
    poll = PollFactory()
    voters(poll, 1)
    for step in (services.open_poll, services.seal, services.count):
        step(poll_id=poll.id)
    with pytest.raises(IntegrityError), transaction.atomic():
        Poll.objects.filter(pk=poll.id).update(**lacking)


@pytest.mark.django_db
def test_a_ballot_needs_a_place_on_the_roll_even_in_sql() -> None:
    poll = PollFactory()
    voters(poll, 1)
    services.open_poll(poll_id=poll.id)
    with pytest.raises(IntegrityError), transaction.atomic():
        NamedBallot.objects.create(poll=poll, number=2, choice="yes", leaf="0" * 64, cast_by="x")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db(transaction=True)
def test_one_voter_at_twenty_doors_casts_one_ballot() -> None:
    poll = PollFactory()
    row = voters(poll, 1)[0]
    services.open_poll(poll_id=poll.id)
    choices = ["yes", "no"] * 10
    results = run_together(
        20, lambda index: services.cast(poll_id=poll.id, person_id=row.person_id, choice=choices[index])
    )
    kept = NamedBallot.objects.get(poll=poll).choice
    accepted = [choices[index] for index, result in enumerate(results) if isinstance(result, list)]
    assert set(accepted) == {kept}
    assert all(isinstance(result, list | Conflict) for result in results)


@pytest.mark.django_db(transaction=True)
def test_what_is_sealed_is_what_was_cast() -> None:
    """Many cast while one seals: the count at the seal is the count afterwards, and every accepted ballot is in it."""
    for _ in range(3):
        poll = PollFactory()
        rows = voters(poll, 24)
        services.open_poll(poll_id=poll.id)

        def work(index: int, poll: Poll = poll, rows: list[Registration] = rows) -> Any:
            if index == 0:
                return services.seal(poll_id=poll.id)
            return services.cast(poll_id=poll.id, person_id=rows[index].person_id, choice="yes")

        results = run_together(24, work)
        kinds = Counter(type(result) for result in results)
        assert set(kinds) <= {Poll, list, Conflict}, kinds
        poll.refresh_from_db()
        assert poll.tally["returned"] == kinds[list] == NamedBallot.objects.filter(poll=poll).count()


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_late_ballot_slips_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: a cast that has passed the check is held back until the seal is through."""
    poll = PollFactory()
    row = voters(poll, 1)[0]
    services.open_poll(poll_id=poll.id)
    monkeypatch.setattr("backend.resolutions.services.locks.share", lambda poll_id: None)
    checked, sealed = threading.Event(), threading.Event()
    honest = services.ballots.CAST_BY_SECRECY["named"]

    def slow(*args: Any) -> Any:
        receipts = honest(*args)
        checked.set()
        sealed.wait(10)
        return receipts

    monkeypatch.setitem(services.ballots.CAST_BY_SECRECY, "named", slow)
    caster = threading.Thread(
        target=lambda: (services.cast(poll_id=poll.id, person_id=row.person_id, choice="yes"), connections.close_all())
    )
    caster.start()
    assert checked.wait(10)
    services.seal(poll_id=poll.id)
    sealed.set()
    caster.join()
    poll.refresh_from_db()
    assert poll.tally["returned"] == 0
    assert NamedBallot.objects.filter(poll=poll).count() == 1


@pytest.mark.django_db
def test_a_stranger_casts_nothing() -> None:
    poll = PollFactory()
    rows = voters(poll, 2)
    services.open_poll(poll_id=poll.id)
    with pytest.raises(Forbidden):
        services.cast(poll_id=poll.id, person_id=PersonFactory().id, choice="yes")
    with pytest.raises(Forbidden):
        services.cast(poll_id=poll.id, person_id=rows[0].person_id, choice="yes", numbers=[1, 2])
    assert Entitlement.objects.filter(poll=poll).count() == 2
    assert not NamedBallot.objects.exists()


@pytest.mark.django_db
def test_casting_costs_few_statements(django_assert_max_num_queries: Any) -> None:
    poll = PollFactory()
    row = voters(poll, 1)[0]
    services.open_poll(poll_id=poll.id)
    api = signed_in(AccountFactory(person=row.person))
    with django_assert_max_num_queries(6):
        assert api.post("/api/v1/ballots", {"poll": str(poll.id), "choice": "yes"}, format="json").status_code == 200


@pytest.mark.django_db
def test_a_rule_of_all_members_needs_their_number_and_holds_abstainers_and_absentees_against_it(chair: Account) -> None:
    resolution = ResolutionFactory()
    DutyFactory(conference=resolution.conference, kind="secretary", person=chair.person)
    api = signed_in(chair)
    body: dict[str, Any] = {
        "resolution": str(resolution.pk),
        "question": {"vi": "Thông qua?"},
        "rule": "party_majority",
        "voting_categories": ["delegate"],
    }
    refused = api.post("/api/v1/polls", body, format="json")
    assert (refused.status_code, refused.data["errors"][0]["field"]) == (400, "members")

    made = api.post("/api/v1/polls", {**body, "members": 3}, format="json")
    poll = Poll.objects.get(pk=made.data["id"])
    rows = voters(poll, 4, category="delegate")
    crowded = api.post(f"/api/v1/polls/{poll.pk}/open", {}, format="json")
    assert (crowded.status_code, crowded.data["reason"]) == (409, "members")

    made = api.post("/api/v1/polls", {**body, "members": 9}, format="json")
    assert api.post(f"/api/v1/polls/{made.data['id']}/open", {}, format="json").status_code == 200
    for row, choice in zip(rows, ("yes", "yes", "yes", "no"), strict=True):
        services.cast(poll_id=made.data["id"], person_id=row.person_id, choice=choice)
    services.seal(poll_id=made.data["id"])
    verdict = services.count(poll_id=made.data["id"]).verdict
    assert verdict is not None
    (check,) = verdict["thresholds"]
    assert (verdict["outcome"], check["base_number"], check["needed"], check["margin"]) == ("rejected", 9, 5, -2)


@pytest.mark.django_db
def test_only_the_units_named_vote_with_those_below_them() -> None:
    district = OrganisationFactory()
    commune = OrganisationFactory(parent=district)
    poll = PollFactory(voting_units=[str(district.pk)])
    rows = voters(poll, 4)
    for row, unit in zip(rows, (district, commune), strict=False):
        Registration.objects.filter(pk=row.pk).update(organisation=unit)
    services.open_poll(poll_id=poll.pk, override_reason="thử")
    on_roll = Entitlement.objects.filter(poll=poll).values_list("holder", flat=True)
    assert set(on_roll) == {rows[0].pk, rows[1].pk}
    assert Poll.objects.get(pk=poll.pk).tally["summoned"] == 2


@pytest.mark.django_db
def test_who_votes_and_leaves_is_told_from_who_votes_without_being_there() -> None:
    rule = {"all_of": [{"share": "1/2", "cmp": ">", "base": "present_at_seal"}]}
    poll = PollFactory(rule=Rule.from_json(rule).to_json())
    rows = voters(poll, 5)
    never_came = RegistrationFactory(conference=poll.conference, category="staff")
    services.open_poll(poll_id=poll.pk)
    for row in rows[:2]:
        services.cast(poll_id=poll.pk, person_id=row.person_id, choice="yes")
    for row in rows[1:4]:
        Presence.objects.create(conference=poll.conference, registration=row, direction="out", source="name")
    for row in (rows[3], never_came):
        services.cast(poll_id=poll.pk, person_id=row.person_id, choice="no")
    services.seal(poll_id=poll.pk)
    verdict = services.count(poll_id=poll.pk).verdict
    assert verdict is not None
    (check,) = verdict["thresholds"]
    assert check["parts"] == {"present_at_seal": 2, "left_after_voting": 1, "voted_outside": 2}
    assert (verdict["outcome"], check["needed"]) == ("rejected", 3)
    said = " ".join(sentence["vi"] for sentence in verdict["proof"])
    assert "kể cả 1 người đã biểu quyết rồi ra về trước lúc đó, kể cả 2 người biểu quyết khi không có mặt" in said
