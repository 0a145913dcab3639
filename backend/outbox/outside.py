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

from backend.core.text import both, say

#: Addresses of one name that are tried, in the order the system prefers.
MOST_ADDRESSES = 2
#: Bytes of an answer's body that are read to keep its line; a longer answer costs its sender the line.
MOST_READ = 16 * 1024
#: Seconds an idle line is kept.
KEPT = 30.0
#: Where hosts of the public internet live; everything else is reserved for something (IANA's list of IPv6 space).
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
#: What IANA's special-purpose registries (RFC 6890) set aside in there, and in IPv4: private, shared, for
#: documentation, and the protocols' own, of which some are reachable but none is where a receiver lives. 6to4 and
#: Teredo are among them. The standard library knows them by its version; this list does not change with it.
_SET_ASIDE = [
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
        "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
    )
]  # fmt: skip
#: The one way to write an IPv4 address in IPv6 that the public internet knows: NAT64 (RFC 6052).
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
#: What an ISATAP host's last 64 bits begin with, but for the bit that calls it universal (RFC 5214).
_ISATAP = 0x00005EFE
#: When the call of this thread has to be over, by the monotonic clock.
_end: ContextVar[float] = ContextVar("plenum_call_end")

#: What a call that came to nothing raises.
NoAnswer = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpx.InvalidURL, UnicodeError)


class AddressRefused(Exception):
    """The endpoint's name leads to an address Plenum must not call. `sentence` tells the caller why in the caller's
    language; the log of deliveries is in English."""

    def __init__(self, *, vi: str, en: str, **values: Any) -> None:
        self.sentence = say(vi=vi, en=en, **values)
        super().__init__(both(self.sentence)["en"])


def public_addresses(url: str) -> list[str]:
    """The addresses `url` leads to; raises AddressRefused when any is not public (unless settings allow private ones),
    and when the URL carries what a call does not send: a name with a password, or a fragment."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or 443
    except ValueError as error:
        raise AddressRefused(vi="Đây không phải địa chỉ mạng.", en="This is not an address.") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise AddressRefused(
            vi="Phải là địa chỉ https có tên máy chủ.", en="It must be an https address with the name of a host."
        )
    if "@" in parts.netloc:
        raise AddressRefused(
            vi="Địa chỉ không được chứa tên và mật khẩu.", en="The address must not contain a name and a password."
        )
    if "#" in url:
        raise AddressRefused(
            vi="Địa chỉ không được có phần sau dấu #.", en="The address must not have a part after a # sign."
        )
    return _looked_up(host, port)


def _looked_up(host: str, port: int) -> list[str]:
    if not settings.WEBHOOK_PRIVATE_ADDRESSES and _is_oddly_spelt(host):
        raise AddressRefused(
            vi="{host} không phải cách viết thông thường của một địa chỉ IP.",
            en="{host} is not how an IP address is usually written.",
            host=host,
        )
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise AddressRefused(vi="Không tìm thấy máy chủ {host}.", en="{host} is unknown.", host=host) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not settings.WEBHOOK_PRIVATE_ADDRESSES and not all(_is_public(address) for address in addresses):
        raise AddressRefused(
            vi="Không được gọi {host}: tên này dẫn đến địa chỉ không công khai.",
            en="{host} may not be called: it leads to an address that is not public.",
            host=host,
        )
    return addresses


def _is_oddly_spelt(host: str) -> bool:
    """A number the system would read as an IPv4 address though it is none in four decimal parts (0x7f.1, 017.0.0.1,
    2130706433), or an IPv6 address with a zone, which only this machine understands."""
    if ":" in host:
        return "%" in host
    last = host.rstrip(".").rpartition(".")[2].lower()
    if not (last.isdigit() or last.startswith("0x")):
        return False
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return True
    return False


def _is_public(text: str) -> bool:
    """One host of the public internet; an IPv6 address that carries an IPv4 one must carry a public one."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            return False
        number = int(address)
        carried = ipaddress.IPv4Address(number & 0xFFFFFFFF)
        if address in _NAT64:
            return _is_public(str(carried))
        # What is left are hosts' own addresses, so that mapped, compatible and translated ones fall away here.
        if address not in _GLOBAL_UNICAST:
            return False
        if number >> 32 & 0xFDFFFFFF == _ISATAP and not _is_public(str(carried)):
            return False
    return not any(address in network for network in _SET_ASIDE if network.version == address.version)


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
