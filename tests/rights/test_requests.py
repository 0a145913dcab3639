"""Requests about personal data over HTTP and by the clock."""

import datetime as dt
import email
import email.policy
import io
import json
import re
import uuid
import zipfile
from types import SimpleNamespace

import pytest
from rest_framework.test import APIClient

from backend.core import clock as house_clock
from backend.jobs import services as jobs
from backend.mail.models import OutgoingMail
from backend.outbox.models import Event
from backend.people.models import Person
from backend.privacy import links
from backend.privacy.models import Access
from backend.rights import labels, services
from backend.rights.models import Correction, DataRequest, Erasure, PersonalExport, RequestEntry
from tests.factories.conferences import ConferenceFactory, DutyFactory
from tests.factories.documents import DocumentFactory
from tests.factories.invitations import InvitationFactory
from tests.factories.mail import OutgoingMailFactory
from tests.factories.people import AccountFactory, OrganisationFactory, PersonFactory, PositionFactory, account_with
from tests.factories.rights import CorrectionFactory, DataRequestFactory, ErasureFactory, PersonalExportFactory
from tests.guards import assert_refused_by, assert_written_without

pytestmark = pytest.mark.django_db
API = "/api/v1"
FORM = "application/x-www-form-urlencoded"
VIETNAM = dt.timezone(dt.timedelta(hours=7))


def client_of(account) -> APIClient:
    client = APIClient()
    client.force_authenticate(account)
    return client


@pytest.fixture
def office(monkeypatch) -> SimpleNamespace:
    """A person with an account, and their data officer; it is Monday 2 March 2026, nine in the morning."""
    host = OrganisationFactory()
    person = PersonFactory(full_name="Lê Thị Bưởi", email="buoi@xa.example", organisation=host)
    officer = account_with("data_officer", organisation=host)
    office = SimpleNamespace(
        host=host,
        person=person,
        own=client_of(AccountFactory(person=person)),
        officer=officer,
        desk=client_of(officer),
        foreign=client_of(account_with("data_officer", organisation=OrganisationFactory())),
    )

    def at(day: str) -> None:
        moment = dt.datetime.fromisoformat(day).replace(tzinfo=VIETNAM)
        monkeypatch.setattr(house_clock.timezone, "now", lambda: moment)

    office.at = at
    at("2026-03-02T09:00")
    return office


def asked(office: SimpleNamespace, kind: str, **body) -> dict:
    answer = office.own.post(f"{API}/data-requests", {"kind": kind, **body}, format="json")
    assert answer.status_code == 201, answer.content
    return answer.json()


def done(client: APIClient, request: dict, verb: str, status: int = 200, **body) -> dict:
    answer = client.post(f"{API}/data-requests/{request['id']}/{verb}", body, format="json")
    assert answer.status_code == status, answer.content
    return answer.json()


def said(mail: OutgoingMail) -> str:
    """The letter's text, read as a mail program reads it."""
    letter = email.message_from_bytes(bytes(mail.raw), policy=email.policy.default)
    return letter.get_body(("plain",)).get_content()


def run(job_id: str) -> None:
    jobs.run_step(job_id=job_id, position=0)


def test_a_request_has_its_deadlines_and_everything_is_on_record(office) -> None:
    request = asked(office, "object", text="Không gửi thư nhắc cho tôi")
    assert (request["answer_by"], request["due_on"], request["identity"]) == ("2026-03-04", "2026-03-17", "confirmed")

    done(office.desk, request, "answer", note="Đang giải quyết")
    extended = done(office.desk, request, "extend", days=15, note="Phải hỏi đơn vị gửi thư")
    assert extended["due_on"] == "2026-04-01"
    assert done(office.desk, request, "extend", status=409, days=1, note="Thêm")["type"].endswith("conflict")
    done(office.desk, request, "grant", note="Đồng ý")
    closed = done(office.desk, request, "complete")

    assert [entry["what"] for entry in closed["entries"]] == ["receive", "answer", "extend", "grant", "complete"]
    assert closed["state"] == "done"
    assert closed["moves"] == []
    letters = OutgoingMail.objects.filter(recipient="buoi@xa.example").order_by("id")
    assert [mail.subject for mail in letters][0] == "Đã tiếp nhận yêu cầu về dữ liệu cá nhân"
    assert len(letters) == 5
    facts = str([event.payload for event in Event.objects.filter(name__startswith="data_request")])
    assert "Bưởi" not in facts
    assert "Phải hỏi" not in facts
    guard = "rights_requestentry_append_only"
    assert_refused_by(guard, lambda: RequestEntry.objects.update(note=""))
    assert_refused_by(guard, lambda: RequestEntry.objects.all().delete())


def test_nothing_is_given_before_it_is_known_who_asks(office) -> None:
    body = {"kind": "access", "person": str(office.person.pk), "received_at": "2026-02-27T16:00:00+07:00"}
    entered = office.desk.post(f"{API}/data-requests", {**body, "name": "Lê Thị Bưởi"}, format="json").json()
    assert (entered["via"], entered["identity"], entered["answer_by"]) == ("staff", "unchecked", "2026-03-03")

    done(office.desk, entered, "grant", status=409)
    done(office.desk, entered, "identify", confirmed=True, note="Gọi lại theo số trong hồ sơ")
    assert done(office.desk, entered, "grant")["state"] == "granted"
    late = {**body, "name": "X", "received_at": "2026-03-03T09:00:00+07:00"}
    assert office.desk.post(f"{API}/data-requests", late, format="json").status_code == 400
    stranger = client_of(AccountFactory(person=PersonFactory()))
    assert stranger.post(f"{API}/data-requests", body, format="json").status_code == 403


def refused_fields(answer) -> list[str]:
    assert answer.status_code == 400, answer.content
    return [each["field"] for each in answer.json()["errors"]]


def test_what_names_nobody_or_nothing_there_is_refused_by_field(office) -> None:
    """By one who may everything, whom no rule stops before."""
    desk = client_of(account_with("data_officer", "administrator", person=None))
    nobody = str(uuid.uuid4())
    somebody, stranger = str(office.person.pk), PersonFactory()
    theirs = asked(office, "access")["id"]

    def post(where: str, **body) -> list[str]:
        return refused_fields(desk.post(f"{API}/{where}", body, format="json"))

    assert post("data-requests", kind="access") == ["person"], "an account of no person asks for itself"
    assert post("data-requests", kind="access", person=nobody) == ["person"]
    assert post("data-requests", kind="access", organisation=nobody, name="Lê Thị Bưởi") == ["organisation"]
    change = {"phone": "+84905123456"}
    for where, said in (("personal-exports", {}), ("corrections", change), ("erasures", {})):
        assert post(where, person=nobody, **said) == ["person"]
        assert post(where, person=str(stranger.pk), request=theirs, **said) == ["request"]
    foreign = PositionFactory(person=stranger)
    assert post("corrections", person=somebody, position=str(foreign.pk), title={"vi": "Chủ tịch"}) == ["position"]
    assert post("public-holidays", day="2026-02-16", name={"vi": "Tết"}) == ["day"]
    assert desk.post(f"{API}/retention-terms/no.such/change", {"days": 9}, format="json").status_code == 404
    assert (DataRequest.objects.count(), Correction.objects.count(), PersonalExport.objects.count()) == (1, 0, 0)


def test_a_closed_request_is_neither_put_off_nor_identified(office) -> None:
    request = asked(office, "object")
    done(office.desk, request, "refuse", note="Không có căn cứ")

    done(office.desk, request, "extend", status=409, days=5, note="Thêm")
    done(office.desk, request, "identify", status=409, confirmed=True, note="Gọi lại")
    done(office.desk, asked(office, "restrict"), "extend", status=400, days=16, note="Thêm")


def test_officers_are_reminded_by_the_clock_once_of_each_moment(office) -> None:
    request = asked(office, "access")
    reminders = OutgoingMail.objects.filter(purpose="rights.deadline").order_by("created_at", "id")

    assert services.remind_officers() == 0
    for day in ("2026-03-03T08:00", "2026-03-04T07:59", "2026-03-04T08:01", "2026-03-05T09:00"):
        office.at(day)
        services.remind_officers()
        services.remind_officers()
    assert [mail.subject for mail in reminders] == [
        "Hạn phản hồi là ngày làm việc tới", "Hôm nay là hạn phản hồi", "Đã quá hạn phản hồi",
    ]  # fmt: skip
    assert {mail.recipient for mail in reminders} == {office.officer.email}
    assert all("Bưởi" not in said(mail) for mail in reminders)
    assert office.desk.get(f"{API}/data-requests/{request['id']}").json()["overdue"] is True

    done(office.desk, request, "answer", note="Đang làm")
    assert office.desk.get(f"{API}/data-requests/{request['id']}").json()["overdue"] is False
    office.at("2026-03-13T10:00")  # the workers were away: three moments passed, the last one is told
    assert services.remind_officers() == 1
    assert reminders.last().subject == "Đã quá hạn thực hiện"
    done(office.desk, request, "extend", status=409, days=5, note="Trễ")


def test_a_deadline_put_off_is_reminded_of_anew(office) -> None:
    request = asked(office, "access")
    done(office.desk, request, "answer", note="Đang làm")
    office.at("2026-03-12T09:00")
    assert services.remind_officers() == 1
    done(office.desk, request, "extend", days=7, note="Phải hỏi lưu trữ")
    assert services.remind_officers() == 0
    office.at("2026-03-19T09:00")
    assert services.remind_officers() == 1


def test_administrators_are_told_where_there_is_no_data_officer(office) -> None:
    office.officer.grants.all().delete()
    boss = account_with("administrator", organisation=office.host)
    asked(office, "access")
    office.at("2026-03-03T08:00")
    services.remind_officers()
    assert boss.email in set(OutgoingMail.objects.filter(purpose="rights.deadline").values_list("recipient", flat=True))


class TestCopies:
    def test_a_copy_holds_everything_for_programs_and_for_people(self, office) -> None:
        PositionFactory(person=office.person, title={"vi": "Chủ tịch xã", "en": "Chairwoman"})
        invitation = InvitationFactory(person=office.person, note="Tôi đến muộn")
        OutgoingMailFactory(recipient="buoi@xa.example", subject_id=invitation.pk, subject="Giấy mời họp")
        OutgoingMailFactory(recipient="khac@xa.example", subject="Thư của người khác")
        DutyFactory(conference=ConferenceFactory(), person=office.person)
        request = asked(office, "access")
        done(office.desk, request, "grant")
        looker = account_with(
            "data_officer", organisation=OrganisationFactory(name={"vi": "Sở Nội vụ", "en": "Home Office"})
        )
        Access.objects.create(account=looker, operation="people_list", people=[office.person.pk])

        begun = office.desk.post(
            f"{API}/personal-exports", {"person": str(office.person.pk), "request": request["id"]}, format="json"
        )
        assert begun.status_code == 202
        run(begun.json()["id"])

        export = office.own.get(f"{API}/personal-exports").json()["results"][0]
        answer = office.own.get(f"{API}/personal-exports/{export['id']}/file")
        assert answer.headers["Content-Disposition"] == 'attachment; filename="Le Thi Buoi-2026-03-02.zip"'
        packed = zipfile.ZipFile(io.BytesIO(answer.content))
        held = {each["name"]: each for each in json.loads(packed.read("data.json"))["holdings"]}
        assert held["people"]["rows"][0]["full_name"] == "Lê Thị Bưởi"
        assert held["people"]["purpose"]["en"]
        assert held["invitations"]["rows"][0]["note"] == "Tôi đến muộn"
        assert held["conferences"]["rows"][0]["type"] == "duty"
        assert "Giấy mời họp" in {row.get("subject") for row in held["letters"]["rows"]}
        assert "Thư của người khác" not in packed.read("data.json").decode()
        page, english = packed.read("du-lieu-ca-nhan.html").decode(), packed.read("personal-data.html").decode()
        assert "Chủ tịch xã" in page
        assert "Dữ liệu cá nhân của Lê Thị Bưởi" in page
        assert "Chairwoman" in english
        for words in ("phụ trách dữ liệu cá nhân – Sở Nội vụ", "danh bạ", "xem và nhận bản sao", "Hạn phản hồi"):
            assert words in page
        for words in ("data officer – Home Office", "the directory", "access and a copy"):
            assert words in english
        assert not re.search(r"<td>(access|granted|staff|people_list)</td>|T\d\d:\d\d", page)
        for each in held.values():
            assert {row["type"] for row in each["rows"]} <= labels.TYPES.keys()
            assert {name for row in each["rows"] for name in row} - {"type"} <= labels.MEMBERS.keys()
        assert any(name.startswith("files/letters/sent-") for name in packed.namelist())
        assert DataRequest.objects.get(pk=request["id"]).state == "done"

    def test_the_link_that_was_mailed_opens_it_until_it_is_no_longer_kept(self, office) -> None:
        request = asked(office, "access")
        done(office.desk, request, "grant")
        begun = office.own.post(f"{API}/personal-exports", {"request": request["id"]}, format="json")
        run(begun.json()["id"])
        letter = OutgoingMail.objects.get(subject="Bản sao dữ liệu cá nhân đã sẵn sàng")
        word = said(letter).partition("/my-data/")[2].split()[0]
        visitor = APIClient()

        assert visitor.get(f"/my-data/{word}").content.startswith(b"PK")
        assert visitor.get(f"/my-data/{word[:-2]}xx").status_code == 404
        office.at("2026-03-10T09:00")
        assert visitor.get(f"/my-data/{word}").status_code == 410
        assert services.drop_old()["copies"] == 1
        assert not bytes(PersonalExport.objects.get().content)

    def test_nobody_else_gets_it(self, office) -> None:
        begun = office.own.post(f"{API}/personal-exports", {}, format="json")
        export = PersonalExport.objects.get()
        assert office.own.get(f"{API}/personal-exports/{export.pk}/file").status_code == 410, "not packed yet"
        run(begun.json()["id"])
        others = account_with("organiser", "secretary", "auditor", organisation=office.host)
        assert client_of(others).get(f"{API}/personal-exports/{export.pk}/file").status_code == 404
        body = {"person": str(office.person.pk)}
        assert client_of(others).post(f"{API}/personal-exports", body, format="json").status_code == 403


class TestCorrections:
    def test_what_was_wrong_is_corrected_with_both_values_on_record(self, office) -> None:
        position = PositionFactory(person=office.person, title={"vi": "Phó Chủ tịch"})
        document = DocumentFactory(title={"vi": "Quyết định cử bà Lê Thị Bưởi"})
        request = asked(office, "correct", text="Tên tôi là Lê Thị Bười")
        done(office.desk, request, "grant")
        body = {
            "person": str(office.person.pk), "request": request["id"], "full_name": "Lê Thị Bười",
            "email": "buoi@xa.example", "position": str(position.pk), "title": {"vi": "Chủ tịch"},
        }  # fmt: skip

        answer = office.desk.post(f"{API}/corrections", body, format="json")

        assert answer.status_code == 201, answer.content
        changes = {row["field"]: (row["before"], row["after"]) for row in answer.json()}
        assert changes == {"full_name": ("Lê Thị Bưởi", "Lê Thị Bười"), "office": ("Phó Chủ tịch", "Chủ tịch")}
        assert Person.objects.get(pk=office.person.pk).full_name == "Lê Thị Bười"
        document.refresh_from_db()
        assert document.title == {"vi": "Quyết định cử bà Lê Thị Bưởi"}
        notes = office.desk.get(f"{API}/corrections?document={document.pk}").json()["results"]
        assert {note["field"] for note in notes} == {"full_name", "office"}
        assert DataRequest.objects.get(pk=request["id"]).state == "done"
        assert_refused_by("rights_correction_append_only", lambda: Correction.objects.update(after="khác"))

    def test_what_does_not_differ_or_was_not_asked_for_is_refused(self, office) -> None:
        body = {"person": str(office.person.pk), "full_name": office.person.full_name}
        assert office.desk.post(f"{API}/corrections", body, format="json").status_code == 400
        request = asked(office, "erase")
        wrong = {**body, "phone": "+84905123456", "request": request["id"]}
        answer = office.desk.post(f"{API}/corrections", wrong, format="json")
        assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (400, ["request"]), (
            answer.content
        )
        office.person.refresh_from_db()
        assert office.person.phone == ""


def test_an_erasure_asked_for_ends_with_one_last_letter(office) -> None:
    request = asked(office, "erase", text="Xin xoá tên tôi")
    done(office.desk, request, "grant")
    body = {"person": str(office.person.pk), "request": request["id"]}
    run(office.desk.post(f"{API}/erasures", body, format="json").json()["id"])

    row = DataRequest.objects.get()
    assert (row.state, row.email, row.text) == ("done", "", "")
    assert row.name == "Người đã được xoá tên / Erased person"
    last = OutgoingMail.objects.get(recipient="buoi@xa.example")
    assert last.subject == "Đã xoá dữ liệu cá nhân"
    assert Erasure.objects.get().request == row
    OutgoingMail.objects.filter(pk=last.pk).update(state="sent", created_at=house_clock.now() - dt.timedelta(days=2))
    assert services.drop_old()["last_letters"] == 1
    assert not OutgoingMail.objects.filter(recipient="buoi@xa.example").exists()


def test_whoever_may_not_be_erased_yet_is_named_with_the_reasons(office) -> None:
    InvitationFactory(person=office.person)
    answer = office.desk.post(f"{API}/erasures", {"person": str(office.person.pk)}, format="json")
    assert answer.status_code == 409
    assert "rút giấy mời" in answer.json()["hindrances"][0]["vi"]
    assert "withdraw" in answer.json()["hindrances"][0]["en"]


class TestOnlyWhatWasGranted:
    """What names a request is done for one that asked for it, was granted, and of which it is known who asks."""

    @pytest.mark.parametrize(
        "wrong",
        [
            {"state": "received", "identity": "unchecked"},
            {"state": "refused", "identity": "failed"},
            {"state": "granted", "identity": "failed"},
            {"state": "granted", "kind": "object"},
        ],
        ids=["received", "refused", "identity taken back", "another kind"],
    )
    def test_nothing_is_handed_out_corrected_or_erased_by_another(self, office, wrong: dict) -> None:
        kinds = {"personal-exports": "access", "corrections": "correct", "erasures": "erase"}
        for where, kind in kinds.items():
            request = DataRequestFactory(person=office.person, decided_at=house_clock.now(), **{"kind": kind, **wrong})
            body = {"person": str(office.person.pk), "request": str(request.pk)}
            if where == "corrections":
                body["phone"] = "+84905123456"
            assert refused_fields(office.desk.post(f"{API}/{where}", body, format="json")) == ["request"], where
        assert not any(model.objects.exists() for model in (PersonalExport, Correction, Erasure))

    @pytest.mark.parametrize("where", ["personal-exports", "erasures"])
    def test_nor_by_one_that_was_taken_back_while_the_job_waited(self, office, where: str) -> None:
        request = asked(office, {"personal-exports": "access", "erasures": "erase"}[where])
        done(office.desk, request, "grant")
        body = {"person": str(office.person.pk), "request": request["id"]}
        begun = office.desk.post(f"{API}/{where}", body, format="json").json()
        done(office.desk, request, "withdraw")
        run(begun["id"])
        assert not Erasure.objects.exists()
        assert not PersonalExport.objects.exclude(packed_at=None).exists()
        assert Person.objects.get(pk=office.person.pk).full_name == "Lê Thị Bưởi"

    @pytest.mark.parametrize(
        ("guard", "factory", "kind"),
        [
            ("a_copy_was_granted", PersonalExportFactory, "access"),
            ("a_correction_was_granted", CorrectionFactory, "correct"),
            ("an_erasure_was_granted", ErasureFactory, "erase"),
        ],
    )
    def test_postgresql_refuses_it_too(self, guard: str, factory, kind: str) -> None:
        request = DataRequestFactory(kind=kind, state="granted", decided_at=house_clock.now())
        factory(request=request, person=request.person)
        assert_refused_by(guard, lambda: factory(request=request))
        DataRequest.objects.update(identity="failed")
        assert_refused_by(guard, lambda: factory(request=request, person=request.person))
        DataRequest.objects.update(identity="confirmed", state="refused")
        assert_refused_by(guard, lambda: factory(request=request, person=request.person))
        assert_written_without(guard, lambda: factory(request=request, person=request.person))

    def test_nobody_is_told_of_an_erasure_that_was_not_carried_out(self, office) -> None:
        request = asked(office, "erase")
        done(office.desk, request, "grant")
        done(office.desk, request, "complete", status=409)
        row = DataRequest.objects.filter(pk=request["id"])
        assert row.get().state == "granted"
        assert not OutgoingMail.objects.filter(subject__startswith="Đã thực hiện").exists()
        assert_refused_by("an_erasure_done_was_carried_out", lambda: row.update(state="done"))
        assert_written_without("an_erasure_done_was_carried_out", lambda: row.update(state="done"))

    def test_who_is_not_on_record_is_told_what_was_erased(self, office) -> None:
        """A focal point, of whom nothing is held but a name and an address in a delegation."""
        row = DataRequestFactory(person=None, organisation=office.host, kind="erase", name="Đầu mối", email="")
        request = {"id": str(row.pk)}
        done(office.desk, request, "grant")
        done(office.desk, request, "complete", status=400)
        assert done(office.desk, request, "complete", note="Đã đổi đầu mối của xã")["state"] == "done"


class TestLink:
    def test_somebody_without_an_account_asks_by_their_link(self, office) -> None:
        address = f"/q/{links.sign(office.person)}"
        visitor = APIClient()
        page = visitor.get(address).content.decode()
        assert "Lê Thị Bưởi" in page
        assert "Gỡ ảnh" in page
        assert not DataRequest.objects.exists()

        for _ in range(2):
            answer = visitor.post(address, "kind=takedown&text=Ảnh số 7", content_type=FORM)
            assert answer.status_code == 200, answer.content
            assert "04/03/2026" in answer.content.decode()
        request = DataRequest.objects.get()
        assert (request.kind, request.via, request.identity, request.text) == (
            "takedown", "link", "unchecked", "Ảnh số 7",
        )  # fmt: skip
        assert visitor.post(address, "kind=anything", content_type=FORM).status_code == 400
        assert visitor.post(address, f"kind=erase&text={'x' * 4001}", content_type=FORM).status_code == 400

    def test_a_forged_link_and_one_for_another_address_open_nothing(self, office) -> None:
        address = f"/q/{links.sign(office.person)}"
        visitor = APIClient()
        assert visitor.get(address[:-2] + "xx").status_code == 404
        Person.objects.filter(pk=office.person.pk).update(email="khac@xa.example")
        assert visitor.get(address).status_code == 410
        assert visitor.post(address, "kind=erase", content_type=FORM).status_code == 410

    def test_the_page_of_consents_leads_there(self, office) -> None:
        word = links.sign(office.person)
        page = APIClient().get(f"/c/{word}").content.decode()
        assert f'href="/q/{word}"' in page
