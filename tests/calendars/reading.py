"""Feeds as a calendar program fetches them."""

import re
from typing import Any

from django.test import Client
from icalendar import Calendar, Event

from backend.people.models import Account
from tests.factories.calendars import CalendarLinkFactory


def fetch(path: str, status: int = 200, **headers: str) -> Any:
    answer = Client().get(path, headers=headers)
    assert answer.status_code == status, answer.content
    return answer


def entries(path: str) -> dict[str, Event]:
    """The entries of the feed by their title."""
    data = fetch(path).content
    sound(data)
    return {str(event["summary"]): event for event in Calendar.from_ical(data).events}


def unfolded(data: bytes) -> list[str]:
    return data.decode().replace("\r\n ", "").split("\r\n")


def sound(data: bytes) -> None:
    """What RFC 5545 wants of every line, and this house of every feed."""
    assert data.endswith(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    for line in data.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", data)
    assert b"ATTENDEE" not in data.replace(b"\r\n ", b"")
    assert b"NoneBEGIN" not in data


def link(account: Account, kind: str = "person", subject: Any = None) -> str:
    """The path of a new link of the account."""
    secret = f"thu-{CalendarLinkFactory._meta.next_sequence():040d}"
    CalendarLinkFactory(account=account, kind=kind, subject=subject and subject.pk, secret=secret)
    return f"/calendars/private/{secret}.ics"
