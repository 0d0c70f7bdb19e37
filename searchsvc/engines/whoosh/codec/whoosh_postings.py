"""Arrays of a segment → Whoosh's term reader, cursor, matcher and term statistics."""

# ruff: noqa: D102 - the methods are Whoosh's, and documented there

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from whoosh.codec import base
from whoosh.matching.mcore import LeafMatcher, ReadTooFar
from whoosh.reading import TermInfo, TermNotFound

from searchsvc.engines.whoosh.codec.field_arrays import DocNumbers, Frequencies, Lengths, Positions
from searchsvc.engines.whoosh.codec.segment import SegmentArrays
from searchsvc.engines.whoosh.codec.string_table import StringTable
from searchsvc.engines.whoosh.codec.whoosh_api import byte_to_length

#: (documents,) or (postings,) indices of Whoosh's scale of field lengths (`whoosh_api.LENGTHS`).
LengthBytes = npt.NDArray[np.uint8]

#: Postings of a block, as in Whoosh's own files: Whoosh skips blocks whose best score is too low.
BLOCK = 128


@dataclass(frozen=True)
class PostingList:
    """The postings of one term of a text field, or the documents of a value of a key field, which has no more."""

    doc: DocNumbers
    tf: Frequencies | None = None
    pos: Positions | None = None
    #: (postings,) length of the field in the document of each posting.
    lengths: LengthBytes | None = None

    @cached_property
    def bounds(self) -> tuple[list[float], list[int], list[int]]:
        """Largest frequency, smallest and largest length of each block."""
        at = np.arange(0, len(self.doc), BLOCK)
        lengths = np.zeros(len(self.doc), np.uint8) if self.lengths is None else self.lengths
        tops = [1.0] * len(at) if self.tf is None else np.maximum.reduceat(self.tf, at).astype(float).tolist()
        return tops, np.minimum.reduceat(lengths, at).tolist(), np.maximum.reduceat(lengths, at).tolist()

    @cached_property
    def first_place(self) -> npt.NDArray[np.int64]:
        """(postings,) index in `pos` of the first position of each posting."""
        tf = np.ones(len(self.doc), np.int64) if self.tf is None else self.tf.astype(np.int64)
        return np.cumsum(tf) - tf


class ArrayMatcher(LeafMatcher):
    """Whoosh's iterator over the postings of a term."""

    def __init__(self, postings: PostingList, format_: Any, term: tuple[str, bytes], scorer: Any) -> None:
        self._postings, self.format, self._term, self.scorer = postings, format_, term, scorer
        self._load(0)

    def copy(self) -> "ArrayMatcher":
        other = ArrayMatcher(self._postings, self.format, self._term, self.scorer)
        other._load(self._block)
        other._i, other._end = self._i, self._end
        return other

    def reset(self) -> None:
        self._load(0)

    def _load(self, block: int) -> None:
        count = len(self._postings.doc)
        self._i, self._end = 0, block * BLOCK >= count
        # Whoosh asks exhausted matchers for their id and block quality: the last block stays loaded.
        self._block = min(block, (count - 1) // BLOCK)
        start = self._block * BLOCK
        self._ids: list[int] = self._postings.doc[start : start + BLOCK].tolist()

    @property
    def _place(self) -> int:
        return self._block * BLOCK + self._i

    def is_active(self) -> bool:
        return not self._end

    def id(self) -> int:
        return self._ids[self._i]

    def all_ids(self) -> Iterator[int]:
        return iter(() if self._end else self._postings.doc[self._place :].tolist())

    def next(self) -> bool:  # type: ignore[override]  # Whoosh's own returns one, untyped
        if self._end:
            raise ReadTooFar
        self._i += 1
        if self._i < len(self._ids):
            return False
        self._load(self._block + 1)
        return True

    def skip_to(self, id: int) -> None:  # noqa: A002  # Whoosh's name
        if self._end:
            raise ReadTooFar
        if id <= self._ids[self._i]:
            return
        at = int(np.searchsorted(self._postings.doc, id))
        if at == len(self._postings.doc):
            self._load(-(-at // BLOCK))
        else:
            self._load(at // BLOCK)
            self._i = at % BLOCK

    def weight(self) -> float:
        tf = self._postings.tf
        return 1.0 if tf is None else float(tf[self._place])

    def block_max_weight(self) -> float:
        return self._postings.bounds[0][self._block]

    def block_min_length(self) -> int:
        return int(byte_to_length(self._postings.bounds[1][self._block]))

    def block_max_length(self) -> int:
        return int(byte_to_length(self._postings.bounds[2][self._block]))

    def block_min_id(self) -> int:
        return self._ids[0]

    def block_max_id(self) -> int:
        return self._ids[-1]

    def skip_to_quality(self, minquality: float) -> int:
        skipped = 0
        quality: Callable[[], float] = self.block_quality
        while self.is_active() and quality() <= minquality:
            self._load(self._block + 1)
            skipped += 1
        return skipped

    def _positions(self) -> list[int]:
        postings = self._postings
        if postings.pos is None:
            return []
        first = int(postings.first_place[self._place])
        found: list[int] = postings.pos[first : first + int(self.weight())].tolist()
        return found

    def supports(self, astype: str) -> bool:
        return bool(self.format.supports(astype))

    def value_as(self, astype: str) -> Any:
        if astype == "positions":
            return self._positions()
        if astype == "frequency":
            return int(self.weight())
        if astype == "weight":
            return self.weight()
        msg = f"{self._term!r}: no {astype}"
        raise ValueError(msg)

    def value(self) -> bytes:
        """Return the posting in Whoosh's own encoding."""
        return b"" if self._postings.pos is None else bytes(self.format.encode(self._positions()))


#: Field lengths in words → the same on Whoosh's scale.
ToLengthBytes = Callable[[Lengths], LengthBytes]


@dataclass(frozen=True, slots=True)
class FieldView:
    """One indexed field: the dictionary of all fields, which of its terms this field has, and their postings."""

    strings: StringTable
    #: (terms of the field,) their numbers in the dictionary, ascending. A term's place is its index here.
    own: npt.NDArray[np.int64]
    postings: Callable[[int], PostingList]

    def find(self, text: bytes) -> int:
        """Return the place of the first term that is not before `text` in byte order."""
        return int(np.searchsorted(self.own, self.strings.find(text)))

    def text(self, place: int) -> bytes:
        """Return the term at a place."""
        return self.strings[int(self.own[place])]

    def index(self, text: bytes) -> int:
        """Return the place of a term, -1 if the field does not have it."""
        place = self.find(text)
        return place if place < len(self.own) and self.text(place) == text else -1

    def info(self, place: int) -> TermInfo:
        """Return Whoosh's statistics of the term at a place."""
        found = self.postings(int(self.own[place]))
        lengths = found.lengths if found.lengths is not None else np.zeros(1, np.uint8)
        tf = found.tf if found.tf is not None else np.ones(1, np.uint8)
        weight = len(found.doc) if found.tf is None else int(tf.sum(dtype=np.int64))
        make: Any = TermInfo
        return make(  # type: ignore[no-any-return]  # Whoosh is untyped in part
            float(weight),
            len(found.doc),
            byte_to_length(int(lengths.min())),
            byte_to_length(int(lengths.max())),
            float(tf.max()),
            int(found.doc[0]),
            int(found.doc[-1]),
        )


class ArrayCursor(base.FieldCursor):
    """Whoosh's iterator over the terms of a field."""

    def __init__(self, view: FieldView, fieldobj: Any) -> None:
        self._view, self._field, self._at = view, fieldobj, 0

    def first(self) -> str | None:
        self._at = 0
        return self.text()

    def find(self, string: str | bytes) -> str | None:
        self._at = self._view.find(string if isinstance(string, bytes) else self._field.to_bytes(string))
        return self.text()

    def next(self) -> str | None:
        self._at += 1
        return self.text()

    def text(self) -> str | None:
        return str(self._field.from_bytes(self._view.text(self._at))) if self.is_valid() else None

    def term(self) -> str | None:
        return self.text()

    def term_info(self) -> TermInfo | None:
        return self._view.info(self._at) if self.is_valid() else None

    def is_valid(self) -> bool:
        return self._at < len(self._view.own)


class ArrayTermsReader(base.TermsReader):
    """Whoosh's reader of the terms of a segment."""

    def __init__(self, arrays: SegmentArrays, length_bytes: ToLengthBytes) -> None:
        self._views = _views(arrays, length_bytes)

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        view = self._views.get(term[0])
        return view is not None and view.index(term[1]) >= 0

    def indexed_field_names(self) -> list[str]:
        return list(self._views)

    def cursor(self, fieldname: str, fieldobj: Any) -> Any:
        view = self._views.get(fieldname)
        return base.EmptyCursor() if view is None else ArrayCursor(view, fieldobj)

    def _from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, FieldView, int]]:
        for name, view in self._views.items():
            if name >= fieldname:
                for place in range(view.find(prefix) if name == fieldname else 0, len(view.own)):
                    yield name, view, place

    def terms(self) -> Iterator[tuple[str, bytes]]:
        return ((name, view.text(place)) for name, view, place in self._from("", b""))

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        return ((name, view.text(place)) for name, view, place in self._from(fieldname, prefix))

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return self.items_from("", b"")

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return (((name, view.text(place)), view.info(place)) for name, view, place in self._from(fieldname, prefix))

    def _at(self, fieldname: str, text: bytes) -> tuple[FieldView, int]:
        view = self._views.get(fieldname)
        place = -1 if view is None else view.index(text)
        if view is None or place < 0:
            msg = f"no term {fieldname}:{text!r}"
            raise TermNotFound(msg)
        return view, place

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        view, place = self._at(fieldname, text)
        return view.info(place)

    def frequency(self, fieldname: str, text: bytes) -> float:
        return float(self.term_info(fieldname, text).weight()) if (fieldname, text) in self else 0.0

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        return int(self.term_info(fieldname, text).doc_frequency()) if (fieldname, text) in self else 0

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> ArrayMatcher:
        view, place = self._at(fieldname, text)
        return ArrayMatcher(view.postings(int(view.own[place])), format_, (fieldname, text), scorer)


def _views(arrays: SegmentArrays, length_bytes: ToLengthBytes) -> dict[str, FieldView]:
    """Return the indexed fields that have terms, text and key fields, in the order of their names."""
    found: dict[str, FieldView] = {}
    for name, field in arrays.fields.items():
        lengths = length_bytes(field.length)

        def text_postings(term: int, field: Any = field, lengths: LengthBytes = lengths) -> PostingList:
            (a, b), (x, y) = field.span(term), field.places(term)
            doc = field.doc[a:b]
            return PostingList(doc, field.tf[a:b], field.pos[x:y], lengths[doc])

        own = np.flatnonzero(np.diff(np.asarray(field.poff).astype(np.int64)))
        found[name] = FieldView(arrays.terms, own, text_postings)
    for name, key in arrays.keys.items():

        def key_postings(term: int, key: Any = key) -> PostingList:
            return PostingList(key.doc[int(key.poff[term]) : int(key.poff[term + 1])])

        found[name] = FieldView(key.terms, np.arange(len(key.terms)), key_postings)
    return {name: found[name] for name in sorted(found) if len(found[name].own)}
