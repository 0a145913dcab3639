"""A pytest plugin (loaded before Django's): servers of this run's own, unless the environment names some."""

import atexit
import contextlib
import os
import tempfile
from pathlib import Path

from backend.embedded import servers

os.environ.setdefault("PLENUM_SECRET_KEY", "tests-only-secret-key-of-more-than-32-characters")
os.environ.setdefault("PLENUM_LOG_LEVEL", "ERROR")
if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
    _open = contextlib.ExitStack()
    _folder = _open.enter_context(tempfile.TemporaryDirectory(prefix="plenum-tests-"))
    os.environ.update(_open.enter_context(servers(Path(_folder) / "var", durable=False)))
    atexit.register(_open.close)
