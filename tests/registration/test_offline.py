"""Devices at the door without a connection: what they bring late, twice, out of order and by a wrong clock."""

import datetime as dt
import hashlib
import threading
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from backend.conferences.models import Conference
from backend.core.clock import database_now, now
from backend.outbox.models import Event
from backend.registration import codes, queries, services
from backend.registration.models import Presence, Registration, Scan
from backend.registration.services import scans
from backend.registration.services.scans import Noted
from tests.factories.conferences import ConferenceFactory, SiteFactory
from tests.factories.people import OrganisationFactory, account_with
from tests.factories.registration import RegistrationFactory
from tests.guards import assert_refused_by, assert_written_without
from tests.threads import in_threads

MINUTE = dt.timedelta(minutes=1)
HOUR = 60 * MINUTE


@pytest.fixture
def conference() -> Any:
    return ConferenceFactory(announced=True, exact=True, lead=OrganisationFactory())


@pytest.fixture
def api(conference: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(account_with("organiser", organisation=conference.organisers.get().organisation))
    return client


def seated(**said: Any) -> Registration:
    """Somebody who has had a seat for as long as any device may remember."""
    row = RegistrationFactory(**said)
    Registration.objects.filter(pk=row.pk).update(confirmed_at=now() - dt.timedelta(days=30))
    return row


def noted(row: Registration, direction: str, at: dt.datetime, **said: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "registration": str(row.pk), "direction": direction, "at": at.isoformat(), **said}


def bring(api: APIClient, conference: Conference, *said: Any, clock: dt.datetime | None = None, **more: Any) -> Any:
    device = more.setdefault("device", str(UUID(int=1)))
    body = {"conference": str(conference.pk), "device": device, "clock": (clock or now()).isoformat(), "scans": said}
    return api.post("/api/v1/scans", body, format="json")


@pytest.mark.django_db
def test_the_good_scans_of_a_batch_are_kept_and_each_bad_one_is_told(api: APIClient, conference: Any) -> None:
    row, replaced, waiting, left = (seated(conference=conference) for _ in range(4))
    old = codes.sign(replaced.pk, 0)
    services.reissue_code(registration_id=replaced.pk)
    Registration.objects.filter(pk=waiting.pk).update(state="cancelled", cancelled_at=now() - HOUR)
    Registration.objects.filter(pk=left.pk).update(state="cancelled", cancelled_at=now())
    at = now() - 10 * MINUTE
    by_code = {"id": str(uuid4()), "code": codes.sign(row.pk, 0), "direction": "in", "at": at.isoformat()}
    batch = [
        by_code,
        {**by_code, "id": str(uuid4()), "code": "không phải mã"},
        {**by_code, "id": str(uuid4()), "code": old},
        noted(waiting, "in", at),
        noted(left, "in", at),
        noted(row, "in", now() + HOUR),
        noted(row, "in", now() - 8 * 24 * HOUR),
        noted(row, "in", at, site=str(SiteFactory().pk)),
        noted(seated(), "in", at),
        noted(row, "sideways", at),
        "no scan at all",
        by_code,
        {**by_code, "direction": "out"},
    ]

    answer = bring(api, conference, *batch)
    told = answer.json()

    assert answer.status_code == 200, told
    assert [each["outcome"] for each in told["scans"]] == [
        "recorded", "unknown", "replaced", "no_seat", "given_up", "future", "too_old", "foreign_site", "unknown",
        "malformed", "malformed", "recorded", "reused",
    ]  # fmt: skip
    assert (told["recorded"], told["refused"]) == (3, 10)
    assert [each["number"] for each in told["scans"]] == list(range(1, 14))
    assert told["scans"][0]["person_name"] == row.person.full_name
    assert told["scans"][3]["reason"]["vi"] == "người này không có chỗ vào lúc đó"
    assert [wrong["field"] for wrong in told["scans"][9]["wrong"]] == ["direction"]
    assert set(Presence.objects.values_list("registration", "source")) == {(row.pk, "device"), (left.pk, "device")}
    assert Event.objects.filter(name="presence.recorded").count() == 2
    shown = api.get("/api/v1/scans", {"conference": str(conference.pk), "outcome": "no_seat"}).json()["results"]
    assert [each["registration"] for each in shown] == [str(waiting.pk)]


@pytest.mark.django_db
def test_door_and_organisers_are_told_of_who_came_in_on_a_seat_that_was_given_to_another(
    api: APIClient, conference: Any
) -> None:
    gone, other = seated(conference=conference), seated(conference=conference)
    at = now() - HOUR
    Registration.objects.filter(pk=gone.pk).update(state="cancelled", cancelled_at=now() - 10 * MINUTE)
    Conference.objects.filter(pk=conference.pk).update(capacity=1)
    bring(api, conference, noted(other, "in", now() - MINUTE))
    shown = {"conference": str(conference.pk)}
    assert api.get("/api/v1/attendance", shown).json()["over_capacity"] == 0

    told = bring(api, conference, noted(gone, "in", at)).json()

    [scan] = told["scans"]
    assert (told["recorded"], scan["outcome"], scan["presence"] is not None) == (1, "given_up", True)
    assert "có thể vượt sức chứa" in scan["reason"]["vi"]
    counted = api.get("/api/v1/attendance", shown).json()
    assert (counted["registered"], counted["present"], counted["over_capacity"]) == (1, 2, 1)
    listed = api.get("/api/v1/scans", {**shown, "outcome": "given_up"}).json()["results"]
    assert [row["registration"] for row in listed] == [str(gone.pk)]
    assert bring(api, conference, noted(gone, "out", at + MINUTE)).json()["scans"][0]["outcome"] == "recorded"


@pytest.mark.django_db
def test_a_batch_sent_again_gets_the_same_answers_and_changes_nothing(api: APIClient, conference: Any) -> None:
    row, other = seated(conference=conference), seated(conference=conference)
    batch = [noted(row, "in", now() - HOUR), noted(other, "in", now() - HOUR)]
    first = bring(api, conference, *batch).json()["scans"]
    Registration.objects.filter(pk=other.pk).update(state="cancelled", cancelled_at=now())
    Conference.objects.filter(pk=conference.pk).update(state="closed")

    again = bring(api, conference, *reversed(batch), clock=now() - 3 * HOUR).json()["scans"]
    new = bring(api, conference, *batch, noted(row, "out", now()))

    unchanged = [{**each, "new": None, "number": None} for each in again]
    assert unchanged == [{**each, "new": None, "number": None} for each in reversed(first)]
    assert [each["new"] for each in first + again] == [True, True, False, False]
    assert new.status_code == 409
    assert (Presence.objects.count(), Scan.objects.count()) == (2, 2)


@pytest.mark.django_db
def test_a_scan_from_before_the_seat_was_theirs_counts_for_nothing(api: APIClient, conference: Any) -> None:
    row = RegistrationFactory(conference=conference)
    Registration.objects.filter(pk=row.pk).update(confirmed_at=now() - HOUR)
    clock = now() - 3 * HOUR

    early, late = noted(row, "in", clock - 61 * MINUTE), noted(row, "in", clock - 59 * MINUTE)
    told = bring(api, conference, early, late, clock=clock).json()

    assert [each["outcome"] for each in told["scans"]] == ["no_seat", "recorded"]
    assert Presence.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("behind", [dt.timedelta(), 3 * HOUR, -3 * HOUR, dt.timedelta(days=400)])
def test_a_wrong_clock_is_put_right(api: APIClient, conference: Any, behind: dt.timedelta) -> None:
    row = seated(conference=conference)
    clock = now() - behind

    batch = [noted(row, "in", clock - HOUR), noted(row, "out", clock + MINUTE)]
    told = bring(api, conference, *batch, clock=clock).json()

    assert told["clock_behind_seconds"] == pytest.approx(behind.total_seconds(), abs=30)
    came, went = Presence.objects.order_by("at")
    assert abs(now() - HOUR - came.at) < MINUTE
    # A little after the upload is as of the upload: nobody comes or goes in the future.
    assert went.at == dt.datetime.fromisoformat(told["received_at"])


@pytest.mark.django_db
def test_people_at_the_door_and_devices_agree_whoever_is_heard_first(conference: Any) -> None:
    row = seated(conference=conference)
    at = database_now()
    Presence.objects.create(conference=conference, registration=row, direction="in", at=at - HOUR, source="staff")
    again = services.check_in(registration_id=row.pk)
    services.take_scans(
        conference_id=conference.pk,
        device=uuid4(),
        clock=now(),
        scans=[Noted(scan=uuid4(), registration_id=row.pk, direction="out", at=at - HOUR / 2)],
    )

    assert not again.new
    assert queries.present_at(conference.pk, at - MINUTE).count() == 0
    assert queries.present_at(conference.pk, now()).count() == 1


def reference(log: Sequence[tuple[int, int, str]], moment: int) -> set[int]:
    """Who is in at `moment`, from (person, minute, direction) in any order."""
    inside: set[int] = set()
    for person, minute, direction in sorted(log, key=lambda each: (each[1], each[2] == "in")):
        if minute <= moment:
            (inside.add if direction == "in" else inside.discard)(person)
    return inside


SCANS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 12), st.sampled_from(["in", "out"]), st.integers(0, 2)), max_size=14
)


@pytest.mark.django_db
def test_any_order_of_any_batches_of_any_devices_comes_to_the_same(conference: Any) -> None:
    rows = [seated(conference=conference) for _ in range(3)]

    @settings(max_examples=25, deadline=None)
    @given(log=SCANS, data=st.data())
    def holds(log: list[tuple[int, int, str, int]], data: st.DataObject) -> None:
        with transaction.atomic():
            scattered(conference, rows, log, data)
            transaction.set_rollback(True)

    holds()


def scattered(
    conference: Conference, rows: list[Registration], log: list[tuple[int, int, str, int]], data: st.DataObject
) -> None:
    """The scans of three devices with wrong clocks, shuffled, some twice, each in two uploads that overtake each other."""
    start = database_now() - HOUR
    devices = [(uuid4(), data.draw(st.integers(-500, 500)) * MINUTE) for _ in range(3)]
    held: list[list[Noted]] = [[], [], []]
    for person, minute, direction, device in log:
        at = start + minute * MINUTE - devices[device][1]
        held[device].append(Noted(scan=uuid4(), registration_id=rows[person].pk, direction=direction, at=at))
    uploads = []
    for device, noted in zip(devices, held, strict=True):
        again = data.draw(st.lists(st.sampled_from(noted))) if noted else []
        shuffled = data.draw(st.permutations(noted + again))
        cut = data.draw(st.integers(0, len(shuffled)))
        uploads += [(device, shuffled[:cut]), (device, shuffled[cut:])]
    for (device, behind), part in data.draw(st.permutations(uploads)):
        bring_exactly(conference.pk, device, part, behind=behind)

    plain = [(person, minute, direction) for person, minute, direction, _ in log]
    moments = [start + minute * MINUTE for minute in range(14)]
    series = {point.at: point.present for point in queries.series(conference.pk, start, moments[-1], MINUTE)}
    for minute, moment in enumerate(moments):
        expected = {rows[person].pk for person in reference(plain, minute)}
        assert set(queries.present_at(conference.pk, moment).values_list("pk", flat=True)) == expected
        assert series[moment] == len(expected)
    assert Presence.objects.count() == len(log)


def bring_exactly(conference_id: UUID, device: UUID, held: list[Noted], *, behind: dt.timedelta) -> None:
    """With a clock that is wrong by `behind` to the microsecond, so that the reference is exact."""
    received = database_now()
    original = scans.database_now
    scans.database_now = lambda: received  # type: ignore[attr-defined]
    try:
        services.take_scans(conference_id=conference_id, device=device, clock=received - behind, scans=held)
    finally:
        scans.database_now = original  # type: ignore[attr-defined]


def scan_of(row: Registration, **said: Any) -> Scan:
    fields = {"device": UUID(int=1), "scan": UUID(int=2), "direction": "in", "outcome": "no_seat", **said}
    made: Scan = Scan.objects.create(conference=row.conference, registration=row, scanned_at=now(), at=now(), **fields)
    return made


@pytest.mark.django_db
@pytest.mark.parametrize("check", [assert_refused_by, assert_written_without])
def test_a_scan_is_answered_once(conference: Any, check: Any) -> None:
    row = seated(conference=conference)
    scan_of(row)

    check("one_answer_per_scan", lambda: scan_of(row))


@pytest.mark.django_db
@pytest.mark.parametrize("check", [assert_refused_by, assert_written_without])
def test_what_is_said_to_be_recorded_is_in_the_log(conference: Any, check: Any) -> None:
    row = seated(conference=conference)

    check("a_recorded_scan_is_in_the_log", lambda: scan_of(row, outcome="recorded"))


@pytest.mark.django_db
def test_an_answer_cannot_be_rewritten(conference: Any) -> None:
    scan_of(RegistrationFactory(conference=conference))

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Scan.objects.update(outcome="unknown")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE registration_scan DISABLE TRIGGER registration_scan_append_only")
    assert Scan.objects.update(outcome="unknown") == 1


def both_at_once(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """One batch uploaded by two connections, neither of which finds that the other has answered it."""
    row = seated(conference=ConferenceFactory(announced=True))
    held = [Noted(scan=uuid4(), registration_id=row.pk, direction="in", at=now()) for _ in range(3)]
    gate, look, device = threading.Barrier(2), scans._answered, uuid4()
    looked = threading.local()

    def look_together(*args: Any) -> Any:
        found = look(*args)
        if not getattr(looked, "once", False):
            looked.once = True
            gate.wait(10)
        return found

    monkeypatch.setattr(scans, "_answered", look_together)
    connection.close()
    return in_threads(
        2,
        lambda: services.take_scans(conference_id=row.conference_id, device=device, clock=now(), scans=held),
    )


@pytest.mark.django_db(transaction=True)
def test_a_batch_uploaded_twice_at_once_is_entered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = both_at_once(monkeypatch)

    assert sorted(sum(answer.new for answer in each.answers) for each in taken) == [0, 3]
    assert [answer.row.pk for answer in taken[0].answers] == [answer.row.pk for answer in taken[1].answers]
    assert Presence.objects.count() == Event.objects.filter(name="presence.recorded").count() == 3


@pytest.mark.django_db(transaction=True)
def test_without_the_unique_constraint_it_would_be_answered_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE registration_scan DROP CONSTRAINT one_answer_per_scan")
    try:
        both_at_once(monkeypatch)
        assert Scan.objects.count() == 6
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("TRUNCATE registration_scan, registration_presence CASCADE")
            cursor.execute("SET session_replication_role = origin")
            cursor.execute(
                "ALTER TABLE registration_scan ADD CONSTRAINT one_answer_per_scan UNIQUE (conference_id, device, scan)"
            )


@pytest.mark.django_db
def test_a_device_can_tell_by_itself_who_may_come_in(api: APIClient, conference: Any) -> None:
    row, left = seated(conference=conference), seated(conference=conference)
    services.cancel(registration_id=left.pk)
    asked = {"conference": str(conference.pk)}

    told = api.get("/api/v1/door-lists", asked)
    same = api.get("/api/v1/door-lists", asked, headers={"If-None-Match": told["ETag"]})
    services.reissue_code(registration_id=row.pk)
    changed = api.get("/api/v1/door-lists", asked, headers={"If-None-Match": told["ETag"]})

    scanned = hashlib.sha256(codes.sign(row.pk, 0).encode()).hexdigest()
    assert [(each["registration"], each["digest"]) for each in told.json()["people"]] == [(str(row.pk), scanned)]
    assert (same.status_code, changed.status_code) == (304, 200)
    assert scanned not in changed.content.decode()
    assert APIClient().get("/api/v1/door-lists", asked).status_code == 401
