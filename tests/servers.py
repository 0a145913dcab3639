"""A pytest plugin (loaded before Django's): servers of this run's own, unless the environment names some.

Runs do not meet: each has its own folder and ports. Workers of pytest-xdist inherit their run's servers by the
environment and take a Redis database each.
"""

import atexit
import contextlib
import os
import tempfile
from pathlib import Path

from backend.embedded import servers

os.environ.setdefault("PLENUM_SECRET_KEY", "tests-only-secret-key-of-more-than-32-characters")
os.environ.setdefault("PLENUM_LOG_LEVEL", "ERROR")
# Changes are told at once, unless a test is about waiting.
os.environ.setdefault("PLENUM_NEWS_WINDOW", "0")

worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if worker:
    address = os.environ["REDIS_URL"].rpartition("/")[0]
    os.environ["REDIS_URL"] = f"{address}/{int(worker.removeprefix('gw')) % 16}"
else:
    opened = contextlib.ExitStack()
    atexit.register(opened.close)
    folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="plenum-tests-")))
    os.environ.setdefault("PLENUM_DATA_DIR", str(folder / "var"))
    if "DATABASE_URL" not in os.environ:
        # On a server that ends with the run; elsewhere it would be found, out of date, by the next one.
        os.environ["MIGRATED_FOR_TESTS"] = "migrated_for_tests"
    os.environ.update(opened.enter_context(servers(folder / "var", durable=False)))
