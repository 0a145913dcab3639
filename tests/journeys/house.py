"""The house in one process: the API as each person uses it, the lift, a real mail server and a real webhook receiver."""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from uuid import uuid4

import icalendar
from django.conf import settings
from django.test import Client
from rest_framework.test import APIClient

from backend.demo.catchers import MailCatcher, WebhookCatcher
from backend.embedded import some_free_port
from backend.mail import claims
from backend.mail import services as mail
from backend.mail.post import Post
from backend.outbox import services as outbox
from backend.outbox import webhooks
from backend.people.models import Person
from tests.factories.people import AccountFactory, ApiTokenFactory, RoleGrantFactory
from workers import tasks
from workers.subscriptions import SUBSCRIPTIONS

API = "/api/v1/"
#: Turns of the lift after which whatever still moves is a circle.
MOST_TURNS = 50


class Caller:
    """The API as one person asks it, by that person's own token (or by none)."""

    def __init__(self, secret: str = "", language: str = "vi") -> None:
        headers = {"Accept-Language": language} | ({"Authorization": f"Bearer {secret}"} if secret else {})
        self.http = APIClient(headers=headers)

    def get(self, path: str, expect: int = 200, **query: Any) -> Any:
        return self._told(self.http.get(API + path, query), expect)

    def every(self, path: str, **query: Any) -> list[Any]:
        """All rows of a list, page by page: pages are kept small so that there are several."""
        answer = self.get(path, page_size=10, **query)
        rows = list(answer["results"])
        while answer["next"]:
            answer = self._told(self.http.get(answer["next"]), 200)
            rows += answer["results"]
        return rows

    def post(
        self, path: str, body: dict[str, Any] | None = None, expect: int = 200, *, version: int | None = None
    ) -> Any:
        """With `version` only while the row is still the one that was read."""
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return self._told(self.http.post(API + path, body or {}, headers=headers), expect)

    def patch(self, row: dict[str, Any], path: str, body: dict[str, Any], expect: int = 200) -> Any:
        """Edits what was read as `row`."""
        headers = {"If-Match": f'"{row["version"]}"'}
        return self._told(self.http.patch(f"{API}{path}/{row['id']}", body, headers=headers), expect)

    def download(self, path: str, **query: Any) -> bytes:
        answer = self.http.get(API + path, query)
        assert answer.status_code == 200, answer.content
        return bytes(answer.content)

    @staticmethod
    def _told(answer: Any, expect: int) -> Any:
        assert answer.status_code == expect, (answer.request["PATH_INFO"], answer.status_code, answer.content.decode())
        if expect >= 400:
            assert answer.headers["Content-Type"].startswith("application/problem+json")
        return answer.json() if answer.content else None


def caller(person: Person | None = None, role: str = "", organisation: Any = None, language: str = "vi") -> Caller:
    """Somebody with an account and a token of their own; `role` is held in the organisation, or everywhere."""
    account, secret = AccountFactory(person=person), f"plenum_{uuid4()}"
    if role:
        RoleGrantFactory(account=account, role=role, organisation=organisation)
    ApiTokenFactory(account=account, secret=secret)
    return Caller(secret, language)


class House:
    def __init__(self, mailbox: MailCatcher, hooks: WebhookCatcher) -> None:
        self.mailbox, self.hooks = mailbox, hooks
        self.post = Post({**settings.MAIL_SERVER, "host": "127.0.0.1", "port": mailbox.port})

    def run(self) -> None:
        """Lets the lift run until it has nothing to do: what the relay and the workers do, one after the other."""
        for _ in range(MOST_TURNS):
            done = outbox.fan_out(SUBSCRIPTIONS)
            done += outbox.hand_out(lambda delivery, consumer: tasks.react(str(delivery), consumer))
            for endpoint, mark in webhooks.claim_endpoints():
                tasks.call_endpoint(str(endpoint), mark)
                done += 1
            if due := claims.claim_due():
                done += mail.send(due, self.post)
            if not done:
                return
        raise AssertionError("the lift goes round in a circle")

    def letters_to(self, address: str) -> list[Message]:
        """What a person finds in the mailbox, oldest first."""
        return [letter for letter in self.mailbox.messages() if address in letter["To"]]


@contextmanager
def open_house(folder: Path) -> Iterator[House]:
    mailbox = MailCatcher(folder / "mail", some_free_port())
    hooks = WebhookCatcher(folder / "webhooks.jsonl", some_free_port())
    mailbox.start()
    hooks.start()
    house = House(mailbox, hooks)
    try:
        yield house
    finally:
        house.post.close()
        hooks.stop()
        mailbox.stop()


def part(letter: Message, media_type: str) -> Message:
    return next(each for each in letter.walk() if each.get_content_type() == media_type)


def text(letter: Message, media_type: str = "text/plain") -> str:
    found = part(letter, media_type)
    payload = found.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode(found.get_content_charset() or "utf-8")


def reply_link(letter: Message) -> str:
    """The path of the link in a letter."""
    found = re.search(re.escape(settings.BASE_URL) + r"(/r/\S+)", text(letter))
    assert found, text(letter)
    return found.group(1)


def check_in_code(letter: Message) -> str:
    found = re.search(r"^([A-Za-z0-9_=-]{20,}~[A-Za-z0-9_-]{20,})\r?$", text(letter), re.MULTILINE)
    assert found, text(letter)
    return found.group(1)


class Form(HTMLParser):
    """What a browser without scripts makes of a page: the form's method, its choices and fields."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.method, self.choices, self.fields, self.scripts = "", set[str](), set[str](), 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self.method = said.get("method") or "get"
        elif tag in {"input", "textarea"}:
            self.fields.add(said.get("name") or "")
            if said.get("type") == "radio":
                self.choices.add(said.get("value") or "")
        elif tag == "script":
            self.scripts += 1


def answer_by_link(path: str, answer: str, note: str = "") -> str:
    """Opens the reply page as a phone without JavaScript does and sends its form; returns the page that thanks."""
    browser = Client(enforce_csrf_checks=True)
    page = browser.get(path)
    assert page.status_code == 200
    form = Form(page.content.decode())
    assert (form.method, form.scripts) == ("post", 0)
    assert answer in form.choices
    assert {"answer", "note"} <= form.fields
    thanks = browser.post(path, {"answer": answer, "note": note}, follow=True)
    assert thanks.status_code == 200
    return thanks.content.decode()


@dataclass(frozen=True)
class Entry:
    """What a calendar program makes of a letter."""

    method: str
    uid: str
    sequence: int
    status: str
    starts_at: dt.datetime


def calendar_entry(letter: Message, address: str) -> Entry:
    """The letter's calendar part, which must be one object for this address alone."""
    calendar = icalendar.Calendar.from_ical(text(letter, "text/calendar"))
    assert part(letter, "text/calendar").get_param("method") == calendar["METHOD"]
    assert calendar.walk("VTIMEZONE")
    (event,) = calendar.walk("VEVENT")
    assert event["ATTENDEE"].lower() == f"mailto:{address}"
    return Entry(
        str(calendar["METHOD"]), str(event["UID"]), int(event["SEQUENCE"]), str(event["STATUS"]), event["DTSTART"].dt
    )
