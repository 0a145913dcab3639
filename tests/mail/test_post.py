"""The connection to a mail server that reads ahead, played line by line."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from backend.mail.post import NotTaken, Post

GREETING = ["220 here", "250-here\r\n250 PIPELINING"]
REFUSED = ["250 ok", "550 5.1.1 no such user"]
TAKEN = ["250 ok", "250 ok", "354 go on", "250 taken"]


@contextlib.contextmanager
def talks(*conversations: list[str]) -> Iterator[tuple[int, list[str]]]:
    """A server that answers each line with the next answer, a conversation for each connection; its port, and what it
    heard. An empty answer says nothing: the line belongs to a letter."""
    heard: list[str] = []

    def serve() -> None:
        for greeting, *answers in conversations:
            with server.accept()[0] as line, line.makefile("rb") as lines:
                line.sendall(f"{greeting}\r\n".encode())
                for answer in answers:
                    heard.append(lines.readline().decode().strip())
                    line.sendall(f"{answer}\r\n".encode() if answer else b"")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1], heard
        thread.join(5)


def post_to(port: int) -> Post:
    return Post({"host": "127.0.0.1", "port": port, "user": "", "password": "", "starttls": False, "tls": False})


@pytest.mark.parametrize(
    "after", [["354 go on", "554 no valid recipients"], ["503 no valid recipients"]], ids=["granted", "not granted"]
)
def test_a_letter_nobody_may_have_is_not_sent_even_where_it_would_be_listened_to(after: list[str]) -> None:
    with talks([*GREETING, *REFUSED, *after, "250 forgotten", *TAKEN[:3], "", TAKEN[3]]) as (port, heard):
        post = post_to(port)
        with pytest.raises(NotTaken, match="no such user"):
            post.send(sender="a@plenum.example", recipient="b@plenum.example", raw=b"Secret")
        assert post.send(sender="a@plenum.example", recipient="c@plenum.example", raw=b"Letter") == "250 taken"
        post.close()

    commands = ["mail FROM:<a@plenum.example>", "rcpt TO:<b@plenum.example>", "data"]
    assert heard[1:4] == commands
    assert heard[4:] == [
        *(["."] if len(after) == 2 else []),
        "rset",
        "mail FROM:<a@plenum.example>",
        "rcpt TO:<c@plenum.example>",
        "data",
        "Letter",
        ".",
    ]


def test_a_server_that_says_goodbye_to_what_was_said_ahead_is_called_again() -> None:
    letter = [*TAKEN[:3], "", TAKEN[3]]
    with talks([*GREETING, *letter, "421 closing"], [*GREETING, *letter]) as (port, _):
        post = post_to(port)
        for recipient in ("b@plenum.example", "c@plenum.example"):
            assert post.send(sender="a@plenum.example", recipient=recipient, raw=b"Letter") == "250 taken"
        post.close()
