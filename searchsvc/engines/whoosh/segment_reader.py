"""Open segment and average lengths of a commit → SegmentReader: the segment with normed boosts, ready to be scored.

Also the masks of facet values and dates.

Normed boosts and norms are computed when they are first used and kept as long as the commit is the last one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt

from searchsvc.engines.ranking_rules import K1, OWN_WEIGHT, RECORD_LENGTH_NORM, WEIGHTS
from searchsvc.engines.whoosh.array_ops import AnyDocIds, DocIds, NormedBoosts, Norms, Scored, SlotIds, ragged
from searchsvc.engines.whoosh.codec.container import Indices, Integers, Mask
from searchsvc.engines.whoosh.codec.field_arrays import FIELD_BITS, NO_DAY, UNDATED, FacetColumn, Ordinals
from searchsvc.engines.whoosh.codec.schema import days_since_epoch
from searchsvc.engines.whoosh.codec.snapshot import OpenSegment
from searchsvc.model.fields import BODY, LEAD, TEXT, TEXT_FIELDS, FacetField
from searchsvc.model.query import AddedRange, DateRange

#: Strength of the length norm of articles' fields; those of quotes and headlines have RECORD_LENGTH_NORM.
_NORMS: dict[str, float] = {row.name: row.length_norm for row in TEXT_FIELDS}
#: Weights of the fields that bare words look into.
_WEIGHTS: dict[str, float] = {str(name): weight for name, weight in WEIGHTS.items()}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Decoded values that are cached for each facet.
REMEMBERED = 2000


@dataclass(frozen=True, slots=True)
class TermState:
    """One stem in a segment: its number, and half-open ranges of the arrays that hold its postings."""

    number: int
    #: Postings of the main field.
    main: tuple[int, int] = (0, 0)
    #: Merged postings (articles only), and the documents of `MergedPostings.left`, which lack it in the main field.
    merged: tuple[int, int] = (0, 0)
    left: tuple[int, int] = (0, 0)
    #: Row of `SegmentArrays.rows`, -1 if it has none.
    row: int = -1


@dataclass(frozen=True)
class AverageLengths:
    """Average lengths, in words that are no stop words, over the living documents of all segments of a type.

    Documents and passages of length 0 are left out; an average of nothing is 1.
    """

    #: By text field.
    fields: dict[str, float] = field(default_factory=dict)
    #: Of passages (articles only).
    passage: float = 1.0


class SegmentReader:
    """One segment of a commit."""

    def __init__(self, segment: OpenSegment, number: int, offset: int, averages: AverageLengths) -> None:
        #: The arrays, and (documents,) which documents are not deleted; None: all.
        self.arrays, self.alive = segment.arrays, segment.alive
        #: Number of the segment among all of its type, from 0.
        self.number = number
        #: Number of the segment's first document among those of all segments.
        self.offset = offset
        #: Number of documents, deleted ones included, and without them.
        self.count = segment.arrays.count
        self.living = segment.count
        #: By text field: the paragraphs whose sentences were looked for, each as the slot at which it ends, and the
        #: slots at which these sentences begin, but for the first of each paragraph; both ascending.
        self.sentences: dict[str, tuple[SlotIds, SlotIds]] = {}
        self._averages = averages
        self._own: dict[str, NormedBoosts] = {}
        self._values: dict[str, dict[int, str]] = {}

    def own_normed_boost(self, name: str) -> NormedBoosts:
        """Return (documents,) the normed boosts of a text field for words that name the field: its weight is 1."""
        normed_boost = self._own.get(name)
        if normed_boost is None:
            normed_boost = self._own[name] = self._normed_boost(name, OWN_WEIGHT)
        return normed_boost

    def normed_boost(self, name: str, docs: DocIds) -> NormedBoosts:
        """Return the normed boosts of a text field for bare words, in some documents."""
        if name == self.arrays.main.name:
            return self.main_normed_boost.take(docs)
        return self.merged_normed_boost.take((docs << FIELD_BITS) | self.arrays.document_type.merged.index(name))

    @cached_property
    def main_normed_boost(self) -> NormedBoosts:
        """(documents,) normed boosts of the main field for bare words."""
        name = self.arrays.main.name
        return self._normed_boost(name, _WEIGHTS.get(name, OWN_WEIGHT))

    @cached_property
    def merged_normed_boost(self) -> NormedBoosts:
        """(documents × 2 ** FIELD_BITS,) normed boosts of the short fields for bare words, by `MergedPostings.key`.

        Keys of field numbers that no field has are 0; no posting has such a key.
        """
        boosts = np.zeros((self.count, 1 << FIELD_BITS), np.float32)
        for number, name in enumerate(self.arrays.document_type.merged):
            boosts[:, number] = self._normed_boost(name, _WEIGHTS[name])
        return boosts.reshape(-1)

    @cached_property
    def passage_norm(self) -> Norms:
        """(passages,) K1 × length norm of each passage."""
        length = self.passage_length.astype(np.float32)
        strength = TEXT[BODY].length_norm
        return np.float32(K1) * (1 - strength + strength * length / np.float32(self._averages.passage))

    @cached_property
    def least_norm(self) -> Norms:
        """(documents,) smallest norm of each document's passages; every document has one at least."""
        first = self.arrays.passages.first[:-1].astype(np.intp)
        return np.minimum.reduceat(self.passage_norm, first) if len(first) else self.passage_norm

    @cached_property
    def least_normed_boost(self) -> NormedBoosts:
        """(documents,) the smaller of the normed boosts of body and lead."""
        return np.minimum(self.main_normed_boost, self.normed_boost(LEAD, np.arange(self.count)))

    @cached_property
    def form_of_code(self) -> npt.NDArray[np.uint32]:
        """(forms + 1,) number of the surface form with each code; the first item, of the gap, means nothing."""
        code = self.arrays.forms.code
        numbers = np.zeros(len(code) + 1, np.uint32)
        numbers[code] = np.arange(len(code), dtype=np.uint32)
        return numbers

    @property
    def passage_length(self) -> npt.NDArray[np.uint32]:
        """(passages,) words of each passage that are no stop words; the lead's count in its article's first passage."""
        passages = self.arrays.passages
        length = passages.length.astype(np.uint32)
        length[passages.first[:-1].astype(np.intp)] += self.arrays.fields[LEAD].length
        return length

    def _normed_boost(self, name: str, weight: float) -> NormedBoosts:
        """Return (documents,) weight ÷ length norm; that is 1 - strength + strength × length ÷ average length."""
        strength = _NORMS.get(name, RECORD_LENGTH_NORM)
        length = self.arrays.fields[name].length.astype(np.float32)
        return np.float32(weight) / (1 - strength + strength * length / np.float32(self._averages.fields[name]))

    def term(self, key: bytes) -> TermState | None:
        """Return a stem's number and ranges by its key (`string_table.stem_key`), None if the segment lacks it."""
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
        """Return the value of a facet with a number; the first REMEMBERED ones are cached."""
        known = self._values.setdefault(facet, {})
        value = known.get(number)
        if value is None:
            value = self.arrays.facets[facet].values[number].decode("utf-8", "surrogatepass")
            if len(known) < REMEMBERED:
                known[number] = value
        return value

    def count_living(self, docs: AnyDocIds) -> int:
        """Return how many of some documents are not deleted."""
        return len(docs) if self.alive is None else int(np.count_nonzero(self.alive.take(docs)))

    def living_mask(self) -> Mask:
        """Return (documents,) which are not deleted, as a new mask."""
        return np.ones(self.count, np.bool_) if self.alive is None else self.alive.copy()


@dataclass(frozen=True, slots=True)
class SegmentMatches:
    """What matches in one segment. Documents are numbered among those of all segments, but in `without`."""

    reader: SegmentReader
    #: Number of living documents that match root and filters.
    total: int
    #: These documents, in any order; None where they were not asked for.
    docs: DocIds | None
    #: At least the best of them, with scores, in any order.
    scored: Scored
    #: Number of living documents that match the root, whatever the filters say.
    unfiltered: int
    #: Facet of each `DrillSidewaysFilter` → the documents that match without it, by their numbers in the segment.
    without: Mapping[FacetField, DocIds] = field(default_factory=dict)


def marked(reader: SegmentReader, docs: DocIds | list[int]) -> Mask:
    """Return (documents,) a mask of some documents, given by number in any order."""
    mask = np.zeros(reader.count, np.bool_)
    mask[docs] = True
    return mask


def has_value(reader: SegmentReader, facet: str, key: str) -> Mask:
    """Return (documents,) which documents have a value in a column, in any spelling; `key` is its `value_key`."""
    column = reader.arrays.facets[facet]
    number = column.keys.index(key.encode("utf-8", "surrogatepass"))
    mask = np.zeros(reader.count, np.bool_)
    if number <= 0:
        return mask
    wanted: Mask = column.key == number
    if column.first is None:
        return wanted.take(column.ordinal)
    having = np.flatnonzero(wanted.take(column.ordinal))
    mask[np.searchsorted(column.first, having.astype(column.first.dtype), "right") - 1] = True
    return mask


def count_values(column: FacetColumn, docs: DocIds) -> Indices:
    """Return (values,) how many of some documents have each value; the item of no value is 0."""
    if column.first is not None and len(docs) == len(column.first) - 1:
        ordinals = column.ordinal
    else:
        ordinals, _ = values_of(column, docs)
    counts = np.bincount(ordinals, minlength=len(column.values))
    counts[0] = 0
    return counts


def values_of(column: FacetColumn, docs: DocIds) -> tuple[Ordinals, Integers]:
    """Return (rows,) the values of some documents, document after document; and (docs,) how many each has."""
    if column.first is None:
        return column.ordinal.take(docs), np.ones(len(docs), np.intp)
    first = column.first.take(docs)
    sizes = column.first.take(docs + 1) - first
    return column.ordinal.take(ragged(first, sizes)), sizes


def within(reader: SegmentReader, period: DateRange | AddedRange) -> Mask:
    """Return (documents,) which documents are dated, or have articles that came in, within a period.

    Those of which that is not known never are.
    """
    return _added(reader, period) if isinstance(period, AddedRange) else _dated(reader, period)


def _dated(reader: SegmentReader, period: DateRange) -> Mask:
    (first, after), (start, end) = period.days, period.instants
    days, dates = reader.arrays.days, reader.arrays.dates
    mask: Mask = days != NO_DAY if first is None else days >= days_since_epoch(first)
    if after is not None:
        mask &= days < days_since_epoch(after)
    if start is not None:
        mask &= dates >= _ceiling(start)
    if end is not None:
        mask &= dates < _ceiling(end)
    return mask


def _added(reader: SegmentReader, period: AddedRange) -> Mask:
    added = reader.arrays.added
    mask: Mask = added != UNDATED if period.start is None else added >= _ceiling(period.start)
    if period.end is not None:
        mask &= added < _ceiling(period.end)
    return mask


def _ceiling(moment: datetime) -> int:
    """Return seconds since 1970, rounded up: a whole second is before the moment exactly if it is before that."""
    return -((_EPOCH - moment) // timedelta(seconds=1))
