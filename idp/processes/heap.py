"""How a worker's C library keeps memory."""

import ctypes
from typing import Final

_M_ARENA_MAX: Final = -8  # mallopt(3)


def share_one_heap() -> None:
    """
    Have all threads of this process allocate from one heap; to be called before they start.

    By default each thread has its own, and keeps in it the 19 MiB that its last password hash
    needed. One heap holds as much as is needed at once, and Python's lock lets threads allocate
    one after the other anyway.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):  # glibc's; others have one heap to begin with
        library.mallopt(_M_ARENA_MAX, 1)
