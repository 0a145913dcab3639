"""What every chapter of the journey stands on: who acts, what the record tells, and what was learnt so far."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from backend.demo.cast import Cast
from backend.demo.catchers import MailCatcher
from backend.demo.journey.caller import Caller, StepFailed
from backend.demo.load import read
from backend.simulation.progress import Tell

#: How long the workers may bring nothing new, in seconds.
PATIENCE = 120.0


@dataclass
class Told:
    """What the journey learnt on its way, all of it from answers."""

    conference: dict[str, Any] = field(default_factory=dict)
    #: The agenda's items: the record's key → id.
    items: dict[str, str] = field(default_factory=dict)
    #: The registration of the one who comes after the poll was opened.
    late: dict[str, Any] = field(default_factory=dict)
    poll_id: str = ""
    resolution_id: str = ""
    minutes_id: str = ""
    article_id: str = ""
    guest_vote_status: int = 0


class Stage:
    def __init__(
        self, base_url: str, cast: Cast, mail: MailCatcher, organisations: dict[str, str], progress: Tell
    ) -> None:
        """`organisations` maps the record's slugs to ids."""
        self.base_url, self.cast, self.mail = base_url, cast, mail
        self.organisations, self.progress = organisations, progress
        self.by = {role: Caller(base_url, token) for role, token in cast.tokens.items()}
        self.nobody = Caller(base_url)
        self.facts = read("s2")
        self.told = Told()

    def person(self, key: str) -> str:
        return self.cast.person_ids[key]

    def mails(self, purpose: str) -> list[Any]:
        """The conference's mails of one purpose, as they were received."""
        wanted = {
            mail["message_id"]
            for mail in self.by["auditor"].every("mails", conference_id=self.told.conference["id"], purpose=purpose)
        }
        return [message for message in self.mail.messages() if message["Message-ID"] in wanted]

    def registrations(self) -> list[Any]:
        return self.by["organiser"].every("registrations", conference=self.told.conference["id"])

    def confirmed(self) -> list[Any]:
        return [row for row in self.registrations() if row["state"] == "confirmed"]

    def wait(self, step: str, done: Callable[[], int], wanted: int) -> None:
        """Returns once the workers have brought the count to `wanted`; StepFailed when nothing came for too long."""
        most, end = -1, 0.0
        while (count := done()) < wanted:
            if count > most:
                most, end = count, time.monotonic() + PATIENCE
            elif time.monotonic() > end:
                raise StepFailed(f"{step}: {count} of {wanted}, and nothing new for {PATIENCE:.0f} seconds")
            self.progress(step, count, wanted)
            time.sleep(0.3)
        self.progress(step, wanted, wanted)


def address(message: Any) -> str:
    """Whom a received mail went to."""
    return str(message["To"]).rpartition("<")[2].rstrip(">")


def plain(message: Any) -> str:
    """The text part of a received mail."""
    for part in message.walk():
        if part.get_content_type() == "text/plain":
            return str(part.get_payload(decode=True).decode(part.get_content_charset() or "utf-8"))
    return ""
