"""Somebody else casts one's votes: named, capped, taken back, and frozen with the roll."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.db.models import F

from backend.conferences.queries import lead_organisation_id
from backend.core.errors import Conflict
from backend.core.text import localized
from backend.registration.models import Registration
from backend.resolutions import services
from backend.resolutions.models import Authorisation, Entitlement, NamedBallot, Poll, TakenBack, Teller
from backend.resolutions.services import locks
from tests.factories.conferences import DutyFactory
from tests.factories.papers import PDF
from tests.factories.people import AccountFactory, PersonFactory, RoleGrantFactory
from tests.factories.registration import RegistrationFactory
from tests.factories.resolutions import PollFactory, secret_poll
from tests.guards import assert_refused_by, assert_written_without
from tests.resolutions.test_evidence import fetched, verify_poll, with_roll
from tests.resolutions.test_polls import run_together, voters
from tests.resolutions.test_secret_polls import API, signed_in
from tests.resolutions.test_weights import a_seat, entitled, rolled, to

pytestmark = pytest.mark.django_db
Write = Callable[[], Any]


def proxied(people: int, *, most: int = 1, **fields: Any) -> tuple[Poll, list[Registration]]:
    """A draft poll at a conference where anybody may stand for so many, and people with seats there."""
    poll = PollFactory(**fields)
    services.set_procedure(conference=poll.conference, proxies=most)
    return poll, voters(poll, people)


def given(holder: Registration, proxy: Registration, poll: Poll | None = None) -> Authorisation:
    return services.authorise(conference=holder.conference, holder_id=holder.pk, proxy=proxy.person, poll=poll)


def test_a_delegate_names_a_proxy_who_casts_and_takes_the_vote_back_before_the_next_is_cast() -> None:
    poll, rows = proxied(4, most=1)
    holder, proxy, third, absent = rows
    staff = signed_in(DutyFactory(conference=poll.conference, kind="secretary", person=PersonFactory()).person)
    guest = RegistrationFactory(conference=poll.conference, category="guest")
    me, you = signed_in(holder.person), signed_in(proxy.person)
    body = {"conference": str(poll.conference_id), "proxy": str(proxy.person_id)}

    for who, wrong, status, field in (
        (me, {"proxy": str(guest.person_id)}, 400, "proxy"),
        (me, {"proxy": str(holder.person_id)}, 400, "proxy"),
        (me, {"poll": str(PollFactory().pk)}, 400, "poll"),
        (me, {"holder": str(third.pk)}, 403, None),
        (signed_in(guest.person), {}, 403, None),
        (staff, {"holder": str(guest.pk)}, 403, None),
    ):
        refused = who.post(f"{API}authorisations", {**body, **wrong}, format="json")
        assert refused.status_code == status, refused.data
        assert not field or refused.data["errors"][0]["field"] == field

    mine = me.post(f"{API}authorisations", body, format="json")
    assert (mine.status_code, mine.data["holder_name"], mine.data["on_paper"]) == (201, holder.person.full_name, False)
    for who, changed, reason in (
        (me, {}, "conflict"),
        (staff, {"holder": str(third.pk)}, "cap"),
        (you, {"proxy": str(third.person_id)}, "chain"),
        (signed_in(third.person), {"proxy": str(holder.person_id)}, "chain"),
    ):
        refused = who.post(f"{API}authorisations", {**body, **changed}, format="json")
        assert (refused.status_code, refused.data.get("reason", "conflict")) == (409, reason)
    entered = staff.post(
        f"{API}authorisations",
        {**body, "holder": str(absent.pk), "proxy": str(third.person_id), "poll": str(poll.pk)},
        format="json",
    )
    file = {"file": SimpleUploadedFile("giay-uy-quyen.pdf", PDF)}
    assert me.post(f"{API}authorisations/{mine.data['id']}/paper", file, format="multipart").status_code == 403
    paper = f"{API}authorisations/{entered.data['id']}/paper"
    file["file"].seek(0)
    assert staff.post(paper, file, format="multipart").data["on_paper"] is True
    assert signed_in(absent.person).get(paper).content == PDF
    assert me.get(paper).status_code == 404, "others' papers are theirs"
    assert {row["id"] for row in you.get(f"{API}authorisations").data["results"]} == {mine.data["id"]}

    services.open_poll(poll_id=poll.pk)
    ballot = {"poll": str(poll.pk), "choice": "yes"}
    assert me.post(f"{API}ballots", ballot, format="json").status_code == 403, "the proxy casts"
    found = you.get(f"{API}polls/{poll.pk}/entitlement").data
    assert {(row["own"], row["name"]) for row in found} == {
        (True, proxy.person.full_name),
        (False, holder.person.full_name),
    }
    late = {**body, "poll": str(poll.pk), "proxy": str(third.person_id)}
    assert me.post(f"{API}authorisations", late, format="json").data["reason"] == "late"
    taken = me.post(f"{API}authorisations/{mine.data['id']}/take-back")
    assert (taken.status_code, bool(taken.data["taken_back_at"])) == (200, True)
    assert me.post(f"{API}authorisations/{mine.data['id']}/take-back").status_code == 409
    assert [row["own"] for row in you.get(f"{API}polls/{poll.pk}/entitlement").data] == [True]
    assert [row["own"] for row in me.get(f"{API}polls/{poll.pk}/entitlement").data] == [True]
    both = [row["number"] for row in found]
    assert you.post(f"{API}ballots", {**ballot, "numbers": both}, format="json").status_code == 403
    told = [each for who in (you, me) for each in json.loads(who.post(f"{API}ballots", ballot, format="json").content)]
    told += json.loads(signed_in(third.person).post(f"{API}ballots", {**ballot, "choice": "no"}, format="json").content)
    assert len(told) == 4, "the third cast two"
    cast = signed_in(absent.person).post(f"{API}authorisations/{entered.data['id']}/take-back")
    assert (cast.status_code, cast.data["reason"]) == (409, "already-cast")
    assert Authorisation.objects.get(pk=entered.data["id"]).taken_back_at is None, "as it was"

    for step in (services.seal, services.count, services.declare):
        step(poll_id=poll.pk)
    auditor = AccountFactory(person=PersonFactory())
    RoleGrantFactory(account=auditor, role="auditor", organisation_id=lead_organisation_id(poll.conference))
    entries = {row["name"]: row for row in signed_in(auditor.person).get(f"{API}polls/{poll.pk}/roll").data}
    assert entries[holder.person.full_name]["taken_back"]
    assert entries[absent.person.full_name]["proxy"] == third.person.full_name
    bundle = with_roll(fetched(poll))
    number = entries[holder.person.full_name]["number"]
    assert bundle["taken_back"] == [number]
    assert {row[0]: row[2] for row in bundle["roll"]}[number] == str(proxy.person_id), "frozen as it was"
    assert verify_poll.faults(bundle, told, "", "") == []
    assert "urn_signature: not what was sealed" in verify_poll.faults({**bundle, "taken_back": []}, told, "", "")


def test_represented_holders_are_entitled_and_cast_but_never_present() -> None:
    rule = {"all_of": [{"share": "1/2", "cmp": ">", "base": "present_at_seal"}], "quorum": None}
    poll = PollFactory(rule=services.drafting.rule_from(rule).to_json(), proxies=2)
    here, away = voters(poll, 2), voters(poll, 2, present=0)
    for holder in away:
        given(holder, here[0], poll)
    services.open_poll(poll_id=poll.pk)
    services.cast(poll_id=poll.pk, person_id=here[0].person_id, choice="yes")
    services.seal(poll_id=poll.pk)
    counted = services.count(poll_id=poll.pk)
    assert counted.tally is not None
    assert counted.verdict is not None
    named = ("entitled", "present_at_open", "attending", "present_at_seal", "left_after_voting", "voted_outside", "yes")
    assert [counted.tally[name] for name in named] == [4, 2, 4, 2, 0, 2, 3]
    assert counted.verdict["thresholds"][0]["base_number"] == 4
    assert "kể cả 2 người biểu quyết khi không có mặt hoặc qua người được uỷ quyền" in localized(
        counted.verdict["proof"][1]
    )


def test_a_poll_says_how_many_anybody_stands_for_and_proxies_without_a_seat_stand_for_nobody() -> None:
    poll, rows = proxied(4, most=2)
    given(rows[0], rows[3])
    given(rows[1], rows[3])
    stricter = PollFactory(resolution=poll.resolution, conference=poll.conference, round=2, proxies=1)
    with pytest.raises(Conflict) as refused:
        services.open_poll(poll_id=stricter.pk)
    assert rows[3].person.full_name in str(refused.value)
    without = PollFactory(resolution=poll.resolution, conference=poll.conference, round=3, proxies=0)
    services.open_poll(poll_id=without.pk)
    assert not Entitlement.objects.filter(poll=without).exclude(holder__person=F("caster")).exists()
    services.annul(poll_id=without.pk, reason={"vi": "thử"})
    Registration.objects.filter(pk=rows[3].pk).update(category="guest")
    services.open_poll(poll_id=poll.pk, override_reason="thử")
    assert set(Entitlement.objects.filter(poll=poll).values_list("caster", flat=True)) == {
        row.person_id for row in rows[:3]
    }


def test_where_those_present_at_the_opening_decide_nobody_is_represented() -> None:
    rule = services.drafting.rule_from({"all_of": [{"share": "1/2", "cmp": ">", "base": "present_at_open"}]}).to_json()
    poll, (holder, proxy) = proxied(2, rule=rule)
    given(holder, proxy)
    services.open_poll(poll_id=poll.pk)
    assert Entitlement.objects.get(poll=poll, holder=holder).caster_id == holder.person_id
    api = signed_in(DutyFactory(conference=poll.conference, kind="secretary", person=PersonFactory()).person)
    body = {
        "resolution": str(poll.resolution_id),
        "question": {"vi": "?"},
        "rule": rule,
        "voting_categories": ["staff"],
    }
    refused = api.post(f"{API}polls", {**body, "proxies": 1}, format="json")
    assert (refused.status_code, refused.data["errors"][0]["field"]) == (400, "proxies")


def test_a_proxy_in_a_secret_poll_gets_receipts_and_nothing_else() -> None:
    poll, words = secret_poll(3, proxies=2)
    rows = list(Registration.objects.filter(conference=poll.conference).order_by("pk"))
    for holder in rows[1:]:
        given(holder, rows[0], poll)
    services.open_poll(poll_id=poll.pk)
    told = signed_in(rows[0].person).post(f"{API}ballots", {"poll": str(poll.pk), "choice": "no"}, format="json").data
    assert len(told) == 3
    assert {name for each in told for name, value in each.items() if value is not None} == {
        "poll", "number", "leaf", "roll_hash", "config_hash", "key", "signature",
    }  # fmt: skip
    services.seal(poll_id=poll.pk)
    assert services.open_envelopes(poll_id=poll.pk, words=words[:2]).tally["no"] == 3  # type: ignore[index]


@pytest.mark.django_db(transaction=True)
def test_a_proxy_and_a_holder_at_once_cast_one_vote() -> None:
    """Taking back waits for the cast in flight, or the cast for it: never both."""
    ended = set()
    for _ in range(8):
        poll, (holder, proxy) = proxied(2)
        given_to = given(holder, proxy)
        services.open_poll(poll_id=poll.pk)
        cast, back = run_together(
            2,
            lambda index, poll=poll, proxy=proxy, it=given_to: (
                services.cast(poll_id=poll.pk, person_id=proxy.person_id, choice="yes")
                if index == 0
                else services.take_back_votes(authorisation_id=it.pk)
            ),
        )
        took_back = isinstance(back, Authorisation)
        assert len(cast) == (1 if took_back else 2), (cast, back)
        assert NamedBallot.objects.filter(poll=poll).count() == len(cast)
        assert TakenBack.objects.filter(poll=poll).count() == int(took_back)
        ended.add(took_back)
    assert ended


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_proxy_casts_what_was_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: a cast that has read the roll is held back until the votes were taken back."""
    poll, (holder, proxy) = proxied(2)
    given_to = given(holder, proxy)
    services.open_poll(poll_id=poll.pk)
    monkeypatch.setattr(locks, "share", lambda poll_id: None)
    read, taken = threading.Event(), threading.Event()
    honest = services.ballots.CAST_BY_SECRECY["named"]

    def slow(*args: Any) -> Any:
        read.set()
        taken.wait(10)
        return honest(*args)

    monkeypatch.setitem(services.ballots.CAST_BY_SECRECY, "named", slow)
    caster = threading.Thread(
        target=lambda: (
            services.cast(poll_id=poll.pk, person_id=proxy.person_id, choice="yes"),
            connections.close_all(),
        )
    )
    caster.start()
    assert read.wait(10)
    services.take_back_votes(authorisation_id=given_to.pk)
    taken.set()
    caster.join()
    assert TakenBack.objects.filter(poll=poll).exists()
    assert NamedBallot.objects.filter(poll=poll).count() == 2, "the holder's as well, by whom it was taken from"


def all_to_one(count: int, most: int) -> int:
    _, (proxy, *holders) = proxied(count + 1, most=most)
    results = run_together(count, lambda index: given(holders[index], proxy))
    assert all(isinstance(each, Authorisation | Conflict) for each in results), results
    return sum(isinstance(each, Authorisation) for each in results)


@pytest.mark.django_db(transaction=True)
def test_ten_who_name_one_proxy_at_once_stay_within_the_cap_and_only_by_the_lock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert all_to_one(10, most=3) == 3
    asked = threading.Barrier(6)
    honest = services.proxies.emit

    def together(fact: Any) -> None:  # each has counted before any has committed
        asked.wait(10)
        honest(fact)

    monkeypatch.setattr(locks, "authorising", lambda conference_id: None)
    monkeypatch.setattr(services.proxies, "emit", together)
    assert all_to_one(6, most=3) == 6


def one_for(holder: Registration, proxy: Any, poll: Poll | None = None) -> Write:
    return lambda: Authorisation.objects.create(conference=holder.conference, holder=holder, proxy=proxy, poll=poll)


def a_proxy_named_twice() -> Write:
    _, (holder, proxy, third) = proxied(3)
    given(holder, proxy)
    return one_for(holder, third.person)


def a_guest_as_proxy() -> Write:
    poll, (holder,) = proxied(1)
    return one_for(holder, a_seat(poll, "guest").person)


def oneself_as_proxy() -> Write:
    _, (holder,) = proxied(1)
    return one_for(holder, holder.person)


def a_chain(back: bool) -> Callable[[], Write]:
    def wrong() -> Write:
        poll, (first, second, third) = proxied(3)
        given(first, second)
        return one_for(second, third.person, poll) if back else one_for(third, first.person)

    return wrong


def a_roll_cast_by(category: str, **fields: Any) -> Callable[[], Write]:
    def wrong() -> Write:
        poll = rolled(1, **fields)
        entitled(poll, a_seat(poll), 2, caster=a_seat(poll, category).person)()
        return to(poll, state="open")

    return wrong


def a_vote_taken_back(*, cast: bool = False, paper: bool = False, by: str = "holder") -> Callable[[], Write]:
    def wrong() -> Write:
        poll, (holder, proxy) = proxied(2, channels=["devices", "paper"])
        Teller.objects.bulk_create(Teller(poll=poll, person=PersonFactory()) for _ in range(2))
        given(holder, proxy)
        services.open_poll(poll_id=poll.pk)
        if cast:
            services.cast(poll_id=poll.pk, person_id=proxy.person_id, choice="yes")
        if paper:
            services.issue_papers(poll_id=poll.pk, numbers=[Entitlement.objects.get(poll=poll, holder=holder).number])
            with pytest.raises(Conflict):
                services.take_back_votes(authorisation_id=Authorisation.objects.get(holder=holder).pk)
        person = {"holder": holder, "proxy": proxy}[by].person
        return lambda: TakenBack.objects.create(poll=poll, holder=holder, person=person)

    return wrong


GUARDS: list[tuple[str, Callable[[], Write]]] = [
    ("one_authorisation_at_a_time", a_proxy_named_twice),
    ("proxies_have_seats", a_guest_as_proxy),
    ("proxies_have_seats", oneself_as_proxy),
    ("nobody_hands_on", a_chain(back=True)),
    ("nobody_hands_on", a_chain(back=False)),
    ("observers_cast_nothing", a_roll_cast_by("guest", proxies=1)),
    ("proxies_are_capped", a_roll_cast_by("staff")),
    ("taken_back_in_time", a_vote_taken_back(cast=True)),
    ("taken_back_in_time", a_vote_taken_back(paper=True)),
    ("taken_back_in_time", a_vote_taken_back(by="proxy")),
]


@pytest.mark.parametrize(("guard", "wrong"), GUARDS, ids=lambda each: each if isinstance(each, str) else "")
def test_the_database_refuses_it_and_nothing_else_does(guard: str, wrong: Callable[[], Write]) -> None:
    write = wrong()
    assert_refused_by(guard, write)
    assert_written_without(guard, write)
