"""Releasing programmes: numbers without gaps, sequences that rise once, rows that stand."""

import argparse
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from backend import cli
from backend.conferences import queries, services
from backend.conferences.changes import changelog
from backend.conferences.models import AgendaItem, Conference, Release
from backend.conferences.programme import Entry, Programme, as_json, digest
from backend.conferences.services import releases
from backend.core.errors import Conflict, StaleWrite
from backend.outbox.models import Event
from tests.factories.conferences import (
    AgendaItemFactory,
    AgendaRoomFactory,
    ConferenceFactory,
    DutyFactory,
    OrganiserFactory,
    RoomFactory,
    SiteFactory,
    SpeakerFactory,
    VenueFactory,
)
from tests.factories.people import OrganisationFactory, OrganisationNameFactory, PersonFactory, PositionFactory
from tests.threads import in_threads

pytestmark = pytest.mark.django_db
AT = dt.datetime(2021, 1, 14, 7, 0, tzinfo=dt.UTC)
QUARTER = dt.timedelta(minutes=15)


@pytest.fixture(autouse=True)
def a_window_of_news(settings: Any) -> None:
    """Nobody is told of a release before the test says so."""
    settings.NEWS_WINDOW = 600


def announced(items: int = 2, **fields: Any) -> Conference:
    conference: Conference = ConferenceFactory(announced=True, exact=True, **fields)
    for number in range(items):
        start = AT + number * QUARTER
        AgendaItemFactory(conference=conference, order=number + 1, starts_at=start, ends_at=start + QUARTER)
    return conference


def release(conference: Conference, **said: Any) -> Release:
    return services.release(conference_id=conference.pk, **said)


def first(row: Release) -> Entry:
    return queries.released(row).entries[0]


def write(conference: Conference, **fields: Any) -> None:
    """Changes the first item of the working programme."""
    AgendaItem.objects.filter(conference=conference, order=1).update(**fields)


def later(minutes: int = 15) -> dict[str, Any]:
    by = dt.timedelta(minutes=minutes)
    return {"starts_at": F("starts_at") + by, "ends_at": F("ends_at") + by}


def told(conference: Conference, row: Release) -> None:
    Conference.objects.filter(pk=conference.pk).update(told_release=row.number)


# What is released


def test_a_release_is_the_working_programme_under_its_hash() -> None:
    conference = announced()
    made = release(conference, note={"vi": "Bản đầu"})
    programme = queries.released(made)
    assert (made.number, made.note, programme.number) == (1, {"vi": "Bản đầu"}, 1)
    assert made.sha256 == digest(programme) == digest(queries.released(Release.objects.get()))
    assert as_json(programme) == Release.objects.get().programme
    assert [entry.sequence for entry in programme.entries] == [0, 0]
    assert {entry.changed_at for entry in programme.entries} != {None}
    assert made.counts == {"public": {"added": 2}}
    fact = Event.objects.get(name="programme.released")
    assert fact.payload == {"conference_id": str(conference.pk), "release_id": str(made.pk), "number": 1}


def test_a_release_opens_the_window_of_news_and_raises_the_version_of_the_page() -> None:
    conference = announced()
    release(conference)
    now_read = Conference.objects.get(pk=conference.pk)
    assert now_read.news_due_at is not None
    assert now_read.version > conference.version


def test_who_has_read_an_older_version_releases_nothing() -> None:
    with pytest.raises(StaleWrite):
        release(announced(), expected=99)
    assert not Release.objects.exists()


@pytest.mark.parametrize("state", ["draft", "closed", "archived", "postponed", "cancelled"])
def test_only_what_people_expect_is_released(state: str) -> None:
    with pytest.raises(Conflict, match="đã công bố"):
        release(ConferenceFactory(state=state))
    assert not Release.objects.exists()


def test_nothing_new_is_not_released_again() -> None:
    conference = announced()
    release(conference)
    with pytest.raises(Conflict, match="Không có gì thay đổi"):
        release(conference)
    Conference.objects.filter(pk=conference.pk).update(title={"vi": "Hội nghị tổng kết năm"})
    assert release(conference).number == 2  # the conference is called otherwise: that is something
    assert not Event.objects.filter(name="programme.released").count() > 2


def test_a_conference_without_agenda_may_be_released_once() -> None:
    conference = announced(items=0)
    assert release(conference).number == 1
    with pytest.raises(Conflict):
        release(conference)


# Sequences


def test_every_release_that_moves_it_is_a_step_told_or_not() -> None:
    conference = announced()
    release(conference)
    for number, minutes in enumerate((15, 15, -15), start=1):
        write(conference, **later(minutes))
        moved = release(conference)
        assert (first(moved).sequence, queries.released(moved).entries[1].sequence) == (number, 0)
        if number == 2:
            told(conference, moved)


def test_text_keeps_the_sequence_and_time_place_and_state_raise_it() -> None:
    conference = announced()
    made = release(conference)
    told(conference, made)
    since = first(made).changed_at
    write(conference, title={"vi": "Tên mới"})
    reworded = release(conference)
    assert first(reworded).sequence == 0
    assert first(reworded).changed_at > since  # type: ignore[operator]
    assert queries.released(reworded).entries[1].changed_at == since
    for number, change in enumerate(
        (
            lambda: write(conference, state="postponed"),
            lambda: write(conference, state="planned"),
            lambda: write(conference, reserve=True),
            lambda: AgendaRoomFactory(conference=conference, agenda_item=conference.agenda.get(order=1)),
        ),
        start=1,
    ):
        change()
        latest = release(conference)
        assert first(latest).sequence == number
        told(conference, latest)


def test_what_is_called_off_stands_where_it_was_released_before() -> None:
    """However the working copy moved it meanwhile; when it takes place again that counts."""
    conference = announced()
    known = first(release(conference))
    AgendaRoomFactory(conference=conference, agenda_item=conference.agenda.get(order=1))
    write(conference, state="postponed", **later(-20))
    made = release(conference)
    now = first(made)
    assert (now.starts_at, now.ends_at, now.places, now.state) == (known.starts_at, known.ends_at, (), "postponed")
    assert made.counts == {"public": {"postponed": 1}}
    assert queries.release_of_today(conference) == made
    write(conference, state="planned")
    reopened = release(conference)
    assert first(reopened).starts_at == known.starts_at - dt.timedelta(minutes=20)  # type: ignore[operator]
    assert set(reopened.counts["public"]) == {"reopened", "moved", "relocated"}


def test_what_is_called_off_stays_where_it_was_when_the_conference_moves() -> None:
    conference = announced()
    write(conference, state="cancelled")
    known = first(release(conference))
    week = dt.timedelta(days=7)
    times = {"starts_at": conference.starts_at + week, "ends_at": conference.ends_at + week}
    services.edit(conference_id=conference.pk, fields=times)
    latest = queries.latest_release(conference.pk)
    assert latest is not None
    off, planned = queries.released(latest).entries
    assert (off.starts_at, off.ends_at, off.sequence) == (known.starts_at, known.ends_at, known.sequence)
    assert planned.starts_at == AT + QUARTER + week


def test_what_was_added_since_people_were_told_begins_at_nought() -> None:
    conference = announced()
    told(conference, release(conference))
    item = AgendaItemFactory(conference=conference, order=9)
    assert queries.released(release(conference)).by_id()[item.pk].sequence == 0
    AgendaItem.objects.filter(pk=item.pk).update(starts_at=AT)
    assert queries.released(release(conference)).by_id()[item.pk].sequence == 1


def test_counts_tell_how_much_changed_and_how_closed_it_is() -> None:
    conference = announced(3)
    release(conference)
    conference.agenda.filter(order=1).update(title={"vi": "A"}, **later())
    conference.agenda.filter(order=2).update(confidentiality="restricted")
    assert release(conference).counts == {"public": {"moved": 1, "retitled": 1}, "restricted": {"confidentiality": 1}}


# Rows that stand


def test_a_release_cannot_be_rewritten_or_removed() -> None:
    made = release(announced())
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Release.objects.filter(pk=made.pk).update(note={"vi": "Khác"})
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Release.objects.filter(pk=made.pk).delete()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE conferences_release")


def test_without_the_guard_it_could_be_rewritten() -> None:
    """The negative control: it is PostgreSQL that refuses, nothing in Python."""
    made = release(announced())
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE;"
            "ALTER TABLE conferences_release DISABLE TRIGGER conferences_release_append_only"
        )
    Release.objects.filter(pk=made.pk).update(programme={**made.programme, "title": {"vi": "Khác"}})
    rewritten = Release.objects.get()
    assert digest(queries.released(rewritten)) != rewritten.sha256  # but not without a trace


def test_the_audit_walks_the_released_programmes_too(capsys: pytest.CaptureFixture[str]) -> None:
    made = release(announced())
    assert cli.audit_verify(argparse.Namespace()) == 0
    assert capsys.readouterr().out.rstrip().endswith(": 1.")
    forged = Release(
        conference=made.conference,
        number=2,
        programme={**made.programme, "title": {"vi": "Khác"}},
        sha256=made.sha256,
        released_at=made.released_at,
    )
    forged.save()
    assert cli.audit_verify(argparse.Namespace()) == 1
    assert str(made.conference_id) in capsys.readouterr().err


PARTIES = 20


def rush() -> list[Any]:
    """Many add an item each and release at the same moment; the number each was given, or what went wrong."""
    conference = announced(0)
    orders = iter(range(1, PARTIES + 1))

    def add_and_release() -> Any:
        AgendaItemFactory(conference=conference, order=next(orders))
        try:
            return release(conference).number
        except Conflict:
            return "nothing new"

    return in_threads(PARTIES, add_and_release)


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_each_gets_the_next_number() -> None:
    outcomes = rush()
    numbers = sorted(number for number in outcomes if number != "nothing new")
    assert numbers == list(range(1, len(numbers) + 1)), outcomes
    assert list(Release.objects.values_list("number", flat=True)) == numbers
    assert len(queries.released(Release.objects.last()).entries) == PARTIES  # type: ignore[arg-type]


@contextmanager
def nobody_waits() -> Iterator[None]:
    """The conference is read without a lock."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(releases, "locked", lambda rows, row_id, expected=None: rows.objects.get(pk=row_id))
        yield


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_want_the_same_number() -> None:
    """The negative control: it is the lock that hands out numbers one by one."""
    with nobody_waits():
        outcomes = [outcome for _ in range(3) for outcome in rush()]
    assert any(isinstance(outcome, IntegrityError) for outcome in outcomes)


# The working programme


def a_programme_of(count: int) -> Conference:
    """A session in each of whose items somebody speaks, in two rooms, under a chair."""
    conference = announced(0, lead=OrganisationFactory(parent=OrganisationFactory()))
    OrganiserFactory(conference=conference, organisation=OrganisationFactory(), role="co", order=1)
    venue = VenueFactory()
    site = SiteFactory(conference=conference, venue=venue)
    rooms = [RoomFactory(venue=venue) for _ in range(2)]
    session = AgendaItemFactory(conference=conference, order=1, kind="session")
    house = OrganisationFactory()
    OrganisationNameFactory(organisation=house, name={"vi": "Tên cũ"}, valid_to=dt.date(2022, 1, 1))
    for number in range(count):
        item = AgendaItemFactory(conference=conference, order=number + 2, parent=session)
        item.speakers.create(conference=conference, order=1, person=PersonFactory(), organisation=house)
        DutyFactory(conference=conference, kind="panel", agenda_item=item, person=PersonFactory())
        for room in rooms:
            AgendaRoomFactory(conference=conference, agenda_item=item, site=site, room=room)
    return conference


def test_the_working_programme_takes_nine_queries_and_its_names_three(
    django_assert_num_queries: Any,
) -> None:
    for count in (1, 3, 30):
        conference = a_programme_of(count)
        with django_assert_num_queries(9):
            programme = queries.working_programme(conference)
        assert len(programme.entries) == count + 1
        with django_assert_num_queries(3):
            names = queries.names_for(programme)
        assert len(names) == 2 * count + 1
        last = programme.entries[-1]
        assert [len(each) for each in (last.places, last.speakers, last.chairs)] == [2, 1, 1]
        assert names[last.speakers[0].organisation] == {"vi": "Tên cũ"}  # type: ignore[index]


def test_a_release_keeps_where_the_conference_was_to_be() -> None:
    conference = announced(1)
    site = SiteFactory(conference=conference, venue=VenueFactory(name={"vi": "Khách sạn A"}, address={}))
    before = release(conference)
    site.venue = VenueFactory(name={"vi": "Khách sạn B"}, address={})
    site.save()
    after = release(conference)
    assert [place.said["vi"] for row in (before, after) for place in queries.released(row).sites] == [
        "Khách sạn A",
        "Khách sạn B",
    ]
    (section,) = changelog(queries.released(before), queries.released(after), names={})
    assert [line.text["vi"] for line in section.lines] == ["Hội nghị họp tại Khách sạn B."]


def test_a_release_keeps_who_was_to_hold_the_conference() -> None:
    above = OrganisationFactory(name={"vi": "Tổng cục"})
    lead = OrganisationFactory(name={"vi": "Trung tâm"}, parent=above)
    conference = announced(1, lead=lead)
    first_one = release(conference)
    services.edit(conference_id=conference.pk, fields={}, co_organisers=[OrganisationFactory(name={"vi": "Sở Y tế"})])
    OrganisationNameFactory(organisation=lead, name={"vi": "Trung tâm Kỹ thuật"}, valid_to=dt.date(2022, 1, 1))
    second = release(conference)
    before, after = queries.released(first_one), queries.released(second)
    assert [(each.role, each.said["vi"], each.under.get("vi")) for each in before.organisers] == [
        ("lead", "Trung tâm", "Tổng cục")
    ]
    assert [each.said["vi"] for each in after.organisers] == ["Trung tâm Kỹ thuật", "Sở Y tế"]
    (section,) = changelog(before, after, names={})
    assert [line.text for line in section.lines] == [
        {
            "vi": "Đơn vị tổ chức nay là Trung tâm Kỹ thuật; Sở Y tế.",
            "en": "The conference is now held by Trung tâm Kỹ thuật; Sở Y tế.",
        }
    ]
    other = replace(before, organisers=(replace(before.organisers[0], said={"vi": "Cục"}),))
    assert digest(other) != first_one.sha256, "organisers are under the hash"
    gone = changelog(after, replace(after, organisers=()), names={})
    assert gone[0].lines[0].text["vi"] == "Hội nghị không còn đơn vị tổ chức nào."


def test_what_a_session_is_all_it_holds_is_too() -> None:
    conference = announced(0, confidentiality="internal")
    session = AgendaItemFactory(
        conference=conference,
        order=1,
        kind="session",
        state="cancelled",
        reason={"vi": "Bão"},
        reserve=True,
        confidentiality="restricted",
    )
    AgendaItemFactory(conference=conference, order=2, parent=session, state="postponed")
    AgendaItemFactory(conference=conference, order=3)
    _, held, other = queries.working_programme(conference).entries
    assert (held.state, held.reason, held.reserve) == ("cancelled", {"vi": "Bão"}, True)
    assert (held.confidentiality, held.own_confidentiality) == ("restricted", "")
    assert (other.state, other.reserve, other.confidentiality) == ("planned", False, "internal")


def test_each_session_is_followed_by_what_it_holds() -> None:
    conference = announced(0)
    one, two = (AgendaItemFactory(conference=conference, order=n, kind="session") for n in (1, 2))
    inner = AgendaItemFactory(conference=conference, order=3, parent=one)
    assert [entry.id for entry in queries.working_programme(conference).entries] == [one.pk, inner.pk, two.pk]


def test_people_are_called_with_degree_or_honorific_and_the_erased_are_not_called_at_all() -> None:
    conference = announced(1)
    item = conference.agenda.get()
    doctor = PersonFactory(full_name="Hà Minh Hiệp", degree="TS.", honorific="ong")
    other = PersonFactory(full_name="Đặng Thị Tú", honorific="ba")
    for order, person in enumerate((doctor, other)):
        item.speakers.create(conference=conference, order=order, person=person)
    names = queries.names_for(queries.working_programme(conference))
    assert names[doctor.pk] == {"vi": "TS. Hà Minh Hiệp", "en": "Mr Ha Minh Hiep"}
    assert names[other.pk] == {"vi": "Bà Đặng Thị Tú", "en": "Ms Dang Thi Tu"}


def test_what_was_released_outlives_what_it_names() -> None:
    conference = a_programme_of(1)
    made = release(conference)
    conference.agenda.all().delete()
    programme: Programme = queries.released(Release.objects.get(pk=made.pk))
    assert len(programme.entries) == 2
    assert queries.names_for(programme)


# What was released follows the conference


def move(conference: Conference, **fields: Any) -> None:
    services.edit(conference_id=conference.pk, fields=fields)  # type: ignore[arg-type]


def test_what_was_released_moves_along_with_the_conference() -> None:
    conference = announced(2)
    conference.agenda.update(pinned=True, minutes_planned=15)
    release(conference)
    write(conference, title={"vi": "Chưa phát hành"})
    services.edit(conference_id=conference.pk, fields={}, lead=OrganisationFactory())
    week = dt.timedelta(days=7, minutes=30)
    assert conference.starts_at
    assert conference.ends_at
    move(conference, starts_at=conference.starts_at + week, ends_at=conference.ends_at + week)
    before, after = (queries.released(row) for row in conference.releases.order_by("number"))
    assert after.starts_at == conference.starts_at + week
    assert [entry.starts_at for entry in after.entries] == [AT + week, AT + QUARTER + week]
    assert [entry.title for entry in after.entries] == [entry.title for entry in before.entries]
    assert after.organisers == before.organisers, "who holds it now is not released yet"
    assert [entry.sequence for entry in after.entries] == [1, 1]
    assert conference.releases.get(number=2).note["vi"] == "Theo thời gian, địa điểm mới của hội nghị."
    assert release(conference).counts == {"public": {"retitled": 1}}, "what is still being written is released by hand"


def test_nobody_is_named_in_an_office_left_by_the_day_the_conference_moves_to() -> None:
    conference = announced(1)
    title, deputy = {"vi": "Giám đốc"}, {"vi": "Phó Giám đốc"}
    leaving, promoted, erstwhile = (PersonFactory() for _ in range(3))
    day = conference.day
    assert day is not None
    for person in (leaving, erstwhile):
        PositionFactory(person=person, title=title, valid_to=day)
    PositionFactory(person=promoted, title=deputy, valid_to=day)
    PositionFactory(person=promoted, title=title, valid_from=day + dt.timedelta(days=1))
    item = conference.agenda.get()
    named_as = ((leaving, title), (promoted, deputy), (erstwhile, {"vi": "Nguyên Giám đốc"}))
    for order, (person, office) in enumerate(named_as):
        SpeakerFactory(conference=conference, agenda_item=item, person=person, office=office, order=order)
    release(conference)
    week = dt.timedelta(days=7)
    move(conference, starts_at=conference.starts_at + week, ends_at=conference.ends_at + week)
    named = {voice.person: voice.office for voice in first(conference.releases.get(number=2)).speakers}
    assert named == {leaving.pk: {}, promoted.pk: title, erstwhile.pk: {"vi": "Nguyên Giám đốc"}}


def test_a_released_programme_loses_its_hours_with_the_conference() -> None:
    conference = announced(1)
    release(conference)
    move(conference, starts_at=None, ends_at=None, day=dt.date(2021, 1, 20), day_part="morning")
    after = queries.released(conference.releases.get(number=2))
    assert (after.starts_at, after.day, after.day_part) == (None, dt.date(2021, 1, 20), "morning")
    assert [(entry.starts_at, entry.ends_at) for entry in after.entries] == [(None, None)]


def test_a_released_programme_has_its_hours_again_with_the_conference() -> None:
    conference = announced(2)
    conference.agenda.update(minutes_planned=15)
    release(conference)
    move(conference, starts_at=None, ends_at=None, day=dt.date(2021, 1, 20), day_part="morning")
    write(conference, title={"vi": "Chưa phát hành"})
    week = dt.timedelta(days=7)
    for number, apart in ((3, week), (4, 2 * week)):
        assert conference.starts_at
        assert conference.ends_at
        move(conference, starts_at=conference.starts_at + apart, ends_at=conference.ends_at + apart)
        after = queries.released(conference.releases.get(number=number))
        begun = conference.starts_at + apart
        assert [entry.starts_at for entry in after.entries] == [begun, begun + QUARTER]
        assert [entry.sequence for entry in after.entries] == [number - 1] * 2
        assert after.entries[0].title != {"vi": "Chưa phát hành"}


def test_another_house_takes_its_rooms_out_of_what_was_released() -> None:
    conference = announced(1)
    room = RoomFactory()
    site = SiteFactory(conference=conference, venue=room.venue)
    item = conference.agenda.get()
    AgendaRoomFactory(conference=conference, agenda_item=item, site=site, room=room)
    release(conference)
    other = VenueFactory(name={"vi": "Khách sạn B"}, address={})
    conference.agenda_rooms.all().delete()
    services.edit_site(site_id=site.pk, fields={"venue": other})
    before, after = (queries.released(row) for row in conference.releases.order_by("number"))
    assert [len(each.entries[0].places) for each in (before, after)] == [1, 0]
    assert [place.said["vi"] for place in after.sites] == ["Khách sạn B"]


def test_a_postponed_programme_is_right_again_when_its_conference_is_announced_anew() -> None:
    conference = announced(1)
    release(conference)
    services.postpone(conference_id=conference.pk, reason={"vi": "Bão"})
    assert conference.starts_at
    hour = dt.timedelta(hours=1)
    move(conference, starts_at=conference.starts_at + hour, ends_at=conference.ends_at and conference.ends_at + hour)
    assert conference.releases.count() == 1
    services.announce(conference_id=conference.pk)
    after = queries.released(conference.releases.get(number=2))
    assert [entry.starts_at for entry in after.entries] == [AT + hour]


def test_a_move_without_a_released_programme_releases_none() -> None:
    conference = announced(1)
    move(conference, day=dt.date(2021, 2, 1), starts_at=None, ends_at=None)
    assert not conference.releases.exists()
