"""Watching whether enough people are there."""

from typing import Any
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Max

from backend.conferences.models import Conference
from backend.conferences.states import ConferenceState
from backend.core.clock import database_now
from backend.core.errors import Conflict, Invalid
from backend.core.queries import locked
from backend.core.text import localized, say
from backend.outbox.services import emit
from backend.registration.models import Presence
from backend.resolutions.counting.proof import presence
from backend.resolutions.counting.rule import InvalidRule, share_from
from backend.resolutions.events import QuorumLost, QuorumReached
from backend.resolutions.models import Quorum, QuorumChange
from backend.resolutions.queries import quorums as reading
from backend.resolutions.states import QuorumBase

log = structlog.get_logger(__name__)


@transaction.atomic
def set_quorum(*, conference: Conference, **fields: Any) -> Quorum:
    """From now on it is watched whether as many are there while the conference runs. Raises Invalid for a share that is
    none or members that are not said, Conflict when the conference has a quorum already."""
    quorum = _written(Quorum(conference=conference), fields)
    try:
        with transaction.atomic():
            quorum.save()
            return quorum
    except IntegrityError:
        raise Conflict(
            say(vi="Hội nghị này đã có quy định số người tối thiểu.", en="This conference has a quorum already.")
        ) from None


@transaction.atomic
def edit_quorum(*, quorum_id: UUID, expected: int | None, **changes: Any) -> Quorum:
    """Changes what is needed; what was seen before stays on record, and the next look starts anew."""
    quorum = locked(Quorum, quorum_id, expected=expected)
    _written(quorum, changes)
    quorum.met = quorum.seen_until = None
    quorum.save()
    return quorum


def _written(quorum: Quorum, changes: dict[str, Any]) -> Quorum:
    for name, value in changes.items():
        setattr(quorum, name, value)
    quorum.categories = sorted(set(quorum.categories))
    quorum.units = sorted({getattr(unit, "pk", unit) for unit in quorum.units})
    try:
        share_from(quorum.share, quorum.cmp)
    except InvalidRule as error:
        raise Invalid({name: localized(reason) for name, reason in error.errors.items()}) from None
    if (quorum.base == QuorumBase.MEMBERS) != (quorum.members is not None):
        sentence = say(
            vi="Cần số thành viên khi và chỉ khi tính trên tổng số thành viên.",
            en="The number of members is said where members are the base, and only there.",
        )
        raise Invalid({"members": sentence})
    return quorum


def ensure_quorate(conference: Conference) -> None:
    """Raises Conflict, with the numbers, while a running conference has a quorum and too few are there. What was decided in
    the room may still be written down after the conference."""
    quorum = Quorum.objects.filter(conference=conference).first()
    if quorum is None or conference.state != ConferenceState.RUNNING:
        return
    check = reading.check(quorum, database_now())
    if not check.holds:
        told = localized(presence(check))
        raise Conflict(say(vi="Chưa đủ số đại biểu: {proof}", en="No quorum: {proof}", proof=told), reason="quorum")


def watch_quorums() -> int:
    """Looks at every running conference that has a quorum and tells each time one was reached or lost since the last look
    (quorum.reached, quorum.lost), by the log of the door, however short it was; returns how many. Several may look at
    once, each change is told once. What reaches the log late, from a device without a connection, behind what was looked
    at already, is told by what it comes to now; the course has all of it."""
    told = 0
    for quorum_id in Quorum.objects.filter(conference__state=ConferenceState.RUNNING).values_list("pk", flat=True):
        try:
            told += _look(quorum_id)
        except Exception:
            log.exception("quorum_not_watched", quorum=str(quorum_id))
    return told


@transaction.atomic
def _look(quorum_id: UUID) -> int:
    running = Quorum.objects.filter(conference__state=ConferenceState.RUNNING)
    quorum = running.select_for_update(of=("self",), skip_locked=True).filter(pk=quorum_id).first()
    if quorum is None:
        return 0
    moment = database_now()
    log = Presence.objects.filter(conference_id=quorum.conference_id, at__lte=moment).aggregate(last=Max("at"))["last"]
    told, seen = 0, quorum.seen_until
    if quorum.met is not None and log is not None and (seen is None or log > seen):
        for step in reading.course(quorum, moment, after=seen):
            told += _tell_if_changed(quorum, step)
    told += _tell_if_changed(quorum, reading.step(quorum, moment))
    if told or log != seen:
        Quorum.objects.filter(pk=quorum.pk).update(met=quorum.met, seen_until=log)
    return told


def _tell_if_changed(quorum: Quorum, step: reading.Step) -> int:
    if step.met == quorum.met:
        return 0
    quorum.met = step.met
    numbers = {"present": step.present, "needed": step.needed, "base_number": step.base_number}
    QuorumChange.objects.create(quorum=quorum, at=step.at, met=step.met, **numbers)
    fact = QuorumReached if step.met else QuorumLost
    emit(fact(quorum_id=quorum.pk, conference_id=quorum.conference_id, **numbers))
    return 1
