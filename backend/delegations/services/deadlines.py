"""What the clock does with delegations: each step once, however late it comes."""

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from backend.core.clock import database_now
from backend.delegations import queries, schedule
from backend.delegations.events import DelegationEscalated, DelegationReminded
from backend.delegations.models import Delegation
from backend.delegations.services.lifecycle import close_locked
from backend.delegations.services.places import locked_delegation
from backend.outbox.services import emit

PER_TURN = 100


def mind_deadlines() -> int:
    """Reminds focal points as the moments before their deadline come; tells the unit above of those who named nobody by
    the deadline; closes those whose time is over, so that unused places go back. Returns how many steps were taken."""
    return sum(_all(step) for step in (_remind_some, _escalate_some, _close_some))


def _all(step: Callable[[], int]) -> int:
    done = 0
    while (now_done := step()) > 0:
        done += now_done
    return done


def _some(rows: QuerySet[Delegation]) -> list[Delegation]:
    return list(rows.select_for_update(skip_locked=True, of=("self",))[:PER_TURN])


@transaction.atomic
def _remind_some() -> int:
    """Who was not reminded in time hears of the latest moment only."""
    at = database_now()
    rows = _some(queries.to_remind(at))
    for row in rows:
        row.reminders, row.reminded_at = schedule.stage_of(queries.due(row), at), at
    # No edit of the delegation: its version stays.
    Delegation.objects.bulk_update(rows, ["reminders", "reminded_at"])
    emit(
        *(
            DelegationReminded(
                delegation_id=row.pk,
                conference_id=row.conference_id,
                due=schedule.minutes_of(queries.due(row)),
                sequence=schedule.reminder_sequence(queries.due(row), row.reminders),
            )
            for row in rows
        )
    )
    return len(rows)


@transaction.atomic
def _escalate_some() -> int:
    at = database_now()
    rows = _some(queries.to_escalate(at))
    for row in rows:
        row.escalated_at = at
    Delegation.objects.bulk_update(rows, ["escalated_at"])
    emit(
        *(
            DelegationEscalated(
                delegation_id=row.pk, conference_id=row.conference_id, due=schedule.minutes_of(queries.due(row))
            )
            for row in rows
        )
    )
    return len(rows)


def _close_some() -> int:
    at = database_now()
    return sum(_closed(pk, at) for pk in list(queries.to_close(at).values_list("pk", flat=True)[:PER_TURN]))


@transaction.atomic
def _closed(delegation_id: UUID, at: dt.datetime) -> bool:
    """Looked at again once it is locked, its list first as everybody locks the two; each by itself, so that nobody is
    waited for with others held."""
    row = locked_delegation(delegation_id)
    due = queries.to_close(at).filter(pk=delegation_id).exists()
    if due:
        close_locked(row)
    return due
