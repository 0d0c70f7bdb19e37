"""Open segment + average lengths → SegmentReader: one segment as it is scored."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from searchsvc.analysis.keys import name_key
from searchsvc.engines.ranking_rules import K1, OWN_WEIGHT, RECORD_LENGTH_NORM, WEIGHTS
from searchsvc.engines.whoosh.array_ops import Floats, Ints, Places
from searchsvc.engines.whoosh.codec.container import Mask
from searchsvc.engines.whoosh.codec.field_arrays import FIELD_BITS
from searchsvc.engines.whoosh.codec.snapshot import OpenSegment
from searchsvc.model.fields import BODY, LEAD, TEXT, TEXT_FIELDS

#: Length norm of the fields of quotes and headlines; all others have their own.
_NORMS: dict[str, float] = {row.name: row.length_norm for row in TEXT_FIELDS}
#: Weights of the fields that a bare word looks into.
_WEIGHTS: dict[str, float] = {str(name): weight for name, weight in WEIGHTS.items()}
#: Values of each facet remembered as text.
REMEMBERED = 2000


@dataclass(frozen=True, slots=True)
class TermState:
    """Where one stem lies in a segment: its number and, for articles, what serves a bare word.

    `merged` is its range of the merged lists, `left` that of the documents whose main field lacks
    it, `row` its dense row or -1.
    """

    number: int
    main: tuple[int, int] = (0, 0)
    merged: tuple[int, int] = (0, 0)
    left: tuple[int, int] = (0, 0)
    row: int = -1


@dataclass(frozen=True)
class AverageLengths:
    """Average lengths over the living documents of all segments of a type of documents that have the field at all."""

    fields: dict[str, float] = field(default_factory=dict)
    passage: float = 1.0


class SegmentReader:
    """One segment. Arrays of weights are made at first use and kept as long as the commit is current."""

    def __init__(self, segment: OpenSegment, number: int, offset: int, averages: AverageLengths) -> None:
        self.arrays, self.alive = segment.arrays, segment.alive
        #: Number of the segment among all of the collection.
        self.number = number
        #: Number of the segment's first document among those of all segments.
        self.offset = offset
        self.count = segment.arrays.count
        self.living = segment.count
        self._averages = averages
        self._own: dict[str, Floats] = {}
        self._values: dict[str, dict[int, str]] = {}
        self._folded: dict[str, list[str]] = {}
        self._numbers: dict[str, dict[str, list[int]]] = {}

    def own_normed_boost(self, name: str) -> Floats:
        """Return what a word of a field asked for by name counts in each document."""
        normed_boost = self._own.get(name)
        if normed_boost is None:
            normed_boost = self._own[name] = self._gain(name, OWN_WEIGHT)
        return normed_boost

    def normed_boost(self, name: str, docs: Places) -> Floats:
        """Return what a bare word counts in this field of some documents."""
        if name == self.arrays.main.name:
            return self.main_normed_boost.take(docs)
        return self.merged_normed_boost.take((docs << FIELD_BITS) | self.arrays.document_type.merged.index(name))

    @cached_property
    def main_normed_boost(self) -> Floats:
        """What a bare word counts in the main field of each document."""
        name = self.arrays.main.name
        return self._gain(name, _WEIGHTS.get(name, OWN_WEIGHT))

    @cached_property
    def merged_normed_boost(self) -> Floats:
        """The same of the short fields, as `merged.key` numbers them."""
        gains = np.zeros((self.count, 1 << FIELD_BITS), np.float32)
        for number, name in enumerate(self.arrays.document_type.merged):
            gains[:, number] = self._gain(name, _WEIGHTS[name])
        return gains.reshape(-1)

    @cached_property
    def passage_norm(self) -> Floats:
        """Saturation of a passage: K1 × how much longer than the average it counts as being."""
        length = self.passage_length.astype(np.float32)
        strength = TEXT[BODY].length_norm
        return np.float32(K1) * (1 - strength + strength * length / np.float32(self._averages.passage))

    @cached_property
    def least_norm(self) -> Floats:
        """Smallest norm of each document's passages."""
        first = self.arrays.passages.first[:-1].astype(np.intp)
        return np.minimum.reduceat(self.passage_norm, first) if len(first) else self.passage_norm

    @cached_property
    def least_normed_boost(self) -> Floats:
        """Smaller gain of body and lead of each document."""
        return np.minimum(self.main_normed_boost, self.normed_boost(LEAD, np.arange(self.count)))

    @cached_property
    def form_of_code(self) -> Ints:
        """Number of the surface form that has each code of the streams."""
        code = self.arrays.forms.code
        numbers = np.zeros(len(code) + 1, np.uint32)
        numbers[code] = np.arange(len(code), dtype=np.uint32)
        return numbers

    @property
    def passage_length(self) -> Ints:
        """Words of each passage; the lead belongs to its article's first one."""
        passages = self.arrays.passages
        length = passages.length.astype(np.uint32)
        length[passages.first[:-1].astype(np.intp)] += self.arrays.fields[LEAD].length
        return length

    def _gain(self, name: str, weight: float) -> Floats:
        strength = _NORMS.get(name, RECORD_LENGTH_NORM)
        length = self.arrays.fields[name].length.astype(np.float32)
        return np.float32(weight) / (1 - strength + strength * length / np.float32(self._averages.fields[name]))

    def term(self, key: bytes) -> TermState | None:
        """Return where a stem lies, or None if no document has it."""
        arrays = self.arrays
        number = arrays.terms.index(key)
        if number < 0:
            return None
        main = arrays.main.span(number)
        if not arrays.document_type.merged:
            return TermState(number, main)
        lists = arrays.merged
        merged = lists.poff[number], lists.poff[number + 1]
        left = lists.loff[number], lists.loff[number + 1]
        return TermState(number, main, merged, left, arrays.dense.get(number, -1))

    def value(self, facet: str, number: int) -> str:
        """Return a value of a facet; the first ones looked up are remembered."""
        known = self._values.setdefault(facet, {})
        value = known.get(number)
        if value is None:
            value = self.arrays.facets[facet].values[number].decode("utf-8", "surrogatepass")
            if len(known) < REMEMBERED:
                known[number] = value
        return value

    def folded(self, facet: str) -> list[str]:
        """Return the values of a facet as they are compared (`name_key`)."""
        values = self._folded.get(facet)
        if values is None:
            column = self.arrays.facets[facet]
            values = self._folded[facet] = [
                name_key(value.decode("utf-8", "surrogatepass")) for value in column.values.all()
            ]
        return values

    def numbers(self, facet: str, folded: str) -> Sequence[int]:
        """Return the numbers of the values of a facet that are compared as one."""
        known = self._numbers.get(facet)
        if known is None:
            known = {}
            for number, value in enumerate(self.folded(facet)):
                if number:
                    known.setdefault(value, []).append(number)
            self._numbers[facet] = known
        return known.get(folded, ())

    def count_living(self, docs: Ints) -> int:
        """Return how many of the documents are not deleted."""
        return len(docs) if self.alive is None else int(np.count_nonzero(self.alive.take(docs)))

    def living_mask(self) -> Mask:
        """Return a new mask of all documents that are not deleted."""
        return np.ones(self.count, np.bool_) if self.alive is None else self.alive.copy()
