"""One planned conference, or one series, entered through the services and led to what becomes of it."""

import datetime as dt
from zoneinfo import ZoneInfo

from backend.conferences import services
from backend.conferences.models import Conference as ConferenceRow
from backend.conferences.models import Series as SeriesRow
from backend.conferences.services.inputs import (
    ConferenceFields,
    DutyFields,
    NestedAgendaFields,
    OutlineDutyFields,
    OutlineItemFields,
    OutlineSiteFields,
    SiteFields,
    SpeakerFields,
)
from backend.conferences.states import ConferenceState
from backend.simulation.diary import PARTS
from backend.simulation.ground import Ground
from backend.simulation.shapes import HELD, ZONE, Conference, Duty, Fate, Item, Place, Series, Speaker, When


def draft(ground: Ground, planned: Conference, more: ConferenceFields) -> ConferenceRow:
    """The conference at the time it had first; one that was held comes with its head count."""
    fields: ConferenceFields = {
        "kind": planned.kind,
        "title": planned.title.text,
        "confidentiality": planned.confidentiality,
        "time_zone": ZONE,
        "topics": list(planned.topics),
        "standards": list(planned.standards),
        "legal_basis": [each.text for each in planned.legal_basis],
        "period_reviewed": planned.period_reviewed,
        "period_planned": planned.period_planned,
        "expected": planned.expected.said if planned.expected else {},
        "attended": planned.attended.said if planned.attended else {},
        "clash_policy": planned.clash_policy,
        **_time(planned.moved or planned.when),
        **more,
    }
    return services.draft(
        fields=fields,
        lead=ground.organisations[planned.lead],
        co_organisers=[ground.organisations[key] for key in planned.co],
        sites=[_site(ground, place) for place in planned.places],
        agenda=[_item(ground, item) for item in planned.agenda],
        duties=[_duty(ground, duty) for duty in planned.duties],
    )


def lead_through(row: ConferenceRow, planned: Conference) -> ConferenceRow:
    """Announces, moves, holds or calls off a drafted conference, as far as the plan says."""
    if planned.announced and row.state == ConferenceState.DRAFT:
        row = services.announce(conference_id=row.pk)
    if planned.moved is not None:
        row = services.edit(conference_id=row.pk, fields=_time(planned.when))
    if planned.fate in HELD:
        opened, closed = _held(planned.when)
        services.start(conference_id=row.pk, at=opened)
        row = services.close(conference_id=row.pk, at=closed)
    if planned.fate is Fate.ARCHIVED:
        row = services.archive(conference_id=row.pk)
    if planned.fate is Fate.CANCELLED:
        row = services.cancel(conference_id=row.pk, reason=planned.reason.text)
    if planned.fate is Fate.POSTPONED:
        row = services.postpone(conference_id=row.pk, reason=planned.reason.text)
    return row


def begin(ground: Ground, series: Series) -> SeriesRow:
    """The series; it plans the occurrences of the next weeks itself."""
    sites: list[OutlineSiteFields] = [
        {"venue": ground.venues[place.house], "room": ground.rooms[place.room] if place.room else None}
        for place in series.places
    ]
    return services.add_series(
        fields={
            "title": series.title.text,
            "organisation": ground.organisations[series.organisation],
            "rule": series.rule,
            "starts_on": series.starts_on,
            "start_time": series.start_time,
            "minutes": series.minutes,
            "time_zone": ZONE,
            "left_out": [day.isoformat() for day in series.left_out],
            "announces": series.announces,
        },
        outline={
            "kind": series.kind,
            "confidentiality": series.confidentiality,
            "sites": sites,
            "agenda": [_standing_item(item) for item in series.agenda],
            "duties": [_standing_duty(ground, duty) for duty in series.duties],
        },
    )


# From the plan's words to the services'


def moment(local: dt.datetime) -> dt.datetime:
    return local.replace(tzinfo=ZoneInfo(ZONE))


def _time(when: When) -> ConferenceFields:
    if when.start is None or when.end is None:
        return {"day": when.day, "day_part": when.part}
    return {"starts_at": moment(when.start), "ends_at": moment(when.end)}


def _held(when: When) -> tuple[dt.datetime, dt.datetime]:
    """When it was opened and closed: on time."""
    if when.start is not None and when.end is not None:
        return moment(when.start), moment(when.end)
    opened, closed = (dt.datetime.combine(when.day, time) for time in PARTS[when.part])
    return moment(opened), moment(closed)


def _site(ground: Ground, place: Place) -> SiteFields:
    return {
        "venue": ground.venues[place.house],
        "room": ground.rooms[place.room] if place.room else None,
        "attended": place.attended.said if place.attended else {},
    }


def _item(ground: Ground, item: Item) -> NestedAgendaFields:
    return {
        "kind": item.kind,
        "phase": item.phase,
        "title": item.title.text,
        "minutes_planned": item.minutes,
        "speakers": [_speaker(ground, speaker) for speaker in item.speakers],
        "children": [_item(ground, child) for child in item.children],
    }


def _speaker(ground: Ground, speaker: Speaker) -> SpeakerFields:
    if speaker.person is not None:
        return {"person": ground.people[speaker.person]}
    if speaker.organisation is not None:
        return {"organisation": ground.organisations[speaker.organisation], "office": speaker.office.text}
    return {"bloc": speaker.bloc.text}


def _standing_item(item: Item) -> OutlineItemFields:
    return {"phase": item.phase, "title": item.title.text, "minutes_planned": item.minutes}


def _duty(ground: Ground, duty: Duty) -> DutyFields:
    """A person comes without an office: it is the one held that day."""
    if duty.person is not None:
        return {"kind": duty.kind, "person": ground.people[duty.person]}
    return {
        "kind": duty.kind,
        "organisation": ground.organisations[duty.organisation] if duty.organisation else None,
        "office": duty.office.text,
        "group": duty.group.text,
    }


def _standing_duty(ground: Ground, duty: Duty) -> OutlineDutyFields:
    if duty.person is not None:
        return {"kind": duty.kind, "person": ground.people[duty.person]}
    return {
        "kind": duty.kind,
        "organisation": ground.organisations[duty.organisation] if duty.organisation else None,
        "office": duty.office.text,
    }
