"""The in/out log: appended to, never changed."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from backend.conferences.models import Site
from backend.conferences.states import ConferenceState
from backend.core import context
from backend.core.clock import database_now
from backend.core.errors import Conflict, Invalid
from backend.core.queries import locked
from backend.core.text import say
from backend.outbox.services import emit
from backend.registration.events import PresenceRecorded
from backend.registration.models import Presence, Registration
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
    RegistrationState.CANCELLED: say(vi="Đăng ký này đã huỷ.", en="This registration has been cancelled."),
}


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """`new` is false when the log said so already: the earlier row stands, with its time."""

    presence: Presence
    new: bool


@transaction.atomic
def check_in(*, registration_id: UUID, site_id: UUID | None = None, source: str = PresenceSource.STAFF) -> Recorded:
    """Notes that the person came in, at `site_id` or the site they are registered for. A second scan at the same site
    changes nothing; at another site it notes where they are now. Raises Conflict for who has no seat."""
    row = locked(Registration.objects.select_related("conference"), registration_id)
    if row.state in NOT_ADMITTED:
        raise Conflict(NOT_ADMITTED[RegistrationState(row.state)], registration=str(row.id), state=row.state)
    _refuse_unless_open(row)
    site_id = _site(row, site_id)
    last = _last(row)
    if last and last.direction == Direction.IN and last.site_id == site_id:
        return Recorded(presence=last, new=False)
    return _record(row, Direction.IN, site_id, source)


@transaction.atomic
def check_out(*, registration_id: UUID, source: str = PresenceSource.STAFF) -> Recorded:
    """Notes that the person went out; who went out already stays out. Raises Conflict for who never came in."""
    row = locked(Registration.objects.select_related("conference"), registration_id)
    last = _last(row)
    if last is None:
        raise Conflict(say(vi="Người này chưa vào.", en="This person has not come in."), registration=str(row.id))
    if last.direction == Direction.OUT:
        return Recorded(presence=last, new=False)
    _refuse_unless_open(row)
    return _record(row, Direction.OUT, last.site_id, source)


def _refuse_unless_open(row: Registration) -> None:
    """The doors open with the announcement and shut with the closing, after which the record stands."""
    if row.conference.state not in {ConferenceState.ANNOUNCED, ConferenceState.RUNNING}:
        raise Conflict(
            say(
                vi="Không điểm danh được: hội nghị {state}.",
                en="Attendance cannot be taken: the conference is {state}.",
                state=ConferenceState(row.conference.state).label,
            )
        )


def _site(row: Registration, site_id: UUID | None) -> UUID | None:
    if site_id is None:
        return row.site_id
    if not Site.objects.filter(pk=site_id, conference_id=row.conference_id).exists():
        raise Invalid({"site": say(vi="Không phải địa điểm của hội nghị này.", en="Not a site of this conference.")})
    return site_id


def _last(row: Registration) -> Presence | None:
    return Presence.objects.filter(conference_id=row.conference_id, registration=row).order_by("-at", "-id").first()


def _record(row: Registration, direction: str, site_id: UUID | None, source: str) -> Recorded:
    presence = Presence.objects.create(
        conference_id=row.conference_id,
        registration=row,
        site_id=site_id,
        direction=direction,
        # Read with the registration locked: two rows about one person never share or swap their order.
        at=database_now(),
        source=source,
        recorded_by=context.current().actor[:80],
    )
    emit(
        PresenceRecorded(
            presence_id=presence.id, conference_id=row.conference_id, registration_id=row.id, direction=direction
        )
    )
    return Recorded(presence=presence, new=True)
