"""Guest lists: named in protocol order or as set by hand, offices in their place until a name is known, on paper."""

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from rest_framework.test import APIClient

from backend.invitations import services
from backend.invitations.models import Invitation
from backend.invitations.wording import invitee
from tests.documents.reading import text_of
from tests.factories.conferences import ConferenceFactory, SiteFactory
from tests.factories.invitations import InvitationFactory, InvitationLetterFactory, InvitationListFactory
from tests.factories.people import OrganisationFactory, PersonFactory, PositionFactory, account_with

pytestmark = pytest.mark.django_db
URL = "/api/v1/invitations/guest-list"


@pytest.fixture
def unit() -> Any:
    return OrganisationFactory(name={"vi": "Trung tâm Kỹ thuật 2"})


@pytest.fixture
def api(unit: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(account_with("organiser", organisation=unit))
    return client


@pytest.fixture
def conference(unit: Any) -> Any:
    """Guests of three ranks, a delegate of a high one, and an office without a name, entered in no order."""
    made = ConferenceFactory(announced=True, exact=True, lead=unit)
    SiteFactory(conference=made)
    guests = InvitationListFactory(conference=made, category="guest")
    delegates = InvitationListFactory(conference=made, category="delegate")
    first, second = (OrganisationFactory(name={"vi": name}) for name in ("Ban An toàn", "Cục Bản đồ"))

    def held(name: str, rank: int, body: Any) -> Any:
        person = PersonFactory(full_name=name, organisation=body)
        PositionFactory(person=person, title={"vi": "Trưởng phòng"}, rank=rank)
        return person.pk

    services.add_members(list_id=delegates.pk, people=[held("Đại Biểu", 1, first)])
    services.add_members(
        list_id=guests.pk,
        people=[
            held("Phạm Văn Bình", 50, second),
            held("Trần Thị Ân", 50, second),
            held("Lê Chức Cao", 10, second),
            held("Võ Minh Út", 50, first),
        ],
        offices=[{"office": {"vi": "Vụ trưởng các Vụ"}, "rank": 20}],
    )
    return made


def named(api: APIClient, conference: Any, **asked: Any) -> list[str]:
    answer = api.get(URL, {"conference": str(conference.pk), **asked})
    assert answer.status_code == 200, answer.json()
    rows = answer.json()
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1))
    return [row["name"] or row["office"] for row in rows]


def test_guests_come_by_rank_then_unit_then_name_and_offices_in_their_place(api: APIClient, conference: Any) -> None:
    assert named(api, conference) == [
        "Lê Chức Cao", "Vụ trưởng các Vụ", "Võ Minh Út", "Trần Thị Ân", "Phạm Văn Bình", "Đại Biểu",
    ]  # fmt: skip


def test_an_order_set_by_hand_wins_and_is_given_up_again(api: APIClient, conference: Any) -> None:
    ids = {row.person.full_name: str(row.pk) for row in Invitation.objects.filter(person__isnull=False)}
    body = {"conference": str(conference.pk), "invitations": [ids["Đại Biểu"], ids["Phạm Văn Bình"]]}
    assert api.post("/api/v1/invitations/order", body, format="json").json() == {"placed": 2}
    assert named(api, conference)[:3] == ["Đại Biểu", "Phạm Văn Bình", "Lê Chức Cao"]
    for wrong in ([ids["Đại Biểu"]] * 2, [str(conference.pk)]):
        refused = api.post("/api/v1/invitations/order", {**body, "invitations": wrong}, format="json")
        assert refused.status_code == 400
    assert named(api, conference)[0] == "Đại Biểu"
    api.post("/api/v1/invitations/order", {**body, "invitations": []}, format="json")
    assert named(api, conference)[0] == "Lê Chức Cao"


def test_an_office_gets_a_name_and_with_it_the_office_and_rank_of_the_person(api: APIClient, conference: Any) -> None:
    row = Invitation.objects.get(person=None)
    person = PersonFactory(full_name="Hồ Vụ Trưởng", organisation=OrganisationFactory(name={"vi": "Vụ Pháp chế"}))
    PositionFactory(person=person, title={"vi": "Vụ trưởng"}, rank=5)
    answer = api.post(f"/api/v1/invitations/{row.pk}/name", {"person": str(person.pk)}, format="json")
    assert answer.status_code == 200, answer.json()
    assert named(api, conference)[0] == "Hồ Vụ Trưởng"
    assert invitee(Invitation.objects.get(pk=row.pk), "vi") == "Ông/Bà Hồ Vụ Trưởng, Vụ trưởng Vụ Pháp chế"
    assert services.send_list(list_id=row.list_id).issued == 5


def test_the_list_is_printed_with_its_letters_number_and_as_a_spreadsheet(api: APIClient, conference: Any) -> None:
    rows = Invitation.objects.filter(category="guest").first()
    assert rows is not None
    InvitationLetterFactory(list=rows.list, issued=True)
    asked = {"conference": str(conference.pk), "list": str(rows.list_id), "language": "vi"}
    paper = api.get(f"{URL}/print", asked)
    assert paper["Content-Type"] == "application/pdf"
    said = text_of(paper.content)
    for words in (
        "DANH SÁCH KHÁCH MỜI",
        "(Kèm theo Giấy mời số 05/GM-KT2 ngày 05/01/2021)",
        "Danh sách gồm 5 người, đơn vị.",
    ):
        assert words in said
    order = [said.index(name) for name in ("Lê Chức Cao", "Vụ trưởng các Vụ", "Võ Minh Út")]
    assert order == sorted(order)
    assert api.get(f"{URL}/print", asked, headers={"If-None-Match": paper["ETag"]}).status_code == 304
    InvitationFactory(list=rows.list, person=PersonFactory(full_name="Trần 🎉 Bình"))
    khmer = InvitationFactory(list=rows.list, person=PersonFactory(full_name="Sok សុខ"))
    printed = text_of(api.get(f"{URL}/print", asked).content)
    assert ("Trần Bình" in printed, "Sok ……" in printed, "U+" in printed) == (True, True, False)
    assert api.get(f"/api/v1/invitations/{khmer.pk}").json()["unprintable"] == "សុខ"
    person = PersonFactory(full_name="=1+1")
    InvitationFactory(list=rows.list, person=person)
    sheet = openpyxl.load_workbook(io.BytesIO(api.get(f"{URL}/print", {**asked, "format": "xlsx"}).content)).active
    cells = [cell for line in sheet.iter_rows() for cell in line if cell.value]
    assert "Ông/Bà =1+1" in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    for wrong in ({"format": "docx"}, {"conference": "x"}, {"state": "x"}):
        assert api.get(f"{URL}/print", {**asked, **wrong}).status_code == 400


def test_drafts_are_mailed_in_the_office_held_then_and_what_was_written_by_hand_stays(conference: Any) -> None:
    rows = InvitationListFactory(conference=conference)
    promoted, written = PersonFactory(), PersonFactory()
    old = PositionFactory(person=promoted, title={"vi": "Phó phòng"}, valid_to=dt.date(2021, 6, 1))
    PositionFactory(person=written, title={"vi": "Chuyên viên"})
    services.add_members(list_id=rows.pk, people=[promoted.pk, written.pk])
    Invitation.objects.filter(person=written).update(office={"vi": "Đại diện ngành"})
    old.valid_to = dt.date(2021, 1, 1)
    old.save()
    PositionFactory(person=promoted, title={"vi": "Trưởng phòng"}, rank=7, valid_from=dt.date(2021, 1, 2))
    services.send_list(list_id=rows.pk)
    said = dict(Invitation.objects.filter(list=rows).values_list("person", "office__vi"))
    assert said == {promoted.pk: "Trưởng phòng", written.pk: "Đại diện ngành"}


@pytest.mark.parametrize(
    ("language", "person", "office", "unit", "said"),
    [
        ("vi", {"honorific": "ong"}, {"vi": "Giám đốc"}, {"vi": "Sở Y tế"}, "Ông Hà Minh Hiệp, Giám đốc Sở Y tế"),
        ("vi", {}, {}, {"vi": "Sở Y tế"}, "Ông/Bà Hà Minh Hiệp, Sở Y tế"),
        ("vi", {"degree": "TS."}, {"vi": "Giám đốc Sở Y tế"}, {"vi": "Sở Y tế"}, "TS. Hà Minh Hiệp, Giám đốc Sở Y tế"),
        (
            "en",
            {"honorific": "ong"},
            {"vi": "Giám đốc", "en": "Director"},
            {"vi": "Sở Y tế"},
            "Mr Hà Minh Hiệp, Director",
        ),
        (
            "en",
            {},
            {"vi": "Giám đốc", "en": "Director"},
            {"vi": "Sở", "en": "Office"},
            "Hà Minh Hiệp, Director, Office",
        ),
        ("vi", None, {"vi": "Vụ trưởng các Vụ"}, None, "Vụ trưởng các Vụ"),
    ],
)
def test_whoever_is_invited_is_addressed_by_honorific_office_and_unit(
    language: str, person: Any, office: Any, unit: Any, said: str
) -> None:
    known = None if person is None else PersonFactory(full_name="Hà Minh Hiệp", **person)
    organisation = OrganisationFactory(name=unit) if unit else None
    row = InvitationFactory(person=known, organisation=organisation, office=office, language=language, email="")
    assert invitee(row, language) == said
