"""Who has a seat and no invitation is reminded before the start, too: once, in their language, and of nothing that is off."""

import datetime as dt
import threading
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from backend.conferences import services as conferences
from backend.conferences.models import Conference
from backend.core.clock import now
from backend.invitations import services as invitations
from backend.invitations.models import FailedLetter
from backend.mail.mime import InvalidMessage
from backend.mail.models import MailBatch, OutgoingMail
from backend.outbox.models import Event
from backend.registration import services
from backend.registration.models import Registration, SeatReminder
from backend.registration.services import reminders as writing
from tests import lift
from tests.factories.conferences import ConferenceFactory
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.factories.people import PersonFactory
from tests.factories.registration import RegistrationFactory
from tests.guards import assert_refused_by, assert_written_without
from workers import clock

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def held(starts_in: dt.timedelta, **fields: Any) -> Conference:
    starts_at = now() + starts_in
    made: Conference = ConferenceFactory(
        announced=True,
        day=(starts_at + 7 * HOUR).date(),
        day_part="",
        starts_at=starts_at,
        ends_at=starts_at + 2 * HOUR,
        **fields,
    )
    return made


def seated(conference: Conference, name: str = "khach", **fields: Any) -> Registration:
    """Registered a month ago, without an invitation."""
    person = PersonFactory(email=f"{name}@donvi.example", **fields)
    row: Registration = RegistrationFactory(conference=conference, person=person)
    Registration.objects.filter(pk=row.pk, state="confirmed").update(confirmed_at=now() - 30 * DAY)
    return row


def reminders(**said: Any) -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(purpose="seat-reminder", **said).order_by("recipient"))


def text(mail: OutgoingMail) -> str:
    message: Any = message_from_bytes(bytes(mail.raw), policy=policy.default)
    return str(message.get_body(("plain",)).get_content())


def test_the_clock_reminds_who_has_a_seat_and_no_invitation_once_and_within_a_minute() -> None:
    conference = held(2 * HOUR + dt.timedelta(seconds=5), capacity=3)
    for name, language in (("an", "vi"), ("binh", "en"), ("chi", "vi")):
        seated(conference, name, language=language)
    given_up = Registration.objects.get(person__email__startswith="chi")
    seated(conference, "dung")  # waits
    SeatReminder.objects.bulk_create(  # a day before they were reminded, as the clock went by
        SeatReminder(registration=row, moment=conference.starts_at - DAY, at=now() - 22 * HOUR)
        for row in Registration.objects.filter(state="confirmed")
    )
    clock.remind_invitees()
    assert SeatReminder.objects.count() == 3  # nothing has come since

    Conference.objects.update(starts_at=conference.starts_at - dt.timedelta(seconds=6))
    conference.refresh_from_db()
    services.cancel(registration_id=given_up.pk)
    Registration.objects.filter(person__email__startswith="dung").update(state="waiting", offer_until=None)
    clock.remind_invitees()
    clock.remind_invitees()
    lift.run()

    moment = conference.starts_at - 2 * HOUR
    told = SeatReminder.objects.filter(moment=moment)
    assert all(row.at - row.moment < dt.timedelta(seconds=60) for row in told)
    an, binh = reminders()
    assert (an.recipient, binh.recipient) == ("an@donvi.example", "binh@donvi.example")
    assert "đã có chỗ tham dự" in text(an)
    assert an.subject.startswith("Nhắc lịch: ")
    assert "a seat is reserved for you" in text(binh)
    assert binh.subject.startswith("Reminder: ")
    batch = MailBatch.objects.get(purpose="seat-reminder")
    assert {an.batch_id, binh.batch_id} == {batch.pk}
    assert (batch.subject_id, batch.conference_id) == (conference.pk, conference.pk)
    assert Event.objects.get(name="seat_reminders.addressed").actor == "clock"


def test_who_was_invited_hears_by_the_invitation_alone() -> None:
    conference = held(HOUR)
    row = seated(conference)
    of = InvitationListFactory(conference=conference, sent_at=now() - 30 * DAY)
    invitation = InvitationFactory(list=of, person=row.person, state="accepted", sent_at=now() - 30 * DAY)
    clock.remind_invitees()
    lift.run()
    assert set(OutgoingMail.objects.filter(purpose__contains="reminder").values_list("purpose", flat=True)) == {
        "start_reminder"
    }

    type(invitation).objects.update(sent_at=None)  # an invitation nobody has sent reminds nobody
    assert services.remind_seated() == 1


def test_of_several_moments_they_hear_of_the_latest_and_who_registered_since_of_none() -> None:
    conference = held(HOUR)
    seated(conference)
    RegistrationFactory(conference=conference, person=PersonFactory(email="moi@donvi.example"))

    assert (services.remind_seated(), services.remind_seated()) == (1, 0)
    assert SeatReminder.objects.get().moment == conference.starts_at - 2 * HOUR


@pytest.mark.parametrize("state", ["draft", "postponed", "cancelled", "closed", "archived"])
def test_nobody_is_reminded_of_a_conference_nobody_is_expected_at(state: str) -> None:
    conference = held(HOUR)
    seated(conference)
    Conference.objects.update(state=state)
    assert services.remind_seated() == 0


@pytest.mark.parametrize("state", ["pending", "refused", "waiting", "offered", "expired", "withdrawn", "cancelled"])
def test_nobody_without_a_seat_is_reminded(state: str, unguarded_moves: None) -> None:
    row = seated(held(HOUR))
    Registration.objects.filter(pk=row.pk).update(state=state, turn=1, offer_until=now() + HOUR)
    assert services.remind_seated() == 0


@pytest.fixture
def unguarded_moves(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'registration_registration'::regclass AND NOT tgisinternal"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name} ON registration_registration")


@pytest.mark.parametrize("how", ["cancelled", "postponed", "given up", "moved", "begun", "invited"])
def test_a_letter_is_written_only_while_it_is_still_true(how: str) -> None:
    conference = held(HOUR)
    row = seated(conference)
    later = (now() + 9 * DAY).replace(second=0, microsecond=0)
    assert services.remind_seated() == 1
    match how:
        case "cancelled" | "postponed":
            Conference.objects.update(state=how)
        case "given up":
            services.cancel(registration_id=row.pk)
        case "moved":
            Conference.objects.update(day=(later + 7 * HOUR).date(), starts_at=later, ends_at=later + HOUR)
        case "begun":
            Conference.objects.update(starts_at=now())
        case "invited":
            of = InvitationListFactory(conference=conference, sent_at=now())
            InvitationFactory(list=of, person=row.person, state="sent", sent_at=now())
    lift.run()

    assert reminders() == []


def test_a_moment_that_a_move_passes_is_told_by_the_letter_of_the_move() -> None:
    conference = held(30 * DAY)
    seated(conference)
    conferences.mark_told(conference_id=conference.pk)
    soon = now().replace(second=0, microsecond=0) + 23 * HOUR
    conferences.edit(conference_id=conference.pk, fields={"starts_at": soon, "ends_at": soon + HOUR})
    conferences.mark_told(conference_id=conference.pk)
    assert services.remind_seated() == 0


def test_who_is_yet_to_hear_of_another_time_hears_that_instead() -> None:
    conference = held(30 * DAY)
    seated(conference)
    conferences.mark_told(conference_id=conference.pk)
    soon = now() + HOUR
    Conference.objects.update(day=(soon + 7 * HOUR).date(), starts_at=soon, ends_at=soon + HOUR, sequence=1)
    assert services.remind_seated() == 1
    lift.run()

    assert reminders() == []


@pytest.mark.parametrize("how", ["cancel", "postpone", "give up", "move"])
def test_what_was_not_sent_yet_is_dropped(how: str) -> None:
    conference = held(HOUR)
    row = seated(conference)
    clock.remind_invitees()
    lift.run()
    assert len(reminders(state="queued")) == 1
    later = (now() + 9 * DAY).replace(second=0, microsecond=0)
    match how:
        case "give up":
            services.cancel(registration_id=row.pk)
        case "move":
            conferences.edit(conference_id=conference.pk, fields={"starts_at": later, "ends_at": later + HOUR})
        case verb:
            getattr(conferences, verb)(conference_id=conference.pk, reason={"vi": "Bão"})
    lift.run()

    assert [mail.state for mail in reminders()] == ["withdrawn"]


def test_no_moment_is_told_twice_whatever_the_clock_does() -> None:
    seated(held(HOUR))
    services.remind_seated()
    told = SeatReminder.objects.get()

    def again() -> None:
        SeatReminder.objects.create(registration=told.registration, moment=told.moment)

    with pytest.raises(IntegrityError), transaction.atomic():
        SeatReminder.objects.update(moment=now())
    with pytest.raises(IntegrityError), transaction.atomic():
        SeatReminder.objects.all().delete()
    assert_refused_by("one_seat_reminder_of_each_moment", again)
    assert_written_without("one_seat_reminder_of_each_moment", again)


def test_a_letter_that_cannot_be_written_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    conference = held(HOUR)
    seated(conference, "an")
    broken = seated(conference, "binh")
    compose = writing.letter_about

    def refuse(row: Registration, *args: Any, **facts: Any) -> OutgoingMail:
        if row.pk == broken.pk:
            raise InvalidMessage("to", "no")
        return compose(row, *args, **facts)

    monkeypatch.setattr(writing, "letter_about", refuse)
    clock.remind_invitees()
    lift.run()

    assert [mail.recipient for mail in reminders()] == ["an@donvi.example"]
    failed = FailedLetter.objects.get()
    assert (failed.person_id, failed.letter) == (broken.person_id, "seat-reminder")


def test_reminding_takes_the_same_statements_for_three_as_for_thirty() -> None:
    counts = []
    for size in (3, 30):
        conference = held(HOUR)
        for number in range(size):
            seated(conference, f"khach.{size}.{number}")
        with CaptureQueriesContext(connection) as said:
            assert services.remind_seated() == size
            fact = Event.objects.get(name="seat_reminders.addressed", subject_id=conference.pk)
            assert services.mail_seat_reminders(**fact.payload) == size
        counts.append(len(said))
        Conference.objects.update(state="closed")
    assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["address", "write"])
@pytest.mark.parametrize("first", ["reminder", "cancellation"])
def test_a_cancellation_waits_for_a_reminder_under_way_and_none_follows_it(step: str, first: str) -> None:
    conference = held(HOUR)
    seated(conference)
    if step == "write":
        services.remind_seated()

    def remind() -> None:
        if step == "address":
            services.remind_seated()
        for fact in Event.objects.filter(name="seat_reminders.addressed"):
            services.mail_seat_reminders(**fact.payload)

    def cancel() -> None:
        conferences.cancel(conference_id=conference.pk, reason={"vi": "Bão"})

    both = [remind, cancel] if first == "reminder" else [cancel, remind]
    under_way, go_on = threading.Event(), threading.Event()

    def leading() -> None:
        with transaction.atomic():
            both[0]()
            under_way.set()
            go_on.wait(5)
        connections.close_all()

    def following() -> None:
        under_way.wait(5)
        both[1]()
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

    assert waited
    assert len(reminders()) == (1 if first == "reminder" else 0)
    lift.run()
    assert reminders(state="queued") == []


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_remind_everybody_once() -> None:
    conference = held(HOUR)
    for number in range(5):
        seated(conference, f"khach.{number}")
    start = threading.Barrier(4)

    def tick() -> None:
        start.wait(5)
        services.remind_seated()
        connections.close_all()

    threads = [threading.Thread(target=tick) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lift.run()

    assert len(reminders()) == SeatReminder.objects.count() == 5
    assert invitations.remind_invitees() == 0
