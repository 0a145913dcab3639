"""Reads settings from the environment; a missing or unsafe one stops the start with a sentence that names it."""

import os
import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """The variable's value; without a default, an absent or empty variable raises ImproperlyConfigured."""
    value = os.environ.get(name, "") or default
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set. See .env.example for what it must hold.")
    return value


def flag(name: str, default: bool = False) -> bool:
    """True for 1/true/yes/on, False for 0/false/no/off; anything else raises ImproperlyConfigured."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")


def number(name: str, default: int) -> int:
    """The variable as an integer; anything else raises ImproperlyConfigured."""
    value = os.environ.get(name, "").strip()
    try:
        return int(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


def numbers(name: str, default: str) -> list[int]:
    """A comma-separated variable as whole numbers, none of them below 0; anything else raises ImproperlyConfigured."""
    found = words(name, default)
    if not all(word.isascii() and word.isdecimal() for word in found):
        raise ImproperlyConfigured(f"{name} must be whole numbers divided by commas, such as {default}.")
    return [int(word) for word in found]


def rates(name: str) -> dict[str, int]:
    """Numbers by name, as `*=600,gmail.com=120`, names in lower case; anything else raises ImproperlyConfigured."""
    found = {}
    for word in words(name):
        key, _, rate = word.rpartition("=")
        if not key.strip() or not (rate.strip().isascii() and rate.strip().isdecimal()):
            raise ImproperlyConfigured(f"{name} must be numbers by name, such as *=600,gmail.com=120, not {word!r}.")
        found[key.strip().lower()] = int(rate)
    return found


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated variable as a list without blanks."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def secret(name: str, debug: bool) -> str:
    """A secret of at least 32 characters; a short one raises ImproperlyConfigured unless `debug`."""
    value = text(name)
    if len(value) < 32 and not debug:
        raise ImproperlyConfigured(f"{name} is too short to be a secret: at least 32 random characters are needed.")
    return value


def hosts(name: str, debug: bool) -> list[str]:
    """The host names the API answers to; a wildcard raises ImproperlyConfigured unless `debug`."""
    names = words(name, "127.0.0.1,localhost")
    if "*" in names and not debug:
        raise ImproperlyConfigured(f"{name} may not be '*': name the hosts people reach Plenum by.")
    return names


def database(name: str) -> dict[str, Any]:
    """A Django database entry from postgresql://user:password@host:port/name?option=value."""
    url = urlsplit(text(name))
    if url.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"{name} must be a postgresql:// address: PostgreSQL is the only database.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": str(url.port or ""),
        "OPTIONS": dict(parse_qsl(url.query)),
    }


def smtp(name: str, default: str) -> dict[str, object]:
    """Host, port, user, password and TLS flags from smtp://, smtp+starttls:// or smtps:// addresses."""
    url = urlsplit(text(name, default))
    if url.scheme not in {"smtp", "smtp+starttls", "smtps"}:
        raise ImproperlyConfigured(f"{name} must be a smtp://, smtp+starttls:// or smtps:// address.")
    return {
        "host": url.hostname or "localhost",
        "port": url.port or {"smtp": 25, "smtp+starttls": 587, "smtps": 465}[url.scheme],
        "user": unquote(url.username or ""),
        "password": unquote(url.password or ""),
        "starttls": url.scheme == "smtp+starttls",
        "tls": url.scheme == "smtps",
    }


def mailbox(name: str) -> dict[str, Any] | None:
    """Where mail comes in: a folder from maildir:///path, or host, port, user, password and folder from imap://,
    imap+starttls:// or imaps:// addresses; None when the variable is empty."""
    url = urlsplit(text(name, ""))
    if not url.geturl():
        return None
    if url.scheme == "maildir" and url.path.startswith("/") and not url.netloc:
        return {"kind": "maildir", "path": unquote(url.path)}
    if url.scheme not in {"imap", "imap+starttls", "imaps"} or not url.hostname:
        raise ImproperlyConfigured(
            f"{name} must be a maildir:///path, imap://, imap+starttls:// or imaps:// address with a host."
        )
    return {
        "kind": "imap",
        "host": url.hostname,
        "port": url.port or (993 if url.scheme == "imaps" else 143),
        "user": unquote(url.username or ""),
        "password": unquote(url.password or ""),
        "starttls": url.scheme == "imap+starttls",
        "tls": url.scheme == "imaps",
        "folder": unquote(url.path.lstrip("/")) or "INBOX",
    }


def subaddressed(name: str) -> str:
    """An address that takes mail for `local+anything@domain` too; "" when the variable is empty."""
    address = text(name, "").strip().lower()
    if address and not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,16}@[a-z0-9.-]+", address):
        raise ImproperlyConfigured(
            f"{name} must be an address of at most 17 letters, digits, '.', '_' or '-' before the @, not {address!r}."
        )
    return address
