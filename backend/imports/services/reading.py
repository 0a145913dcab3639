"""The work of reading: the file in one step, then who is meant, some rows at a time. Nothing but the preview is written."""

from collections.abc import Callable, Sequence

from backend.core.text import both
from backend.core.vietnamese import fold
from backend.imports import matching
from backend.imports.models import Import, ImportRow
from backend.imports.reading import Reading, Unreadable, read_people
from backend.imports.reading.people import flaws_as_json
from backend.imports.services.keepers import import_of, kept_by
from backend.imports.states import MOVES, Outcome
from backend.jobs.kinds import Chunk, step
from backend.jobs.models import Job

READ = "imports.read"
CHUNK = 250


#: Finds out what rows that are sound in themselves would do.
LookUp = Callable[[Import, Sequence[ImportRow]], None]


@step(READ, vi="Đọc danh sách người", en="Reading a list of people")
def read_some(job: Job) -> Chunk:
    """Of an import an account handed in: the rows mean people it keeps."""

    def on_record(imported: Import, rows: Sequence[ImportRow]) -> None:
        name_units(rows)
        people = matching.People(rows, home=imported.organisation_id, kept=kept_by(job, imported))
        for row in rows:
            apply(row, people.meant_by(row))

    return read_chunk(job, on_record)


def read_chunk(job: Job, look_up: LookUp) -> Chunk:
    """At position 0 the file; from position 1 on the rows by their place."""
    imported = import_of(job)
    return _look_up(job, imported, look_up) if job.position else _read(imported)


def _read(imported: Import) -> Chunk:
    imported.rows.all().delete()
    try:
        reading = read_people(bytes(imported.content), imported.format)
    except Unreadable as reason:
        MOVES.move(imported, "refuse")
        imported.reason = both(reason.sentence)
        imported.save()
        return Chunk(done=0, next=None, refusal=reason.sentence)
    imported.sheet, imported.heading_row = reading.sheet[:100], reading.heading_row
    imported.headings, imported.unused = reading.headings, reading.unused
    imported.save()
    ImportRow.objects.bulk_create(_rows(imported, reading), batch_size=500)
    if not reading.rows:
        return _finish(imported, done=0)
    return Chunk(done=0, next=1, total=len(reading.rows))


def _rows(imported: Import, reading: Reading) -> list[ImportRow]:
    return [
        ImportRow(
            imported=imported,
            place=place,
            number=row.number,
            values=row.values,
            entry=row.entry.as_json(),
            outcome=Outcome.ERROR if row.errors else Outcome.DUPLICATE if row.duplicate_of else Outcome.PENDING,
            errors=flaws_as_json(row.errors, both),
            remarks=flaws_as_json(row.remarks, both),
            duplicate_of=row.duplicate_of,
        )
        for place, row in enumerate(reading.rows, start=1)
    ]


def _look_up(job: Job, imported: Import, look_up: LookUp) -> Chunk:
    rows = list(imported.rows.filter(place__gte=job.position, place__lt=job.position + CHUNK).order_by("place"))
    open_ones = [row for row in rows if row.outcome == Outcome.PENDING]
    look_up(imported, open_ones)
    ImportRow.objects.bulk_update(
        open_ones, ["outcome", "errors", "remarks", "unit", "person", "candidates"], batch_size=CHUNK
    )
    following = job.position + CHUNK
    if imported.rows.filter(place__gte=following).exists():
        return Chunk(done=len(rows), next=following)
    return _finish(imported, done=len(rows))


def _finish(imported: Import, *, done: int) -> Chunk:
    MOVES.move(imported, "finish_reading")
    imported.save()
    return Chunk(done=done, next=None, result={"import": str(imported.pk)})


def name_units(rows: Sequence[ImportRow]) -> None:
    """Finds the organisation each row names; one that is not on record is remarked on."""
    units = matching.units_called(row.tells("unit") for row in rows)
    for row in rows:
        called = fold(row.tells("unit"))
        row.unit = units.get(called)
        if called and row.unit is None:
            row.remarks = [*row.remarks, matching.unknown_unit()]


def apply(row: ImportRow, match: matching.Match) -> None:
    """What was found out about who is meant becomes the row's outcome."""
    row.outcome, row.person, row.candidates = match.outcome, match.person, match.candidates
    if match.error:
        row.errors = [*row.errors, match.error]
    if match.remark and match.remark not in row.remarks:
        row.remarks = [*row.remarks, match.remark]
