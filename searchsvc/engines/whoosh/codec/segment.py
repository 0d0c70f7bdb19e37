"""Segment file → typed arrays: what the ranker reads. Everything here is a view into the map."""

from functools import cached_property
from pathlib import Path

import numpy as np

from searchsvc.engines.whoosh.codec.container import Container, Dates, Ints
from searchsvc.engines.whoosh.codec.family import FACETS, FAMILIES, Family
from searchsvc.engines.whoosh.codec.frames import Frames, Rest, Shown
from searchsvc.engines.whoosh.codec.parts import (
    GRID,
    PAD,
    Forms,
    Passages,
    Sides,
    TextField,
    read_column,
    read_key,
)
from searchsvc.engines.whoosh.codec.strings import StringColumn, Strings
from searchsvc.model.article import Article, ArticleHead


class SegmentArrays:
    """One segment, open.

    Attributes:
        family: What its documents are.
        count: Number of documents, deleted ones included: the length of every column.
        terms: Stems of all text fields, with their language's mark.
        fields: Postings and streams by field name.
        forms: Surface forms.
        keys: Key fields by name: `id` and `url` of articles, `article` of the others.
        ids: Id of every document.
        facets: Columns by name (family.FACETS).
        dates: Seconds since 1970 of every document, or UNDATED.
        dense: Term → row of `rows`, for scored terms of the main field that more than an eighth
            of the documents have (none in small segments); a row is the word's count in every
            document, at most 255.

    """

    def __init__(self, path: Path) -> None:
        """Map the file.

        Raises:
            FileNotFoundError: It is not there.
            CorruptIndexError: It is damaged.

        """
        file = self.file = Container(path)
        name = file.meta("family", str)
        if name not in FAMILIES:
            raise file.corrupt("entry family", f"{name!r} is not known")
        self.family: Family = FAMILIES[name]
        self.count = count = file.meta("documents", int)
        self.terms = Strings(file, "terms")
        self.forms = Forms(file, len(self.terms))
        self.fields = {field: TextField(file, field, count, len(self.terms)) for field in self.family.texts}
        self.main = self.fields[self.family.main]
        self.keys = {key: read_key(file, key, count) for key in self.family.keys}
        self.ids = StringColumn(file, "ids", count)
        self.facets = {facet: read_column(file, facet, count) for facet in FACETS}
        self.dates: Dates = file.array("dates", count=count, dtype="<i8")
        rows = file.ints("dense.term")
        self.dense = dict(zip(rows.tolist(), range(len(rows)), strict=True))
        self.rows = file.array("dense.rows", count=len(rows) * count, dtype="|u1").reshape(len(rows), count)
        self.frames = Frames(file, count) if self.family.name == "article" else None

    @cached_property
    def sides(self) -> Sides:
        """The side lists; of a family without side fields they are empty."""
        file, n = self.file, len(self.terms) + 1
        key, left = file.ints("side.key"), file.ints("side.left")
        poff, loff = file.offsets("side.poff", len(key), count=n), file.offsets("side.loff", len(left), count=n)
        tf, link = file.ints("side.tf", count=len(key)), file.ints("side.link", count=len(key))
        return Sides(self.family.sides, poff.data, loff.data, key, tf, link, left)

    @cached_property
    def passages(self) -> Passages:
        """The passages of the articles."""
        file, slots = self.file, len(self.main.fwd) - PAD
        start = file.offsets("passage.start", slots)
        first = file.offsets("passage.first", len(start) - 1, count=self.count + 1)
        grid = file.ints("passage.grid", count=slots // GRID + 2)
        return Passages(first, start, file.ints("passage.length", count=len(start) - 1), grid)

    @cached_property
    def rank(self) -> Ints:
        """Place of every document when they are ordered by article id: breaks ties."""
        rank = np.zeros(self.count, np.uint32)
        rank[self.keys[self.family.keys[0]].doc] = np.arange(self.count, dtype=np.uint32)
        return rank

    def id(self, doc: int) -> str:
        """Return the id of a document: `A`, `A#q0`, `A#h1`."""
        return self.ids[doc].decode("utf-8", "surrogatepass")

    def origin(self, doc: int) -> tuple[str, int]:
        """Return article id and number among the article's quotes or headlines, for documents of these families."""
        article, _, number = self.id(doc).rpartition("#")
        return article, int(number[1:])

    def shown(self, doc: int) -> Shown:
        """Return what a hit shows of an article: head, blocks, passages."""
        return self._frames().shown(doc)

    def head(self, doc: int) -> ArticleHead:
        """Return the head of an article alone."""
        return self._frames().head(doc)

    def rest(self, doc: int) -> Rest:
        """Return the rest of an article: quotes, related headlines, provenance."""
        return self._frames().rest(doc)

    def article(self, doc: int) -> Article:
        """Return an article whole."""
        shown, rest = self.shown(doc), self.rest(doc)
        return Article(shown.head, shown.blocks, rest.provenance, rest.quotes, rest.related)

    def _frames(self) -> Frames:
        if self.frames is None:
            raise self.file.corrupt("the stored texts", f"a segment of {self.family.name} documents has none")
        return self.frames
