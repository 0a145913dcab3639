"""The giấy mời of a list: drafted, looked at, issued once under a number, kept, and gone out with each invitee's mail."""

import datetime as dt
import hashlib
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from rest_framework.test import APIClient

from backend.conferences import services as conferences
from backend.core.clock import now
from backend.core.errors import Conflict
from backend.core.guards import erasing
from backend.documents.models import DocumentFile, OfficialNumber
from backend.invitations import links, services
from backend.invitations.models import Invitation, InvitationLetter, LetterCopy
from backend.jobs.models import Job
from backend.mail.models import OutgoingMail
from tests import lift
from tests.documents.reading import text_of
from tests.factories.conferences import ConferenceFactory, DutyFactory, SiteFactory
from tests.factories.invitations import InvitationFactory, InvitationLetterFactory, InvitationListFactory
from tests.factories.people import OrganisationFactory, PersonFactory, PositionFactory, account_with
from tests.threads import rush

pytestmark = pytest.mark.django_db
API = "/api/v1/invitation-letters"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def unit() -> Any:
    name = {"vi": "Trung tâm Kỹ thuật 2", "en": "Technical Centre 2"}
    return OrganisationFactory(name=name, symbol="KT2", place={"vi": "Đà Nẵng", "en": "Da Nang"})


@pytest.fixture
def api(unit: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(account_with("organiser", organisation=unit))
    return client


@pytest.fixture
def conference(unit: Any) -> Any:
    start = (now() + dt.timedelta(days=30)).replace(hour=1, minute=30, second=0, microsecond=0)
    title = {"vi": "Hội nghị tổng kết năm 2020", "en": "Review Conference 2020"}
    made = ConferenceFactory(
        lead=unit, title=title, state="announced", day=None, day_part="", starts_at=start, ends_at=start + 3 * HOUR
    )
    DutyFactory(conference=made, kind="chair", person=PersonFactory(full_name="Trần Văn Chủ", honorific="ong"))
    return made


@pytest.fixture
def invitees(conference: Any) -> Any:
    """A list at a site: a Vietnamese director, an English guest, an office without a name."""
    rows = InvitationListFactory(conference=conference, site=SiteFactory(conference=conference))
    health = OrganisationFactory(name={"vi": "Sở Y tế", "en": "Department of Health"})
    director = PersonFactory(full_name="Lê Thị Hoa", honorific="ba", organisation=health)
    PositionFactory(person=director, title={"vi": "Giám đốc", "en": "Director"}, rank=10)
    guest = PersonFactory(full_name="Jane Smith", honorific="ba", language="en", organisation=None)
    services.add_members(
        list_id=rows.pk,
        people=[director.pk, guest.pk],
        offices=[{"office": {"vi": "Vụ trưởng các Vụ"}, "rank": 5}],
    )
    return rows


def of(rows: Any, name: str) -> Invitation:
    found: Invitation = Invitation.objects.get(list=rows, person__full_name=name)
    return found


def issued(rows: Any, **fields: Any) -> InvitationLetter:
    letter = services.draft_letter(list_id=rows.pk, fields={})
    signer = PersonFactory(full_name="Nguyễn Phú Quốc", degree="TS.")
    said = {"signer": signer.pk, "signer_office": {"vi": "Giám đốc", "en": "Director"}, **fields}
    services.edit_letter(letter_id=letter.pk, fields=said)  # type: ignore[arg-type]
    return services.issue_letter(letter_id=letter.pk, account_id=None)


def mail_to(row: Invitation, purpose: str = "invitation") -> EmailMessage:
    found = OutgoingMail.objects.filter(recipient=row.email, purpose=purpose).latest("id")
    return message_from_bytes(bytes(found.raw), policy=policy.default)  # type: ignore[return-value]


def text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_from_draft_to_the_attachment_in_each_invitees_mail(api: APIClient, unit: Any, invitees: Any) -> None:
    signer = PersonFactory(full_name="Nguyễn Phú Quốc", degree="TS.", organisation=unit)
    PositionFactory(person=signer, title={"vi": "Phó Giám đốc", "en": "Deputy Director"})
    made = api.post(API, {"list": str(invitees.pk), "signer": str(signer.pk)}, format="json")
    assert made.status_code == 201, made.json()
    url = f"{API}/{made.json()['id']}"
    said = {
        "authority": "kt",
        "signs_for": {"vi": "Giám đốc", "en": "the Director"},
        "site_texts": {str(invitees.site_id): {"vi": "Xin vào cổng số 2.", "en": "Please use gate 2."}},
        "note": {"vi": "Có mặt trước 15 phút."},
    }
    edited = api.patch(url, said, format="json", headers={"If-Match": made["ETag"]})
    assert edited.status_code == 200, edited.json()

    director, guest = of(invitees, "Lê Thị Hoa"), of(invitees, "Jane Smith")
    draft = api.get(f"/api/v1/invitations/{director.pk}/letter")
    assert "DỰ THẢO" in text_of(draft.content)
    refused = api.post(f"/api/v1/invitation-lists/{invitees.pk}/send")
    assert refused.status_code == 409, "mails would go without the letter"

    assert api.post(f"{url}/issue").status_code == 428
    answer = api.post(f"{url}/issue", headers={"If-Match": edited["ETag"]})
    assert (answer.status_code, answer.json()["number"]) == (200, "01/GM-KT2"), answer.json()
    assert api.post(f"{url}/issue", headers={"If-Match": answer["ETag"]}).status_code == 409
    on_file = text_of(api.get(f"{url}/file").content)
    assert "Các đại biểu theo danh sách kèm theo" in on_file
    assert api.get(f"{url}/file?format=docx").content[:2] == b"PK"

    lift.run()
    job = Job.objects.get(subject_id=answer.json()["id"])
    assert (job.state, job.done, job.total) == ("done", 3, 3)
    assert LetterCopy.objects.count() == 3
    assert api.post(f"/api/v1/invitation-lists/{invitees.pk}/send").json()["issued"] == 2
    lift.run()
    assert LetterCopy.objects.count() == 3, "set once and kept"

    mail = mail_to(director)
    assert "Kèm theo thư này là Giấy mời số 01/GM-KT2." in text(mail)
    assert "Kính gửi: Bà Lê Thị Hoa, Giám đốc Sở Y tế" in text(mail)
    alternative, ics, pdf = mail.iter_parts()
    assert [part.get_content_type() for part in alternative.iter_parts()] == [
        "text/plain", "text/html", "text/calendar",
    ]  # fmt: skip
    assert (ics.get_filename(), pdf.get_filename()) == ("invite.ics", "giay-moi-01-GM-KT2.pdf")
    content = pdf.get_payload(decode=True)
    kept = LetterCopy.objects.get(invitation=director)
    assert hashlib.sha256(content).hexdigest() == kept.sha256
    letter = text_of(content)
    for words in (
        "Trung tâm Kỹ thuật 2 trân trọng kính mời: Bà Lê Thị Hoa, Giám đốc Sở Y tế",
        "Dự Hội nghị tổng kết năm 2020",
        "Chủ trì: Ông Trần Văn Chủ",
        "Xin vào cổng số 2.",
        "Lưu ý: Có mặt trước 15 phút./.",
        "KT. GIÁM ĐỐC PHÓ GIÁM ĐỐC Nguyễn Phú Quốc",
    ):
        assert words in letter
    assert "TS." not in letter

    english = text_of(list(mail_to(guest).iter_parts())[2].get_payload(decode=True))
    for words in ("inviting: Ms Jane Smith", "Please use gate 2.", "FOR THE DIRECTOR DEPUTY DIRECTOR", "Da Nang"):
        assert words in english
    again = api.get(f"/api/v1/invitations/{director.pk}/letter")
    assert (again.content, again["ETag"]) == (content, f'"{kept.sha256}"')


def test_what_no_pdf_can_print_of_a_name_is_left_blank_and_word_processors_have_it(
    api: APIClient, invitees: Any
) -> None:
    services.draft_letter(list_id=invitees.pk, fields={})
    row = of(invitees, "Lê Thị Hoa")
    assert row.person is not None
    row.person.full_name = "Lê 🎉 Hoa 阮"
    row.person.save()
    address = f"/api/v1/invitations/{row.pk}"
    printed = " ".join(text_of(api.get(f"{address}/letter").content).split())
    assert "Bà Lê Hoa ……, Giám đốc" in printed
    assert "U+" not in printed
    assert api.get(address).json()["unprintable"] == "阮"


def test_what_is_missing_is_named_before_a_number_is_given(api: APIClient, conference: Any) -> None:
    rows = InvitationListFactory(conference=conference)
    made = api.post(API, {"list": str(rows.pk), "authority": "tm"}, format="json")
    answer = api.post(f"{API}/{made.json()['id']}/issue", headers={"If-Match": "*"})
    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} == {"list", "signer", "signs_for"}
    assert not OfficialNumber.objects.exists()
    again = api.post(API, {"list": str(rows.pk)}, format="json")
    assert (again.status_code, again.json()["letter"]) == (409, made.json()["id"])
    strange = api.patch(
        f"{API}/{made.json()['id']}",
        {"site_texts": {str(conference.pk): {"vi": "a"}}},
        format="json",
        headers={"If-Match": "*"},
    )
    assert strange.status_code == 400


def test_a_linked_letter_is_downloaded_without_an_account_until_the_link_is_void(invitees: Any) -> None:
    letter = issued(invitees, delivery="linked")
    assert not Job.objects.exists()
    services.send_list(list_id=invitees.pk)
    lift.run()
    row = of(invitees, "Lê Thị Hoa")
    address = links.letter_address(row.pk, row.link_round)
    mail = mail_to(row)
    assert address in text(mail)
    assert len(list(mail.iter_parts())) == 2, "no PDF"

    http, path = Client(), address[address.index("/r/") :]
    answer = http.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert f"Số: {letter.facts['number']}" in text_of(answer.content)
    assert http.get(path).content == answer.content
    assert http.post(path).status_code == 405
    assert address.encode() in http.get(path.removesuffix("/letter")).content
    assert http.get(path[:-10] + "x/letter").status_code == 404

    services.edit_letter(letter_id=letter.pk, fields={"delivery": "none"})
    assert http.get(path).status_code == 410
    services.edit_letter(letter_id=letter.pk, fields={"delivery": "linked"})
    services.resend(invitation_id=row.pk)
    assert http.get(path).status_code == 410
    services.withdraw(invitation_id=row.pk)
    assert http.get(links.letter_address(row.pk, 1).partition("/r/")[2].join(("/r/", ""))).status_code == 410


def test_another_time_needs_another_letter_and_the_news_say_what_becomes_of_the_old_one(
    invitees: Any, conference: Any, settings: Any
) -> None:
    settings.NEWS_WINDOW = 0
    first = issued(invitees)
    services.send_list(list_id=invitees.pk)
    lift.run()
    row = of(invitees, "Lê Thị Hoa")
    conferences.edit(conference_id=conference.pk, fields={"ends_at": conference.ends_at + HOUR})
    conferences.tell_due_news()
    lift.run()
    told = text(mail_to(row, "news"))
    assert f"thay cho nội dung nêu tại Giấy mời số {first.facts['number']}" in told

    services.add_members(list_id=invitees.pk, people=[PersonFactory(full_name="Người đến sau").pk])
    with pytest.raises(Conflict) as refused:
        services.send_list(list_id=invitees.pk)
    assert first.facts["number"] in str(refused.value.sentence)
    second = services.draft_letter(list_id=invitees.pk, fields={})
    assert (second.edition, second.signer_id) == (2, first.signer_id)
    second = services.issue_letter(letter_id=second.pk, account_id=None)
    assert second.facts["number"] != first.facts["number"]
    services.send_list(list_id=invitees.pk)
    lift.run()
    late = of(invitees, "Người đến sau")
    pdf = text_of(list(mail_to(late).iter_parts())[2].get_payload(decode=True))
    assert f"thay thế Giấy mời số {first.facts['number']}" in pdf
    assert OutgoingMail.objects.filter(recipient=row.email, purpose="invitation").count() == 1


def test_an_issued_letter_and_its_copies_stand_in_sql_too(invitees: Any) -> None:
    letter = issued(invitees)
    lift.run()
    with pytest.raises(Conflict):
        services.edit_letter(letter_id=letter.pk, fields={"note": {"vi": "khác"}})
    letters, copies = InvitationLetter.objects.filter(pk=letter.pk), LetterCopy.objects.all()
    wrong = (
        lambda: letters.update(note={"vi": "khác"}),
        lambda: letters.update(facts={}),
        lambda: letters.delete(),
        lambda: copies.update(content=b"x"),
        lambda: copies.delete(),
    )
    for change in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    letters.update(delivery="none")
    with erasing():
        copies.update(content=b"")
    assert DocumentFile.objects.filter(document=letter.document, draft=False).count() == 2


def test_without_the_guard_an_issued_letter_could_be_changed() -> None:
    letter = InvitationLetterFactory(issued=True)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE invitations_invitationletter DISABLE TRIGGER invitations_invitationletter_stands")
    assert InvitationLetter.objects.filter(pk=letter.pk).update(note={"vi": "khác"}) == 1


def test_a_letter_that_is_drafted_twice_is_refused_by_the_database() -> None:
    rows = InvitationListFactory()
    InvitationLetterFactory(list=rows)
    with pytest.raises(IntegrityError), transaction.atomic():
        InvitationLetterFactory(list=rows, edition=2)


@pytest.mark.django_db(transaction=True)
def test_issued_by_four_at_once_a_letter_has_one_number_and_two_lists_have_two() -> None:
    conference = ConferenceFactory(announced=True, exact=True)
    SiteFactory(conference=conference)
    letters = [InvitationLetterFactory(list=InvitationListFactory(conference=conference)) for _ in range(2)]
    attempts = [
        lambda letter=letter: services.issue_letter(letter_id=letter.pk, account_id=None)
        for letter in letters
        for _ in range(2)
    ]
    assert rush(attempts) == (2, 2)
    assert sorted(OfficialNumber.objects.values_list("number", flat=True)) == [1, 2]


def test_who_is_called_differently_gets_a_copy_of_their_own_and_keeps_the_old_one(invitees: Any) -> None:
    letter = issued(invitees)
    lift.run()
    row = of(invitees, "Lê Thị Hoa")
    row.person.degree = "TS."  # type: ignore[union-attr]
    row.person.save()  # type: ignore[union-attr]
    services.send_list(list_id=invitees.pk)
    lift.run()
    before, after = LetterCopy.objects.filter(letter=letter, invitation=row).order_by("created_at")
    assert "Bà Lê Thị Hoa" in text_of(bytes(before.content))
    assert "TS. Lê Thị Hoa" in text_of(bytes(after.content))


def test_invitees_see_their_letter_once_it_is_issued(invitees: Any) -> None:
    account = account_with(person=PersonFactory())
    row = InvitationFactory(list=invitees, person=account.person, sent=True)
    client = APIClient()
    client.force_authenticate(account)
    letter = InvitationLetterFactory(list=invitees)
    assert client.get(f"/api/v1/invitations/{row.pk}/letter").status_code == 404
    services.issue_letter(letter_id=letter.pk, account_id=None)
    assert client.get(f"/api/v1/invitations/{row.pk}/letter").status_code == 200
    assert client.get(f"{API}/{letter.pk}").status_code == 404
