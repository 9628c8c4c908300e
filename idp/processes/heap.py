"""How a worker's C library keeps memory."""

import ctypes
from typing import Final

_MEBIBYTE: Final = 1024 * 1024
# mallopt(3)
_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8


def share_one_heap() -> None:
    """
    Have all threads of this process allocate from one heap, which keeps what two hashes need.

    Left alone, each thread has a heap, and keeps in it the 19 MiB of its last password hash; or
    gives them back, and pays for 5,000 pages at the next one: a tenth of the hash itself and more.
    One heap is enough, since Python's lock lets threads allocate one after the other anyway. To be
    called before there are threads.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):  # glibc's; others have one heap to begin with
        library.mallopt(_M_ARENA_MAX, 1)
        library.mallopt(_M_MMAP_THRESHOLD, 32 * _MEBIBYTE)  # the most it takes
        library.mallopt(_M_TRIM_THRESHOLD, 48 * _MEBIBYTE)
