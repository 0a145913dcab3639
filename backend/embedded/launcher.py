"""Becomes another program that cannot outlive its parent and, when asked, does not run as root.

    python -I -S launcher.py PARENT ACCESS UID GID PROGRAM [ARGUMENT …]

PostgreSQL refuses to run as root. As `nobody` it may stand in a folder only root can read (the home of root): with ACCESS
`reader` the program keeps the one capability that lets it look through closed folders (never write into them), so no
file or folder of the user changes its mode. ACCESS `same` changes no user, `plain` changes the user only.
The program is killed with its parent (Linux only; elsewhere the next start clears what was left).

This file runs alone, without the packages and before the program, so it imports the standard library only.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG, PR_SET_SECUREBITS = 1, 28
SECBIT_NO_SETUID_FIXUP = 1 << 2
PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 47, 2
CAP_DAC_READ_SEARCH = 2
CAPABILITY_VERSION_3 = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Data(ctypes.Structure):
    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32)]


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def become(uid: int, gid: int, *, reader: bool) -> None:
    """Gives up root for good; as `reader` keeps the right to read through closed folders across exec."""
    libc = ctypes.CDLL(None, use_errno=True)
    if reader:
        # Capabilities survive the change of user, and count when a program asks access(2): initdb does.
        _checked(libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0), "keep capabilities")
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    if reader:
        mask = 1 << CAP_DAC_READ_SEARCH
        # Version 3 takes two 32-bit words; the capability is in the first.
        data = (_Data * 2)(_Data(mask, mask, mask), _Data(0, 0, 0))
        _checked(libc.capset(ctypes.byref(_Header(CAPABILITY_VERSION_3, 0)), data), "set capabilities")
        raised = libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH, 0, 0)
        _checked(raised, "raise ambient capability")


def die_with(parent: int) -> None:
    """Asks the kernel for SIGINT (a fast, clean stop for PostgreSQL) when the parent ends; exits if it already has."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    # After the change of user: the kernel forgets the wish when credentials change.
    _checked(libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0), "follow the parent")
    if os.getppid() != parent:
        sys.exit(1)


def main(arguments: list[str]) -> None:
    parent, access, uid, gid, program = arguments[:5]
    if access != "same":
        become(int(uid), int(gid), reader=access == "reader")
        os.umask(0o077)
    die_with(int(parent))
    if not os.access(program, os.X_OK):
        sys.exit(f"{program} cannot be reached")
    os.execv(program, arguments[4:])


if __name__ == "__main__":
    main(sys.argv[1:])
