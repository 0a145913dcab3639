"""Who, or which piece of equipment, would be in two places at once."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q

from backend.conferences.models import Conference, Duty, EquipmentClaim, PortableEquipment, Speaker, Speech
from backend.conferences.queries.rooms import Span, above, conference_span, item_span
from backend.conferences.queries.said import moment_said
from backend.conferences.states import CALLED_OFF, ConferenceState, DutyKind, Equipment, ItemState
from backend.core.text import say
from backend.people.models import Person

#: Duties that cannot be done from afar. Guests and consultants may come and go.
PRESENT = (DutyKind.CHAIR, DutyKind.PANEL, DutyKind.SECRETARY, DutyKind.TELLER)
#: An agenda item is never longer; it may begin this long before the time that is looked at.
LONGEST_ITEM = dt.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Presence:
    """A person is needed somewhere: at an agenda item, at a site, or (both None) at a conference as a whole."""

    person: Person = field(compare=False)
    person_id: UUID
    conference_id: UUID
    item_id: UUID | None
    site_id: UUID | None
    span: Span
    within: frozenset[UUID] = frozenset()
    firm: bool = True

    def apart_from(self, other: "Presence") -> bool:
        """True when one body cannot do both. A chair of the whole may well speak to an item of it, the chair of a session
        to what it holds."""
        if self.conference_id != other.conference_id:
            return True
        if self.item_id in other.within or other.item_id in self.within:
            return _differ(self.site_id, other.site_id)
        return _differ(self.item_id, other.item_id) or _differ(self.site_id, other.site_id)


def _differ(one: UUID | None, other: UUID | None) -> bool:
    return one is not None and other is not None and one != other


@dataclass(frozen=True, kw_only=True)
class Clash:
    """A person needed in two places, or a kind of portable equipment claimed beyond its quantity.

    `elsewhere` is the other conference, the same one for two of its own agenda items, None for equipment. `firm`: the
    other is no mere draft.
    """

    span: Span
    person_id: UUID | None = None
    portable_id: UUID | None = None
    claimed: int = 0
    elsewhere: UUID | None = None
    item_id: UUID | None = None
    other_item_id: UUID | None = None
    firm: bool = True
    person: Person | None = field(default=None, compare=False)
    portable: PortableEquipment | None = field(default=None, compare=False)

    def said(self, zone: str) -> Any:
        """One sentence; it names no conference, so anybody may read it who may know of the clash."""
        moments = {"since": moment_said(self.span.start, zone), "until": moment_said(self.span.end, zone)}
        if self.person is not None:
            return say(
                vi="{name} phải có mặt ở hai nơi từ {since} đến {until}.",
                en="{name} is needed in two places from {since} to {until}.",
                name=self.person.full_name,
                **moments,
            )
        assert self.portable is not None
        return say(
            vi="Thiết bị di động ({kind}): cần {claimed}, địa điểm chỉ có {quantity}, từ {since} đến {until}.",
            en="Portable equipment ({kind}): {claimed} needed, the venue has {quantity}, from {since} to {until}.",
            kind=Equipment(self.portable.kind).label,
            claimed=self.claimed,
            quantity=self.portable.quantity,
            **moments,
        )


def clashes_of(conference_id: UUID) -> list[Clash]:
    """The clashes of a conference with itself and with others, by time.

    - Somebody who chairs, keeps the record, counts, speaks or is planned to speak is needed for the exact time of the
      agenda item, else for that of the conference. Where neither is exact nothing is known, so nothing clashes.
    - For an item that is postponed or cancelled nobody is needed, nor to speak to one held in reserve.
    - Conferences postponed or cancelled need nobody: they clash with none, and none with them.
    - Drafts of others do count, because a plan is when a clash can still be avoided, but never as `firm`: nobody can
      block other people's time by drafting something.
    - Conferences that were held count: the record would say somebody had been in two places.
    """
    conference = Conference.objects.get(pk=conference_id)
    if conference.state in CALLED_OFF:
        return []
    return sorted([*_of_people(conference), *_of_equipment(conference)], key=lambda clash: clash.span)


def _of_people(conference: Conference) -> Iterable[Clash]:
    mine = _presences(Q(conference=conference))
    if not mine:
        return []
    first, last = min(p.span.start for p in mine), max(p.span.end for p in mine)
    then = Q(conference__starts_at__lt=last, conference__ends_at__gt=first)
    then |= Q(agenda_item__starts_at__lt=last, agenda_item__ends_at__gt=first)
    then |= Q(
        agenda_item__ends_at=None, agenda_item__starts_at__lt=last, agenda_item__starts_at__gt=first - LONGEST_ITEM
    )
    others = Q(person__in={p.person_id for p in mine}) & then & ~Q(conference=conference)
    theirs = _presences(others & ~Q(conference__state__in=CALLED_OFF))
    by_person: dict[UUID, list[Presence]] = {}
    for presence in sorted({*mine, *theirs}, key=lambda p: (p.conference_id != conference.pk, p.span)):
        by_person.setdefault(presence.person_id, []).append(presence)
    found: dict[tuple[UUID, UUID], list[Clash]] = {}
    for presences in by_person.values():
        for index, here in enumerate(presences):
            if here.conference_id != conference.pk:
                break
            for there in presences[index + 1 :]:
                if here.span.overlaps(there.span) and here.apart_from(there):
                    clash = _clash(here, there)
                    found.setdefault((here.person_id, there.conference_id), []).append(clash)
    return [clash for same in found.values() for clash in _longest(same)]


def _clash(here: Presence, there: Presence) -> Clash:
    return Clash(
        span=here.span.shared_with(there.span),
        person_id=here.person_id,
        person=here.person,
        elsewhere=there.conference_id,
        item_id=here.item_id,
        other_item_id=there.item_id if there.conference_id == here.conference_id else None,
        firm=there.firm or there.conference_id == here.conference_id,
    )


def _longest(clashes: list[Clash]) -> list[Clash]:
    """Without those that lie within another: a chair who also speaks is needed elsewhere once, not twice. Two items of
    one conference are told apart from two others."""
    kept: list[Clash] = []
    for clash in sorted(set(clashes), key=lambda c: (c.span.start, c.span.start - c.span.end)):
        if clash.other_item_id is not None or not any(clash.span.end <= longer.span.end for longer in kept):
            kept.append(clash)
    return kept


def _presences(which: Q) -> set[Presence]:
    """Who is needed where, by duty or to speak, as far as the time is exact. A speech that was planned and was held is
    one presence."""
    duties = Duty.objects.filter(which, person__isnull=False, kind__in=PRESENT)
    duties = duties.exclude(agenda_item__state__in=(ItemState.POSTPONED, ItemState.CANCELLED))
    speeches = Speech.objects.filter(which, person__isnull=False)
    planned = Speaker.objects.filter(which, person__isnull=False)
    planned = planned.filter(agenda_item__state=ItemState.PLANNED, agenda_item__reserve=False)
    needed = set()
    for row in [*_with_times(duties), *_with_times(speeches), *_with_times(planned)]:
        span = item_span(row.agenda_item) if row.agenda_item else None
        span = span or conference_span(row.conference)
        if span is not None:
            needed.add(
                Presence(
                    person=row.person,
                    person_id=row.person_id,
                    conference_id=row.conference_id,
                    item_id=row.agenda_item_id,
                    site_id=getattr(row, "site_id", None),
                    span=span,
                    within=frozenset(above(row.agenda_item)) if row.agenda_item else frozenset(),
                    firm=row.conference.state != ConferenceState.DRAFT,
                )
            )
    return needed


def _with_times(rows: Any) -> Any:
    return rows.select_related("conference", "agenda_item__parent__parent", "person")


def _of_equipment(conference: Conference) -> Iterator[Clash]:
    mine = list(EquipmentClaim.objects.filter(site__conference=conference, during__isnull=False))
    if not mine:
        return
    at_the_time = Q()
    for claim in mine:
        at_the_time |= Q(portable_id=claim.portable_id, during__overlap=claim.during)
    by_portable: dict[UUID, list[EquipmentClaim]] = {}
    for claim in EquipmentClaim.objects.filter(at_the_time).select_related("portable", "site__conference"):
        by_portable.setdefault(claim.portable_id, []).append(claim)
    for claims in by_portable.values():
        portable = claims[0].portable
        span, claimed = _worst(claims, conference.pk)
        if claimed > portable.quantity:
            settled = [claim for claim in claims if not _draft_of_another(claim, conference.pk)]
            firm = _worst(settled, conference.pk)[1] > portable.quantity
            yield Clash(span=span, portable_id=portable.pk, portable=portable, claimed=claimed, firm=firm)


def _draft_of_another(claim: EquipmentClaim, conference_id: UUID) -> bool:
    return claim.site.conference_id != conference_id and claim.site.conference.state == ConferenceState.DRAFT


def _worst(claims: list[EquipmentClaim], conference_id: UUID) -> tuple[Span, int]:
    """When most pieces are claimed while the conference claims some itself, and how many. It begins with a claim."""
    crowds = []
    for moment in {claim.during.lower for claim in claims}:
        at_once = [claim for claim in claims if claim.during.lower <= moment < claim.during.upper]
        if any(claim.site.conference_id == conference_id for claim in at_once):
            span = Span(moment, min(claim.during.upper for claim in at_once))
            crowds.append((span, sum(claim.quantity for claim in at_once)))
    return max(crowds, key=lambda crowd: (crowd[1], crowd[0]))
