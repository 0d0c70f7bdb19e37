"""Arrays of a segment, by what they mean: postings and forward index, merged postings, passages, facets, keys.

What one search does not need is not read for it: fields, facets and keys take each array from the
file, which checks it, when it is first asked for.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from searchsvc.engines.whoosh.codec.container import Container, Unsigned, compact
from searchsvc.engines.whoosh.codec.string_table import StringColumn, StringTable

#: Codes of forms from here on do not fit the stream: their slot says ESCAPE, `xpos` and `xid` say which.
ESCAPE = 0xFFFF
#: Gap slots after the end of a stream: a phrase of PAD words at most needs no bounds check.
PAD = 512
#: Bits of a merged posting's key that number the field.
FIELD_BITS = 3
#: `Passages.grid` names the passage of every GRID-th slot.
GRID = 32
#: `dates` of a document without a date: before all others, after none.
UNDATED = np.int64(np.iinfo(np.int64).min)


class FieldPostings:
    """Postings and forward index of one text field, by term number and document number."""

    def __init__(self, file: Container, name: str, documents: int, terms: int) -> None:
        self.name = name
        self._file, self._documents, self._terms = file, documents, terms

    def _count(self, part: str) -> int:
        return self._file.count(f"{self.name}.{part}")

    @cached_property
    def doc(self) -> Unsigned:
        """Documents of the postings, ascending within a term."""
        return self._file.ints(f"{self.name}.doc")

    @cached_property
    def tf(self) -> Unsigned:
        """The word's count in the document of each posting."""
        return self._file.ints(f"{self.name}.tf", count=self._count("doc"))

    @cached_property
    def pos(self) -> Unsigned:
        """Slots of the words within their document, posting by posting (`tf` says how many)."""
        found = self._file.ints(f"{self.name}.pos")
        if int(self.tf.sum(dtype=np.int64)) != len(found):
            raise self._file.corrupt(f"array {self.name}.tf", "its counts are not those of the positions")
        return found

    @cached_property
    def poff(self) -> memoryview:
        """First posting of every term, and the end: `span`."""
        return self._file.offsets(f"{self.name}.poff", self._count("doc"), count=self._terms + 1).data

    @cached_property
    def xoff(self) -> memoryview:
        """First position of every term, and the end: `places`."""
        return self._file.offsets(f"{self.name}.xoff", self._count("pos"), count=self._terms + 1).data

    @cached_property
    def fwd(self) -> Unsigned:
        """Code of the surface form in every slot, document after document; 0 = gap, ESCAPE = see `xpos`."""
        return self._file.array(f"{self.name}.fwd", dtype="<u2")

    @cached_property
    def base(self) -> Unsigned:
        """First slot of every document, and the end."""
        return self._file.offsets(f"{self.name}.base", self._count("fwd") - PAD, count=self._documents + 1)

    @cached_property
    def xpos(self) -> Unsigned:
        """Slots of the rare forms, ascending."""
        return self._file.ints(f"{self.name}.xpos")

    @cached_property
    def xid(self) -> Unsigned:
        """Codes of the rare forms."""
        return self._file.ints(f"{self.name}.xid", count=self._count("xpos"))

    @cached_property
    def length(self) -> Unsigned:
        """Words of every document that are not stop words."""
        return self._file.ints(f"{self.name}.length", count=self._documents)

    @cached_property
    def xbase(self) -> Unsigned:
        """First rare form of every document, and the end."""
        return compact(self.xpos.searchsorted(self.base))

    def span(self, term: int) -> tuple[int, int]:
        """Return the range of a term's postings in `doc` and `tf`."""
        return self.poff[term], self.poff[term + 1]

    def places(self, term: int) -> tuple[int, int]:
        """Return the range of a term's positions in `pos`."""
        return self.xoff[term], self.xoff[term + 1]


class FormTable(StringTable):
    """Surface forms in byte order, with their language's mark.

    Attributes:
        code: Code of each form in the streams; 1 is the most frequent.

    """

    def __init__(self, file: Container, terms: int) -> None:
        super().__init__(file, "forms")
        self._file, self._terms = file, terms
        self.code = file.ints("forms.code", count=len(self))

    @cached_property
    def articles(self) -> Unsigned:
        """In how many articles each stands, main field and short fields taken together, deleted ones included."""
        return self._file.ints("forms.articles", count=len(self))

    @cached_property
    def of(self) -> Unsigned:
        """Codes of the forms of every stem of articles, ascending within a stem: `codes_of`."""
        return self._file.ints("forms.of", count=len(self))

    @cached_property
    def cuts(self) -> memoryview:
        """Where each stem's begin, and the end."""
        return self._file.offsets("forms.cuts", len(self), count=self._terms + 1).data

    def code_of(self, form: bytes) -> int:
        """Return the code of a form in the streams, 0 if it is nowhere."""
        i = self.index(form)
        return 0 if i < 0 else int(self.code[i])

    def codes_of(self, term: int) -> Unsigned:
        """Return the codes of the forms that have a stem, by its number; ascending."""
        return self.of[self.cuts[term] : self.cuts[term + 1]]


@dataclass(frozen=True, slots=True)
class PassageArrays:
    """Passages of all articles, end to end. Every article has at least one; it may be empty.

    `first[a]` is article a's first passage (`first[a + 1]` the end), `start[p]` the first slot of
    passage p in the main field's stream (`start[p + 1]` the end), `block[p]` its first block among
    those of its article, `length[p]` its scored words,
    `grid[s // GRID]` the passage that the slot `s // GRID * GRID` lies in.
    """

    first: Unsigned
    start: Unsigned
    block: Unsigned
    length: Unsigned
    grid: Unsigned


@dataclass(frozen=True, slots=True)
class MergedPostings:
    """The merged postings of the short fields, one list a term, by document and field.

    `key[i]` is document × 2 ** FIELD_BITS + number of the field among the merged ones, ascending within a term;
    `link[i]` is the document's place in the main field's list of the term, or, where the main
    field lacks it, the length of that list + its place in `left[loff[term] : loff[term + 1]]`.
    """

    poff: memoryview
    loff: memoryview
    key: Unsigned
    tf: Unsigned
    link: Unsigned
    left: Unsigned


class FacetColumn:
    """A facet: `values[0]` is "" and means none.

    With one value a document `ordinal[doc]` is its value and `first` is None; with several they
    are `ordinal[first[doc] : first[doc + 1]]`, without repetition.
    """

    def __init__(self, file: Container, name: str, documents: int) -> None:
        self._file, self._name, self._documents = file, f"facet.{name}", documents
        self._several = f"{self._name}.first" in file

    @cached_property
    def values(self) -> StringColumn:
        """The values, in byte order."""
        return StringColumn(self._file, f"{self._name}.values")

    @cached_property
    def ordinal(self) -> Unsigned:
        """Numbers of the documents' values."""
        return self._file.ints(f"{self._name}.ordinal", count=None if self._several else self._documents)

    @cached_property
    def first(self) -> Unsigned | None:
        """First value of every document, and the end."""
        if not self._several:
            return None
        return self._file.offsets(f"{self._name}.first", len(self.ordinal), count=self._documents + 1)


class KeyIndex:
    """Whole values that find documents: ids, addresses."""

    def __init__(self, file: Container, name: str, documents: int) -> None:
        self._file, self._name, self._documents = file, name, documents

    @cached_property
    def terms(self) -> StringTable:
        """The values."""
        return StringTable(self._file, f"{self._name}.terms")

    @cached_property
    def doc(self) -> Unsigned:
        """Documents, value by value, ascending."""
        found = self._file.ints(f"{self._name}.doc")
        if len(found) > self._documents:
            raise self._file.corrupt(f"array {self._name}.doc", "it has more documents than there are")
        if int(found.max(initial=0)) >= max(1, self._documents):
            raise self._file.corrupt(f"array {self._name}.doc", "it names a document that is not there")
        return found

    @cached_property
    def poff(self) -> Unsigned:
        """First document of every value, and the end."""
        return self._file.offsets(f"{self._name}.poff", len(self.doc), count=len(self.terms) + 1)

    def documents(self, value: str) -> Unsigned:
        """Return the documents that have this value, ascending."""
        i = self.terms.index(value.encode("utf-8", "surrogatepass"))
        return self.doc[:0] if i < 0 else self.doc[int(self.poff[i]) : int(self.poff[i + 1])]

    def values(self) -> list[str]:
        """Return every value that a document has, in byte order."""
        return [value.decode("utf-8", "surrogatepass") for value in self.terms.all()]
