"""Badges: what stands on them, one file for many with progress, only for organisers, and only what changed."""

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
import segno
import typst
import zxingcpp
from PIL import Image
from pypdf import PdfReader
from rest_framework.test import APIClient

from backend.conferences.models import Conference
from backend.core.clock import now
from backend.documents.form import faces
from backend.documents.form.press import typeset_bounded
from backend.documents.models import DocumentFile
from backend.jobs import services as jobs
from backend.jobs.models import Job
from backend.outbox import services as outbox
from backend.people.models import Account, Person, Position
from backend.registration import badge, codes, services
from backend.registration.models import Badge, BadgePrint, Registration
from backend.registration.services import badges as printing
from backend.rights import services as rights
from tests import lift
from tests.factories.conferences import ConferenceFactory, DutyFactory
from tests.factories.people import OrganisationFactory, PersonFactory, account_with
from tests.factories.registration import RegistrationFactory
from tests.guards import assert_refused_by, assert_written_without
from workers import tasks
from workers.subscriptions import SUBSCRIPTIONS

API = "/api/v1/badges"
LONG = "Công Tằng Tôn Nữ Thị Quỳnh Nguyệt Ánh Hồng Đào"


@pytest.fixture
def conference(db: None) -> Any:
    return ConferenceFactory(announced=True, exact=True, lead=OrganisationFactory())


@pytest.fixture
def api(conference: Any) -> APIClient:
    return client_of(account_with("organiser", organisation=conference.organisers.get().organisation))


def client_of(account: Account) -> APIClient:
    client = APIClient()
    client.force_authenticate(account)
    return client


def begin(api: APIClient, conference: Any, **said: Any) -> Any:
    return api.post(API, {"conference": str(conference.pk), **said}, format="json")


def pages(api: APIClient, job: str) -> list[str]:
    pdf = api.get(f"{API}/{job}/content")
    assert pdf.status_code == 200
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf.content)).pages]


def test_badges_of_many_are_one_file_made_step_by_step_and_only_organisers_have_it(
    api: APIClient, conference: Any
) -> None:
    unit = OrganisationFactory(name={"vi": "Ủy ban nhân dân xã Hòa Thượng"})
    chair = RegistrationFactory(conference=conference, person=PersonFactory(full_name=LONG), organisation_id=unit.pk)
    DutyFactory(conference=conference, kind="chair", person=chair.person)
    day = conference.day or conference.starts_at.date()
    for title, since, until in (("Phó Chủ tịch", None, day - dt.timedelta(9)), ("Quyền Chủ tịch", day, None)):
        Position.objects.create(person=chair.person, title={"vi": title}, valid_from=since, valid_to=until)
    for number in range(printing.CHUNK):
        RegistrationFactory(conference=conference, person=PersonFactory(full_name=f"Trần Văn Zy {number}"))

    begun = begin(api, conference)
    job = begun.json()["id"]
    early = api.get(f"{API}/{job}/content")
    twice = begin(api, conference)
    printing.print_some(Job.objects.get(pk=job))
    part = Badge.objects.filter(print=job).count()
    Badge.objects.all().delete()
    lift.run()

    assert (begun.status_code, early.status_code, twice.status_code) == (202, 404, 409)
    assert part == printing.CHUNK
    done = Job.objects.get(pk=job)
    assert (done.state, done.done, done.total, done.result["badges"]) == ("done", 26, 26, 26)
    *others, first = pages(api, job)
    assert len(others) == 25
    for words in (LONG, "Quyền Chủ tịch", "Ủy ban nhân dân xã Hòa Thượng", "CHỦ TRÌ", "Chair", conference.title["vi"]):
        assert words in first
    assert "Phó Chủ tịch" not in first
    assert "ĐẠI BIỂU" in others[0]
    assert not Badge.objects.exclude(content={}).exists(), "what stood on them is in the file alone"
    assert api.get(f"{API}/{job}").json()["done"]
    for stranger in (account_with("organiser", organisation=OrganisationFactory()), chair_account(chair)):
        assert client_of(stranger).get(f"{API}/{job}/content").status_code == 404
        assert begin(client_of(stranger), conference).status_code == 403
    assert not api.get("/api/v1/documents").json()["results"]


def chair_account(row: Any) -> Account:
    return Account.objects.create(email="chair@example.vn", person=row.person)


def test_only_badges_that_changed_are_printed_again_four_on_a_page(api: APIClient, conference: Any) -> None:
    rows = [RegistrationFactory(conference=conference) for _ in range(6)]
    begin(api, conference)
    lift.run()

    nothing = begin(api, conference, changed=True)
    services.reissue_code(registration_id=rows[0].pk)
    services.cancel(registration_id=rows[1].pk)
    rows[2].person.full_name = "Hoàng Thị Ước"
    rows[2].person.save()
    again = begin(api, conference, changed=True, sheet="a4").json()["id"]
    lift.run()

    assert nothing.status_code == 400
    assert set(BadgePrint.objects.get(pk=again).registrations) == {rows[0].pk, rows[2].pk}
    (page,) = pages(api, again)
    assert "Hoàng Thị Ước" in page
    assert begin(api, conference, registrations=[str(RegistrationFactory().pk)]).status_code == 400


def test_badges_of_five_hundred_are_one_file_and_the_job_says_how_far_it_is(api: APIClient, conference: Any) -> None:
    unit = OrganisationFactory(name={"vi": "Ủy ban nhân dân xã Hòa Thượng"})
    people = Person.objects.bulk_create(
        PersonFactory.build(organisation=unit, full_name=f"Nguyễn Thị Mỹ Duyên {n:03}", folded="", sort_key=f"{n:03}")
        for n in range(500)
    )
    Registration.objects.bulk_create(
        Registration(
            conference=conference, person=person, organisation=unit, category="delegate", state="confirmed",
            confirmed_at=now(),
        )
        for person in people
    )  # fmt: skip

    begun = begin(api, conference)
    progress = []
    while (seen := api.get(begun["Location"]).json())["state"] not in {"done", "failed"}:
        progress.append(seen["done"])
        outbox.fan_out(SUBSCRIPTIONS)
        outbox.hand_out(lambda delivery, consumer: tasks.react(str(delivery), consumer))

    assert (begun.status_code, seen["state"], seen["done"], seen["total"]) == (202, "done", 500, 500)
    assert progress == sorted(progress)
    assert len(set(progress)) > 10, "whoever asks sees it go on"
    printed = PdfReader(io.BytesIO(api.get(f"{API}/{begun.json()['id']}/content").content)).pages
    assert len(printed) == 500
    assert all(f"Nguyễn Thị Mỹ Duyên {n:03}" in printed[n].extract_text() for n in (0, 24, 25, 499))


@pytest.mark.parametrize("sheet", ["a6", "a4"])
def test_what_a_scanner_reads_off_the_printed_page_opens_the_door(
    api: APIClient, conference: Any, sheet: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        RegistrationFactory(conference=conference, person=PersonFactory(full_name=name))
        for name in ("An", LONG, "Phạm Thị Ngọc Ánh")
    ]
    seen: list[bytes] = []

    def also_as_pictures(template: Path, data: dict[str, Any], *, made_at: dt.datetime) -> bytes:
        made = typst.compile(
            template.read_bytes(), format="png", ppi=150, sys_inputs={"data": json.dumps(data)},
            font_paths=[str(faces.FOLDER)],
        )  # fmt: skip
        seen.extend(made if isinstance(made, list) else [made])
        return typeset_bounded(template, data, made_at=made_at)

    monkeypatch.setattr(badge, "typeset_bounded", also_as_pictures)
    begin(api, conference, sheet=sheet)
    lift.run()

    assert len(seen) == {"a6": 3, "a4": 1}[sheet]
    read = [code.text for png in seen for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))]
    assert len(read) == 3
    came = [api.post("/api/v1/check-ins", {"code": code}, format="json") for code in read]
    assert [answer.status_code for answer in came] == [201] * 3
    assert {answer.json()["registration"] for answer in came} == {str(row.pk) for row in rows}
    services.reissue_code(registration_id=rows[0].pk)
    assert [api.post("/api/v1/check-outs", {"code": code}, format="json").status_code for code in read].count(404) == 1


def test_a_name_that_cannot_be_printed_is_left_blank_and_told_and_emoji_are_left_out(
    api: APIClient, conference: Any
) -> None:
    plain, emoji, arabic = (
        RegistrationFactory(conference=conference, person=PersonFactory(full_name=name))
        for name in ("Nguyễn Văn An", "Trần 🎉 Văn Bình ❤️", "Ahmad محمد")
    )
    job = begin(api, conference).json()["id"]
    lift.run()

    by_row = dict(zip(BadgePrint.objects.get(pk=job).registrations, pages(api, job), strict=True))
    assert "Trần Văn Bình" in by_row[emoji.pk]
    assert "Ahmad ……" in by_row[arabic.pk]
    assert "U+" not in "".join(by_row.values())
    told = [{"registration": str(arabic.pk), "characters": "محد"}]
    assert Job.objects.get(pk=job).result["unprintable"] == told
    shown = {row.pk: api.get(f"/api/v1/registrations/{row.pk}").json() for row in (plain, emoji, arabic)}
    assert {pk: row["unprintable"] for pk, row in shown.items()} == {plain.pk: "", emoji.pk: "", arabic.pk: "محد"}
    assert shown[arabic.pk]["person_name"] == "Ahmad محمد"


def test_the_picture_is_the_code_that_opens_the_door(conference: Any) -> None:
    row = RegistrationFactory(conference=conference)
    code = codes.sign(row.pk, 0)
    said = badge.content(name="A", office="", unit="", category="guest", duty=None, code=code)
    expected = io.BytesIO()
    segno.make(code, error="m", micro=False).save(expected, kind="svg", border=4, xmldecl=False)

    assert badge.with_picture(said)["qr"] == expected.getvalue().decode()
    assert codes.read(said["code"]) == (row.pk, 0)


@pytest.mark.parametrize("check", [assert_refused_by, assert_written_without])
def test_a_print_has_one_badge_of_a_person(conference: Any, check: Any) -> None:
    row = RegistrationFactory(conference=conference)
    made = BadgePrint.objects.create(conference=conference, registrations=[row.pk], sheet="a6")
    Badge.objects.create(print=made, registration=row, number=0, digest="")

    check("one_badge_in_a_print", lambda: Badge.objects.create(print=made, registration=row, number=1, digest=""))


def printed(api: APIClient, conference: Any) -> str:
    job = begin(api, conference).json()["id"]
    lift.run()
    assert pages(api, job)
    return job


def test_a_file_of_badges_goes_with_whoever_is_erased(api: APIClient, conference: Any) -> None:
    row, _ = RegistrationFactory(conference=conference), RegistrationFactory(conference=conference)
    job = printed(api, conference)
    Conference.objects.filter(pk=conference.pk).update(state="closed")

    erasure = rights.erase(person_id=row.person_id, account_id=None)
    jobs.run_step(job_id=erasure.pk, position=0)

    assert api.get(f"{API}/{job}/content").status_code == 404
    assert DocumentFile.objects.get(document__badge_print=job).sha256
    assert not Badge.objects.filter(registration=row).exists()


def test_files_of_badges_are_dropped_after_their_time(api: APIClient, conference: Any) -> None:
    RegistrationFactory(conference=conference)
    job = printed(api, conference)
    assert "registration.badges" not in rights.drop_old()

    BadgePrint.objects.filter(pk=job).update(created_at=now() - dt.timedelta(days=91))

    assert rights.drop_old()["registration.badges"] == 1
    assert "registration.badges" not in rights.drop_old()
    assert api.get(f"{API}/{job}/content").status_code == 404
