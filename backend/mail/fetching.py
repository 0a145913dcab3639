"""Fetching mail from the mailbox replies come to: a Maildir or an IMAP folder.

A mail is marked as fetched only after its row is committed. Whoever dies in between fetches it again, and the ledger
knows it already. A mail that cannot be read from the mailbox does not keep those after it from being fetched.
"""

import contextlib
import imaplib
import re
import ssl
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import structlog
from django.conf import settings
from django.db import connection

from backend.mail import intake
from backend.mail.reading import HEAD
from backend.mail.states import InboundVia

log = structlog.get_logger(__name__)

#: Mails fetched in one go; the next go takes the rest.
AT_ONCE = 100
#: Seconds one answer of the IMAP server may take.
PATIENCE = 20
#: One fetcher at a time (pg_try_advisory_lock key).
FETCHING_LOCK = 0x506C656F
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class MailboxAway(Exception):
    """There is no reading the mailbox now."""


class Fetched(Protocol):
    """A mail in the mailbox: its bytes, or the beginning of too many of them, and how many there are."""

    raw: bytes
    size: int

    def mark(self) -> None:
        """Makes sure that it is not fetched again."""


def fetch() -> int:
    """Takes what is new in the mailbox into the ledger; returns how many mails it looked at. Does nothing without a
    mailbox, or while somebody else fetches. Raises MailboxAway."""
    mailbox = settings.INBOUND_MAILBOX
    if mailbox is None:
        return 0
    with _alone() as alone:
        if not alone:
            return 0
        count = 0
        try:
            source = maildir(Path(mailbox["path"])) if mailbox["kind"] == "maildir" else imap(mailbox)
            for mail in islice(source, AT_ONCE):
                intake.receive(raw=mail.raw, size=mail.size, via=InboundVia.MAILBOX)
                mail.mark()
                count += 1
        except (imaplib.IMAP4.error, OSError) as error:
            raise MailboxAway(f"{type(error).__name__}: {error}") from error
    return count


@contextlib.contextmanager
def _alone() -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [FETCHING_LOCK])
        alone = bool(cursor.fetchone()[0])
        try:
            yield alone
        finally:
            if alone:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [FETCHING_LOCK])


# -- Maildir ----------------------------------------------------------------------------------------------------------


class _Filed:
    """A file in `new`, which marking moves to `cur` as seen."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.size = path.stat().st_size
        with path.open("rb") as file:
            self.raw = file.read(self.size if self.size <= settings.INBOUND_MAX_BYTES else HEAD)
        self.size = max(self.size, len(self.raw))

    def mark(self) -> None:
        name = self._path.name.partition(":")[0]
        self._path.rename(self._path.parent.parent / "cur" / f"{name}:2,S")


def maildir(path: Path) -> Iterator[Fetched]:
    """What was delivered to a Maildir and not fetched yet, oldest first."""
    if not all((path / folder).is_dir() for folder in ("new", "cur")):
        raise MailboxAway(f"{path} is no Maildir")
    for file in sorted((path / "new").iterdir()):
        try:
            yield _Filed(file)
        except OSError as error:
            log.warning("inbound_file_unreadable", file=file.name, error=type(error).__name__)


# -- IMAP -------------------------------------------------------------------------------------------------------------


class _OnServer:
    """A mail in an IMAP folder, which marking flags as seen."""

    def __init__(self, server: imaplib.IMAP4, uid: str, raw: bytes, size: int) -> None:
        self._server, self._uid = server, uid
        self.raw, self.size = raw, size

    def mark(self) -> None:
        _expect(self._server.uid("STORE", self._uid, "+FLAGS.SILENT", r"(\Seen)"))


def imap(mailbox: dict[str, Any]) -> Iterator[Fetched]:
    """What is unseen in an IMAP folder, oldest first; reading leaves it unseen."""
    with _signed_in(mailbox) as server:
        _expect(server.select(_quoted(mailbox["folder"])))
        found = _expect(server.uid("SEARCH", "UNSEEN"))
        for uid in sorted(map(int, (found[0] or b"").split())):
            told = _expect(server.uid("FETCH", str(uid), "(RFC822.SIZE)"))
            size = _SIZE.search(b" ".join(part for part in told if isinstance(part, bytes)))
            if size is None:
                continue  # removed meanwhile
            whole = int(size[1]) <= settings.INBOUND_MAX_BYTES
            parts = _expect(server.uid("FETCH", str(uid), "(BODY.PEEK[])" if whole else f"(BODY.PEEK[]<0.{HEAD}>)"))
            for raw in (part[1] for part in parts if isinstance(part, tuple)):
                yield _OnServer(server, str(uid), raw, len(raw) if whole else int(size[1]))


@contextlib.contextmanager
def _signed_in(mailbox: dict[str, Any]) -> Iterator[imaplib.IMAP4]:
    where = {"host": mailbox["host"], "port": mailbox["port"], "timeout": PATIENCE}
    context = ssl.create_default_context()
    server = imaplib.IMAP4_SSL(**where, ssl_context=context) if mailbox["tls"] else imaplib.IMAP4(**where)
    try:
        if mailbox["starttls"]:
            server.starttls(context)
        server.login(mailbox["user"], mailbox["password"])
        yield server
    finally:
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            server.logout()


def _expect(answer: tuple[str, list[Any]]) -> list[Any]:
    if answer[0] != "OK":
        raise imaplib.IMAP4.error(f"{answer[0]} {answer[1]!r:.200}")
    return answer[1]


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
