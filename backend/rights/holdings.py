"""What this floor holds about a person: what they asked, what was corrected, the copies they got."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet

from backend.core.clock import now
from backend.core.text import say
from backend.mail.emptying import NOBODY, empty_outgoing
from backend.mail.models import MailState, OutgoingMail
from backend.privacy.below import ERASED_NAME
from backend.privacy.holdings import (
    Basis,
    DataClass,
    Forgotten,
    Holding,
    Kept,
    Named,
    Remains,
    Row,
    Subject,
    holding,
    holdings,
)
from backend.privacy.terms import sweep
from backend.rights.models import Correction, DataRequest, Erasure, LegalHold, PersonalExport, RequestEntry
from backend.rights.states import ERASED

#: Who asked without being on record then.
NOT_ON_RECORD = Named(rows=DataRequest.objects.filter(person=None), address="email", name="name")


@holding("data_requests", DataRequest, RequestEntry, Correction, PersonalExport, Erasure)
class DataRequests(Holding):
    title = say(vi="Yêu cầu về dữ liệu cá nhân", en="Requests about personal data")
    data_class = DataClass.EVIDENCE
    purpose = say(
        vi="Giải quyết yêu cầu đúng hạn và chứng minh đã giải quyết.",
        en="To deal with requests in time, and to prove that they were dealt with.",
    )
    basis = Basis.OBLIGATION
    kept = Kept(since=say(vi="để chứng minh đã giải quyết", en="as evidence of what was done"), days=None)

    def rows(self, subject: Subject) -> Iterator[Row]:
        for request in _requests(subject).order_by("id").values(
            "kind", "via", "state", "name", "email", "phone", "text", "subject", "received_at", "answer_by", "due_on",
            "decided_at", "done_at",
        ):  # fmt: skip
            yield {"type": "data_request", **request}
        for entry in (
            RequestEntry.objects.filter(request__in=_requests(subject).values("pk"))
            .order_by("id")
            .values("what", "note", "at")
        ):
            yield {"type": "data_request_entry", **entry}
        for correction in (
            Correction.objects.filter(person=subject.person_id).order_by("id").values("field", "before", "after", "at")
        ):
            yield {"type": "correction", **correction}

    def addresses(self, person_id: UUID) -> Iterator[str]:
        return _corrected(person_id, "email")

    def named(self) -> Iterator[Named]:
        yield NOT_ON_RECORD

    def former(self, person_id: UUID) -> Iterator[str]:
        return _corrected(person_id, "full_name", "phone")

    def hindrances(self, subject: Subject) -> Iterator[object]:
        conferences = {pk for each in holdings() for pk in each.conferences(subject.person_id)}
        if LegalHold.objects.filter(conference_id__in=conferences, lifted_at=None).exists():
            yield say(
                vi="Một hội nghị người này tham gia đang được giữ nguyên theo yêu cầu pháp lý.",
                en="A conference they took part in is under a legal hold.",
            )

    def forget(self, subject: Subject) -> Forgotten:
        requests = list(_requests(subject).values_list("pk", flat=True))
        RequestEntry.objects.filter(request__in=requests).exclude(note="").update(note="")
        corrections = Correction.objects.filter(person=subject.person_id).update(before="", after="")
        exports = PersonalExport.objects.filter(person=subject.person_id).update(content=b"", expires_at=now())
        asked = DataRequest.objects.filter(pk__in=requests).update(
            name=ERASED_NAME, email="", phone="", text="", subject="", updated_at=now(), version=F("version") + 1
        )
        stays = Remains(
            where=DataRequest._meta.db_table,
            count=asked,
            reason=say(
                vi="Đã yêu cầu gì, khi nào và giải quyết ra sao, để chứng minh; không còn tên và lời ghi.",
                en="What was asked, when, and what became of it stays as evidence, without name and words.",
            ),
        )
        return Forgotten(rows=corrections + exports + asked, remains=(stays,) if asked else ())


def _corrected(person_id: UUID, *fields: str) -> Iterator[str]:
    """What stood there before and after each correction."""
    for pair in Correction.objects.filter(person=person_id, field__in=fields).values_list("before", "after"):
        yield from filter(None, pair)


def _requests(subject: Subject) -> QuerySet[DataRequest]:
    return DataRequest.objects.filter(Q(person=subject.person_id) | Q(pk__in=NOT_ON_RECORD.of(subject)))


def _unpack(ids: Sequence[UUID]) -> int:
    return PersonalExport.objects.filter(pk__in=ids).update(content=b"", expires_at=now())


@sweep("copies", days=7, title=say(vi="Bản sao đã đóng gói", en="Copies packed for people"), expire=_unpack)
def old_copies(before: datetime, held: frozenset[UUID]) -> QuerySet[PersonalExport]:
    return PersonalExport.objects.filter(packed_at__lt=before).exclude(content=b"")


@sweep("last_letters", days=1, title=say(vi="Thư báo đã xoá", en="Letters that say somebody was erased"),
    expire=empty_outgoing)  # fmt: skip
def last_letters(before: datetime, held: frozenset[UUID]) -> QuerySet[OutgoingMail]:
    """What was said to somebody of whom nothing is left, once it has gone out."""
    sent = OutgoingMail.objects.filter(purpose=ERASED, created_at__lt=before).exclude(recipient__endswith=NOBODY)
    return sent.exclude(state=MailState.QUEUED)
