"""Letters as they are queued: one each, in the invitee's language, with the calendar their program understands."""

import datetime as dt
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar

from backend.conferences import services as conferences
from backend.invitations import ical, links, services
from backend.invitations.models import Invitation
from backend.invitations.wording import addressee, until, when
from backend.mail.models import OutgoingMail
from backend.outbox.models import Event
from tests import lift
from tests.factories.conferences import ConferenceFactory, SiteFactory
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.factories.people import OrganisationFactory, PersonFactory

pytestmark = pytest.mark.django_db


def mails(purpose: str) -> list[EmailMessage]:
    rows = OutgoingMail.objects.filter(purpose=purpose).order_by("id")
    return [message_from_bytes(bytes(row.raw), policy=policy.default) for row in rows]  # type: ignore[misc]


def part(mail: EmailMessage, content_type: str) -> EmailMessage:
    return next(part for part in mail.walk() if part.get_content_type() == content_type)  # type: ignore[return-value]


def calendar(mail: EmailMessage) -> Any:
    return Calendar.from_ical(part(mail, "text/calendar").get_payload(decode=True))


def invited(**fields: Any) -> Invitation:
    lead = OrganisationFactory(name={"vi": "Trung tâm Kỹ thuật 2", "en": "Technical Centre 2"})
    conference = fields.pop("conference", None) or ConferenceFactory(announced=True, exact=True, lead=lead)
    site = SiteFactory(conference=conference)
    person = PersonFactory(full_name="Hà Minh Hiệp", honorific="ong", **fields.pop("person", {}))
    row: Invitation = InvitationFactory(
        list=InvitationListFactory(
            conference=conference, site=site, reply_by=dt.datetime(2021, 1, 10, 10, tzinfo=dt.UTC)
        ),
        person=person,
        office={"vi": "Quyền Chủ tịch", "en": "Acting Chairman"},
        **fields,
    )
    return row


def issue(row: Invitation) -> None:
    services.send_list(list_id=row.list_id)
    row.refresh_from_db()
    services.mail_invitation(invitation_id=row.id, sequence=row.sequence)
    lift.post()


def test_the_letter_says_who_what_when_where_and_carries_the_request() -> None:
    row = invited()
    issue(row)
    services.mail_invitation(invitation_id=row.id, sequence=0)  # a reaction run twice

    [mail] = mails("invitation")
    text = part(mail, "text/plain").get_content()
    for said in (
        "Kính gửi: Ông Hà Minh Hiệp, Quyền Chủ tịch",
        "13 giờ 30 đến 17 giờ 00, thứ Năm, ngày 14 tháng 01 năm 2021 (giờ UTC+07:00)",
        "306 đường 2/9, Đà Nẵng",
        "17 giờ 00, Chủ nhật, ngày 10 tháng 01 năm 2021",
        "Điều 32",
        links.address(row.id, 0),
    ):
        assert said in text
    assert links.address(row.id, 0) in part(mail, "text/html").get_content()
    invite = calendar(mail)
    [event] = invite.events
    assert (invite["method"], event["sequence"]) == ("REQUEST", 0)
    assert event["organizer"] == "mailto:thumoi@plenum.example"
    assert event["organizer"].params["CN"] == "Trung tâm Kỹ thuật 2"
    assert event["attendee"].params["CN"] == "Hà Minh Hiệp"
    assert part(mail, "text/calendar").get_param("method") == "REQUEST"


def test_english_letters_and_days_without_exact_times() -> None:
    row = invited(conference=ConferenceFactory(announced=True), person={"language": "en"})
    issue(row)

    [mail] = mails("invitation")
    text = part(mail, "text/plain").get_content()
    assert "To: Mr Hà Minh Hiệp, Acting Chairman" in text
    assert "Thursday, 14 January 2021, in the afternoon" in text
    assert "No calendar entry is attached" in text
    assert not [part for part in mail.walk() if part.get_content_type() == "text/calendar"]


def test_a_letter_tells_the_present_time_under_the_present_sequence_however_late_it_is_written() -> None:
    row = invited()
    services.send_list(list_id=row.list_id)
    later = row.conference.starts_at + dt.timedelta(hours=1)
    conferences.edit(conference_id=row.conference_id, fields={"starts_at": later})
    services.mail_invitation(invitation_id=row.id, sequence=0)
    services.mail_invitation(invitation_id=row.id, sequence=0)  # a reaction run twice

    [mail] = mails("invitation")
    [event] = calendar(mail).events
    assert (event["sequence"], event["dtstart"].dt) == (1, later)
    assert mail["subject"].startswith("Giấy mời: ")
    row.refresh_from_db()
    assert (row.sequence, row.first_sequence) == (1, 1)


def test_a_letter_that_was_written_is_not_written_again_when_the_time_moves() -> None:
    row = invited()
    issue(row)
    later = row.conference.starts_at + dt.timedelta(hours=1)
    conferences.edit(conference_id=row.conference_id, fields={"starts_at": later})
    services.mail_invitation(invitation_id=row.id, sequence=0)  # a reaction run twice: the news tells the rest
    assert [calendar(mail).events[0]["sequence"] for mail in mails("invitation")] == [0]


def test_who_is_cancelled_and_invited_again_gets_rising_sequences() -> None:
    row = invited()
    issue(row)
    services.withdraw(invitation_id=row.id)
    services.mail_cancellation(invitation_id=row.id)
    again = InvitationFactory(list=row.list, person=row.person)
    issue(again)

    [cancellation] = mails("cancellation")
    request, second = mails("invitation")
    told = [calendar(mail) for mail in (request, cancellation, second)]
    assert [str(said["method"]) for said in told] == ["REQUEST", "CANCEL", "REQUEST"]
    assert [said.events[0]["sequence"] for said in told] == [0, 1, 2]
    assert str(told[1].events[0]["status"]) == "CANCELLED"
    assert "rút lại giấy mời" in part(cancellation, "text/plain").get_content()


def test_resending_writes_again_with_a_new_link() -> None:
    row = invited()
    issue(row)
    services.resend(invitation_id=row.id)
    services.mail_invitation(invitation_id=row.id, sequence=0)

    first, second = mails("invitation")
    assert links.address(row.id, 0) in part(first, "text/plain").get_content()
    assert links.address(row.id, 1) in part(second, "text/plain").get_content()


def test_a_cancelled_conference_withdraws_everybody_who_was_asked() -> None:
    row = invited()
    issue(row)
    draft = InvitationFactory(list=row.list)
    assert services.withdraw_all(conference_id=row.conference_id) == 0  # it lives
    services.mail_cancellation(invitation_id=row.id)  # heard late of a withdrawal, and given back since
    assert mails("cancellation") == []
    type(row.conference).objects.filter(pk=row.conference_id).update(state="cancelled", reason={"vi": "Do bão"})

    assert services.withdraw_all(conference_id=row.conference_id) == 1
    assert services.withdraw_all(conference_id=row.conference_id) == 0
    services.mail_cancellation(invitation_id=row.id)
    services.mail_cancellation(invitation_id=draft.id)

    assert set(Invitation.objects.values_list("state", flat=True)) == {"withdrawn"}
    [mail] = mails("cancellation")
    assert "Lý do: Do bão" in part(mail, "text/plain").get_content()
    assert Event.objects.filter(name="invitation.withdrawn").count() == 1


@pytest.mark.parametrize(
    ("degree", "vi", "en"),
    [("", "Ông Hà Minh Hiệp", "Mr Hà Minh Hiệp"), ("TS.", "TS. Hà Minh Hiệp", "Mr Hà Minh Hiệp")],
)
def test_a_degree_stands_in_place_of_the_honorific_in_vietnamese(degree: str, vi: str, en: str) -> None:
    person = PersonFactory.build(full_name="Hà Minh Hiệp", honorific="ong", degree=degree)
    assert [addressee(person, {}, language) for language in ("vi", "en")] == [vi, en]


def test_a_site_that_is_off_is_taken_out_of_the_calendars_of_those_who_go_there() -> None:
    row = invited()
    other = invited(conference=row.conference)
    issue(row)
    issue(other)
    there = services.Selection(conference_id=row.conference_id, site_id=row.site_id)

    assert services.withdraw_many(selection=there).reached == 1
    assert services.withdraw_many(selection=there).reached == 0
    lift.run()

    (mail,) = mails("cancellation")
    said = calendar(mail)
    assert (said["method"], said.events[0]["uid"]) == ("CANCEL", ical.calendar_uid(row.conference_id, row.site_id))
    assert Invitation.objects.get(pk=other.pk).state == "sent"
    assert Invitation.objects.get(pk=row.pk).state == "withdrawn"


def test_times_over_a_change_of_the_clocks_say_both_of_them() -> None:
    begins = dt.datetime(2027, 10, 30, 20, 0, tzinfo=dt.UTC)
    held = ConferenceFactory(
        starts_at=begins, ends_at=begins + dt.timedelta(hours=6), day_part="", time_zone="Europe/Berlin"
    )
    assert when(held, "vi").endswith(
        "đến 03 giờ 00, Chủ nhật, ngày 31 tháng 10 năm 2027 (giờ UTC+02:00 đến giờ UTC+01:00)"
    )
    assert until(begins, "Europe/Berlin", "en") == "Saturday, 30 October 2027, 22:00 (UTC+02:00)"
    assert until(begins, "Asia/Ho_Chi_Minh", "en") == "Sunday, 31 October 2027, 03:00"
