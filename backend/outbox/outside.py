"""Calls to addresses outside the house: only to public ones, over kept lines, and never for longer than agreed."""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx
from django.conf import settings

#: Addresses of one name that are tried, in the order the system prefers.
MOST_ADDRESSES = 2
#: Bytes of an answer's body that are read to keep its line; a longer answer costs its sender the line.
MOST_READ = 16 * 1024
#: Seconds an idle line is kept.
KEPT = 30.0
#: Translates to IPv4 on the way (RFC 6052).
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
#: When the call of this thread has to be over, by the monotonic clock.
_end: ContextVar[float] = ContextVar("plenum_call_end")

#: What a call that came to nothing raises.
NoAnswer = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpx.InvalidURL, UnicodeError)


class AddressRefused(Exception):
    """The endpoint's name leads to an address Plenum must not call."""


def public_addresses(url: str) -> list[str]:
    """The addresses `url` leads to; raises AddressRefused when any is not public (unless settings allow private ones)."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or 443
    except ValueError as error:
        raise AddressRefused("not an address") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise AddressRefused(f"{parts.scheme or 'no scheme'} is not called")
    return _looked_up(host, port)


def _looked_up(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise AddressRefused(f"{host} is unknown") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not settings.WEBHOOK_PRIVATE_ADDRESSES and not all(_is_public(address) for address in addresses):
        raise AddressRefused(f"{host} leads to a private address")
    return addresses


def _is_public(text: str) -> bool:
    """One host of the public internet; an IPv6 address that carries an IPv4 one is as public as that one."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        carried = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if carried is None and address in _NAT64:
            carried = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if carried is not None:
            address = carried
    return address.is_global and not address.is_multicast


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """The status the address answers with; redirections are not followed.

    Raises AddressRefused, or one of NoAnswer. However slowly an answer drips, the call is over after the agreed time
    (looking up the name comes on top, by the system's own patience).
    """
    address = httpx.URL(url)
    asked = httpcore.URL(scheme=address.scheme, host=address.raw_host, port=address.port, target=address.raw_path)
    seconds = float(settings.WEBHOOK_TIMEOUT_SECONDS)
    _end.set(time.monotonic() + seconds)
    limits = dict.fromkeys(("connect", "read", "write", "pool"), seconds)
    sent = [*headers.items(), ("host", address.netloc.decode())]
    with _lines().stream("POST", asked, headers=sent, content=body, extensions={"timeout": limits}) as answer:
        status: int = answer.status
        _drain(answer)
        return status


def _drain(answer: httpcore.Response) -> None:
    """Reads a short body to its end, which frees the line for the next call. Only the status counts, so a body that
    breaks off is none of our business."""
    read = 0
    try:
        for chunk in answer.iter_stream():
            read += len(chunk)
            if read > MOST_READ:
                return
    except NoAnswer:
        return


@cache
def _lines() -> httpcore.ConnectionPool:
    """This process's open lines, shared by its threads. Reading the certificates takes 20 ms, so it is done once."""
    return httpcore.ConnectionPool(
        ssl_context=httpcore.default_ssl_context(),
        max_connections=None,
        max_keepalive_connections=32,
        keepalive_expiry=KEPT,
        network_backend=_PublicNetwork(),
    )


class _PublicNetwork(httpcore.NetworkBackend):
    """Looks a name up once, and calls the very address that was checked: a name cannot change its mind in between."""

    def __init__(self) -> None:
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        *first, last = _looked_up(host, port)[:MOST_ADDRESSES]
        for address in first:
            try:
                # Half of the time, so that the next address gets a chance.
                return self._call(address, port, _left(httpcore.ConnectTimeout) / 2, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._call(last, port, _left(httpcore.ConnectTimeout), socket_options)

    def _call(self, address: str, port: int, seconds: float, options: Iterable[Any] | None) -> httpcore.NetworkStream:
        return _Punctual(self._plain.connect_tcp(address, port, timeout=seconds, socket_options=options))


class _Punctual(httpcore.NetworkStream):
    """A line on which no single read or write can outlast the whole call's time."""

    def __init__(self, line: httpcore.NetworkStream) -> None:
        self._line = line

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._line.read(max_bytes, _left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._line.write(buffer, _left(httpcore.WriteTimeout))

    def close(self) -> None:
        self._line.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Punctual(self._line.start_tls(ssl_context, server_hostname, _left(httpcore.ConnectTimeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._line.get_extra_info(info)


def _left(too_late: type[Exception]) -> float:
    """The seconds this thread's call may still take; raises `too_late` when there are none."""
    left = _end.get() - time.monotonic()
    if left <= 0:
        raise too_late("the call took too long")
    return left
