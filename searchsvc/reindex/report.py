"""What a run did, in values."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from searchsvc.model.result import IndexInfo

Kind = Literal["added", "changed", "deleted"]

#: Called after each page with the number of pages done and its path.
Progress = Callable[[int, str], None]


@dataclass(frozen=True, slots=True)
class Change:
    """One article that is, or in a dry run would be, different in the index."""

    kind: Kind
    id: str
    path: str


@dataclass(frozen=True, slots=True)
class Failure:
    """One page that could not be read."""

    path: str
    reason: str

    def __str__(self) -> str:
        """Say it in a line."""
        return f"{self.path}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Report:
    """One run of reindex."""

    changes: tuple[Change, ...]
    failures: tuple[Failure, ...]
    #: Pages whose bytes, and whose reader, are as they were.
    unchanged: int
    #: Pages that are an older capture of an article that is indexed.
    superseded: int
    #: Pages of articles that were taken down for good.
    forgotten: int
    pages: int
    seconds: float
    dry_run: bool
    #: State of the index after the run; None in a dry run over no index that can be read.
    index: IndexInfo | None = None
    #: Places of earlier runs that are read no more.
    left: tuple[str, ...] = ()
    #: The index was of another version of this program, so that everything was read again.
    outdated: bool = False
    #: The index was damaged or gone, in these words, so that everything was read again.
    mended: str | None = None

    def count(self, kind: Kind) -> int:
        """Return how many articles changed so."""
        return sum(change.kind == kind for change in self.changes)
