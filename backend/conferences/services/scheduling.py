"""Time and place of a conference: what fits together, what keeps it apart from others, and who must hear of a change."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db.models import Q

from backend.conferences.events import ConferenceEdited, ConferenceMoved
from backend.conferences.models import (
    Conference,
    Duty,
    PortableEquipment,
    Release,
    Speaker,
)
from backend.conferences.queries import Clash, clashes_of
from backend.conferences.queries.timetables import LONGEST, last_day
from backend.conferences.queries.told import told_off
from backend.conferences.services.booking import book_rooms
from backend.conferences.services.news import note_news
from backend.conferences.services.releases import follow
from backend.conferences.states import ClashPolicy, ConferenceState, DayPart
from backend.conferences.wording import day_said
from backend.core.clock import local, time_zones
from backend.core.errors import Conflict, Invalid
from backend.core.text import say
from backend.outbox.registry import DomainEvent
from backend.outbox.services import emit
from backend.people.models import Person

#: The columns that say when a conference is.
TIME_FIELDS = ("day", "day_part", "starts_at", "ends_at", "time_zone")
#: The hours in which something said to be in that part of a day may begin; noon and dusk belong to both sides.
_HOURS = {DayPart.MORNING: range(12), DayPart.AFTERNOON: range(11, 19), DayPart.EVENING: range(17, 24)}
#: States in which nothing of a conference may be written.
SHUT = {ConferenceState.ARCHIVED, ConferenceState.CANCELLED}
#: States in which time and place are a fact, no longer a plan.
HELD = {ConferenceState.RUNNING, ConferenceState.CLOSED}
#: What calendars say of a conference, as ConferenceEdited names it: as it is at any time; as it is while it is not called
#: off; and of its programme until one is released.
_SAID_ALWAYS = {"slug", "confidentiality", "lead", "co_organisers"}
_SAID_WHILE_EXPECTED = {"title", "kind", "sites", *TIME_FIELDS}
_SAID_UNTIL_RELEASED = {"agenda", "agenda_rooms", "own_phases", "speakers", "duties"}


def settle_time(conference: Conference, *, day_given: bool) -> None:
    """Checks that the times fit together, and derives the day from an exact start.

    Raises Invalid naming the field: an unknown time zone, a time that is no whole minute, an end without or not after a
    start or more than LONGEST after it, a given day that is not the day of the start, a new part of the day that has no
    day or does not match the start. A part of the day that was there before is dropped when it no longer fits.
    """
    if conference.time_zone not in time_zones():
        raise Invalid({"time_zone": say(vi="Không có múi giờ này.", en="There is no such time zone.")})
    start, end = conference.starts_at, conference.ends_at
    check_minute("starts_at", start)
    check_minute("ends_at", end)
    if end is not None and start is None:
        raise Invalid({"ends_at": say(vi="Có giờ kết thúc thì phải có giờ bắt đầu.", en="An end needs a start.")})
    if end is not None and start is not None and end <= start:
        raise Invalid({"ends_at": say(vi="Phải sau giờ bắt đầu.", en="Must be after the start.")})
    if end is not None and start is not None and end - start > LONGEST:
        raise Invalid(
            {
                "ends_at": say(
                    vi="Hội nghị dài nhất {days} ngày.", en="A conference lasts at most {days} days.", days=LONGEST.days
                )
            }
        )
    if start is not None:
        first_day = local(start, conference.time_zone).date()
        if day_given and conference.day not in (None, first_day):
            raise Invalid({"day": say(vi="Không khớp với giờ bắt đầu.", en="Does not match the start.")})
        conference.day = first_day
    _settle_day_part(conference)


def check_minute(field: str, moment: dt.datetime | dt.time | None) -> None:
    """Raises Invalid naming the field: programmes and calendars tell times by the minute."""
    if moment is not None and (moment.second or moment.microsecond):
        raise Invalid({field: say(vi="Giờ phải tròn phút.", en="Must be a whole minute.")})


def _settle_day_part(conference: Conference) -> None:
    wrong = _wrong_day_part(conference)
    if wrong is None:
        return
    before = Conference.objects.filter(pk=conference.pk).first()
    if before is None or before.day_part != conference.day_part:
        raise Invalid({"day_part": wrong})
    if any(getattr(before, name) != getattr(conference, name) for name in TIME_FIELDS):
        conference.day_part = DayPart.WHOLE


def _wrong_day_part(conference: Conference) -> Any:
    """Why the part of the day cannot be; None when it can."""
    if not conference.day_part:
        return None
    if conference.day is None:
        return say(vi="Phải có ngày.", en="A day is needed.")
    if conference.starts_at is None:
        return None
    if local(conference.starts_at, conference.time_zone).hour in _HOURS[DayPart(conference.day_part)]:
        return None
    return say(vi="Không khớp với giờ bắt đầu.", en="Does not match the start.")


def ensure_on_its_days(conference: Conference, *, field: str, on: dt.date | dt.datetime | None) -> None:
    """Raises Invalid naming the field for a day, or a moment on a day, before or after the conference's own."""
    first, last = conference.day, last_day(conference)
    if on is None or first is None or last is None:
        return
    day = local(on, conference.time_zone).date() if isinstance(on, dt.datetime) else on
    if first <= day <= last:
        return
    if first == last:
        vi, en = "Hội nghị họp ngày {first_vi}.", "The conference is on {first_en}."
    elif conference.ends_at is not None:
        vi = "Hội nghị họp từ {first_vi} đến {last_vi}."
        en = "The conference is from {first_en} to {last_en}."
    else:
        vi = "Hội nghị họp từ {first_vi}, dài nhất đến {last_vi}."
        en = "The conference is from {first_en}, to {last_en} at the latest."
    said = {
        f"{name}_{code}": day_said(each, code)
        for name, each in (("first", first), ("last", last))
        for code in ("vi", "en")
    }
    raise Invalid({field: say(vi=vi, en=en, **said)})


def ensure_writable(conference: Conference, *, moving: bool = False) -> None:
    """Raises Conflict when the conference is archived or cancelled, or when a held one were to move."""
    if conference.state in SHUT:
        raise Conflict(
            say(
                vi="Hội nghị đã lưu hồ sơ hoặc đã huỷ, không sửa được nữa.",
                en="The conference is archived or cancelled and can no longer be edited.",
            )
        )
    if moving and conference.state in HELD:
        raise Conflict(
            say(
                vi="Hội nghị đã họp, không đổi thời gian hay địa điểm được nữa.",
                en="The conference has been held; its time and place can no longer change.",
            )
        )


def save_changes(
    conference: Conference,
    *,
    fields: Iterable[str],
    moved: Iterable[str] = (),
    by_hand: bool = True,
    shuts: bool = False,
) -> None:
    """Saves the conference and tells which fields were written; writes nothing when there are none.

    When the conference moved, its `sequence` rises, unless it is postponed: then nobody is shown where it is to be. Of an
    announced one conference.moved tells it, its released programme is released anew as it moved along, and people hear of
    it when the news window closes. An occurrence of a series remembers what was written `by_hand`. A write that `shuts` or
    opens an agenda item is seen in what was released or told, too.
    """
    written, moves = list(fields), list(moved)
    if not written and not moves:
        return
    if by_hand and conference.recurrence_id:
        conference.by_hand = sorted({*conference.by_hand, *written, *moves})
    facts: list[DomainEvent] = [ConferenceEdited(conference_id=conference.id, fields=sorted({*written, *moves}))]
    was = conference.sequence
    moves_people = bool(moves) and conference.state == ConferenceState.ANNOUNCED
    if moves and conference.state in {ConferenceState.DRAFT, ConferenceState.ANNOUNCED}:
        conference.sequence += 1
    if moves_people:
        facts.append(ConferenceMoved(conference_id=conference.id, sequence=conference.sequence, changes=moves))
    conference.save(said=shuts or moves_people or _is_said(conference, {*written, *moves}))
    emit(*facts)
    if moves_people:
        follow(conference, was=was)
        note_news(conference)


def _is_said(conference: Conference, fields: set[str]) -> bool:
    """Whether calendars say any of these. What is called off stands there as it was told; a programme, once one was
    released, as that says."""
    if fields & _SAID_ALWAYS:
        return True
    if told_off().filter(conference=conference).exists():
        return False
    if fields & _SAID_WHILE_EXPECTED:
        return True
    return bool(fields & _SAID_UNTIL_RELEASED) and not Release.objects.filter(conference=conference).exists()


@contextmanager
def rearranging(conference: Conference) -> Iterator[None]:
    """Around a write that may change who or what is needed where and when: `rearrange`, for what the write brings.

    A clash that was there before does not stand in the way of a write that has nothing to do with it.
    """
    refuses = conference.clash_policy == ClashPolicy.REFUSE
    known = clashes_of(conference.pk) if refuses else []
    yield
    rearrange(conference, known=known)


def rearrange(conference: Conference, *, known: Collection[Clash] = ()) -> None:
    """Books what the record asks for and, where the conference refuses clashes, sees that there are none but `known`.

    Raises Conflict for a room that is taken, or naming who or what would be in two places and when. Clashes with mere
    drafts of others are only ever listed, and so is every clash of a conference that was held: facts are not refused.
    """
    book_rooms(conference)
    keep_apart([conference], known={conference.pk: known})


def keep_apart(conferences: Sequence[Conference], *, known: Mapping[UUID, Collection[Clash]]) -> None:
    """The part of `rearrange` that is about people and equipment, for all conferences one write has led somewhere;
    `known` has the clashes that were there before, by conference.

    Also those that refuse no clash queue, so that one that does cannot miss them. Rooms are booked before: in this order
    no two writes wait for each other.
    """
    queue_for_people(conferences)
    for conference in conferences:
        if conference.clash_policy != ClashPolicy.REFUSE or conference.state in HELD:
            continue
        before = known.get(conference.pk, ())
        new = [clash for clash in clashes_of(conference.pk) if clash.firm and clash not in before]
        if new:
            zone = conference.time_zone
            raise Conflict(new[0].said(zone), clashes=[_as_problem(clash, zone) for clash in new])


def queue_for_people(conferences: Sequence[Conference]) -> None:
    """Two conferences that take the same chair or speaker, or the last projector, at the same moment must not miss each
    other: they wait here, each until the other's transaction has ended."""
    ids = [conference.pk for conference in conferences]
    on_duty = Duty.objects.filter(conference__in=ids, person__isnull=False).values("person_id")
    speaking = Speaker.objects.filter(conference__in=ids, person__isnull=False).values("person_id")
    people = Person.objects.filter(Q(pk__in=on_duty) | Q(pk__in=speaking))
    pieces = PortableEquipment.objects.filter(claims__site__conference__in=ids)
    for rows in (pieces, people):
        list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk"))


def _as_problem(clash: Clash, zone: str) -> dict[str, str | int | None]:
    """A clash for everybody's eyes: with whom or what, never with which conference."""
    return {
        "person": str(clash.person_id) if clash.person_id else None,
        "equipment": clash.portable.kind if clash.portable else None,
        "from": local(clash.span.start, zone).isoformat(),
        "until": local(clash.span.end, zone).isoformat(),
        "said": str(clash.said(zone)),
    }
