"""Postings → Whoosh's term reader, cursor and term statistics."""

# ruff: noqa: D102 - the methods are Whoosh's, and documented there

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from whoosh.codec import base
from whoosh.reading import TermInfo, TermNotFound

from searchsvc.engines.whoosh.codec.container import Ints
from searchsvc.engines.whoosh.codec.segment import SegmentArrays
from searchsvc.engines.whoosh.codec.strings import Strings
from searchsvc.engines.whoosh.codec.whoosh_api import byte_to_length
from searchsvc.engines.whoosh.codec.whoosh_matcher import ArrayMatcher, PostingList

LengthBytes = Callable[[npt.NDArray[Any]], npt.NDArray[np.uint8]]


@dataclass(frozen=True, slots=True)
class FieldView:
    """One indexed field: the dictionary, the numbers of its own terms, and their postings."""

    strings: Strings
    own: npt.NDArray[np.int64]
    postings: Callable[[int], PostingList]

    def find(self, text: bytes) -> int:
        """Return the place among the field's own terms of the first one not before `text`."""
        return int(np.searchsorted(self.own, self.strings.find(text)))

    def text(self, place: int) -> bytes:
        """Return the field's own term at a place."""
        return self.strings[int(self.own[place])]

    def index(self, text: bytes) -> int:
        """Return the place of a term, or -1."""
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
    """Whoosh's walk over the terms of a field."""

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
    """Whoosh's look into the postings of a segment."""

    def __init__(self, arrays: SegmentArrays, length_bytes: LengthBytes) -> None:
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


def _views(arrays: SegmentArrays, length_bytes: LengthBytes) -> dict[str, FieldView]:
    """Return every indexed field that has terms, in name order."""
    found: dict[str, FieldView] = {}
    for name, field in arrays.fields.items():
        lengths = length_bytes(field.length)

        def text_postings(term: int, field: Any = field, lengths: Ints = lengths) -> PostingList:
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
