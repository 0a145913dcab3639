"""The press: a Typst template and its data become a PDF, in this process or, bounded, in one of its own."""

import datetime as dt
import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from backend.documents.form import faces
from backend.documents.form.typesetter import typeset as _typeset

#: What one bounded job may take: seconds by the wall clock, waiting for its turn included, and bytes of memory.
SECONDS, BYTES = 20, 1 << 30
#: Bounded jobs at work at the same time in this process; more of them wait for their turn.
_turns = threading.BoundedSemaphore(2)


class NotTypeset(Exception):
    """A bounded job came to nothing: it took too long or too much memory, or Typst refused it."""


def typeset(template: Path, data: dict[str, Any], *, made_at: dt.datetime) -> bytes:
    """For documents of a known, small size."""
    return _typeset(_job(template, data, made_at))


def typeset_bounded(template: Path, data: dict[str, Any], *, made_at: dt.datetime) -> bytes:
    """For documents that may be of any size. Raises NotTypeset after SECONDS at the latest; nothing is left behind."""
    until = time.monotonic() + SECONDS
    job = {**_job(template, data, made_at), "seconds": SECONDS, "bytes": BYTES}
    if not _turns.acquire(timeout=SECONDS):
        raise NotTypeset("no turn in time")
    try:
        done = subprocess.run(  # noqa: S603 -- our own file, by our own interpreter
            [sys.executable, "-I", str(Path(__file__).with_name("typesetter.py"))],
            input=json.dumps(job).encode(),
            capture_output=True,
            timeout=max(until - time.monotonic(), 0.1),
            check=False,
        )
    except subprocess.TimeoutExpired as slow:
        raise NotTypeset("out of time") from slow
    finally:
        _turns.release()
    if done.returncode:
        raise NotTypeset(done.stderr.decode(errors="replace")[-2000:] or f"ended with {done.returncode}")
    return done.stdout


def _job(template: Path, data: dict[str, Any], made_at: dt.datetime) -> dict[str, Any]:
    return {
        "template": template.read_text(),
        "data": data,
        "fonts": str(faces.FOLDER),
        "timestamp": int(made_at.timestamp()),
    }
