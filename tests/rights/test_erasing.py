"""A person is erased: nothing says any more who they were, but for what the law keeps, and that is reported."""

import email
import email.policy
import io
import zipfile
from types import SimpleNamespace

import pytest
import typst
from django.db import IntegrityError, connection, transaction

from backend.conferences.models import TimeAndPlace
from backend.core.clock import now
from backend.core.errors import Conflict
from backend.core.guards import erasing
from backend.core.models import IdempotencyRecord
from backend.documents.form.faces import FOLDER
from backend.documents.models import Document, DocumentFile
from backend.imports.models import Import, ImportedPerson
from backend.invitations.models import Invitation, InvitationReply
from backend.jobs import services as jobs
from backend.jobs.models import Job
from backend.mail.mime import Attachment, build_message
from backend.mail.models import InboundMail, OutgoingMail, SuppressedAddress
from backend.people.models import Account, ApiToken, Person, Position
from backend.privacy.holdings import Forgotten, holdings, subject_of
from backend.registration import services as registration
from backend.registration.models import Presence, Registration
from backend.rights import services
from backend.rights.models import Correction, Erasure, LegalHold
from backend.rights.traces import look_for
from tests.factories.articles import ArticleFactory
from tests.factories.calendars import CalendarLinkFactory
from tests.factories.conferences import ConferenceFactory, DutyFactory, SpeakerFactory, SpeechFactory
from tests.factories.delegations import DelegationFactory
from tests.factories.imports import ImportFactory, ImportRowFactory
from tests.factories.inbound import InboundMailFactory
from tests.factories.invitations import (
    InvitationFactory,
    InvitationListFactory,
    InvitationReplyFactory,
    ReplyProposalFactory,
)
from tests.factories.mail import OutgoingMailFactory
from tests.factories.minutes import FindingFactory
from tests.factories.papers import PaperFactory
from tests.factories.people import AccountFactory, ApiTokenFactory, PersonFactory, PositionFactory, account_with
from tests.guards import assert_refused_by

pytestmark = pytest.mark.django_db

NAME, ADDRESS, SECOND, PHONE = "Tôn Nữ Quỳnh Anh", "quynhanh@xa.example", "qa.rieng@mail.example", "+84905123456"
ROW = {"full_name": NAME, "email": ADDRESS, "phone": PHONE, "language": "vi"}


@pytest.fixture
def everything() -> SimpleNamespace:
    """Somebody of whom every floor knows something, with no conference to come."""
    person = PersonFactory(full_name=NAME, email=ADDRESS, alternate_email=SECOND, phone=PHONE)
    PositionFactory(person=person)
    account = AccountFactory(email="qa.dangnhap@xa.example", person=person)
    ApiTokenFactory(account=account, name=f"máy của {NAME}")
    CalendarLinkFactory(account=account)
    conference = ConferenceFactory(announced=True, exact=True)
    invitations = InvitationListFactory(conference=conference)
    invitation = InvitationFactory(list=invitations, person=person, sent=True, note=f"{NAME} sẽ đến muộn")
    InvitationReplyFactory(invitation=invitation, note=f"Gọi {PHONE}", taken_by=NAME)
    ReplyProposalFactory(invitation=invitation, kind="delegate", substitute_name="Ai đó", note=f"Thay {NAME}")
    seat = registration.register(conference_id=conference.pk, person_id=person.pk, category="delegate")
    Presence.objects.create(conference=conference, registration=seat, direction="in", source="manual")
    letter = OutgoingMailFactory(recipient=ADDRESS, subject=f"Kính mời {NAME}", subject_id=invitation.pk)
    shared = OutgoingMailFactory(recipient="vanthu@xa.example", subject=f"Kính mời {NAME}", subject_id=seat.pk)
    OutgoingMail.objects.filter(pk=letter.pk).update(state="sent", last_answer=f"250 {ADDRESS} ok")
    bounce = InboundMailFactory(sender=ADDRESS, subject=f"Re: {NAME}", raw=f"From: {ADDRESS}\r\n\r\n{NAME}".encode())
    SuppressedAddress.objects.create(address=SECOND, report=bounce, diagnosis=f"{SECOND} unknown")
    DelegationFactory(conference=conference, focal_name=NAME, focal_email=ADDRESS.upper())
    imported = ImportFactory(content=f"{NAME};{ADDRESS}".encode(), state="committed")
    ImportRowFactory(imported=imported, person=person, entry=ROW, values=ROW)
    ImportRowFactory(imported=ImportFactory(), entry=ROW, values=ROW)
    ImportedPerson.objects.create(key="k", person=person)
    DutyFactory(conference=conference, person=person)
    SpeechFactory(conference=conference, person=person, gist={"vi": f"{NAME} nêu ý kiến"})
    FindingFactory(conference=conference, text={"vi": f"Ý kiến của {NAME}"})
    ArticleFactory(byline=NAME)
    paper = PaperFactory(speaker=SpeakerFactory(conference=conference, person=person))
    paper.document = Document.objects.create(
        organisation=person.organisation, kind="BC", title={"vi": "Tham luận"}, attached=True
    )
    paper.save()
    DocumentFile.objects.create(
        document=paper.document, number=1, draft=True, media_type="application/pdf", filename=f"{NAME}.pdf",
        content=NAME.encode(), sha256="0" * 64, size=9,
    )  # fmt: skip
    conference.state = "closed"
    conference.save()
    return SimpleNamespace(
        person=person,
        account=account,
        invitation=invitation,
        conference=conference,
        letters=[letter, shared],
        seat=seat,
    )


def erased(person: Person) -> dict:
    job = services.erase(person_id=person.pk, account_id=None)
    jobs.run_step(job_id=job.pk, position=0)
    job.refresh_from_db()
    assert job.state == "done", job.reason
    return Erasure.objects.get(person=person).report


def test_nothing_is_found_afterwards_but_what_the_report_lists(everything: SimpleNamespace) -> None:
    marks = subject_of(everything.person.pk).marks
    assert {NAME, ADDRESS, SECOND, PHONE, "qa.dangnhap@xa.example"} <= marks
    before = {(trace.table, trace.column) for trace in look_for(marks).traces}
    assert len(before) > 25, before

    report = erased(everything.person)

    left = {(trace.table, trace.column) for trace in look_for(marks).traces}
    assert left == {
        ("articles_article", "byline"),
        ("conferences_speech", "gist"),
        ("minutes_finding", "text"),
    }
    assert {(each["table"], each["column"]) for each in report["traces"]} == left
    assert all(each["explained"] for each in report["traces"])
    assert all(each["reason"]["vi"] and each["reason"]["en"] for each in report["remains"])
    for mail in [*OutgoingMail.objects.all(), *InboundMail.objects.all()]:
        assert NAME not in email.message_from_bytes(bytes(mail.raw), policy=email.policy.default).as_string()
    assert not any(mark in str(report) for mark in marks)


@pytest.mark.parametrize("case", ["letter", "docx in a letter", "docx", "pdf in a letter", "pdf"])
def test_what_packed_bytes_of_others_say_is_found(everything: SimpleNamespace, case: str) -> None:
    """In letters to other people, encoded as mail is, and in files, whose names may be half bold."""
    first, _, rest = NAME.partition(" ")
    parts = io.BytesIO()
    with zipfile.ZipFile(parts, "w", zipfile.ZIP_DEFLATED) as archive:
        runs = f"<w:p><w:r><w:t>{first}</w:t></w:r><w:r><w:b/><w:t> {rest}</w:t></w:r></w:p>"
        archive.writestr("word/document.xml", runs)
    packed, files = parts.getvalue(), []
    if case.startswith("pdf"):
        packed = typst.compile(f"Kính mời {first} *{rest}*".encode(), font_paths=[str(FOLDER)], format="pdf")
    if case.endswith("in a letter"):
        files = [Attachment(filename=f"danh-sach.{case[:4].strip()}", content=packed)]
    raw = build_message(
        message_id="<a@plenum.example>", date=now(), sender=("A", "a@plenum.example"), to=("B", "b@plenum.example"),
        subject="Người dự thay", text=f"Ban tổ chức ghi nhận {NAME if case == 'letter' else 'một người'} dự thay.",
        html="<p>Thư</p>", attachments=files,
    )  # fmt: skip
    assert NAME.encode() not in raw
    erased(everything.person)
    if case in {"docx", "pdf"}:
        paper = DocumentFile.objects.first()
        assert paper
        DocumentFile.objects.create(
            document=paper.document, number=9, draft=True, media_type="application/octet-stream", filename="a.docx",
            content=packed, sha256="0" * 64, size=len(packed),
        )  # fmt: skip
    else:
        OutgoingMailFactory(raw=raw)
    where = ("documents_documentfile", "content") if case in {"docx", "pdf"} else ("mail_outgoingmail", "raw")
    found = look_for({NAME})
    assert where in {(trace.table, trace.column) for trace in found.traces}
    assert found.unread == []


def test_a_pdf_nobody_can_read_is_reported(everything: SimpleNamespace) -> None:
    OutgoingMailFactory(raw=b"%PDF-1.7 and nothing more")
    assert erased(everything.person)["unread"] == [{"table": "mail_outgoingmail", "column": "raw", "rows": 1}]


def test_a_name_of_a_conference_that_people_were_told_is_explained(everything: SimpleNamespace) -> None:
    TimeAndPlace.objects.create(
        conference=everything.conference, sequence=9, title={"vi": f"Chia tay {NAME}"}, time_zone="Asia/Ho_Chi_Minh"
    )
    report = erased(everything.person)
    told = [each["explained"] for each in report["traces"] if each["table"] == "conferences_timeandplace"]
    assert told == [True]


def test_what_they_were_called_and_reached_at_before_a_correction_goes_too(everything: SimpleNamespace) -> None:
    changes = {"full_name": "Tôn Nữ Quỳnh Anh Thư", "email": "anhthu@xa.example", "phone": "+84905999888"}
    services.correct(person_id=everything.person.pk, changes=changes)
    services.correct(person_id=everything.person.pk, changes={"email": "thu@xa.example"})
    letters = [OutgoingMailFactory(recipient=each, subject=NAME) for each in (ADDRESS, "Anhthu@xa.example")]
    IdempotencyRecord.objects.create(caller="a", key="k", fingerprint="f", body={"person_name": NAME, "phone": PHONE})
    marks = {NAME, ADDRESS, PHONE, *changes.values(), "thu@xa.example"}
    assert marks <= subject_of(everything.person.pk).marks

    report = erased(everything.person)

    left = {(trace.table, trace.column) for trace in look_for(marks).traces}
    assert left == {("articles_article", "byline"), ("conferences_speech", "gist"), ("minutes_finding", "text")}
    assert {(each["table"], each["column"]) for each in report["traces"]} == left
    assert all(each["explained"] for each in report["traces"])
    for mail in OutgoingMail.objects.filter(pk__in=[letter.pk for letter in letters]):
        assert (bytes(mail.raw), mail.subject, mail.recipient) == (b"", "", f"{mail.pk}@erased.invalid")
    assert not IdempotencyRecord.objects.exists()
    assert set(Correction.objects.values_list("before", "after")) == {("", "")}


def test_the_record_stays_whole(everything: SimpleNamespace) -> None:
    digests = {mail.pk: OutgoingMail.objects.get(pk=mail.pk).digest for mail in everything.letters}

    erased(everything.person)

    person = Person.objects.get(pk=everything.person.pk)
    assert person.full_name == "Người đã được xoá tên / Erased person"
    assert (person.email, person.phone, person.organisation_id) == ("", "", None)
    assert not Position.objects.filter(person=person).exists()
    account = Account.objects.get(person=person)
    assert not account.is_active
    assert not account.has_usable_password()
    assert not ApiToken.objects.filter(account=account).exists()
    assert not account.calendar_links.exists()
    assert Invitation.objects.get().person == person
    assert InvitationReply.objects.get().answer == "accepted"
    assert Registration.objects.get().state == "confirmed"
    assert Presence.objects.count() == 1
    for mail in OutgoingMail.objects.all():
        assert (bytes(mail.raw), mail.digest) == (b"", digests[mail.pk])
    assert {mail.state for mail in OutgoingMail.objects.all()} == {"sent", "withdrawn"}
    assert not bytes(Import.objects.get(state="committed").content)


def test_somebody_elses_letters_at_a_common_address_stay(everything: SimpleNamespace) -> None:
    PersonFactory(full_name="Người khác", email=ADDRESS)
    other = OutgoingMailFactory(recipient=ADDRESS, subject="Kính mời Người khác")

    erased(everything.person)

    assert OutgoingMail.objects.get(pk=other.pk).subject == "Kính mời Người khác"
    assert not bytes(OutgoingMail.objects.get(pk=everything.letters[0].pk).raw)


def test_whoever_is_expected_somewhere_is_not_erased(everything: SimpleNamespace) -> None:
    everything.conference.state = "announced"
    everything.conference.save()

    with pytest.raises(Conflict) as refused:
        services.erase(person_id=everything.person.pk, account_id=None)

    assert len(refused.value.extra["hindrances"]) == 4  # the invitation, the seat, the part, the delegation
    assert "rút giấy mời" in str(refused.value)
    assert Person.objects.get(pk=everything.person.pk).full_name == NAME


def test_an_invitation_that_comes_between_stops_the_job(everything: SimpleNamespace) -> None:
    job = services.erase(person_id=everything.person.pk, account_id=None)
    InvitationFactory(person=everything.person)

    jobs.run_step(job_id=job.pk, position=0)

    assert Job.objects.get(pk=job.pk).state == "failed"
    assert Person.objects.get(pk=everything.person.pk).full_name == NAME


def test_a_legal_hold_keeps_everybody_who_took_part(everything: SimpleNamespace) -> None:
    LegalHold.objects.create(conference_id=everything.conference.pk, reason="Thanh tra")

    with pytest.raises(Conflict, match="giữ nguyên"):
        services.erase(person_id=everything.person.pk, account_id=None)


def test_the_only_administrator_is_not_erased() -> None:
    account = account_with("administrator")

    with pytest.raises(Conflict, match="quản trị duy nhất"):
        services.erase(person_id=account.person_id, account_id=None)


def test_a_worker_killed_on_the_way_has_erased_nothing(everything: SimpleNamespace, monkeypatch) -> None:
    class Killed(BaseException):
        pass

    def die(self, subject) -> Forgotten:
        raise Killed

    job = services.erase(person_id=everything.person.pk, account_id=None)
    people = next(each for each in holdings() if each.name == "people")
    with monkeypatch.context() as patch:
        patch.setattr(type(people), "forget", die)
        with pytest.raises(Killed), transaction.atomic():
            jobs.run_step(job_id=job.pk, position=0)
    assert NAME in Invitation.objects.get().note

    jobs.run_step(job_id=job.pk, position=0)
    jobs.run_step(job_id=job.pk, position=0)

    assert Erasure.objects.count() == 1


class TestGuards:
    def test_words_are_erased_with_leave_and_only_those(self, everything: SimpleNamespace) -> None:
        replies = InvitationReply.objects.all()
        guard = "invitations_invitationreply_append_only"
        assert_refused_by(guard, lambda: replies.update(note=""))
        with transaction.atomic(), erasing():
            replies.update(note="")
            assert_refused_by(guard, lambda: replies.update(note="khác"))
            assert_refused_by(guard, lambda: replies.update(note="", answer="declined"))
            assert_refused_by(guard, lambda: replies.delete())
        assert_refused_by(guard, lambda: replies.update(taken_by=""))

    def test_the_bytes_of_a_mail_go_with_leave_its_hash_never(self, everything: SimpleNamespace) -> None:
        sent, queued = (OutgoingMail.objects.filter(pk=mail.pk) for mail in everything.letters)
        assert_refused_by("mail_outgoingmail_kept", lambda: sent.update(raw=b""))
        with transaction.atomic(), erasing():
            assert_refused_by("mail_outgoingmail_kept", lambda: sent.update(raw=b"other"))
            assert_refused_by("mail_outgoingmail_kept", lambda: sent.update(raw=b"", digest="0" * 64))
            assert_refused_by("mail_outgoingmail_kept", lambda: queued.update(raw=b""))
            sent.update(raw=b"")

    def test_the_leave_ends_with_its_transaction(self) -> None:
        with pytest.raises(RuntimeError), transaction.atomic(), erasing():
            raise RuntimeError
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(current_setting('plenum.erasing', true), '')")
            assert cursor.fetchone() == ("",)

    def test_an_erasure_stays_on_record(self, everything: SimpleNamespace) -> None:
        erased(everything.person)
        with pytest.raises(IntegrityError), transaction.atomic(), erasing():
            Erasure.objects.update(report={})
