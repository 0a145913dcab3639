"""What belongs to a restricted conference is to everybody outside as if it were not there."""

from uuid import UUID

import pytest

from backend.conferences.models import Conference, RoomBooking
from backend.registration import signup_links
from backend.registration.models import Admission
from tests.access.callers import ANONYMOUS, PARTICIPANTS, PARTNER
from tests.access.conftest import API, asked, key, outcome
from tests.access.expected import EXPECTED
from tests.access.operations import Operation, operations
from tests.access.requests import REQUESTS
from tests.access.world import World
from tests.factories.registration import SignupFactory

pytestmark = pytest.mark.django_db
CONFIDENTIALITY = "restricted"
NO_SUCH_ROW = "00000000-0000-7000-8000-000000000000"
#: Who would be let in by a right that is not tied to the conference, or by one to a co-organiser: a restricted
#: conference is its lead's alone.
OUTSIDERS = ["foreign administrator", "foreign auditor", "foreign chair", "foreign organiser", "nobody", *PARTNER]
#: The rooms that answer about conferences …
ROOMS = {"conferences", "invitations", "registration", "resolutions", "ballots", "minutes", "documents"}
#: … and what of them belongs to no conference.
OF_NO_CONFERENCE = ("venues", "rooms", "series", "conference-templates", "official-numbers")
#: What a link opens to whoever holds it; that none opens a restricted conference is asked below.
BY_LINK = ("registration-pages", "sign-ups")


def of_a_conference(operation: Operation) -> bool:
    return operation.viewset.scope in ROOMS and not key(operation).split(" ")[1].startswith(OF_NO_CONFERENCE + BY_LINK)


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
            # 404 is what a row answers that is not there; any other refusal must not tell that this one is.
            nothing = "404" if got == "404" else outcome(asked(world, operation, caller, of=NO_SUCH_ROW), ask)
            assert got == nothing != "yes", caller


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.method == "GET"], ids=str)
def test_those_it_concerns_read_it_as_they_would_a_public_one(world: World, operation: Operation) -> None:
    ask, concerned = REQUESTS[key(operation)](world), sorted(PARTICIPANTS)

    got = {caller: outcome(asked(world, operation, caller), ask) for caller in concerned}

    lists = ask.sees is not None
    assert got == {caller: EXPECTED[key(operation)].of(caller, lists=lists) for caller in concerned}


@pytest.mark.parametrize(
    "operation", [each for each in operations() if key(each).split(" ")[1].startswith(BY_LINK)], ids=str
)
def test_no_link_opens_it_to_everybody(world: World, operation: Operation) -> None:
    """Not even where it was open to all before it was restricted."""
    Admission.objects.filter(conference=world.announced).update(mode="open")
    signup = SignupFactory(conference=world.announced)
    words = {
        "registration-pages": (signup_links.page_sign(world.announced.pk), signup_links.page_sign(UUID(NO_SUCH_ROW))),
        "sign-ups": (signup_links.sign(signup.pk, 0), signup_links.sign(UUID(NO_SUCH_ROW), 0)),
    }
    ((word, forged),) = [pair for name, pair in words.items() if name in operation.path]

    answer, nothing = (asked(world, operation, ANONYMOUS, of=of) for of in (word, forged))
    Conference.objects.filter(pk=world.announced.pk).update(confidentiality="public")
    opened = asked(world, operation, ANONYMOUS, of=word)
    Conference.objects.filter(pk=world.announced.pk).update(confidentiality=CONFIDENTIALITY)
    Admission.objects.filter(conference=world.announced).update(mode="invitation")
    signup.delete()

    assert (answer.status_code, answer.json()["detail"]) == (404, nothing.json()["detail"])
    assert opened.status_code != 404, "the negative control"


# Rooms, series and templates belong to no conference, and tell nothing of one.


@pytest.mark.parametrize(("caller", "named"), [("foreign organiser", False), ("organiser", True)])
def test_the_day_of_a_room_names_a_conference_to_those_it_concerns(world: World, caller: str, named: bool) -> None:
    (day,) = [each for each in operations() if key(each) == "GET rooms/<pk>/day"]
    site, title = world.halls[0], world.announced.title["vi"]
    start, end = world.announced.starts_at, world.announced.ends_at
    booking = RoomBooking.objects.create(site=site, room=site.room, during=(start, end), taken=(start, end))

    answer = asked(world, day, caller)
    booking.delete()

    (shown,) = answer.json()["bookings"]
    assert shown["held"]
    assert (shown["conference"] is not None, shown["site"] is not None, title in answer.content.decode()) == (
        named,
    ) * 3


def test_what_a_closed_conference_has_is_not_taken_over(world: World) -> None:
    conference, sites = str(world.announced.pk), [str(hall.pk) for hall in world.halls]
    asks = {
        "conference-templates": {"conference": conference, "organisation": str(world.foreign.pk), "parts": ["agenda"]},
        f"conferences/{conference}/clone": {"parts": ["agenda"], "lead": str(world.foreign.pk)},
        "rooms/swap": {"between": [{"site": site} for site in sites]},
    }
    headers = world.authorization(world.tokens["foreign organiser"])

    got = {path: world.http.post(API + path, body, "json", headers=headers).status_code for path, body in asks.items()}

    assert list(got.values()) == [404, 404, 400]
