"""Votes that weigh more than one: on the roll, on the ballot, in the verdict, and what PostgreSQL refuses."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from backend.registration.models import Registration
from backend.resolutions import services, weights
from backend.resolutions.models import Entitlement, NamedBallot, Poll
from tests.factories.conferences import DutyFactory
from tests.factories.people import OrganisationFactory, PersonFactory
from tests.factories.registration import RegistrationFactory
from tests.factories.resolutions import PollFactory, ResolutionFactory, secret_poll
from tests.guards import assert_refused_by, assert_written_without
from tests.resolutions.test_evidence import fetched, verify_poll, with_roll
from tests.resolutions.test_polls import voters
from tests.resolutions.test_secret_polls import API, signed_in

pytestmark = pytest.mark.django_db
HALF_OF_THE_ENTITLED = {
    "all_of": [{"share": "1/2", "cmp": ">", "base": "entitled"}],
    "quorum": {"share": "1/2", "base": "summoned"},
}


def test_a_meeting_of_owners_counts_votes_from_the_roll_to_the_proof() -> None:
    resolution = ResolutionFactory()
    at_work = DutyFactory(conference=resolution.conference, kind="secretary", person=PersonFactory()).person
    api, unit = signed_in(at_work), OrganisationFactory()
    rows = voters(PollFactory(resolution=resolution), 4, present=3, category="delegate")
    Registration.objects.filter(pk__in=[row.pk for row in rows[:2]]).update(organisation=unit)
    body: dict[str, Any] = {
        "resolution": str(resolution.pk),
        "question": {"vi": "Thông qua?"},
        "rule": HALF_OF_THE_ENTITLED,
        "voting_categories": ["delegate"],
        "weights": [
            {"registration": str(rows[0].pk), "weight": 60},
            {"organisation": str(unit.pk), "weight": 30},
            {"category": "delegate", "weight": 5},
        ],
    }
    for wrong, field in (
        ([{"category": "delegate", "weight": 1001}], "weights.0.weight"),
        ([{"category": "delegate", "organisation": str(unit.pk), "weight": 2}], "weights.0.weight"),
        ([{"category": "delegate", "weight": 2}, {"category": "delegate", "weight": 3}], "weights"),
        ([{"registration": str(RegistrationFactory().pk), "weight": 3}], "weights"),
    ):
        refused = api.post(f"{API}polls", {**body, "weights": wrong}, format="json")
        assert (refused.status_code, refused.data["errors"][0]["field"]) == (400, field)
    for wrong_body, field in (
        ({"voting_categories": ["guest"]}, "voting_categories"),
        ({"secrecy": "secret"}, "splitting"),
    ):
        refused = api.post(f"{API}polls", {**body, **wrong_body}, format="json")
        assert (refused.status_code, refused.data["errors"][0]["field"]) == (400, field)
    poll = api.post(f"{API}polls", body, format="json").data
    at = f"{API}polls/{poll['id']}"
    assert api.post(f"{at}/open", {}, format="json").status_code == 200

    heavy, light = signed_in(rows[0].person), signed_in(rows[2].person)
    mine = heavy.get(f"{at}/entitlement").data
    assert [each["unit"] for each in mine] == list(range(1, 61))
    part = [each["number"] for each in mine[:20]]
    divided = heavy.post(f"{API}ballots", {"poll": poll["id"], "choice": "yes", "numbers": part}, format="json")
    assert (divided.status_code, divided.data["reason"]) == (409, "divided")
    assert not NamedBallot.objects.exists(), "all of it or nothing"
    cast, again = (heavy.post(f"{API}ballots", {"poll": poll["id"], "choice": "yes"}, format="json") for _ in range(2))
    assert (cast.status_code, len(cast.data), again.data) == (200, 60, cast.data)
    light.post(f"{API}ballots", {"poll": poll["id"], "choice": "no"}, format="json")
    services.seal(poll_id=poll["id"])
    tally, verdict = (lambda row: (row.tally, row.verdict))(services.count(poll_id=poll["id"]))
    named = ("yes", "no", "entitled", "summoned", "present_at_open", "attending", "returned")
    assert [tally[name] for name in named] == [60, 5, 100, 100, 95, 95, 65]
    assert (verdict["outcome"], verdict["counted_in"]) == ("adopted", "votes")
    assert verdict["proof"][0]["vi"].startswith(
        "Khi mở biểu quyết có mặt 95/100 phiếu của những người được triệu tập (95,00%)"
    )
    assert "60/100 phiếu của những người có quyền biểu quyết" in verdict["proof"][2]["vi"]
    assert "60 of 100 votes of those entitled" in verdict["proof"][2]["en"]

    bundle = with_roll(fetched(Poll.objects.get(pk=poll["id"])))
    assert verify_poll.faults(bundle, json.loads(json.dumps(cast.data, default=str)), "", "") == []
    kept = [row for row in bundle["ballots"] if row[0] != mine[0]["number"]]
    assert any("divided" in fault for fault in verify_poll.faults({**bundle, "ballots": kept}, [], "", ""))


def test_whoever_may_divide_votes_casts_seventy_and_thirty() -> None:
    poll = PollFactory(weights=[{"category": "staff", "weight": 100}], splitting=True)
    (row,) = voters(poll, 1)
    services.open_poll(poll_id=poll.pk)
    numbers = list(Entitlement.objects.filter(poll=poll).order_by("number").values_list("number", flat=True))
    for choice, part in (("yes", numbers[:70]), ("no", numbers[70:])):
        services.cast(poll_id=poll.pk, person_id=row.person_id, choice=choice, numbers=part)
    services.seal(poll_id=poll.pk)
    tally = services.count(poll_id=poll.pk).tally
    assert tally is not None
    assert (tally["yes"], tally["no"]) == (70, 30)


def test_a_secret_poll_whose_weights_would_tell_on_somebody_names_whom_it_protects() -> None:
    poll, _ = secret_poll(9, splitting=True)
    seats = list(Registration.objects.filter(conference=poll.conference).order_by("pk"))
    Poll.objects.filter(pk=poll.pk).update(weights=[{"registration": str(seat.pk), "weight": 3} for seat in seats[:4]])
    chair = signed_in(DutyFactory(conference=poll.conference, kind="chair", person=PersonFactory()).person)
    refused = chair.post(f"{API}polls/{poll.pk}/open", {}, format="json")
    assert (refused.status_code, refused.data["reason"]) == (409, "unmasks")
    assert all(f"{seat.person.full_name} (3)" in refused.data["detail"] for seat in seats[:4])
    assert not any(seat.person.full_name + " (1)" in refused.data["detail"] for seat in seats[4:])

    RegistrationFactory(conference=poll.conference, category="staff")  # five hold three, five hold one
    Poll.objects.filter(pk=poll.pk).update(weights=[{"registration": str(seat.pk), "weight": 3} for seat in seats[:5]])
    opened = chair.post(f"{API}polls/{poll.pk}/open", {"override_reason": "thử"}, format="json")
    assert opened.status_code == 200, opened.data
    assert Entitlement.objects.filter(poll=poll).count() == 20


def test_rare_weights_are_those_fewer_than_five_hold_among_others() -> None:
    assert weights.rare([7]) == weights.rare([2] * 3) == weights.rare([1] * 5 + [2] * 5) == set()
    assert weights.rare([1] * 9 + [2] * 4 + [9]) == {2, 9}


Write = Callable[[], Any]


def to(row: Any, **values: Any) -> Write:
    return lambda: type(row)._default_manager.filter(pk=row.pk).update(**values)


def rolled(count: int, /, units: int = 1, **fields: Any) -> Poll:
    """A draft with a roll; every row of it is somebody's own."""
    poll: Poll = PollFactory(**fields)
    for number, row in enumerate(
        RegistrationFactory(conference=poll.conference, category="staff") for _ in range(count)
    ):
        for unit in range(units):
            entitled(poll, row, number * units + unit + 1, unit + 1)()
    return poll


def entitled(poll: Poll, row: Registration, number: int, unit: int = 1, **changes: Any) -> Write:
    fields = {"number": number, "unit": unit, "holder": row, "caster": row.person, "present_at_open": False, **changes}
    return lambda: Entitlement.objects.create(poll=poll, **fields)


def opened(**fields: Any) -> Poll:
    poll = rolled(1, **fields)
    to(poll, state="open")()
    return poll


def a_seat(poll: Poll, category: str = "staff") -> Registration:
    row: Registration = RegistrationFactory(conference=poll.conference, category=category)
    return row


def a_guests_vote() -> Write:
    poll = rolled(1)
    entitled(poll, a_seat(poll, "guest"), 2)()
    return to(poll, state="open")


def a_roll_too_long() -> Write:
    poll = PollFactory()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # of people who are nobody
        cursor.execute(
            "INSERT INTO resolutions_entitlement (poll_id, number, unit, holder_id, caster_id, present_at_open)"
            " SELECT %s, n, 1, gen_random_uuid(), gen_random_uuid(), false FROM generate_series(1, 100001) n",
            [poll.pk],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    return to(poll, state="open")


def a_weight_of_one_in_secret() -> Write:
    poll, _ = secret_poll(0)
    for number, units in enumerate([1] * 5 + [2]):
        row = a_seat(poll)
        for unit in range(units):
            entitled(poll, row, 1 + 2 * number + unit, unit + 1)()
    poll.tellers.update(sealed_share=b"share")
    return to(poll, state="open", public_key="00", receipt_key="00")


def half_a_ballot(**fields: Any) -> Write:
    poll = opened(units=2, weights=[{"category": "staff", "weight": 2}])
    ballot = {"poll": poll, "choice": "yes", "leaf": "0" * 64, "cast_by": "x", **fields}
    return lambda: NamedBallot.objects.create(number=1, **ballot)


def two_halves() -> Write:
    poll = opened(units=2, weights=[{"category": "staff", "weight": 2}])
    ballot = {"poll": poll, "leaf": "0" * 64, "cast_by": "x"}
    halves = [NamedBallot(number=1, choice="yes", **ballot), NamedBallot(number=2, choice="no", **ballot)]
    return lambda: NamedBallot.objects.bulk_create(halves)


def one_unit_twice() -> Write:
    poll = rolled(1)
    return entitled(poll, Entitlement.objects.get(poll=poll).holder, 2)


def a_vote_too_many() -> Write:
    poll = PollFactory()
    return entitled(poll, a_seat(poll), 1, 1001)


GUARDS: list[tuple[str, Callable[[], Write]]] = [
    ("one_entitlement_per_unit", one_unit_twice),
    ("votes_of_one_holder_are_bounded", a_vote_too_many),
    ("roll_is_frozen", lambda: entitled(poll := opened(), a_seat(poll), 2)),
    ("observers_never", a_guests_vote),
    ("guests_are_no_voters", lambda: to(PollFactory(), voting_categories=["staff", "guest"])),
    ("rolls_are_bounded", a_roll_too_long),
    ("weights_unmask_nobody", a_weight_of_one_in_secret),
    (
        "sealed_votes_may_differ",
        lambda: to(PollFactory(secrecy="secret"), weights=[{"category": "staff", "weight": 2}]),
    ),
    ("electorate_stands", lambda: to(opened(), weights=[{"category": "staff", "weight": 2}])),
    ("electorate_stands", lambda: to(opened(), members=3)),
    ("units_together", half_a_ballot),
    ("units_together", two_halves),
]


@pytest.mark.parametrize(("guard", "wrong"), GUARDS, ids=lambda each: each if isinstance(each, str) else "")
def test_the_database_refuses_it_and_nothing_else_does(guard: str, wrong: Callable[[], Write]) -> None:
    write = wrong()
    assert_refused_by(guard, write)
    assert_written_without(guard, write)
