"""Answers by mail: whose they are, what follows from them, and that nothing else ever does."""

import datetime as dt
import uuid
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar
from rest_framework.test import APIClient

from backend.conferences.models import Conference
from backend.core.errors import Conflict, IllegalMove
from backend.invitations import ical, reply_addresses, services
from backend.invitations.models import Invitation, InvitationReply, ReplyProposal
from backend.mail import intake
from backend.mail.models import InboundMail, MailState, OutgoingMail, SuppressedAddress
from backend.outbox.models import Event
from tests import lift
from tests.factories.conferences import ConferenceFactory, SiteFactory
from tests.factories.inbound import (
    PROGRAMS,
    InboundMailFactory,
    Said,
    exchange,
    google,
    letter,
    postfix_report,
    thunderbird,
)
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.factories.people import OrganisationFactory, PersonFactory, account_with
from tests.threads import in_threads

pytestmark = pytest.mark.django_db
REPLIES = "traloi@plenum.example"


def invited(**fields: Any) -> Invitation:
    conference = fields.pop("conference", None) or ConferenceFactory(announced=True, exact=True)
    where = InvitationListFactory(conference=conference, site=SiteFactory(conference=conference))
    person = PersonFactory(email="an@donvi.example", **fields.pop("person", {}))
    row: Invitation = InvitationFactory(list=where, person=person, sent=True, **fields)
    return row


def uid(row: Invitation) -> str:
    return ical.calendar_uid(row.conference_id, row.site_id)


def said(row: Invitation, **fields: Any) -> Said:
    return Said(**{"uid": uid(row), **fields})


def bring(raw: bytes) -> InboundMail:
    """Receives the mail and lets it be settled."""
    mail, _ = intake.receive(raw=raw, via="gateway")
    services.take_reply(inbound_id=mail.pk)
    return InboundMail.objects.get(pk=mail.pk)


def moved(row: Invitation, hours: int = 24) -> None:
    """Everybody was told another time: the conference moved, and the news went out."""
    later = row.conference.starts_at + dt.timedelta(hours=hours)
    Conference.objects.filter(pk=row.conference_id).update(
        starts_at=later, ends_at=later + dt.timedelta(hours=3), day=later.date(), sequence=1
    )
    Invitation.objects.filter(pk=row.pk).update(sequence=1)
    row.refresh_from_db()


def letters(purpose: str) -> list[EmailMessage]:
    rows = OutgoingMail.objects.filter(purpose=purpose).order_by("id")
    return [message_from_bytes(bytes(row.raw), policy=policy.default) for row in rows]  # type: ignore[misc]


def calendar(mail: EmailMessage) -> Any:
    part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    return Calendar.from_ical(part.get_payload(decode=True))  # type: ignore[arg-type]


# What invitees' programs answer.


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("answer", ["ACCEPTED", "DECLINED", "TENTATIVE"])
def test_what_every_program_answers_is_recorded_once(program: str, answer: str) -> None:
    row = invited()
    raw = PROGRAMS[program](said(row, answer=answer))

    mail = bring(raw)
    again = bring(raw)

    row.refresh_from_db()
    assert (mail.state, mail.reason, again.pk) == ("taken", "answered", mail.pk)
    assert (mail.subject_id, mail.conference_id) == (row.pk, row.conference_id)
    assert mail.organisation_id is not None
    assert row.state == answer.lower()
    kept = InvitationReply.objects.get()
    assert (kept.via, kept.inbound_id, kept.stamp) == ("mail", mail.pk, dt.datetime(2021, 1, 5, 1, 2, 3, tzinfo=dt.UTC))
    told = Event.objects.get(name="invitation.answered")
    assert (told.payload["via"], told.actor) == ("mail", f"invitee:{row.pk}")
    assert not OutgoingMail.objects.exists()


def test_a_comment_of_exchange_is_kept_clean() -> None:
    row = invited()
    bring(exchange(said(row, answer="DECLINED", comment="Bận\\, xin lỗi\\nBcc: ai@x.example\u202e" + "x" * 2000)))
    row.refresh_from_db()
    assert row.note.startswith("Bận, xin lỗi\nBcc: ai@x.example")
    assert len(row.note) == 1000
    assert "\u202e" not in row.note


def test_the_answer_written_last_counts_whenever_it_arrives() -> None:
    row = invited()
    bring(thunderbird(said(row, answer="DECLINED", stamp="20210105T020000Z")))
    late = bring(thunderbird(said(row, answer="ACCEPTED", stamp="20210105T010000Z")))
    row.refresh_from_db()
    assert (row.state, late.state, late.reason) == ("declined", "ignored", "overtaken")
    bring(thunderbird(said(row, answer="ACCEPTED", stamp="20210105T030000Z")))
    row.refresh_from_db()
    assert row.state == "accepted"


def test_an_invitee_who_has_not_chosen_is_left_alone() -> None:
    row = invited()
    assert bring(thunderbird(said(row, answer="NEEDS-ACTION"))).reason == "no_answer"
    row.refresh_from_db()
    assert row.state == "sent"


@pytest.mark.django_db(transaction=True)
def test_many_settling_one_mail_at_once_record_one_answer() -> None:
    row = invited()
    mail, _ = intake.receive(raw=thunderbird(said(row)), via="gateway")
    results = in_threads(6, lambda: services.take_reply(inbound_id=mail.pk))
    assert results == [None] * 6
    assert InvitationReply.objects.count() == 1
    assert Event.objects.filter(name="invitation.answered").count() == 1


# Whose answer it is.


@pytest.mark.parametrize(
    ("sender", "reason"),
    [
        ("boss@donvi.example", "sender_differs"),
        ("an@donvi.example, boss@donvi.example", "sender_unclear"),
        ("an@donvi.example> <boss@donvi.example", "sender_unclear"),
    ],
)
def test_somebody_elses_word_waits_for_a_human(sender: str, reason: str) -> None:
    row = invited()
    for program in PROGRAMS.values():
        mail = bring(program(said(row, sender=sender)))
        assert (mail.state, mail.reason, mail.subject_id) == ("waiting", reason, row.pk)
    row.refresh_from_db()
    assert row.state == "sent"
    assert not OutgoingMail.objects.exists()


def test_the_attendee_must_be_invited_and_the_meeting_ours() -> None:
    row = invited()
    stranger = bring(thunderbird(said(row, attendee="la@x.example")))
    other = bring(thunderbird(Said(uid=str(uuid.uuid4()))))
    assert (stranger.reason, stranger.conference_id) == ("not_invited", row.conference_id)
    assert stranger.organisation_id is not None
    assert (other.reason, other.organisation_id) == ("unknown_meeting", None)


def test_every_invitee_gets_an_address_of_their_own_that_is_in_calendar_and_letter(settings: Any) -> None:
    settings.REPLY_ADDRESS = REPLIES
    row, other = invited(), invited()
    services.mail_invitation(invitation_id=row.pk, sequence=0)
    (sent,) = letters("invitation")

    mine = reply_addresses.address(row)
    assert mine != reply_addresses.address(other)
    assert len(mine.partition("@")[0]) <= 64
    assert str(calendar(sent).events[0]["organizer"]) == f"mailto:{mine}"
    assert mine in sent["Reply-To"]
    assert sent["Auto-Submitted"] == "auto-generated"
    row.link_round += 1
    assert reply_addresses.address(row) == mine  # calendars refuse updates of another organiser


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_invitees_own_address_stands_for_the_invitee_whoever_sends(program: str, settings: Any) -> None:
    settings.REPLY_ADDRESS = REPLIES
    row = invited(person={"alternate_email": "an.nguyen@donvi.example"})
    to = reply_addresses.address(row).upper()
    mail = bring(PROGRAMS[program](said(row, sender="vanthu@donvi.example", attendee="An.Nguyen@donvi.example", to=to)))
    assert mail.reason == "answered"
    row.refresh_from_db()
    assert row.state == "accepted"


@pytest.mark.parametrize("sender", ["", "an@donvi.example"])
def test_who_answers_a_letter_passed_on_by_another_invitee_waits_for_a_human(sender: str, settings: Any) -> None:
    settings.REPLY_ADDRESS = REPLIES
    row = invited()
    other = InvitationFactory(list=row.list, person__email="binh@donvi.example", sent=True)
    for attendee in (other.email, "la@x.example"):
        mail = bring(thunderbird(said(row, attendee=attendee, sender=sender, to=reply_addresses.address(row))))
        assert (mail.state, mail.reason, mail.detail) == ("waiting", "attendee_differs", attendee)
        assert mail.subject_id == row.pk
    assert set(Invitation.objects.values_list("state", flat=True)) == {"sent"}


def test_of_two_people_at_one_address_only_the_reply_address_says_who_answers(settings: Any) -> None:
    settings.REPLY_ADDRESS = REPLIES
    row = invited()
    other = InvitationFactory(list=row.list, person__email="An@donvi.example", sent=True)
    mail = bring(thunderbird(said(row)))
    assert (mail.state, mail.reason, mail.subject_id) == ("waiting", "several_invited", None)
    assert mail.conference_id == row.conference_id
    assert mail.organisation_id is not None

    assert bring(thunderbird(said(row, to=reply_addresses.address(row)))).subject_id == row.pk
    assert [Invitation.objects.get(pk=each.pk).state for each in (row, other)] == ["accepted", "sent"]
    services.withdraw(invitation_id=row.pk)
    assert bring(thunderbird(said(row))).subject_id == other.pk


def test_a_wrong_or_former_address_proves_nothing(settings: Any) -> None:
    settings.REPLY_ADDRESS = REPLIES
    row = invited()
    right = reply_addresses.address(row)
    local, domain = right.split("@")
    for to in (
        f"{local[:-5]}{'a' if local[-5] != 'a' else 'b'}{local[-4:]}@{domain}",
        f"x{right}",
        f"{right}.evil.example",
        f"{local[:-4]}@{domain}",
        REPLIES,
    ):
        assert bring(thunderbird(said(row, sender="x@x.example", to=to))).reason == "sender_differs", to
    Invitation.objects.filter(pk=row.pk).update(email="moi@donvi.example")
    assert bring(thunderbird(said(row, sender="x@x.example", to=right))).reason == "not_invited"
    row.refresh_from_db()
    assert row.state == "sent"


def test_an_address_opens_only_its_own_invitation(settings: Any) -> None:
    settings.REPLY_ADDRESS = REPLIES
    row, other = invited(), invited(person={"full_name": "Bình"})
    mail = bring(thunderbird(said(other, sender="x@x.example", to=reply_addresses.address(row))))
    assert (mail.reason, mail.subject_id) == ("unknown_meeting", row.pk)
    both = f"{reply_addresses.address(row)}, {reply_addresses.address(other)}"
    assert bring(thunderbird(said(other, sender="x@x.example", to=both))).reason == "sender_differs"


def test_a_letter_to_the_invitees_address_is_shown_to_the_organisers_of_that_conference(settings: Any) -> None:
    settings.REPLY_ADDRESS = REPLIES
    row = invited()
    mail = bring(letter(sender="x@x.example", to=reply_addresses.address(row)))
    assert (mail.reason, mail.subject_id) == ("no_calendar", row.pk)
    assert mail.organisation_id is not None


# Answers to what is no longer so.


def test_an_answer_to_an_old_letter_is_asked_again_once() -> None:
    row = invited()
    moved(row)
    first = bring(thunderbird(said(row, message_id="<cu.1@donvi.example>")))
    second = bring(exchange(said(row)))

    row.refresh_from_db()
    assert (first.reason, second.reason, row.state) == ("asked_again", "asked_again", "sent")
    assert not InvitationReply.objects.exists()
    (sent,) = letters("asked_again")
    (event,) = calendar(sent).events
    assert (event["sequence"], event["dtstart"].dt.day) == (1, 15)
    assert (sent["Auto-Submitted"], sent["In-Reply-To"]) == ("auto-replied", "<cu.1@donvi.example>")
    assert bring(thunderbird(said(row, sequence=1))).reason == "answered"


def test_a_program_that_answers_an_old_letter_by_itself_is_not_written_to() -> None:
    row = invited()
    moved(row)
    assert bring(google(said(row))).reason == "old_and_automatic"
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize(
    ("start", "reason"), [("20210114T133000", "asked_again"), ("20210115T133000", "answered"), ("", "asked_again")]
)
def test_without_a_sequence_the_start_says_which_letter_is_answered(start: str, reason: str) -> None:
    row = invited()
    moved(row)
    raw = thunderbird(said(row, start=start)).replace(b"SEQUENCE:0\r\n", b"")
    if not start:
        raw = raw.replace(b"DTSTART;TZID=Asia/Ho_Chi_Minh:\r\n", b"")
    assert bring(raw).reason == reason


def test_whoever_is_invited_again_answers_above_the_cancellation() -> None:
    former = invited(state="sent")
    Invitation.objects.filter(pk=former.pk).update(state="withdrawn")
    row = InvitationFactory(list=former.list, person=former.person, sent=True)
    assert bring(thunderbird(said(row, sequence=0))).reason == "asked_again"
    assert bring(thunderbird(said(row, sequence=2))).reason == "answered"
    row.refresh_from_db()
    assert row.state == "accepted"


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("cancelled", "called_off"),
        ("postponed", "called_off"),
        ("closed", "over"),
        ("archived", "over"),
    ],
)
@pytest.mark.parametrize("program", PROGRAMS)
def test_an_answer_for_a_conference_that_is_off_or_over_changes_and_sends_nothing(
    state: str, reason: str, program: str
) -> None:
    row = invited()
    Conference.objects.filter(pk=row.conference_id).update(state=state)
    mail = bring(PROGRAMS[program](said(row)))
    assert (mail.state, mail.reason, mail.subject_id) == ("ignored", reason, row.pk)
    assert not InvitationReply.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_an_answer_to_a_withdrawn_invitation_waits_for_a_human() -> None:
    row = invited()
    services.withdraw(invitation_id=row.pk)
    assert bring(thunderbird(said(row))).reason == "withdrawn"


def test_one_occurrence_of_what_does_not_recur_waits_for_a_human() -> None:
    row = invited()
    raw = thunderbird(said(row)).replace(b"SEQUENCE:0", b"SEQUENCE:0\r\nRECURRENCE-ID:20210114T063000Z")
    assert bring(raw).reason == "other_occurrence"


# What cannot be read.


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"END:VEVENT\r\n", b""),
        (b"METHOD:REPLY\r\n", b""),
        (b"BEGIN:VEVENT", b"BEGIN:VTODO"),
        (b"PARTSTAT=ACCEPTED;", b""),
        (b"PARTSTAT=ACCEPTED", b"PARTSTAT=PERHAPS"),
        (b"UID:", b"X-UID:"),
        (b"mailto:an@donvi.example", b"urn:uuid:1"),
        (b"SEQUENCE:0", b"SEQUENCE:many"),
        (b"SEQUENCE:0", b"SEQUENCE:0\r\nRECURRENCE-ID:yesterday"),
        (b"BEGIN:VCALENDAR", b"BEGIN:VCALENDAR\r\n\x00\xff\xfe"),
    ],
)
def test_a_broken_calendar_waits_for_a_human(was: bytes, becomes: bytes) -> None:
    row = invited()
    raw = thunderbird(said(row))
    assert was in raw
    mail = bring(raw.replace(was, becomes))
    assert (mail.state, mail.reason) == ("waiting", "broken_calendar"), mail.detail
    assert mail.detail
    row.refresh_from_db()
    assert row.state == "sent"


def test_two_different_answers_in_one_mail_are_none() -> None:
    row = invited()
    yes, no = google(said(row)), google(said(row, answer="DECLINED"))
    attachment = no[no.index(b"--0000000000005\r\nContent-Type: application/ics") :]
    mixed = yes[: yes.index(b"--0000000000005\r\nContent-Type: application/ics")] + attachment
    assert bring(mixed.replace(b"Auto-Submitted: auto-generated\r\n", b"")).reason == "broken_calendar"


# Nothing is answered that a program wrote.


def test_a_vacation_reply_that_quotes_our_invitation_is_ignored() -> None:
    row = invited()
    services.mail_invitation(invitation_id=row.pk, sequence=0)
    quoted = bytes(OutgoingMail.objects.get().raw).split(b"\r\n", 1)
    head = f"From: an@donvi.example\r\nMessage-ID: <{uuid.uuid4()}@x>\r\nAuto-Submitted: auto-replied\r\n".encode()
    body = b"\r\n".join(quoted).replace(b"From:", b"X-From:", 1).replace(b"Message-ID:", b"X-Id:", 1)
    assert bring(head + body.replace(b"Auto-Submitted: auto-generated\r\n", b"")).reason == "automatic"
    person = bring(head.replace(b"auto-replied", b"no").replace(b"@x>", b"@y>") + body)
    assert person.reason in {"no_calendar", "automatic"}
    assert OutgoingMail.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_machines_never_talk_to_each_other() -> None:
    """Whatever we send is answered by a responder, a bounce and its own echo; after the first letter we are silent."""
    row = invited()
    moved(row)
    intake.receive(raw=thunderbird(said(row)), via="gateway")
    lift.run()
    assert OutgoingMail.objects.count() == 1
    for _ in range(5):
        for mail in list(OutgoingMail.objects.all()):
            intake.receive(raw=bytes(mail.raw), via="gateway")
            intake.receive(raw=letter(headers="Auto-Submitted: auto-replied\r\n"), via="gateway")
            intake.receive(raw=letter(headers="Return-Path: <>\r\n"), via="gateway")
            intake.receive(raw=google(said(row)), via="gateway")
            intake.receive(raw=exchange(said(row, headers="Return-Path: <>\r\n")), via="gateway")
            intake.receive(raw=postfix_report("<x@x>", "an@donvi.example", action="delayed"), via="gateway")
        lift.run()
    assert OutgoingMail.objects.count() == 1
    assert not InboundMail.objects.filter(state="new").exists()
    assert set(InboundMail.objects.values_list("reason", flat=True)) == {
        "asked_again", "own", "automatic", "old_and_automatic", "unknown_bounce",
    }  # fmt: skip


# Proposals.


def counter(row: Invitation, **fields: Any) -> bytes:
    later = {"start": "20210115T083000", "end": "20210115T113000", **fields}
    raw = thunderbird(said(row, answer="TENTATIVE", comment="", **later))
    return raw.replace(b"METHOD:REPLY", b"METHOD:COUNTER").replace(b"method=REPLY", b"method=COUNTER")


def delegation(row: Invitation, to: str) -> bytes:
    return thunderbird(said(row, answer=f'DELEGATED;DELEGATED-TO="mailto:{to}"'))


def test_another_time_is_kept_for_the_organiser_and_declined_in_the_calendars_words() -> None:
    row = invited()
    mail = bring(counter(row))
    proposal = ReplyProposal.objects.get()
    row.refresh_from_db()
    assert (mail.reason, row.state, proposal.kind, proposal.inbound_id) == ("proposed_time", "sent", "time", mail.pk)
    assert proposal.starts_at == dt.datetime(2021, 1, 15, 1, 30, tzinfo=dt.UTC)
    assert Event.objects.get(name="invitation.proposed").payload["kind"] == "time"

    services.decline_proposal(proposal_id=proposal.pk)
    with pytest.raises(IllegalMove):
        services.decline_proposal(proposal_id=proposal.pk)
    for _ in range(2):
        services.mail_proposal_declined(proposal_id=proposal.pk)
    (sent,) = letters("proposal_declined")
    assert calendar(sent)["method"] == "DECLINECOUNTER"
    assert calendar(sent).events[0]["uid"] == uid(row)


def test_moving_the_conference_there_takes_a_proposal_over() -> None:
    row, other = invited(), invited()
    bring(counter(row))
    bring(counter(other, start="20210116T083000", end="20210116T113000"))
    Conference.objects.update(
        starts_at=dt.datetime(2021, 1, 15, 1, 30, tzinfo=dt.UTC), ends_at=dt.datetime(2021, 1, 15, 4, 30, tzinfo=dt.UTC)
    )
    assert services.take_over_proposals(conference_id=row.conference_id) == 1
    assert services.take_over_proposals(conference_id=other.conference_id) == 0
    assert ReplyProposal.objects.get(invitation=row).state == "taken_over"


def test_a_proposal_that_a_newer_letter_answered_is_not_declined() -> None:
    row = invited()
    bring(counter(row))
    moved(row)
    with pytest.raises(Conflict):
        services.decline_proposal(proposal_id=ReplyProposal.objects.get().pk)
    assert ReplyProposal.objects.get().state == "open"


def test_a_substitute_is_proposed_not_invited() -> None:
    row = invited()
    mail = bring(delegation(row, "Binh@donvi.example"))
    proposal = ReplyProposal.objects.get()
    row.refresh_from_db()
    assert (mail.reason, row.state) == ("proposed_substitute", "sent")
    assert (proposal.kind, proposal.substitute_email) == ("substitute", "binh@donvi.example")
    assert Invitation.objects.count() == 1

    services.decline_proposal(proposal_id=proposal.pk)
    services.mail_proposal_declined(proposal_id=proposal.pk)
    (sent,) = letters("proposal_declined")
    assert not any(part.get_content_type() == "text/calendar" for part in sent.walk())


def test_a_substitute_may_be_named_beside_who_sends_them() -> None:
    row = invited()
    beside = b'ATTENDEE;CN=Tran Thi Binh;DELEGATED-FROM="mailto:an@donvi.example":mailto:%b\r\nSEQUENCE:'
    raw = delegation(row, "binh@donvi.example")
    assert bring(raw.replace(b"SEQUENCE:", beside % b"la@donvi.example")).reason == "broken_calendar"
    mail = bring(raw.replace(b"SEQUENCE:", beside % b"Binh@donvi.example").replace(b"Message-ID: <", b"Message-ID: <x"))
    assert (mail.reason, mail.subject_id) == ("proposed_substitute", row.pk)
    proposal = ReplyProposal.objects.get()
    assert (proposal.substitute_name, proposal.substitute_email) == ("Tran Thi Binh", "binh@donvi.example")


def test_a_substitute_on_record_in_the_invitees_unit_is_shown_by_name_and_accepted_without_one() -> None:
    row = invited(person={"organisation": OrganisationFactory()})
    binh = PersonFactory(full_name="Trần Thị Bình", email="Binh@donvi.example", organisation=row.organisation)
    PersonFactory(full_name="Lê Thị Bình", email="binh@donvi.example", organisation=OrganisationFactory())
    bring(delegation(row, "binh@donvi.example"))
    proposal = ReplyProposal.objects.get()
    assert (proposal.substitute_name, proposal.substitute_honorific) == ("Trần Thị Bình", binh.honorific)
    services.accept_substitute(proposal_id=proposal.pk)
    assert Invitation.objects.get(stands_in_for=row).person == binh


@pytest.mark.parametrize("name", [b"binh@donvi.example", b"", b"123"])
def test_what_a_program_calls_a_name_and_is_none_is_left_out(name: bytes) -> None:
    beside = b'ATTENDEE;CN="%b";DELEGATED-FROM="mailto:an@donvi.example":mailto:binh@donvi.example\r\nSEQUENCE:' % name
    bring(delegation(invited(), "binh@donvi.example").replace(b"SEQUENCE:", beside))
    assert ReplyProposal.objects.get().substitute_name == ""


@pytest.mark.parametrize("to", ["", "khong phai dia chi", "AN@donvi.example"])
def test_a_substitute_who_is_nobody_waits_for_a_human(to: str) -> None:
    assert bring(delegation(invited(), to)).reason == "incomplete_proposal"
    assert not ReplyProposal.objects.exists()


def test_the_same_time_again_is_no_proposal() -> None:
    row = invited()
    assert bring(counter(row, start="20210114T133000", end="20210114T170000")).reason == "incomplete_proposal"


# Bounces.


def bounced(row: Invitation) -> InboundMail:
    services.mail_invitation(invitation_id=row.pk, sequence=row.sequence)
    sent = OutgoingMail.objects.filter(subject_id=row.pk).latest("id")
    OutgoingMail.objects.update(state=MailState.SENT)
    mail, _ = intake.receive(raw=postfix_report(sent.message_id, row.email), via="gateway")
    lift.run()
    return InboundMail.objects.get(pk=mail.pk)


@pytest.mark.django_db(transaction=True)
def test_a_letter_that_came_back_goes_to_the_second_address() -> None:
    row = invited(person={"alternate_email": "an.rieng@x.example"})
    assert bounced(row).reason == "undeliverable"

    before = row.link_round
    row.refresh_from_db()
    assert (row.email, row.link_round) == ("an.rieng@x.example", before + 1)
    sent = OutgoingMail.objects.get(subject_id=row.pk, recipient="an.rieng@x.example")
    assert sent.state == MailState.QUEUED
    assert Event.objects.filter(name="invitation.readdressed", subject_id=row.pk).exists()

    bounced(row)
    row.refresh_from_db()
    assert row.email == "an.rieng@x.example"
    assert SuppressedAddress.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_without_a_second_address_the_invitee_is_shown_as_unreachable() -> None:
    row = invited()
    bounced(row)
    row.refresh_from_db()
    assert row.email == "an@donvi.example"
    client = APIClient()
    client.force_authenticate(account_with("organiser"))
    assert client.get(f"/api/v1/invitations/{row.pk}").json()["unreachable"] is True
    assert OutgoingMail.objects.filter(subject_id=row.pk).count() == 1
    services.resend(invitation_id=row.pk)
    lift.run()
    assert OutgoingMail.objects.filter(subject_id=row.pk).latest("id").state == MailState.HELD


# A letter that would be read differently.


@pytest.mark.parametrize("letter_of", ["mail_invitation", "mail_cancellation"])
def test_a_calendar_that_does_not_survive_the_round_trip_is_reported_not_sent(
    letter_of: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = invited()

    def broken(entry: Any) -> bytes:
        raise ical.CalendarRoundTripError("location read back differently")

    monkeypatch.setattr(ical, "request", broken)
    monkeypatch.setattr(ical, "cancel", broken)
    if letter_of == "mail_cancellation":
        services.withdraw(invitation_id=row.pk)
        services.mail_cancellation(invitation_id=row.pk)
    else:
        services.mail_invitation(invitation_id=row.pk, sequence=0)
    assert not OutgoingMail.objects.exists()
    told = Event.objects.get(name="invitation.unwritable")
    assert (told.subject_id, told.payload["problem"]) == (row.pk, "CalendarRoundTripError")


# What a human does with mail that waits.


def client_of(role: str, **fields: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(account_with(role, **fields))
    return client


def waiting(row: Invitation) -> InboundMail:
    mail = bring(thunderbird(said(row, sender="vanthu@donvi.example")))
    assert mail.state == "waiting"
    return mail


def test_a_human_assigns_a_mail_to_the_invitation_it_answers() -> None:
    lead = OrganisationFactory()
    row = invited(conference=ConferenceFactory(announced=True, exact=True, lead=lead))
    mail = waiting(row)
    client = client_of("organiser", organisation=lead)
    body = {"invitation": str(row.pk), "answer": "declined", "note": "Văn thư trả lời thay"}

    listed = client.get("/api/v1/inbound-mails?state=waiting").json()["results"]
    assert [(each["id"], each["reason"]) for each in listed] == [(str(mail.pk), "sender_differs")]
    assert listed[0]["why"]
    answer = client.post(f"/api/v1/inbound-mails/{mail.pk}/assign", body)
    again = client.post(f"/api/v1/inbound-mails/{mail.pk}/assign", body)

    assert (answer.status_code, answer.json()["state"]) == (200, "declined")
    assert again.status_code == 409
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == ("taken", "assigned")
    assert InvitationReply.objects.get().inbound_id == mail.pk


def test_mail_is_shown_to_those_it_concerns_and_its_words_to_fewer() -> None:
    lead = OrganisationFactory()
    row = invited(conference=ConferenceFactory(announced=True, exact=True, lead=lead))
    mail = waiting(row)
    nobodys = InboundMailFactory()
    address = f"/api/v1/inbound-mails/{mail.pk}"

    own, auditor = client_of("secretary", organisation=lead), client_of("auditor", organisation=lead)
    other, everywhere = client_of("organiser", organisation=OrganisationFactory()), client_of("organiser")
    assert own.get(f"{address}/content").content == bytes(mail.raw)
    assert "attachment" in own.get(f"{address}/content").headers["Content-Disposition"]
    assert not {"raw", "body", "text"} & set(own.get(address).json())
    assert (auditor.get(address).status_code, auditor.get(f"{address}/content").status_code) == (200, 403)
    assert other.get(address).status_code == 404
    assert other.post(f"{address}/dismiss").status_code == 404
    body = {"invitation": str(row.pk), "answer": "accepted"}
    assert other.post(f"{address}/assign", body).status_code == 404
    assert own.get(f"/api/v1/inbound-mails/{nobodys.pk}").status_code == 404
    assert everywhere.get(f"/api/v1/inbound-mails/{nobodys.pk}").status_code == 200
    assert own.post(f"{address}/dismiss").json()["state"] == "ignored"
    assert own.post(f"{address}/dismiss").status_code == 409


def test_a_mail_is_not_assigned_to_somebody_elses_invitation() -> None:
    lead = OrganisationFactory()
    mail = waiting(invited(conference=ConferenceFactory(announced=True, exact=True, lead=lead)))
    foreign = invited()
    answer = client_of("organiser", organisation=lead).post(
        f"/api/v1/inbound-mails/{mail.pk}/assign", {"invitation": str(foreign.pk), "answer": "accepted"}
    )
    assert answer.status_code == 400
    assert "invitation" in str(answer.json()["errors"])
    foreign.refresh_from_db()
    assert foreign.state == "sent"


@pytest.mark.django_db(transaction=True)
def test_a_gateway_brings_mail_in_and_the_answer_is_on_record() -> None:
    row = invited()
    raw = exchange(said(row))
    client = client_of("organiser")

    first = client.post("/api/v1/inbound-mails", raw, content_type="message/rfc822")
    again = client.post("/api/v1/inbound-mails", raw, content_type="message/rfc822")
    lift.run()

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert first.json()["state"] == "new"
    row.refresh_from_db()
    assert row.state == "accepted"


def test_a_gateway_is_let_in_by_its_own_scope_only(settings: Any) -> None:
    from backend.people.services import issue_token

    account = account_with("organiser")
    _, secret = issue_token(account_id=account.pk, name="cổng thư", scopes=["inbound-mails:write"], expires_in_days=1)
    client = APIClient(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert client.post("/api/v1/inbound-mails", letter(), content_type="message/rfc822").status_code == 201
    assert client.get("/api/v1/inbound-mails").status_code == 403
    assert client.get("/api/v1/invitations").status_code == 403

    settings.INBOUND_MAX_BYTES = 3_000_000
    large = letter("x" * 2_500_000)
    assert client.post("/api/v1/inbound-mails", large, content_type="message/rfc822").status_code == 201
    too_large = letter("x" * 3_000_000)
    assert client.post("/api/v1/inbound-mails", too_large, content_type="message/rfc822").status_code == 413
    assert client.post("/api/v1/inbound-mails", {"raw": "x"}, format="json").status_code == 415
    below = client_of("organiser", organisation=OrganisationFactory())
    assert below.post("/api/v1/inbound-mails", letter(), content_type="message/rfc822").status_code == 403
    assert client.post("/api/v1/inbound-mails", b"", content_type="message/rfc822").status_code == 400
    assert client.post("/api/v1/inbound-mails", b"\x00", content_type="message/rfc822").status_code == 201
