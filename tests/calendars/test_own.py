"""One's own calendar: everything a person has a part in, as the letters said it, and nothing of others."""

import datetime as dt
from dataclasses import replace
from email import message_from_bytes, policy
from typing import Any

import pytest

from backend.conferences import programme
from backend.conferences import services as conferences
from backend.conferences.models import Conference, Release, Speaker
from backend.conferences.programme import Entry, Voice
from backend.conferences.queries import heading_now
from backend.core.clock import now
from backend.invitations import services as invitations
from backend.invitations.ical import calendar_uid, item_uid
from backend.invitations.models import Invitation
from backend.invitations.services.single import restore
from backend.mail.models import OutgoingMail
from backend.people.models import Account, Person
from backend.registration import services as registration
from tests.calendars.reading import entries, fetch, link, unfolded
from tests.factories.conferences import (
    AgendaItemFactory,
    ConferenceFactory,
    DutyFactory,
    SiteFactory,
    SpeechFactory,
    VenueFactory,
)
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.factories.people import AccountFactory, PersonFactory
from tests.factories.registration import RegistrationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> Person:
    made: Person = PersonFactory(full_name="Hà Minh Hiệp")
    return made


@pytest.fixture
def account(person: Person) -> Account:
    made: Account = AccountFactory(person=person)
    return made


@pytest.fixture
def path(account: Account) -> str:
    return link(account)


def conference(title: str = "Tổng kết 2020", **fields: Any) -> Conference:
    made: Conference = ConferenceFactory(announced=True, exact=True, title={"vi": title}, **fields)
    return made


def invite(held: Conference, person: Person, **fields: Any) -> Invitation:
    site = fields.pop("site", None)
    made: Invitation = InvitationFactory(
        list=InvitationListFactory(conference=held, site=site), person=person, sent=True, **fields
    )
    return made


def test_it_holds_every_part_a_person_has(person: Person, path: str) -> None:
    DutyFactory(conference=conference("Chủ trì"), person=person)
    SpeechFactory(conference=conference("Đã phát biểu", state="closed"), person=person, speaker={})
    planned = conference("Sẽ tham luận")
    Speaker.objects.create(
        conference=planned, agenda_item=AgendaItemFactory(conference=planned), order=1, person=person
    )
    invite(conference("Được mời"), person)
    RegistrationFactory(conference=conference("Đăng ký"), person=person)
    invite(conference("Của người khác"), PersonFactory())
    ConferenceFactory(exact=True, title={"vi": "Còn dự thảo"}).duties.create(kind="chair", person=person, order=1)

    found = entries(path)

    assert {title: str(event["status"]) for title, event in found.items()} == {
        "Chủ trì": "CONFIRMED",
        "Đã phát biểu": "CONFIRMED",
        "Sẽ tham luận": "TENTATIVE",
        "Được mời": "TENTATIVE",
        "Đăng ký": "CONFIRMED",
    }
    assert found["Chủ trì"]["description"].startswith("Chủ trì\n")
    assert "X-WR-CALNAME:Lịch họp của Hà Minh Hiệp" in unfolded(fetch(path).content)


@pytest.mark.parametrize(
    ("answer", "status"),
    [("accepted", "CONFIRMED"), ("tentative", "TENTATIVE"), ("declined", None)],
)
def test_the_answer_is_the_status(person: Person, path: str, answer: str, status: str | None) -> None:
    invite(conference(), person, state=answer)
    found = entries(path)
    assert [str(event["status"]) for event in found.values()] == ([status] if status else [])


def test_a_seat_counts_more_than_an_open_answer_and_waiting_is_tentative(person: Person, path: str) -> None:
    invite(conference("Có chỗ"), person)
    held = Conference.objects.get(title__vi="Có chỗ")
    RegistrationFactory(conference=held, person=person)
    RegistrationFactory(conference=(full := conference("Hết chỗ", capacity=1)))
    RegistrationFactory(conference=full, person=person)
    found = entries(path)
    assert found["Có chỗ"]["status"] == "CONFIRMED"
    assert found["Hết chỗ"]["status"] == "TENTATIVE"


def test_a_cancelled_seat_is_out_of_the_calendar(person: Person, path: str) -> None:
    seat = RegistrationFactory(conference=conference(), person=person)
    registration.cancel(registration_id=seat.pk)
    assert entries(path) == {}


def test_the_entry_is_that_of_the_letter_and_at_the_invited_site(person: Person, path: str) -> None:
    held = conference()
    SiteFactory(conference=held, venue=VenueFactory(name={"vi": "Cầu Hà Nội"}))
    site = SiteFactory(conference=held, venue=VenueFactory(name={"vi": "Cầu Đà Nẵng"}))
    invitation = invite(held, person, site=site)
    invitations.mail_invitation(invitation_id=invitation.pk, sequence=invitation.sequence)
    (mail,) = OutgoingMail.objects.all()

    (event,) = entries(path).values()

    assert f"UID:{event['uid']}" in _calendar_of(mail)
    assert event["uid"] == calendar_uid(held.pk, site.pk)
    assert event["location"].startswith("Cầu Đà Nẵng")
    assert f"SEQUENCE:{event['sequence']}" in _calendar_of(mail)


def _calendar_of(mail: OutgoingMail) -> list[str]:
    from email import message_from_bytes, policy

    message = message_from_bytes(bytes(mail.raw), policy=policy.default)
    (part,) = [each for each in message.walk() if each.get_content_type() == "text/calendar"]
    return unfolded(part.get_payload(decode=True))  # type: ignore[arg-type]


def test_what_was_taken_back_stays_as_cancelled_under_the_letters_sequence(person: Person, path: str) -> None:
    held = conference(confidentiality="internal")
    AgendaItemFactory(conference=held, title={"vi": "Nhân sự"})
    invitation = invite(held, person)
    assert entries(path)["Tổng kết 2020"]["status"] == "TENTATIVE"

    invitations.withdraw(invitation_id=invitation.pk)
    invitations.mail_cancellation(invitation_id=invitation.pk)
    (mail,) = OutgoingMail.objects.filter(purpose="cancellation")
    (event,) = entries(path).values()

    assert (event["status"], event["sequence"]) == ("CANCELLED", 1)
    assert {f"UID:{event['uid']}", "SEQUENCE:1"} <= set(_calendar_of(mail))
    assert "Nhân sự" not in event["description"]

    # What happens to it afterwards is no business of who was taken off.
    Conference.objects.filter(pk=held.pk).update(sequence=3, ends_at=None)
    assert entries(path) == {}


def test_who_is_taken_off_while_a_move_waits_has_the_entry_removed_that_the_feed_shows(
    person: Person, path: str, settings: Any
) -> None:
    settings.NEWS_WINDOW = 600
    held = conferences.announce(conference_id=ConferenceFactory(exact=True).pk)
    invitation = invite(held, person)
    assert held.starts_at
    later = {"starts_at": held.starts_at + dt.timedelta(hours=1), "ends_at": None}
    conferences.edit(conference_id=held.pk, fields=later)  # type: ignore[arg-type]
    invitations.withdraw(invitation_id=invitation.pk)
    invitations.mail_cancellation(invitation_id=invitation.pk)
    (mail,) = OutgoingMail.objects.filter(purpose="cancellation")
    said = {line for line in unfolded(fetch(path).content) if line.startswith(("SEQUENCE", "DTSTART;TZID"))}
    assert said == {"SEQUENCE:2", "DTSTART;TZID=Asia/Ho_Chi_Minh:20210114T143000"}
    assert said <= set(_calendar_of(mail))
    letter: Any = message_from_bytes(bytes(mail.raw), policy=policy.default)
    assert "13 giờ 30" in letter.get_body(("plain",)).get_content(), "the time they were told"


def test_who_is_invited_again_has_one_live_entry_above_the_cancelled_one(person: Person, path: str) -> None:
    held = conference()
    first = invite(held, person)
    invitations.withdraw(invitation_id=first.pk)
    invite(held, person)
    (event,) = entries(path).values()
    assert (event["status"], event["sequence"]) == ("TENTATIVE", 2)


@pytest.mark.parametrize("verb", ["cancel", "postpone"])
def test_what_is_called_off_is_cancelled_in_it(person: Person, path: str, verb: str) -> None:
    held = conference(confidentiality="restricted")
    invite(held, person)
    getattr(conferences, verb)(conference_id=held.pk, reason={"vi": "Bão số 5"})
    invitations.withdraw_all(conference_id=held.pk)
    (event,) = entries(path).values()
    assert (event["status"], event["sequence"], event["transp"]) == ("CANCELLED", 1, "TRANSPARENT")
    assert "Bão số 5" in event["description"]


def test_conferences_without_an_exact_time_are_named(person: Person, path: str) -> None:
    invite(ConferenceFactory(announced=True, title={"vi": "Hội thảo"}), person)
    invite(ConferenceFactory(announced=True, title={"vi": "Không đi"}), person, state="declined")
    said = "1 hội nghị chưa có giờ chính xác nên chưa có trong lịch: Hội thảo (Chiều 14/01/2021)."
    assert f"DESCRIPTION:{said}" in unfolded(fetch(path).content)


def test_a_feed_speaks_its_owners_language(account: Account, path: str) -> None:
    Person.objects.filter(pk=account.person_id).update(language="en")
    assert "X-WR-CALNAME:Meetings of Hà Minh Hiệp" in unfolded(fetch(path).content)
    assert "X-WR-CALNAME:Lịch họp của Hà Minh Hiệp" in unfolded(fetch(f"{path}?lang=vi").content)


def test_an_account_that_lost_its_person_has_no_calendar(account: Account, path: str) -> None:
    DutyFactory(conference=conference())  # nobody in particular
    Account.objects.filter(pk=account.pk).update(person=None)
    fetch(path, 404)


def test_ones_own_points_of_the_released_programme_stand_beside_the_conference(person: Person, path: str) -> None:
    held = conference()
    item = AgendaItemFactory(conference=held)
    Speaker.objects.create(conference=held, agenda_item=item, order=1, person=person)
    voice = Voice(id=person.pk, person=person.pk, office={}, bloc={})
    point = Entry(
        id=item.pk,
        kind="item",
        phase="paper",
        phase_name={"vi": "Tham luận"},
        title={"vi": "Đo lường thời chuyển đổi số"},
        starts_at=held.starts_at,
        ends_at=held.starts_at + dt.timedelta(minutes=15),
        reason={},
        speakers=(voice,),
        sequence=2,
        changed_at=held.starts_at - dt.timedelta(days=9),
    )
    other = Entry(
        id=held.pk, kind="item", phase="paper", phase_name={}, title={"vi": "Của người khác"}, reason={},
        starts_at=held.starts_at,
    )  # fmt: skip
    release(held, 1, point, other)

    found = entries(path)

    event = found["Đo lường thời chuyển đổi số (Tổng kết 2020)"]
    assert (event["uid"], event["sequence"]) == (item_uid(item.pk), 2)
    assert event["related-to"] == found["Tổng kết 2020"]["uid"]
    assert event["last-modified"].dt == found["Tổng kết 2020"]["last-modified"].dt, "what was written last of the two"
    assert set(found) == {"Đo lường thời chuyển đổi số (Tổng kết 2020)", "Tổng kết 2020"}
    assert "13:30 Của người khác" in found["Tổng kết 2020"]["description"]

    conferences.cancel(conference_id=held.pk, reason={"vi": "Bão"})
    gone = entries(path)["Đo lường thời chuyển đổi số (Tổng kết 2020)"]
    assert (gone["status"], gone["sequence"] > event["sequence"]) == ("CANCELLED", True)
    conferences.reopen(conference_id=held.pk)
    conferences.announce(conference_id=held.pk)
    back = entries(path)["Đo lường thời chuyển đổi số (Tổng kết 2020)"]
    assert (back["status"] != "CANCELLED", back["sequence"] > gone["sequence"]) == (True, True)


def test_a_point_taken_back_with_its_conference_is_one_step_and_comes_back_later(person: Person, path: str) -> None:
    held = conference()
    item = AgendaItemFactory(conference=held, starts_at=held.starts_at)
    Speaker.objects.create(conference=held, agenda_item=item, order=1, person=person)
    invite(held, person)
    conferences.release(conference_id=held.pk)

    def sequence() -> int:
        (point,) = [event for event in entries(path).values() if str(event["uid"]) == item_uid(item.pk)]
        return int(point["sequence"])

    begun = sequence()
    conferences.cancel(conference_id=held.pk, reason={"vi": "Bão"})
    assert sequence() == begun + 1
    invitations.withdraw_all(conference_id=held.pk)
    assert sequence() == begun + 1
    conferences.reopen(conference_id=held.pk)
    conferences.announce(conference_id=held.pk)
    announced = sequence()
    restore(conference_id=held.pk, known=begun + 1)
    assert begun + 1 < announced == sequence()


def test_a_closed_point_of_a_public_conference_is_not_public_in_its_speakers_calendar(
    person: Person, path: str
) -> None:
    """A calendar that is shared shows others what is PUBLIC (RFC 5545 §3.8.1.3)."""
    held = conference()
    closed = AgendaItemFactory(conference=held, starts_at=held.starts_at, confidentiality="restricted")
    Speaker.objects.create(conference=held, agenda_item=closed, order=1, person=person)
    invite(held, person)
    conferences.release(conference_id=held.pk)
    (point,) = [event for event in entries(path).values() if str(event["uid"]) == item_uid(closed.pk)]
    assert point["class"] == "CONFIDENTIAL"


def release(held: Conference, number: int, *points: Entry) -> None:
    made = replace(heading_now(held), number=number, entries=points)
    Release.objects.create(
        conference=held,
        number=number,
        programme=programme.as_json(made),
        sha256=programme.digest(made),
        released_at=now(),
    )
