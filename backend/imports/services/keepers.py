"""Whose people a job may change: those its account keeps at the moment the step is done, not when it was begun."""

from uuid import UUID

from backend.core.errors import Forbidden, NotFound
from backend.core.queries import locked
from backend.imports.models import Import
from backend.imports.queries import KEEPERS, keeps_people_of
from backend.jobs.models import Job
from backend.people.models import Account
from backend.people.queries import organisations_with


def import_of(job: Job) -> Import:
    """What the job is about, locked. Raises NotFound when it was removed."""
    if job.subject_id is None:
        raise NotFound()
    return locked(Import, job.subject_id)


def kept_by(job: Job, imported: Import) -> set[UUID] | None:
    """The organisations whose people may be changed; None: all. Raises Forbidden when the account no longer keeps
    those the import is for."""
    account = Account.objects.filter(pk=job.requested_by, is_active=True).first() if job.requested_by else None
    if account is None or not keeps_people_of(account, imported.organisation_id):
        raise Forbidden()
    return organisations_with(account, *KEEPERS)
