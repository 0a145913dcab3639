"""Badges: what stands on them, one file for many with progress, only for organisers, and only what changed."""

import datetime as dt
import io
from typing import Any

import pytest
import segno
from pypdf import PdfReader
from rest_framework.test import APIClient

from backend.conferences.models import Conference
from backend.core.clock import now
from backend.documents.models import DocumentFile
from backend.jobs import services as jobs
from backend.jobs.models import Job
from backend.people.models import Account, Position
from backend.registration import badge, codes, services
from backend.registration.models import Badge, BadgePrint
from backend.registration.services import badges as printing
from backend.rights import services as rights
from tests import lift
from tests.factories.conferences import ConferenceFactory, DutyFactory
from tests.factories.people import OrganisationFactory, PersonFactory, account_with
from tests.factories.registration import RegistrationFactory
from tests.guards import assert_refused_by, assert_written_without

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
