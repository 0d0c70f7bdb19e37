"""The catalogue's file while it is open: who is told of its changes, and its errors as errors of this package."""

import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, Self, TypeVar

from searchsvc.errors import error_from
from searchsvc.reindex.catalogue_file import FileChanges, open_read_only, open_writable

P = ParamSpec("P")
T = TypeVar("T")
C = TypeVar("C", bound="OpenCatalogue")

#: Advice to the operator about a damaged catalogue.
RECOVERY_ADVICE = (
    "move it away and run `searchsvc reindex --full` with all places; "
    "the articles that were taken down stay so, the index has a list of its own"
)


def translate_errors(method: Callable[Concatenate[C, P], T]) -> Callable[Concatenate[C, P], T]:
    """Return the method with errors of SQLite and the system raised as errors of this package."""

    @wraps(method)
    def call(self: C, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            result = method(self, *args, **kwargs)
            self._notice.tell()
        except (OSError, sqlite3.Error) as error:
            raise error_from(
                error, self.path or ":memory:", writing=not self.read_only, way_out=RECOVERY_ADVICE
            ) from error
        return result

    return call


class OpenCatalogue:
    """The open file, on which `Catalogue` asks and writes; every method raises its errors."""

    @translate_errors
    def __init__(
        self, path: Path | None, *, read_only: bool = False, on_change: Callable[[Path], None] | None = None
    ) -> None:
        """Open the file, or create it.

        Args:
            path: The file; None opens an empty catalogue in memory.
            read_only: Change nothing on disk, and create no file beside it; writes are lost.
            on_change: Is given the file after each transaction that changed it.

        """
        self.path, self.read_only = path, read_only
        with ExitStack() as opening:
            self._db = open_read_only(path, opening) if read_only and path else open_writable(path, opening)
            self._resources = opening.pop_all()
        self._notice = FileChanges(path, on_change)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._resources.close()

    @translate_errors
    def check(self) -> list[str]:
        """Return the lines of SQLite's `integrity_check`: a single `ok` if the file has no fault."""
        return [line for (line,) in self._db.execute("PRAGMA integrity_check")]
