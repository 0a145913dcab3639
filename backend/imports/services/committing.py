"""The sound rows become people and members of the list, some at a time. Rows with errors are left out.

Between preview and commit the record may have changed, so who is meant is looked up again. However many files name an
identity at the same moment, it becomes one person: PostgreSQL holds its key unique.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from backend.core.clock import now
from backend.core.queries import locked
from backend.core.vietnamese import fold
from backend.imports import matching, queries
from backend.imports.events import ImportCommitted
from backend.imports.models import Import, ImportedPerson, ImportRow
from backend.imports.services.keepers import import_of, kept_by
from backend.imports.services.reading import apply
from backend.imports.states import MOVES, Outcome
from backend.invitations import services as invitations
from backend.jobs import services as jobs
from backend.jobs.kinds import Chunk, RowError, step
from backend.jobs.models import Job
from backend.outbox.services import emit
from backend.people import services as people
from backend.people.models import Person

COMMIT = "imports.commit"
CHUNK = 50
#: What a row may add to somebody on record where nothing is known yet. What is known stays as it is.
FILLED_IN = ("honorific", "degree", "email", "alternate_email", "phone")


#: Makes of some rows what they are to become; returns what could not be done, and how many were what.
Write = Callable[[Import, Sequence[ImportRow]], tuple[list[RowError], dict[str, int]]]


@transaction.atomic
def commit(*, import_id: UUID, account_id: UUID | None, expected: int | None = None, kind: str = COMMIT) -> Job:
    """Begins to commit what the preview shows; again, when an earlier commit was cancelled or failed midway. `kind` of
    job does it: that of a floor above for an import its link handed in.

    Raises StaleWrite, IllegalMove when the file is not read or was committed, Conflict while it is being done.
    """
    imported = locked(Import, import_id, expected=expected)
    MOVES.move(imported, "commit")
    imported.save()
    return jobs.start(
        kind=kind,
        requested_by=account_id,
        organisation_id=imported.organisation_id,
        subject_id=imported.pk,
        total=queries.to_commit(imported).count(),
    )


@step(COMMIT, vi="Ghi danh sách người", en="Committing a list of people")
def commit_some(job: Job) -> Chunk:
    """Of an import an account handed in."""

    def on_record(imported: Import, rows: Sequence[ImportRow]) -> tuple[list[RowError], dict[str, int]]:
        work = _Commit(imported, rows, kept_by(job, imported))
        # Always in the same order: two files that name the same people do not wait for each other in a circle.
        for row in sorted(rows, key=_identity):
            work.commit(row)
        return work.errors, work.written()

    return commit_chunk(job, on_record)


def commit_chunk(job: Job, write: Write) -> Chunk:
    """The next rows that are not committed; positions only count the steps."""
    imported = import_of(job)
    rows = list(queries.to_commit(imported).select_for_update(of=("self",))[:CHUNK])
    if not rows:
        return _finish(job, imported)
    errors, done = write(imported, rows)
    return Chunk(
        done=len(rows),
        next=job.position + 1,
        errors=errors,
        result={name: job.result.get(name, 0) + count for name, count in done.items()},
    )


class _Commit:
    """One chunk on its way into the record."""

    def __init__(self, imported: Import, rows: Sequence[ImportRow], kept: set[UUID] | None) -> None:
        self.imported, self.rows = imported, rows
        self.people = matching.People(rows, home=imported.organisation_id, kept=kept)
        self.counts = dict.fromkeys(("created", "updated", "unchanged"), 0)
        self.errors: list[RowError] = []

    def commit(self, row: ImportRow) -> None:
        if not row.decided:
            apply(row, self.people.meant_by(row))
        if row.outcome == Outcome.AMBIGUOUS:
            self.errors += [RowError(row=row.number, column=row.errors[-1]["column"], reason=_open(row))]
            return
        if row.person is None:
            row.person, made = self._made(row)
            row.outcome = Outcome.NEW if made else Outcome.KNOWN
        else:
            made = False
        if made:
            self.counts["created"] += 1
        elif self.people.keeps(row.person.organisation_id) and self._filled_in(row, row.person):
            self.counts["updated"] += 1
        else:
            self.counts["unchanged"] += 1
        row.committed_at = now()

    def written(self) -> dict[str, int]:
        """Writes the rows, puts their people on the list, and says how many were what."""
        ImportRow.objects.bulk_update(
            self.rows, ["outcome", "errors", "person", "candidates", "committed_at"], batch_size=CHUNK
        )
        members = [row.person_id for row in self.rows if row.committed_at and row.person_id]
        if self.imported.list_id and members:
            added = invitations.add_members(list_id=self.imported.list_id, people=members)
            return {**self.counts, "invited": added.added, "invited_before": added.already}
        return self.counts

    def _made(self, row: ImportRow) -> tuple[Person, bool]:
        """The new person, or the one that another file made of the same identity in the meantime."""
        key = _key(_identity(row))
        try:
            with transaction.atomic():
                person = self._add(row)
                ImportedPerson.objects.create(key=key, person=person)
        except IntegrityError:
            known = ImportedPerson.objects.select_related("person").filter(key=key).first()
            if known is None:
                raise
            return known.person, False
        return person, True

    def _add(self, row: ImportRow) -> Person:
        said = {name: row.tells(name) for name in ("full_name", "language", *FILLED_IN)}
        person = people.add_person(organisation_id=self.people.unit_of(row), **said)
        self._appoint(row, person)
        return person

    def _filled_in(self, row: ImportRow, person: Person) -> bool:
        changes = {name: said for name in FILLED_IN if (said := row.tells(name)) and not getattr(person, name)}
        if changes.get("alternate_email") == person.email:
            del changes["alternate_email"]
        if changes:
            people.change_person(person_id=person.pk, changes=changes)
        return self._appoint(row, person) or bool(changes)

    def _appoint(self, row: ImportRow, person: Person) -> bool:
        """Records the office the row names, unless the person holds it on record."""
        title = _office(row)
        if not title or fold(title) in {fold(held.title.get("vi", "")) for held in person.positions.all()}:
            return False
        since = dt.date.fromisoformat(row.tells("since")) if row.tells("since") else None
        people.add_position(
            person_id=person.pk,
            organisation_id=row.unit_id or person.organisation_id,
            title={"vi": title},
            valid_from=since,
        )
        return True


def _finish(job: Job, imported: Import) -> Chunk:
    MOVES.move(imported, "finish")
    imported.save()
    left_out = imported.rows.filter(committed_at=None).count()
    emit(
        ImportCommitted(
            import_id=imported.pk,
            organisation_id=imported.organisation_id,
            created=imported.rows.filter(committed_at__isnull=False, outcome=Outcome.NEW).count(),
            known=imported.rows.filter(committed_at__isnull=False, outcome=Outcome.KNOWN).count(),
        )
    )
    return Chunk(done=0, next=None, result={"left_out": left_out})


def _office(row: ImportRow) -> str:
    """The office; with the unit's name where no organisation on record has it, so that it is not lost."""
    unit = "" if row.unit_id else row.tells("unit")
    return ", ".join(filter(None, [row.tells("office"), unit]))


def _identity(row: ImportRow) -> str:
    """What makes two rows of any files one person. Somebody said to be new is whom this row of this file means."""
    if row.decided:
        return f"row {row.imported.sha256} {row.number}"
    if row.tells("email"):
        return f"email {row.tells('email')}"
    unit = row.unit_id or f"{row.imported.organisation_id} {fold(row.tells('unit'))}"
    name = fold(row.tells("full_name"))
    return f"phone {row.tells('phone')} {name}" if row.tells("phone") else f"name {name} {unit}"


def _key(identity: str) -> str:
    """Keyed, since an address or a number could be tried out against a bare hash."""
    return salted_hmac("plenum.imports.identity", identity, algorithm="sha256").hexdigest()


def _open(row: ImportRow) -> Any:
    """The sentence a match left behind, in every language."""
    return row.errors[-1]["reason"]
