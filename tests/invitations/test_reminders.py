"""Reminders: whom they reach, when, what they say, and that nobody hears of what is off."""

import datetime as dt
import threading
from collections.abc import Iterable
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar
from rest_framework.test import APIClient

from backend.conferences import services as conferences
from backend.conferences.models import Conference
from backend.core.clock import now
from backend.invitations import services
from backend.invitations.models import Invitation, InvitationList, Reminder
from backend.invitations.services import reminders
from backend.mail.models import OutgoingMail
from backend.outbox.models import Event
from tests import lift
from tests.factories.conferences import ConferenceFactory
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.factories.people import OrganisationFactory, PersonFactory, account_with
from workers import clock

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
STATES = ("sent", "accepted", "tentative", "declined", "withdrawn", "draft")


def held(starts_in: dt.timedelta, **fields: Any) -> Conference:
    starts_at = now() + starts_in
    zone_day = (starts_at + 7 * HOUR).date()
    made: Conference = ConferenceFactory(
        announced=True, day=zone_day, day_part="", starts_at=starts_at, ends_at=starts_at + 2 * HOUR, **fields
    )
    return made


def asked(conference: Conference, states: Iterable[str] = ("sent",), **fields: Any) -> InvitationList:
    """A list that was sent a month ago, with one invitee in each of the states."""
    long_ago = now() - 30 * DAY
    row: InvitationList = InvitationListFactory(conference=conference, sent_at=long_ago, **fields)
    for state in states:
        person = PersonFactory(email=f"{state}@donvi.example")
        InvitationFactory(list=row, person=person, state=state, sent_at=None if state == "draft" else long_ago)
    return row


def written(purpose: str) -> set[str]:
    return {row.recipient.partition("@")[0] for row in OutgoingMail.objects.filter(purpose=purpose)}


def texts(purpose: str) -> dict[str, Any]:
    rows = OutgoingMail.objects.filter(purpose=purpose)
    return {row.recipient.partition("@")[0]: message_from_bytes(bytes(row.raw), policy=policy.default) for row in rows}


def plain(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content())


def test_before_the_start_those_who_may_come_are_reminded_once_of_each_moment() -> None:
    conference = held(23 * HOUR + dt.timedelta(minutes=59, seconds=50))
    asked(conference, STATES)

    assert (services.remind_invitees(), services.remind_invitees()) == (3, 0)
    lift.run()

    mails = texts("start_reminder")
    assert set(mails) == {"sent", "accepted", "tentative"}
    assert "đã nhận lời tham dự" in plain(mails["accepted"])
    assert "chưa nhận được câu trả lời" in plain(mails["sent"])
    assert "chưa chắc" in plain(mails["tentative"])
    assert mails["sent"]["Subject"].startswith("Nhắc lịch: ")
    move_clock(conference, 23 * HOUR)  # two hours before the start have come
    assert services.remind_invitees() == 3
    assert Reminder.objects.count() == 6


def move_clock(conference: Conference, time: dt.timedelta) -> None:
    """As if so much time had passed: everything that was, and will be, lies so much earlier."""
    Conference.objects.filter(pk=conference.pk).update(starts_at=conference.starts_at - time)
    conference.refresh_from_db()
    for row in InvitationList.objects.filter(conference=conference):
        moved = row.reminded_to - time if row.reminded_to else None
        InvitationList.objects.filter(pk=row.pk).update(reminded_to=moved)


def test_before_the_deadline_only_those_who_have_not_answered_are_asked() -> None:
    asked(held(20 * DAY), STATES, reply_by=now() + DAY - dt.timedelta(seconds=5))

    assert services.remind_invitees() == 1
    lift.run()

    [(who, mail)] = texts("reply_reminder").items()
    assert who == "sent"
    assert mail["Subject"].startswith("Xin trả lời giấy mời: ")
    assert "Xin trả lời trước: " in plain(mail)
    assert OutgoingMail.objects.count() == 1


def test_who_is_reminded_of_both_at_once_gets_one_letter() -> None:
    asked(held(7 * DAY - HOUR), reply_by=now() + 3 * DAY - HOUR)

    assert services.remind_invitees() == 1
    lift.run()

    assert set(OutgoingMail.objects.values_list("purpose", flat=True)) == {"start_reminder"}


def test_the_calendar_entry_is_the_one_they_know() -> None:
    conference = held(HOUR)
    asked(conference, ["accepted"])
    Conference.objects.update(sequence=3, told_sequence=3)
    Invitation.objects.update(sequence=3, first_sequence=1)
    services.remind_invitees()
    lift.run()

    mail = texts("start_reminder")["accepted"]
    part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    calendar: Any = Calendar.from_ical(part.get_payload(decode=True))
    [event] = calendar.events
    assert (calendar["method"], event["sequence"], event["dtstart"].dt) == (
        "REQUEST",
        3,
        conference.starts_at.replace(microsecond=0),
    )


def test_english_readers_are_reminded_in_english() -> None:
    row = asked(held(HOUR), ())
    for state in ("sent", "accepted", "tentative"):
        person = PersonFactory(email=f"{state}@unit.example", language="en")
        InvitationFactory(list=row, person=person, state=state, sent_at=now() - 9 * DAY)
    services.remind_invitees()
    lift.run()

    mails = texts("start_reminder")
    assert mails["sent"]["Subject"].startswith("Reminder: ")
    assert "We have not received your answer" in plain(mails["sent"])
    assert "agreed to attend" in plain(mails["accepted"])
    assert "not sure" in plain(mails["tentative"])
    assert "Reply" in mails["sent"].get_body(("html",)).get_content()


def test_a_list_says_when_its_own_invitees_are_reminded() -> None:
    conference = held(10 * DAY - HOUR)
    asked(conference, start_reminders=[10 * 24 * 60])
    asked(conference, start_reminders=[])
    asked(conference)

    assert services.remind_invitees() == 1


def test_who_was_written_to_since_is_not_reminded_of_an_earlier_moment() -> None:
    row = asked(held(DAY - HOUR))
    InvitationFactory(list=row, sent=True)

    assert services.remind_invitees() == 1
    assert Reminder.objects.get().invitation.person.email == "sent@donvi.example"


def test_nothing_counts_down_to_what_is_past_or_open() -> None:
    asked(held(-HOUR), reply_by=now() - DAY)
    asked(ConferenceFactory(announced=True))
    InvitationListFactory(conference=held(HOUR))  # never sent

    assert services.remind_invitees() == 0


@pytest.mark.parametrize("state", ["draft", "postponed", "cancelled", "closed", "archived"])
def test_nobody_is_reminded_of_a_conference_nobody_is_expected_at(state: str) -> None:
    row = asked(held(HOUR, state=state), reply_by=now() + HOUR)

    assert services.remind_invitees() == 0
    assert InvitationList.objects.get(pk=row.pk).reminded_to is None


@pytest.mark.parametrize("verb", ["cancel", "postpone"])
def test_what_was_not_sent_yet_is_dropped_when_the_conference_is_called_off(verb: str) -> None:
    conference = held(HOUR)
    asked(conference, ["sent", "accepted"])
    services.remind_invitees()
    lift.run()
    OutgoingMail.objects.filter(recipient__startswith="sent").update(state="sent")

    getattr(conferences, verb)(conference_id=conference.pk, reason={"vi": "Bão"})
    lift.run()

    states = dict(OutgoingMail.objects.filter(purpose="start_reminder").values_list("recipient", "state"))
    assert states == {"sent@donvi.example": "sent", "accepted@donvi.example": "withdrawn"}


def test_who_declines_or_is_taken_off_meanwhile_is_not_reminded() -> None:
    row = asked(held(HOUR), ["sent", "accepted", "tentative"])
    services.remind_invitees()
    lift.run()
    of = {invitation.state: invitation for invitation in row.invitations.all()}
    services.reply(invitation_id=of["sent"].pk, answer="declined")
    services.withdraw(invitation_id=of["accepted"].pk)
    services.reply(invitation_id=of["tentative"].pk, answer="accepted")
    lift.run()

    queued = OutgoingMail.objects.filter(purpose="start_reminder", state="queued")
    assert queued.get().recipient == "tentative@donvi.example"


@pytest.mark.parametrize("how", ["cancelled", "postponed", "declined", "withdrawn", "moved", "begun", "deadline"])
def test_a_letter_is_written_only_while_it_is_still_true(how: str) -> None:
    """Between the moment and the letter anything may happen."""
    conference = held(3 * DAY if how == "deadline" else HOUR)
    kind = {"reply_by": now() + HOUR, "start_reminders": []} if how == "deadline" else {}
    row = asked(conference, **kind)
    assert services.remind_invitees() == 1
    match how:
        case "cancelled" | "postponed":
            Conference.objects.update(state=how)
        case "declined" | "withdrawn":
            Invitation.objects.update(state=how)
        case "moved":
            later = now() + 9 * DAY
            Conference.objects.update(day=(later + 7 * HOUR).date(), starts_at=later, ends_at=later + HOUR)
        case "begun":
            Conference.objects.update(starts_at=now())
        case "deadline":
            InvitationList.objects.filter(pk=row.pk).update(reply_by=now() + DAY)
    lift.run()

    assert OutgoingMail.objects.filter(purpose__endswith="_reminder").count() == 0


def test_a_moved_conference_moves_its_reminders() -> None:
    conference = held(DAY - HOUR)
    row = asked(conference)
    assert services.remind_invitees() == 1
    later = (conference.starts_at + 30 * DAY).replace(second=0, microsecond=0)
    conferences.edit(conference_id=conference.pk, fields={"starts_at": later, "ends_at": later + HOUR})
    assert services.remind_invitees() == 0
    conference.refresh_from_db()
    move_clock(conference, 30 * DAY)
    InvitationList.objects.filter(pk=row.pk).update(reminded_to=now() - HOUR)
    Invitation.objects.update(sent_at=now() - 2 * DAY)
    assert services.remind_invitees() == 0  # a day before lies behind what was seen to
    move_clock(conference, 22 * HOUR - DAY / 1440)
    assert services.remind_invitees() == 1


def test_who_is_yet_to_hear_of_another_time_hears_that_instead() -> None:
    conference = held(30 * DAY)
    asked(conference, ["accepted"])
    conferences.mark_told(conference_id=conference.pk)
    soon = now().replace(second=0, microsecond=0) + 23 * HOUR
    conferences.edit(
        conference_id=conference.pk,
        fields={"starts_at": soon, "ends_at": soon + HOUR},
    )
    services.remind_invitees()
    lift.run()

    assert written("start_reminder") == set()


def test_no_moment_is_told_twice_whatever_the_clock_does() -> None:
    asked(held(HOUR))
    services.remind_invitees()
    InvitationList.objects.update(reminded_to=None)  # as if it had forgotten
    assert services.remind_invitees() == 0
    told = Reminder.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Reminder.objects.create(invitation=told.invitation, kind=told.kind, moment=told.moment)
    with pytest.raises(IntegrityError), transaction.atomic():
        Reminder.objects.update(moment=now())


def test_a_name_no_letter_can_be_written_to_is_reported_and_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked(held(HOUR), ["sent", "accepted"])
    compose = reminders._letter

    def refuse(row: Invitation, *facts: Any) -> OutgoingMail:
        if row.state == "sent":
            raise reminders.ical.CalendarRoundTripError("no")
        return compose(row, *facts)

    monkeypatch.setattr(reminders, "_letter", refuse)
    services.remind_invitees()
    lift.run()

    assert written("start_reminder") == {"accepted"}
    assert Event.objects.get(name="invitation.unwritable").payload["letter"] == "reminder"


def test_reminding_takes_the_same_statements_for_three_as_for_forty() -> None:
    counts = []
    for size in (3, 40):
        row = asked(held(HOUR), ())
        InvitationFactory.create_batch(size, list=row, state="sent", sent_at=now() - 9 * DAY)
        with CaptureQueriesContext(connection) as said:
            assert services.remind_invitees() == size
            for fact in Event.objects.filter(name="reminders.addressed", subject_id=row.conference_id):
                assert services.mail_reminders(**fact.payload) == size
        counts.append(len(said))
    # What lists there are is asked at once; those that were seen to cost nothing more.
    assert counts[0] == counts[1]


def test_the_clock_reminds_within_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """A moment waits for the next tick and for the relay, and for nothing else."""
    assert clock.TIMETABLE["plenum.clock.remind_invitees"] <= 30
    conference = held(2 * HOUR + dt.timedelta(seconds=5))
    asked(conference, start_reminders=[120])
    clock.remind_invitees()
    assert Reminder.objects.count() == 0

    move_clock(conference, dt.timedelta(seconds=6))
    clock.remind_invitees()

    reminder = Reminder.objects.get()
    assert reminder.moment == conference.starts_at - 2 * HOUR
    assert reminder.at - reminder.moment < dt.timedelta(seconds=60)
    assert Event.objects.get(name="reminders.addressed").actor == "clock"


def test_organisers_say_when_over_the_api() -> None:
    unit = OrganisationFactory()
    conference = held(20 * DAY, lead=unit)
    api = APIClient()
    api.force_authenticate(account_with("organiser", organisation=unit))
    made = api.post(
        "/api/v1/invitation-lists",
        {
            "conference": str(conference.pk),
            "title": {"vi": "Khách mời"},
            "category": "guest",
            "start_reminders": [60, 1440, 60],
        },
        format="json",
    )
    assert made.status_code == 201, made.json()
    assert (made.json()["start_reminders"], made.json()["reply_reminders"]) == ([1440, 60], None)
    address = f"/api/v1/invitation-lists/{made.json()['id']}"
    deadline = (now() + 9 * DAY).isoformat()

    changed = api.patch(
        address,
        {"reply_by": deadline, "start_reminders": None, "reply_reminders": []},
        format="json",
        headers={"If-Match": made["ETag"]},
    )

    assert changed.status_code == 200, changed.json()
    assert (changed.json()["start_reminders"], changed.json()["reply_reminders"]) == (None, [])
    assert api.patch(address, {}, format="json").status_code == 428
    assert api.patch(address, {}, format="json", headers={"If-Match": made["ETag"]}).status_code == 412
    for wrong in ([0], [-5], [90 * 24 * 60 + 1], list(range(1, 12)), "60", [1.5]):
        refused = api.patch(address, {"start_reminders": wrong}, format="json", headers={"If-Match": "*"})
        assert (refused.status_code, "start_reminders" in str(refused.json())) == (400, True), wrong


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["address", "write"])
@pytest.mark.parametrize("first", ["reminder", "cancellation"])
def test_a_cancellation_waits_for_a_reminder_under_way_and_none_follows_it(
    step: str, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    conference = held(HOUR)
    asked(conference)
    if step == "write":
        services.remind_invitees()

    def remind() -> None:
        if step == "address":
            services.remind_invitees()
        for fact in Event.objects.filter(name="reminders.addressed"):
            services.mail_reminders(**fact.payload)

    def cancel() -> None:
        conferences.cancel(conference_id=conference.pk, reason={"vi": "Bão"})

    both = [remind, cancel] if first == "reminder" else [cancel, remind]
    under_way, go_on = threading.Event(), threading.Event()
    order: list[str] = []

    def leading() -> None:
        with transaction.atomic():
            both[0]()
            under_way.set()
            go_on.wait(5)
            order.append(both[0].__name__)
        connections.close_all()

    def following() -> None:
        under_way.wait(5)
        both[1]()
        order.append(both[1].__name__)
        connections.close_all()

    threads = [threading.Thread(target=leading), threading.Thread(target=following)]
    for thread in threads:
        thread.start()
    under_way.wait(5)
    threads[1].join(0.4)
    waited = threads[1].is_alive()
    go_on.set()
    for thread in threads:
        thread.join()

    assert (waited, order) == (True, [both[0].__name__, both[1].__name__])
    reminded = OutgoingMail.objects.filter(purpose="start_reminder").count()
    assert reminded == (1 if first == "reminder" else 0)
    lift.run()
    assert not OutgoingMail.objects.filter(purpose="start_reminder", state="queued").exists()
