"""Who acts in this request or reaction, carried beside the call so that every fact can say so."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Context:
    """`actor` is "account:<uuid>", "invitee:<uuid>", "registrant:<uuid>", "reaction:<name>", "clock" or "" (nobody)."""

    actor: str = ""
    on_behalf_of: str = ""
    request_id: str = ""


NOBODY = Context()
_current: ContextVar[Context] = ContextVar("plenum_context", default=NOBODY)


def current() -> Context:
    return _current.get()


@contextmanager
def acting(**changes: Any) -> Iterator[Context]:
    """Within the block the current context has `changes` applied."""
    changed = replace(_current.get(), **changes)
    token = _current.set(changed)
    try:
        yield changed
    finally:
        _current.reset(token)


def identify(actor: str) -> None:
    """Names the actor for the rest of the current block (authentication happens late in a request)."""
    _current.set(replace(_current.get(), actor=actor))
