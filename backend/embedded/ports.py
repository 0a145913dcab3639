"""Ports on the loopback address, the only address anything here listens on."""

import socket

from backend.embedded.errors import CannotStart

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now; it may be taken a moment later."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def some_free_port(wanted: int | None = None) -> int:
    """The wanted port when it is free, else one the kernel chooses."""
    if wanted and is_free(wanted):
        return wanted
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def require_free(port: int) -> None:
    """Raises CannotStart, naming the port and the way out, when another program listens there."""
    if not is_free(port):
        raise CannotStart(
            vi=f"Cổng {port} trên {LOOPBACK} đang có chương trình khác dùng. Hãy chọn cổng khác, ví dụ PORT={port + 1}.",
            en=f"Port {port} on {LOOPBACK} is taken by another program. Choose another one, for example PORT={port + 1}.",
        )
