"""Letters that do not arrive, over real SMTP and with real delivery reports: the second address, once, and one letter
to who can mend it."""

import datetime as dt
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.conferences.queries import lead_organisation
from backend.core.clock import now
from backend.delegations import services
from backend.delegations.models import Delegate, Delegation
from backend.demo.catchers import MailCatcher
from backend.embedded import some_free_port
from backend.invitations import services as invitations
from backend.invitations.models import FailedLetter, Invitation
from backend.mail import intake, post
from backend.mail import services as mail
from backend.mail.models import OutgoingMail, SuppressedAddress
from backend.people.models import Person
from tests import lift
from tests.factories.delegations import DelegationFactory
from tests.factories.inbound import exchange_report, postfix_report
from tests.factories.people import account_with

pytestmark = pytest.mark.django_db(transaction=True)
REFUSED = "tuchoi@xa.example"


@pytest.fixture
def server(tmp_path: Path, settings: Any) -> Iterator[MailCatcher]:
    """Another mail server, which knows nobody called REFUSED."""

    def temper(recipient: str, raw: bytes) -> str | None:
        return "550 5.1.1 no such user" if recipient == REFUSED else None

    catcher = MailCatcher(tmp_path / "mail", some_free_port(), temper)
    catcher.start()
    settings.MAIL_SERVER = {**settings.MAIL_SERVER, "host": "127.0.0.1", "port": catcher.port}
    yield catcher
    catcher.stop()


def send_all() -> None:
    lift.run()
    waiting = OutgoingMail.objects.filter(state="queued").order_by("id")
    way = post.Post()
    mail.send(list(waiting.values_list("pk", flat=True)), way)
    lift.run()


def received(server: MailCatcher, address: str) -> list[Any]:
    found = [
        message_from_bytes(path.read_bytes(), policy=policy.default) for path in sorted(server.folder.glob("*.eml"))
    ]
    return [each for each in found if address in each["To"]]


def named(unit: Delegation, name: str, email: str) -> Person:
    said: Any = {"full_name": name, "honorific": "", "office": "", "email": email, "phone": ""}
    delegate = services.name_delegate(delegation_id=unit.pk, link_round=unit.link_round, named=said)
    person: Person | None = delegate.invitation.person
    assert person is not None
    return person


def returned(server: MailCatcher, address: str, report: Any = postfix_report, **said: str) -> None:
    """The last letter to the address comes back from its mail server."""
    letter = received(server, address)[-1]
    intake.receive(raw=report(letter["Message-ID"], address, **said), via="gateway")
    lift.run()


def told_later() -> int:
    FailedLetter.objects.filter(told_at=None).update(at=now() - dt.timedelta(minutes=11))
    done = services.tell_of_undelivered()
    send_all()
    return done


def text_of(letter: Any) -> str:
    body: str = letter.get_body(("plain",)).get_content()
    return body


def test_what_comes_back_goes_to_the_second_address_and_is_told_once_to_who_can_mend_it(server: MailCatcher) -> None:
    unit = DelegationFactory(asked=True, quota=6, focal_email="daumoi@xa.example", focal_language="vi")
    conference = unit.conference
    lead = lead_organisation(conference)
    account_with("secretary", organisation=lead, email="thuky@bo.example")
    an = named(unit, "Nguyễn Văn An", "an@xa.example")
    named(unit, "Lê Thị Bình", "binh@xa.example")
    named(unit, "Trần Văn Cường", REFUSED)
    named(unit, "Phạm Thị Dung", "dung@xa.example")
    named(unit, "Đỗ Văn Em", "em@xa.example")
    Person.objects.filter(pk=an.pk).update(alternate_email="an.rieng@x.example")
    invitations.send_list(list_id=unit.list_id)
    send_all()

    returned(server, "an@xa.example")
    returned(server, "an@xa.example")  # the report of another relay about the same letter
    returned(server, "binh@xa.example", exchange_report)
    returned(server, "dung@xa.example", status="4.2.2", code="452 mailbox full")  # for now only
    send_all()

    second = received(server, "an.rieng@x.example")
    assert len(second) == 1, "once"
    assert second[0].get_body(("plain",)) is not None
    rows = {row.person.full_name: row for row in FailedLetter.objects.select_related("person")}
    assert {name: row.kind for name, row in rows.items()} == {
        "Nguyễn Văn An": "returned", "Lê Thị Bình": "returned", "Trần Văn Cường": "refused",
    }  # fmt: skip
    assert rows["Nguyễn Văn An"].readdressed
    assert services.tell_of_undelivered() == 0, "more may follow"
    assert told_later() == 1

    (to_unit,) = received(server, "daumoi@xa.example")
    (to_organisers,) = received(server, "thuky@bo.example")
    for letter in (to_unit, to_organisers):
        for name in ("Nguyễn Văn An", "Lê Thị Bình", "Trần Văn Cường"):
            assert text_of(letter).count(name) == 1, name
        assert "Phạm Thị Dung" not in text_of(letter)
        assert letter["Auto-Submitted"] == "auto-generated"
    assert "địa chỉ thứ hai" in text_of(to_unit)
    assert "/d/" in text_of(to_unit)
    assert "binh@xa.example" in text_of(to_organisers)
    assert "@" not in text_of(to_unit).replace("/d/", ""), "of who was on record the unit saw no address"
    assert told_later() == 0, "told once"
    # The second address comes back, too: nothing more is tried, and that is told.
    returned(server, "an.rieng@x.example")
    send_all()
    assert Invitation.objects.get(person=an).email == "an.rieng@x.example"
    assert told_later() == 1
    assert len(received(server, "thuky@bo.example")) == 2
    assert SuppressedAddress.objects.count() == 4, "three came back, one was refused for good"


def test_fifty_that_come_back_are_one_letter_to_each(server: MailCatcher) -> None:
    unit = DelegationFactory(asked=True, quota=50, focal_email="daumoi@xa.example", focal_language="en")
    account_with("organiser", organisation=lead_organisation(unit.conference), email="btc@bo.example")
    for number in range(12):
        named(unit, f"Nguyễn Văn {'ABCDEGHIKLMN'[number]}", f"a{number}@xa.example")
    invitations.send_list(list_id=unit.list_id)
    send_all()
    for number in range(12):
        returned(server, f"a{number}@xa.example")

    assert told_later() == 1
    (to_unit,) = received(server, "daumoi@xa.example")
    assert len(received(server, "btc@bo.example")) == 1
    assert "did not arrive" in to_unit["Subject"]
    assert text_of(to_unit).count("It came back as undeliverable (5.1.1).") == 12


def test_the_organisers_see_what_failed_and_try_it_again(server: MailCatcher) -> None:
    unit = DelegationFactory(asked=True)
    lead = lead_organisation(unit.conference)
    http = APIClient()
    http.force_authenticate(account_with("organiser", organisation=lead))
    person = named(unit, "Lê Thị Bình", "binh@xa.example")
    invitations.send_list(list_id=unit.list_id)
    send_all()
    returned(server, "binh@xa.example")

    (shown,) = http.get(f"/api/v1/failed-letters?conference={unit.conference_id}&open=true").json()["results"]
    assert (shown["kind"], shown["problem"], shown["letter"], shown["person_name"]) == (
        "returned", "5.1.1", "invitation", "Lê Thị Bình",
    )  # fmt: skip
    assert http.post(f"/api/v1/failed-letters/{shown['id']}/retry").status_code == 409, "the address is suppressed"
    Person.objects.filter(pk=person.pk).update(email="binh.moi@xa.example")
    assert http.post(f"/api/v1/failed-letters/{shown['id']}/retry").json()["settled_at"]
    send_all()
    assert len(received(server, "binh.moi@xa.example")) == 1
    assert http.get("/api/v1/failed-letters?open=true").json()["results"] == []


def test_who_was_not_named_by_a_unit_is_told_of_to_the_organisers_alone(server: MailCatcher) -> None:
    unit = DelegationFactory(asked=True, focal_email="daumoi@xa.example")
    named(unit, "Lê Thị Bình", "binh@xa.example")
    Delegate.objects.all().delete()
    lead = lead_organisation(unit.conference)
    account_with("secretary", organisation=lead, email="thuky@bo.example")
    invitations.send_list(list_id=unit.list_id)
    send_all()
    returned(server, "binh@xa.example")

    assert told_later() == 1
    assert not received(server, "daumoi@xa.example")
    assert len(received(server, "thuky@bo.example")) == 1
