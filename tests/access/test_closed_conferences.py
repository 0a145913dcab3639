"""What belongs to a restricted conference is to everybody outside as if it were not there."""

import pytest

from tests.access.callers import PARTICIPANTS, PARTNER
from tests.access.conftest import asked, key, outcome
from tests.access.expected import EXPECTED
from tests.access.operations import Operation, operations
from tests.access.requests import REQUESTS
from tests.access.world import World

pytestmark = pytest.mark.django_db
CONFIDENTIALITY = "restricted"
NO_SUCH_ROW = "00000000-0000-7000-8000-000000000000"
#: Who would be let in by a right that is not tied to the conference.
OUTSIDERS = ["foreign administrator", "foreign auditor", "foreign chair", "foreign organiser", "nobody"]
#: The rooms that answer about conferences …
ROOMS = {"conferences", "invitations", "registration", "resolutions", "ballots", "minutes", "documents"}
#: … and what of them belongs to no conference.
OF_NO_CONFERENCE = ("venues", "rooms", "series", "official-numbers")


def of_a_conference(operation: Operation) -> bool:
    return operation.viewset.scope in ROOMS and not key(operation).split(" ")[1].startswith(OF_NO_CONFERENCE)


OPERATIONS = [operation for operation in operations() if of_a_conference(operation)]


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_outsiders_are_answered_as_if_nothing_were_there(world: World, operation: Operation) -> None:
    ask = REQUESTS[key(operation)](world)

    for caller in OUTSIDERS:
        got = outcome(asked(world, operation, caller), ask)
        if ask.sees is not None:
            assert got in {"nothing", "403"}, caller
        elif ask.of is None:  # the conference stands in the body or in the query
            assert got in {"403", "404"} or got.startswith("400 "), (caller, got)
        else:
            assert got == outcome(asked(world, operation, caller, of=NO_SUCH_ROW), ask) != "yes", caller


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.method == "GET"], ids=str)
def test_those_it_concerns_read_it_as_they_would_a_public_one(world: World, operation: Operation) -> None:
    ask, concerned = REQUESTS[key(operation)](world), sorted(PARTICIPANTS | PARTNER)

    got = {caller: outcome(asked(world, operation, caller), ask) for caller in concerned}

    lists = ask.sees is not None
    assert got == {caller: EXPECTED[key(operation)].of(caller, lists=lists) for caller in concerned}
