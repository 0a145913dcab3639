"""A file comes in. It is looked at, kept, and read by a worker: nobody waits for that, and nobody is added by it."""

import hashlib
from uuid import UUID

from django.db import transaction

from backend.core.errors import Conflict
from backend.core.queries import locked
from backend.core.text import say
from backend.imports.events import ImportReceived
from backend.imports.models import Import
from backend.imports.services.reading import READ
from backend.imports.states import MOVES, ImportState
from backend.imports.uploads import Sheet
from backend.jobs import services as jobs
from backend.jobs.models import Job
from backend.jobs.states import LIVE
from backend.outbox.services import emit


@transaction.atomic
def receive(*, organisation_id: UUID, list_id: UUID | None, sheet: Sheet, account_id: UUID) -> Job:
    """Keeps the file and begins to read it; the same file for the same list is the same import, read afresh.

    Raises Conflict when that file was committed before or is being worked on, Invalid for an organisation or a list
    that is not there.
    """
    return _receive(organisation_id, list_id, sheet, account_id=account_id)


@transaction.atomic
def receive_from(*, holder_id: UUID, organisation_id: UUID, list_id: UUID, sheet: Sheet, kind: str) -> Job:
    """`receive` through a link, without an account; `kind` of job reads it. It takes the place of the holder's earlier
    file, committed or not: whoever is named already is not named again. The holder is locked.

    Raises Conflict while the earlier file is being committed.
    """
    earlier = list(Import.objects.filter(holder_id=holder_id).defer("content").select_for_update())
    for row in earlier:
        if row.state == ImportState.COMMITTING and Job.objects.filter(subject_id=row.pk, state__in=LIVE).exists():
            raise Conflict(say(vi="Tệp trước đang được ghi.", en="The earlier file is being committed."))
    Import.objects.filter(pk__in=[row.pk for row in earlier]).delete()
    return _receive(organisation_id, list_id, sheet, holder_id=holder_id, kind=kind)


def _receive(
    organisation_id: UUID,
    list_id: UUID | None,
    sheet: Sheet,
    *,
    account_id: UUID | None = None,
    holder_id: UUID | None = None,
    kind: str = READ,
) -> Job:
    which = {
        "organisation_id": organisation_id,
        "list_id": list_id,
        "holder_id": holder_id,
        "sha256": hashlib.sha256(sheet.content).hexdigest(),
    }
    said = {"content": sheet.content, "size": len(sheet.content), "filename": sheet.filename, "format": sheet.format}
    # Two may hand in the same file at the same moment: the constraint decides, not a look beforehand.
    Import.objects.bulk_create([Import(**which, **said, uploaded_by_id=account_id)], ignore_conflicts=True)
    row = locked(Import, Import.objects.only("pk").get(**which).pk)
    if row.state in {ImportState.COMMITTING, ImportState.COMMITTED}:
        raise Conflict(
            say(
                vi="Tệp này đã được ghi cho danh sách này rồi.", en="This file has been committed for this list before."
            ),
            **{"import": str(row.pk)},
        )
    MOVES.move(row, "read")
    row.content, row.filename, row.kept, row.reason = sheet.content, sheet.filename, True, {}
    row.uploaded_by_id = account_id
    row.save()
    job = jobs.start(kind=kind, requested_by=account_id, organisation_id=organisation_id, subject_id=row.pk)
    emit(ImportReceived(import_id=row.pk, organisation_id=organisation_id))
    return job
