"""What focal points and units above are written to about, and what the clock makes of deadlines."""

import datetime as dt
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.test import Client

from backend.conferences.models import Conference
from backend.core.clock import now
from backend.delegations import links, services
from backend.delegations.models import Delegation
from backend.mail.models import OutgoingMail
from backend.outbox.models import Event
from tests import lift
from tests.delegations.test_places import somebody
from tests.factories.delegations import DelegationFactory, named
from tests.factories.people import OrganisationFactory, account_with
from workers.clock import TIMETABLE, mind_delegations

pytestmark = pytest.mark.django_db


def due_in(row: Delegation, **time: float) -> None:
    """Moves the deadline, as if so much time had passed."""
    Delegation.objects.filter(pk=row.pk).update(due_at=now() + dt.timedelta(**time))


def ticked() -> list[OutgoingMail]:
    """The clock ticks twice, and all reactions hear of it: the mails that have come of it."""
    before = set(OutgoingMail.objects.values_list("pk", flat=True))
    for _ in range(2):
        mind_delegations()
        lift.run()
    return list(OutgoingMail.objects.exclude(pk__in=before).order_by("id"))


def read(mail: OutgoingMail) -> Any:
    return message_from_bytes(bytes(mail.raw), policy=policy.default)


def texts(mail: OutgoingMail) -> list[str]:
    message = read(mail)
    return [message.get_body((kind,)).get_content().replace("\r\n", "\n") for kind in ("plain", "html")]


@pytest.fixture
def unit() -> Delegation:
    made: Delegation = DelegationFactory(
        organisation=OrganisationFactory(name={"vi": "Phường Hoà Khánh", "en": "Hoa Khanh Ward"}),
        focal_name="Lê Thị Đầu",
        quota=4,
    )
    return made


def test_the_focal_point_gets_one_letter_with_the_link(unit: Delegation) -> None:
    services.ask(delegation_id=unit.pk)
    [mail] = ticked()

    message = read(mail)
    assert message["To"].addresses[0].addr_spec == unit.focal_email
    assert message["Subject"] == f"Đề nghị cử đại biểu: {unit.conference.title['vi']}"
    for text in texts(mail):
        for said in (
            "Lê Thị Đầu, Phường Hoà Khánh",
            "cử 4 đại biểu",
            unit.conference.title["vi"],
            links.address(unit.pk, 1),
        ):
            assert said in text, said
    assert (mail.purpose, mail.sequence, mail.conference_id) == ("delegation_request", 1, unit.conference_id)


def test_letters_speak_the_focal_points_language() -> None:
    unit = DelegationFactory(focal_language="en", quota=1)
    services.ask(delegation_id=unit.pk)
    [mail] = ticked()
    services.remind(delegation_id=unit.pk)
    [reminder] = ticked()

    assert read(mail)["Subject"].startswith("Please name your delegates: ")
    assert "to name 1 delegate to the conference by" in texts(mail)[0]
    assert "This is a reminder" in texts(reminder)[0]


def test_reminders_go_out_as_their_moments_come_and_each_once(unit: Delegation) -> None:
    services.ask(delegation_id=unit.pk)
    ticked()
    due_in(unit, days=8)
    assert ticked() == []
    for days, left in ((7, 1), (3, 1), (2.5, 0), (1, 1), (0.5, 0)):
        due_in(unit, days=days, seconds=-5)
        assert len(ticked()) == left, days
    # What was missed while nothing ran is told once.
    services.extend(delegation_id=unit.pk, due_at=now() + dt.timedelta(days=9))
    assert [mail.purpose for mail in ticked()] == ["delegation_extended"]
    due_in(unit, hours=2)
    assert [mail.purpose for mail in ticked()] == ["delegation_reminder"]


def test_who_has_submitted_is_not_reminded(unit: Delegation) -> None:
    services.ask(delegation_id=unit.pk)
    ticked()
    services.name_delegate(delegation_id=unit.pk, link_round=1, named=somebody("A"))
    services.submit(delegation_id=unit.pk, link_round=1)
    due_in(unit, hours=2)
    assert ticked() == []


def test_a_reminder_that_was_overtaken_says_nothing(unit: Delegation) -> None:
    services.ask(delegation_id=unit.pk)
    ticked()
    services.remind(delegation_id=unit.pk)
    services.name_delegate(delegation_id=unit.pk, link_round=1, named=somebody("A"))
    services.submit(delegation_id=unit.pk, link_round=1)
    assert ticked() == []


def test_no_reminder_follows_a_cancellation(unit: Delegation) -> None:
    services.ask(delegation_id=unit.pk)
    ticked()
    services.remind(delegation_id=unit.pk)
    unit.conference.state = "cancelled"
    unit.conference.save()
    due_in(unit, hours=-1)
    assert ticked() == []


def test_silence_is_told_to_the_focal_point_of_the_unit_above_once(unit: Delegation) -> None:
    above = DelegationFactory(conference=unit.conference, focal_name="Trần Cấp Trên")
    unit.organisation.parent = above.organisation
    unit.organisation.save()
    services.ask(delegation_id=unit.pk)
    ticked()
    due_in(unit, minutes=-1)

    [mail] = ticked()

    assert read(mail)["To"].addresses[0].addr_spec == above.focal_email
    for text in texts(mail):
        assert "Phường Hoà Khánh (đầu mối: Lê Thị Đầu) chưa cử đại biểu nào trong 4 chỉ tiêu" in text
        assert "/d/" not in text
    # The unit has two days more.
    services.name_delegate(delegation_id=unit.pk, link_round=1, named=somebody("A"))
    services.name_delegate(delegation_id=unit.pk, link_round=1, named=somebody("B"))
    due_in(unit, days=-2, minutes=1)
    assert ticked() == []
    assert Delegation.objects.get(pk=unit.pk).state == "asked"
    due_in(unit, days=-2)
    assert ticked() == []
    row = Delegation.objects.get(pk=unit.pk)
    assert (row.state, row.taken, row.returned) == ("closed", 2, 2)


@pytest.mark.parametrize("where", ["parent", "lead"])
def test_without_a_focal_point_above_those_who_keep_the_record_are_told(unit: Delegation, where: str) -> None:
    parent = OrganisationFactory()
    unit.organisation.parent = parent
    unit.organisation.save()
    lead = unit.conference.organisers.get().organisation
    secretary = account_with("secretary", organisation=parent if where == "parent" else lead)
    account_with("organiser", organisation=lead)
    services.ask(delegation_id=unit.pk)
    ticked()
    due_in(unit, minutes=-1)

    assert [mail.recipient for mail in ticked()] == [secretary.email]


def test_who_was_silent_names_nobody_before_the_unit_above_was_told(unit: Delegation, client: Client) -> None:
    services.ask(delegation_id=unit.pk)
    page = f"/d/{links.sign(unit.pk, 1)}"
    due_in(unit, seconds=-1)
    first = {"do": "name", **somebody("A")}

    late = client.post(page, first)
    assert late.status_code == 409
    assert "Đã hết thời hạn cử đại biểu" in late.content.decode()
    mind_delegations()
    assert "Đơn vị vẫn có thể cử đại biểu đến" in client.get(page).content.decode()
    assert client.post(page, first).status_code == 303
    mind_delegations()
    row = Delegation.objects.get(pk=unit.pk)
    assert (row.state, row.taken, row.escalated_at is not None) == ("asked", 1, True)


def test_silence_that_ended_meanwhile_is_not_told(unit: Delegation) -> None:
    account_with("secretary", organisation=unit.conference.organisers.get().organisation)
    services.ask(delegation_id=unit.pk)
    ticked()
    due_in(unit, minutes=-1)
    mind_delegations()
    services.name_delegate(delegation_id=unit.pk, link_round=1, named=somebody("A"))
    assert ticked() == []
    assert Event.objects.filter(name="delegation.escalated").count() == 1


def test_after_the_deadline_unused_places_go_back_by_themselves(unit: Delegation) -> None:
    services.ask(delegation_id=unit.pk)
    ticked()
    services.name_delegate(delegation_id=unit.pk, link_round=1, named=somebody("A"))
    due_in(unit, minutes=-1)
    assert ticked() == []

    row = Delegation.objects.get(pk=unit.pk)
    assert (row.state, row.returned, row.escalated_at) == ("closed", 3, None)
    event = Event.objects.get(name="delegation.closed")
    assert (event.payload["named"], event.payload["returned"], event.actor) == (1, 3, "clock")


def test_the_start_ends_what_was_set_for_later(unit: Delegation) -> None:
    services.ask(delegation_id=unit.pk)
    named(unit)
    lift.run()
    Conference.objects.update(starts_at=now() + dt.timedelta(hours=20))
    assert [mail.purpose for mail in ticked()] == ["delegation_reminder"]
    Conference.objects.update(starts_at=now())

    ticked()

    assert Delegation.objects.get(pk=unit.pk).state == "closed"


def test_the_clock_looks_three_times_a_minute() -> None:
    assert TIMETABLE["plenum.clock.mind_delegations"] <= 20
