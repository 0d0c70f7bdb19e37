"""Run → report: what changed, which pages failed and why, counts."""

import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal, overload

import msgspec

from searchsvc.model.result import IndexInfo

ChangeKind = Literal["added", "changed", "deleted"]

#: Parts of a reason that differ from page to page: text in quotation marks or brackets, paths, names of files, numbers.
_PAGE_SPECIFIC = re.compile(
    r"""\"[^"]*(?:"|$)|(?<!\w)'[^']*(?:'|$)|“[^”]*(?:”|$)|‘[^’]*(?:’|$)|[\[{][^\]}]*(?:[\]}]|$)"""
    r"""|[^\s"',:;()]*/[^\s"',:;()]*|\w[\w-]*(?:\.\w+)+|\#?\b\d+(?:[.,]\d+)*""",
    re.VERBOSE,
)
#: Kinds that are counted apart, for reasons may have any words of a page in them; and paths that are shown of each.
MAX_KINDS, MAX_PATHS = 40, 3
#: The kind of all further ones.
OTHER_REASONS = "other reasons"
#: Failures that are compressed together.
FAILURES_PER_BLOCK = 1_000

#: Called after each page with the number of pages done and its path.
Progress = Callable[[int, str], None]


@dataclass(frozen=True, slots=True)
class Change:
    """One article that is, or in a dry run would be, different in the index."""

    kind: ChangeKind
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

    @property
    def kind(self) -> str:
        """The reason without what differs from page to page: numbers, names of files, quoted texts."""
        return _PAGE_SPECIFIC.sub("…", self.reason)


@dataclass(slots=True)
class FailureKind:
    """Pages that failed for the same reason."""

    kind: str
    #: The reason, word for word where all have the same one.
    reason: str
    count: int = 0
    #: The first of them.
    paths: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say it in a line."""
        if self.count == 1:
            return f"{self.paths[0]}: {self.reason}"
        more = self.count - len(self.paths)
        return f"{self.count:,} pages: {self.reason}: {', '.join(self.paths)}{f' and {more:,} more' if more else ''}"

    def add(self, failure: Failure) -> None:
        """Count one page more."""
        self.count += 1
        if failure.reason != self.reason:
            self.reason = self.kind
        if len(self.paths) < MAX_PATHS:
            self.paths += (failure.path,)


class Failures(Sequence[Failure]):
    """The pages that failed, in order; compressed, since there may be as many as a crawl has lines."""

    def __init__(self, failures: Iterable[Failure] = ()) -> None:
        self._blocks: list[bytes] = []
        self._tail: list[Failure] = []
        self._kinds: dict[str, FailureKind] = {}
        for failure in failures:
            self.append(failure)

    def append(self, failure: Failure) -> None:
        """Add one."""
        if len(self._tail) == FAILURES_PER_BLOCK:
            self._blocks.append(zlib.compress(msgspec.msgpack.encode(self._tail), 1))
            self._tail = []
        self._tail.append(failure)
        kind = failure.kind
        if kind not in self._kinds and len(self._kinds) >= MAX_KINDS:
            kind = OTHER_REASONS
        self._kinds.setdefault(kind, FailureKind(kind, failure.reason if kind != OTHER_REASONS else kind)).add(failure)

    @property
    def kinds(self) -> Sequence[FailureKind]:
        """How many failed for each reason, in the order in which each was met first."""
        return tuple(self._kinds.values())

    def __len__(self) -> int:
        return len(self._blocks) * FAILURES_PER_BLOCK + len(self._tail)

    def __iter__(self) -> Iterator[Failure]:
        for block in self._blocks:
            yield from _unpack(zlib.decompress(block))
        yield from self._tail

    @overload
    def __getitem__(self, index: int) -> Failure: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Failure]: ...
    def __getitem__(self, index: int | slice) -> Failure | Sequence[Failure]:
        if isinstance(index, slice):
            return tuple(self)[index]
        position = index + len(self) if index < 0 else index
        if not 0 <= position < len(self):
            raise IndexError(index)
        return next(islice(self, position, None))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))


_unpack = msgspec.msgpack.Decoder(list[Failure]).decode


@dataclass(frozen=True, slots=True)
class Report:
    """One run of reindex."""

    changes: tuple[Change, ...]
    failures: Failures
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
    #: What was found damaged and left as it is, a line each: searches of it fail until the index is built anew.
    damage: tuple[str, ...] = ()

    def count(self, kind: ChangeKind) -> int:
        """Return how many articles changed so."""
        return sum(change.kind == kind for change in self.changes)
