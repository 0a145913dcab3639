"""The in/out log: appended to, never changed."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from backend.conferences.models import Conference, Site
from backend.conferences.services import show_photo_notice
from backend.conferences.states import NoticePlace
from backend.core import context
from backend.core.clock import database_now
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.queries import locked
from backend.core.text import say
from backend.outbox.services import emit
from backend.registration import queries
from backend.registration.events import PresenceRecorded
from backend.registration.models import Presence, Registration
from backend.registration.services.doors import refuse_unless_doors_open, too_early
from backend.registration.states import Direction, PresenceSource, RegistrationState

NOT_ADMITTED = {
    RegistrationState.WAITING: say(
        vi="Người này còn ở danh sách chờ, chưa có chỗ.", en="Still on the waiting list: no seat yet."
    ),
    RegistrationState.PENDING: say(vi="Đăng ký này còn chờ duyệt.", en="Still waiting for approval."),
    RegistrationState.REFUSED: say(vi="Đăng ký này không được duyệt.", en="This registration was refused."),
    RegistrationState.OFFERED: say(
        vi="Người này được mời nhận chỗ nhưng chưa nhận.", en="Offered a seat, and has not taken it yet."
    ),
    RegistrationState.EXPIRED: say(vi="Người này đã để quá hạn nhận chỗ.", en="Let the offer of a seat expire."),
    RegistrationState.WITHDRAWN: say(vi="Đăng ký này đã rút.", en="This registration has been withdrawn."),
    RegistrationState.CALLED_OFF: say(
        vi="Đăng ký này đã dừng khi hội nghị huỷ.", en="This registration ended when the conference was cancelled."
    ),
    RegistrationState.CANCELLED: say(vi="Đăng ký này đã huỷ.", en="This registration has been cancelled."),
}


#: A scan that says what the one before it said changes nothing within this time. Later it is kept too: a device may yet
#: bring what lay between.
REPEAT = dt.timedelta(minutes=1)
NOBODY = say(vi="Không có đăng ký nào như vậy.", en="There is no such registration.")


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """`new` is false when the log said so already: the earlier row stands, with its time."""

    presence: Presence
    new: bool


@dataclass(frozen=True, kw_only=True)
class Passage:
    """How it went with one of several: what was recorded, or why it was not. Without a row there is no such person."""

    registration_id: UUID
    row: Registration | None = None
    recorded: Recorded | None = None
    refusal: Conflict | None = None


@transaction.atomic
def check_in(*, registration_id: UUID, site_id: UUID | None = None, source: str = PresenceSource.STAFF) -> Recorded:
    """Notes that the person came in, at `site_id` or the site they are registered for. A second scan at the same site
    changes nothing; at another site it notes where they are now. Raises Conflict for who has no seat, and before the
    door opens."""
    return _alone(registration_id, Direction.IN, site_id, source)


@transaction.atomic
def check_out(*, registration_id: UUID, source: str = PresenceSource.STAFF) -> Recorded:
    """Notes that the person went out; who went out already stays out. Of who has a seat it is noted even if nothing says
    that they came in: a device at the door may still bring that. Raises Conflict for anybody else who never did."""
    return _alone(registration_id, Direction.OUT, None, source)


@transaction.atomic
def pass_many(
    *, conference_id: UUID, registrations: Sequence[UUID], direction: str, site_id: UUID | None = None
) -> list[Passage]:
    """Checks several people in or out and says of each how it went, in the given order: one who is refused stops nobody.

    Raises NotFound, Invalid for a site of another conference, Conflict while the doors are shut, for those who come also
    before they open.
    """
    conference = Conference.objects.filter(pk=conference_id).first()
    if conference is None:
        raise NotFound()
    refuse_unless_doors_open(conference)
    early = too_early(conference, database_now())
    if early and direction == Direction.IN:
        raise early
    _refuse_foreign_site(conference_id, site_id)
    rows = list(_locked(conference_id, registrations))
    passed = {one.registration_id: one for one in _pass(rows, direction, site_id, PresenceSource.STAFF, early)}
    gone = Conflict(NOBODY)
    return [passed.get(each) or Passage(registration_id=each, refusal=gone) for each in dict.fromkeys(registrations)]


@transaction.atomic
def everyone_out(*, conference_id: UUID, site_id: UUID | None = None) -> int:
    """Checks out whoever is in, or in at one site; returns how many. Raises as `pass_many` does."""
    inside = queries.inside(conference_id, database_now(), site_id=site_id).values_list("registration_id", flat=True)
    done = pass_many(conference_id=conference_id, registrations=list(inside), direction=Direction.OUT, site_id=site_id)
    return sum(one.recorded is not None and one.recorded.new for one in done)


def _alone(registration_id: UUID, direction: str, site_id: UUID | None, source: str) -> Recorded:
    row = locked(Registration.objects.select_related("conference", "person"), registration_id)
    refuse_unless_doors_open(row.conference)
    _refuse_foreign_site(row.conference_id, site_id)
    (passed,) = _pass([row], direction, site_id, source, too_early(row.conference, database_now()))
    if passed.refusal:
        raise passed.refusal
    assert passed.recorded is not None
    return passed.recorded


def _pass(
    rows: Sequence[Registration], direction: str, site_id: UUID | None, source: str, early: Conflict | None
) -> list[Passage]:
    """With the registrations locked: two rows about one person never share or swap their order."""
    last, moment = queries.last_of(rows), database_now()
    passed, log, news = [], [], []
    for row in rows:
        before = last.get(row.pk)
        if refusal := _refusal(row, direction, before, early):
            passed.append(Passage(registration_id=row.pk, row=row, refusal=refusal))
            continue
        where = _where(row, direction, site_id, before)
        repeated = before is not None and (before.direction, before.site_id) == (direction, where)
        entry = Presence(
            conference_id=row.conference_id,
            registration=row,
            site_id=where,
            direction=direction,
            at=moment,
            source=source,
            recorded_by=context.current().actor[:80],
        )
        if before is None or not repeated or moment - before.at >= REPEAT:
            log.append(entry)
        if before is None or not repeated:
            news.append(entry)
        stands = before if before is not None and repeated else entry
        recorded = Recorded(presence=stands, new=stands is entry)
        passed.append(Passage(registration_id=row.pk, row=row, recorded=recorded))
    Presence.objects.bulk_create(log)
    emit(*(recorded_news(entry) for entry in news))
    if direction == Direction.IN:
        _show_notice([one.row for one in passed if one.row and one.recorded and one.recorded.new])
    return passed


def _show_notice(came: Sequence[Registration]) -> None:
    """At the door people read what is recorded there, and in their own language."""
    by_language: dict[str, list[UUID]] = {}
    for row in came:
        by_language.setdefault(row.person.language, []).append(row.person_id)
    for language, people in by_language.items():
        show_photo_notice(conference_id=came[0].conference_id, people=people, place=NoticePlace.DOOR, language=language)


def _refusal(row: Registration, direction: str, before: Presence | None, early: Conflict | None) -> Conflict | None:
    """Whoever is in may go, whatever has become of their seat or of the time."""
    if direction == Direction.OUT and before is not None:
        return None
    if direction == Direction.IN and early:
        return early
    if row.state == RegistrationState.CONFIRMED and not early:
        return None
    if direction == Direction.OUT:
        return Conflict(say(vi="Người này chưa vào.", en="This person has not come in."), registration=str(row.id))
    return Conflict(NOT_ADMITTED[RegistrationState(row.state)], registration=str(row.id), state=row.state)


def _where(row: Registration, direction: str, site_id: UUID | None, before: Presence | None) -> UUID | None:
    """Who goes out does so where they were."""
    if direction == Direction.OUT and before is not None:
        return before.site_id
    return site_id or row.site_id


def recorded_news(entry: Presence) -> PresenceRecorded:
    return PresenceRecorded(
        presence_id=entry.pk,
        conference_id=entry.conference_id,
        registration_id=entry.registration_id,
        direction=entry.direction,
    )


def _locked(conference_id: UUID, registrations: Iterable[UUID]) -> Iterable[Registration]:
    """Always in one order: two lists with the same people do not wait for each other in a circle."""
    rows = Registration.objects.filter(conference_id=conference_id, pk__in=set(registrations))
    return rows.select_related("person").order_by("id").select_for_update(of=("self",))


def _refuse_foreign_site(conference_id: UUID, site_id: UUID | None) -> None:
    if site_id and not Site.objects.filter(pk=site_id, conference_id=conference_id).exists():
        raise Invalid({"site": say(vi="Không phải địa điểm của hội nghị này.", en="Not a site of this conference.")})
