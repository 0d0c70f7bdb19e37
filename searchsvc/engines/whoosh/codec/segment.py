"""Segment file → SegmentArrays: its documents' arrays by field, and stored texts, each read when first asked for."""

from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from searchsvc.engines.whoosh.codec.commit import outdated
from searchsvc.engines.whoosh.codec.container import Container
from searchsvc.engines.whoosh.codec.copy_arrays import CopyArrays
from searchsvc.engines.whoosh.codec.field_arrays import (
    GRID,
    Dates,
    Days,
    FacetColumn,
    FieldPostings,
    FormTable,
    KeyIndex,
    MergedPostings,
    PassageArrays,
    Ranks,
)
from searchsvc.engines.whoosh.codec.schema import COLUMNS, DOCUMENT_TYPES, DocumentType
from searchsvc.engines.whoosh.codec.stored_fields import DisplayFields, RemainingFields, StoredArticle, StoredFields
from searchsvc.engines.whoosh.codec.string_table import StringColumn, StringTable
from searchsvc.model.article import Article, ArticleHead
from searchsvc.model.document import Passage

#: Suffix of the stream of a text field; prefix and suffix of the ordinals of a facet.
_STREAM, _FACET, _ORDINALS = ".fwd", "facet.", ".ordinal"


class SegmentArrays:
    """One segment, open. Documents, terms and forms are numbered from 0 in each segment.

    Attributes:
        file: The container.
        document_type: Articles, quotes, headlines or older versions of articles.
        count: Number of documents, deleted ones included.
        term_count: Number of stems.
        form_count: Number of surface forms.
        fields: Postings and forward index by the name of the text field.
        main: Those of the main field.
        keys: Key fields by name: `id` and `url` of articles, `article` of quotes and headlines, all of older versions.
        facets: Values by the name of the column (schema.COLUMNS).
        copies: What copies are found by.

    """

    def __init__(self, path: Path) -> None:
        """Map the file and check its directory.

        Raises:
            FileNotFoundError: The file does not exist.
            CorruptIndexError: It is damaged.
            OutdatedIndexError: It holds other text fields or columns than the schema names.
            EngineError: It cannot be read.

        """
        file = self.file = Container(path)
        name = file.meta("family", str)
        if name not in DOCUMENT_TYPES:
            raise file.corrupt("entry family", f"{name!r} is not known")
        self.document_type: DocumentType = DOCUMENT_TYPES[name]
        if _fields(file) != (self.document_type.texts, COLUMNS):
            raise outdated(str(path))
        self.count = count = file.meta("documents", int)
        if file.count("dates") != count:
            raise file.corrupt("the number of documents", f"{count} where there are {file.count('dates')} dates")
        self.term_count, self.form_count = file.count("terms.off") - 1, file.count("forms.off") - 1
        self.fields = {field: FieldPostings(file, field, count, self.term_count) for field in self.document_type.texts}
        self.main = self.fields[self.document_type.main]
        self.keys = {key: KeyIndex(file, key, count) for key in self.document_type.keys}
        self.facets = {facet: FacetColumn(file, facet, count) for facet in COLUMNS}
        self.copies = CopyArrays(file, count)

    @cached_property
    def terms(self) -> StringTable:
        """Stems of all text fields, with their language's suffix."""
        return StringTable(self.file, "terms")

    @cached_property
    def forms(self) -> FormTable:
        """Surface forms of all text fields, with their language's suffix."""
        return FormTable(self.file, self.term_count)

    @cached_property
    def ids(self) -> StringColumn:
        """Id of every document."""
        return StringColumn(self.file, "ids", self.count)

    @cached_property
    def dates(self) -> Dates:
        """(documents,) date of every document."""
        return self.file.array("dates", count=self.count, dtype="<i8")

    @cached_property
    def days(self) -> Days:
        """(documents,) the page's own calendar day of every document."""
        return self.file.array("days", count=self.count, dtype="<i4")

    @cached_property
    def added(self) -> Dates:
        """(documents,) when the article of every document came in."""
        return self.file.array("added", count=self.count, dtype="<i8")

    @cached_property
    def dense(self) -> dict[int, int]:
        """Number of a term → its row in `rows`.

        There is a row for each term that is no stop word and that more than an eighth of the documents have in the
        main field. Only segments of 8 articles and more have rows.
        """
        terms = self.file.ints("dense.term")
        return dict(zip(terms.tolist(), range(len(terms)), strict=True))

    @cached_property
    def rows(self) -> npt.NDArray[np.uint8]:
        """(rows, documents) how often each term of `dense` stands in each document's main field; 255: or more."""
        rows = self.file.count("dense.term")
        return self.file.array("dense.rows", count=rows * self.count, dtype="|u1").reshape(rows, self.count)

    @cached_property
    def stored_fields(self) -> StoredFields | None:
        """The stored texts; None where the documents are no articles."""
        return StoredFields(self.file, self.count) if self.document_type.is_whole else None

    @cached_property
    def merged(self) -> MergedPostings:
        """The merged postings (articles only).

        Raises:
            CorruptIndexError: The documents are no articles, or an array is damaged.

        """
        file, edges = self.file, self.term_count + 1
        key, left = file.ints("side.key"), file.ints("side.left")
        poff, loff = file.offsets("side.poff", len(key), count=edges), file.offsets("side.loff", len(left), count=edges)
        tf, link = file.ints("side.tf", count=len(key)), file.ints("side.link", count=len(key))
        return MergedPostings(poff.data, loff.data, key, tf, link, left)

    @cached_property
    def passages(self) -> PassageArrays:
        """The passages (articles only); errors as `merged`."""
        file, slots = self.file, self.main.slots
        start = file.offsets("passage.start", slots)
        first = file.offsets("passage.first", len(start) - 1, count=self.count + 1)
        grid = file.ints("passage.grid", count=slots // GRID + 2)
        block, length = (file.ints(f"passage.{name}", count=len(start) - 1) for name in ("block", "length"))
        return PassageArrays(first, start, block, length, grid)

    @cached_property
    def rank(self) -> Ranks:
        """(documents,) place of every document in the order of article ids, by which equal scores are ordered."""
        rank = np.zeros(self.count, np.uint32)
        rank[self.keys[self.document_type.keys[0]].doc] = np.arange(self.count, dtype=np.uint32)
        return rank

    def id(self, doc: int) -> str:
        """Return the id of a document: `A`, `A#q0`, `A#h1`."""
        return self.ids[doc].decode("utf-8", "surrogatepass")

    def origin(self, doc: int) -> tuple[str, int]:
        """Return the article id of a quote or headline, and its number among the article's quotes or headlines."""
        article, _, number = self.id(doc).rpartition("#")
        return article, int(number[1:])

    def display_fields(self, doc: int) -> DisplayFields:
        """Return head and blocks of an article: what a hit shows."""
        return self._stored_fields().display_fields(doc)

    def ranges(self, doc: int, blocks: int) -> tuple[Passage, ...]:
        """Return the passages of an article as ranges of its blocks; `blocks` is how many it has; 0: none."""
        first, end = self.passages.first[doc : doc + 2].tolist()
        starts = self.passages.block[first:end].tolist()
        return tuple(Passage(a, b) for a, b in pairwise([*starts, blocks])) if blocks else ()

    def head(self, doc: int) -> ArticleHead:
        """Return the head of an article."""
        return self._stored_fields().head(doc)

    def remaining_fields(self, doc: int) -> RemainingFields:
        """Return the rest of an article: quotes, related headlines, provenance."""
        return self._stored_fields().remaining_fields(doc)

    def stored_article(self, doc: int) -> StoredArticle:
        """Return an article whose parts are read when needed."""
        return StoredArticle(self._stored_fields(), doc)

    def article(self, doc: int) -> Article:
        """Return an article, put together from both of its stored messages."""
        display_fields, remaining_fields = self.display_fields(doc), self.remaining_fields(doc)
        return Article(
            display_fields.head,
            display_fields.blocks,
            remaining_fields.provenance,
            remaining_fields.quotes,
            remaining_fields.related,
        )

    def _stored_fields(self) -> StoredFields:
        if self.stored_fields is None:
            raise self.file.corrupt("the stored texts", f"a segment of {self.document_type.name} documents has none")
        return self.stored_fields


def _fields(file: Container) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the text fields and the columns of a file in the order they were written, which numbers them."""
    names = file.names()
    texts = tuple(name[: -len(_STREAM)] for name in names if name.endswith(_STREAM))
    facets = (name[len(_FACET) : -len(_ORDINALS)] for name in names if name.endswith(_ORDINALS))
    return texts, tuple(facets)
