"""Delegates named by a file: handed in through the unit's link, previewed, committed on request.

Every row passes the same gate as a name written on the page: a place that is left, the deadline, and nobody twice. Who
is on the unit's list already is not named again, so the same file twice names nobody twice.
"""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from backend.core import context
from backend.core.errors import Conflict, NotFound
from backend.core.text import Text, both, say
from backend.core.vietnamese import fold
from backend.delegations import queries
from backend.delegations.models import Delegation
from backend.delegations.services.naming import ensure_open, give_place, open_delegation
from backend.delegations.services.places import locked_delegation
from backend.imports import queries as imported_lists
from backend.imports import services as imports
from backend.imports.models import Import, ImportRow
from backend.imports.states import Outcome
from backend.imports.uploads import Sheet
from backend.invitations.forms import NamedBody, first_of_each
from backend.invitations.services.named import Named, invited_already, told, wait_for_others_who_name
from backend.jobs.kinds import Chunk, RowError, step
from backend.jobs.models import Job
from backend.people import identity
from backend.people.identity import Likeness, Told
from backend.people.models import Organisation

READ = "delegations.read_list"
COMMIT = "delegations.name_listed"
ALREADY_NAMED = say(vi="Đã có trong danh sách đơn vị cử; không ghi lại.", en="On your list already; not named again.")
INVITED = say(vi="Người này đã được mời dự hội nghị.", en="This person is invited to the conference already.")


@transaction.atomic
def hand_in(*, delegation_id: UUID, link_round: int, sheet: Sheet) -> Job:
    """Keeps the file, in the place of an earlier one, and begins to read it; nobody is named by that.

    Raises what `name_delegate` raises of the link and the deadline, and Conflict while an earlier file is committed.
    """
    row = open_delegation(delegation_id, link_round)
    return imports.receive_from(
        holder_id=row.pk, organisation_id=row.organisation_id, list_id=row.list_id, sheet=sheet, kind=READ
    )


@transaction.atomic
def name_listed(*, delegation_id: UUID, link_round: int) -> Job:
    """Begins to name whom the preview shows as sound. Raises what `hand_in` raises, NotFound when no file was handed
    in, IllegalMove when it is not read yet or was committed before."""
    row = open_delegation(delegation_id, link_round)
    imported = imported_lists.held_by(row.pk)
    if imported is None:
        raise NotFound(say(vi="Chưa có tệp nào.", en="No file was handed in."))
    return imports.commit(import_id=imported.pk, account_id=None, kind=COMMIT)


@step(READ, vi="Đọc danh sách đại biểu của đơn vị", en="Reading a unit's list of delegates")
def read_some(job: Job) -> Chunk:
    """Says of each row what would become of it; the unit learns nothing of people who are not its own."""
    return imports.read_chunk(job, _previewed)


@step(COMMIT, vi="Ghi danh sách đại biểu của đơn vị", en="Naming a unit's delegates from its list")
def name_some(job: Job) -> Chunk:
    """Names some of them. Raises Conflict when the time is over or the list was submitted meanwhile."""
    held = Import.objects.filter(pk=job.subject_id) if job.subject_id else Import.objects.none()
    holder = held.values_list("holder_id", flat=True).first()
    if holder is None:
        raise NotFound()
    # As everywhere here, the delegation is locked first.
    delegation = locked_delegation(holder)
    ensure_open(delegation)
    with context.acting(actor=f"focal-point:{delegation.pk}"):
        return imports.commit_chunk(job, lambda imported, rows: _named(delegation, rows))


def _previewed(imported: Import, rows: Sequence[ImportRow]) -> None:
    delegation = Delegation.objects.select_related("organisation").get(list=imported.list_id)
    listed = _listed(delegation)
    before = rows[0].place if rows else 0
    left = delegation.quota - delegation.taken
    left -= imported.rows.filter(place__lt=before, outcome=Outcome.NEW).count()
    for row in rows:
        named, problems = _as_named(row, delegation.organisation)
        who = told(named, unit=delegation.organisation_id)
        if problems:
            _refuse(row, problems)
        elif _is_listed(who, listed):
            _pass_over(row)
        elif invited_already(delegation.conference_id, named):
            _refuse(row, {"full_name": both(INVITED)})
        elif left <= 0:
            _refuse(row, {"full_name": both(_no_place(delegation))})
        else:
            row.outcome, left = Outcome.NEW, left - 1


def _named(delegation: Delegation, rows: Sequence[ImportRow]) -> tuple[list[RowError], dict[str, int]]:
    listed, errors, count = _listed(delegation), list[RowError](), 0
    read = [(row, *_as_named(row, delegation.organisation)) for row in rows]
    # Before the first of them: another unit's file may name the same people in another order.
    wait_for_others_who_name(delegation.conference_id, [named for _, named, problems in read if not problems])
    for row, named, problems in read:
        who = told(named, unit=delegation.organisation_id)
        if not problems and _is_listed(who, listed):
            _pass_over(row)
            continue
        try:
            with transaction.atomic():
                delegate = None if problems else give_place(delegation, named)
        except Conflict as refusal:
            problems = {"full_name": both(refusal.sentence)}
        if problems or delegate is None:
            _refuse(row, problems)
            errors += [RowError(row=row.number, column=column, reason=said) for column, said in problems.items()]
            continue
        row.person_id, row.committed_at = delegate.invitation.person_id, delegate.created_at
        row.outcome = Outcome.NEW if delegate.added else Outcome.KNOWN
        listed.append(who)
        count += 1
    ImportRow.objects.bulk_update(rows, ["outcome", "errors", "remarks", "person", "committed_at"])
    return errors, {"named": count}


def _as_named(row: ImportRow, unit: Organisation) -> tuple[Named, dict[str, Text]]:
    """The row as the form of the page would say it, and what is wrong with it, by column."""
    own = {fold(text) for text in [*unit.name.values(), *unit.short_name.values()]}
    part = row.tells("unit") if fold(row.tells("unit")) not in own else ""
    written = {field: row.tells(field) for field in ("full_name", "honorific", "email", "phone")}
    written["office"] = ", ".join(filter(None, [row.tells("office"), part]))
    if problems := _wrong(written):
        return cast(Named, written), problems
    form = NamedBody(data=written)
    form.is_valid(raise_exception=True)
    more = {field: row.tells(field) for field in ("degree", "alternate_email") if row.tells(field)}
    return cast(Named, {**form.validated_data, **more}), {}


def _listed(delegation: Delegation) -> list[Told]:
    """Who is on the unit's list, as the record says them and as they are written to."""
    found = []
    for delegate in queries.live_delegates(delegation.pk):
        invitation, person = delegate.invitation, delegate.invitation.person
        if person is not None:
            found.append(
                identity.told(
                    full_name=person.full_name,
                    emails=(invitation.email, person.email, person.alternate_email),
                    phone=person.phone,
                    unit=delegation.organisation_id,
                )
            )
    return found


def _is_listed(who: Told, listed: Sequence[Told]) -> bool:
    return any(identity.likeness(who, other) == Likeness.SAME for other in listed)


def _no_place(delegation: Delegation) -> Any:
    return say(
        vi="Vượt chỉ tiêu {n} đại biểu của đơn vị; dòng này không được ghi.",
        en="More than the {n} places of your unit; this row is left out.",
        n=delegation.quota,
    )


def _wrong(written: dict[str, str]) -> dict[str, Text]:
    """What is wrong with the form, in every language."""
    found: dict[str, Text] = {}
    for code, _ in settings.LANGUAGES:
        with override(code):
            form = NamedBody(data=written)
            form.is_valid()
            for column, said in first_of_each(form.errors).items():
                found.setdefault(column, {})[code] = str(said)
    return found


def _pass_over(row: ImportRow) -> None:
    row.outcome = Outcome.DUPLICATE
    row.remarks = [*row.remarks, {"column": "full_name", "reason": both(ALREADY_NAMED)}]


def _refuse(row: ImportRow, problems: dict[str, Text]) -> None:
    row.outcome = Outcome.ERROR
    row.errors = [*row.errors, *({"column": column, "reason": said} for column, said in problems.items())]
