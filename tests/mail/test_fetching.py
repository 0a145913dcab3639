"""Fetching replies: from a Maildir, and from an IMAP server that says what real ones say."""

import mailbox
import re
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from backend import env
from backend.mail import fetching, intake
from backend.mail.models import InboundMail
from tests.factories.inbound import letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def maildir(tmp_path: Path, settings: Any) -> mailbox.Maildir:
    box = mailbox.Maildir(tmp_path / "replies")
    settings.INBOUND_MAILBOX = {"kind": "maildir", "path": str(tmp_path / "replies")}
    return box


def left_in(box: mailbox.Maildir) -> int:
    return len(list((Path(box._path) / "new").iterdir()))  # type: ignore[attr-defined]


def test_a_maildir_is_emptied_once(maildir: mailbox.Maildir) -> None:
    raws = [letter(), letter()]
    for raw in raws:
        maildir.add(raw)

    assert fetching.fetch() == 2
    assert fetching.fetch() == 0
    assert {bytes(mail.raw).replace(b"\r\n", b"\n") for mail in InboundMail.objects.all()} == {
        raw.replace(b"\r\n", b"\n") for raw in raws
    }
    assert [message.get_flags() for message in maildir] == ["S", "S"]


def test_who_dies_between_keeping_and_marking_fetches_again_and_keeps_one(
    maildir: mailbox.Maildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    maildir.add(letter())

    def die(self: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(fetching._Filed, "mark", die)
        with pytest.raises(KeyboardInterrupt):
            fetching.fetch()
    assert (InboundMail.objects.count(), left_in(maildir)) == (1, 1)

    assert fetching.fetch() == 1
    assert (InboundMail.objects.count(), left_in(maildir)) == (1, 0)


def test_who_cannot_keep_a_mail_leaves_it_where_it_is(
    maildir: mailbox.Maildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    maildir.add(letter())

    def fail(**_: Any) -> None:
        raise RuntimeError("no database")

    with monkeypatch.context() as patched:
        patched.setattr(intake, "receive", fail)
        with pytest.raises(RuntimeError):
            fetching.fetch()
    assert left_in(maildir) == 1
    assert fetching.fetch() == 1


def test_what_cannot_be_read_holds_nobody_up_and_what_is_too_large_is_cut(
    maildir: mailbox.Maildir, settings: Any
) -> None:
    settings.INBOUND_MAX_BYTES = 100_000
    maildir.add(letter("x" * 200_000))
    (Path(maildir._path) / "new" / "0.a.folder").mkdir()  # type: ignore[attr-defined]

    assert fetching.fetch() == 1
    mail = InboundMail.objects.get()
    assert mail.reason == "too_large"
    assert mail.size > 200_000


def test_without_a_mailbox_nothing_happens_and_a_missing_one_is_told(settings: Any, tmp_path: Path) -> None:
    settings.INBOUND_MAILBOX = None
    assert fetching.fetch() == 0
    settings.INBOUND_MAILBOX = {"kind": "maildir", "path": str(tmp_path / "nowhere")}
    with pytest.raises(fetching.MailboxAway):
        fetching.fetch()


class _Folder(socketserver.StreamRequestHandler):
    """As much of IMAP4rev1 as fetching needs."""

    def handle(self) -> None:
        self._say("* OK ready")
        for line in self.rfile:
            tag, command = line.decode().rstrip().split(" ", 1)
            self.server.said.append(command)  # type: ignore[attr-defined]
            if not self._answer(tag, command):
                return

    def _answer(self, tag: str, command: str) -> bool:
        mails: dict[int, bytes] = self.server.mails  # type: ignore[attr-defined]
        seen: set[int] = self.server.seen  # type: ignore[attr-defined]
        if command == "CAPABILITY":
            self._say("* CAPABILITY IMAP4rev1")
        elif command.startswith("SELECT"):
            self._say(f"* {len(mails)} EXISTS")
        elif command.startswith("UID SEARCH"):
            self._say("* SEARCH " + " ".join(str(uid) for uid in mails if uid not in seen))
        elif found := re.fullmatch(r"UID FETCH (\d+) \(RFC822.SIZE\)", command):
            self._say(f"* 1 FETCH (UID {found[1]} RFC822.SIZE {len(mails[int(found[1])])})")
        elif found := re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[\](?:<0\.(\d+)>)?\)", command):
            raw = mails[int(found[1])][: int(found[2] or 10**9)]
            self._say(f"* 1 FETCH (UID {found[1]} BODY[] {{{len(raw)}}}")
            self.wfile.write(raw + b")\r\n")
        elif found := re.fullmatch(r"UID STORE (\d+) .*Seen.*", command):
            seen.add(int(found[1]))
        elif command.startswith("LOGIN") and "right" not in command:
            self._say(f"{tag} NO wrong")
            return True
        self._say(f"{tag} OK done")
        return command != "LOGOUT"

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def server(settings: Any) -> Iterator[Any]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Folder) as served:
        served.daemon_threads = True
        served.mails, served.seen, served.said = {3: letter(), 12: letter("x" * 150_000)}, set(), []  # type: ignore[attr-defined]
        threading.Thread(target=served.serve_forever, args=(0.05,), daemon=True).start()
        settings.INBOUND_MAILBOX = {
            "kind": "imap", "host": "127.0.0.1", "port": served.server_address[1], "user": "u", "password": "right",
            "starttls": False, "tls": False, "folder": 'Thư "đến"'.encode("ascii", "ignore").decode(),
        }  # fmt: skip
        yield served
        served.shutdown()


def test_an_imap_folder_is_read_unseen_and_marked_once_kept(server: Any, settings: Any) -> None:
    settings.INBOUND_MAX_BYTES = 100_000

    assert fetching.fetch() == 2
    assert fetching.fetch() == 0

    assert server.seen == {3, 12}
    assert sorted(mail.reason for mail in InboundMail.objects.all()) == ["not_looked_at", "too_large"]
    assert bytes(InboundMail.objects.get(reason="not_looked_at").raw) == server.mails[3]
    assert not any("BODY[" in command for command in server.said)


def test_an_imap_server_that_says_no_is_away(server: Any, settings: Any) -> None:
    settings.INBOUND_MAILBOX = {**settings.INBOUND_MAILBOX, "password": "wrong"}
    with pytest.raises(fetching.MailboxAway):
        fetching.fetch()
    settings.INBOUND_MAILBOX = {**settings.INBOUND_MAILBOX, "port": 1}
    with pytest.raises(fetching.MailboxAway):
        fetching.fetch()


def test_the_mailbox_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "imaps://tra%40loi:m%2Fk@imap.example/Tra%20loi")
    assert env.mailbox("X") == {
        "kind": "imap", "host": "imap.example", "port": 993, "user": "tra@loi", "password": "m/k", "starttls": False,
        "tls": True, "folder": "Tra loi",
    }  # fmt: skip
    monkeypatch.setenv("X", "maildir:///var/mail/plenum")
    assert env.mailbox("X") == {"kind": "maildir", "path": "/var/mail/plenum"}
    monkeypatch.setenv("X", "")
    assert env.mailbox("X") is None
    for wrong in ("maildir://relative", "pop3://host", "imaps://"):
        monkeypatch.setenv("X", wrong)
        with pytest.raises(ImproperlyConfigured):
            env.mailbox("X")


def test_a_reply_address_leaves_room_for_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "TraLoi@plenum.example")
    assert env.subaddressed("X") == "traloi@plenum.example"
    for wrong in ("a" * 18 + "@plenum.example", "tra+loi@plenum.example", "plenum.example"):
        monkeypatch.setenv("X", wrong)
        with pytest.raises(ImproperlyConfigured):
            env.subaddressed("X")
