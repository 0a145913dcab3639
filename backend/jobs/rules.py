"""Who may follow and end a job: who began it, and the organisers of the organisation it was begun for.

This floor knows no people: it asks the signed-in account, as the floors below people do.
"""

from typing import Any

from backend.core.permissions import Rules, predicate, signed_in
from backend.jobs.models import Job
from backend.jobs.queries import FOLLOWERS


@predicate
def follows(account: Any, row: Job | None) -> bool:
    """Whoever is signed in may have begun one."""
    if not account or not account.is_authenticated:
        return False
    if row is None or row.requested_by == account.pk:
        return True
    if row.organisation_id is None:
        return bool(account.holds_everywhere(*FOLLOWERS))
    return bool(account.holds(*FOLLOWERS, organisation_id=row.organisation_id))


JOBS: Rules = {"list": signed_in, "retrieve": follows, "cancel": follows}
ERRORS: Rules = {"list": signed_in}
