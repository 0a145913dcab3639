"""A conference for machines that read pages: a schema.org Event. Facts on record only; an unknown property is left out."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from backend.calendars import addresses
from backend.conferences.models import AgendaItem, Conference, Series, Site
from backend.conferences.queries import item_span, name_then
from backend.conferences.states import ConferenceState, Confidentiality, ItemState
from backend.core.clock import local
from backend.core.text import localized

#: By the state of the conference or item. No EventRescheduled: nobody keeps the time that was given up, and without
#: previousStartDate it would say nothing.
_STATUS: dict[str, str] = {
    ConferenceState.POSTPONED: "https://schema.org/EventPostponed",
    ConferenceState.CANCELLED: "https://schema.org/EventCancelled",
}
_SCHEDULED = "https://schema.org/EventScheduled"


def event(conference: Conference, language: str) -> dict[str, Any]:
    """The conference in one language; needs organisers and sites loaded."""
    day = conference.day
    return known(
        {
            "@type": "Event",
            "name": localized(conference.title, language),
            "url": addresses.conference(language, conference.slug),
            "startDate": _moment(conference, conference.starts_at) or (day.isoformat() if day else None),
            "endDate": _moment(conference, conference.ends_at),
            "eventStatus": _STATUS.get(conference.state, _SCHEDULED),
            "location": [_place(site, language) for site in conference.sites.all()],
            "organizer": [
                {"@type": "Organization", "name": localized(name_then(row.organisation, day), language)}
                for row in conference.organisers.all()
            ],
            "maximumAttendeeCapacity": conference.capacity,
        }
    )


def whole_event(conference: Conference, items: Iterable[AgendaItem], language: str) -> dict[str, Any]:
    """The conference with the series it belongs to and those of `items` that have an exact time; needs the series with
    its outline loaded, too."""
    series = conference.series
    return known(
        {
            "@context": "https://schema.org",
            "@id": addresses.linked_data(conference.slug),
            **event(conference, language),
            "inLanguage": language,
            "superEvent": _series(series, language) if series and series.outline.confidentiality == _PUBLIC else None,
            "subEvent": [part for item in items if (part := _part(conference, item, language))],
        }
    )


_PUBLIC = Confidentiality.PUBLIC


def _series(series: Series, language: str) -> dict[str, Any]:
    return {
        "@type": "EventSeries",
        "name": localized(series.title, language),
        "url": addresses.series_feed(series.pk),
    }


def _part(conference: Conference, item: AgendaItem, language: str) -> dict[str, Any] | None:
    if item.starts_at is None or item.reserve:
        return None
    span = item_span(item)
    off = item.state if item.state != ItemState.PLANNED else conference.state
    return known(
        {
            "@type": "Event",
            "name": localized(item.title, language),
            "startDate": _moment(conference, item.starts_at),
            "endDate": _moment(conference, span.end) if span else None,
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


def _moment(conference: Conference, moment: dt.datetime | None) -> str | None:
    return local(moment, conference.time_zone).isoformat(timespec="minutes") if moment else None


def known(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value not in (None, "", [], {})}
