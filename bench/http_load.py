"""An HTTP client that costs next to nothing: requests written beforehand, sent over a few lines that stay open."""

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bench.rounds import Comparison, percentile


@dataclass(frozen=True, kw_only=True)
class Load:
    """What came back: requests answered a second, how long an answer took, and how many were refused as was foreseen."""

    per_second: float
    p50_ms: float
    p99_ms: float
    refused: int = 0


def compared(
    name: str,
    loads: list[Load],
    rates: list[float],
    connections: int,
    statements: int,
    reference: str = "pgbench, the same statements",
) -> Comparison:
    """The API's figures beside the reference's."""
    return Comparison(
        name=name,
        unit="/s",
        reference=reference,
        ours=[load.per_second for load in loads],
        theirs=rates,
        detail={
            "connections": connections,
            "statements": statements,
            "p50_ms": [load.p50_ms for load in loads],
            "p99_ms": [load.p99_ms for load in loads],
        },
    )


def post(port: int, path: str, token: str, body: dict[str, Any]) -> bytes:
    """The request as it goes over the line."""
    content = json.dumps(body, separators=(",", ":")).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def run(port: int, requests: Sequence[bytes], connections: int, refusal: bytes = b"2") -> Load:
    """Sends every request once; each line sends its next one when it has the answer to the last.

    Raises RuntimeError on an answer that is neither 2xx nor the foreseen `refusal`: a refused request must not count as
    a fast one.
    """
    return asyncio.run(_run(port, requests, connections, refusal))


async def _run(port: int, requests: Sequence[bytes], connections: int, refusal: bytes) -> Load:
    loop = asyncio.get_running_loop()
    waiting, times = iter(requests), []
    lines: list[_Line] = []
    for _ in range(connections):
        line = _Line(waiting, times, loop.create_future(), refusal)
        await loop.create_connection(lambda line=line: line, "127.0.0.1", port)  # type: ignore[misc]
        lines.append(line)
    begun = time.perf_counter()
    for line in lines:
        line.next()
    ends = await asyncio.gather(*(line.done for line in lines), return_exceptions=True)
    seconds = time.perf_counter() - begun
    for line in lines:
        line.transport.close()
    await asyncio.sleep(0)
    if failure := next(filter(None, ends), None):
        raise failure
    milliseconds = [1000 * value for value in times]
    return Load(
        per_second=len(requests) / seconds,
        p50_ms=percentile(milliseconds, 0.5),
        p99_ms=percentile(milliseconds, 0.99),
        refused=sum(line.refused for line in lines),
    )


class _Line(asyncio.Protocol):
    transport: asyncio.Transport

    def __init__(
        self, waiting: Iterator[bytes], times: list[float], done: "asyncio.Future[None]", refusal: bytes
    ) -> None:
        self.waiting, self.times, self.done = waiting, times, done
        self.refusal, self.refused = refusal, 0
        self.heard, self.sent_at = b"", 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def next(self) -> None:
        request = next(self.waiting, None)
        if request is None:
            self.done.set_result(None)
            return
        self.sent_at = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.heard += data
        head, found, body = self.heard.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        self.times.append(time.perf_counter() - self.sent_at)
        if head[9:10] != b"2":
            self.refused += 1
        if not head[9:].startswith((b"2", self.refusal)):
            self._fail(self.heard.decode(errors="replace"))
            return
        self.heard = b""
        self.next()

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(f"the line broke: {error}")

    def _fail(self, why: str) -> None:
        if not self.done.done():
            self.done.set_exception(RuntimeError(why))


def _length(head: bytes) -> int:
    lowered = head.lower()
    start = lowered.index(b"content-length:") + 15
    return int(lowered[start:].partition(b"\r\n")[0])
