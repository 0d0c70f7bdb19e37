"""Folder of a generation → IndexReader: the last commit, opened once and kept until the next.

Also `FileStamps`, by which `reader_manager` notices that the files of a commit were changed or exchanged.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import monotonic, time_ns

from searchsvc.engines.takedowns import Takedowns
from searchsvc.engines.whoosh.child_documents import (
    ChildDocuments,
    ParentArticles,
    headline_fields,
    quote_fields,
)
from searchsvc.engines.whoosh.codec.check_index import verify
from searchsvc.engines.whoosh.codec.snapshot import Snapshot, open_snapshot, without
from searchsvc.engines.whoosh.composite_reader import CompositeReader
from searchsvc.engines.whoosh.copy_groups import CopyGroups, Grouping
from searchsvc.engines.whoosh.facets import FacetCounter
from searchsvc.engines.whoosh.term_dictionary import TermDictionary
from searchsvc.errors import CorruptIndexError
from searchsvc.model.article import ArticleHead
from searchsvc.model.fields import (
    ARTICLE_FACETS,
    FACETS,
    HEADLINE_FACETS,
    QUOTE_FACETS,
    SPEAKER,
    FacetField,
)
from searchsvc.model.query import Query

#: Seconds for which `IndexReader.look` trusts that no file was truncated since it last looked.
LOOK_EVERY = 0.002
#: Nanoseconds since a file's last change after which a later change gets another time, on file systems with a clock
#: of two seconds too.
SETTLED = 2_500_000_000


#: Device, inode and time of status change (nanoseconds, which programs cannot set) of a file; None: it does not exist.
_Stamp = tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class FileStamps:
    """Stamps of some files at one time; comparing them with new ones is cheaper than reading the files."""

    paths: tuple[str, ...] = ()
    found: tuple[_Stamp, ...] = ()

    @classmethod
    def of(cls, *paths: Path) -> "FileStamps":
        """Take the stamps of files, before the files are read; only the last one may be missing.

        Returns:
            Stamps that are never `unchanged` where a file cannot be looked at, or changed less than SETTLED ago.

        """
        names = tuple(map(str, paths))
        try:
            found = _look(names)
        except OSError:
            # Opening the files raises the error that says what is wrong with them.
            return cls()
        *needed, _ = found
        if None in needed or time_ns() - max(sign[-1] for sign in found if sign) <= SETTLED:
            return cls()
        return cls(names, found)

    def unchanged(self) -> bool:
        """Return whether the files certainly are the same as when the stamps were taken."""
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
    """The last commit of a generation, open. Threads may share it.

    Attributes:
        generation: Number of the generation.
        snapshot: The commit, without the articles taken down.
        stamps: The files that named it.
        articles: Its articles.
        term_dictionary: The words of the articles.
        parents: The articles by id.

    """

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
        """Notice files that were truncated or overwritten, before a search reads their maps.

        Raises:
            CorruptIndexError: One was; reading its map could end the process by SIGBUS.

        """
        now = monotonic()
        if now - self._looked >= LOOK_EVERY:
            for segment in self.snapshot.segments:
                segment.arrays.file.look()
            self._looked = now

    @property
    def is_usable(self) -> bool:
        """Whether its maps can be read: as `look`. Arrays whose checksum differs may be among them."""
        try:
            self.look()
        except CorruptIndexError:
            return False
        return True

    @property
    def is_damaged(self) -> bool:
        """Whether damage of its files is known; looks at no file."""
        return any(segment.arrays.file.is_damaged for segment in self.snapshot.segments)

    def hiding(self, takedowns: Takedowns) -> "IndexReader":
        """Return the same state without the articles taken down."""
        if takedowns.mark == self._forgotten:
            return self
        return IndexReader(self.generation, self.snapshot, takedowns)

    @property
    def sound(self) -> bool:
        """Whether no damage of its files is known; looks whether one was truncated or overwritten."""
        return all(segment.sound for segment in self.snapshot.segments)

    @property
    def marker(self) -> str:
        """Numbers of generation and commit, for people to read; other states may have had the same numbers."""
        return f"{self.generation}.{self.snapshot.number}"

    @property
    def commit(self) -> str:
        """Identity of the state that answers, which no other state of any index has.

        It is that of the commit, and of the list of articles taken down where the commit still holds some of them.
        """
        is_whole = self.snapshot.forgotten == self._forgotten
        return self.snapshot.commit if is_whole else f"{self.snapshot.commit}-{self._forgotten}"

    def answers_for(self, generation: int, commit: str, takedowns: Takedowns) -> bool:
        """Return whether this is the state of a generation with a last commit and a list of articles taken down."""
        return (self.generation, self.snapshot.commit, self._forgotten) == (generation, commit, takedowns.mark)

    @cached_property
    def faults(self) -> Sequence[str]:
        """What is wrong with the files, a line each; all of them are read, once."""
        return verify(self.snapshot.folder)

    @cached_property
    def quotes(self) -> ChildDocuments:
        """The quotes, with columns of their own values and of those copied from their article's head."""
        own = frozenset(row.name for row in FACETS if row.is_of_quotes)
        return ChildDocuments(CompositeReader(self.snapshot.quotes), self.articles, quote_fields, own)

    @cached_property
    def copies(self) -> CopyGroups:
        """The articles that are copies of each other."""
        return CopyGroups(self.articles, self.snapshot.copies)

    @cached_property
    def quote_copies(self) -> Grouping:
        """The quotes that copies of an article have, too."""
        return self.copies.quotes(self.quotes.own, self.quotes.owner)

    def groups(self, query: Query) -> Grouping | None:
        """Return the articles that are copies of each other, if a query groups them; with older versions none does."""
        return self.copies.articles if query.grouped and not query.versions else None

    def quote_groups(self, query: Query) -> Grouping | None:
        """Return the quotes that copies of an article have, too, if a query groups them."""
        return self.quote_copies if query.grouped else None

    def copies_of(self, article_id: str) -> list[ArticleHead]:
        """Return the heads of the other articles of an article's group of copies, the first printed first."""
        where = self.parents.find(article_id)
        others = self.copies.others(where[0].offset + where[1]) if where else ()
        return list(map(self.articles.head, others))

    @cached_property
    def older(self) -> ParentArticles:
        """The older versions of articles by their own ids."""
        return ParentArticles(CompositeReader(self.snapshot.versions))

    @cached_property
    def with_versions(self) -> CompositeReader:
        """The articles and their older versions, each as an article."""
        return CompositeReader((*self.snapshot.articles, *self.snapshot.versions))

    def asked(self, query: Query) -> CompositeReader:
        """Return what a query searches."""
        return self.with_versions if query.versions and self.snapshot.versions else self.articles

    def facets_of(self, searched: CompositeReader) -> Mapping[FacetField, FacetCounter]:
        """Return what counts each facet of what a query searches."""
        return self.article_facets if searched is self.articles else self._version_facets

    @cached_property
    def _version_facets(self) -> Mapping[FacetField, FacetCounter]:
        return {row.name: FacetCounter(self.with_versions, row.name) for row in ARTICLE_FACETS}

    @cached_property
    def article_facets(self) -> Mapping[FacetField, FacetCounter]:
        """What counts each facet of the articles."""
        return {row.name: FacetCounter(self.articles, row.name) for row in ARTICLE_FACETS}

    @cached_property
    def quote_facets(self) -> Mapping[FacetField, FacetCounter]:
        """What counts each facet of the quotes."""
        return {row.name: FacetCounter(self.quotes.own, row.name) for row in QUOTE_FACETS}

    @cached_property
    def headline_facets(self) -> Mapping[FacetField, FacetCounter]:
        """What counts each facet of the related headlines."""
        return {row.name: FacetCounter(self.headlines.own, row.name) for row in HEADLINE_FACETS}

    @property
    def speakers(self) -> FacetCounter:
        """What counts who said the quotes."""
        return self.quote_facets[SPEAKER]

    @cached_property
    def headlines(self) -> ChildDocuments:
        """The related headlines, with columns of the values copied from their article's head."""
        own = frozenset(row.name for row in FACETS if row.of_head)
        return ChildDocuments(CompositeReader(self.snapshot.headlines), self.articles, headline_fields, own)


def open_reader(generation: int, folder: Path, old: IndexReader | None, takedowns: Takedowns) -> IndexReader:
    """Open the last commit of a generation.

    Args:
        generation: Number of the generation.
        folder: Its folder.
        old: An earlier reader, whose open segments are used again; None: there is none.
        takedowns: Articles that are hidden where the commit still holds them.

    Raises:
        IndexMissingError: There is no index in the folder.
        CorruptIndexError: A file is damaged or missing.
        OutdatedIndexError: The index is of another version.
        EngineError: It cannot be read.

    """
    return IndexReader(generation, open_snapshot(folder, None if old is None else old.snapshot), takedowns)
