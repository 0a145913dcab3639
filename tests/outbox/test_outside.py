"""Calls that leave the house: to the address that was checked, on a kept line, and over in time."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from backend.outbox import outside
from backend.outbox.outside import AddressRefused, NoAnswer, post

ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"
Talk = Callable[[socket.socket], None]


class Listener:
    """A receiver that says byte for byte what a test wants, and counts who called."""

    def __init__(self, talk: Talk) -> None:
        self.talk, self.lines, self.heard = talk, 0, b""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{self._socket.getsockname()[1]}/hook"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            self.lines += 1
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        with closing(line):
            try:
                while said := line.recv(65536):
                    self.heard += said
                    if self.heard.endswith(b"{}"):
                        self.talk(line)
            except OSError:
                return

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def listening(settings: Any) -> Iterator[Callable[[Talk], Listener]]:
    settings.WEBHOOK_PRIVATE_ADDRESSES = True
    settings.WEBHOOK_TIMEOUT_SECONDS = 1
    outside._lines.cache_clear()
    made: list[Listener] = []

    def listen(talk: Talk) -> Listener:
        made.append(Listener(talk))
        return made[-1]

    yield listen
    outside._lines().close()
    outside._lines.cache_clear()
    for listener in made:
        listener.close()


def call(listener: Listener) -> int:
    return post(listener.url, b"{}", {"content-type": "application/json"})


def seconds_of(work: Callable[[], Any]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def test_many_calls_take_one_line(listening: Any) -> None:
    receiver = listening(lambda line: line.sendall(ANSWER))

    assert [call(receiver) for _ in range(3)] == [204] * 3
    assert receiver.lines == 1
    assert receiver.heard.count(b"POST /hook HTTP/1.1") == 3


def test_a_line_that_was_closed_meanwhile_is_opened_again(listening: Any) -> None:
    def hang_up(line: socket.socket) -> None:
        line.sendall(ANSWER)
        line.close()

    receiver = listening(hang_up)

    for _ in range(3):
        assert call(receiver) == 204
        time.sleep(0.05)
    assert receiver.lines == 3


@pytest.mark.parametrize(
    ("_case", "talk"),
    [
        ("says nothing", lambda line: time.sleep(5)),
        ("drips its head", lambda line: [line.sendall(b"H") or time.sleep(0.2) for _ in range(50)]),
        (
            "promises for ever",
            lambda line: [line.sendall(b"HTTP/1.1 100 Continue\r\n\r\n") or time.sleep(0.1) for _ in range(50)],
        ),
    ],
)
def test_no_call_outlasts_its_time(listening: Any, _case: str, talk: Talk) -> None:
    receiver = listening(talk)

    def too_slow() -> None:
        with pytest.raises(NoAnswer):
            call(receiver)

    assert seconds_of(too_slow) < 2


def test_a_body_that_never_ends_is_not_waited_for(listening: Any) -> None:
    def drip(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n")
        for _ in range(50):
            line.sendall(b".")
            time.sleep(0.1)

    receiver = listening(drip)
    statuses: list[int] = []

    assert seconds_of(lambda: statuses.append(call(receiver))) < 2
    assert statuses == [200], "the status was said, and only that counts"


def test_a_body_that_is_too_long_is_not_read(listening: Any) -> None:
    def flood(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
        while True:
            line.sendall(b"." * 65536)

    receiver = listening(flood)
    statuses: list[int] = []

    assert seconds_of(lambda: statuses.append(call(receiver))) < 0.9
    assert statuses == [200]


def test_a_dead_first_address_leaves_time_for_the_second(listening: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver = listening(lambda line: line.sendall(ANSWER))
    really = socket.getaddrinfo

    def two_addresses(host: str, port: int, *how: Any, **more: Any) -> list[Any]:
        """At 127.0.0.2 nobody listens on this port."""
        addresses = ("127.0.0.2", "127.0.0.1") if host == "localhost" else (host,)
        return [entry for address in addresses for entry in really(address, port, *how, **more)]

    monkeypatch.setattr("socket.getaddrinfo", two_addresses)

    assert call(receiver) == 204


class FickleNames:
    """A name server that answers the first question with a public address, and every later one with `inside`."""

    def __init__(self, inside: str) -> None:
        self.inside, self.asked = inside, 0

    def __call__(self, *_: Any, **__: Any) -> list[Any]:
        self.asked += 1
        address = "93.184.215.14" if self.asked == 1 else self.inside
        return [(2, 1, 6, "", (address, 443))]


@pytest.mark.parametrize("inside", ["127.0.0.1", "::ffff:10.0.0.1", "::7f00:1", "64:ff9b:1::7f00:1", "fd00::1"])
def test_a_name_that_turns_inwards_after_the_check_is_refused(monkeypatch: pytest.MonkeyPatch, inside: str) -> None:
    names = FickleNames(inside)
    monkeypatch.setattr("socket.getaddrinfo", names)
    assert outside.public_addresses("https://fickle.example/") == ["93.184.215.14"]

    with pytest.raises(AddressRefused):
        post("https://fickle.example/", b"{}", {})


def test_the_address_that_was_checked_is_the_one_that_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """One look-up for one line: there is no second one that could say something else."""
    names = FickleNames("127.0.0.1")
    called: list[str] = []

    def connect(self: Any, host: str, port: int, **_: Any) -> Any:
        called.append(host)
        raise outside.httpcore.ConnectError

    monkeypatch.setattr("socket.getaddrinfo", names)
    monkeypatch.setattr(outside.httpcore.SyncBackend, "connect_tcp", connect)
    with pytest.raises(outside.httpcore.ConnectError):
        post("https://fickle.example/", b"{}", {})

    assert (called, names.asked) == (["93.184.215.14"], 1)
