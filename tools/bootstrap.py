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
    if not is_built():
        print("Building .venv from requirements.lock (once; a minute or two) …", flush=True)
        build()


def origin() -> str:
    """What .venv is built from. Its path is part of it: a virtual environment that was moved no longer works."""
    return f"{hashlib.sha256(LOCK.read_bytes()).hexdigest()} {VENV} {sys.version_info[:2]}"


def is_built() -> bool:
    python = VENV / "bin" / "python"
    return python.exists() and STAMP.exists() and STAMP.read_text(encoding="utf-8") == origin()


def build() -> None:
    """Starts from nothing; a build that was broken off is not taken for a finished one, the stamp comes last."""
    try:
        venv.create(VENV, with_pip=True, clear=True)
    except subprocess.CalledProcessError:
        sys.exit("This Python cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv")
    if not install():
        sys.exit(
            "The packages could not be installed; the lines above say why. "
            "Without a network: run `make wheels` where there is one, and copy var/wheels here."
        )
    make_runnable()
    STAMP.write_text(origin(), encoding="utf-8")


def install() -> bool:
    """From var/wheels alone when it is there and complete, else from pip's usual sources; hashes decide in both cases."""
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    line = [*pip, "install", "--require-hashes", "--requirement", str(LOCK)]
    if WHEELS.is_dir():
        offline = subprocess.run([*line, "--no-index", "--find-links", str(WHEELS)], capture_output=True, check=False)
        if offline.returncode == 0:
            return True
        print("var/wheels does not hold all that the lock file names; asking the package index …", flush=True)
    return subprocess.run(line, check=False).returncode == 0


def make_runnable() -> None:
    """Lets .venv's programs find the checkout from anywhere, and adds the command `plenum` to them."""
    packages = next((VENV / "lib").glob("python3*/site-packages"))
    # Relative to the packages' folder: no letter of the checkout's path stands in the file.
    (packages / "plenum.pth").write_text("../../../..\n", encoding="utf-8")
    command = VENV / "bin" / "plenum"
    command.write_text('#!/bin/sh\nexec "$(dirname "$0")/python" -m backend.cli "$@"\n', encoding="utf-8")
    command.chmod(0o755)


if __name__ == "__main__":
    main()
