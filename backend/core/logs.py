"""One JSON line per log entry; no personal data: ids only, never names, addresses, tokens or bodies."""

import logging
import sys
from typing import Any

import structlog

from backend.core import context

FORBIDDEN = {"password", "token", "secret", "email", "phone", "full_name", "authorization", "cookie"}


def _add_context(_: Any, __: str, entry: dict[str, Any]) -> dict[str, Any]:
    here = context.current()
    return {
        **entry,
        **({"actor": here.actor} if here.actor else {}),
        **({"request_id": here.request_id} if here.request_id else {}),
    }


def _without_personal_data(_: Any, __: str, entry: dict[str, Any]) -> dict[str, Any]:
    return {key: "[removed]" if key.lower() in FORBIDDEN else value for key, value in entry.items()}


def configure(settings: dict[str, Any]) -> None:
    """Sets up structlog and sends the standard library's loggers through it."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_context,
        _without_personal_data,
        structlog.processors.format_exc_info,
    ]
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=False)
        if settings["plain"]
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings["level"])
    for noisy in ("django.request", "django.security.csrf", "httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    # A scanner that asks for another host is told so; a traceback for each of its tries would bury the rest.
    logging.getLogger("django.security.DisallowedHost").setLevel(logging.CRITICAL)
