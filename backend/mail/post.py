"""One process's connection to the mail server."""

import re
import smtplib
import ssl
import threading
from typing import Any

from django.conf import settings

from backend.mail.reading import unreachable

#: Seconds one answer of the mail server may take. Few enough that a mail's four answers fit into its hold.
PATIENCE = 8


#: Bad addresses of senders (RFC 3463 §3.2).
_OF_SENDER = {"5.1.7", "5.1.8"}


class MailServerAway(Exception):
    """There is no talking to the mail server now; no mail is to blame."""


class NotTaken(Exception):
    """The mail server did not take this mail. `final`: it says that it never will (5xx). `gone` is the status (RFC 3463)
    with which it says so because of the recipient's address, else ""."""

    def __init__(self, code: int, answer: str, *, of_recipient: bool = False) -> None:
        super().__init__(f"{code} {answer}".strip())
        self.final = 500 <= code < 600
        # Other classes refused here blame the sender or the letter: servers put those off until RCPT.
        status = re.match(r"5\.[12]\.\d{1,3}(?!\S)", answer) if of_recipient and self.final else None
        self.gone = status[0] if status and unreachable(status[0]) and status[0] not in _OF_SENDER else ""


class _Goodbye(NotTaken):
    """421: the server closes the connection."""


class _Line(smtplib.SMTP):
    """Says commands before their answers are asked for, where the server reads ahead (PIPELINING, RFC 2920): an envelope
    costs one way to the server and back instead of three."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._said: list[str] = []
        super().__init__(*args, **kwargs)

    def say_ahead(self, *commands: str) -> None:
        """What will be said next, in this order and to the letter."""
        if self.has_extn("pipelining") and not any(set("\r\n") & set(command) for command in commands):
            said = [f"{command}\r\n" for command in commands]
            self.send("".join(said))
            self._said = said

    def send(self, s: Any) -> None:
        if self._said:
            if self._said.pop(0) != s:
                raise RuntimeError("another command was said ahead")
            return
        super().send(s)

    def settle(self) -> None:
        """Hears what was not asked for after a refusal. Whoever is granted DATA all the same says nothing in it."""
        while self._said:
            command = self._said.pop(0)
            if self.getreply()[0] == 354 and command == "data\r\n":
                self.send(".\r\n")
                self.getreply()


class _TlsLine(_Line, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


class Post:
    """Keeps one SMTP connection and opens it again when it breaks. For one thread."""

    def __init__(self, server: dict[str, Any] | None = None) -> None:
        self.server: dict[str, Any] = server or settings.MAIL_SERVER
        self._smtp: _Line | None = None

    def send(self, *, sender: str, recipient: str, raw: bytes) -> str:
        """The server's answer to having taken the mail.

        Raises NotTaken, or MailServerAway when no connection can be made. A connection that the server closed while
        nothing was under way is opened again once; one that breaks under this mail is a try that failed.
        """
        reused = self._smtp is not None
        smtp = self._smtp or self._connect()
        try:
            try:
                self._begin(smtp, sender, recipient, raw)
            except (smtplib.SMTPServerDisconnected, OSError, _Goodbye):
                if not reused:
                    raise
                self.close()
                smtp = self._connect()
                self._begin(smtp, sender, recipient, raw)
            self._expect(smtp.rcpt(recipient), of_recipient=True)
            return self._expect(smtp.data(raw), of_recipient=True)
        except smtplib.SMTPResponseException as error:  # DATA refused before a byte of the mail was sent
            self._rest()
            raise NotTaken(error.smtp_code, _text(error.smtp_error), of_recipient=True) from error
        except NotTaken:
            self._rest()
            raise
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise NotTaken(0, f"connection lost: {type(error).__name__}") from error

    def close(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def _connect(self) -> _Line:
        server = self.server
        kind = _TlsLine if server["tls"] else _Line
        try:
            smtp = kind(server["host"], server["port"], local_hostname=settings.MAIL_DOMAIN, timeout=PATIENCE)
            try:
                if server["starttls"]:
                    smtp.starttls(context=ssl.create_default_context())
                if server["user"]:
                    smtp.login(server["user"], server["password"])
                smtp.ehlo_or_helo_if_needed()
            except BaseException:
                smtp.close()
                raise
        except (smtplib.SMTPException, OSError) as error:
            raise MailServerAway(f"{type(error).__name__}: {error}") from error
        self._smtp = smtp
        return smtp

    def _begin(self, smtp: _Line, sender: str, recipient: str, raw: bytes) -> None:
        options = [f"size={len(raw)}"] if smtp.has_extn("size") else []
        if not raw.isascii() and smtp.has_extn("8bitmime"):
            options.append("body=8bitmime")
        smtp.say_ahead(
            " ".join([f"mail FROM:{smtplib.quoteaddr(sender)}", *options]),
            f"rcpt TO:{smtplib.quoteaddr(recipient)}",
            "data",
        )
        self._expect(smtp.mail(sender, options))

    @staticmethod
    def _expect(answer: tuple[int, bytes], *, of_recipient: bool = False) -> str:
        if answer[0] not in {250, 251}:
            kind = _Goodbye if answer[0] == 421 else NotTaken
            raise kind(answer[0], _text(answer[1]), of_recipient=of_recipient)
        return f"{answer[0]} {_text(answer[1])}"

    def _rest(self) -> None:
        """Makes the connection ready for the next mail, or drops it."""
        try:
            if self._smtp is not None:
                self._smtp.settle()
                if self._smtp.rset()[0] != 250:
                    self.close()
        except (smtplib.SMTPException, OSError):
            self.close()


def _text(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer


_posts = threading.local()


def post() -> Post:
    """This thread's connection, kept between calls."""
    if not hasattr(_posts, "post"):
        _posts.post = Post()
    found: Post = _posts.post
    return found
