"""What people, programs and forgers send to the addresses that need no account: a clear answer, nothing lost, nothing
sent. Every kind of link, every way to spoil one, over HTTP; and what leaves the house, read byte by byte from SMTP."""

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from backend.calendars.models import CalendarLink
from backend.conferences.models import Conference
from backend.conferences.queries import lead_organisation
from backend.core.clock import now
from backend.delegations import links as delegation_links
from backend.delegations.models import Delegation
from backend.demo.catchers import MailCatcher
from backend.embedded import some_free_port
from backend.invitations import ical, paper_links
from backend.invitations import links as reply_links
from backend.invitations import services as invitations
from backend.invitations.models import Invitation, InvitationReply, ReplyProposal
from backend.mail import intake, post
from backend.mail import services as mail
from backend.mail.models import InboundMail, OutgoingMail
from backend.outbox.models import Event
from backend.people.models import Person
from backend.registration import codes, offer_links
from backend.registration.models import Presence, Registration
from tests import lift
from tests.factories.calendars import CalendarLinkFactory
from tests.factories.conferences import ConferenceFactory, SiteFactory, SpeakerFactory
from tests.factories.delegations import DelegationFactory
from tests.factories.inbound import PROGRAMS, Said
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.factories.papers import PaperFactory
from tests.factories.people import PersonFactory, account_with
from tests.factories.registration import RegistrationFactory

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "s" * 43


class House:
    """One conference with a link of every kind."""

    def __init__(self) -> None:
        soon = now().replace(minute=0, second=0, microsecond=0) + dt.timedelta(days=30)
        self.conference: Conference = ConferenceFactory(
            announced=True, exact=True, confidentiality="internal", starts_at=soon, ends_at=soon + dt.timedelta(hours=3)
        )
        site = SiteFactory(conference=self.conference)
        where = InvitationListFactory(conference=self.conference, site=site)
        self.invitation: Invitation = InvitationFactory(
            list=where, person=PersonFactory(email="an@donvi.example"), sent=True
        )
        self.unit: Delegation = DelegationFactory(conference=self.conference, asked=True)
        self.paper = PaperFactory(speaker=SpeakerFactory(conference=self.conference, person=PersonFactory()))
        self.offered = Registration.objects.create(
            conference=self.conference,
            person=PersonFactory(),
            category="guest",
            state="offered",
            turn=1,
            offer_until=now() + dt.timedelta(days=1),
        )
        self.link: CalendarLink = CalendarLinkFactory(secret=SECRET)
        self.organiser = APIClient()
        self.organiser.force_authenticate(account_with("organiser", organisation=lead_organisation(self.conference)))

    def tokens(self) -> dict[str, str]:
        return {
            "/r/": reply_links.sign(self.invitation.pk, self.invitation.link_round),
            "/d/": delegation_links.sign(self.unit.pk, self.unit.link_round),
            "/p/": paper_links.sign(self.paper.pk, 1),
            "/o/": offer_links.sign(self.offered.pk),
        }


def traces() -> list[Any]:
    """Everything an attempt could leave behind."""
    counted = (Invitation, InvitationReply, ReplyProposal, Person, Registration, Presence, OutgoingMail, Event)
    states = [*Invitation.objects.order_by("id").values_list("state", "version")]
    states += [*Registration.objects.order_by("id").values_list("state", "version")]
    return [model.objects.count() for model in counted] + states


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def http() -> Client:
    return Client(enforce_csrf_checks=True)


#: What each page is sent by somebody who means it.
MEANT: dict[str, dict[str, str]] = {
    "/r/": {"answer": "accepted"},
    "/d/": {"do": "name", "full_name": "Trần Thị Bình", "email": "binh@xa.example"},
    "/p/": {},
    "/o/": {"choice": "take"},
}
API = {"/r/": "/api/v1/replies/", "/d/": "/api/v1/unit-places/"}


def clear(answer: Any, status: int) -> bool:
    """A page with a sentence, or a problem that names itself; never a trace of the program."""
    text = answer.content.decode()
    assert answer.status_code == status, text[:300]
    assert "Traceback" not in text
    if answer["Content-Type"].startswith("application/problem+json"):
        return bool(answer.json()["title"])
    assert answer["Content-Type"].startswith("text/html")
    assert "<script" not in text
    return len(re.sub(r"<style>.*?</style>|<[^>]+>", " ", text, flags=re.S).split()) >= 3


def sent(http: Client, address: str, body: dict[str, str]) -> Any:
    """Posted as the address is meant to be: a form to a page, JSON to the API."""
    return http.post(address, body, **({"content_type": "application/json"} if "/api/" in address else {}))


# Links


@dataclass(frozen=True)
class Spoilt:
    name: str
    spoil: Callable[[str], str]


SPOILT = [
    Spoilt("truncated", lambda token: token[:-8]),
    Spoilt("cut in the middle", lambda token: token[: len(token) // 2]),
    Spoilt("one letter of the signature changed", lambda t: t[:-1] + ("A" if t[-1] != "A" else "B")),
    Spoilt("one letter of the content changed", lambda t: ("B" if t[0] != "B" else "C") + t[1:]),
    Spoilt("made up", lambda token: "x" * len(token)),
    Spoilt("very long", lambda token: token + "A" * 5000),
    Spoilt("with a control character", lambda token: token + "%07"),
    Spoilt("with an emoji", lambda token: token + "%F0%9F%98%80"),
    Spoilt("with bytes that are no text", lambda token: token + "%ff%fe"),
    Spoilt("as a mail program wraps it", lambda token: token[:20] + "%0D%0A" + token[20:]),
]


def test_forged_and_truncated_links_open_nothing(house: House, http: Client) -> None:
    before = traces()
    for spoilt in SPOILT:
        for kind, token in house.tokens().items():
            for address in filter(None, [kind, API.get(kind)]):
                where = f"{address}{spoilt.spoil(token)}"
                assert clear(http.get(where), 404), (spoilt.name, where)
                assert clear(sent(http, where, MEANT[kind]), 404), (spoilt.name, where)
        for secret in (spoilt.spoil(SECRET), house.link.digest):
            assert http.get(f"/calendars/private/{secret}.ics").status_code == 404, (spoilt.name, secret)
    assert traces() == before


def test_a_link_opens_its_own_door_alone(house: House, http: Client) -> None:
    """Every link at every other door; a check-in code, too, is no link, and a link no check-in code."""
    before = traces()
    tokens = {**house.tokens(), "code": codes.sign(house.offered.pk, 0)}
    for door in house.tokens():
        for kind, token in tokens.items():
            if kind != door:
                assert clear(http.get(f"{door}{token}"), 404), (kind, door)
                assert clear(http.post(f"{door}{token}", MEANT[door]), 404), (kind, door)
    for token in house.tokens().values():
        answer = house.organiser.post("/api/v1/check-ins", {"code": token}, format="json")
        assert 400 <= answer.status_code < 500, answer.content
        assert http.get(f"/calendars/private/{token}.ics").status_code == 404
    assert traces() == before


def test_a_link_that_was_replaced_or_has_expired_says_so(house: House, http: Client) -> None:
    tokens = house.tokens()
    Invitation.objects.filter(pk=house.invitation.pk).update(link_round=house.invitation.link_round + 1)
    Delegation.objects.update(link_round=house.unit.link_round + 1)
    type(house.paper).objects.update(link_round=2)
    Registration.objects.filter(pk=house.offered.pk).update(offer_until=now() - dt.timedelta(minutes=1))
    CalendarLink.objects.update(revoked_at=now())
    before = traces()

    for kind, token in tokens.items():
        for address in filter(None, [kind, API.get(kind)]):
            for answer in (http.get(f"{address}{token}"), sent(http, f"{address}{token}", MEANT[kind])):
                assert answer.status_code in {404, 409, 410}, (kind, answer.status_code)
                assert clear(answer, answer.status_code)
    assert http.get(f"/calendars/private/{SECRET}.ics").status_code in {404, 410}
    assert traces() == before


def test_a_link_that_is_used_again_does_nothing_twice(house: House, http: Client) -> None:
    for kind, token in house.tokens().items():
        first, second = (http.post(f"{kind}{token}", MEANT[kind]) for _ in range(2))
        assert {first.status_code, second.status_code} <= {200, 303, 400, 409}, kind
    lift.run()
    assert Person.objects.filter(email="binh@xa.example").count() == 1
    assert Registration.objects.get(pk=house.offered.pk).state == "confirmed"
    mails = OutgoingMail.objects.values_list("recipient", "purpose")
    assert len(set(mails)) == len(mails)


def test_another_persons_code_lets_nobody_in(house: House) -> None:
    elsewhere = RegistrationFactory(person=PersonFactory())
    mine = RegistrationFactory(person=PersonFactory())
    before = traces()
    for code in (
        codes.sign(elsewhere.pk, 7),  # a round that is not theirs
        codes.sign(house.offered.pk, 0),  # offered, not taken
        codes.sign(elsewhere.pk, 0)[:22] + codes.sign(mine.pk, 0)[22:],  # one's name with another's signature
        codes.sign(house.invitation.pk, 0),
        "x" * 300,
        "\u202e" + codes.sign(elsewhere.pk, 0),
    ):
        answer = house.organiser.post("/api/v1/check-ins", {"code": code}, format="json")
        assert 400 <= answer.status_code < 500, code
        assert answer["Content-Type"].startswith("application/problem+json")
    assert traces() == before


# A conference that is off


def test_a_reply_for_a_cancelled_conference_is_told_that_it_is_off(house: House, http: Client) -> None:
    Conference.objects.filter(pk=house.conference.pk).update(state="cancelled")
    before = traces()
    for kind, token in house.tokens().items():
        for address in filter(None, [kind, API.get(kind)]):
            for answer in (http.get(f"{address}{token}"), sent(http, f"{address}{token}", MEANT[kind])):
                assert answer.status_code in {409, 410}, (kind, answer.status_code)
                assert clear(answer, answer.status_code)
    assert traces() == before

    uid = ical.calendar_uid(house.conference.pk, house.invitation.site_id)
    for program, write in PROGRAMS.items():
        for answered in ("ACCEPTED", "DECLINED", "TENTATIVE"):
            inbound, _ = intake.receive(raw=write(Said(uid=uid, answer=answered)), via="gateway")
            lift.run()
            inbound.refresh_from_db()
            assert (inbound.state, inbound.reason) == ("ignored", "called_off"), program
    assert not OutgoingMail.objects.exists()
    assert Invitation.objects.get(pk=house.invitation.pk).state == "sent"
    assert InboundMail.objects.count() == 3 * len(PROGRAMS), "nothing is lost"


# Too much


def test_ten_megabytes_are_refused_before_they_are_read(house: House, http: Client) -> None:
    before = traces()
    much = "ă" * (5 * 1024 * 1024)
    for kind, token in house.tokens().items():
        answer = http.post(f"{kind}{token}", {**MEANT[kind], "note": much, "full_name": much})
        assert answer.status_code in {400, 413}, (kind, answer.status_code)
        assert "Traceback" not in answer.content.decode()
        if kind in API:
            body = {"answer": "accepted", "note": much, "full_name": much}
            answer = http.post(f"{API[kind]}{token}", body, content_type="application/json")
            assert clear(answer, 413)
    for address in ("/api/v1/registrations", "/api/v1/conferences", "/api/v1/people"):
        answer = house.organiser.post(address, {"note": much, "title": {"vi": much}}, format="json")
        assert clear(answer, 413), address
    assert traces() == before


# Names, titles and what leaves the house

HOSTILE = {
    "emoji": "Nguyễn 😀 Văn An",
    "right to left": "Nguyễn \u202eVăn An\u202c",
    "isolates": "Nguyễn \u2066Văn\u2069 An",
    "control characters": "Nguyễn\x07 Văn\x1b[31m An",
    "zero bytes": "Nguyễn\x00 Văn An",
    "line breaks": "Nguyễn Văn An\r\nBcc: la@x.example",
    "a bare line feed": "Nguyễn Văn An\nX-Spam: no\n\nbody",
    "line separators": "Nguyễn Văn An\u2028Bcc: la@x.example\x85To: la@x.example",
    "an encoded word": "=?utf-8?q?An=0D=0ABcc:_la=40x.example?=",
    "an address of its own": 'An" <la@x.example>, "B',
    "markup": "<img src=x onerror=alert(1)>",
    "a formula": '=HYPERLINK("http://x.example")',
    "half a pair": "Nguyễn Văn An \ud83d",
    "stacked marks": "Ng" + "\u0301" * 60 + " An",
}


@pytest.fixture
def server(tmp_path: Path, settings: Any) -> Iterator[MailCatcher]:
    catcher = MailCatcher(tmp_path / "mail", some_free_port())
    catcher.start()
    settings.MAIL_SERVER = {**settings.MAIL_SERVER, "host": "127.0.0.1", "port": catcher.port}
    yield catcher
    catcher.stop()


def left(server: MailCatcher) -> list[bytes]:
    """Sends what is queued, and gives the bytes of all that ever left."""
    lift.run()
    waiting = OutgoingMail.objects.filter(state="queued").order_by("id").values_list("pk", flat=True)
    mail.send(list(waiting), post.Post())
    return [path.read_bytes() for path in sorted(server.folder.glob("*.eml"))]


def is_whole(raw: bytes, recipient: str) -> None:
    """One letter to one reader: no header but ours, no character that deceives."""
    letter = message_from_bytes(raw, policy=policy.default)
    head = raw.partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0].lower() for line in head.split(b"\r\n") if line[:1] not in b" \t"]
    assert len(names) == len(set(names)), names
    assert not {b"bcc", b"cc", b"x-spam"} & set(names)
    assert [address.addr_spec for address in letter["To"].addresses] == [recipient]
    said = [str(value) for value in letter.values()]
    said += [part.get_content() for part in letter.walk() if part.get_content_maintype() == "text"]
    for text in said:
        strange = {c for c in text if unicodedata.category(c) in {"Cc", "Cs"} and c not in "\r\n\t"}
        assert not strange | (set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")), strange


def test_hostile_names_and_subjects_never_reach_a_header(house: House, http: Client, server: MailCatcher) -> None:
    """Through the unit's page, the API of people, a conference's title and a note: taken cleaned, or refused with the
    field's name; and every letter that follows is one letter to one reader."""
    where = f"/d/{house.tokens()['/d/']}"
    Delegation.objects.update(quota=100)
    taken = 0
    for number, (kind, hostile) in enumerate(HOSTILE.items()):
        email = f"n{number}@xa.example"
        sendable = hostile.encode("utf-8", "replace").decode()
        answer = http.post(where, {"do": "name", "full_name": sendable, "email": email, "office": sendable})
        assert answer.status_code in {303, 400}, kind
        if answer.status_code == 400:
            assert 'id="wrong-' in answer.content.decode(), kind
            assert "<img" not in answer.content.decode(), kind
            assert not Person.objects.filter(email=email).exists(), "nothing half kept"
        taken += answer.status_code == 303
        for path, body in (
            ("people", {"full_name": hostile, "email": email}),
            ("conferences", {"kind": "meeting", "title": {"vi": hostile}}),
        ):
            body["organisation" if path == "people" else "lead"] = str(lead_organisation(house.conference).pk)  # type: ignore[union-attr]
            made = house.organiser.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json")
            assert made.status_code in {201, 400}, (kind, path, made.content)
            if made.status_code == 400:
                assert made["Content-Type"].startswith("application/problem+json")
                assert made.json().get("errors") or made.json().get("detail"), (kind, path)
        for header in ("an@xa.example\r\nBcc: la@x.example", "an@xa.example, la@x.example", "<an@xa.example>"):
            refused = http.post(where, {"do": "name", "full_name": "Nguyễn Văn An", "email": header})
            assert (refused.status_code, 'id="wrong-email"' in refused.content.decode()) == (400, True), header
    assert taken, "what only has to be cleaned is taken"

    # Whatever is on record by whatever way: the letter is whole, or is not sent and told of.
    for number, hostile in enumerate(HOSTILE.values()):
        stored = hostile.replace("\x00", "").encode("utf-8", "ignore").decode()
        person = PersonFactory(full_name="An", email=f"p{number}@xa.example")
        Person.objects.filter(pk=person.pk).update(full_name=stored[:120], folded=f"an {number}")
        InvitationFactory(list=house.unit.list, person=person, email=person.email, office={"vi": stored[:120]})
        Conference.objects.filter(pk=house.conference.pk).update(title={"vi": stored[:200]})
        invitations.send_list(list_id=house.unit.list_id)
        lift.run()
    written = left(server)
    assert written
    for raw in written:
        is_whole(raw, message_from_bytes(raw, policy=policy.default)["To"].addresses[0].addr_spec)
    recipients = [message_from_bytes(raw, policy=policy.default)["To"].addresses[0].addr_spec for raw in written]
    assert "la@x.example" not in recipients
    told = set(Event.objects.filter(name="invitation.unwritable").values_list("subject_id", flat=True))
    assert len(recipients) + len(told) == Invitation.objects.filter(list=house.unit.list, state="sent").count()
