"""What everybody reads every day, in a record of a whole agency beside a record a tenth as large.

Two databases hold the same small simulated year. In one of them stands, of another agency, the year of `plenum simulate
year --conferences 2000 --rooms 230 --seed 7` besides. What is asked is in the small year, so that both give the very
same answer, and whatever takes longer in the larger record is the price of what nobody asked for. Only the first page of
the list is of other conferences there, of as many.
"""

import datetime as dt
import statistics
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Count
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backend.calendars.services import issue_link
from backend.calendars.states import FeedKind
from backend.conferences import services
from backend.conferences.models import Conference, Organiser, Room
from backend.conferences.states import ConferenceState
from backend.people.models import Account, Person, RoleGrant
from backend.simulation.command import today
from backend.simulation.load import load
from backend.simulation.plan import plan_year
from bench.house import House
from bench.population import settle_tables, token_of
from bench.rounds import FULL, Comparison, Scale
from bench.sides import Side, copied, milliseconds

#: Conferences and rooms of the year both have, and of the one that only the larger record has, and how many conferences
#: a page of the list holds; measured quickly, fewer.
SMALL, LARGE, PAGE = (200, 23), (2000, 230), 50
QUICK_SMALL, QUICK_LARGE, QUICK_PAGE = (60, 12), (300, 35), 15
SEED = 7
#: A name nobody else in the two years has.
SOUGHT = {"vi": "Hội nghị thẩm định Plenum"}


@dataclass(frozen=True, kw_only=True)
class Call:
    """A GET; `differs` where the larger record answers with other rows."""

    said: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    expects: HTTPStatus = HTTPStatus.OK
    differs: bool = False

    def __call__(self, _: Any = None) -> HttpResponseBase:
        answer = Client().get(self.path, headers={"host": "127.0.0.1", **self.headers})
        if answer.status_code != self.expects:
            raise RuntimeError(f"{self.path}: {answer.status_code}")
        return answer


def measure(house: House, scale: Scale) -> list[Comparison]:
    full = scale is FULL
    asked = 20 if full else 5
    small, large, page = (SMALL, LARGE, PAGE) if full else (QUICK_SMALL, QUICK_LARGE, QUICK_PAGE)
    write_year(small, SEED + 1)
    calls = calls_into_the_record(page)
    few, many = copied(house, "bench_year_few"), copied(house, "bench_year_many")
    with many():
        write_year(large, SEED)
    for side in (few, many):
        with side():
            settle_tables()
    return [_compared(call, few, many, scale.rounds, asked, small[0], small[0] + large[0]) for call in calls]


def _compared(call: Call, few: Side, many: Side, rounds: int, asked: int, fewer: int, more: int) -> Comparison:
    (queries_of_few, answer_of_few), (queries_of_many, answer_of_many) = _counted(few, call), _counted(many, call)
    if answer_of_few != answer_of_many and not call.differs:
        raise RuntimeError(f"{call.path} is answered otherwise among {more} conferences.")
    taken = [milliseconds(few, many, call, range(asked)) for _ in range(rounds + 1)][1:]
    return Comparison(
        name=f"{call.said}, {more:,} conferences",
        unit="ms",
        reference=f"the same at {fewer:,}",
        ours=[statistics.median(of_many) for _, of_many in taken],
        theirs=[statistics.median(of_few) for of_few, _ in taken],
        detail={"queries": queries_of_many, f"queries at {fewer:,}": queries_of_few},
    )


def _counted(side: Side, call: Call) -> tuple[int, bytes]:
    """How many queries it takes, and what is answered."""
    with side():
        call()  # what is kept from then on is no part of it
        with CaptureQueriesContext(connection) as queries:
            answer: Any = call()
        return len(queries), answer.content


# The record


def write_year(size: tuple[int, int], seed: int) -> None:
    """This year as it stands today: what is over was held."""
    conferences, rooms = size
    day = today()
    load(plan_year(day.year, conferences, rooms, seed, seen_from=day))


def calls_into_the_record(page: int) -> list[Call]:
    """Who asks organises for the organisation that holds most, and is the person with most duties."""
    lead = Organiser.objects.filter(role="lead").values("organisation").annotate(n=Count("pk")).order_by("-n", "pk")[0]
    person = Person.objects.annotate(n=Count("duties")).order_by("-n", "pk")[0]
    account = Account.objects.create(email="reader@bench.example", person=person)
    grant = RoleGrant.objects.create(account=account, role="organiser", organisation_id=lead["organisation"])
    bearer = {"authorization": f"Bearer {token_of(account, 'plenum_bench_reader')}"}
    sought = services.draft(fields={"kind": "review", "title": SOUGHT, "day": today()}, lead=grant.organisation)
    services.announce(conference_id=sought.pk)
    _, own_secret = issue_link(account=account, kind=FeedKind.PERSON, subject_id=None)
    _, internal_secret = issue_link(account=account, kind=FeedKind.ORGANISATION, subject_id=grant.organisation_id)

    held = Conference.objects.filter(organisers__organisation=grant.organisation, organisers__role="lead")
    longest = held.annotate(n=Count("agenda")).order_by("-n", "pk")[0]
    announced = held.filter(state=ConferenceState.ANNOUNCED).exclude(day=None).order_by("day", "pk")[0]
    room = Room.objects.annotate(n=Count("bookings")).order_by("-n", "pk")[0]

    def listed(said: str, differs: bool = False, **filters: Any) -> Call:
        return Call(said=said, path=f"/api/v1/conferences?{urlencode(filters)}", headers=bearer, differs=differs)

    first = listed("the list's first page", differs=True, page_size=page)
    programme = f"/api/v1/conferences/{longest.pk}/programme"
    own = Call(said="a person's own feed", path=f"/calendars/private/{own_secret}.ics")
    return [
        first,
        Call(said="a page behind the year", path=first().json()["next"], headers=bearer),
        listed("one found by ?q= without diacritics", q="hoi nghi tham dinh plenum"),
        listed(
            "an organisation's in four weeks",
            organisation=lead["organisation"],
            day_from=announced.day,
            day_to=announced.day + dt.timedelta(weeks=4),
        ),
        Call(said="a working programme", path=programme, headers=bearer),
        Call(said="its PDF in both languages", path=f"{programme}/print?format=pdf&language=both", headers=bearer),
        Call(said="an organisation's feed for its own people", path=f"/calendars/private/{internal_secret}.ics"),
        Call(said="a room's feed", path=f"/calendars/rooms/{room.pk}.ics"),
        own,
        Call(
            said="a person's own feed, unchanged (304)",
            path=own.path,
            headers={"if-none-match": own()["ETag"]},
            expects=HTTPStatus.NOT_MODIFIED,
        ),
    ]
