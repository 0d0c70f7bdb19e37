"""Index folder → generations: `generation-7/` is an index, the file `current-4` names the one that answers.

The digits of that file are those of the files' layout: a version of this program with another
layout has a file of its own, and a server of it that is still running goes on answering.
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

CURRENT, LOCK, UNFINISHED = "current", "writer.lock", "current.unfinished"
_NAME = re.compile(r"generation-([1-9]\d{0,8})")
#: The file of this version, and of others; the first layouts had no digits in its name.
_CURRENT = re.compile(rf"{CURRENT}(-\d+)?")


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Tell trouble with files as ours."""
    try:
        yield
    except OSError as error:
        raise error_from(error, folder, "the index cannot be changed", writing=True) from error


class Generations:
    """The generations in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def pointer(self) -> Path:
        """The file that names the generation that answers."""
        return self.folder / f"{CURRENT}-{commit.LAYOUT}"

    def current(self) -> int:
        """Return the number of the generation that answers.

        Raises:
            IndexMissingError: There is none yet.
            OutdatedIndexError: There is one of another version of this program.
            CorruptIndexError: The file that names it is damaged, or names one that is not there.
            EngineError: That file may not, or cannot just now, be read.

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
        """Return the number that is said to be current, whether or not it is there; 0 where none is said to be."""
        for pointer in (self.pointer, *self._others()):
            with suppress(FileNotFoundError):
                return _named_by(pointer)
        return 0

    def may_be_named(self, number: int) -> bool:
        """Return whether a generation is said to be current, also where that cannot be told."""
        try:
            return self.named() == number
        except EngineError:
            return True

    def started(self) -> bool:
        """Return whether an index was ever made here."""
        return any(map(_CURRENT.fullmatch, self._names()))

    def of_others(self) -> frozenset[int]:
        """Return the generations that other versions of this program answer from."""
        found = set()
        for pointer in self._others():
            with suppress(FileNotFoundError):
                found.add(_named_by(pointer))
        return frozenset(found)

    def _others(self) -> list[Path]:
        """Return the files that name what is current for other versions, the newest layout first."""
        names = [name for name in self._names() if _CURRENT.fullmatch(name) and name != self.pointer.name]
        return [self.folder / name for name in sorted(names, key=_layout, reverse=True)]

    def _names(self) -> list[str]:
        """Return the names in the folder, none where it is not there."""
        try:
            return [path.name for path in self.folder.iterdir()]
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise error_from(error, self.folder, "this folder of the index cannot be listed") from error

    def path(self, number: int) -> Path:
        """Return the folder of a generation."""
        return self.folder / f"generation-{number}"

    def all(self) -> list[int]:
        """Return the numbers of all generations, ascending."""
        return sorted(int(found[1]) for found in map(_NAME.fullmatch, self._names()) if found)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Be the only writer while the block lasts.

        Raises:
            IndexBusyError: Somebody else is; says who.
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
            with suppress(OSError):  # the lock holds without a name in it
                file.truncate(0)
                file.write(f"process {os.getpid()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n".encode())
            yield

    def new(self) -> int:
        """Return the number for a new generation, which none has had; builds that never became current go."""
        there, current = self.all(), self.named()
        with _told(self.folder):
            for number in there:
                if number > current > 0:
                    shutil.rmtree(self.path(number))
        return max([*there, current], default=0) + 1

    def switch(self, number: int) -> None:
        """Make a generation current, at once and durably.

        Raises:
            EngineError: It is not current; or it is, but may not be after a failure of power: the message says which.

        """
        unfinished = self.folder / UNFINISHED
        with _told(self.folder):
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
        """Remove all other generations but the one that answers, and what names them."""
        kept = {*numbers, self.named()}
        for pointer in self._others():
            with suppress(OSError, EngineError):  # tried again by the next full run
                if _named_by(pointer) not in kept:
                    pointer.unlink()
        for number in self.all():
            if number not in kept:
                shutil.rmtree(self.path(number), ignore_errors=True)

    def remove(self, number: int) -> None:
        """Remove a generation that does not answer.

        Raises:
            EngineError: It cannot be removed.

        """
        with _told(self.folder):
            shutil.rmtree(self.path(number))

    def before(self) -> int:
        """Return the generation before the current one, or before the one that should be current and is not there.

        Raises:
            EngineError: There is none.

        """
        current = self.named()
        earlier = [number for number in self.all() if number < current or not current]
        if not earlier:
            which = f" before generation-{current}" if current else ""
            msg = f"{self.folder}: there is no generation{which} to go back to"
            raise EngineError(msg)
        return earlier[-1]


def _layout(name: str) -> int:
    """Return the layout whose current generation a file of that name names."""
    return int(name.partition("-")[2] or 0)


def _named_by(pointer: Path) -> int:
    """Return the number that a file names, 0 where it names none.

    Raises:
        FileNotFoundError: It is not there.
        EngineError: It cannot be read.

    """
    try:
        found = _NAME.fullmatch(pointer.read_text("ascii", "replace").strip())
    except FileNotFoundError:
        raise
    except NotADirectoryError as error:
        raise FileNotFoundError(*error.args) from error
    except IsADirectoryError:
        return 0
    except OSError as error:
        raise error_from(error, pointer, "it cannot be read which generation is current") from error
    return int(found[1]) if found else 0
