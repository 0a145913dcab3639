"""Writing a conference: drafted in one call with all its parts, edited a few fields at a time."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from backend.conferences.events import ConferenceDrafted
from backend.conferences.models import Conference, Organiser
from backend.conferences.services import programme
from backend.conferences.services.inputs import ConferenceFields, DutyFields, NestedAgendaFields, SiteFields
from backend.conferences.services.offices import follow_day
from backend.conferences.services.scheduling import (
    TIME_FIELDS,
    ensure_writable,
    rearrange,
    rearranging,
    save_changes,
    settle_time,
)
from backend.conferences.services.timing import move_along
from backend.conferences.states import ConferenceState, OrganiserRole
from backend.core.errors import Conflict, Invalid, constraint_of
from backend.core.queries import locked
from backend.core.text import say
from backend.core.vietnamese import fold
from backend.outbox.services import emit
from backend.people.models import Organisation


@transaction.atomic
def draft(
    *,
    fields: ConferenceFields,
    lead: Organisation | None = None,
    co_organisers: Sequence[Organisation] = (),
    sites: Sequence[SiteFields] = (),
    agenda: Sequence[NestedAgendaFields] = (),
    duties: Sequence[DutyFields] = (),
    standing: bool = False,
) -> Conference:
    """A new draft with its organisers, sites, agenda and duties, or nothing of it.

    Sites with a room and exact times take the room at once. Raises Invalid naming the field, Conflict for a room
    that is taken or, where the conference refuses clashes, for somebody who would be in two places at once.
    With `standing` the parts come from a series or template: that somebody has left office since is no error then.
    """
    conference = Conference(**fields)
    settle_time(conference, day_given="day" in fields)
    _insert(conference)
    _set_organisers(conference, lead, co_organisers)
    programme.fill(conference, sites=sites, agenda=agenda, duties=duties, standing=standing)
    rearrange(conference)
    emit(ConferenceDrafted(conference_id=conference.id))
    return conference


@transaction.atomic
def edit(
    *,
    conference_id: UUID,
    fields: ConferenceFields,
    lead: Organisation | None = None,
    co_organisers: Sequence[Organisation] | None = None,
    expected: int | None = None,
) -> Conference:
    """Writes `fields` (and the organisers, as far as they are given). What stays the same is no edit.

    A new time of an announced conference raises its `sequence` once, and conference.moved tells what moved; a new
    text does not. Rooms move along: Conflict when one is taken then. Offices become those people hold on the new day.
    A held conference can no longer move. Seats can be written here as long as nobody can have taken one.
    """
    conference = locked(Conference, conference_id, expected=expected)
    if conference.recurrence_id and fields.get("series", conference.series) != conference.series:
        raise Invalid(
            {"series": say(vi="Hội nghị này thuộc một loạt định kỳ.", en="This conference was created by its series.")}
        )
    before = {name: getattr(conference, name) for name in (*TIME_FIELDS, *fields)}
    for name, value in fields.items():
        setattr(conference, name, value)
    settle_time(conference, day_given="day" in fields)
    changed = [name for name in before if getattr(conference, name) != before[name]]
    moved = [name for name in changed if name in TIME_FIELDS]
    ensure_writable(conference, moving=bool(moved))
    if "capacity" in changed and conference.state != ConferenceState.DRAFT:
        raise Invalid(
            {
                "capacity": say(
                    vi="Hội nghị đã công bố: đổi số chỗ bằng POST /api/v1/seats/{id}/resize.",
                    en="The conference was announced: change its seats by POST /api/v1/seats/{id}/resize.",
                    id=conference.pk,
                )
            }
        )
    if lead is not None or co_organisers is not None:
        changed += _change_organisers(conference, lead, co_organisers)
    if "day" in changed:
        changed += follow_day(conference, before["day"])
    one_way = _following_one_way() if "follows" in changed else nullcontext()
    with rearranging(conference) if moved else nullcontext(), one_way:
        if moved:
            move_along(conference, was=before)
        save_changes(conference, fields=changed, moved=moved)
    return conference


@contextmanager
def _following_one_way() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if constraint_of(error) != "conferences_follow_one_way":
            raise
        raise Invalid(
            {
                "follows": say(
                    vi="Hội nghị không thể tiếp nối chính nó hay một hội nghị tiếp nối nó.",
                    en="A conference cannot follow itself, nor one that follows it.",
                )
            }
        ) from None


@transaction.atomic
def record_capacity(*, conference_id: UUID, capacity: int | None) -> Conference:
    """Keeps with an announced conference how many seats registration holds to (None: no limit)."""
    conference = locked(Conference, conference_id)
    ensure_writable(conference, moving=False)
    if conference.state == ConferenceState.DRAFT:
        raise Conflict(
            say(vi="Hội nghị chưa công bố: ghi số chỗ ở hội nghị.", en="A draft's seats are written with the draft.")
        )
    if conference.capacity != capacity:
        conference.capacity = capacity
        save_changes(conference, fields=["capacity"])
    return conference


def _insert(conference: Conference) -> None:
    """Saves the new row under the given slug, or under the first free one made from title and day."""
    if conference.slug:
        if Conference.objects.filter(slug=conference.slug).exists():
            raise Invalid({"slug": say(vi="Địa chỉ này đã được dùng.", en="This slug is in use.")})
        conference.save()
        return
    named = slugify(fold(conference.title.get("vi", "")))[:80].strip("-") or "conference"
    chance = secrets.token_hex(4)
    slugs = [f"{named}-{conference.day.isoformat()}"] if conference.day else []
    for slug in [*slugs, f"{named}-{chance}"]:
        conference.slug = slug
        if Conference.objects.filter(slug=slug).exists():
            continue
        try:
            with transaction.atomic():
                conference.save(force_insert=True)
        except IntegrityError as error:  # somebody took the slug this very moment: the next one carries chance
            if "slug" not in constraint_of(error):
                raise
        else:
            return
    raise Invalid({"slug": say(vi="Hãy chọn một địa chỉ khác.", en="Please choose another slug.")})


def _set_organisers(conference: Conference, lead: Organisation | None, co_organisers: Sequence[Organisation]) -> None:
    everybody = [*([lead] if lead else []), *co_organisers]
    if len({organisation.pk for organisation in everybody}) != len(everybody):
        raise Invalid(
            {"co_organisers": say(vi="Mỗi đơn vị chỉ ghi một lần.", en="Each organisation is named once only.")}
        )
    rows = [Organiser(conference=conference, organisation=lead, role=OrganiserRole.LEAD, order=0)] if lead else []
    rows += [
        Organiser(conference=conference, organisation=organisation, role=OrganiserRole.CO, order=order)
        for order, organisation in enumerate(co_organisers, start=1)
    ]
    Organiser.objects.bulk_create(rows)


def _change_organisers(
    conference: Conference, lead: Organisation | None, co_organisers: Sequence[Organisation] | None
) -> list[str]:
    """Replaces the organisers that are given; returns the names of what changed."""
    now_in = list(conference.organisers.select_related("organisation").order_by("order"))
    old_lead = next((row.organisation for row in now_in if row.role == OrganiserRole.LEAD), None)
    old_co = [row.organisation for row in now_in if row.role == OrganiserRole.CO]
    new_lead = lead if lead is not None else old_lead
    new_co = list(co_organisers) if co_organisers is not None else old_co
    pairs: dict[str, tuple[Any, Any]] = {"lead": (old_lead, new_lead), "co_organisers": (old_co, new_co)}
    changed = [name for name, (old, new) in pairs.items() if old != new]
    if changed:
        conference.organisers.all().delete()
        _set_organisers(conference, new_lead, new_co)
    return changed
