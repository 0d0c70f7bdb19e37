"""Prefix or fuzzy word → the surface forms it stands for → their slots."""

from collections.abc import Iterable, Sequence

import numpy as np

from searchsvc.engines.whoosh.array_ops import Ints, Mask, Places
from searchsvc.engines.whoosh.codec.field_arrays import ESCAPE, FieldPostings
from searchsvc.engines.whoosh.codec.segment import SegmentArrays
from searchsvc.engines.whoosh.codec.string_table import stem_key, unmark
from searchsvc.engines.whoosh.phrase_query import EMPTY, Slots, merged_slots, stem_owners, stem_slots

#: Where so many forms share a prefix, reading the whole stream costs less than their postings.
MANY_FORMS = 1000
#: Slots of a stream read at a time.
STEP = 1 << 20


class FormSet:
    """Some surface forms of one segment."""

    def __init__(self, arrays: SegmentArrays, numbers: Iterable[int] | range) -> None:
        chosen = np.fromiter(numbers, np.intp)
        self._arrays = arrays
        self._codes = arrays.forms.code[chosen].astype(np.intp)
        self._many = len(chosen) > MANY_FORMS
        self._terms: set[int] = set()
        if not self._many:
            stems = {stem_key(*unmark(arrays.forms[i])) for i in chosen.tolist()}
            self._terms = {term for term in map(arrays.terms.index, stems) if term >= 0}

    def __bool__(self) -> bool:
        return bool(len(self._codes))

    def slots(self, text: FieldPostings) -> Slots:
        """Return all slots of the forms in a field."""
        if not self:
            return EMPTY
        positions = sum(text.places(term)[1] - text.places(term)[0] for term in self._terms)
        if self._many or positions > len(text.fwd):
            return self._scan(text)
        return merged_slots([self._of_stem(text, term) for term in self._terms])

    def _of_stem(self, text: FieldPostings, term: int) -> Slots:
        slots = stem_slots(text, term)
        keep = self._has(text, slots, text.fwd.take(slots)).nonzero()[0]
        return Slots(slots.take(keep), stem_owners(text, term).take(keep))

    def _scan(self, text: FieldPostings) -> Slots:
        found = []
        for start in range(0, len(text.fwd), STEP):
            codes = text.fwd[start : start + STEP]
            found.append(np.flatnonzero(self._has(text, None, codes, start)) + start)
        slots = np.concatenate(found)
        return Slots(slots, text.base.searchsorted(slots.astype(text.base.dtype), "right") - 1)

    def _has(self, text: FieldPostings, slots: Places | None, codes: Ints, start: int = 0) -> Mask:
        """Return which codes, of some slots or of a stretch of the stream, are among the forms'."""
        wanted = self._wanted()
        here: Mask = wanted.take(codes)
        far = np.flatnonzero(codes == ESCAPE)
        if len(far):
            places = far + start if slots is None else slots[far]
            ids = text.xid[np.searchsorted(text.xpos, places.astype(text.xpos.dtype))]
            here[far] = wanted.take(ids) if len(wanted) > ESCAPE + 1 else np.isin(ids, self._codes)
        return here

    def _wanted(self) -> Mask:
        """Return for every code whether it is one of the forms'."""
        wanted = np.zeros(max(ESCAPE + 1, self._arrays.form_count + 1), np.bool_)
        wanted[self._codes] = True
        return wanted


def forms_with_prefix(arrays: SegmentArrays, prefix: str) -> FormSet:
    """Return the forms that begin with a prefix."""
    return FormSet(arrays, range(*arrays.forms.span(prefix.encode("utf-8", "surrogatepass"))))


def exact_forms(arrays: SegmentArrays, forms: Sequence[bytes]) -> FormSet:
    """Return those of the given entries that the segment has."""
    return FormSet(arrays, (number for number in map(arrays.forms.index, forms) if number >= 0))
