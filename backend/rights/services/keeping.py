"""Dropping what was kept long enough, some rows at a time.

Each chunk is one transaction: what was dropped and the count of the day's run are committed together. Killed anywhere, the
next tick goes on; run twice, it finds nothing to do.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from backend.core.clock import local, now
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.queries import locked
from backend.core.text import say
from backend.outbox.services import emit
from backend.privacy.terms import Sweep, sweep_of, sweeps
from backend.rights import queries
from backend.rights.events import LegalHoldLifted, LegalHoldPlaced, RetentionEnforced
from backend.rights.models import LegalHold, RetentionRun, RetentionTerm

CHUNK = 500
#: Chunks of one sort of data at one tick: a flood is drained over several ticks, and delays nothing else.
MOST = 20
LONGEST_DAYS = 36500


def drop_old() -> Mapping[str, int]:
    """Drops what every sort of data has had its time of, and says how many rows of which."""
    return {each.name: count for each in sweeps() if (count := _drop(each))}


def due(name: str) -> tuple[Sweep, dt.datetime, int]:
    """The sort of that name, and how many rows of it would be dropped now, being older than which moment. Raises NotFound
    for an unknown one."""
    each = _known(name)
    before = _before(each)
    return each, before, each.due(before, queries.held_conferences()).count()


@transaction.atomic
def set_days(*, name: str, days: int) -> None:
    """Keeps a sort of data for so many days from now on. Raises NotFound for an unknown one, Invalid out of bounds."""
    each = _known(name)
    if not each.least <= days <= LONGEST_DAYS:
        sentence = say(
            vi="Ít nhất {least} ngày, nhiều nhất 100 năm.",
            en="At least {least} days, at most 100 years.",
            least=each.least,
        )
        raise Invalid({"days": sentence})
    RetentionTerm.objects.update_or_create(name=name, defaults={"days": days})


@transaction.atomic
def hold(*, conference_id: UUID, reason: str, account_id: UUID | None) -> LegalHold:
    """Keeps everything about a conference until the hold is lifted. Raises Conflict when it is held already."""
    try:
        with transaction.atomic():
            row = LegalHold.objects.create(conference_id=conference_id, reason=reason, placed_by_id=account_id)
    except IntegrityError:
        raise Conflict(say(vi="Hội nghị này đang được giữ nguyên.", en="This conference is on hold already.")) from None
    emit(LegalHoldPlaced(hold_id=row.pk, conference_id=conference_id))
    return row


@transaction.atomic
def lift(*, hold_id: UUID) -> LegalHold:
    """Ends a hold; lifting it again changes nothing. What had its time meanwhile is dropped at the next tick."""
    row = locked(LegalHold, hold_id)
    if row.lifted_at is None:
        row.lifted_at = now()
        row.save(update_fields=["lifted_at"])
        emit(LegalHoldLifted(hold_id=row.pk, conference_id=row.conference_id))
    return row


def _known(name: str) -> Sweep:
    each = sweep_of(name)
    if each is None:
        raise NotFound()
    return each


def _drop(each: Sweep) -> int:
    before, total = _before(each), 0
    for _ in range(MOST):
        count = _drop_some(each, before)
        total += count
        if count < CHUNK:
            break
    return total


@transaction.atomic
def _drop_some(each: Sweep, before: dt.datetime) -> int:
    found = each.due(before, queries.held_conferences()).order_by("pk")
    ids: list[Any] = list(found.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True)[:CHUNK])
    if not ids:
        return 0
    if each.expire is None:
        found.model._default_manager.filter(pk__in=ids).delete()
    else:
        each.expire(ids)
    run, _ = RetentionRun.objects.get_or_create(name=each.name, day=local(now()).date(), defaults={"before": before})
    RetentionRun.objects.filter(pk=run.pk).update(
        count=F("count") + len(ids), before=before, updated_at=now(), version=F("version") + 1
    )
    emit(RetentionEnforced(run_id=run.pk, data=each.name, count=len(ids)))
    return len(ids)


def _before(each: Sweep) -> dt.datetime:
    return now() - dt.timedelta(days=queries.days_kept(each))
