"""Watching whether enough people are there."""

from typing import Any
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction

from backend.conferences.models import Conference
from backend.conferences.states import ConferenceState
from backend.core.clock import database_now
from backend.core.errors import Conflict, Invalid
from backend.core.queries import locked
from backend.core.text import localized, say
from backend.outbox.services import emit
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
    quorum.met = None
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
    """Looks at every running conference that has a quorum and tells where one was reached or lost since the last look
    (quorum.reached, quorum.lost); returns how many. Several may look at once, each change is told once."""
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
    check = reading.check(quorum, database_now())
    if check.holds == quorum.met:
        return 0
    quorum.met = check.holds
    Quorum.objects.filter(pk=quorum.pk).update(met=check.holds)
    numbers = {"present": check.got, "needed": check.needed, "base_number": check.base_number}
    QuorumChange.objects.create(quorum=quorum, met=check.holds, **numbers)
    fact = QuorumReached if check.holds else QuorumLost
    emit(fact(quorum_id=quorum.pk, conference_id=quorum.conference_id, **numbers))
    return 1
