"""Arrays of a segment, by what they mean: postings and streams of a field, passages, side lists, facets, keys."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from searchsvc.engines.whoosh.codec.container import Container, Ints, Mask
from searchsvc.engines.whoosh.codec.container_writer import compact
from searchsvc.engines.whoosh.codec.strings import StringColumn, Strings

#: Codes of forms from here on do not fit the stream: their slot says ESCAPE, `xpos` and `xid` say which.
ESCAPE = 0xFFFF
#: Gap slots after the end of a stream: a phrase of PAD words at most needs no bounds check.
PAD = 1024
#: Bits of a side posting's key that number the field.
FIELD_BITS = 3
#: `Passages.grid` names the passage of every GRID-th slot.
GRID = 32
#: `dates` of a document without a date: before all others, after none.
UNDATED = np.int64(np.iinfo(np.int64).min)


class TextField:
    """Postings and forward stream of one text field, by term number and document number.

    Attributes:
        doc, tf: Documents of the postings, ascending within a term, and the word's count there.
        pos: Slots of the words within their document, posting by posting (`tf` says how many).
        poff, xoff: First posting and first position of every term, and the end: `span`, `places`.
        fwd: Code of the surface form in every slot, document after document; 0 = gap, ESCAPE = see `xpos`.
        xpos, xid: Slots of the rare forms, ascending, and their codes.
        base: First slot of every document, and the end.
        length: Words of every document that are not stop words.

    """

    def __init__(self, file: Container, name: str, documents: int, terms: int) -> None:
        self.name = name
        self.doc, self.pos = file.ints(f"{name}.doc"), file.ints(f"{name}.pos")
        self.tf = file.ints(f"{name}.tf", count=len(self.doc))
        self.poff = file.offsets(f"{name}.poff", len(self.doc), count=terms + 1).data
        self.xoff = file.offsets(f"{name}.xoff", len(self.pos), count=terms + 1).data
        self.fwd = file.array(f"{name}.fwd", dtype="<u2")
        self.base = file.offsets(f"{name}.base", len(self.fwd) - PAD, count=documents + 1)
        self.xpos = file.ints(f"{name}.xpos")
        self.xid = file.ints(f"{name}.xid", count=len(self.xpos))
        self.length = file.ints(f"{name}.length", count=documents)

    @cached_property
    def xbase(self) -> Ints:
        """First rare form of every document, and the end."""
        return compact(self.xpos.searchsorted(self.base))

    def span(self, term: int) -> tuple[int, int]:
        """Return the range of a term's postings in `doc` and `tf`."""
        return self.poff[term], self.poff[term + 1]

    def places(self, term: int) -> tuple[int, int]:
        """Return the range of a term's positions in `pos`."""
        return self.xoff[term], self.xoff[term + 1]


class Forms(Strings):
    """Surface forms in byte order, with their language's mark.

    Attributes:
        code: Code of each form in the streams; 1 is the most frequent.
        articles: In how many documents each stands, main field and side fields taken together,
            deleted documents included.
        scored: Whether each is scored: no stop word.
        of, cuts: Codes of the forms of every stem, ascending, and where each stem's begin: `codes_of`.

    """

    def __init__(self, file: Container, terms: int) -> None:
        super().__init__(file, "forms")
        self.code = file.ints("forms.code", count=len(self))
        self.of = file.ints("forms.of", count=len(self))
        self.cuts = file.offsets("forms.cuts", len(self), count=terms + 1).data
        self.articles = file.ints("forms.articles", count=len(self))
        self.scored: Mask = file.array("forms.scored", count=len(self), dtype="|u1").view(np.bool_)

    def code_of(self, form: bytes) -> int:
        """Return the code of a form in the streams, 0 if it is nowhere."""
        i = self.index(form)
        return 0 if i < 0 else int(self.code[i])

    def codes_of(self, term: int) -> Ints:
        """Return the codes of the forms that have a stem, by its number; ascending."""
        return self.of[self.cuts[term] : self.cuts[term + 1]]


@dataclass(frozen=True, slots=True)
class Passages:
    """Passages of all articles, end to end. Every article has at least one; it may be empty.

    `first[a]` is article a's first passage (`first[a + 1]` the end), `start[p]` the first slot of
    passage p in the main field's stream (`start[p + 1]` the end), `length[p]` its scored words,
    `grid[s // GRID]` the passage that the slot `s // GRID * GRID` lies in.
    """

    first: Ints
    start: Ints
    length: Ints
    grid: Ints


@dataclass(frozen=True, slots=True)
class Sides:
    """The side fields' postings as one list a term, by document and field.

    `key[i]` is document × 2 ** FIELD_BITS + number of the field, ascending within a term;
    `link[i]` is the document's place in the main field's list of the term, or, where the main
    field lacks it, the length of that list + its place in `left[loff[term] : loff[term + 1]]`.
    """

    fields: tuple[str, ...]
    poff: memoryview
    loff: memoryview
    key: Ints
    tf: Ints
    link: Ints
    left: Ints


@dataclass(frozen=True, slots=True)
class Column:
    """A facet: `values[0]` is "" and means none.

    With one value a document `ordinal[doc]` is its value and `first` is None; with several they
    are `ordinal[first[doc] : first[doc + 1]]`, without repetition.
    """

    values: StringColumn
    ordinal: Ints
    first: Ints | None


@dataclass(frozen=True, slots=True)
class Key:
    """Whole values that find documents: ids, addresses."""

    terms: Strings
    poff: Ints
    doc: Ints

    def documents(self, value: str) -> Ints:
        """Return the documents that have this value, ascending."""
        i = self.terms.index(value.encode("utf-8", "surrogatepass"))
        return self.doc[:0] if i < 0 else self.doc[int(self.poff[i]) : int(self.poff[i + 1])]

    def values(self) -> list[str]:
        """Return every value that a document has, in byte order."""
        return [value.decode("utf-8", "surrogatepass") for value in self.terms.all()]


def read_key(file: Container, name: str, documents: int) -> Key:
    """Return a key field of a segment."""
    terms = Strings(file, f"{name}.terms")
    doc = file.ints(f"{name}.doc")
    if len(doc) > documents:
        raise file.corrupt(f"array {name}.doc", "it has more documents than there are")
    return Key(terms, file.offsets(f"{name}.poff", len(doc), count=len(terms) + 1), doc)


def read_column(file: Container, name: str, documents: int) -> Column:
    """Return a facet of a segment."""
    values = StringColumn(file, f"facet.{name}.values")
    if f"facet.{name}.first" not in file:
        return Column(values, file.ints(f"facet.{name}.ordinal", count=documents), None)
    ordinal = file.ints(f"facet.{name}.ordinal")
    return Column(values, ordinal, file.offsets(f"facet.{name}.first", len(ordinal), count=documents + 1))
