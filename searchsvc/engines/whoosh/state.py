"""Index folder → State: everything one commit answers with, opened once and kept until the next commit."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import monotonic, time_ns

from searchsvc.engines.whoosh.codec import Snapshot, open_snapshot
from searchsvc.engines.whoosh.codec.verify import verify
from searchsvc.engines.whoosh.collection import Collection
from searchsvc.engines.whoosh.records import Carriers, Records, headline_fields, quote_fields
from searchsvc.engines.whoosh.speakers import Speakers
from searchsvc.engines.whoosh.vocabulary import Vocabulary

#: Seconds between two looks whether files were cut.
LOOK_EVERY = 0.002
#: Nanoseconds after which a file's time of change tells later changes from it, whatever the clock of the file system.
SETTLED = 2_500_000_000


@dataclass(frozen=True, slots=True)
class Signs:
    """When the files that a commit changes were last changed: cheaper to look at than what is in them."""

    paths: tuple[str, ...] = ()
    times: tuple[int, ...] = ()

    @classmethod
    def of(cls, *paths: Path) -> "Signs":
        """Look; to be done before the files are read."""
        names = tuple(map(str, paths))
        try:
            times = _times(names)
        except OSError:
            # Whoever opens the files next says what is wrong with them.
            return cls()
        return cls(names, times) if time_ns() - max(times) > SETTLED else cls()

    def unchanged(self) -> bool:
        """Return whether nothing was changed since; False also where that cannot be told."""
        try:
            return bool(self.paths) and _times(self.paths) == self.times
        except OSError:
            return False


def _times(paths: Sequence[str]) -> tuple[int, ...]:
    return tuple([os.stat(path).st_mtime_ns for path in paths])  # noqa: PTH116  a Path costs as much again


class State:
    """One commit, open. Several threads may read it at once."""

    def __init__(self, generation: int, snapshot: Snapshot) -> None:
        self.generation, self.snapshot = generation, snapshot
        self.signs = Signs()
        self._looked = 0.0
        self.articles = Collection(snapshot.articles)
        self.vocabulary = Vocabulary(self.articles)
        self.carriers = Carriers(self.articles)

    def look(self) -> None:
        """Notice files that were cut or written over, before a search follows their maps.

        Raises:
            CorruptIndexError: One was; a look at its map would end the process.

        """
        now = monotonic()
        if now - self._looked >= LOOK_EVERY:
            for segment in self.snapshot.segments:
                segment.arrays.file.look()
            self._looked = now

    @property
    def sound(self) -> bool:
        """Whether no damage of its files is known."""
        return all(segment.sound for segment in self.snapshot.segments)

    @property
    def marker(self) -> str:
        """Generation and commit: another one after every change."""
        return f"{self.generation}.{self.snapshot.generation}"

    @cached_property
    def faults(self) -> Sequence[str]:
        """What is wrong with the files, a line each: all of them are read."""
        return verify(self.snapshot.folder)

    @cached_property
    def quotes(self) -> Records:
        """The quotes. Speaker and kind are their own; their other columns are copies of their article's."""
        own = frozenset({"section", "outlet", "author", "speaker", "language", "kind"})
        return Records(Collection(self.snapshot.quotes), self.articles, quote_fields, own)

    @cached_property
    def speakers(self) -> Speakers:
        """Who said the quotes."""
        return Speakers(self.quotes.own)

    @cached_property
    def headlines(self) -> Records:
        """The related headlines. Only their article has speakers."""
        own = frozenset({"section", "outlet", "author", "language"})
        return Records(Collection(self.snapshot.headlines), self.articles, headline_fields, own)


def open_state(generation: int, folder: Path, old: State | None) -> State:
    """Open the last commit of a generation; files that the old state holds open are not opened again."""
    previous = old.snapshot if old is not None and old.generation == generation else None
    return State(generation, open_snapshot(folder, previous))
