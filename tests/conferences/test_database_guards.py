"""What PostgreSQL refuses whatever the services look at first: each guard, and its negative control."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from backend.conferences.models import (
    Conference,
    EquipmentClaim,
    OutlineDuty,
    OutlineItem,
    OutlineSite,
    Release,
    RoomBooking,
    TimeAndPlace,
)
from backend.core.clock import now
from tests.factories.conferences import (
    AgendaItemFactory,
    AgendaRoomFactory,
    ConferenceFactory,
    OutlineFactory,
    OwnPhaseFactory,
    PortableEquipmentFactory,
    RoomFactory,
    SeriesFactory,
    SiteFactory,
    SpeakerFactory,
    VenueFactory,
)
from tests.factories.papers import PaperFactory
from tests.factories.people import PersonFactory
from tests.guards import assert_refused_by, assert_written_without

pytestmark = pytest.mark.django_db

SLOT = "2026-11-23T08:00:00"


def _ends_as_it_starts() -> None:
    moment = now()
    ConferenceFactory(starts_at=moment, ends_at=moment)


def _booked_twice_for_one_site() -> None:
    site = SiteFactory()
    for day in (1, 2):
        whole = (dt.datetime(2026, 12, day, 1, tzinfo=dt.UTC), dt.datetime(2026, 12, day, 2, tzinfo=dt.UTC))
        RoomBooking.objects.create(site=site, room=RoomFactory(venue=site.venue), during=whole, taken=whole)


def _one_kind_claimed_twice() -> None:
    portable = PortableEquipmentFactory()
    site = SiteFactory(venue=portable.venue)
    for quantity in (1, 2):
        EquipmentClaim.objects.create(site=site, portable=portable, quantity=quantity)


def _one_kind_counted_twice() -> None:
    venue = VenueFactory()
    for quantity in (1, 2):
        PortableEquipmentFactory(venue=venue, quantity=quantity)


def _one_room_taken_twice_by_an_item() -> None:
    first = AgendaRoomFactory()
    AgendaRoomFactory(conference=first.conference, agenda_item=first.agenda_item, site=first.site, room=first.room)


def _one_occurrence_twice() -> None:
    series = SeriesFactory()
    for slot in (SLOT, None):
        ConferenceFactory(series=series, recurrence_id=SLOT, slot=slot)


def _two_in_one_slot() -> None:
    series = SeriesFactory()
    for first in (SLOT, "2026-11-30T08:00:00"):
        ConferenceFactory(series=series, recurrence_id=first, slot=SLOT)


def _two_standing_sites_in_one_place() -> None:
    outline = OutlineFactory()
    for _ in range(2):
        OutlineSite.objects.create(outline=outline, order=1, venue=VenueFactory())


def _two_standing_items_in_one_place() -> None:
    outline = OutlineFactory()
    for title in ("A", "B"):
        OutlineItem.objects.create(outline=outline, order=1, phase="report", title={"vi": title})


def _two_standing_duties_in_one_place() -> None:
    outline = OutlineFactory()
    for kind in ("chair", "secretary"):
        OutlineDuty.objects.create(outline=outline, order=1, kind=kind, office={"vi": "Giám đốc"})


def _a_standing_duty_of_nobody() -> None:
    OutlineDuty.objects.create(outline=OutlineFactory(), order=1, kind="chair")


def _two_own_phases_in_one_place() -> None:
    conference = ConferenceFactory()
    for _ in range(2):
        OwnPhaseFactory(conference=conference, order=1)


def _two_speakers_in_one_place() -> None:
    item = AgendaItemFactory()
    for _ in range(2):
        SpeakerFactory(conference=item.conference, agenda_item=item, order=1)


def _one_person_speaks_twice() -> None:
    item, person = AgendaItemFactory(), PersonFactory()
    for order in (1, 2):
        SpeakerFactory(conference=item.conference, agenda_item=item, person=person, order=order)


def _nobody_speaks() -> None:
    SpeakerFactory(office={})


def _handed_in_and_nowhere() -> None:
    PaperFactory(state="handed_in")


def _one_number_released_twice() -> None:
    conference = ConferenceFactory(announced=True)
    for note in ("A", "B"):
        Release.objects.create(
            conference=conference, number=1, note={"vi": note}, programme={}, sha256="", released_at=now()
        )


def _one_sequence_says_two_things() -> None:
    conference = ConferenceFactory(announced=True)
    for day in (dt.date(2026, 12, 1), dt.date(2026, 12, 2)):
        TimeAndPlace.objects.create(conference=conference, sequence=1, day=day, time_zone="Asia/Ho_Chi_Minh")


GUARDS: list[tuple[str, Callable[[], None]]] = [
    ("a_conference_ends_after_it_starts", _ends_as_it_starts),
    ("one_booking_per_site_or_agenda_room", _booked_twice_for_one_site),
    ("a_site_claims_a_kind_once", _one_kind_claimed_twice),
    ("portable_equipment_is_counted_once", _one_kind_counted_twice),
    ("an_item_takes_a_room_once", _one_room_taken_twice_by_an_item),
    ("an_occurrence_is_planned_once", _one_occurrence_twice),
    ("a_slot_is_filled_once", _two_in_one_slot),
    ("one_outline_site_per_order", _two_standing_sites_in_one_place),
    ("one_outline_item_per_order", _two_standing_items_in_one_place),
    ("one_outline_duty_per_order", _two_standing_duties_in_one_place),
    ("an_outline_duty_is_somebodys", _a_standing_duty_of_nobody),
    ("one_own_phase_per_order", _two_own_phases_in_one_place),
    ("one_speaker_per_order", _two_speakers_in_one_place),
    ("a_person_speaks_once_to_an_item", _one_person_speaks_twice),
    ("a_speaker_is_somebody", _nobody_speaks),
    ("a_paper_handed_in_is_on_file", _handed_in_and_nowhere),
    ("releases_are_numbered", _one_number_released_twice),
    ("a_sequence_says_one_time_and_place", _one_sequence_says_two_things),
]


@pytest.mark.parametrize(("guard", "wrong"), GUARDS, ids=[name for name, _ in GUARDS])
def test_the_database_refuses(guard: str, wrong: Callable[[], None]) -> None:
    assert_refused_by(guard, wrong)


@pytest.mark.parametrize(("guard", "wrong"), GUARDS, ids=[name for name, _ in GUARDS])
def test_without_its_guard_it_would_not(guard: str, wrong: Callable[[], None]) -> None:
    assert_written_without(guard, wrong)


def test_an_exchange_within_one_transaction_may_fill_slots_twice_until_it_ends() -> None:
    series = SeriesFactory()
    later = "2026-11-30T08:00:00"
    one, other = (ConferenceFactory(series=series, recurrence_id=slot, slot=slot) for slot in (SLOT, later))
    Conference.objects.filter(pk=one.pk).update(slot=later)
    Conference.objects.filter(pk=other.pk).update(slot=SLOT)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_what_people_were_told_is_not_emptied_either() -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE conferences_timeandplace")
