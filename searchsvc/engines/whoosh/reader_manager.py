"""Folder of generations → IndexReader of what answers now; it is replaced after a commit, a rollback or an exchange.

Also bounds the resident memory of a process: `madvise(MADV_DONTNEED)` on the maps when it is too large.
"""

import mmap
import os
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from threading import Lock

from searchsvc.engines.whoosh.codec.commit import latest_commit, read_commit
from searchsvc.engines.whoosh.codec.whoosh_api import toc_name
from searchsvc.engines.whoosh.erasure import FORGOTTEN, read_forgotten
from searchsvc.engines.whoosh.generations import Generations
from searchsvc.engines.whoosh.index_reader import FileStamps, IndexReader, open_reader
from searchsvc.errors import CorruptIndexError, EngineError, IndexMissingError

#: Searches between two measurements of the resident memory.
EVERY = 8
#: Resident bytes of files above which a process unmaps the pages of its index.
MOST_MAPPED = 160 << 20

#: Linux's counts of a process's memory pages, one line of less than _LINE bytes.
_STATM, _LINE = "/proc/self/statm", 256
#: Index in that line of the resident pages that are backed by files.
_SHARED = 2


class ResidentMemory:
    """Measures the resident memory of files every EVERY searches. Threads may share it."""

    def __init__(self) -> None:
        self._searches = count(1)

    def look(self, maps: Iterable[mmap.mmap]) -> None:
        """Count one search; release the maps if it is the EVERY-th and more than MOST_MAPPED bytes are resident."""
        if next(self._searches) % EVERY == 0 and mapped() > MOST_MAPPED:
            release(maps)


def mapped() -> int:
    """Return how many bytes of mapped files are resident in this process; 0 where the system does not say."""
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
    """Release the resident pages of read-only maps; the next access to a page maps it again, unchanged."""
    if hasattr(mmap, "MADV_DONTNEED"):
        for one in maps:
            one.madvise(mmap.MADV_DONTNEED)


class ReaderManager:
    """Keeps the IndexReader of the last commit. Threads may share it; each process has its own."""

    def __init__(self, generations: Generations) -> None:
        self._generations = generations
        self._state: IndexReader | None = None
        self._opening = Lock()
        self._resident = ResidentMemory()
        self._closed = False

    @property
    def opened(self) -> bool:
        """Whether an index has been opened by this manager."""
        return self._state is not None

    def now(self) -> IndexReader:
        """Return the reader of the last commit; opened if it is not yet.

        A generation may be replaced and removed while it is being opened: that is tried once more.

        Raises:
            IndexMissingError: There is no index.
            CorruptIndexError: A file is damaged or missing.
            OutdatedIndexError: The index is of another version.
            EngineError: It cannot be read, or the engine was closed.

        """
        if self._closed:
            raise EngineError("this engine was closed: open another one")
        try:
            state = self._follow()
        except (IndexMissingError, CorruptIndexError):
            state = self._follow()
        state.look()
        self._resident.look(segment.arrays.file.map for segment in state.snapshot.segments)
        return state

    def close(self) -> None:
        """Drop the reader; its files are closed when no search uses them any more."""
        self._state, self._closed = None, True

    def _follow(self) -> IndexReader:
        state = self._state
        if state is not None and state.stamps.unchanged():
            return state
        with self._opening:
            number, folder, stamps = self._look()
            takedowns = read_forgotten(self._generations.folder)
            state = self._state
            if state is None or not state.sound or not state.answers_for(number, _commit(folder), takedowns):
                state = open_reader(number, folder, state, takedowns)
            state.stamps = stamps
            self._state = state
            return state

    def _look(self) -> tuple[int, Path, FileStamps]:
        """Return number, folder and stamps of the current generation; no switch happened between taking them."""
        while True:
            number, folder = current_index(self._generations)
            table = folder / toc_name(latest_commit(folder))
            stamps = FileStamps.of(self._generations.pointer, folder, table, self._generations.folder / FORGOTTEN)
            if self._generations.named() == number:
                return number, folder, stamps


def current_index(generations: Generations) -> tuple[int, Path]:
    """Return number and folder of the current generation.

    Raises:
        CorruptIndexError: Its folder holds no index; or as `Generations.current`.
        EngineError: As `Generations.current`.

    """
    number = generations.current()
    folder = generations.path(number)
    if latest_commit(folder) < 0:
        msg = f"{folder} holds no index any more; `searchsvc reindex` makes it anew, `searchsvc rollback` goes back"
        raise CorruptIndexError(msg)
    return number, folder


def _commit(folder: Path) -> str:
    """Return the identity of the last commit; "" where it cannot be read, and opening it raises the error."""
    try:
        return read_commit(folder).id
    except (EngineError, OSError):
        return ""
