"""Index folder → generations: `generation-7/` is an index, the file `current` names the one that answers."""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from searchsvc.engines.whoosh.codec.toc import sync_folder
from searchsvc.errors import CorruptIndexError, EngineError, IndexBusyError, IndexMissingError
from searchsvc.trouble import told

CURRENT, LOCK, UNFINISHED = "current", "writer.lock", "current.unfinished"
_NAME = re.compile(r"generation-([1-9]\d{0,8})")


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Tell trouble with files as ours."""
    try:
        yield
    except OSError as error:
        raise told(error, folder, "the index cannot be changed", writing=True) from error


class Generations:
    """The generations in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> int:
        """Return the number of the generation that answers.

        Raises:
            IndexMissingError: There is none yet.
            CorruptIndexError: The file that names it is damaged.
            EngineError: That file may not, or cannot just now, be read.

        """
        path = self.folder / CURRENT
        try:
            name = path.read_text("ascii", "replace").strip()
        except (FileNotFoundError, NotADirectoryError) as error:
            msg = f"{self.folder}: there is no index here yet: make one with `searchsvc reindex PLACE`"
            raise IndexMissingError(msg) from error
        except OSError as error:
            raise told(error, path, "it cannot be read which generation is current") from error
        found = _NAME.fullmatch(name)
        if not found:
            msg = f"{path} is damaged: it names no generation; rebuild with `searchsvc reindex --full`"
            raise CorruptIndexError(msg)
        return int(found[1])

    def last(self) -> int:
        """Return the number of the current generation; the newest where its name cannot be read, 0 for none."""
        try:
            return self.current()
        except IndexMissingError:
            return 0
        except EngineError:
            return max(self.all(), default=0)

    def exists(self) -> bool:
        """Return whether there is a current generation."""
        return (self.folder / CURRENT).exists()

    def path(self, number: int) -> Path:
        """Return the folder of a generation."""
        return self.folder / f"generation-{number}"

    def all(self) -> list[int]:
        """Return the numbers of all generations, ascending."""
        try:
            names = [path.name for path in self.folder.iterdir()]
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise told(error, self.folder, "this folder of the index cannot be listed") from error
        return sorted(int(found[1]) for found in map(_NAME.fullmatch, names) if found)

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
            raise told(error, self.folder, "an index cannot be written here", writing=True) from error
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                file.seek(0)
                holder = file.read(200).decode("utf-8", "replace").strip() or "another process"
                msg = f"{self.folder}: another writer is open ({holder}): wait until it is done"
                raise IndexBusyError(msg) from error
            except OSError as error:
                raise told(error, self.folder / LOCK, "it cannot be locked", writing=True) from error
            with suppress(OSError):  # the lock holds without a name in it
                file.truncate(0)
                file.write(f"process {os.getpid()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n".encode())
            yield

    def new(self) -> int:
        """Return the number for a new generation; leftovers of builds that never became current go."""
        current = self.last()
        with _told(self.folder):
            for number in self.all():
                if number > current:
                    shutil.rmtree(self.path(number))
        return current + 1

    def switch(self, number: int) -> None:
        """Make a generation current, at once and durably."""
        unfinished = self.folder / UNFINISHED
        with _told(self.folder):
            with unfinished.open("w", encoding="ascii") as file:
                file.write(f"generation-{number}\n")
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self.folder / CURRENT)
            sync_folder(self.folder)

    def keep(self, *numbers: int) -> None:
        """Remove all other generations."""
        for number in self.all():
            if number not in numbers:
                shutil.rmtree(self.path(number), ignore_errors=True)

    def before(self) -> int:
        """Return the generation before the current one.

        Raises:
            EngineError: There is none.

        """
        current = self.current()
        earlier = [number for number in self.all() if number < current]
        if not earlier:
            msg = f"{self.folder}: there is no generation before generation-{current}"
            raise EngineError(msg)
        return earlier[-1]
