"""Index folder → IndexReader: everything one commit answers with, opened once and kept until the next commit."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import monotonic, time_ns

from searchsvc.engines.takedowns import Takedowns
from searchsvc.engines.whoosh.child_documents import ChildDocuments, ParentArticles, headline_fields, quote_fields
from searchsvc.engines.whoosh.codec.check_index import verify
from searchsvc.engines.whoosh.codec.snapshot import Snapshot, open_snapshot, without
from searchsvc.engines.whoosh.composite_reader import CompositeReader
from searchsvc.engines.whoosh.facets import NameFacet
from searchsvc.engines.whoosh.term_dictionary import TermDictionary
from searchsvc.model.fields import FACETS, QUOTE_FACETS, SPEAKER, FacetField

#: Seconds between two looks whether files were cut.
LOOK_EVERY = 0.002
#: Nanoseconds after which a file's time of change tells later changes from it, whatever the clock of the file system.
SETTLED = 2_500_000_000


#: Device, number and time of change of a file: another one after every change, whatever times are written on it.
_Stamp = tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class FileStamps:
    """What tells that files were changed or exchanged: cheaper to look at than what is in them."""

    paths: tuple[str, ...] = ()
    found: tuple[_Stamp, ...] = ()

    @classmethod
    def of(cls, *paths: Path) -> "FileStamps":
        """Look; to be done before the files are read. The last one may be absent."""
        names = tuple(map(str, paths))
        try:
            found = _look(names)
        except OSError:
            # Whoever opens the files next says what is wrong with them.
            return cls()
        *needed, _ = found
        if None in needed or time_ns() - max(sign[-1] for sign in found if sign) <= SETTLED:
            return cls()
        return cls(names, found)

    def unchanged(self) -> bool:
        """Return whether nothing was changed since; False also where that cannot be told."""
        try:
            return bool(self.paths) and _look(self.paths) == self.found
        except OSError:
            return False


def _look(paths: Sequence[str]) -> tuple[_Stamp, ...]:
    return tuple([_stamp(path) for path in paths])


def _stamp(path: str) -> _Stamp:
    try:
        found = os.stat(path)  # noqa: PTH116  a Path costs as much again
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino, found.st_ctime_ns


class IndexReader:
    """One commit, open. Several threads may read it at once."""

    def __init__(self, generation: int, snapshot: Snapshot, takedowns: Takedowns) -> None:
        snapshot = without(snapshot, takedowns)
        self.generation, self.snapshot = generation, snapshot
        self._forgotten = takedowns.mark
        self.stamps = FileStamps()
        self._looked = 0.0
        self.articles = CompositeReader(snapshot.articles)
        self.term_dictionary = TermDictionary(self.articles)
        self.parents = ParentArticles(self.articles)

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
        """Number of the generation and of the commit in it, for people: other states may have had the same."""
        return f"{self.generation}.{self.snapshot.number}"

    @property
    def commit(self) -> str:
        """Identity of what answers: no other state of any index has it."""
        asis = self.snapshot.forgotten == self._forgotten
        return self.snapshot.commit if asis else f"{self.snapshot.commit}-{self._forgotten}"

    def answers_for(self, generation: int, commit: str, takedowns: Takedowns) -> bool:
        """Return whether this is what a generation with such a last commit answers with."""
        return (self.generation, self.snapshot.commit, self._forgotten) == (generation, commit, takedowns.mark)

    @cached_property
    def faults(self) -> Sequence[str]:
        """What is wrong with the files, a line each: all of them are read."""
        return verify(self.snapshot.folder)

    @cached_property
    def quotes(self) -> ChildDocuments:
        """The quotes, and the columns that answer for them: their own, and copies of those of their article's head."""
        own = frozenset(row.name for row in FACETS if row.is_of_quotes)
        return ChildDocuments(CompositeReader(self.snapshot.quotes), self.articles, quote_fields, own)

    @cached_property
    def names(self) -> Mapping[FacetField, NameFacet]:
        """For each facet of quotes whose own values are names, these."""
        return {row.name: NameFacet(self.quotes.own, row.name) for row in QUOTE_FACETS if row.joins_spellings}

    @property
    def speakers(self) -> NameFacet:
        """Who said the quotes."""
        return self.names[SPEAKER]

    @cached_property
    def headlines(self) -> ChildDocuments:
        """The related headlines, and their copies of the columns of their article's head."""
        own = frozenset(row.name for row in FACETS if row.of_head)
        return ChildDocuments(CompositeReader(self.snapshot.headlines), self.articles, headline_fields, own)


def open_reader(generation: int, folder: Path, old: IndexReader | None, takedowns: Takedowns) -> IndexReader:
    """Open the last commit of a generation; files that the old state holds open are not opened again."""
    return IndexReader(generation, open_snapshot(folder, None if old is None else old.snapshot), takedowns)
