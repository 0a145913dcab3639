"""What `people` and the floors below it hold about a person: they stand under this floor and cannot say so themselves."""

from collections.abc import Iterator
from datetime import datetime
from email import policy
from email.parser import BytesHeaderParser
from uuid import UUID

from django.db.models import BinaryField, Q, QuerySet
from django.db.models.functions import Lower, Substr

from backend.core.models import IdempotencyRecord
from backend.core.text import say
from backend.mail.emptying import NOBODY, empty_inbound, empty_outgoing
from backend.mail.models import InboundMail, MailState, OutgoingMail, SuppressedAddress
from backend.outbox.models import Delivery, DeliveryAttempt
from backend.people import services as people
from backend.people.models import Account, ApiToken, LoginFailure, Person, Position, Role, RoleGrant
from backend.privacy.holdings import (
    Basis,
    DataClass,
    File,
    Forgotten,
    Holding,
    Kept,
    Remains,
    Row,
    Subject,
    holding,
    mentions,
)
from backend.privacy.terms import sweep

#: The name of whoever was erased, wherever the record still points at them.
ERASED_NAME = "Người đã được xoá tên / Erased person"

#: So many bytes of a mail of ours hold its To.
_HEAD = 8192


@holding("people", Person, Position)
class People(Holding):
    title = say(vi="Danh bạ", en="The directory")
    data_class = DataClass.CONTACT
    purpose = say(vi="Mời họp, liên hệ và phục vụ đại biểu.", en="To invite, reach and serve those who take part.")
    basis = Basis.TASK
    kept = Kept(since=say(vi="khi còn làm việc với cơ quan", en="as long as they work with the agency"), days=None)

    def rows(self, subject: Subject) -> Iterator[Row]:
        for person in Person.objects.filter(pk=subject.person_id).values(
            "full_name",
            "honorific",
            "degree",
            "email",
            "alternate_email",
            "phone",
            "language",
            "organisation__name",
            "created_at",
        ):
            yield {"type": "person", **person}
        for position in (
            Position.objects.filter(person=subject.person_id)
            .order_by("valid_from", "id")
            .values("title", "organisation__name", "valid_from", "valid_to")
        ):
            yield {"type": "position", **position}

    def forget(self, subject: Subject) -> Forgotten:
        person = Person.objects.select_for_update().get(pk=subject.person_id)
        gone, _ = Position.objects.filter(person=person).delete()
        person.full_name = ERASED_NAME
        person.honorific = person.degree = person.email = person.alternate_email = person.phone = ""
        person.language, person.organisation = "vi", None
        person.save()
        return Forgotten(rows=gone + 1)


@holding("accounts", Account, RoleGrant, ApiToken)
class Accounts(Holding):
    title = say(vi="Tài khoản", en="Accounts")
    data_class = DataClass.ACCOUNT
    purpose = say(
        vi="Đăng nhập và ghi nhận ai đã làm việc gì.", en="To sign in, and to record who did what in the system."
    )
    basis = Basis.TASK
    kept = Kept(since=say(vi="khi đóng tài khoản", en="the closing of the account"), days=None)

    def rows(self, subject: Subject) -> Iterator[Row]:
        for account in Account.objects.filter(person=subject.person_id).values("email", "is_active", "created_at"):
            yield {"type": "account", **account}
        for grant in (
            RoleGrant.objects.filter(account=subject.account_id)
            .order_by("id")
            .values("role", "organisation__name", "created_at")
        ):
            yield {"type": "role", **grant}
        for token in (
            ApiToken.objects.filter(account=subject.account_id)
            .order_by("id")
            .values("name", "scopes", "created_at", "expires_at", "revoked_at")
        ):
            yield {"type": "token", **token}

    def hindrances(self, subject: Subject) -> Iterator[object]:
        rulers = Account.objects.filter(
            is_active=True, grants__role=Role.ADMINISTRATOR, grants__organisation=None
        ).values_list("pk", flat=True)
        if set(rulers) == {subject.account_id}:
            yield say(
                vi="Đây là quản trị duy nhất; hãy cấp quyền quản trị cho người khác trước.",
                en="This is the only administrator; make somebody else one first.",
            )

    def forget(self, subject: Subject) -> Forgotten:
        if subject.account_id is None:
            return Forgotten()
        account = people.deactivate_account(account_id=subject.account_id)
        account.email = f"{account.pk}{NOBODY}"
        account.set_unusable_password()
        account.save()
        grants, _ = RoleGrant.objects.filter(account=account).delete()
        tokens, _ = ApiToken.objects.filter(account=account).delete()
        return Forgotten(rows=1 + grants + tokens)


@holding("letters", OutgoingMail, InboundMail, SuppressedAddress)
class Letters(Holding):
    title = say(vi="Thư đã gửi và đã nhận", en="Letters sent and received")
    data_class = DataClass.CORRESPONDENCE
    purpose = say(
        vi="Mời, nhắc và báo tin cho đại biểu; chứng minh đã báo.",
        en="To invite, remind and inform those who take part, and to prove that they were told.",
    )
    basis = Basis.TASK
    kept = Kept(since=say(vi="ngày gửi hoặc nhận", en="the day of sending or arrival"), days=730)

    def rows(self, subject: Subject) -> Iterator[Row]:
        for mail in _sent_to(subject).values("id", "purpose", "recipient", "subject", "state", "created_at", "sent_at"):
            yield {"type": "letter_sent", **mail}
        for received in _came_from(subject).values("id", "sender", "subject", "state", "received_at"):
            yield {"type": "letter_received", **received}
        for row in SuppressedAddress.objects.filter(address__in=subject.addresses).values(
            "address", "status", "diagnosis", "created_at", "lifted_at"
        ):
            yield {"type": "undeliverable_address", **row}

    def files(self, subject: Subject) -> Iterator[File]:
        for mail in _sent_to(subject).iterator(chunk_size=50):
            yield File(name=f"letters/sent-{mail.pk}.eml", content=bytes(mail.raw))
        for received in _came_from(subject).iterator(chunk_size=50):
            yield File(name=f"letters/received-{received.pk}.eml", content=bytes(received.raw))

    def forget(self, subject: Subject) -> Forgotten:
        sent = list(_sent_to(subject).values_list("pk", flat=True))
        received = list(_came_from(subject).values_list("pk", flat=True))
        SuppressedAddress.objects.filter(address__in=subject.addresses).delete()
        told = Remains(
            where=OutgoingMail._meta.db_table,
            count=len(sent),
            reason=say(
                vi="Còn lại: thư đã gửi lúc nào, về việc gì, mã băm; không còn nội dung và địa chỉ.",
                en="That a letter went out, when and about what, and its hash stay; text and address are gone.",
            ),
        )
        return Forgotten(rows=empty_outgoing(sent) + empty_inbound(received), remains=(told,) if sent else ())


@holding("traffic", IdempotencyRecord, Delivery, DeliveryAttempt)
class Traffic(Holding):
    title = say(vi="Dấu vết kỹ thuật", en="Technical traces")
    data_class = DataClass.EVIDENCE
    purpose = say(
        vi="Trả lời lại như cũ khi yêu cầu bị gửi lặp; tìm lỗi.", en="To repeat an answer as it was; to find faults."
    )
    basis = Basis.TASK
    kept = Kept(since=say(vi="lúc ghi", en="the moment it was written"), days=1)

    def rows(self, subject: Subject) -> Iterator[Row]:
        for record in _answers(subject).order_by("id").values("status", "created_at"):
            yield {"type": "kept_answer", **record}

    def forget(self, subject: Subject) -> Forgotten:
        gone, _ = _answers(subject).delete()
        errors = mentions(Delivery.objects.exclude(last_error=""), subject, "last_error").values("pk")
        outcomes = mentions(DeliveryAttempt.objects.all(), subject, "outcome").values("pk")
        emptied = Delivery.objects.filter(pk__in=errors).update(last_error="")
        emptied += DeliveryAttempt.objects.filter(pk__in=outcomes).update(outcome="")
        return Forgotten(rows=gone + emptied)


def _sent_to(subject: Subject) -> QuerySet[OutgoingMail]:
    """Those about a row of theirs, and those addressed to them by name or at an address that nobody else has."""
    at_theirs = OutgoingMail.objects.annotate(
        address=Lower("recipient"), head=Substr("raw", 1, _HEAD, output_field=BinaryField())
    )
    found = at_theirs.filter(address__in=subject.mailboxes).values_list("pk", "address", "head")
    theirs = [pk for pk, mailbox, head in found.iterator() if subject.is_reached(mailbox, _addressee(bytes(head)))]
    return OutgoingMail.objects.filter(Q(pk__in=theirs) | Q(subject_id__in=subject.matters)).order_by("id")


def _addressee(head: bytes) -> str:
    """The name a mail of ours is addressed to."""
    to = BytesHeaderParser(policy=policy.default).parsebytes(head)["to"]
    return to.addresses[0].display_name if to and to.addresses else ""


def _came_from(subject: Subject) -> QuerySet[InboundMail]:
    mails = InboundMail.objects.annotate(address=Lower("sender")).order_by("id")
    about = Q(address__in=subject.addresses) | Q(subject_id__in=subject.matters)
    return mails.filter(about | Q(answers__in=_sent_to(subject).values("pk")))


def _answers(subject: Subject) -> QuerySet[IdempotencyRecord]:
    found = mentions(IdempotencyRecord.objects.all(), subject, "body")
    return IdempotencyRecord.objects.filter(Q(caller=f"account:{subject.account_id}") | Q(pk__in=found.values("pk")))


@sweep("mail.sent", days=730, title=say(vi="Nội dung thư đã gửi", en="What letters sent say"), expire=empty_outgoing)
def old_letters(before: datetime, held: frozenset[UUID]) -> QuerySet[OutgoingMail]:
    settled = OutgoingMail.objects.exclude(state=MailState.QUEUED).exclude(recipient__endswith=NOBODY)
    return settled.filter(created_at__lt=before).exclude(conference_id__isnull=False, conference_id__in=held)


@sweep(
    "mail.received", days=365, title=say(vi="Nội dung thư nhận được", en="What letters received say"),
    expire=empty_inbound,
)  # fmt: skip
def old_inbound(before: datetime, held: frozenset[UUID]) -> QuerySet[InboundMail]:
    settled = InboundMail.objects.filter(received_at__lt=before, settled_at__isnull=False).exclude(raw=b"")
    return settled.exclude(conference_id__isnull=False, conference_id__in=held)


@sweep("answers_kept", days=1, title=say(vi="Câu trả lời giữ cho yêu cầu lặp", en="Answers kept for repeats"))
def old_answers(before: datetime, held: frozenset[UUID]) -> QuerySet[IdempotencyRecord]:
    return IdempotencyRecord.objects.filter(created_at__lt=before)


@sweep("login_failures", days=7, title=say(vi="Lần đăng nhập sai", en="Failed sign-ins"))
def old_failures(before: datetime, held: frozenset[UUID]) -> QuerySet[LoginFailure]:
    return LoginFailure.objects.filter(at__lt=before)
