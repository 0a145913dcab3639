"""Badges for many people: composed some at a time, then set as one file that only organisers fetch."""

import datetime as dt
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction

from backend.conferences.models import Conference, Duty
from backend.conferences.queries import lead_organisation_id
from backend.conferences.states import DutyKind
from backend.core.clock import local, now
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.text import Text, both, localized, say
from backend.documents import services as documents
from backend.invitations import wording
from backend.jobs import services as jobs
from backend.jobs.kinds import Chunk, step
from backend.jobs.models import Job
from backend.people.models import Position
from backend.people.queries import held_on
from backend.registration import badge, codes, queries
from backend.registration.models import Badge, BadgePrint, Registration
from backend.registration.states import Sheet

PRINT = "badges.print"
#: Badges composed in one step, about a second's work, and the most in one file.
CHUNK, MOST = 25, 3000
#: What a badge shows before the category.
DUTIES = (DutyKind.CHAIR, DutyKind.PANEL, DutyKind.SECRETARY, DutyKind.TELLER)
KIND = "THE"


@transaction.atomic
def print_badges(
    *,
    conference_id: UUID,
    account_id: UUID,
    registrations: Sequence[UUID] | None = None,
    organisation_id: UUID | None = None,
    changed: bool = False,
    sheet: str = Sheet.A6,
    honorifics: bool = False,
) -> tuple[BadgePrint, Job]:
    """Begins one file of badges: of these people, of a unit, or of everybody with a seat; with `changed` only of those
    whose badge would be another than the last one printed. In the order of names.

    Raises NotFound, Invalid for nobody or too many, Conflict while badges of the conference are being printed.
    """
    conference = Conference.objects.prefetch_related("organisers").filter(pk=conference_id).first()
    if conference is None:
        raise NotFound()
    rows = queries.expected_at_door(conference_id).order_by("person__sort_key", "id")
    if registrations is not None:
        rows = rows.filter(pk__in=registrations)
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    ids = list(rows.values_list("pk", flat=True))
    if changed:
        printed = queries.last_badges(conference_id)
        composed = _composed(conference, ids, honorifics=honorifics)
        ids = [pk for pk in ids if printed.get(pk) != badge.digest(composed[pk])]
    if not ids:
        raise Invalid({"registrations": say(vi="Không có thẻ nào cần in.", en="There is no badge to print.")})
    if len(ids) > MOST:
        sentence = say(vi="Quá {n} thẻ; hãy in theo đơn vị.", en="More than {n} badges; print by unit.", n=MOST)
        raise Invalid({"registrations": sentence})
    job = jobs.start(
        kind=PRINT,
        requested_by=account_id,
        organisation_id=lead_organisation_id(conference),
        subject_id=conference_id,
        total=len(ids),
    )
    # What a print that never ended had composed is personal data nobody needs.
    Badge.objects.filter(print__conference_id=conference_id, print__document=None).delete()
    made = BadgePrint.objects.create(
        pk=job.pk, conference_id=conference_id, registrations=ids, sheet=sheet, honorifics=honorifics
    )
    return made, job


@step(PRINT, vi="In thẻ đại biểu", en="Badges")
def print_some(job: Job) -> Chunk:
    """The next badges; after the last of them the file."""
    made = BadgePrint.objects.select_related("conference").filter(pk=job.pk).first()
    if made is None:
        raise NotFound()
    ids = made.registrations[job.position : job.position + CHUNK]
    if not ids:
        return _finish(made)
    composed = _composed(made.conference, ids, honorifics=made.honorifics)
    Badge.objects.bulk_create(
        Badge(
            print=made,
            registration_id=pk,
            number=job.position + number,
            content=badge.with_picture(composed[pk]),
            digest=badge.digest(composed[pk]),
        )
        for number, pk in enumerate(ids)
        if pk in composed
    )
    return Chunk(done=len(ids), next=job.position + len(ids))


def _finish(made: BadgePrint) -> Chunk:
    conference = made.conference
    badges = list(made.badges.order_by("number").values_list("registration_id", "content"))
    contents = [content for _, content in badges]
    if not contents:
        raise Conflict(
            say(vi="Không còn ai trong danh sách này có chỗ.", en="Nobody of this list has a seat any more.")
        )
    pdf = badge.write_badges(
        contents, title=conference.title, when=wording.when(conference, "vi"), sheet=made.sheet, made_at=now()
    )
    lead = lead_organisation_id(conference)
    if lead is None:
        raise Conflict(say(vi="Hội nghị chưa có đơn vị chủ trì.", en="The conference has no lead organisation."))
    title = both(say(vi="Thẻ đại biểu: {n}", en="Badges: {n}", n=len(contents)))
    document = documents.open_file(
        organisation_id=lead, kind=KIND, title=title, conference_id=conference.pk, attached=True
    )
    documents.add_version(document_id=document.pk, contents={"pdf": pdf}, stem=f"the-{conference.slug}", draft=True)
    made.document = document
    made.save(update_fields=["document"])
    made.badges.update(content={})
    lost = [
        {"registration": str(row), "characters": content["unprintable"]}
        for row, content in badges
        if "unprintable" in content
    ]
    return Chunk(done=0, next=None, result={"badges": len(contents), "badge_print": str(made.pk), "unprintable": lost})


def _composed(conference: Conference, ids: Iterable[UUID], *, honorifics: bool) -> dict[UUID, badge.Content]:
    """What stands on the badges of those who still have a seat, in a fixed number of statements."""
    rows = queries.expected_at_door(conference.pk).filter(pk__in=list(ids))
    rows = rows.select_related("person", "organisation", "invitation").prefetch_related("organisation__former_names")
    people = {row.person_id for row in rows}
    day = conference.day or (local(conference.starts_at, conference.time_zone).date() if conference.starts_at else None)
    held = Position.objects.filter(person__in=people).order_by("-rank", "-id")
    offices = {each.person_id: each.title for each in (held_on(held, day) if day else held.none())}
    found = Duty.objects.filter(conference=conference, person__in=people, kind__in=DUTIES)
    order = {kind: at for at, kind in enumerate(DUTIES)}
    duties = {
        duty.person_id: both(DutyKind(duty.kind).label)
        for duty in sorted(found, key=lambda duty: order[DutyKind(duty.kind)], reverse=True)
    }
    return {row.pk: _of(row, day, offices, duties, honorifics=honorifics) for row in rows}


def _of(
    row: Registration,
    day: dt.date | None,
    offices: dict[UUID, Text],
    duties: dict[UUID | None, Text],
    *,
    honorifics: bool,
) -> badge.Content:
    told = row.invitation.office if row.invitation else {}
    unit = queries.unit_then(row, day)
    return badge.content(
        name=wording.addressee(row.person, {}, "vi") if honorifics else row.person.full_name,
        office=localized(told or offices.get(row.person_id, {}), "vi"),
        unit=localized(unit, "vi"),
        category=row.category,
        duty=duties.get(row.person_id),
        code=codes.sign(row.pk, row.code_round),
    )
