"""Folder of generations → IndexReader of what answers now; it is replaced after a commit, a rollback or an exchange.

Also bounds the resident memory of a process: `madvise(MADV_DONTNEED)` on the maps when it is too large.
"""

import logging
import mmap
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Lock
from time import time_ns

from searchsvc.engines.whoosh.codec.commit import latest_commit, read_commit
from searchsvc.engines.whoosh.codec.whoosh_api import toc_name
from searchsvc.engines.whoosh.erasure import FORGOTTEN, read_forgotten
from searchsvc.engines.whoosh.generations import Generations
from searchsvc.engines.whoosh.index_reader import SETTLED, FileStamps, IndexReader, open_reader
from searchsvc.errors import (
    CorruptIndexError,
    DeviceError,
    EngineError,
    IndexMissingError,
    IndexRightsError,
    OutdatedIndexError,
    ScarceError,
)

_log = logging.getLogger(__name__)
#: Times that opening is tried again because files were changed in the middle of it.
ATTEMPTS = 5
#: Errors of opening a commit that leave the state that is open as good as it was.
_PASSING = (CorruptIndexError, DeviceError, IndexRightsError, ScarceError)
#: Errors that the same files give again.
_LASTING = (CorruptIndexError, IndexMissingError, IndexRightsError, OutdatedIndexError)

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


#: What became of looking at a file: device, inode, size and time of status change (nanoseconds), or the error's number.
_Found = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class IndexStamps:
    """Stamps of every file that opening the last commit reads: while they are the same, opening it ends the same way.

    The catalogue of the pages is not among them.
    """

    found: tuple[tuple[str, _Found], ...]

    @classmethod
    def of(cls, generations: Generations) -> "IndexStamps":
        """Take the stamps; files that cannot be looked at have the error as theirs."""
        paths = [str(generations.folder), str(generations.pointer), str(generations.folder / FORGOTTEN)]
        with suppress(EngineError, OSError):
            folder = str(generations.path(generations.named()))
            paths.append(folder)
            paths += sorted(entry.path for entry in os.scandir(folder))
        return cls(tuple((path, _look_at(path)) for path in paths))

    @property
    def is_settled(self) -> bool:
        """Whether a change from now on gives other stamps: whether the last one was longer than SETTLED ago."""
        return time_ns() - max((found[-1] for _, found in self.found), default=0) > SETTLED


def _look_at(path: str) -> _Found:
    try:
        status = os.stat(path)  # noqa: PTH116  a Path costs as much again
    except OSError as error:
        return (error.errno or 0,)
    return status.st_dev, status.st_ino, status.st_size, status.st_ctime_ns


class ReaderManager:
    """Keeps the IndexReader of the last commit. Threads may share it; each process has its own.

    Where the last commit cannot be opened, the state that is open goes on answering, without the articles taken down
    meanwhile, and a warning is logged; it does not where there is no index any more, or one of another version. The
    failure is remembered with the stamps of all files: it is told at once until one of them changes.
    """

    def __init__(self, generations: Generations) -> None:
        self._generations = generations
        self._state: IndexReader | None = None
        self._opening = Lock()
        #: Stamps under which the last commit was opened last, and the error if that failed.
        self._tried: IndexStamps | None = None
        self._failure: EngineError | None = None
        self._resident = ResidentMemory()
        self._closed = False

    @property
    def opened(self) -> bool:
        """Whether an index has been opened by this manager."""
        return self._state is not None

    def now(self) -> IndexReader:
        """Return the reader of the last commit; opened if it is not yet.

        Raises:
            IndexMissingError: There is no index.
            CorruptIndexError: A file is damaged or missing.
            OutdatedIndexError: The index is of another version.
            EngineError: It cannot be read, or the engine was closed.

        """
        if self._closed:
            raise EngineError("this engine was closed: open another one")
        state = self._state
        if state is None or not (state.stamps.unchanged() and state.is_usable) or state.is_damaged:
            with self._opening:
                state = self._follow()
        self._resident.look(segment.arrays.file.map for segment in state.snapshot.segments)
        return state

    def close(self) -> None:
        """Drop the reader; its files are closed when no search uses them any more."""
        self._state, self._closed = None, True

    def _follow(self) -> IndexReader:
        """Open the last commit if it is not the one that is open, and not known to fail; `_opening` is held."""
        seen = IndexStamps.of(self._generations)
        if seen != self._tried:
            seen = self._try(seen)
            # Where a change may leave the stamps as they are, or is none of these files, the next call tries again.
            lasts = self._failure is None or isinstance(self._failure, _LASTING)
            self._tried = seen if lasts and seen.is_settled else None
        if self._failure is not None:
            return self._go_on(self._failure)
        state = self._state
        if state is None:
            raise EngineError("this engine was closed: open another one")
        state.look()
        return state

    def _try(self, seen: IndexStamps) -> IndexStamps:
        """Open the last commit, once more if files changed meanwhile; keep reader or error, and return the stamps."""
        told, self._failure = str(self._failure), None
        for _ in range(ATTEMPTS):
            try:
                self._state = self._open()
            except EngineError as error:
                before, seen = seen, IndexStamps.of(self._generations)
                if seen != before:
                    continue
                self._failure = error
                if self._state is not None and isinstance(error, _PASSING) and str(error) != told:
                    _log.warning("%s; searches go on with the commit of %s", error, self._state.snapshot.updated)
            return seen
        raise EngineError(f"{self._generations.folder}: the index changes faster than it can be opened: try again")

    def _open(self) -> IndexReader:
        number, folder, stamps = self._look()
        takedowns = read_forgotten(self._generations.folder)
        state = self._state
        if state is None or not state.sound or not state.answers_for(number, _commit(folder), takedowns):
            state = open_reader(number, folder, state, takedowns)
        state.stamps = stamps
        return state

    def _go_on(self, failure: EngineError) -> IndexReader:
        """Return the state that is open although the last commit cannot be opened.

        Raises:
            EngineError: None is open, it cannot be read any more, or it must not answer.

        """
        state = self._state
        if state is None or not isinstance(failure, _PASSING) or not state.is_usable:
            raise type(failure)(*failure.args) from failure
        # Without the list nobody knows what must not be shown.
        state = self._state = state.hiding(read_forgotten(self._generations.folder))
        state.stamps = FileStamps()
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
