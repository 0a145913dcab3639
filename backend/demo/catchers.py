"""A real SMTP server and a real webhook receiver that keep what reaches them. For the demo and the tests."""

import json
import logging
import threading
from collections.abc import Callable
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from standardwebhooks import Webhook, WebhookVerificationError

# aiosmtpd tells every line of every conversation.
logging.getLogger("mail.log").setLevel(logging.WARNING)

#: Asked before a mail is accepted: (recipient, raw) → an SMTP answer to give instead of 250, or None.
Temper = Callable[[str, bytes], str | None]


class MailCatcher:
    """Accepts mail on 127.0.0.1:`port` and writes each to `folder`/NNNN.eml, byte for byte."""

    def __init__(self, folder: Path, port: int, temper: Temper | None = None) -> None:
        self.folder, self.port, self.temper = folder, port, temper
        self.count = 0
        #: Set it to keep the next mail and cut the connection instead of saying 250.
        self.drop_after_data = False
        folder.mkdir(parents=True, exist_ok=True)
        self._controller = Controller(self, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        raw = envelope.original_content or envelope.content
        if self.temper and (answer := self.temper(envelope.rcpt_tos[0], raw)):
            return answer
        self.count += 1
        (self.folder / f"{self.count:05}.eml").write_bytes(raw)
        if self.drop_after_data:
            self.drop_after_data = False
            server.transport.abort()
        return "250 OK"

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop(no_assert=True)

    def messages(self) -> list[Any]:
        """What was received, parsed, in order."""
        return [message_from_bytes(path.read_bytes()) for path in sorted(self.folder.glob("*.eml"))]


class WebhookCatcher:
    """Accepts webhooks on 127.0.0.1:`port`, checks each signature with `secret`, and appends them to `file`."""

    def __init__(self, file: Path, port: int) -> None:
        self.file, self.secret = file, ""
        self._write = threading.Lock()
        catcher = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status = catcher.receive(dict(self.headers), body)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hook"

    def receive(self, headers: dict[str, str], body: bytes) -> int:
        headers = {name.lower(): value for name, value in headers.items()}
        try:
            said = Webhook(self.secret).verify(body, headers)
        except (WebhookVerificationError, ValueError):
            return 401
        line = json.dumps({"webhook-id": headers["webhook-id"], "verified": True, "event": said}, ensure_ascii=False)
        with self._write, self.file.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        return 204

    def received(self) -> list[dict[str, Any]]:
        if not self.file.exists():
            return []
        return [json.loads(line) for line in self.file.read_text(encoding="utf-8").splitlines()]

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
