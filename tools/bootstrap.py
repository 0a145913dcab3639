"""Builds .venv from the hashed lock file, once per lock file. Standard library only: it runs on a bare Python.

`python3 tools/bootstrap.py` is quick when there is nothing to do. With wheels in var/wheels (see `make wheels`) it
needs no network.
"""

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV, LOCK, WHEELS = ROOT / ".venv", ROOT / "requirements.lock", ROOT / "var" / "wheels"
STAMP = VENV / "built-from"


def main() -> None:
    if sys.version_info < (3, 11):
        sys.exit(f"Plenum needs Python 3.11 or newer; this is {sys.version.split()[0]}. Try: make PYTHON=python3.12 …")
    # The path is part of the stamp: a virtual environment that was moved no longer works.
    built_from = f"{hashlib.sha256(LOCK.read_bytes()).hexdigest()} {VENV} {sys.version_info[:2]}"
    if STAMP.exists() and STAMP.read_text() == built_from:
        return
    print("Building .venv from requirements.lock (once; a minute or two) …", flush=True)
    venv.create(VENV, with_pip=True, clear=True)
    offline = ["--no-index", f"--find-links={WHEELS}"] if WHEELS.is_dir() else []
    install = [
        str(VENV / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
    ]
    done = subprocess.run([*install, *offline, "-r", str(LOCK)], check=False)
    if done.returncode:
        sys.exit(
            "The packages could not be installed. Without a network, run `make wheels` where there is one and copy var/wheels."
        )
    make_runnable()
    STAMP.write_text(built_from)


def make_runnable() -> None:
    """Lets .venv's programs find the checkout from anywhere, and adds the command `plenum` to them."""
    packages = next((VENV / "lib").glob("python3*/site-packages"))
    # Relative to the packages' folder: no letter of the checkout's path stands in the file.
    (packages / "plenum.pth").write_text("../../../..\n")
    command = VENV / "bin" / "plenum"
    command.write_text('#!/bin/sh\nexec "$(dirname "$0")/python" -m backend.cli "$@"\n')
    command.chmod(0o755)


main()
