"""Mapped files → a bounded share of them in a worker's memory.

What a search reads of a mapped file stays mapped, so that a worker's resident memory would grow
to the size of the index although the pages belong to the system's cache. Above a limit they are
unmapped: they stay in the cache, and what is read again is mapped again without a disk access.
"""

import mmap
import os
from collections.abc import Iterable
from itertools import count

#: Searches between two looks: a request searches several times, and what it reads maps its neighbours too.
EVERY = 8
#: Bytes of mapped files that a worker keeps.
MOST_MAPPED = 160 << 20

_STATM, _LINE = "/proc/self/statm", 256
#: Place of the resident pages that belong to files.
_SHARED = 2


class Resident:
    """Looks now and then how much is mapped. Threads may share it."""

    def __init__(self) -> None:
        self._searches = count(1)

    def look(self, maps: Iterable[mmap.mmap]) -> None:
        """Count one search; unmap the pages of the maps if it is time and they are too many."""
        if next(self._searches) % EVERY == 0 and mapped() > MOST_MAPPED:
            release(maps)


def mapped() -> int:
    """Return how many bytes of files are resident; 0 where the system does not tell."""
    try:
        # A file object would cost four times as much.
        file = os.open(_STATM, os.O_RDONLY)
        try:
            return int(os.read(file, _LINE).split()[_SHARED]) * mmap.PAGESIZE
        finally:
            os.close(file)
    except (OSError, IndexError, ValueError):
        return 0


def release(maps: Iterable[mmap.mmap]) -> None:
    """Unmap the pages of read-only maps; they are mapped again when they are read."""
    if hasattr(mmap, "MADV_DONTNEED"):
        for one in maps:
            one.madvise(mmap.MADV_DONTNEED)
