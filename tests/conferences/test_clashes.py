"""Nobody is in two places at once, and no projector either: what is told, what is refused, and to whom."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.conferences import services
from backend.conferences.models import Conference, Duty
from backend.conferences.services import scheduling
from backend.conferences.services.inputs import DutyFields
from backend.people.models import Organisation, Person
from tests.factories.conferences import (
    AgendaItemFactory,
    ConferenceFactory,
    DutyFactory,
    PortableEquipmentFactory,
    RoomFactory,
    SiteFactory,
    SpeechFactory,
    VenueFactory,
)
from tests.factories.people import PersonFactory
from tests.threads import rush

URL = "/api/v1/conferences"
ANY = {"If-Match": "*"}
#: What ConferenceFactory(exact=True) lasts.
START, END = dt.datetime(2021, 1, 14, 6, 30, tzinfo=dt.UTC), dt.datetime(2021, 1, 14, 10, 0, tzinfo=dt.UTC)


def hours(first: float, last: float) -> dict[str, Any]:
    return {name: START + dt.timedelta(hours=h) for name, h in (("starts_at", first), ("ends_at", last))}


@pytest.fixture
def chair(db: None) -> Person:
    made: Person = PersonFactory(full_name="Nguyễn Thị Bận")
    return made


def chaired(person: Person, kind: str = "chair", **fields: Any) -> Conference:
    conference: Conference = ConferenceFactory(**{"exact": True, "announced": True, **fields})
    DutyFactory(conference=conference, person=person, kind=kind)
    return conference


def clashes(client: APIClient, conference: Conference) -> list[dict[str, Any]]:
    answer = client.get(f"{URL}/{conference.pk}/clashes")
    assert answer.status_code == 200, answer.json()
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


# People at two conferences


def test_a_chair_of_two_conferences_at_once_is_told_to_both(
    organiser: APIClient, host: Organisation, chair: Person
) -> None:
    first = chaired(chair, lead=host)
    second = chaired(chair, lead=host, **hours(2, 5))
    told = clashes(organiser, first)
    assert [clash["conference"]["id"] for clash in told] == [str(second.pk)]
    assert told[0]["person"]["id"] == str(chair.pk)
    assert told[0]["when"] == {"from": "2021-01-14T15:30:00+07:00", "until": "2021-01-14T17:00:00+07:00"}
    assert told[0]["said"] == {
        "vi": "Nguyễn Thị Bận phải có mặt ở hai nơi từ 15:30 14/01/2021 đến 17:00 14/01/2021.",
        "en": "Nguyễn Thị Bận is needed in two places from 15:30 14/01/2021 to 17:00 14/01/2021.",
    }
    assert [clash["conference"]["id"] for clash in clashes(organiser, second)] == [str(first.pk)]


@pytest.mark.parametrize(
    ("other", "clash"),
    [
        ({}, True),
        ({"kind": "secretary"}, True),
        ({"kind": "guest"}, False),
        (hours(-2, 0), False),  # ends as this one begins
        (hours(3.5, 6), False),
        (hours(3.4, 6), True),
        ({"exact": False}, False),  # only the day is known
        ({"state": "running"}, True),
        ({"state": "closed"}, True),
        ({"state": "postponed"}, False),
        ({"state": "cancelled"}, False),
        ({"state": "draft", "announced": False}, True),
    ],
)
def test_what_counts_as_being_elsewhere(
    organiser: APIClient, host: Organisation, chair: Person, other: dict[str, Any], clash: bool
) -> None:
    here = chaired(chair, lead=host)
    chaired(chair, **other)
    assert bool(clashes(organiser, here)) is clash


@pytest.mark.parametrize("state", ["postponed", "cancelled"])
def test_a_conference_called_off_clashes_with_none(
    organiser: APIClient, host: Organisation, chair: Person, state: str
) -> None:
    here = chaired(chair, lead=host, state=state)
    chaired(chair)
    assert clashes(organiser, here) == []


def test_a_speaker_is_needed_for_the_item_only(organiser: APIClient, host: Organisation, chair: Person) -> None:
    here = ConferenceFactory(lead=host, exact=True, announced=True)
    item = AgendaItemFactory(conference=here, starts_at=START, minutes_planned=60)
    SpeechFactory(conference=here, agenda_item=item, person=chair, speaker={})
    chaired(chair, **hours(1, 3))
    assert clashes(organiser, here) == []
    item.minutes_planned = 61
    item.save()
    told = clashes(organiser, here)
    assert [(clash["agenda_item"], clash["when"]["until"]) for clash in told] == [
        (str(item.pk), "2021-01-14T14:31:00+07:00")
    ]


def test_an_item_elsewhere_counts_where_the_conference_has_no_exact_time(
    organiser: APIClient, host: Organisation, chair: Person
) -> None:
    here = chaired(chair, lead=host)
    elsewhere = ConferenceFactory(announced=True)
    item = AgendaItemFactory(conference=elsewhere, starts_at=START, minutes_planned=30)
    DutyFactory(conference=elsewhere, kind="panel", agenda_item=item, person=chair)
    assert [clash["conference"]["id"] for clash in clashes(organiser, here)] == [str(elsewhere.pk)]


def test_several_parts_in_one_other_conference_are_one_clash(
    organiser: APIClient, host: Organisation, chair: Person
) -> None:
    here, there = chaired(chair, lead=host), chaired(chair)
    for start in (0, 1, 2):
        item = AgendaItemFactory(conference=there, starts_at=START + dt.timedelta(hours=start), minutes_planned=30)
        DutyFactory(conference=there, kind="panel", agenda_item=item, person=chair)
    assert len(clashes(organiser, here)) == 1


# People at two places of one conference


def test_two_parallel_items_cannot_have_one_speaker(organiser: APIClient, host: Organisation, chair: Person) -> None:
    here = chaired(chair, lead=host)  # chairing the whole beside speaking to an item is no clash
    items = [AgendaItemFactory(conference=here, starts_at=START, minutes_planned=60) for _ in range(2)]
    DutyFactory(conference=here, kind="panel", agenda_item=items[0], person=chair)
    SpeechFactory(conference=here, agenda_item=items[0], person=chair, speaker={})
    assert clashes(organiser, here) == []
    DutyFactory(conference=here, kind="panel", agenda_item=items[1], person=chair)
    told = clashes(organiser, here)
    assert [{clash["agenda_item"], clash["other_agenda_item"]} for clash in told] == [{str(i.pk) for i in items}]
    assert told[0]["conference"]["id"] == str(here.pk)


def test_one_secretary_cannot_sit_at_two_sites(organiser: APIClient, host: Organisation, chair: Person) -> None:
    here = ConferenceFactory(lead=host, exact=True)
    for kind in ("chair", "secretary"):
        DutyFactory(conference=here, kind=kind, person=chair, site=SiteFactory(conference=here))
    assert len(clashes(organiser, here)) == 1


# Equipment


def claim(organiser: APIClient, host: Organisation, venue: Any, quantity: int, **fields: Any) -> Any:
    site = {"venue": str(venue.pk), "equipment": [{"kind": "microphone", "quantity": quantity}]}
    body = {"kind": "meeting", "title": {"vi": "Họp"}, "lead": str(host.pk), "sites": [site]}
    return organiser.post(URL, {**body, "starts_at": START.isoformat(), "ends_at": END.isoformat(), **fields})


def test_equipment_claimed_beyond_what_there_is(organiser: APIClient, host: Organisation) -> None:
    venue = VenueFactory()
    PortableEquipmentFactory(venue=venue, kind="microphone", quantity=3)
    assert claim(organiser, host, venue, 2).json()["clashes"] == []
    later = claim(organiser, host, venue, 3, starts_at=END.isoformat(), ends_at=hours(0, 9)["ends_at"].isoformat())
    assert later.json()["clashes"] == []
    told = claim(organiser, host, venue, 2).json()["clashes"]
    assert [clash["equipment"] for clash in told] == [{"kind": "microphone", "quantity": 3, "claimed": 4}]
    assert told[0]["said"]["vi"].startswith("Thiết bị di động (micrô): cần 4, địa điểm chỉ có 3, từ 13:30")
    assert told[0]["said"]["en"].startswith("Portable equipment (microphone): 4 needed")
    organiser.post(f"{URL}/{Conference.objects.order_by('id')[0].pk}/cancel", {"reason": {"vi": "Bão"}})
    latest = Conference.objects.order_by("-id")[0]
    assert clashes(organiser, latest) == []


def test_equipment_is_away_while_the_room_is_held(organiser: APIClient, host: Organisation) -> None:
    venue = VenueFactory()
    PortableEquipmentFactory(venue=venue, kind="microphone", quantity=1)
    claim(organiser, host, venue, 1)
    site = {
        "venue": str(venue.pk),
        "equipment": [{"kind": "microphone", "quantity": 1}],
        "setup_minutes": 20,
    }
    after = {"starts_at": END.isoformat(), "ends_at": hours(0, 5)["ends_at"].isoformat()}
    told = claim(organiser, host, venue, 1, sites=[site], **after).json()["clashes"]
    assert [clash["when"] for clash in told] == [
        {"from": "2021-01-14T16:40:00+07:00", "until": "2021-01-14T17:00:00+07:00"}
    ]


# Seats


def test_a_site_that_lets_in_more_than_its_room_holds_is_told_of_with_every_write(
    organiser: APIClient, host: Organisation
) -> None:
    room = RoomFactory(name={"vi": "Hội trường A", "en": "Hall A"}, capacity=40)
    here = ConferenceFactory(lead=host, exact=True)
    body = {"conference": str(here.pk), "venue": str(room.venue_id), "room": str(room.pk)}
    site = organiser.post("/api/v1/sites", {**body, "capacity": 40}).json()
    assert site["crowded_sites"] == []
    path = f"/api/v1/sites/{site['id']}"
    [told] = organiser.patch(path, {"capacity": 41}, headers=ANY).json()["crowded_sites"]
    assert told == {
        "site": site["id"],
        "room": str(room.pk),
        "capacity": 41,
        "people": 41,
        "seats": 40,
        "said": {
            "vi": "Điểm họp nhận 41 người, “Hội trường A” chỉ có 40 chỗ.",
            "en": "The site lets in 41 people; “Hall A” has 40 seats.",
        },
    }
    assert organiser.post(f"{URL}/{here.pk}/announce", {}).json()["crowded_sites"] == [told]
    assert organiser.get(f"{URL}/{here.pk}/clashes").json()["crowded_sites"] == [told]
    assert organiser.patch(path, {"room": None}, headers=ANY).json()["crowded_sites"] == []


def test_more_people_expected_than_the_one_room_has_seats_is_told_of_too(
    organiser: APIClient, host: Organisation
) -> None:
    room = RoomFactory(name={"vi": "Hội trường A", "en": "Hall A"}, capacity=40)
    here = ConferenceFactory(lead=host, expected={"n": 40, "op": "="})
    body = {"conference": str(here.pk), "venue": str(room.venue_id)}
    assert organiser.post("/api/v1/sites", {**body, "room": str(room.pk)}).json()["crowded_sites"] == []
    path = f"{URL}/{here.pk}"
    [told] = organiser.patch(path, {"expected": {"n": 41, "op": "≈"}}, headers=ANY).json()["crowded_sites"]
    assert (told["capacity"], told["people"], told["seats"]) == (None, 41, 40)
    assert told["said"]["vi"] == "Dự kiến có 41 người, “Hội trường A” chỉ có 40 chỗ."
    assert organiser.post("/api/v1/sites", body).json()["crowded_sites"] == [], "they may be at either place"


# Warn or refuse


def named(organiser: APIClient, conference: Conference, person: Person, kind: str = "chair", **fields: Any) -> Any:
    body = {"conference": str(conference.pk), "kind": kind, "person": str(person.pk), **fields}
    return organiser.post("/api/v1/duties", body)


def test_a_warning_comes_with_the_write(organiser: APIClient, host: Organisation, chair: Person) -> None:
    chaired(chair)
    here = ConferenceFactory(lead=host, exact=True)
    answer = named(organiser, here, chair)
    assert (answer.status_code, len(answer.json()["clashes"])) == (201, 1)
    path = f"/api/v1/duties/{answer.json()['id']}"
    assert organiser.patch(path, {"kind": "guest"}, headers=ANY).json()["clashes"] == []
    moved = {name: moment.isoformat() for name, moment in hours(1, 2).items()}
    organiser.patch(path, {"kind": "chair"}, headers=ANY)
    assert len(organiser.patch(f"{URL}/{here.pk}", moved, headers=ANY).json()["clashes"]) == 1
    assert len(organiser.post(f"{URL}/{here.pk}/announce", {}).json()["clashes"]) == 1


def test_where_clashes_are_refused_nothing_is_written(organiser: APIClient, host: Organisation, chair: Person) -> None:
    chaired(chair, title={"vi": "Bí mật"}, confidentiality="restricted")
    here = ConferenceFactory(lead=host, exact=True, clash_policy="refuse")
    refused = named(organiser, here, chair)
    problem = refused.json()
    assert refused.status_code == 409
    assert problem["detail"] == "Nguyễn Thị Bận phải có mặt ở hai nơi từ 13:30 14/01/2021 đến 17:00 14/01/2021."
    assert problem["clashes"][0] == {
        "person": str(chair.pk),
        "equipment": None,
        "from": "2021-01-14T13:30:00+07:00",
        "until": "2021-01-14T17:00:00+07:00",
        "said": problem["detail"],
    }
    assert "Bí mật" not in refused.content.decode()
    assert not here.duties.exists()


@pytest.mark.parametrize("write", ["draft", "edit", "announce", "item", "reopen"])
def test_every_way_into_a_clash_is_refused(organiser: APIClient, host: Organisation, chair: Person, write: str) -> None:
    chaired(chair)
    away = {name: moment.isoformat() for name, moment in hours(5, 7).items()}
    there = {"starts_at": START.isoformat(), "ends_at": END.isoformat()}
    body = {"kind": "meeting", "title": {"vi": "Họp"}, "lead": str(host.pk), "clash_policy": "refuse"}
    body |= {"duties": [{"kind": "chair", "person": str(chair.pk)}]}
    if write == "draft":
        assert organiser.post(URL, {**body, **there}).status_code == 409
        assert not Conference.objects.filter(kind="meeting").exists()
        return
    made = organiser.post(URL, {**body, **away}).json()
    path = f"{URL}/{made['id']}"
    if write == "edit":
        refused = organiser.patch(path, there, headers=ANY)
    elif write == "item":
        fields = {"phase": "report", "title": {"vi": "Báo cáo"}, "starts_at": away["starts_at"], "minutes_planned": 9}
        item = organiser.post("/api/v1/agenda-items", {"conference": made["id"], **fields}).json()
        here = Conference.objects.get(pk=made["id"])
        assert named(organiser, here, chair, "panel", agenda_item=item["id"]).status_code == 201
        edit = {"starts_at": there["starts_at"]}
        refused = organiser.patch(f"/api/v1/agenda-items/{item['id']}", edit, headers=ANY)
    else:
        if write == "reopen":
            organiser.post(f"{path}/cancel", {"reason": {"vi": "Bão"}})
        chaired(chair, **hours(5, 7))  # somebody else takes the chair meanwhile
        refused = organiser.post(f"{path}/{write}", {})
    assert refused.status_code == 409, refused.json()
    assert refused.json()["clashes"]


def test_a_clash_others_made_does_not_stand_in_the_way(organiser: APIClient, host: Organisation, chair: Person) -> None:
    here = chaired(chair, lead=host, clash_policy="refuse")
    there = chaired(chair)
    assert named(organiser, here, PersonFactory()).status_code == 201
    assert len(named(organiser, here, PersonFactory()).json()["clashes"]) == 1
    narrower = {"ends_at": hours(0, 1)["ends_at"].isoformat()}
    assert organiser.patch(f"{URL}/{here.pk}", narrower, headers=ANY).status_code == 409
    duty = Duty.objects.get(conference=here, person=chair)
    assert organiser.patch(f"/api/v1/duties/{duty.pk}", {"kind": "guest"}, headers=ANY).status_code == 200
    assert there.duties.exists()


def test_a_draft_of_others_is_told_but_refuses_nothing(organiser: APIClient, host: Organisation, chair: Person) -> None:
    chaired(chair, announced=False, state="draft", title={"vi": "Kín"})
    here = ConferenceFactory(lead=host, exact=True, clash_policy="refuse")
    answer = named(organiser, here, chair)
    assert answer.status_code == 201
    assert [(clash["firm"], clash["conference"]) for clash in answer.json()["clashes"]] == [(False, None)]
    assert "Kín" not in answer.content.decode()


@pytest.mark.parametrize(("state", "status"), [("announced", 409), ("running", 201), ("closed", 201)])
def test_what_was_held_is_recorded_as_it_was(
    organiser: APIClient, host: Organisation, chair: Person, state: str, status: int
) -> None:
    chaired(chair)
    here = ConferenceFactory(lead=host, exact=True, state=state, clash_policy="refuse")
    assert named(organiser, here, chair).status_code == status


def test_equipment_beyond_what_there_is_is_refused(organiser: APIClient, host: Organisation) -> None:
    venue = VenueFactory()
    PortableEquipmentFactory(venue=venue, kind="microphone", quantity=3)
    refused = claim(organiser, host, venue, 4, clash_policy="refuse")
    assert (refused.status_code, refused.json()["clashes"][0]["equipment"]) == (409, "microphone")
    assert claim(organiser, host, venue, 3, clash_policy="refuse").status_code == 201


def test_the_policy_is_written_and_read(organiser: APIClient, host: Organisation) -> None:
    here = ConferenceFactory(lead=host)
    path = f"{URL}/{here.pk}"
    assert organiser.get(path).json()["clash_policy"] == "warn"
    assert organiser.patch(path, {"clash_policy": "refuse"}, headers=ANY).json()["clash_policy"] == "refuse"
    assert organiser.patch(path, {"clash_policy": "maybe"}, headers=ANY).status_code == 400


# Who is told what


def test_clashes_are_for_those_who_arrange(
    granted: Callable[..., APIClient], organiser: APIClient, host: Organisation, chair: Person
) -> None:
    here = chaired(chair, lead=host)
    for role, person, status in (
        ("organiser", None, 200),
        ("secretary", None, 200),
        (None, chair, 200),
        ("auditor", None, 403),
        (None, None, 403),
    ):
        client = granted(role, host if role else None, person=person)
        assert client.get(f"{URL}/{here.pk}/clashes").status_code == status
    unseen = ConferenceFactory()
    assert organiser.get(f"{URL}/{unseen.pk}/clashes").status_code == 404


def test_a_conference_one_may_not_see_is_not_named(organiser: APIClient, host: Organisation, chair: Person) -> None:
    here = chaired(chair, lead=host)
    chaired(chair, title={"vi": "Bí mật"}, confidentiality="restricted")
    told = organiser.get(f"{URL}/{here.pk}/clashes")
    assert [clash["conference"] for clash in told.json()["results"]] == [None]
    assert "Bí mật" not in told.content.decode()


# Many at once

PARTIES = 8


def rush_for_a_chair() -> tuple[int, int]:
    """Many conferences that refuse clashes name the same chair at the same moment: how many got the chair."""
    chair = PersonFactory()
    rivals = [ConferenceFactory(exact=True, announced=True, clash_policy="refuse") for _ in range(PARTIES)]
    fields: DutyFields = {"kind": "chair", "person": chair}
    return rush(partial(services.add_duty, conference_id=rival.pk, fields=fields) for rival in rivals)


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_gets_the_chair() -> None:
    assert rush_for_a_chair() == (1, PARTIES - 1)


@contextmanager
def nobody_queues() -> Iterator[None]:
    """People are not locked before clashes are looked for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scheduling, "queue_for_people", lambda conference: None)
        yield


@pytest.mark.django_db(transaction=True)
def test_without_the_queue_more_than_one_gets_it() -> None:
    """The negative control: it is the lock that keeps two from missing each other."""
    with nobody_queues():
        assert max(rush_for_a_chair()[0] for _ in range(5)) > 1
