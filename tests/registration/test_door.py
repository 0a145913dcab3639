"""At the door: codes, names, double scans, and who is in the room at any instant."""

import datetime as dt
from fractions import Fraction
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from rest_framework.test import APIClient

from backend.conferences import services as conferences
from backend.conferences.models import PhotoNoticeShown
from backend.conferences.services import set_photo_notice
from backend.conferences.states import NoticePlace
from backend.core.clock import local, now
from backend.invitations import wording
from backend.outbox.models import Event
from backend.registration import codes, queries, services
from backend.registration.models import Presence, Registration
from tests.factories.conferences import ConferenceFactory, RoomFactory, SiteFactory
from tests.factories.invitations import InvitationFactory
from tests.factories.people import OrganisationFactory, PersonFactory, account_with
from tests.factories.registration import RegistrationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def conference() -> Any:
    return ConferenceFactory(announced=True, exact=True, capacity=30, lead=OrganisationFactory())


@pytest.fixture
def api(conference: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(account_with("organiser", organisation=conference.organisers.get().organisation))
    return client


def log(row: Registration, direction: str, minute: int, **fields: Any) -> Presence:
    at = dt.datetime(2021, 1, 14, 6, minute, tzinfo=dt.UTC)
    made: Presence = Presence.objects.create(
        conference=row.conference, registration=row, direction=direction, at=at, source="staff", **fields
    )
    return made


def test_a_scan_is_noted_once_and_a_second_one_answers_the_first_time(api: APIClient, conference: Any) -> None:
    row = RegistrationFactory(conference=conference)
    code = {"code": codes.sign(row.id, 0)}

    first, second = (api.post("/api/v1/check-ins", code, format="json") for _ in range(2))
    out, out_again = (api.post("/api/v1/check-outs", code, format="json") for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert (first.json()["source"], first.json()["direction"]) == ("code", "in")
    assert (out.status_code, out_again.status_code, out_again.json()["direction"]) == (201, 200, "out")
    assert Presence.objects.count() == Event.objects.filter(name="presence.recorded").count() == 2


def test_going_to_the_other_hall_is_noted(api: APIClient, conference: Any) -> None:
    here, there = SiteFactory(conference=conference), SiteFactory(conference=conference)
    row = RegistrationFactory(conference=conference, site=here)

    for site, status in ((None, 201), (here, 200), (there, 201), (there, 200)):
        body = {"registration": str(row.id), **({"site": str(site.id)} if site else {})}
        assert api.post("/api/v1/check-ins", body, format="json").status_code == status

    seen = {share.key: share.present for share in queries.attendance(conference.id, now()).by_site}
    assert seen == {str(here.id): 0, str(there.id): 1}


def test_a_hall_that_fills_with_people_seated_elsewhere_is_told_at_the_door_and_in_the_counts(
    api: APIClient, conference: Any
) -> None:
    room = RoomFactory(name={"vi": "Hội trường A"})
    hall = SiteFactory(conference=conference, venue=room.venue, room=room, capacity=3)
    other = SiteFactory(conference=conference)
    own, absent = (RegistrationFactory(conference=conference, site=hall) for _ in range(2))
    strangers = [RegistrationFactory(conference=conference, site=other) for _ in range(4)]
    shown = {"conference": str(conference.pk)}

    def came(row: Registration) -> list[dict[str, str]]:
        answer = api.post("/api/v1/check-ins", {"registration": str(row.pk), "site": str(hall.pk)}, format="json")
        assert answer.status_code == 201, "nobody who stands at the door is refused for it"
        warnings: list[dict[str, str]] = answer.json()["warnings"]
        return warnings

    assert (came(own), came(strangers[0])) == ([], []), "one of three seats is free"
    (full,) = came(strangers[1])
    assert full["vi"].startswith("Hội trường A, ")
    assert "3 chỗ, 3 người đang ở trong, 1 người có chỗ chưa đến" in full["vi"]
    (over,) = came(absent)
    assert over["en"].endswith("is over capacity: 4 people are in, and there are 3 seats.")
    many = {**shown, "registrations": [str(strangers[2].pk)], "site": str(hall.pk)}
    assert "5 người đang ở trong" in api.post("/api/v1/check-ins/many", many, format="json").json()["warnings"][0]["vi"]
    scan = {"id": str(uuid4()), "registration": str(strangers[3].pk), "direction": "in", "site": str(hall.pk)}
    batch = {**shown, "device": str(uuid4()), "clock": now().isoformat(), "scans": [{**scan, "at": now().isoformat()}]}
    assert "6 người đang ở trong" in api.post("/api/v1/scans", batch, format="json").json()["warnings"][0]["vi"]
    counted = api.get("/api/v1/attendance", shown).json()
    assert counted["over_capacity"] == 0
    assert {each["key"]: (each["capacity"], each["over_capacity"]) for each in counted["by_site"]} == {
        str(hall.pk): (3, 3),
        str(other.pk): (None, 0),
    }
    services.set_limit(conference_id=conference.pk, site_id=hall.pk, capacity=2)
    by_site = api.get("/api/v1/attendance", shown).json()["by_site"]
    assert {each["capacity"]: each["over_capacity"] for each in by_site} == {2: 4, None: 0}, (
        "its limit, once it has one"
    )


def test_people_are_found_by_name_without_diacritics(api: APIClient, conference: Any) -> None:
    RegistrationFactory(conference=conference, person=PersonFactory(full_name="Nguyễn Đức Thụ"))
    RegistrationFactory(conference=conference, person=PersonFactory(full_name="Kim Đức Thụ"))
    RegistrationFactory(conference=conference, person=PersonFactory(full_name="Đặng Thanh Tùng"))

    def by_name(name: str) -> Any:
        return api.post("/api/v1/check-ins", {"conference": str(conference.id), "name": name}, format="json")

    assert by_name("dang tung").json()["person_name"] == "Đặng Thanh Tùng"
    many = by_name("duc thu")
    assert (many.status_code, len(many.json()["candidates"])) == (409, 2)
    assert by_name("kim duc thu").status_code == 201
    assert by_name("nobody").status_code == 404
    found = api.get("/api/v1/registrations", {"conference": str(conference.id), "q": "duc"}).json()["results"]
    assert len(found) == 2


def test_who_has_no_seat_is_refused_with_the_reason(api: APIClient, conference: Any) -> None:
    services.set_capacity(conference_id=conference.id, capacity=1)
    seated, waiting = RegistrationFactory(conference=conference), RegistrationFactory(conference=conference)
    services.cancel(registration_id=seated.id)

    for row, reason in ((waiting, "danh sách chờ"), (seated, "đã huỷ")):
        refused = api.post("/api/v1/check-ins", {"code": codes.sign(row.id, 0)}, format="json")
        assert refused.status_code == 409
        assert reason in refused.json()["detail"]
    never = api.post("/api/v1/check-outs", {"registration": str(waiting.id)}, format="json")
    assert never.status_code == 409


def test_forged_replaced_and_ambiguous_codes_are_refused(api: APIClient, conference: Any) -> None:
    row = RegistrationFactory(conference=conference)
    old = codes.sign(row.id, 0)
    assert api.post(f"/api/v1/registrations/{row.id}/reissue").json()["code_round"] == 1

    for body, status in (
        ({"code": old}, 404),
        ({"code": "không phải mã"}, 404),
        ({"code": codes.sign(row.id, 1), "registration": str(row.id)}, 400),
        ({"name": "ai đó"}, 400),
        ({}, 400),
        ({"code": codes.sign(row.id, 1)}, 201),
    ):
        assert api.post("/api/v1/check-ins", body, format="json").status_code == status


def test_who_was_in_the_room_at_any_instant(conference: Any) -> None:
    stays, leaves, late = (RegistrationFactory(conference=conference) for _ in range(3))
    log(stays, "in", 0)
    log(leaves, "in", 5)
    log(leaves, "out", 20)
    log(late, "in", 30)

    def present(minute: int) -> set[Any]:
        moment = dt.datetime(2021, 1, 14, 6, minute, tzinfo=dt.UTC)
        return set(queries.present_at(conference.id, moment).values_list("id", flat=True))

    assert present(4) == {stays.id}
    assert present(5) == {stays.id, leaves.id}
    assert present(20) == {stays.id}
    assert present(59) == {stays.id, late.id}


def test_a_quorum_counts_who_was_summoned_and_no_guests(api: APIClient, conference: Any) -> None:
    rows = [RegistrationFactory(conference=conference, category="staff") for _ in range(4)]
    guest = RegistrationFactory(conference=conference, category="guest")
    InvitationFactory.create_batch(2, list__conference=conference, sent=True, state="declined")  # staff, summoned
    for row in (*rows[:3], guest):
        log(row, "in", 1)
    moment = dt.datetime(2021, 1, 14, 7, tzinfo=dt.UTC)

    said = queries.quorum(conference.id, Fraction(2, 3), moment)
    assert (said.summoned, said.present, said.needed, said.met) == (6, 3, 4, False)
    log(rows[3], "in", 2)

    asked = {"conference": str(conference.id), "at": moment.isoformat(), "share": "2/3"}
    answer = api.get("/api/v1/attendance", asked).json()
    assert answer["quorum"] == {"summoned": 6, "present": 4, "needed": 4, "met": True}
    assert (answer["registered"], answer["present"]) == (5, 5)
    assert {share["key"]: share["present"] for share in answer["by_category"]} == {"staff": 4, "guest": 1}
    assert api.get("/api/v1/attendance", {**asked, "share": "3/2"}).status_code == 400
    assert api.get("/api/v1/attendance").status_code == 400


def test_the_log_cannot_be_rewritten(conference: Any) -> None:
    log(RegistrationFactory(conference=conference), "in", 0)

    for change in (lambda rows: rows.update(direction="out"), lambda rows: rows.delete()):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change(Presence.objects.all())


def test_without_the_guard_it_could(conference: Any) -> None:
    log(RegistrationFactory(conference=conference), "in", 0)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE registration_presence DISABLE TRIGGER registration_presence_append_only")

    assert Presence.objects.update(direction="out") == 1


def test_seats_are_resized_over_the_api(api: APIClient, conference: Any) -> None:
    RegistrationFactory(conference=conference)
    address = f"/api/v1/seats/{conference.id}"

    counted = {"capacity": 30, "taken": 1, "offered": 0, "waiting": 0, "limits": [], "version": 1}
    shown = api.get(address)
    assert (shown.json(), shown["ETag"]) == ({"conference": str(conference.id), **counted}, '"1"')

    def resize(capacity: int | None, at: str = address, **headers: str) -> Any:
        return api.post(f"{at}/resize", {"capacity": capacity}, format="json", headers=headers)

    assert resize(None).status_code == 428
    RegistrationFactory(conference=conference)
    first, second = resize(None, **{"If-Match": shown["ETag"]}), resize(9, **{"If-Match": shown["ETag"]})
    assert (first.status_code, first.json()["capacity"], first.json()["taken"], first["ETag"]) == (200, None, 2, '"2"')
    assert (second.status_code, api.get(address).json()["capacity"]) == (412, None)
    assert api.get(address, headers={"If-None-Match": first["ETag"]}).json()["taken"] == 2, "numbers are never old"
    assert resize(0, **{"If-Match": first["ETag"]}).status_code == 409
    assert resize(1, "/api/v1/seats/no-such", **{"If-Match": "*"}).status_code == 404


def test_a_limit_is_set_by_who_read_the_seats_and_seats_nobody_asked_for_are_read_as_planned(
    api: APIClient, conference: Any
) -> None:
    unit, address = OrganisationFactory(), f"/api/v1/seats/{conference.id}"

    def limit(capacity: int, **headers: str) -> Any:
        said = {"organisation": str(unit.pk), "capacity": capacity}
        return api.post(f"{address}/limit", said, format="json", headers=headers)

    planned = api.get(address)
    assert (planned.status_code, planned.json()["capacity"], planned.json()["taken"]) == (200, 30, 0)
    read = {"If-Match": planned["ETag"]}
    assert [limit(3).status_code, limit(3, **read).status_code, limit(4, **read).status_code] == [428, 200, 412]
    assert api.get(address).json()["limits"][0]["capacity"] == 3


def test_strangers_see_nothing(conference: Any) -> None:
    row = RegistrationFactory(conference=conference)
    stranger = APIClient()
    stranger.force_authenticate(account_with("organiser", organisation=OrganisationFactory()))

    assert stranger.get(f"/api/v1/registrations/{row.id}").status_code == 404
    assert stranger.post("/api/v1/check-ins", {"code": codes.sign(row.id, 0)}, format="json").status_code == 404
    assert stranger.get("/api/v1/attendance", {"conference": str(conference.id)}).status_code == 404
    assert APIClient().get("/api/v1/presences").status_code == 401


def test_whoever_comes_in_is_told_of_pictures_and_that_is_on_record(api: APIClient, conference: Any) -> None:
    guest, speaker = RegistrationFactory(conference=conference), RegistrationFactory(conference=conference)
    of_both = {"conference": str(conference.pk), "registrations": [str(guest.pk), str(speaker.pk)]}

    came = api.post("/api/v1/check-ins", {"registration": str(guest.pk)}, format="json").json()
    api.post("/api/v1/check-ins", {"registration": str(guest.pk)}, format="json")
    together = api.post("/api/v1/check-ins/many", of_both, format="json").json()

    assert came["photo_notice"]["vi"]
    assert came["photo_notice"] == together["photo_notice"]
    shown = PhotoNoticeShown.objects.filter(notice__conference=conference, place=NoticePlace.DOOR)
    assert {row.person_id for row in shown} == {guest.person_id, speaker.person_id}
    assert len(shown) == 2


def test_where_nothing_is_recorded_nobody_is_told_of_pictures(api: APIClient, conference: Any) -> None:
    set_photo_notice(conference_id=conference.pk, recorded=False)
    row = RegistrationFactory(conference=conference)

    came = api.post("/api/v1/check-ins", {"registration": str(row.pk)}, format="json").json()

    assert came["photo_notice"] is None
    assert not PhotoNoticeShown.objects.exists()


# The door opens with the day


def shut(**when: Any) -> tuple[APIClient, Registration]:
    """Somebody with a seat at an announced conference that is to be held then."""
    lead = OrganisationFactory()
    conference = ConferenceFactory(announced=True, lead=lead, **when)
    client = APIClient()
    client.force_authenticate(account_with("organiser", organisation=lead))
    return client, RegistrationFactory(conference=conference)


def days(number: int) -> dt.date:
    return local(now()).date() + dt.timedelta(days=number)


def at_seven(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(7), tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@pytest.mark.parametrize(
    "when",
    [
        {"starts_at": at_seven(days(3)), "ends_at": at_seven(days(4)), "day": days(3)},
        {"day": days(3)},
        {"day": None, "day_part": ""},
    ],
)
def test_before_its_day_nobody_is_checked_in_however_they_are_found(when: Any) -> None:
    client, row = shut(**when)
    conference = str(row.conference_id)
    ways = [
        ("check-ins", {"code": codes.sign(row.pk, 0)}),
        ("check-ins", {"registration": str(row.pk)}),
        ("check-ins", {"conference": conference, "name": row.person.full_name}),
        ("check-ins/many", {"conference": conference, "registrations": [str(row.pk)]}),
        ("check-outs", {"registration": str(row.pk)}),
        ("walk-ins", {"conference": conference, "full_name": "Trần Văn Chợt"}),
    ]
    refused = [client.post(f"/api/v1/{path}", body, format="json") for path, body in ways]
    assert [each.status_code for each in refused] == [409] * len(ways)
    midnight = at_seven(days(3)) - dt.timedelta(hours=7)
    opens = wording.until(midnight, settings.TIME_ZONE, "vi") if when["day"] else "chưa có ngày"
    assert all(opens in each.json()["detail"] for each in refused if "check-outs" not in each.request["PATH_INFO"])
    assert not Presence.objects.exists()
    assert Registration.objects.count() == 1, "nobody is left seated by a walk-in that was refused"

    scanned = {"id": str(uuid4()), "registration": str(row.pk), "direction": "in", "at": now().isoformat()}
    batch = {"conference": conference, "device": str(uuid4()), "clock": now().isoformat(), "scans": [scanned]}
    assert client.post("/api/v1/scans", batch, format="json").json()["scans"][0]["outcome"] == "too_early"
    # Whoever is started is open.
    conferences.start(conference_id=row.conference_id)
    assert client.post("/api/v1/check-ins", {"registration": str(row.pk)}, format="json").status_code == 201


@pytest.mark.parametrize("exact", [True, False])
def test_on_its_day_and_as_much_earlier_as_organisers_say_the_door_is_open(exact: bool) -> None:
    times = {"starts_at": at_seven(days(1)), "ends_at": at_seven(days(2))} if exact else {}
    client, row = shut(day=days(1), **times)
    conference = str(row.conference_id)

    def decide(**said: Any) -> Any:
        return client.post(
            "/api/v1/admissions", {"conference": conference, "mode": "invitation", **said}, format="json"
        )

    def come() -> int:
        return client.post("/api/v1/check-ins", {"registration": str(row.pk)}, format="json").status_code

    midnight = at_seven(days(1)) - dt.timedelta(hours=7)
    assert dt.datetime.fromisoformat(decide().json()["door_opens_at"]) == midnight
    assert come() == 409
    early = dt.datetime.fromisoformat(decide(door_hours=40).json()["door_opens_at"])
    assert early.utcoffset() == midnight.utcoffset(), "on the conference's clock"
    assert early == (at_seven(days(1)) if exact else midnight) - dt.timedelta(hours=40)
    assert come() == 201
    decide()
    out = client.post("/api/v1/check-outs", {"registration": str(row.pk)}, format="json")
    assert out.status_code == 201, "whoever is in may go"
    type(row.conference).objects.update(starts_at=None, ends_at=None, day=days(0), day_part="evening")
    assert come() == 201
    assert decide(door_hours=337).status_code == 400


def test_scans_are_judged_by_their_own_time_however_late_they_come() -> None:
    client, row = shut(day=days(0))
    Registration.objects.update(confirmed_at=now() - dt.timedelta(days=30))
    opens = at_seven(days(0)) - dt.timedelta(hours=7)
    skew = dt.timedelta(hours=5)  # the device's clock is behind by as much
    noted = {"registration": str(row.pk), "direction": "in"}
    scans = [
        {**noted, "id": str(uuid4()), "at": (opens + dt.timedelta(minutes=minutes) - skew).isoformat()}
        for minutes in (-30, -1)
    ]
    batch = {"conference": str(row.conference_id), "device": str(uuid4()), "clock": (now() - skew).isoformat()}
    told = client.post("/api/v1/scans", {**batch, "scans": scans}, format="json").json()
    assert [each["outcome"] for each in told["scans"]] == ["too_early", "recorded"]
