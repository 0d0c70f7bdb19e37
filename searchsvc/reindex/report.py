"""Report of a run: the changes, the pages that failed and why, and counts."""

import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal, TypeVar, overload

import msgspec

from searchsvc.model.result import IndexInfo
from searchsvc.model.source import PassedOver

ChangeKind = Literal["added", "changed", "deleted"]

#: Parts of a reason that differ between pages: text in quotation marks or brackets, paths, file names, numbers.
_PAGE_SPECIFIC = re.compile(
    r"""\"[^"]*(?:"|$)|(?<!\w)'[^']*(?:'|$)|“[^”]*(?:”|$)|‘[^’]*(?:’|$)|[\[{][^\]}]*(?:[\]}]|$)"""
    r"""|[^\s"',:;()]*/[^\s"',:;()]*|\w[\w-]*(?:\.\w+)+|\#?\b\d+(?:[.,]\d+)*""",
    re.VERBOSE,
)
#: Most kinds of failures that are counted apart, because a reason may contain words of its page; most paths of each.
MAX_KINDS, MAX_PATHS = 40, 3
#: Kind of the failures beyond MAX_KINDS.
OTHER_REASONS = "other reasons"
#: Failures, or changes, per compressed block.
FAILURES_PER_BLOCK = 1_000

#: Called after each page with the number of pages done and its path.
Progress = Callable[[int, str], None]


def no_progress(_done: int, _path: str) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True)
class Change:
    """An article that was changed in the index, or would be without `dry_run`."""

    kind: ChangeKind
    id: str
    path: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A page that could not be read, or several of one file with one reason."""

    path: str
    reason: str
    #: Number of pages; more than one only if `path` is the file that holds them.
    count: int = 1

    def __str__(self) -> str:
        """Say it in a line."""
        return f"{self.path}: {self.reason}"

    @property
    def kind(self) -> str:
        """The reason with the parts that differ between pages (numbers, file names, quoted texts) replaced by `…`."""
        return _PAGE_SPECIFIC.sub("…", self.reason)


@dataclass(slots=True)
class FailureKind:
    """The pages that failed for one kind of reason."""

    kind: str
    #: The full reason if it is the same for all pages, else the kind.
    reason: str
    count: int = 0
    #: Paths of the first MAX_PATHS failures.
    paths: tuple[str, ...] = ()
    #: Number of pages beyond those that `paths` stand for.
    more: int = 0

    def __str__(self) -> str:
        """Say it in a line."""
        if self.count == 1:
            return f"{self.paths[0]}: {self.reason}"
        more = f" and {self.more:,} more" if self.more else ""
        return f"{self.count:,} pages: {self.reason}: {', '.join(self.paths)}{more}"

    def add(self, failure: Failure) -> None:
        """Count the pages of a failure."""
        self.count += failure.count
        if failure.reason != self.reason:
            self.reason = self.kind
        if len(self.paths) < MAX_PATHS:
            self.paths += (failure.path,)
        else:
            self.more += failure.count


T = TypeVar("T")


class _Packed(Sequence[T]):
    """Sequence of values in the order appended, compressed in memory: there may be one for each page."""

    def __init__(self, type_: type[T], values: Iterable[T]) -> None:
        self._decode = msgspec.msgpack.Decoder(list[type_]).decode  # type: ignore[valid-type]
        self._blocks: list[bytes] = []
        self._tail: list[T] = []
        for value in values:
            self.append(value)

    def append(self, value: T) -> None:
        """Append a value."""
        if len(self._tail) == FAILURES_PER_BLOCK:
            self._blocks.append(zlib.compress(msgspec.msgpack.encode(self._tail), 1))
            self._tail = []
        self._tail.append(value)

    def __len__(self) -> int:
        return len(self._blocks) * FAILURES_PER_BLOCK + len(self._tail)

    def __iter__(self) -> Iterator[T]:
        for block in self._blocks:
            yield from self._decode(zlib.decompress(block))
        yield from self._tail

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
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

    def __repr__(self) -> str:
        return repr(tuple(self))


class ChangeLog(_Packed[Change]):
    """The changes of a run in order, compressed in memory: there may be one for each article."""

    def __init__(self, changes: Iterable[Change] = ()) -> None:
        super().__init__(Change, changes)


class Failures(_Packed[Failure]):
    """The failures of a run in order, compressed in memory: there may be one for each line of a large JSONL file."""

    def __init__(self, failures: Iterable[Failure] = ()) -> None:
        self._kinds: dict[str, FailureKind] = {}
        #: Number of pages.
        self.pages = 0
        super().__init__(Failure, failures)

    def append(self, value: Failure) -> None:
        """Append a failure."""
        super().append(value)
        self.pages += value.count
        kind = value.kind
        if kind not in self._kinds and len(self._kinds) >= MAX_KINDS:
            kind = OTHER_REASONS
        self._kinds.setdefault(kind, FailureKind(kind, value.reason if kind != OTHER_REASONS else kind)).add(value)

    @property
    def kinds(self) -> Sequence[FailureKind]:
        """The kinds of failures with their counts, in the order of their first failure."""
        return tuple(self._kinds.values())


class PassedOverCounts:
    """What was no page in a run, counted by kind: files by suffix, records and members by reason."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, passed: PassedOver) -> None:
        """Count files, records or members; beyond MAX_KINDS kinds they are counted together."""
        known = passed.kind in self._counts or len(self._counts) < MAX_KINDS
        self._counts[passed.kind if known else OTHER_REASONS] += passed.count

    @property
    def by_reason(self) -> Sequence[tuple[str, int]]:
        """Reasons with their counts, the most frequent first."""
        return sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))

    def __str__(self) -> str:
        """Say it in a line, empty if nothing was passed over."""
        counts = ", ".join(f"{count:,} × {reason}" for reason, count in self.by_reason)
        return f"passed over: {counts}" if counts else ""


@dataclass(frozen=True, slots=True)
class Report:
    """Result of a run of reindex; all numbers are counts of pages unless they say otherwise."""

    changes: Sequence[Change]
    failures: Failures
    #: Pages with the same bytes and reader version as before.
    unchanged: int
    #: Pages that are older captures of an indexed article.
    superseded: int
    #: Pages of articles that were taken down.
    forgotten: int
    pages: int
    seconds: float
    dry_run: bool
    #: Pages of which a part was left out because it is too long: lists, names or addresses over the limits.
    cut: int = 0
    #: Older versions of articles that are kept now, more than before the run; and that are not kept, for want of room
    #: or because their pages are gone. Less than 0: fewer than before.
    versions: int = 0
    left_out: int = 0
    #: State of the index after the run; None for a dry run if no index can be read.
    index: IndexInfo | None = None
    #: Places of earlier runs that are no longer read.
    left: tuple[str, ...] = ()
    #: Whether everything was read again because the index was of another version of this program.
    outdated: bool = False
    #: Message of the damage because of which everything was read again; None without damage.
    mended: str | None = None
    #: Of one of several runs that build a generation: how far the others are, a line each, until all are done.
    waiting: tuple[str, ...] = ()
    #: Damage that was found and not repaired, a line each: searches that need it fail until the index is rebuilt.
    damage: tuple[str, ...] = ()
    #: Files, records and members that are no pages. They are no failures.
    passed_over: PassedOverCounts = field(default_factory=PassedOverCounts)

    def count(self, kind: ChangeKind) -> int:
        """Return the number of articles with a kind of change."""
        return sum(change.kind == kind for change in self.changes)
