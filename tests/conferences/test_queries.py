"""How time and place are said, and who leads, chairs and writes."""

import datetime as dt
from typing import Any

import pytest

from backend.conferences import queries
from backend.conferences.models import Conference
from tests.factories.conferences import ConferenceFactory, DutyFactory, RoomFactory, SiteFactory, VenueFactory
from tests.factories.people import OrganisationFactory, OrganisationNameFactory, PersonFactory, PositionFactory

DAY = dt.date(2021, 1, 14)


@pytest.mark.parametrize(
    ("fields", "vi", "en"),
    [
        ({"day": DAY, "day_part": "afternoon"}, "Chiều 14/01/2021", "Afternoon of 14 January 2021"),
        ({"day": DAY, "day_part": "morning"}, "Sáng 14/01/2021", "Morning of 14 January 2021"),
        ({"day": DAY}, "Ngày 14/01/2021", "14 January 2021"),
        (
            {"day": DAY, "day_part": "afternoon", "starts_at": dt.datetime(2021, 1, 14, 6, 30, tzinfo=dt.UTC)},
            "13 giờ 30 ngày 14/01/2021",
            "13:30, 14 January 2021",
        ),
        ({"day_part": "afternoon"}, "", ""),
    ],
)
def test_time_is_said_as_far_as_it_is_known(fields: dict[str, Any], vi: str, en: str) -> None:
    conference = Conference(**fields)
    assert (queries.when_said(conference), queries.when_said(conference, "en")) == (vi, en)


@pytest.mark.django_db
def test_places_are_said_in_order() -> None:
    conference = ConferenceFactory()
    assert queries.where_said(conference) == ""
    house = VenueFactory(name={"vi": "UBND huyện", "en": "District hall"}, address={"vi": "Kiên Giang"})
    SiteFactory(conference=conference, order=2, venue=VenueFactory(name={"vi": "Nhà văn hoá"}, address={}))
    SiteFactory(conference=conference, order=1, venue=house, room=RoomFactory(venue=house, name={"vi": "Hội trường"}))
    assert queries.where_said(conference) == "Hội trường, UBND huyện, Kiên Giang; Nhà văn hoá"
    assert queries.where_said(conference, "en") == "Hội trường, District hall, Kiên Giang; Nhà văn hoá"
    loaded = queries.for_lists(Conference.objects.all()).get()
    assert queries.where_said(loaded) == queries.where_said(conference)


@pytest.mark.django_db
def test_who_leads_chairs_and_writes() -> None:
    host, partners = OrganisationFactory(), OrganisationFactory.create_batch(2)
    conference = ConferenceFactory(lead=host, co=partners)
    assert queries.lead_organisation(conference) == host
    assert queries.co_organisations(conference) == partners
    assert (queries.chairs(conference), queries.secretary(conference)) == ([], None)
    second, first = DutyFactory(conference=conference, order=2), DutyFactory(conference=conference, order=1)
    secretary = DutyFactory(conference=conference, kind="secretary")
    assert queries.chairs(conference) == [first, second]
    assert queries.secretary(conference) == secretary
    assert queries.lead_organisation(ConferenceFactory(lead=False)) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("since", "until", "former"),
    [
        (None, DAY, True),
        (DAY, None, True),
        (None, dt.date(2021, 1, 13), False),
        (dt.date(2021, 1, 15), None, False),
        (None, None, False),
    ],
)
def test_a_former_name_holds_while_it_was_valid(since: Any, until: Any, former: bool) -> None:
    organisation = OrganisationFactory()
    OrganisationNameFactory(organisation=organisation, name={"vi": "Tổng cục"}, valid_from=since, valid_to=until)
    assert (queries.name_then(organisation, DAY) == {"vi": "Tổng cục"}) is former
    assert queries.name_then(organisation, None) == organisation.name


@pytest.mark.django_db
def test_of_two_hats_the_higher_one_counts_unless_the_organisation_says() -> None:
    person = PersonFactory()
    deputy = PositionFactory(person=person, organisation=OrganisationFactory(), rank=20)
    head = PositionFactory(person=person, organisation=OrganisationFactory(), rank=10)
    assert queries.office_then(person.pk, DAY) == head
    assert queries.office_then(person.pk, DAY, deputy.organisation_id) == deputy
    assert queries.office_then(person.pk, None) is None
