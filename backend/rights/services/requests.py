"""Requests about personal data: received, answered, decided, done, each in time and on record."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction

from backend.core import context
from backend.core.clock import local, now
from backend.core.errors import Conflict, Invalid
from backend.core.queries import locked
from backend.core.text import say
from backend.outbox.services import emit
from backend.people.models import Organisation, Person
from backend.rights import deadlines, queries
from backend.rights.events import DataRequestDue, DataRequestMoved, DataRequestReceived
from backend.rights.models import DataRequest, Erasure, RequestEntry
from backend.rights.services import letters
from backend.rights.states import MOVES, NEW, OPEN, Identity, RequestKind, RequestState, RequestVia

#: Nobody gets, changes or loses anybody's data before it is known who asks.
NEEDS_IDENTITY = frozenset({RequestKind.ACCESS, RequestKind.CORRECT, RequestKind.ERASE})


@transaction.atomic
def receive(
    *, kind: str, via: str, person_id: UUID | None = None, received_at: dt.datetime | None = None, **said: Any
) -> DataRequest:
    """Takes a request; the deadlines run from `received_at` (default: now), which may be earlier for one on paper.

    What the directory knows of the person is filled in where `said` leaves it open. Who asks through an account of their
    own is known; for others identity is to be checked, and `said` has their name. Raises Invalid for a person or an
    organisation that is not there, or a moment to come.
    """
    received_at = received_at or now()
    if received_at > now():
        raise Invalid({"received_at": say(vi="Chưa đến lúc này.", en="Must not be in the future.")})
    person = Person.objects.filter(pk=person_id).first() if person_id else None
    if person_id and person is None:
        raise Invalid({"person": say(vi="Không có người này.", en="There is no such person.")})
    unit = said.get("organisation_id")
    if unit and not Organisation.objects.filter(pk=unit).exists():
        raise Invalid({"organisation": say(vi="Không có đơn vị này.", en="There is no such organisation.")})
    if person is not None:
        known = {"name": person.full_name, "email": person.email, "phone": person.phone, "language": person.language}
        said = {
            **known,
            "organisation_id": person.organisation_id,
            **{key: value for key, value in said.items() if value},
        }
    day = local(received_at).date()
    request = DataRequest.objects.create(
        kind=kind,
        via=via,
        person=person,
        identity=Identity.CONFIRMED if via == RequestVia.API else Identity.UNCHECKED,
        received_at=received_at,
        answer_by=deadlines.answer_by(day, queries.working_calendar()),
        due_on=deadlines.due_on(kind, day, third_party=said.get("third_party", False)),
        **said,
    )
    letters.tell_requester(request, "received")
    _write_down(request, "receive")
    emit(DataRequestReceived(request_id=request.pk, kind=kind))
    return request


@transaction.atomic
def confirm_identity(*, request_id: UUID, confirmed: bool, note: str, expected: int | None = None) -> DataRequest:
    """Writes down whether the one who asks is who they say they are, and how that was found out."""
    request = _open(request_id, expected)
    request.identity = Identity.CONFIRMED if confirmed else Identity.FAILED
    return _kept(request, "identify", note)


@transaction.atomic
def answer(*, request_id: UUID, note: str, expected: int | None = None) -> DataRequest:
    """The first answer, within two working days: that the request is dealt with, or what is still needed."""
    request = _moved(request_id, "answer", expected)
    request.answered_at = now()
    letters.tell_requester(request, "answered", note)
    return _kept(request, "answer", note)


@transaction.atomic
def grant(*, request_id: UUID, note: str, expected: int | None = None) -> DataRequest:
    """Decides that what is asked will be done. Raises Conflict while it is not known who asks."""
    request = _moved(request_id, "grant", expected)
    if request.kind in NEEDS_IDENTITY and request.identity != Identity.CONFIRMED:
        raise Conflict(say(vi="Chưa xác minh được người yêu cầu.", en="It has not been confirmed who asks."))
    return _decided(request, "grant", note)


@transaction.atomic
def refuse(*, request_id: UUID, note: str, expected: int | None = None) -> DataRequest:
    """Decides that it will not be done; the reason goes to whoever asked."""
    return _decided(_moved(request_id, "refuse", expected), "refuse", note)


@transaction.atomic
def extend(*, request_id: UUID, days: int, note: str, expected: int | None = None) -> DataRequest:
    """Puts the deadline off once, by so many days, with a reason that goes to whoever asked.

    Raises Conflict for a second time, or when the deadline has passed.
    """
    request = _open(request_id, expected)
    if request.extended:
        raise Conflict(say(vi="Chỉ được gia hạn một lần.", en="The deadline can be put off only once."))
    if local(now()).date() > request.due_on:
        raise Conflict(say(vi="Đã quá hạn, không gia hạn được.", en="The deadline has passed; it cannot be put off."))
    request.due_on, request.extended = request.due_on + dt.timedelta(days=days), True
    request.moments = len(_passed(request, queries.working_calendar()))
    letters.tell_requester(request, "extended", note)
    return _kept(request, "extend", note)


def granted(request_id: UUID | None, person_id: UUID, kind: RequestKind) -> DataRequest | None:
    """The request by which something is about to be done with a person's data, locked; None where no request is named.

    Raises Invalid unless it is this person's, asks for that, was granted, and it is known who asks. PostgreSQL refuses
    the same of a copy, a correction and an erasure.
    """
    if request_id is None:
        return None
    asked = DataRequest.objects.select_for_update().filter(
        pk=request_id, person=person_id, kind=kind, state=RequestState.GRANTED, identity=Identity.CONFIRMED
    )
    if (request := asked.first()) is None:
        raise Invalid(
            {
                "request": say(
                    vi="Phải là yêu cầu của chính người này ({kind}), đã được chấp nhận và đã xác minh người yêu cầu.",
                    en="Must be a request of this person ({kind}), granted, of which it is confirmed who asks.",
                    kind=kind.label,
                )
            }
        )
    return request


@transaction.atomic
def complete(*, request_id: UUID, note: str = "", expected: int | None = None) -> DataRequest:
    """What was granted has been done. Raises IllegalMove before it was granted, and Conflict for an erasure of somebody
    on record who was not erased: the letter would say what is not so. Who is not on record has nothing here to be
    erased by; a `note` then says what was done."""
    request = _moved(request_id, "complete", expected)
    if request.kind == RequestKind.ERASE:
        _check_erased(request, note)
    request.done_at = now()
    letters.tell_requester(request, "done", note)
    return _kept(request, "complete", note)


@transaction.atomic
def withdraw(*, request_id: UUID, note: str = "", expected: int | None = None) -> DataRequest:
    """Whoever asked no longer wants it."""
    return _kept(_moved(request_id, "withdraw", expected), "withdraw", note)


def remind_officers() -> int:
    """Reminds data officers of the deadlines whose moments have come, once of each; returns of how many requests."""
    calendar, reminded = queries.working_calendar(), 0
    soon = local(now()).date() + dt.timedelta(days=12)  # no holidays are longer than the days looked ahead
    due = DataRequest.objects.filter(state__in=OPEN, answer_by__lte=soon).order_by("due_on", "id")
    for request_id in list(due.values_list("pk", flat=True)):
        reminded += _remind(request_id, calendar)
    return reminded


@transaction.atomic
def _remind(request_id: UUID, calendar: deadlines.Calendar) -> bool:
    rows = DataRequest.objects.select_for_update(of=("self",), skip_locked=True)
    request = rows.filter(pk=request_id, state__in=OPEN).first()
    if request is None:
        return False
    passed = _passed(request, calendar)
    if len(passed) <= request.moments:
        return False
    # Of several that passed meanwhile only the last is worth a letter; one about an answer that was given is none.
    fresh = [moment for moment in passed[request.moments :] if moment > 2 or request.state in NEW]
    request.moments = len(passed)
    request.save(update_fields=["moments"])
    if not fresh:
        return False
    emit(DataRequestDue(request_id=request.pk, moment=fresh[-1]))
    letters.remind_officers(request, fresh[-1])
    return True


def _passed(request: DataRequest, calendar: deadlines.Calendar) -> list[int]:
    """The numbers of the moments that have come, in order of time."""
    today = local(now())
    days = enumerate(deadlines.moments(request.answer_by, request.due_on, calendar))
    come = [(day, number) for number, day in days if (day, deadlines.MORNING) <= (today.date(), today.time())]
    return [number for _, number in sorted(come)]


def _open(request_id: UUID, expected: int | None) -> DataRequest:
    request = locked(DataRequest, request_id, expected=expected)
    if request.state not in OPEN:
        raise Conflict(say(vi="Yêu cầu này đã giải quyết xong.", en="This request is closed."))
    return request


def _check_erased(request: DataRequest, note: str) -> None:
    if request.person_id is None:
        if not note:
            raise Invalid({"note": say(vi="Hãy ghi rõ đã xoá những gì.", en="Say what was erased.")})
    elif not Erasure.objects.filter(person=request.person_id).exists():
        raise Conflict(say(vi="Chưa xoá dữ liệu của người này.", en="This person has not been erased."))


def _moved(request_id: UUID, verb: str, expected: int | None) -> DataRequest:
    request = locked(DataRequest, request_id, expected=expected)
    MOVES.move(request, verb)
    return request


def _decided(request: DataRequest, verb: str, note: str) -> DataRequest:
    request.decided_at = now()
    request.answered_at = request.answered_at or request.decided_at
    letters.tell_requester(request, str(request.state), note)
    return _kept(request, verb, note)


def _kept(request: DataRequest, what: str, note: str) -> DataRequest:
    request.save()
    _write_down(request, what, note)
    emit(DataRequestMoved(request_id=request.pk, what=what, state=str(request.state)))
    return request


def _write_down(request: DataRequest, what: str, note: str = "") -> None:
    RequestEntry.objects.create(request=request, what=what, note=note, by=context.current().actor[:80])
