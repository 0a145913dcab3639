"""Runs a program as an unprivileged user that may still reach this checkout: `unprivileged.py UID GID PROGRAM ARG…`.

PostgreSQL refuses to run as root. Root that becomes another user could no longer enter a folder only root may read,
so one capability, CAP_DAC_OVERRIDE, is kept across the change (ambient capabilities, Linux ≥ 4.3) and nobody's
folder permissions are touched. Standard library only: it runs before anything else does.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
CAP_DAC_OVERRIDE = 1
SIGINT = 2
VERSION_3 = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Data(ctypes.Structure):
    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32)]


def main() -> None:
    uid, gid, *command = sys.argv[1:]
    libc = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() == 0:
        libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
        os.setgroups([])
        os.setresgid(int(gid), int(gid), int(gid))
        os.setresuid(int(uid), int(uid), int(uid))
        bit = 1 << CAP_DAC_OVERRIDE
        data = (_Data * 2)(_Data(bit, bit, bit), _Data(0, 0, 0))
        kept = libc.capset(ctypes.byref(_Header(VERSION_3, 0)), data) == 0
        if not kept or libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0):
            print("note: this kernel keeps no capability for PostgreSQL; the folder must be readable by all.", file=sys.stderr)
    libc.prctl(PR_SET_PDEATHSIG, SIGINT, 0, 0, 0)
    os.execv(command[0], command)


main()
