"""A conference for machines that read pages: a schema.org Event. Facts on record only; an unknown property is left out."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from backend.calendars import addresses, drafted_again
from backend.conferences.models import Conference, Series, Site, TimeAndPlace
from backend.conferences.programme import Entry, Programme
from backend.conferences.queries import name_then
from backend.conferences.queries.told import places_told
from backend.conferences.states import ConferenceState, Confidentiality, ItemState
from backend.core.clock import local
from backend.core.text import localized

#: By the state of the conference or item.
_STATUS: dict[str, str] = {
    ConferenceState.POSTPONED: "https://schema.org/EventPostponed",
    ConferenceState.CANCELLED: "https://schema.org/EventCancelled",
}
_SCHEDULED = "https://schema.org/EventScheduled"
_RESCHEDULED = "https://schema.org/EventRescheduled"


def event(conference: Conference, language: str, *, told: TimeAndPlace | None = None) -> dict[str, Any]:
    """The conference in one language; needs organisers and sites loaded. `told` says where one that is postponed was to
    be."""
    day = conference.day
    return known(
        {
            "@type": "Event",
            "name": localized(conference.title, language),
            "url": addresses.conference(language, conference.slug),
            "startDate": _moment(conference, conference.starts_at) or (day.isoformat() if day else None),
            "endDate": _moment(conference, conference.ends_at),
            "eventStatus": _STATUS.get(conference.state, _SCHEDULED),
            "location": _places_told(told, language)
            if told
            else [_place(site, language) for site in conference.sites.all()],
            "organizer": [
                {"@type": "Organization", "name": localized(name_then(row.organisation, day), language)}
                for row in conference.organisers.all()
            ],
            "maximumAttendeeCapacity": conference.capacity,
        }
    )


def whole_event(
    conference: Conference,
    programme: Programme,
    before: dt.datetime | None,
    language: str,
    *,
    told: TimeAndPlace | None = None,
) -> dict[str, Any]:
    """The conference with the series it belongs to and those points of the programme that have an exact time; needs the
    series with its outline loaded, too. `before` is the start people were told before this one, if there was one; `told`
    as in `event`."""
    series = conference.series
    moved = {"eventStatus": _RESCHEDULED, "previousStartDate": _moment(conference, before)} if before else {}
    return known(
        {
            "@context": "https://schema.org",
            "@id": addresses.linked_data(conference.slug),
            **event(conference, language, told=told),
            **moved,
            "inLanguage": language,
            "superEvent": _series(series, language) if series and series.outline.confidentiality == _PUBLIC else None,
            "subEvent": [part for point in programme.entries if (part := _part(conference, point, language))],
        }
    )


def cancelled_event(told: TimeAndPlace, language: str) -> dict[str, Any]:
    """What was last told of a conference that was cancelled and is a draft again. It has no page to link to."""
    return known(
        {
            "@context": "https://schema.org",
            "@id": addresses.linked_data(told.conference.slug),
            "@type": "Event",
            "name": drafted_again.titled(told, language),
            "startDate": _moment(told, told.starts_at),
            "endDate": _moment(told, told.ends_at),
            "eventStatus": _STATUS[ConferenceState.CANCELLED],
            "location": _places_told(told, language),
            "inLanguage": language,
        }
    )


_PUBLIC = Confidentiality.PUBLIC


def _series(series: Series, language: str) -> dict[str, Any]:
    return {
        "@type": "EventSeries",
        "name": localized(series.title, language),
        "url": addresses.series_feed(series.pk),
    }


def _part(conference: Conference, point: Entry, language: str) -> dict[str, Any] | None:
    if point.starts_at is None or point.reserve:
        return None
    off = point.state if point.state != ItemState.PLANNED else conference.state
    return known(
        {
            "@type": "Event",
            "name": localized(point.title, language),
            "startDate": _moment(conference, point.starts_at),
            "endDate": _moment(conference, point.ends_at),
            "eventStatus": _STATUS.get(off, _SCHEDULED),
        }
    )


def _place(site: Site, language: str) -> dict[str, Any]:
    room = localized(site.room.name, language) if site.room else ""
    house = localized(site.venue.name, language)
    return known(
        {
            "@type": "Place",
            "name": ", ".join(filter(None, [room, house])),
            "address": localized(site.venue.address, language),
        }
    )


def _places_told(told: TimeAndPlace, language: str) -> list[dict[str, Any]]:
    return [{"@type": "Place", "name": said} for said in places_told(told, language)]


def _moment(conference: Conference | TimeAndPlace, moment: dt.datetime | None) -> str | None:
    return local(moment, conference.time_zone).isoformat(timespec="minutes") if moment else None


def known(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value not in (None, "", [], {})}
