"""Which account the embedded servers run under, and how programs are started under it."""

import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from backend.embedded.errors import CannotStart

LAUNCHER = Path(__file__).with_name("launcher.py")
Access = Literal["same", "plain", "reader"]


@dataclass(frozen=True)
class ServerAccount:
    """`same` is the caller's own account; root gets `nobody`, as `reader` where a folder on the way is closed to it."""

    access: Access
    uid: int
    gid: int

    def command(self, program: Path, *arguments: str) -> list[str]:
        """The command line that starts the program under this account, bound to the life of this process."""
        bound = [str(os.getpid()), self.access, str(self.uid), str(self.gid)]
        return [sys.executable, "-I", "-S", str(LAUNCHER), *bound, str(program), *arguments]

    def run(self, program: Path, *arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """Runs the program to its end and returns what it said; the caller judges the exit code."""
        return subprocess.run(
            self.command(program, *arguments), input=stdin, capture_output=True, text=True, check=False, cwd="/"
        )

    def start(
        self, program: Path, *arguments: str, cwd: Path, log: IO[bytes], stdin: int = subprocess.DEVNULL
    ) -> "subprocess.Popen[bytes]":
        """Starts a server in a session of its own, so that Ctrl-C reaches the starter only and the starter decides."""
        return subprocess.Popen(
            self.command(program, *arguments), cwd=cwd, stdin=stdin, stdout=log, stderr=log, start_new_session=True
        )

    def own(self, path: Path) -> None:
        """Hands a file or folder made here, and all in it, to the account."""
        if self.access == "same":
            return
        os.chown(path, self.uid, self.gid)
        for folder, folders, files in os.walk(path):
            for name in folders + files:
                os.chown(os.path.join(folder, name), self.uid, self.gid, follow_symlinks=False)

    def can_reach(self, program: Path, folder: Path) -> bool:
        """Whether the account can run the program and look into the folder."""
        listing = Path(shutil.which("ls") or "/bin/ls")
        return self.run(program, "--version").returncode == 0 and self.run(listing, str(folder)).returncode == 0


def candidates() -> list[ServerAccount]:
    """The accounts worth trying, the least powerful first."""
    if os.geteuid() != 0:
        return [ServerAccount("same", os.geteuid(), os.getegid())]
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise CannotStart(
            vi="PostgreSQL không chạy bằng root và máy này không có tài khoản 'nobody'. Hãy chạy bằng tài khoản thường.",
            en="PostgreSQL does not run as root and this machine has no account 'nobody'. Run this as an ordinary user.",
        ) from None
    plain = ServerAccount("plain", nobody.pw_uid, nobody.pw_gid)
    return [plain, ServerAccount("reader", nobody.pw_uid, nobody.pw_gid)] if sys.platform == "linux" else [plain]


def account_for(program: Path, folder: Path) -> ServerAccount | None:
    """The least powerful account that can run the program and reach the folder; None when even `reader` cannot."""
    return next((account for account in candidates() if account.can_reach(program, folder)), None)
