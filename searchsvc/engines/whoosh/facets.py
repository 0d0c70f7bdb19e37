"""Matching documents → counts of the values of their facets; in facets of names spellings of a name are one value."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np

from searchsvc.analysis.keys import is_full_name
from searchsvc.engines.ranking_rules import FACET_VALUES
from searchsvc.engines.whoosh.array_ops import Counts, DocIds, ragged
from searchsvc.engines.whoosh.codec.container import Indices
from searchsvc.engines.whoosh.codec.field_arrays import UNDATED, FacetColumn, Ordinals
from searchsvc.engines.whoosh.codec.schema import MONTH
from searchsvc.engines.whoosh.composite_reader import CompositeReader
from searchsvc.engines.whoosh.segment_reader import SegmentReader
from searchsvc.model.deadline import check_deadline
from searchsvc.model.fields import ARTICLE_FACETS, FacetField
from searchsvc.model.result import Facets, FacetValue, SpeakerHit, SpeakerRanking

#: Documents of each segment, by their numbers there: in any order, each once.
DocsBySegment = Sequence[tuple[SegmentReader, DocIds]]


def count_facets(matches: DocsBySegment, without: Mapping[FacetField, DocsBySegment]) -> Facets:
    """Return the facets of articles.

    Args:
        matches: The articles that match the query.
        without: Facet of each `DrillSidewaysFilter` → the articles that match without it, over which it is counted.

    """

    def counted(name: FacetField) -> tuple[FacetValue, ...]:
        return most_frequent(without.get(name, matches), name)

    return Facets({row.name: counted(row.name) for row in ARTICLE_FACETS}, months(matches))


def most_frequent(matches: DocsBySegment, name: str) -> tuple[FacetValue, ...]:
    """Return the FACET_VALUES most frequent values of a facet with their counts, ties by value."""
    counted = _counted(matches, name, FACET_VALUES)
    best = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:FACET_VALUES]
    return tuple(FacetValue(value, count) for value, count in best)


def months(matches: DocsBySegment) -> tuple[FacetValue, ...]:
    """Return all months of the documents in order with their counts."""
    return tuple(FacetValue(value, count) for value, count in sorted(_counted(matches, MONTH).items()))


def _counted(matches: DocsBySegment, name: str, enough: int | None = None) -> dict[str, int]:
    """Return the values of a facet with their counts.

    Where there is only one segment, the `enough` most frequent values suffice: fewer strings are decoded. With several
    segments a value that is rare in each may be frequent in all, so that all are needed.
    """
    total: dict[str, int] = {}
    for reader, docs in matches:
        check_deadline()
        column = reader.arrays.facets[name]
        if len(column.values) > 1:
            counts = _bincount(column, docs)
            for number, count in _frequent(counts, enough if len(matches) == 1 else None):
                value = reader.value(name, number)
                total[value] = total.get(value, 0) + count
    return total


def _frequent(counts: Counts, enough: int | None) -> Iterator[tuple[int, int]]:
    """Yield number and count of the values that occur, or of at least the `enough` most frequent."""
    if len(counts) <= FACET_VALUES:
        yield from ((number, count) for number, count in enumerate(counts.tolist()) if count)
        return
    numbers = counts.nonzero()[0]
    if enough is not None:
        # Values are numbered in byte order, in which a stable sort leaves those with equal counts.
        numbers = numbers[np.argsort(-counts[numbers], kind="stable")[:enough]]
    yield from zip(numbers.tolist(), counts.take(numbers).tolist(), strict=True)


def _bincount(column: FacetColumn, docs: DocIds) -> Indices:
    """Return (values,) how many of some documents have each value; the item of no value is 0."""
    if column.first is None:
        ordinals = column.ordinal.take(docs)
    elif len(docs) == len(column.first) - 1:
        ordinals = column.ordinal
    else:
        first = column.first.take(docs)
        ordinals = column.ordinal.take(ragged(first, column.first.take(docs + 1) - first))
    counts = np.bincount(ordinals, minlength=len(column.values))
    counts[0] = 0
    return counts


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: What minima and maxima of dates begin with; the earliest is UNDATED.
_LATEST, _EARLIEST = np.iinfo(np.int64).max, np.iinfo(np.int64).min
#: Quotes of a segment → the articles that they stand in, by their numbers among the articles of all segments.
OwnersOf = Callable[[SegmentReader, DocIds], DocIds]


class NameFacet:
    """A facet of quotes whose values are names; spellings with the same `name_key` are one name.

    Names are numbered in the order of their keys, over all segments of a commit.
    """

    def __init__(self, quotes: CompositeReader, field: FacetField) -> None:
        self._quotes, self._field = quotes, field

    @cached_property
    def _keys(self) -> list[str]:
        return sorted({key for reader in self._quotes.readers for key in reader.folded(self._field)})

    @cached_property
    def _names(self) -> list[Indices]:
        """For each segment (values,) the number of each value's name; -1 for the value that means none."""
        number_of = {key: number for number, key in enumerate(self._keys)}
        by_segment = []
        for reader in self._quotes.readers:
            names = np.array([number_of[key] for key in reader.folded(self._field)], np.intp)
            names[:1] = -1
            by_segment.append(names)
        return by_segment

    @cached_property
    def _full_names(self) -> list[Indices]:
        """The same, with -1 also for values that are no full names."""
        by_segment = []
        for reader, names in zip(self._quotes.readers, self._names, strict=True):
            values = (
                value.decode("utf-8", "surrogatepass") for value in reader.arrays.facets[self._field].values.all()
            )
            full = np.fromiter(map(is_full_name, values), np.bool_, len(names))
            by_segment.append(np.where(full, names, -1))
        return by_segment

    def facet(self, quotes: DocsBySegment) -> tuple[FacetValue, ...]:
        """Return the FACET_VALUES names with most quotes, ties by name, each in its most frequent spelling."""
        counts = self._counts(quotes, self._names)
        best = _most(counts)[:FACET_VALUES]
        shown = self._shown(quotes, self._names, best)
        return tuple(FacetValue(shown[name], int(counts[name])) for name in best.tolist())

    def ranking(self, quotes: DocsBySegment, owners_of: OwnersOf, limit: int, offset: int) -> SpeakerRanking:
        """Return who said some quotes, under full names only: most quotes first, ties by name.

        Args:
            quotes: The quotes.
            owners_of: Gives the articles of quotes.
            limit: Names at most.
            offset: Names that are passed over.

        """
        counts = self._counts(quotes, self._full_names)
        order = _most(counts)
        page = order[offset : offset + limit]
        return SpeakerRanking(tuple(self._hits(quotes, owners_of, page, counts)), len(order))

    def _counts(self, quotes: DocsBySegment, names: list[Indices]) -> Indices:
        """Return (names,) how many of some quotes each name has; `names` as `_names` or `_full_names`."""
        counts = np.zeros(len(self._keys), np.int64)
        for reader, docs in quotes:
            check_deadline()
            said = names[reader.number].take(self._ordinals(reader, docs))
            counts += np.bincount(said[said >= 0], minlength=len(counts))
        return counts

    def _ordinals(self, reader: SegmentReader, docs: DocIds) -> Ordinals:
        """Return (quotes,) the number of each quote's value in the column, 0 for none; a quote has one at most."""
        return reader.arrays.facets[self._field].ordinal.take(docs)

    def _shown(self, quotes: DocsBySegment, names: list[Indices], wanted: Indices) -> dict[int, str]:
        """Return the most frequent spelling of each wanted name among some quotes, ties by code points."""
        spellings: dict[int, Counter[str]] = {}
        for reader, docs in quotes:
            check_deadline()
            name_of = names[reader.number]
            ordinals = self._ordinals(reader, docs)
            counts = np.bincount(ordinals[np.isin(name_of, wanted).take(ordinals)], minlength=len(name_of))
            for ordinal in np.flatnonzero(counts).tolist():
                counted = spellings.setdefault(int(name_of[ordinal]), Counter())
                counted[reader.value(self._field, ordinal)] += int(counts[ordinal])
        return {name: min(counted, key=lambda text: (-counted[text], text)) for name, counted in spellings.items()}

    def _hits(self, quotes: DocsBySegment, owners_of: OwnersOf, page: Indices, counts: Indices) -> Iterator[SpeakerHit]:
        """Yield a hit for each name of a page. Pairs of article and name are numbered article × size + line."""
        size = len(page)
        #: Line of each name on the page, -1 for names that are not on it.
        line_of = np.full(len(self._keys), -1, np.intp)
        line_of[page] = np.arange(size)
        first, last = np.full(size, _LATEST, np.int64), np.full(size, _EARLIEST, np.int64)
        pairs: list[Indices] = [np.empty(0, np.intp)]
        for reader, docs in quotes:
            check_deadline()
            said = self._full_names[reader.number].take(self._ordinals(reader, docs))
            lines = np.where(said >= 0, line_of.take(said), -1)
            on_page, lines = docs[lines >= 0], lines[lines >= 0]
            dates = reader.arrays.dates.take(on_page)
            np.minimum.at(first, lines, np.where(dates == UNDATED, _LATEST, dates))
            np.maximum.at(last, lines, dates)
            pairs.append(owners_of(reader, on_page) * size + lines)
        articles = np.bincount(np.unique(np.concatenate(pairs)) % max(size, 1), minlength=size)
        shown = self._shown(quotes, self._full_names, page)
        for i, name in enumerate(page.tolist()):
            dated = last[i] != UNDATED
            oldest, newest = (_moment(int(first[i])), _moment(int(last[i]))) if dated else (None, None)
            yield SpeakerHit(shown[name], int(counts[name]), int(articles[i]), oldest, newest)


def _most(counts: Indices) -> Indices:
    """Return the numbers of the names that have quotes, most first, ties by number, which is by name."""
    named = np.flatnonzero(counts)
    return named[np.argsort(-counts[named], kind="stable")]


def _moment(seconds: int) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)
