"""A chamber of 513: named and in secret, with absentees, abstentions, proxies and members of two votes."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from backend.conferences.queries import lead_organisation_id
from backend.core.clock import now
from backend.people.models import Person
from backend.registration.models import Presence, Registration
from backend.resolutions import services
from backend.resolutions.counting import PRESETS, Tally, decide
from backend.resolutions.models import Authorisation, Entitlement, Poll
from tests.factories.conferences import ConferenceFactory, DutyFactory
from tests.factories.people import AccountFactory, PersonFactory, RoleGrantFactory
from tests.factories.resolutions import ResolutionFactory, committee
from tests.resolutions.test_evidence import fast, verify_poll
from tests.resolutions.test_secret_polls import API, signed_in

pytestmark = pytest.mark.django_db
MEMBERS = 513
#: More for than against, and yet no majority of the house.
CHOICES = ["yes"] * 230 + ["no"] * 190 + ["abstain"] * 20
#: Of those who say yes, so many through a proxy.
REPRESENTED = 20


@pytest.fixture
def chamber() -> SimpleNamespace:
    """The members in the order of the roll; those who vote in person are in the room, the others away."""
    conference = ConferenceFactory(state="running")
    people = Person.objects.bulk_create(
        Person(full_name=f"Đại biểu {n:03}", sort_key=f"{n:03}") for n in range(MEMBERS)
    )
    seats = Registration.objects.bulk_create(
        Registration(conference=conference, person=one, category="delegate", state="confirmed", confirmed_at=now())
        for one in people
    )
    here = seats[REPRESENTED : len(CHOICES)]
    Presence.objects.bulk_create(
        Presence(conference=conference, registration=seat, direction="in", source="name") for seat in here
    )
    chair, secretary = (
        DutyFactory(conference=conference, kind=kind, person=PersonFactory()) for kind in ("chair", "secretary")
    )
    auditor = AccountFactory(person=PersonFactory())
    RoleGrantFactory(account=auditor, role="auditor", organisation_id=lead_organisation_id(conference))
    return SimpleNamespace(
        conference=conference,
        seats=seats,
        chair=signed_in(chair.person),
        secretary=signed_in(secretary.person),
        auditor=signed_in(auditor.person),
    )


def prepared(chamber: SimpleNamespace, **fields: Any) -> str:
    body = {
        "resolution": str(ResolutionFactory(conference=chamber.conference).pk),
        "question": {"vi": "Thông qua nghị quyết?", "en": "Adopt the resolution?"},
        "voting_categories": ["delegate"],
        **fields,
    }
    made = chamber.secretary.post(f"{API}polls", body, format="json")
    assert made.status_code == 201, made.data
    return str(made.data["id"])


def done(chamber: SimpleNamespace, poll: str, verb: str) -> None:
    answer = chamber.chair.post(f"{API}polls/{poll}/{verb}", {}, format="json")
    assert answer.status_code == 200, answer.data


def checked(chamber: SimpleNamespace, poll: str, told: list[dict[str, Any]]) -> dict[str, Any]:
    """The evidence as the auditor has it, recomputed by the program that trusts nobody."""
    bundle: dict[str, Any] = json.loads(chamber.auditor.get(f"{API}polls/{poll}/evidence").content)
    assert verify_poll.faults(bundle, told, "", "") == []
    return bundle


def outcomes(poll: str) -> dict[str, str]:
    """What the one count comes to under either rule."""
    row = Poll.objects.get(pk=poll)
    assert row.tally is not None
    assert row.verdict is not None
    tally = Tally.from_json(row.tally)
    found = {name: decide(PRESETS[name], tally).outcome for name in ("party_majority", "simple_majority")}
    assert row.verdict["outcome"] in found.values()
    return found


@pytest.fixture(autouse=True)
def _signatures_by_libsodium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_poll, "signed", fast)


def test_a_named_vote_of_513_with_proxies_fails_by_all_members_and_would_pass_by_votes_cast(
    chamber: SimpleNamespace,
) -> None:
    services.set_procedure(conference=chamber.conference, proxies=1)
    proxies = chamber.seats[REPRESENTED : 2 * REPRESENTED]
    Authorisation.objects.bulk_create(
        Authorisation(conference=chamber.conference, holder=holder, proxy=proxy.person)
        for holder, proxy in zip(chamber.seats, proxies, strict=False)
    )
    poll = prepared(chamber, rule="party_majority", members=MEMBERS)
    done(chamber, poll, "open")
    told: list[dict[str, Any]] = []
    for number, seat in enumerate(chamber.seats[REPRESENTED : len(CHOICES)], start=REPRESENTED):
        if number % 100 == REPRESENTED:  # a few as they do it themselves; the first casts for another as well
            voter = signed_in(seat.person)
            answer = voter.post(f"{API}ballots", {"poll": poll, "choice": CHOICES[number]}, format="json")
            told += json.loads(answer.content)
        else:
            services.cast(poll_id=poll, person_id=seat.person_id, choice=CHOICES[number])  # type: ignore[arg-type]
    assert len(told) == 6
    done(chamber, poll, "seal")
    services.count(poll_id=poll)  # type: ignore[arg-type]
    done(chamber, poll, "declare")

    shown = chamber.auditor.get(f"{API}polls/{poll}").data
    named = ("entitled", "present_at_open", "attending", "returned", "yes", "no", "abstain")
    assert [shown["tally"][name] for name in named] == [513, 420, 440, 440, 230, 190, 20]
    (majority,) = shown["verdict"]["thresholds"]
    assert (shown["verdict"]["outcome"], majority["needed"], majority["margin"]) == ("rejected", 257, -27)
    assert "230/513 thành viên (44,83%)" in shown["verdict"]["proof"][1]["vi"]
    assert "thiếu 27 phiếu" in shown["verdict"]["proof"][1]["vi"]
    assert outcomes(poll) == {"party_majority": "rejected", "simple_majority": "adopted"}
    roll = chamber.auditor.get(f"{API}polls/{poll}/roll").data
    assert sum(entry["proxy"] is not None for entry in roll) == REPRESENTED
    assert sum(not entry["cast"] for entry in roll) == MEMBERS - len(CHOICES)
    assert len(checked(chamber, poll, told)["roll"]) == MEMBERS


def test_a_secret_vote_of_513_some_with_two_votes_passes_by_votes_cast_and_would_fail_by_all(
    chamber: SimpleNamespace,
) -> None:
    doubled = [{"registration": str(seat.pk), "weight": 2} for seat in chamber.seats[:10]]
    poll = prepared(
        chamber, rule="simple_majority", members=MEMBERS + 10, secrecy="secret", weights=doubled, splitting=True
    )
    words = committee(Poll.objects.get(pk=poll))
    done(chamber, poll, "open")
    told: list[dict[str, Any]] = []
    for number, choice in enumerate(CHOICES):
        if number % 100 == 0:
            voter = signed_in(chamber.seats[number].person)
            answer = voter.post(f"{API}ballots", {"poll": poll, "choice": choice}, format="json")
            told += json.loads(answer.content)
        else:
            person_id = chamber.seats[number].person_id
            services.cast(poll_id=poll, person_id=person_id, choice=choice)  # type: ignore[arg-type]
    done(chamber, poll, "seal")
    services.open_envelopes(poll_id=poll, words=words[:2])  # type: ignore[arg-type]
    done(chamber, poll, "declare")

    shown = chamber.auditor.get(f"{API}polls/{poll}").data
    named = ("entitled", "returned", "yes", "no", "abstain", "invalid")
    assert [shown["tally"][name] for name in named] == [523, 450, 240, 190, 20, 0]
    assert (shown["verdict"]["outcome"], shown["verdict"]["counted_in"]) == ("adopted", "votes")
    assert outcomes(poll) == {"party_majority": "rejected", "simple_majority": "adopted"}
    bundle = checked(chamber, poll, told)
    assert len(bundle["opened"]) == 450
    assert Entitlement.objects.filter(poll=poll).count() == len(bundle["roll"]) == 523
