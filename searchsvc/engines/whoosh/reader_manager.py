"""Generations → IndexReader of the last commit, exchanged as commits, rollbacks and other indexes come."""

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

#: Searches between two looks: a request searches several times, and what it reads maps its neighbours too.
EVERY = 8
#: Bytes of mapped files that a worker keeps.
MOST_MAPPED = 160 << 20

_STATM, _LINE = "/proc/self/statm", 256
#: Place of the resident pages that belong to files.
_SHARED = 2


class ResidentMemory:
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


class ReaderManager:
    """What answers now. Threads may share it; each process has its own."""

    def __init__(self, generations: Generations) -> None:
        self._generations = generations
        self._state: IndexReader | None = None
        self._opening = Lock()
        self._resident = ResidentMemory()
        self._closed = False

    @property
    def opened(self) -> bool:
        """Whether there has been an index."""
        return self._state is not None

    def now(self) -> IndexReader:
        """Return the last commit, opened if it is not yet.

        A generation may be replaced and removed between two looks: then look once more.
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
        """Let go of the files."""
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
        """Return number and folder of the generation that answers, and the signs of its files, all of one moment."""
        while True:
            number, folder = current_index(self._generations)
            table = folder / toc_name(latest_commit(folder))
            stamps = FileStamps.of(self._generations.pointer, folder, table, self._generations.folder / FORGOTTEN)
            if self._generations.named() == number:
                return number, folder, stamps


def current_index(generations: Generations) -> tuple[int, Path]:
    """Return number and folder of the generation that answers.

    Raises:
        CorruptIndexError: There is no index in its folder.

    """
    number = generations.current()
    folder = generations.path(number)
    if latest_commit(folder) < 0:
        msg = f"{folder} holds no index any more; `searchsvc reindex` makes it anew, `searchsvc rollback` goes back"
        raise CorruptIndexError(msg)
    return number, folder


def _commit(folder: Path) -> str:
    """Return the identity of the last commit, nothing where it cannot be told: then whoever opens it says why."""
    try:
        return read_commit(folder).id
    except (EngineError, OSError):
        return ""
