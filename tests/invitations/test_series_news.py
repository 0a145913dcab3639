"""A new hour for a whole series is one letter to each person, however many meetings it moves."""

import datetime as dt
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from backend.conferences import services as conferences
from backend.conferences.models import Conference, Series
from backend.conferences.queries import series as series_queries
from backend.invitations import services
from backend.invitations.ical import calendar_uid
from backend.invitations.models import FailedLetter, Invitation
from backend.invitations.services import series_news
from backend.mail.models import MailBatch, OutgoingMail
from backend.outbox.models import Delivery, Event
from backend.people.models import Organisation, Person
from tests import lift
from tests.conferences.conftest import signed_in
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.factories.people import OrganisationFactory, PersonFactory, account_with

pytestmark = pytest.mark.django_db
SATURDAY = dt.datetime(2026, 11, 21, 2, 0, tzinfo=dt.UTC)
LONG_AGO = dt.datetime(2021, 1, 1, tzinfo=dt.UTC)
MONDAYS = ["2026-11-23", "2026-11-30", "2026-12-07", "2026-12-14"]


@pytest.fixture(autouse=True)
def the_clocks(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.NEWS_WINDOW = 600
    monkeypatch.setattr(series_queries, "now", lambda: SATURDAY)


@pytest.fixture
def host() -> Organisation:
    found: Organisation = OrganisationFactory(name={"vi": "Sở Khoa học và Công nghệ", "en": "Science Department"})
    return found


@pytest.fixture
def client(host: Organisation) -> Any:
    return signed_in(account_with("organiser", organisation=host))


@pytest.fixture
def weekly(client: Any, host: Organisation) -> Series:
    """Mondays at eight for four weeks, each announced as soon as it is planned."""
    fields = {
        "title": {"vi": "Giao ban tuần", "en": "Weekly staff meeting"},
        "rule": "FREQ=WEEKLY;BYDAY=MO",
        "starts_on": MONDAYS[0],
        "start_time": "08:00",
        "minutes": 90,
        "horizon_days": 27,
        "announces": True,
        "organisation": str(host.pk),
    }
    answer = client.post("/api/v1/series", fields)
    assert answer.status_code == 201, answer.json()
    return Series.objects.get(pk=answer.json()["id"])


def meetings(series: Series) -> list[Conference]:
    return list(Conference.objects.filter(series=series).order_by("recurrence_id"))


def invited(rows: list[Conference], **fields: Any) -> Person:
    person: Person = PersonFactory(**fields)
    for row in rows:
        members = InvitationListFactory(conference=row, site=None)
        InvitationFactory(list=members, person=person, email=person.email, language=fields.get("language", "vi"))
        services.send_list(list_id=members.pk)
    lift.run()
    return person


def edit(client: Any, series: Series, **fields: Any) -> Any:
    answer = client.patch(f"/api/v1/series/{series.pk}", fields, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.json()
    return answer.json()


def close_windows() -> None:
    """Ten minutes after the first change."""
    first = Conference.objects.filter(news_due_at__isnull=False).order_by("news_due_at").first()
    assert first is not None
    Conference.objects.filter(pk=first.pk).update(news_due_at=LONG_AGO)
    conferences.tell_due_news()
    lift.run()


def news(person: Person) -> list[EmailMessage]:
    rows = OutgoingMail.objects.filter(purpose="news", recipient=person.email).order_by("id")
    return [message_from_bytes(bytes(row.raw), policy=policy.default) for row in rows]  # type: ignore[misc]


def calendars(letter: EmailMessage) -> list[Any]:
    parts = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
    found = []
    for part in parts:
        calendar: Any = Calendar.from_ical(part.get_payload(decode=True))
        assert part.get_param("method") == calendar["method"]
        found.append(calendar)
    return found


def text(letter: EmailMessage) -> str:
    found = next(part for part in letter.walk() if part.get_content_type() == "text/plain")
    return str(found.get_content())  # type: ignore[attr-defined]


def test_a_new_hour_for_the_whole_series_is_one_letter_with_an_entry_for_each_meeting(
    client: Any, weekly: Series
) -> None:
    rows = meetings(weekly)
    assert len(rows) == 4
    person, once = invited(rows), invited(rows[:1], language="en")
    edit(client, weekly, start_time="09:30")
    edit(client, weekly, start_time="09:00")
    close_windows()

    [letter] = news(person)
    assert letter["Subject"] == "Thay đổi 4 cuộc họp: Giao ban tuần"
    found = calendars(letter)
    assert [calendar["method"] for calendar in found] == ["REQUEST"] * 4
    for row, calendar in zip(rows, found, strict=True):
        [event] = calendar.events
        assert (event["uid"], event["sequence"]) == (calendar_uid(row.pk, None), 2)
        assert event["dtstart"].dt.astimezone(dt.UTC).hour == 2
        assert str(event["attendee"]).lower() == f"mailto:{person.email}"
    assert letter.get_content_type() == "multipart/mixed"
    [body, *attached] = letter.iter_parts()
    assert body.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in body.iter_parts()] == ["text/plain", "text/html"]
    assert [part.get_filename() for part in attached] == [f"{day}-0900.ics" for day in MONDAYS]
    said = text(letter)
    assert said.count("09 giờ 00 đến 10 giờ 30") == 4
    assert said.count("(trước đây: 08 giờ 00 đến 09 giờ 30") == 4
    links = [line for line in said.splitlines() if line.startswith("Trả lời cho cuộc họp này: http")]
    assert len(set(links)) == 4

    [together] = Event.objects.filter(name="series_news.addressed")
    assert together.payload["people"] == [str(person.pk)]
    [alone] = news(once)
    assert alone["Subject"] == "Changed: Weekly staff meeting", "one meeting: its own letter, to be answered in place"
    [request] = calendars(alone)
    assert request["method"] == "REQUEST"
    assert set(Invitation.objects.values_list("sequence", flat=True)) == {2}
    batch = MailBatch.objects.get(pk=OutgoingMail.objects.get(recipient=person.email, purpose="news").batch_id)
    assert batch.organisation_id == weekly.organisation_id


def test_every_change_of_a_window_is_in_its_letter_and_what_comes_later_in_the_next(
    client: Any, weekly: Series
) -> None:
    rows = meetings(weekly)
    person = invited(rows)
    by_hand = {name: getattr(rows[3], name) + dt.timedelta(hours=3) for name in ("starts_at", "ends_at")}
    conferences.edit(conference_id=rows[3].pk, fields=by_hand)
    edit(client, weekly, start_time="09:00")
    close_windows()
    assert len(news(person)) == 1
    assert not Conference.objects.filter(news_due_at__isnull=False).exists(), "one window for all of the series"
    edit(client, weekly, start_time="10:00")
    close_windows()
    first, second = news(person)
    assert len(calendars(first)) == 4
    assert [calendar.events[0]["sequence"] for calendar in calendars(second)] == [2, 2, 2]
    lift.run()
    conferences.tell_due_news()
    assert len(news(person)) == 2


def test_what_loses_its_hour_is_taken_out_of_the_calendar(client: Any, weekly: Series) -> None:
    person = invited(meetings(weekly)[:2])
    edit(client, weekly, start_time=None, minutes=None)
    close_windows()
    [letter] = news(person)
    assert [calendar["method"] for calendar in calendars(letter)] == ["CANCEL", "CANCEL"]
    assert "2 tệp gỡ lịch hẹn cũ" in text(letter)


def test_what_is_news_no_more_when_the_letter_is_written_is_not_told_and_the_rest_in_the_order_of_time(
    client: Any, weekly: Series
) -> None:
    """Between finding out whom it concerns and the letter one meeting is put off, and one moves back; another one has
    moved beyond all."""
    rows = meetings(weekly)
    person, other, gone = invited(rows), invited(rows[2:]), invited(rows)
    was = {row.pk: {name: getattr(row, name) for name in ("starts_at", "ends_at")} for row in rows}
    edit(client, weekly, start_time="09:00")
    beyond = {name: value + dt.timedelta(weeks=5) for name, value in was[rows[0].pk].items()}
    conferences.edit(conference_id=rows[0].pk, fields=beyond)
    Conference.objects.filter(series=weekly).update(news_due_at=LONG_AGO)
    conferences.tell_due_news()
    due = Event.objects.get(name="series.news_due").payload["windows"]
    assert services.tell_series_news(series_id=weekly.pk, windows=due) == 3

    conferences.edit(conference_id=rows[1].pk, fields=was[rows[1].pk])
    conferences.postpone(conference_id=rows[2].pk, reason={"vi": "Bão"})
    Invitation.objects.filter(person=gone).update(email="")
    Person.objects.filter(pk=gone.pk).update(email="")
    [told] = Event.objects.filter(name="series_news.addressed").values_list("payload__people", flat=True)
    assert set(told) == {str(each.pk) for each in (person, other, gone)}
    assert services.mail_series_news(series_id=weekly.pk, windows=due, people=told) == 2
    assert not Event.objects.filter(name="series_news.addressed").exclude(payload__people=told).exists()

    [letter] = news(person)
    assert letter["Subject"] == "Thay đổi 2 cuộc họp: Giao ban tuần"
    assert [str(calendar.events[0]["uid"]) for calendar in calendars(letter)] == [
        calendar_uid(row.pk, None) for row in (rows[3], rows[0])
    ]
    [alone] = news(other)
    assert alone["Subject"] == "Thay đổi: Giao ban tuần", "only one is left: the letter of that meeting"
    assert [calendar.events[0]["uid"] for calendar in calendars(alone)] == [calendar_uid(rows[3].pk, None)]


def test_somebody_no_letter_can_be_written_to_keeps_nobody_waiting(client: Any, weekly: Series) -> None:
    rows = meetings(weekly)
    poor, other = invited(rows[:2]), invited(rows[:2])
    Invitation.objects.filter(person=poor).update(email="khong phai dia chi")
    edit(client, weekly, start_time="09:00")
    close_windows()
    assert len(news(other)) == 1
    assert set(Invitation.objects.filter(person=poor).values_list("sequence", flat=True)) == {0}
    assert not Delivery.objects.exclude(state="settled").exists()
    failed = FailedLetter.objects.get()
    assert (failed.person, failed.letter, failed.kind) == (poor, "series_news", "unwritable")

    Invitation.objects.filter(person=poor).update(email=poor.email)
    services.try_again(failed_id=failed.pk)
    lift.run()
    assert [len(news(person)) for person in (poor, other)] == [1, 1]


@pytest.mark.parametrize("back", [False, True])
def test_whoever_writes_looks_at_the_meetings_in_one_order(back: bool) -> None:
    """Else two workers could wait for each other."""
    ids = sorted(str(PersonFactory.build().pk) for _ in range(3))
    windows = {each: [0, 1, 0, 0] for each in (reversed(ids) if back else ids)}
    assert [str(window.conference_id) for window in series_news._windows(windows)] == ids


def test_two_addresses_are_two_letters_and_none_is_said_to_be_unreachable(client: Any, weekly: Series) -> None:
    rows = meetings(weekly)
    person, nobody = invited(rows[:2]), invited(rows[:2])
    Invitation.objects.filter(person=person, conference=rows[1]).update(email="van-thu@example.test")
    Invitation.objects.filter(person=nobody).update(email="")
    Person.objects.filter(pk=nobody.pk).update(email="")
    edit(client, weekly, start_time="09:00")
    close_windows()
    mails = OutgoingMail.objects.filter(purpose="news")
    assert sorted(mails.values_list("recipient", flat=True)) == sorted([person.email, "van-thu@example.test"])
    told = Event.objects.filter(name="news.addressed").values_list("payload__unreachable", flat=True)
    assert [list(found) for found in told].count([str(nobody.pk)]) == 2


def test_a_letter_more_costs_no_further_query(client: Any, weekly: Series) -> None:
    rows = meetings(weekly)
    for _ in range(3):
        invited(rows)
    edit(client, weekly, start_time="09:00")
    close_windows()
    [due] = Event.objects.filter(name="series.news_due")
    costs = []
    for people in (1, 3):
        Invitation.objects.update(sequence=0)
        OutgoingMail.objects.filter(purpose="news").delete()
        some = [str(pk) for pk in Invitation.objects.values_list("person_id", flat=True).distinct()[:people]]
        with CaptureQueriesContext(connection) as queries:
            written = services.mail_series_news(series_id=weekly.pk, windows=due.payload["windows"], people=some)
        assert written == people
        costs.append(len(queries))
    assert costs[0] == costs[1]
