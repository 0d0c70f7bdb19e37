"""Container → typed arrays of a segment: postings and forward index, merged postings, passages, facets, keys.

The named array types say what the arrays of a file hold; FORMAT.md lists the arrays. All are one-dimensional,
read-only views into the map. A property takes its array from the file, which checks its checksum, when it is first
read: a search does not read what it does not need.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from searchsvc.engines.whoosh.codec.container import Container, Indices, Unsigned, compact
from searchsvc.engines.whoosh.codec.string_table import StringColumn, StringTable

#: (postings,) numbers of documents in their segment, from 0; within the postings of a term ascending, each once.
DocNumbers = Unsigned
#: (postings,) how often the term stands in the document of each posting; at least 1.
Frequencies = Unsigned
#: (positions,) slots counted from the first slot of their document; ascending within a posting.
Positions = Unsigned
#: (n + 1,) where each of n stretches of another array begins, and the end of the last: ascending from 0, with repeats.
Offsets = Unsigned
#: (slots + PAD,) the code of the surface form in every slot, in text order; 0 is a gap, ESCAPE any rare form.
CodeStream = npt.NDArray[np.uint16]
#: (n,) codes of surface forms, from 1 on: the more frequent the form in the segment, the smaller its code.
FormCodes = Unsigned
#: (merged postings,) document number × 2 ** FIELD_BITS + field number (`MergedPostings`); ascending within a term.
MergedKeys = Unsigned
#: (documents,) or (passages,) number of words that are no stop words.
Lengths = Unsigned
#: (n,) numbers of values of a facet, in byte order of the values; 0 is no value.
Ordinals = Unsigned
#: (documents,) place of each document when the documents are ordered by article id: each from 0 on once.
Ranks = npt.NDArray[np.uint32]
#: (documents,) whole seconds since 1970-01-01 UTC, or UNDATED: when the article is dated, or when it came in.
Dates = npt.NDArray[np.int64]
#: (documents,) the pages' own calendar days, counted since 1970-01-01, or NO_DAY.
Days = npt.NDArray[np.int32]

#: Codes of forms from here on do not fit the stream: their slot holds ESCAPE, `xpos` and `xid` hold the code.
ESCAPE = 0xFFFF
#: Gap slots after the end of a stream: looking up to PAD slots past any slot needs no bounds check.
PAD = 512
#: Bits of a merged posting's key that number the field: at most 8 fields are merged (asserted in `schema`).
FIELD_BITS = 3
#: `PassageArrays.grid` has the passage of every GRID-th slot.
GRID = 32
#: Largest frequency in a dense row (`SegmentArrays.rows`), a byte; a greater one is stored as this one.
ROW_TOP = 255
#: Date of a document without a date: smaller than any other.
UNDATED = np.int64(np.iinfo(np.int64).min)
#: Day of a document without a date.
NO_DAY = np.int32(np.iinfo(np.int32).min)


class FieldPostings:
    """Postings and forward index of one text field.

    A slot is a place in the field's text: each word takes one, and each paragraph ends with one more, the gap. The
    slots of all documents are numbered end to end. Rare forms are those whose code does not fit the stream.
    """

    def __init__(self, file: Container, name: str, documents: int, terms: int) -> None:
        self.name = name
        self._file, self._documents, self._terms = file, documents, terms

    def _count(self, part: str) -> int:
        return self._file.count(f"{self.name}.{part}")

    @cached_property
    def doc(self) -> DocNumbers:
        """(postings,) the document of each posting, term after term."""
        return self._file.ints(f"{self.name}.doc")

    @cached_property
    def tf(self) -> Frequencies:
        """(postings,) how often the term stands in the document of each posting."""
        return self._file.ints(f"{self.name}.tf", count=self._count("doc"))

    @cached_property
    def pos(self) -> Positions:
        """(positions,) the positions of each posting, `tf` of them, end to end."""
        positions = self._file.ints(f"{self.name}.pos")
        if int(self.tf.sum(dtype=np.int64)) != len(positions):
            raise self._file.corrupt(f"array {self.name}.tf", "its counts are not those of the positions")
        return positions

    @cached_property
    def poff(self) -> memoryview:
        """(terms + 1,) offsets of every term's postings, as a memoryview: `span` reads single items."""
        return self._file.offsets(f"{self.name}.poff", self._count("doc"), count=self._terms + 1).data

    @cached_property
    def xoff(self) -> memoryview:
        """(terms + 1,) offsets of every term's positions, as a memoryview: `places` reads single items."""
        return self._file.offsets(f"{self.name}.xoff", self._count("pos"), count=self._terms + 1).data

    @property
    def slots(self) -> int:
        """Slots of all documents together."""
        count = self._count("fwd")
        return count - PAD if count else 0

    @cached_property
    def fwd(self) -> CodeStream:
        """(slots + PAD,) the code of the surface form in every slot, document after document."""
        found = self._file.array(f"{self.name}.fwd", dtype="<u2")
        return found if len(found) else np.zeros(PAD, np.uint16)

    @cached_property
    def base(self) -> Offsets:
        """(documents + 1,) offsets of every document's slots."""
        return self._file.offsets(f"{self.name}.base", self.slots, count=self._documents + 1)

    @cached_property
    def xpos(self) -> Unsigned:
        """(rare slots,) the slots that hold ESCAPE in `fwd`, ascending."""
        return self._file.ints(f"{self.name}.xpos")

    @cached_property
    def xid(self) -> FormCodes:
        """(rare slots,) the code of the form in each slot of `xpos`."""
        return self._file.ints(f"{self.name}.xid", count=self._count("xpos"))

    @cached_property
    def length(self) -> Lengths:
        """(documents,) words of every document that are no stop words."""
        return self._file.ints(f"{self.name}.length", count=self._documents)

    @cached_property
    def xbase(self) -> Offsets:
        """(documents + 1,) offsets of every document's rare slots; computed from `xpos` and `base`."""
        return compact(self.xpos.searchsorted(self.base))

    def codes(self, doc: int) -> Indices:
        """Return (slots,) the codes of a document's surface forms, rare ones too; 0 after each paragraph."""
        first, end = self.base[doc : doc + 2].tolist()
        rare = slice(*self.xbase[doc : doc + 2].tolist())
        codes = self.fwd[first:end].astype(np.intp)
        codes[self.xpos[rare].astype(np.intp) - first] = self.xid[rare]
        return codes

    def span(self, term: int) -> tuple[int, int]:
        """Return the half-open range of a term's postings in `doc` and `tf`."""
        return self.poff[term], self.poff[term + 1]

    def places(self, term: int) -> tuple[int, int]:
        """Return the half-open range of a term's positions in `pos`."""
        return self.xoff[term], self.xoff[term + 1]


class FormTable(StringTable):
    """Surface forms in byte order, with the suffix of their language.

    Attributes:
        code: (forms,) the code of each form in the streams: 1 for the most frequent, each number once.

    """

    code: FormCodes

    def __init__(self, file: Container, terms: int) -> None:
        super().__init__(file, "forms")
        self._file, self._terms = file, terms
        self.code = file.ints("forms.code", count=len(self))

    @cached_property
    def articles(self) -> Unsigned:
        """(forms,) number of articles, deleted ones included, that have each form in a field bare words look into."""
        return self._file.ints("forms.articles", count=len(self))

    @cached_property
    def of(self) -> FormCodes:
        """(forms,) the codes of the forms of every stem, stem after stem, ascending within a stem (articles only)."""
        return self._file.ints("forms.of", count=len(self))

    @cached_property
    def cuts(self) -> memoryview:
        """(terms + 1,) offsets of every stem's codes in `of`, as a memoryview (articles only)."""
        return self._file.offsets("forms.cuts", len(self), count=self._terms + 1).data

    def code_of(self, form: bytes) -> int:
        """Return the code of a form in the streams, 0 if the segment does not have it."""
        i = self.index(form)
        return 0 if i < 0 else int(self.code[i])

    def codes_of(self, term: int) -> FormCodes:
        """Return the codes of the forms of a stem, ascending; `term` is the stem's number."""
        return self.of[self.cuts[term] : self.cuts[term + 1]]


@dataclass(frozen=True, slots=True)
class PassageArrays:
    """Passages of all articles, numbered end to end. Every article has at least one; it may hold no words."""

    #: (documents + 1,) offsets of every article's passages.
    first: Offsets
    #: (passages + 1,) offsets of every passage's slots in the main field; `start[first]` equals the field's `base`.
    start: Offsets
    #: (passages,) first block of each passage, counted from 0 in its article.
    block: Unsigned
    #: (passages,) words of the main field in each passage that are no stop words.
    length: Lengths
    #: (slots // GRID + 2,) `grid[s // GRID]` is the passage of slot `s // GRID * GRID`.
    grid: Unsigned


@dataclass(frozen=True, slots=True)
class MergedPostings:
    """Postings of the short fields, merged: one list for each term, ordered by document and field.

    A key is an integer of the width that the segment needs:

        | document number | field number: FIELD_BITS bits |

    so keys ascend by document, then field, and `key >> FIELD_BITS` is the document.
    """

    #: (terms + 1,) offsets of every term's merged postings in `key`, `tf` and `link`.
    poff: memoryview
    #: (terms + 1,) offsets of every term's documents in `left`.
    loff: memoryview
    key: MergedKeys
    #: (merged postings,) how often the term stands in that field of that document.
    tf: Frequencies
    #: (merged postings,) place of the document in the term's documents of the main field, followed by those of `left`.
    link: Unsigned
    #: Documents of each term that have it in short fields only, ascending within a term.
    left: DocNumbers


class FacetColumn:
    """The values of a facet by document. `values[0]` is "" and means no value.

    Where no document has several values `first` is None and `ordinal[doc]` is the document's value; else its values
    are `ordinal[first[doc] : first[doc + 1]]`, each once.
    """

    def __init__(self, file: Container, name: str, documents: int) -> None:
        self._file, self._name, self._documents = file, f"facet.{name}", documents
        self._several = f"{self._name}.first" in file

    @cached_property
    def values(self) -> StringColumn:
        """The different values, in byte order, after "" for none."""
        return StringColumn(self._file, f"{self._name}.values")

    @cached_property
    def keys(self) -> StringTable:
        """The different `value_key` of the values, in byte order, after "" for none; months have none."""
        return StringTable(self._file, f"{self._name}.keys")

    @cached_property
    def key(self) -> Ordinals:
        """(values,) the number in `keys` of each value's key."""
        return self._file.ints(f"{self._name}.key", count=len(self.values))

    @cached_property
    def ordinal(self) -> Ordinals:
        """(documents,) or, with several values a document, (values of all documents,)."""
        return self._file.ints(f"{self._name}.ordinal", count=None if self._several else self._documents)

    @cached_property
    def first(self) -> Offsets | None:
        """(documents + 1,) offsets of every document's values in `ordinal`; None where each has one at most."""
        if not self._several:
            return None
        return self._file.offsets(f"{self._name}.first", len(self.ordinal), count=self._documents + 1)


class KeyIndex:
    """Documents by a whole value: by id, by address, by the stories that they link to."""

    def __init__(self, file: Container, name: str, documents: int) -> None:
        self._file, self._name, self._documents = file, name, documents

    @cached_property
    def terms(self) -> StringTable:
        """The different values, in byte order."""
        return StringTable(self._file, f"{self._name}.terms")

    @cached_property
    def doc(self) -> DocNumbers:
        """(values of all documents,) the documents of each value, ascending, value after value."""
        docs = self._file.ints(f"{self._name}.doc")
        if int(docs.max(initial=0)) >= max(1, self._documents):
            raise self._file.corrupt(f"array {self._name}.doc", "it names a document that is not there")
        return docs

    @cached_property
    def poff(self) -> Offsets:
        """(values + 1,) offsets of every value's documents in `doc`."""
        return self._file.offsets(f"{self._name}.poff", len(self.doc), count=len(self.terms) + 1)

    def documents(self, value: str) -> DocNumbers:
        """Return the documents that have this value, ascending."""
        i = self.terms.index(value.encode("utf-8", "surrogatepass"))
        return self.doc[:0] if i < 0 else self.doc[int(self.poff[i]) : int(self.poff[i + 1])]

    def values(self) -> list[str]:
        """Return every value that a document has, in byte order."""
        return [value.decode("utf-8", "surrogatepass") for value in self.terms.all()]
