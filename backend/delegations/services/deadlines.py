"""What the clock does with delegations: each step once, however late it comes."""

from collections.abc import Callable

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
        row.reminders, row.reminded_at = schedule.stage_of(row.due_at, at), at
    # No edit of the delegation: its version stays.
    Delegation.objects.bulk_update(rows, ["reminders", "reminded_at"])
    emit(
        *(
            DelegationReminded(
                delegation_id=row.pk,
                conference_id=row.conference_id,
                due=schedule.minutes_of(row.due_at),
                sequence=schedule.reminder_sequence(row.due_at, row.reminders),
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
                delegation_id=row.pk, conference_id=row.conference_id, due=schedule.minutes_of(row.due_at)
            )
            for row in rows
        )
    )
    return len(rows)


@transaction.atomic
def _close_some() -> int:
    rows = _some(queries.to_close(database_now()))
    for row in rows:
        close_locked(locked_delegation(row.pk))
    return len(rows)
