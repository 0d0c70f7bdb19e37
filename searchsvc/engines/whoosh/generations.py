"""Folder of an index → its generations: `generation-7/` is an index, the file `current-8` names the current one.

The number in the name of that file is the layout of the index files (`commit.LAYOUT`). A version of this program with
another layout reads a file of its own, so that a running server of that version goes on answering.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from searchsvc.engines.whoosh.codec import commit
from searchsvc.errors import (
    CorruptIndexError,
    EngineError,
    IndexBusyError,
    IndexMissingError,
    OutdatedIndexError,
    error_from,
)

CURRENT, LOCK = "current", "writer.lock"
#: Pointer, and list of the articles taken down, until they are renamed: the holder of the lock writes them.
UNFINISHED, UNFINISHED_LIST = "current.unfinished", "forgotten.unfinished"
_NAME = re.compile(r"generation-([1-9]\d{0,8})")
#: Pointers of this version and of others; the first layouts had no number in the name.
_CURRENT = re.compile(rf"{CURRENT}(-\d+)?")


@contextmanager
def _as_engine_error(folder: Path) -> Iterator[None]:
    """Raise an OSError of the block as an EngineError."""
    try:
        yield
    except OSError as error:
        raise error_from(error, folder, "the index cannot be changed", writing=True) from error


class Generations:
    """The generations in one folder. The pointer is the file that names the current one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def pointer(self) -> Path:
        """The pointer of this version's layout."""
        return self.folder / f"{CURRENT}-{commit.LAYOUT}"

    def current(self) -> int:
        """Return the number of the current generation.

        Raises:
            IndexMissingError: There is no pointer.
            OutdatedIndexError: There are only pointers of other versions of this program.
            CorruptIndexError: The pointer is damaged, or names a generation that is not there.
            EngineError: The pointer cannot be read for lack of rights, or a temporary failure of the system.

        """
        try:
            number = _named_by(self.pointer)
        except FileNotFoundError as error:
            if self._others():
                way_out = "`searchsvc reindex` rebuilds it"
                msg = f"{self.folder}: the index was made by another version of searchsvc: {way_out}"
                raise OutdatedIndexError(msg) from error
            msg = f"{self.folder}: there is no index here yet: make one with `searchsvc reindex PLACE`"
            raise IndexMissingError(msg) from error
        way_out = "`searchsvc reindex` makes it anew, `searchsvc rollback` goes back to the one before"
        if not number:
            msg = f"{self.pointer} is damaged: it names no generation; {way_out}"
            raise CorruptIndexError(msg)
        if number not in self.all():
            msg = f"{self.pointer} names generation-{number}, which is not there; {way_out}"
            raise CorruptIndexError(msg)
        return number

    def named(self) -> int:
        """Return the number that a pointer names, of another version if this one has none; 0 if there is no pointer.

        The generation may be missing.

        Raises:
            EngineError: A pointer cannot be read.

        """
        for pointer in (self.pointer, *self._others()):
            with suppress(FileNotFoundError):
                return _named_by(pointer)
        return 0

    def may_be_named(self, number: int) -> bool:
        """Return whether a generation is named as the current one; True if the pointer cannot be read."""
        try:
            return self.named() == number
        except EngineError:
            return True

    def started(self) -> bool:
        """Return whether an index was ever made here: whether there is a pointer of any version."""
        return any(map(_CURRENT.fullmatch, self._names()))

    def of_others(self) -> frozenset[int]:
        """Return the numbers that the pointers of other versions name; errors as `named`."""
        numbers = set()
        for pointer in self._others():
            with suppress(FileNotFoundError):
                numbers.add(_named_by(pointer))
        return frozenset(numbers)

    def _others(self) -> list[Path]:
        """Return the pointers of other versions, the highest layout first."""
        names = [name for name in self._names() if _CURRENT.fullmatch(name) and name != self.pointer.name]
        return [self.folder / name for name in sorted(names, key=_layout, reverse=True)]

    def _names(self) -> list[str]:
        """Return the names of the files in the folder; none if it does not exist."""
        try:
            return [path.name for path in self.folder.iterdir()]
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise error_from(error, self.folder, "this folder of the index cannot be listed") from error

    def path(self, number: int) -> Path:
        """Return the folder of a generation, whether or not it exists."""
        return self.folder / f"generation-{number}"

    def all(self) -> list[int]:
        """Return the numbers of all generations whose folders exist, ascending."""
        return sorted(int(match[1]) for match in map(_NAME.fullmatch, self._names()) if match)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the writer lock of the folder while the block lasts; what earlier writers left unfinished is removed.

        Raises:
            IndexBusyError: Another process holds it; the message names the process.
            EngineError: The folder cannot be written.

        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            file = (self.folder / LOCK).open("a+b", buffering=0)
        except OSError as error:
            raise error_from(error, self.folder, "an index cannot be written here", writing=True) from error
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                file.seek(0)
                holder = file.read(200).decode("utf-8", "replace").strip() or "another process"
                msg = f"{self.folder}: another writer is open ({holder}): wait until it is done"
                raise IndexBusyError(msg) from error
            except OSError as error:
                raise error_from(error, self.folder / LOCK, "it cannot be locked", writing=True) from error
            with suppress(OSError):  # the name in the file is for messages; the lock does not need it
                file.truncate(0)
                file.write(f"process {os.getpid()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n".encode())
            with suppress(OSError, EngineError):  # the next writer tries again
                self._remove_leftovers()
            yield

    def _remove_leftovers(self) -> None:
        """Remove the files of generations that no command leads to, and what was not renamed.

        Above the current generation lie builds that were killed, and generations that were rolled back from; their
        empty folders stay, so that their numbers are not used again. Below the one before it lie generations that could
        not be removed. Generations that pointers of other versions name are left alone.
        """
        current, others = self.named(), self.of_others()
        before = max((number for number in self.all() if number < current), default=0)
        for number in sorted(set(self.all()) - others) if current else ():
            if number > current:
                for path in self.path(number).iterdir():
                    path.unlink()
            elif number < before:
                shutil.rmtree(self.path(number))
        for name in (UNFINISHED, UNFINISHED_LIST):
            (self.folder / name).unlink(missing_ok=True)

    def new(self) -> int:
        """Return the number for a new generation, higher than any; remove builds that never became current."""
        existing, current = self.all(), self.named()
        with _as_engine_error(self.folder):
            for number in existing:
                if number > current > 0:
                    shutil.rmtree(self.path(number))
        return max([*existing, current], default=0) + 1

    def switch(self, number: int) -> None:
        """Make a generation the current one: write the pointer, sync it, rename it, sync the folder.

        Raises:
            EngineError: The pointer could not be renamed, so that the old one holds; or it was, but may be lost in a
                power failure. The message says which.

        """
        unfinished = self.folder / UNFINISHED
        with _as_engine_error(self.folder):
            commit.write_synced(unfinished, f"generation-{number}\n".encode())
            if self.pointer.is_dir():
                self.pointer.rmdir()
            unfinished.replace(self.pointer)
        try:
            commit.sync_folder(self.folder)
        except OSError as error:
            what = f"generation-{number} answers now, but a loss of power may undo it"
            raise error_from(error, self.folder, what, writing=True) from error

    def keep(self, *numbers: int) -> None:
        """Remove all generations but some and the current one, and the pointers of other versions to them."""
        kept = {*numbers, self.named()}
        for pointer in self._others():
            with suppress(OSError, EngineError):  # the next call tries again
                if _named_by(pointer) not in kept:
                    pointer.unlink()
        for number in self.all():
            if number not in kept:
                shutil.rmtree(self.path(number), ignore_errors=True)

    def remove(self, number: int) -> None:
        """Remove a generation that is not the current one.

        Raises:
            EngineError: It cannot be removed.

        """
        with _as_engine_error(self.folder):
            shutil.rmtree(self.path(number))

    def before(self) -> int:
        """Return the highest number below the one that `named` returns; the highest of all if that is 0.

        Raises:
            EngineError: There is no such generation, or a pointer cannot be read.

        """
        current = self.named()
        earlier = [number for number in self.all() if number < current or not current]
        if not earlier:
            which = f" before generation-{current}" if current else ""
            msg = f"{self.folder}: there is no generation{which} to go back to"
            raise EngineError(msg)
        return earlier[-1]


def _layout(name: str) -> int:
    """Return the layout of a pointer by its file name; 0 where the name has none."""
    return int(name.partition("-")[2] or 0)


def _named_by(pointer: Path) -> int:
    """Return the number of the generation that a pointer names, 0 if it is damaged.

    Raises:
        FileNotFoundError: The pointer does not exist.
        EngineError: It cannot be read.

    """
    try:
        match = _NAME.fullmatch(pointer.read_text("ascii", "replace").strip())
    except FileNotFoundError:
        raise
    except NotADirectoryError as error:
        raise FileNotFoundError(*error.args) from error
    except IsADirectoryError:
        return 0
    except OSError as error:
        raise error_from(error, pointer, "it cannot be read which generation is current") from error
    return int(match[1]) if match else 0
