"""Folder of a generation → IndexReader: the last commit, opened once and kept until the next; and look-ups in it.

Also `FileStamps`, by which `reader_manager` notices that the files of a commit were changed or exchanged.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import monotonic, time_ns

import numpy as np

from searchsvc.analysis import tokenize
from searchsvc.analysis.keys import url_key
from searchsvc.engines.takedowns import Takedowns
from searchsvc.engines.whoosh.array_ops import AnyDocIds
from searchsvc.engines.whoosh.child_documents import (
    ChildDocuments,
    ChildHit,
    ParentArticles,
    headline_fields,
    quote_fields,
)
from searchsvc.engines.whoosh.codec.check_index import verify
from searchsvc.engines.whoosh.codec.container import Indices, Mask
from searchsvc.engines.whoosh.codec.field_arrays import ESCAPE, PAD
from searchsvc.engines.whoosh.codec.field_arrays import FieldPostings as Text
from searchsvc.engines.whoosh.codec.snapshot import Snapshot, open_snapshot, without
from searchsvc.engines.whoosh.codec.string_table import split_suffix
from searchsvc.engines.whoosh.composite_reader import CompositeReader
from searchsvc.engines.whoosh.facets import FacetCounter
from searchsvc.engines.whoosh.phrase_query import exact_slots
from searchsvc.engines.whoosh.phrase_words import find_words
from searchsvc.engines.whoosh.segment_reader import SegmentReader
from searchsvc.engines.whoosh.term_dictionary import TermDictionary
from searchsvc.errors import CorruptIndexError
from searchsvc.model.article import RelatedHeadline
from searchsvc.model.deadline import check_deadline
from searchsvc.model.fields import ARTICLE_FACETS, FACETS, LANGUAGE, QUOTE_FACETS, SPEAKER, TITLE, FacetField
from searchsvc.model.query import Phrase
from searchsvc.model.result import Annotations, QuoteWords

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
    def article_facets(self) -> Mapping[FacetField, FacetCounter]:
        """What counts each facet of the articles."""
        return {row.name: FacetCounter(self.articles, row.name) for row in ARTICLE_FACETS}

    @cached_property
    def quote_facets(self) -> Mapping[FacetField, FacetCounter]:
        """What counts each facet of the quotes."""
        return {row.name: FacetCounter(self.quotes.own, row.name) for row in QUOTE_FACETS}

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


#: Segment → some of its documents, deleted ones included.
LookUp = Callable[[SegmentReader], AnyDocIds]


def locate(articles: CompositeReader, headline: RelatedHeadline) -> Sequence[str]:
    """Return the ids of the articles that a related headline may be the headline of; see `Engine.locate`."""
    key = url_key(headline.url or "")
    by_address = sorted(_ids(articles, lambda reader: reader.arrays.keys["url"].documents(key))) if key else []
    if by_address:
        return by_address[:1]
    words = tuple(token.text for token in tokenize(headline.text))
    if not words or len(words) >= PAD:
        return []
    phrase = Phrase(words, field=TITLE)
    return sorted(_ids(articles, lambda reader: _titled(reader, phrase, articles.languages_stemmed)))


def annotations(parents: ParentArticles, article_id: str) -> Annotations:
    """Return quotes and related headlines of an article; none if it is not there."""
    where = parents.find(article_id)
    if where is None:
        return Annotations()
    remaining_fields = where[0].arrays.remaining_fields(where[1])
    return Annotations(remaining_fields.quotes, remaining_fields.related)


def quote_words(page: Sequence[ChildHit]) -> list[QuoteWords]:
    """Return the words of some quotes in order; of quotes with the same words the first one alone."""
    by_forms: dict[tuple[str, ...], QuoteWords] = {}
    known: dict[tuple[int, int], str] = {}
    for hit in page:
        check_deadline()
        reader = hit.reader
        forms = tuple(_forms(reader, _codes(reader.arrays.main, hit.doc), known))
        if forms not in by_forms:
            column = reader.arrays.facets[LANGUAGE]
            by_forms[forms] = QuoteWords(reader.value(LANGUAGE, int(column.ordinal[hit.doc])) or None, forms)
    return list(by_forms.values())


def _ids(articles: CompositeReader, look_up: LookUp) -> Iterator[str]:
    for reader in articles.readers:
        check_deadline()
        for doc in look_up(reader).tolist():
            if reader.alive is None or reader.alive[doc]:
                yield reader.arrays.id(doc)


def _titled(reader: SegmentReader, phrase: Phrase, languages: Sequence[str | None]) -> AnyDocIds:
    """Return the documents whose title is a phrase and nothing else: its slots are the words and one gap."""
    title = reader.arrays.fields[TITLE]
    slots = exact_slots(title, find_words(reader.arrays, phrase, languages))
    first, end = title.base.take(slots.docs), title.base.take(slots.docs + 1)
    whole: Mask = (slots.at == first) & (end - first == len(phrase.words) + 1)
    return slots.docs[whole]


def _codes(text: Text, doc: int) -> Indices:
    """Return (slots,) the codes of a document's forms in a field, in order; 0 for gaps."""
    codes: Indices = text.fwd[int(text.base[doc]) : int(text.base[doc + 1])].astype(np.intp)
    rare = (codes == ESCAPE).nonzero()[0]
    if len(rare):
        codes[rare] = text.xid[int(text.xbase[doc]) : int(text.xbase[doc + 1])]
    return codes


def _forms(reader: SegmentReader, codes: Indices, known: dict[tuple[int, int], str]) -> Iterator[str]:
    """Yield the surface forms of codes, without gaps; `known` caches them by segment and code."""
    for code in codes.tolist():
        if code:
            key = reader.number, code
            if key not in known:
                known[key] = split_suffix(reader.arrays.forms[int(reader.form_of_code[code])])[0]
            yield known[key]
