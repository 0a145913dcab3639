"""What organisers decide about seats: how many there are, of whom, and how people come to them."""

import datetime as dt
from uuid import UUID

from django.db import transaction

from backend.conferences import services as conferences
from backend.conferences.models import Conference, Site
from backend.conferences.states import EXPECTED, ConferenceState
from backend.core.errors import Conflict, Invalid, StaleWrite
from backend.core.queries import locked
from backend.core.text import say
from backend.outbox.services import emit
from backend.people.models import Organisation
from backend.registration.events import AdmissionSet, CapacitySet, LimitSet
from backend.registration.models import Admission, Registration, SeatLimit, Seats
from backend.registration.services import counters
from backend.registration.services.waiting import give_out
from backend.registration.states import HOLDS

_OVER = frozenset({ConferenceState.CLOSED, ConferenceState.ARCHIVED, ConferenceState.CANCELLED})


@transaction.atomic
def set_capacity(*, conference_id: UUID, capacity: int | None, expected: int | None = None) -> Seats:
    """Says how many seats there are (None: no limit); added ones go to the waiting list at once.

    Raises Conflict when more are taken or offered than there would be: seats are given up by people, not by numbers;
    and for a conference that is not announced yet, or over; StaleWrite.
    """
    seats = _decided_upon(conference_id, expected)
    conferences.record_capacity(conference_id=conference_id, capacity=capacity)
    if capacity is not None and capacity < seats.taken + seats.offered:
        raise Conflict(
            say(
                vi="Đã có {n} người giữ chỗ, {m} người đang được mời nhận chỗ; số chỗ không thể ít hơn.",
                en="{n} seats are taken and {m} offered already; there cannot be fewer.",
                n=seats.taken,
                m=seats.offered,
            ),
            taken=seats.taken,
            offered=seats.offered,
        )
    if seats.capacity != capacity:
        seats.capacity = capacity
        _decide(seats, "capacity")
        emit(CapacitySet(conference_id=conference_id, capacity=capacity))
    give_out(seats)
    return seats


@transaction.atomic
def set_limit(
    *,
    conference_id: UUID,
    site_id: UUID | None = None,
    organisation_id: UUID | None = None,
    capacity: int | None,
    expected: int | None = None,
) -> Seats:
    """Says how many seats those of one site, or of one unit, may have (None: no limit of their own; a site goes back to
    its own capacity, where it has one). Added ones go to the waiting list at once.

    Raises Conflict when they hold more already, or the conference is not announced or over; NotFound, Invalid,
    StaleWrite.
    """
    seats = _decided_upon(conference_id, expected)
    _check_bounded(conference_id, site_id, organisation_id)
    mine = {"site_id": site_id} if site_id else {"organisation_id": organisation_id}
    held = Registration.objects.filter(**mine, conference_id=conference_id, state__in=HOLDS).count()
    if capacity is not None and capacity < held:
        raise Conflict(
            say(
                vi="Đã có {n} người giữ chỗ hoặc đang được mời nhận chỗ ở đó; số chỗ không thể ít hơn.",
                en="{n} seats are taken or offered there already; there cannot be fewer.",
                n=held,
            ),
            held=held,
        )
    limits = SeatLimit.objects.filter(conference_id=conference_id)
    if capacity is None:
        limits.filter(**mine).delete()
    else:
        said = {"capacity": capacity, "held": held, "from_site": False}
        limits.update_or_create(conference_id=conference_id, **mine, defaults=said)
    seats.limited = limits.exists()
    _decide(seats, "limited")
    counters.settle_sites(seats)
    emit(LimitSet(conference_id=conference_id, site_id=site_id, organisation_id=organisation_id, capacity=capacity))
    give_out(seats)
    return seats


def _decided_upon(conference_id: UUID, expected: int | None) -> Seats:
    """The locked counter. Raises NotFound, and StaleWrite when somebody decided otherwise since `expected`."""
    seats = counters.locked_seats(conference_id)
    if expected is not None and seats.version != expected:
        raise StaleWrite()
    return seats


def _decide(seats: Seats, field: str) -> None:
    seats.version += 1
    seats.save(update_fields=[field, "version"])


def _check_bounded(conference_id: UUID, site_id: UUID | None, organisation_id: UUID | None) -> None:
    if (site_id is None) == (organisation_id is None):
        raise Invalid(
            {
                "site": say(
                    vi="Cần đúng một trong hai: site hoặc organisation.",
                    en="Exactly one is needed: site or organisation.",
                )
            }
        )
    if site_id and not Site.objects.filter(pk=site_id, conference_id=conference_id).exists():
        raise Invalid({"site": say(vi="Không phải địa điểm của hội nghị này.", en="Not a site of this conference.")})
    if organisation_id and not Organisation.objects.filter(pk=organisation_id).exists():
        raise Invalid({"organisation": say(vi="Không có đơn vị này.", en="There is no such organisation.")})
    if Conference.objects.values_list("state", flat=True).get(pk=conference_id) not in EXPECTED:
        raise Conflict(
            say(
                vi="Chỉ đặt giới hạn chỗ khi hội nghị đã công bố và chưa bế mạc.",
                en="Limits are set once the conference is announced, and until it is over.",
            )
        )


@transaction.atomic
def set_admission(
    *,
    conference_id: UUID,
    mode: str,
    opens_at: dt.datetime | None = None,
    closes_at: dt.datetime | None = None,
    offer_hours: int = 0,
    by_unit: bool = False,
    door_hours: int = 0,
) -> Admission:
    """Decides how the conference takes people, in place of what was decided before. Offers already made keep their end,
    and requests already there wait for approval whatever the mode.

    Raises NotFound, Invalid when it would close before it opens, Conflict for a conference that is over or cancelled.
    """
    conference = locked(Conference, conference_id)
    if conference.state in _OVER:
        raise Conflict(
            say(
                vi="Hội nghị {state}: không đổi cách đăng ký được nữa.",
                en="The conference is {state}: how it takes people cannot be changed any more.",
                state=ConferenceState(conference.state).label,
            )
        )
    if opens_at and closes_at and closes_at <= opens_at:
        raise Invalid({"closes_at": say(vi="Phải sau lúc mở.", en="Must be after the opening.")})
    admission, _ = Admission.objects.update_or_create(
        conference=conference,
        defaults={
            "mode": mode,
            "opens_at": opens_at,
            "closes_at": closes_at,
            "offer_hours": offer_hours,
            "by_unit": by_unit,
            "door_hours": door_hours,
        },
    )
    emit(
        AdmissionSet(
            conference_id=conference_id, mode=mode, offer_hours=offer_hours, by_unit=by_unit, door_hours=door_hours
        )
    )
    return admission
