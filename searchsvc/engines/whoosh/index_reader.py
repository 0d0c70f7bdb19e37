"""Index folder → IndexReader: everything one commit answers with, opened once and kept until the next commit."""

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
from searchsvc.engines.whoosh.array_ops import Ints
from searchsvc.engines.whoosh.child_documents import (
    ChildDocuments,
    ChildHit,
    ParentArticles,
    headline_fields,
    quote_fields,
)
from searchsvc.engines.whoosh.codec.check_index import verify
from searchsvc.engines.whoosh.codec.field_arrays import ESCAPE, PAD
from searchsvc.engines.whoosh.codec.field_arrays import FieldPostings as Text
from searchsvc.engines.whoosh.codec.snapshot import Snapshot, open_snapshot, without
from searchsvc.engines.whoosh.codec.string_table import split_suffix
from searchsvc.engines.whoosh.composite_reader import CompositeReader
from searchsvc.engines.whoosh.facets import NameFacet
from searchsvc.engines.whoosh.phrase_query import exact_slots, find_words
from searchsvc.engines.whoosh.segment_reader import SegmentReader
from searchsvc.engines.whoosh.term_dictionary import TermDictionary
from searchsvc.model.article import RelatedHeadline
from searchsvc.model.fields import FACETS, LANGUAGE, QUOTE_FACETS, SPEAKER, TITLE, FacetField
from searchsvc.model.query import Phrase
from searchsvc.model.result import Annotations, QuoteWords

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


#: A segment → documents of it, deleted ones included.
LookUp = Callable[[SegmentReader], Ints]


def locate(articles: CompositeReader, headline: RelatedHeadline) -> Sequence[str]:
    """Return the id of the article of a headline's address, else those of the articles whose title has its words."""
    key = url_key(headline.url or "")
    there = sorted(_ids(articles, lambda reader: reader.arrays.keys["url"].documents(key))) if key else []
    if there:
        return there[:1]
    words = tuple(token.text for token in tokenize(headline.text))
    if not words or len(words) >= PAD:
        return []
    phrase = Phrase(words, field=TITLE)
    return sorted(_ids(articles, lambda reader: _titled(reader, phrase, articles.languages_stemmed)))


def annotations(parents: ParentArticles, article_id: str) -> Annotations:
    """Return what stands beside the text of an article; nothing if it is not there."""
    where = parents.find(article_id)
    if where is None:
        return Annotations()
    remaining_fields = where[0].arrays.remaining_fields(where[1])
    return Annotations(remaining_fields.quotes, remaining_fields.related)


def quote_words(page: Sequence[ChildHit]) -> list[QuoteWords]:
    """Return the words of some quotes, each statement once: as the first one has it."""
    found: dict[tuple[str, ...], QuoteWords] = {}
    known: dict[tuple[int, int], str] = {}
    for place in page:
        reader = place.reader
        forms = tuple(_forms(reader, _codes(reader.arrays.main, place.doc), known))
        if forms not in found:
            column = reader.arrays.facets[LANGUAGE]
            found[forms] = QuoteWords(reader.value(LANGUAGE, int(column.ordinal[place.doc])) or None, forms)
    return list(found.values())


def _ids(articles: CompositeReader, look_up: LookUp) -> Iterator[str]:
    for reader in articles.readers:
        for doc in look_up(reader).tolist():
            if reader.alive is None or reader.alive[doc]:
                yield reader.arrays.id(doc)


def _titled(reader: SegmentReader, phrase: Phrase, languages: Sequence[str | None]) -> Ints:
    """Return the documents whose title is a phrase and nothing else: its words and the gap after them."""
    title = reader.arrays.fields[TITLE]
    slots = exact_slots(title, find_words(reader.arrays, phrase, languages))
    first, end = title.base.take(slots.docs), title.base.take(slots.docs + 1)
    whole = (slots.at == first) & (end - first == len(phrase.words) + 1)
    found: Ints = slots.docs[whole]
    return found


def _codes(text: Text, doc: int) -> Ints:
    """Return the codes of the words of a document's field, in order."""
    codes: Ints = text.fwd[int(text.base[doc]) : int(text.base[doc + 1])].astype(np.intp)
    far = (codes == ESCAPE).nonzero()[0]
    if len(far):
        codes[far] = text.xid[int(text.xbase[doc]) : int(text.xbase[doc + 1])]
    return codes


def _forms(reader: SegmentReader, codes: Ints, known: dict[tuple[int, int], str]) -> Iterator[str]:
    """Yield the surface forms of codes; what was looked up once is known."""
    for code in codes.tolist():
        if code:
            key = reader.number, code
            if key not in known:
                known[key] = split_suffix(reader.arrays.forms[int(reader.form_of_code[code])])[0]
            yield known[key]
