"""Matching documents → counts of their facets' values; those of names count the spellings of one name together."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np

from searchsvc.analysis.keys import is_full_name
from searchsvc.engines.ranking_rules import FACET_VALUES
from searchsvc.engines.whoosh.array_ops import Ints, Places, ragged
from searchsvc.engines.whoosh.codec.field_arrays import UNDATED, FacetColumn
from searchsvc.engines.whoosh.codec.schema import MONTH
from searchsvc.engines.whoosh.composite_reader import CompositeReader
from searchsvc.engines.whoosh.segment_reader import SegmentReader
from searchsvc.model.fields import ARTICLE_FACETS, FacetField
from searchsvc.model.result import Facets, FacetValue, SpeakerHit, SpeakerRanking

#: The matching documents of each segment, by their numbers there.
DocsBySegment = Sequence[tuple[SegmentReader, Places]]


def count_facets(found: DocsBySegment, without: Mapping[FacetField, DocsBySegment]) -> Facets:
    """Return the facets of the documents found; those that have a choice are of the documents without it."""

    def counted(name: FacetField) -> tuple[FacetValue, ...]:
        return most_frequent(without.get(name, found), name)

    return Facets({row.name: counted(row.name) for row in ARTICLE_FACETS}, months(found))


def most_frequent(found: DocsBySegment, name: str) -> tuple[FacetValue, ...]:
    """Return the most frequent values with their counts, ties by value."""
    counted = _counted(found, name, FACET_VALUES)
    best = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:FACET_VALUES]
    return tuple(FacetValue(value, count) for value, count in best)


def months(found: DocsBySegment) -> tuple[FacetValue, ...]:
    """Return the months in order with their counts."""
    return tuple(FacetValue(value, count) for value, count in sorted(_counted(found, MONTH).items()))


def _counted(found: DocsBySegment, name: str, enough: int | None = None) -> dict[str, int]:
    """Return the values' counts; of one segment only so many as are enough, for each value costs a string."""
    total: dict[str, int] = {}
    for reader, docs in found:
        column = reader.arrays.facets[name]
        if len(column.values) > 1:
            counts = _bincount(column, docs)
            for number, count in _frequent(counts, enough if len(found) == 1 else None):
                value = reader.value(name, number)
                total[value] = total.get(value, 0) + count
    return total


def _frequent(counts: Ints, enough: int | None) -> Iterator[tuple[int, int]]:
    """Yield the numbers of the values that occur, or as many of the most frequent ones as are enough."""
    if len(counts) <= FACET_VALUES:
        yield from ((number, count) for number, count in enumerate(counts.tolist()) if count)
        return
    numbers = counts.nonzero()[0]
    if enough is not None:
        # Values lie in byte order, which is the order of ties.
        numbers = numbers[np.argsort(-counts[numbers], kind="stable")[:enough]]
    yield from zip(numbers.tolist(), counts.take(numbers).tolist(), strict=True)


def _bincount(column: FacetColumn, docs: Places) -> Ints:
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
#: Dates that are later, or earlier, than any.
_LATEST, _EARLIEST = np.iinfo(np.int64).max, np.iinfo(np.int64).min
#: Documents of a segment → the articles they stand in, by number.
OwnersOf = Callable[[SegmentReader, Places], Places]


class NameFacet:
    """The names of one commit in a facet of quotes. A name's number is its place among all `name_key`s in order."""

    def __init__(self, quotes: CompositeReader, field: FacetField) -> None:
        self._quotes, self._field = quotes, field

    @cached_property
    def _keys(self) -> list[str]:
        return sorted({key for reader in self._quotes.readers for key in reader.folded(self._field)})

    @cached_property
    def _names(self) -> list[Places]:
        """Number of the name of every value of the column, for each segment; -1 for no name."""
        number_of = {key: number for number, key in enumerate(self._keys)}
        found = []
        for reader in self._quotes.readers:
            names = np.array([number_of[key] for key in reader.folded(self._field)], np.intp)
            names[:1] = -1
            found.append(names)
        return found

    @cached_property
    def _full_names(self) -> list[Places]:
        """The same, with -1 also for what is not a full name."""
        found = []
        for reader, names in zip(self._quotes.readers, self._names, strict=True):
            values = (
                value.decode("utf-8", "surrogatepass") for value in reader.arrays.facets[self._field].values.all()
            )
            full = np.fromiter(map(is_full_name, values), np.bool_, len(names))
            found.append(np.where(full, names, -1))
        return found

    def facet(self, found: DocsBySegment) -> tuple[FacetValue, ...]:
        """Return the most frequent names, ties by name."""
        counts = self._counts(found, self._names)
        best = _most(counts)[:FACET_VALUES]
        shown = self._shown(found, self._names, best)
        return tuple(FacetValue(shown[name], int(counts[name])) for name in best.tolist())

    def ranking(self, found: DocsBySegment, owners_of: OwnersOf, limit: int, offset: int) -> SpeakerRanking:
        """Return who said the quotes found under a full name: most quotes first, ties by name."""
        counts = self._counts(found, self._full_names)
        order = _most(counts)
        page = order[offset : offset + limit]
        return SpeakerRanking(tuple(self._hits(found, owners_of, page, counts)), len(order))

    def _counts(self, found: DocsBySegment, names: list[Places]) -> Ints:
        counts = np.zeros(len(self._keys), np.int64)
        for reader, docs in found:
            said = names[reader.number].take(self._ordinals(reader, docs))
            counts += np.bincount(said[said >= 0], minlength=len(counts))
        return counts

    def _ordinals(self, reader: SegmentReader, docs: Places) -> Ints:
        """Return the number of each quote's name in the column, 0 for none: a quote has one at most."""
        return reader.arrays.facets[self._field].ordinal.take(docs)

    def _shown(self, found: DocsBySegment, names: list[Places], wanted: Places) -> dict[int, str]:
        """Return the most frequent spelling of some names among the quotes found, ties by code points."""
        spellings: dict[int, Counter[str]] = {}
        for reader, docs in found:
            mine = names[reader.number]
            ordinals = self._ordinals(reader, docs)
            counts = np.bincount(ordinals[np.isin(mine, wanted).take(ordinals)], minlength=len(mine))
            for ordinal in np.flatnonzero(counts).tolist():
                counted = spellings.setdefault(int(mine[ordinal]), Counter())
                counted[reader.value(self._field, ordinal)] += int(counts[ordinal])
        return {name: min(counted, key=lambda text: (-counted[text], text)) for name, counted in spellings.items()}

    def _hits(self, found: DocsBySegment, owners_of: OwnersOf, page: Places, counts: Ints) -> Iterator[SpeakerHit]:
        size = len(page)
        place = np.full(len(self._keys), -1, np.intp)
        place[page] = np.arange(size)
        first, last = np.full(size, _LATEST, np.int64), np.full(size, _EARLIEST, np.int64)
        pairs: list[Places] = [np.empty(0, np.intp)]
        for reader, docs in found:
            said = self._full_names[reader.number].take(self._ordinals(reader, docs))
            places = np.where(said >= 0, place.take(said), -1)
            mine, places = docs[places >= 0], places[places >= 0]
            dates = reader.arrays.dates.take(mine)
            np.minimum.at(first, places, np.where(dates == UNDATED, _LATEST, dates))
            np.maximum.at(last, places, dates)
            pairs.append(owners_of(reader, mine) * size + places)
        articles = np.bincount(np.unique(np.concatenate(pairs)) % max(size, 1), minlength=size)
        shown = self._shown(found, self._full_names, page)
        for i, name in enumerate(page.tolist()):
            dated = last[i] != UNDATED
            oldest, newest = (_moment(int(first[i])), _moment(int(last[i]))) if dated else (None, None)
            yield SpeakerHit(shown[name], int(counts[name]), int(articles[i]), oldest, newest)


def _most(counts: Ints) -> Places:
    """Return the names that have quotes, most first; numbers are in the order of names, which breaks ties."""
    named = np.flatnonzero(counts)
    return named[np.argsort(-counts[named], kind="stable")]


def _moment(seconds: int) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)
