"""What registration holds about a person: their seat, and when they came and went."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Lower

from backend.conferences.states import ConferenceState
from backend.core.clock import now
from backend.core.guards import erasing
from backend.core.text import localized, say
from backend.documents.models import DocumentFile
from backend.invitations.holdings import TO_COME
from backend.privacy.holdings import Basis, DataClass, Forgotten, Holding, Kept, Remains, Row, Subject, holding
from backend.privacy.terms import sweep
from backend.registration.models import Badge, BadgePrint, Presence, Registration, Scan, SeatReminder, Signup
from backend.registration.states import OVER


@holding("registrations", Registration, Presence, Scan, SeatReminder, Signup, Badge, BadgePrint)
class Registrations(Holding):
    title = say(vi="Đăng ký và có mặt", en="Registration and presence")
    data_class = DataClass.PARTICIPATION
    purpose = say(
        vi="Xếp chỗ, đón tiếp, đếm số người có mặt để biểu quyết.",
        en="To keep seats, to let people in, to count who is present when votes are taken.",
    )
    basis = Basis.TASK
    kept = Kept(since=say(vi="như hồ sơ hội nghị", en="as long as the record of the conference"), days=None)

    def rows(self, subject: Subject) -> Iterator[Row]:
        for row in Registration.objects.filter(person=subject.person_id).order_by("id").values(
            "conference__title", "conference__day", "category", "state", "turn", "reason", "created_at",
            "confirmed_at", "cancelled_at",
        ):  # fmt: skip
            yield {"type": "registration", **row}
        for reminder in (
            SeatReminder.objects.filter(registration__person=subject.person_id)
            .order_by("at")
            .values("registration__conference__title", "moment", "at")
        ):
            yield {"type": "reminder", **reminder}
        for presence in (
            Presence.objects.filter(registration__person=subject.person_id)
            .order_by("at")
            .values("conference__title", "direction", "at", "source")
        ):
            yield {"type": "presence", **presence}
        for scan in (
            Scan.objects.filter(registration__person=subject.person_id)
            .order_by("at")
            .values("conference__title", "direction", "scanned_at", "at", "outcome")
        ):
            yield {"type": "scan", **scan}
        for signup in (
            _open_signups(subject)
            .order_by("id")
            .values("conference__title", "said", "answers", "consents", "created_at")
        ):
            yield {"type": "sign_up", **signup}

    def matters(self, person_id: UUID) -> Iterator[UUID]:
        yield from Registration.objects.filter(person=person_id).values_list("pk", flat=True)
        yield from Signup.objects.filter(registration__person=person_id).values_list("pk", flat=True)

    def conferences(self, person_id: UUID) -> Iterator[UUID]:
        yield from Registration.objects.filter(person=person_id).values_list("conference_id", flat=True)

    def hindrances(self, subject: Subject) -> Iterator[object]:
        live = Registration.objects.filter(person=subject.person_id, conference__state__in=TO_COME)
        for row in live.exclude(state__in=OVER).select_related("conference"):
            yield say(
                vi="Còn đăng ký dự “{what}”; hãy huỷ đăng ký trước.",
                en="There is a registration for “{what}”; cancel it first.",
                what=localized(row.conference.title),
            )

    def forget(self, subject: Subject) -> Forgotten:
        registrations = Registration.objects.filter(person=subject.person_id)
        emptied = registrations.exclude(reason={}).update(reason={}, updated_at=now(), version=F("version") + 1)
        confirmed = Signup.objects.filter(registration__person=subject.person_id).exclude(lapsed=[])
        emptied += confirmed.update(lapsed=[], updated_at=now(), version=F("version") + 1)
        # A new round voids the code somebody may still carry.
        dropped, _ = _open_signups(subject).delete()
        # A file of badges is one for many people: it goes whole, and is printed again for the others.
        dropped += Badge.objects.filter(registration__person=subject.person_id).delete()[0]
        seats = list(registrations.values_list("pk", flat=True))
        emptied += empty_badges(BadgePrint.objects.filter(registrations__overlap=seats))
        count = registrations.update(code_round=F("code_round") + 1)
        presences = Presence.objects.filter(registration__person=subject.person_id).count()
        reason = say(
            vi="Số người dự và có mặt là căn cứ của biên bản và biểu quyết; vẫn được đếm, không còn tên.",
            en="Attendance is what minutes and votes rest on: it is still counted, without the name.",
        )
        scans = Scan.objects.filter(registration__person=subject.person_id).count()
        reminders = SeatReminder.objects.filter(registration__person=subject.person_id).count()
        stays = [
            (Registration._meta.db_table, count),
            (Presence._meta.db_table, presences),
            (Scan._meta.db_table, scans),
            (SeatReminder._meta.db_table, reminders),
        ]
        return Forgotten(
            rows=emptied + dropped,
            remains=tuple(Remains(where=where, count=number, reason=reason) for where, number in stays if number),
        )


def empty_badges(prints: Iterable[Any]) -> int:
    """The bytes of these files go, their hashes stay."""
    with erasing():
        files = DocumentFile.objects.filter(document__badge_print__in=prints).exclude(content=b"")
        return files.update(content=b"", filename="")


@sweep(
    "registration.badges",
    days=90,
    title=say(vi="Tệp in thẻ đại biểu", en="Files of badges"),
    expire=empty_badges,
)
def printed(before: dt.datetime, held: frozenset[UUID]) -> QuerySet[BadgePrint]:
    """Those printed so long ago, of conferences that no hold keeps."""
    old = BadgePrint.objects.filter(created_at__lt=before).exclude(conference__in=held)
    return old.filter(document__files__size__gt=0).exclude(document__files__content=b"")


def _open_signups(subject: Subject) -> QuerySet[Signup]:
    """What was written with one of their addresses and not confirmed; a confirmed one holds nothing but who came of it."""
    rows = Signup.objects.filter(confirmed_at=None).annotate(address=Lower(KT("said__email")))
    return rows.filter(address__in=subject.addresses)


@sweep(
    "registration.signups",
    days=1,
    title=say(vi="Đăng ký trên trang công khai chưa xác nhận", en="Unconfirmed registrations from public pages"),
)
def unconfirmed(before: dt.datetime, held: frozenset[UUID]) -> QuerySet[Signup]:
    """Those whose link has ended so long ago: nobody came of them, so no hold keeps them. While a conference is postponed
    none ends: they are asked anew with its new time."""
    ended = Signup.objects.filter(confirmed_at=None, expires_at__lt=before)
    return ended.exclude(conference__state=ConferenceState.POSTPONED)
