"""A mail server that takes everything at once and keeps nothing, in a process of its own.

It answers in a fraction of the time a client needs to speak, so that what is measured is never the catcher.
"""

import multiprocessing
import socket
import socketserver
import time
from multiprocessing.sharedctypes import Synchronized
from typing import Any

END = b"\r\n.\r\n"


class Catcher:
    """`count` mails were taken since `reset`, the last one at `last` (time.monotonic, the same in all processes)."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._count: Synchronized[int] = context.Value("q", 0)
        self._last: Synchronized[float] = context.Value("d", 0.0)
        listening, speaking = context.Pipe(duplex=False)
        self._process = context.Process(target=_serve, args=(speaking, self._count, self._last), daemon=True)
        self._listening = listening

    def __enter__(self) -> "Catcher":
        self._process.start()
        with self._listening:
            self.port: int = self._listening.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()
        self._process.close()

    @property
    def count(self) -> int:
        return self._count.value

    @property
    def last(self) -> float:
        return self._last.value

    def reset(self) -> None:
        self._count.value = 0

    def wait_for(self, count: int, seconds: float = 60) -> float:
        """When the last of `count` mails was taken; raises TimeoutError after `seconds`."""
        end = time.monotonic() + seconds
        while self.count < count:
            if time.monotonic() > end:
                raise TimeoutError(f"{self.count} of {count} mails came in {seconds} seconds")
            time.sleep(0.005)
        return self.last


def _serve(port_to: Any, count: Any, last: Any) -> None:
    class Conversation(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            _talk(self.request, count, last)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Conversation) as server:
        port_to.send(server.server_address[1])
        server.serve_forever()


def _talk(line: socket.socket, count: Any, last: Any) -> None:
    """One SMTP conversation: yes to everything, and a mark for each mail."""
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.sendall(b"220 catcher\r\n")
    heard, in_mail = b"", False
    while more := line.recv(65536):
        heard += more
        while (end := heard.find(END if in_mail else b"\r\n")) >= 0:
            said, heard = heard[:end], heard[end + len(END if in_mail else b"\r\n") :]
            if in_mail:
                in_mail = False
                with count.get_lock():
                    count.value += 1
                    last.value = time.monotonic()
                line.sendall(b"250 taken\r\n")
                continue
            verb = said[:4].upper()
            in_mail = verb == b"DATA"
            line.sendall(ANSWERS.get(verb, b"250 yes\r\n"))
            if verb == b"QUIT":
                return


ANSWERS = {
    b"EHLO": b"250-catcher\r\n250-SIZE\r\n250-PIPELINING\r\n250 8BITMIME\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}
