"""One name and one address, as mail headers and calendars carry them."""

import re
from typing import NamedTuple

from email_validator import EmailNotValidError, validate_email

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


class Mailbox(NamedTuple):
    """Who writes, or who is written to; the name may be empty."""

    name: str
    email: str


class InvalidAddress(ValueError):
    """An address that no header may carry: it could not be delivered, or would smuggle in a second one."""


def deliverable_email(email: str) -> str:
    """The address as `checked_email` gives it; raises InvalidAddress also for one that leads to no mailbox, wherever it
    is said: in a domain without a dot, or in one kept free for other uses (.test, .invalid, .localhost, .local, .onion,
    .arpa). The names for examples (.example) are taken: demonstrations live there. Nothing is looked up.

    What is on record already is not asked this again: letters go to it as before.
    """
    try:
        return checked_email(validate_email(email.strip(), check_deliverability=False).normalized)
    except EmailNotValidError as error:
        raise InvalidAddress(f"not a deliverable address: {email!r}") from error


def checked_email(email: str) -> str:
    """The address with its domain in ASCII; raises InvalidAddress for anything but `local@domain`."""
    local, at, domain = email.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    labels = domain.split(".")
    if not (at and _LOCAL.fullmatch(local) and len(local) <= 64 and all(map(_LABEL.fullmatch, labels))):
        raise InvalidAddress(f"not a deliverable address: {email!r}")
    if len(local) + len(domain) > 253:
        raise InvalidAddress(f"address too long: {email!r}")
    return f"{local}@{domain}"
