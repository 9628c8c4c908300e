"""A child process that cannot outlive its parent, even when the parent is killed outright."""

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1  # prctl(2): the signal this process gets when its parent dies

# Opened at import: between fork and exec there is no time to look for libraries.
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent: int) -> None:
    """
    Ask the kernel to end this process (SIGTERM) when the process *parent* dies.

    To be called in the child, by the thread that will stay; the request survives exec. The
    parent may have died before we asked: then it is no longer our parent, and we end at once.
    """
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)
