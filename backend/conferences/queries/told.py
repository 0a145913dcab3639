"""What people were told of time and place, and what of it is no longer so."""

from collections.abc import Iterable, Mapping
from copy import copy
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from backend.conferences.events import ConferenceNewsDue, ConferencePostponementDue
from backend.conferences.models import Conference, Room, Site, TimeAndPlace, Venue
from backend.conferences.queries.said import site_said
from backend.conferences.states import CALLED_OFF, CallingOff, ConferenceState
from backend.core.text import Text
from backend.outbox.models import Event

#: The columns that say when.
WHEN = ("day", "day_part", "starts_at", "ends_at", "time_zone")
#: Those that say what it is about.
ABOUT = ("kind", "topics", "standards", "legal_basis", "period_reviewed", "period_planned")


def time_and_place(conference: Conference) -> TimeAndPlace:
    """What the record says now, not kept; reads prefetched `sites__venue` and `sites__room`."""
    if "sites" in getattr(conference, "_prefetched_objects_cache", {}):
        sites = list(conference.sites.all())
    else:
        sites = list(conference.sites.select_related("venue", "room"))
    return TimeAndPlace(
        conference=conference,
        sequence=conference.sequence,
        title=conference.title,
        about={name: getattr(conference, name) for name in ABOUT},
        called_off=conference.state if conference.state in CALLED_OFF else CallingOff.NOT,
        reason=conference.reason if conference.state in CALLED_OFF else {},
        places=[_place(site) for site in sites],
        **{name: getattr(conference, name) for name in WHEN},
    )


def _place(site: Site) -> dict[str, Any]:
    said: Text = {language: site_said(site, language) for language, _ in settings.LANGUAGES}
    room = str(site.room_id) if site.room_id else None
    return {"site": str(site.pk), "venue": str(site.venue_id), "room": room, "said": said}


def told(conference_id: UUID) -> dict[int, TimeAndPlace]:
    """What people were told under each sequence, as far as it was kept."""
    return {row.sequence: row for row in TimeAndPlace.objects.filter(conference_id=conference_id)}


def told_to_everybody(kept: Mapping[int, TimeAndPlace]) -> dict[int, TimeAndPlace]:
    """Of what was kept of one conference what everybody was told: how it was announced, what each window of news brought,
    and each cancellation. What was kept for one person's letter in between is nobody else's."""
    conferences = {row.conference_id for row in kept.values()}
    facts = (ConferenceNewsDue.name, ConferencePostponementDue.name)
    windows = Event.objects.filter(name__in=facts, subject_id__in=conferences)
    numbers = windows.values_list("payload__to_sequence", "payload__sequence")
    due = {number for window in numbers for number in window} | {min(kept, default=0)}
    return {number: row for number, row in kept.items() if number in due or row.called_off == CallingOff.CANCELLED}


def last_expected(kept: Mapping[int, TimeAndPlace], sequence: int) -> TimeAndPlace | None:
    """What was told last, up to this sequence, of when it takes place. What is called off may be kept with a time that
    nobody was told: moved, and called off before the news went out."""
    expected = [number for number, row in kept.items() if number <= sequence and not row.called_off]
    return kept[max(expected)] if expected else None


def told_off() -> QuerySet[TimeAndPlace]:
    """How conferences that are called off stand in calendars."""
    told = TimeAndPlace.objects.filter(sequence=F("conference__sequence")).exclude(called_off=CallingOff.NOT)
    return told.filter(conference__state__in=CALLED_OFF)


def cancelled() -> Q:
    """Conferences that people are told are cancelled: also one that was reopened since, until it is announced again."""
    told = TimeAndPlace.objects.filter(
        conference=OuterRef("pk"), sequence=OuterRef("told_sequence"), called_off=CallingOff.CANCELLED
    )
    return Q(state=ConferenceState.CANCELLED) | Q(Exists(told), state=ConferenceState.DRAFT)


def reason_told(conference: Conference) -> Text:
    """Why it was called off, last; reopening forgets it, what was told does not. {}: nobody said."""
    off = TimeAndPlace.objects.filter(conference=conference).exclude(called_off=CallingOff.NOT)
    said: Text | None = conference.reason or off.order_by("-sequence").values_list("reason", flat=True).first()
    return said or {}


def as_told(conferences: Iterable[Conference]) -> dict[UUID, TimeAndPlace]:
    """Of what is called off outsiders are told when and where it was to be, under which name and about what, not what is
    being prepared. The rows get what was last shown; nothing is saved. Gives what was shown, by conference."""
    rows = {row.pk: row for row in conferences if row.state in CALLED_OFF}
    if not rows:
        return {}
    found = {told.conference_id: told for told in told_off().filter(conference__in=rows)}
    for pk, told in found.items():
        for name in WHEN:
            setattr(rows[pk], name, getattr(told, name))
        rows[pk].title = told.title or rows[pk].title
        for name, value in told.about.items():
            setattr(rows[pk], name, value)
    return found


def sites_as_told(shown: Iterable[tuple[Conference, TimeAndPlace]]) -> dict[UUID, list[Site]]:
    """By conference the sites that were told, in that order, in the house and room they were told in, as these are called
    today: also those removed since, and none that is prepared. The conferences' present sites are loaded; two queries at
    most."""
    pairs = list(shown)
    present = {str(site.pk): site for row, _ in pairs for site in row.sites.all()}

    def stays(place: dict[str, Any]) -> bool:
        return (site := present.get(place["site"])) is not None and _key(_place(site)) == _key(place)

    gone = [place for _, told in pairs for place in told.places if not stays(place)]
    venues = Venue.objects.in_bulk({place["venue"] for place in gone}) if gone else {}
    rooms = Room.objects.in_bulk({place["room"] for place in gone if place["room"]}) if gone else {}

    def as_it_was(row: Conference, order: int, place: dict[str, Any]) -> Site:
        site = present.get(place["site"])
        if stays(place) and site is not None:
            return site
        site = copy(site) if site is not None else _removed(row, order, place)
        site.venue = venues.get(UUID(place["venue"])) or Venue(pk=UUID(place["venue"]), name=place["said"])
        site.room = rooms.get(UUID(place["room"])) if place["room"] else None
        return site

    return {
        row.pk: [as_it_was(row, order, place) for order, place in enumerate(told.places, start=1)]
        for row, told in pairs
    }


def _removed(row: Conference, order: int, place: dict[str, Any]) -> Site:
    """A site that was told and is no longer there, with no more than where it was."""
    site = Site(pk=UUID(place["site"]), conference=row, order=order)
    site._prefetched_objects_cache = {"claims": [], "bookings": []}  # type: ignore[attr-defined]
    return site


def says(kept: TimeAndPlace, conference: Conference) -> bool:
    """Whether the conference, as read, is what was kept under its sequence."""
    read = time_and_place(conference)
    return kept.sequence == read.sequence and same_time(kept, read) and same_place(kept, read, None)


def same_time(one: TimeAndPlace, other: TimeAndPlace) -> bool:
    """One that is called off has no time in common with any other."""
    if one.called_off or other.called_off:
        return bool(one.called_off and other.called_off)
    return same_hours(one, other)


def same_hours(one: TimeAndPlace, other: TimeAndPlace) -> bool:
    """Whether they take place, or were to, at one time."""
    return all(getattr(one, name) == getattr(other, name) for name in WHEN)


def same_place(one: TimeAndPlace, other: TimeAndPlace, site_id: UUID | None) -> bool:
    """Whether the site, or without one every site, is where it was; how it is called does not matter, nor does the
    place of what is called off."""
    if one.called_off and other.called_off:
        return True
    return _where(one, site_id) == _where(other, site_id)


def _where(row: TimeAndPlace, site_id: UUID | None) -> list[tuple[str, str, str | None]]:
    chosen = [place for place in row.places if site_id is None or place["site"] == str(site_id)]
    return sorted(_key(place) for place in chosen)


def _key(place: dict[str, Any]) -> tuple[str, str, str | None]:
    return place["site"], place["venue"], place["room"]


def places_told(row: TimeAndPlace, language: str) -> list[str]:
    """Every place as it was called then, in order."""
    return [place["said"].get(language) or place["said"][settings.REQUIRED_LANGUAGE] for place in row.places]


def place_told(row: TimeAndPlace, site_id: UUID | None, language: str) -> str:
    """The place of one site, without one of every site, as it was called then; "" when none was known."""
    chosen = [place for place in row.places if site_id is None or place["site"] == str(site_id)]
    return "; ".join(place["said"].get(language) or place["said"][settings.REQUIRED_LANGUAGE] for place in chosen)
