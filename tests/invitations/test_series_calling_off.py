"""One edit that calls off several meetings of a series is one letter to everybody concerned, at once."""

import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import pytest

from backend.conferences import services as conferences
from backend.conferences.models import Conference, Series
from backend.invitations import services
from backend.invitations.ical import calendar_uid
from backend.invitations.models import Invitation
from backend.invitations.services import together
from backend.mail.models import OutgoingMail
from backend.outbox.models import Delivery, Event
from backend.people.models import Person
from tests import lift
from tests.factories.conferences import DutyFactory
from tests.factories.people import PersonFactory
from tests.invitations.test_series_news import (
    MONDAYS,
    calendars,
    client,
    close_windows,
    edit,
    host,
    invited,
    meetings,
    text,
    the_clocks,
    weekly,
)
from tests.threads import in_threads

__all__ = ["client", "host", "the_clocks", "weekly"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def settled(weekly: Series) -> None:
    lift.run()


def heard(person: Person) -> list[EmailMessage]:
    rows = OutgoingMail.objects.filter(purpose="cancellation", recipient=person.email).order_by("id")
    return [message_from_bytes(bytes(row.raw), policy=policy.default) for row in rows]  # type: ignore[misc]


def chairs(rows: list[Conference], **fields: Any) -> Person:
    person: Person = PersonFactory(**fields)
    for row in rows:
        DutyFactory(conference=row, kind="chair", person=person, office={})
    return person


def end(client: Any, series: Series, last_day: str) -> None:
    body = {"last_day": last_day, "reason": {"vi": "Sáp nhập hai phòng", "en": "Two units were merged"}}
    answer = client.post(f"/api/v1/series/{series.pk}/end", body, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.json()
    lift.run()


def uids(letter: EmailMessage) -> list[str]:
    found = calendars(letter)
    assert {calendar["method"] for calendar in found} <= {"CANCEL"}
    return [str(calendar.events[0]["uid"]) for calendar in found]


def uids_of(rows: list[Conference]) -> list[str]:
    return [calendar_uid(row.pk, None) for row in rows]


def test_the_end_of_a_series_is_one_letter_to_everybody(client: Any, weekly: Series) -> None:
    rows = meetings(weekly)
    person, foreigner, once = invited(rows), invited(rows, language="en"), invited(rows[3:])
    mixed = invited(rows[1:3])
    DutyFactory(conference=rows[3], kind="chair", person=mixed, office={})
    chair, chair_once, guest = chairs(rows), chairs(rows[3:]), invited(rows[:1])
    lift.post()
    end(client, weekly, MONDAYS[0])

    [letter] = heard(person)
    assert letter["Subject"] == "Huỷ 3 cuộc họp: Giao ban tuần"
    assert uids(letter) == uids_of(rows[1:])
    for calendar in calendars(letter):
        [event] = calendar.events
        assert (event["sequence"], event["status"]) == (1, "CANCELLED")
        assert str(event["attendee"]).lower() == f"mailto:{person.email}"
    [_, *attached] = letter.iter_parts()
    assert [part.get_filename() for part in attached] == [f"{day}-0800.ics" for day in MONDAYS[1:]]
    assert text(letter).count("Lý do: Sáp nhập hai phòng") == 1
    assert text(letter).count("Thời gian đã báo: 08 giờ 00") == 3
    [letter] = heard(foreigner)
    assert letter["Subject"] == "3 meetings cancelled: Weekly staff meeting"
    assert "Reason: Two units were merged" in text(letter)
    [letter] = heard(mixed)
    assert letter["Subject"] == "Huỷ 3 cuộc họp: Giao ban tuần", "invited to two of them, and chair of the third"
    assert uids(letter) == uids_of(rows[1:3])
    [letter] = heard(chair)
    assert text(letter).count("Thời gian đã báo") == 3
    assert (uids(letter), "Liên kết" in text(letter)) == ([], False)
    for one, found in ((once, uids_of(rows[3:])), (chair_once, [])):
        [letter] = heard(one)
        assert letter["Subject"] == "Huỷ cuộc họp: Giao ban tuần", "one meeting: its own letter"
        assert uids(letter) == found
    assert heard(guest) == [], "the first takes place"
    batches = OutgoingMail.objects.filter(recipient__in=[person.email, chair.email], purpose="cancellation")
    assert batches.values_list("batch_id", flat=True).distinct().count() == 1
    assert not Delivery.objects.exclude(state="settled").exists()


def test_what_was_postponed_ends_with_the_series_and_is_told_as_cancelled(client: Any, weekly: Series) -> None:
    rows = meetings(weekly)
    person = invited(rows)
    lift.post()
    conferences.postpone(conference_id=rows[2].pk, reason={"vi": "Bão"})
    lift.run()
    end(client, weekly, MONDAYS[0])
    assert set(Conference.objects.filter(pk__in=[row.pk for row in rows[1:]]).values_list("state", flat=True)) == {
        "cancelled"
    }
    [letter] = heard(person)
    assert (letter["Subject"], uids(letter)) == ("Huỷ 3 cuộc họp: Giao ban tuần", uids_of(rows[1:]))


def test_nobody_hears_twice_when_it_is_handled_again(client: Any, weekly: Series) -> None:
    rows = meetings(weekly)
    invited(rows), invited(rows[3:]), chairs(rows), chairs(rows[3:])
    lift.post()
    end(client, weekly, MONDAYS[0])
    before = OutgoingMail.objects.count()
    [fact] = Event.objects.filter(name="series.called_off")
    assert services.tell_of_series_calling_off(series_id=weekly.pk, conferences=fact.payload["conferences"]) == 4
    lift.run()
    assert OutgoingMail.objects.count() == before
    assert OutgoingMail.objects.filter(purpose="cancellation").count() == 4


@pytest.mark.parametrize("left", [2, 1])
def test_handled_again_when_fewer_are_left_it_is_no_shorter_letter(client: Any, weekly: Series, left: int) -> None:
    rows = meetings(weekly)
    invited(rows), chairs(rows)
    lift.post()
    end(client, weekly, MONDAYS[0])
    before = OutgoingMail.objects.filter(purpose="cancellation").count()
    [told] = Event.objects.filter(name="series_calling_off.addressed").values_list("payload", flat=True)
    for row in rows[1 + left :]:
        conferences.reopen(conference_id=row.pk)
    services.mail_series_calling_off(series_id=weekly.pk, conferences=told["conferences"], people=told["people"])
    lift.run()
    assert OutgoingMail.objects.filter(purpose="cancellation").count() == before == 2


def test_days_left_out_and_another_rule_are_one_letter_and_a_single_day_is_told_as_ever(
    client: Any, weekly: Series
) -> None:
    rows = meetings(weekly)
    person = invited(rows)
    lift.post()
    edit(client, weekly, left_out=[MONDAYS[1]])
    lift.run()
    [letter] = heard(person)
    assert letter["Subject"] == "Huỷ cuộc họp: Giao ban tuần"
    assert not Event.objects.filter(name="series.called_off").exists()
    edit(client, weekly, left_out=MONDAYS[1:])
    lift.run()
    [_, letter] = heard(person)
    assert (letter["Subject"], uids(letter)) == ("Huỷ 2 cuộc họp: Giao ban tuần", uids_of(rows[2:]))
    assert "Lịch định kỳ đã thay đổi." in text(letter)


def test_whoever_never_heard_of_them_hears_nothing_and_a_part_is_told_all_the_same(client: Any, weekly: Series) -> None:
    rows = meetings(weekly)
    never, chair = invited(rows), invited(rows)
    for row in rows[1:]:
        DutyFactory(conference=row, kind="chair", person=chair, office={})
    end(client, weekly, MONDAYS[0])
    assert heard(never) == []
    kept = OutgoingMail.objects.filter(recipient=never.email, purpose="invitation").order_by("state")
    assert [row.state for row in kept] == ["queued", "withdrawn", "withdrawn", "withdrawn"]
    [letter] = heard(chair)
    assert (letter["Subject"], uids(letter)) == ("Huỷ 3 cuộc họp: Giao ban tuần", [])


def test_what_takes_place_after_all_is_not_called_off_and_invites_again(client: Any, weekly: Series) -> None:
    rows = meetings(weekly)
    person = invited(rows)
    lift.post()
    edit(client, weekly, left_out=MONDAYS[1:])
    lift.run()
    assert set(Invitation.objects.values_list("state", flat=True)) == {"sent", "withdrawn"}
    conferences.reopen(conference_id=rows[1].pk)
    conferences.announce(conference_id=rows[1].pk)
    close_windows()
    back = Invitation.objects.get(conference=rows[1])
    assert (back.state, back.called_off_from) == ("sent", "")
    assert Event.objects.filter(name="invitations.restored", subject_id=rows[1].pk).exists()
    [told] = Event.objects.filter(name="series_calling_off.addressed").values_list("payload", flat=True)
    OutgoingMail.objects.filter(purpose="cancellation").delete()
    services.mail_series_calling_off(series_id=weekly.pk, conferences=told["conferences"], people=told["people"])
    [letter] = heard(person)
    assert uids(letter) == uids_of(rows[2:]), "written late, it does not name the one that takes place"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("keyed", [True, False])
def test_two_workers_with_the_same_work_write_one_letter(
    client: Any, weekly: Series, monkeypatch: pytest.MonkeyPatch, keyed: bool
) -> None:
    """Both look before either has written; the negative control: letters that are not filed by what they tell."""
    person = invited(meetings(weekly))
    lift.post()
    end(client, weekly, MONDAYS[0])
    OutgoingMail.objects.filter(purpose="cancellation").delete()
    [told] = Event.objects.filter(name="series_calling_off.addressed").values_list("payload", flat=True)
    both_looked, look = threading.Barrier(2), together.written_before

    def looked(*asked: Any) -> Any:
        found = look(*asked)
        both_looked.wait(10)
        return found

    monkeypatch.setattr(together, "written_before", looked)
    if not keyed:
        monkeypatch.setattr(together, "subject_of", lambda *_: uuid4())
    body = {"conferences": told["conferences"], "people": told["people"]}
    results = in_threads(2, lambda: services.mail_series_calling_off(series_id=weekly.pk, **body))
    assert results == [1, 1]
    assert len(heard(person)) == (1 if keyed else 2)
