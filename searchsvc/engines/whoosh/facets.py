"""Matching documents → counts of their facets' values."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from searchsvc.engines.ranking_rules import FACET_VALUES
from searchsvc.engines.whoosh.arrays import Ints, Places, ragged
from searchsvc.engines.whoosh.codec.field_arrays import FacetColumn
from searchsvc.engines.whoosh.codec.schema import MONTH
from searchsvc.engines.whoosh.view import View
from searchsvc.model.fields import ARTICLE_FACETS, FacetField
from searchsvc.model.result import Facets, FacetValue

#: The matching documents of each segment, by their numbers there.
Found = Sequence[tuple[View, Places]]


def count_facets(found: Found, without: Mapping[FacetField, Found]) -> Facets:
    """Return the facets of the documents found; those that have a choice are of the documents without it."""

    def counted(name: FacetField) -> tuple[FacetValue, ...]:
        return most_frequent(without.get(name, found), name)

    return Facets({row.name: counted(row.name) for row in ARTICLE_FACETS}, months(found))


def most_frequent(found: Found, name: str) -> tuple[FacetValue, ...]:
    """Return the most frequent values with their counts, ties by value."""
    counted = _counted(found, name, FACET_VALUES)
    best = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:FACET_VALUES]
    return tuple(FacetValue(value, count) for value, count in best)


def months(found: Found) -> tuple[FacetValue, ...]:
    """Return the months in order with their counts."""
    return tuple(FacetValue(value, count) for value, count in sorted(_counted(found, MONTH).items()))


def _counted(found: Found, name: str, enough: int | None = None) -> dict[str, int]:
    """Return the values' counts; of one segment only so many as are enough, for each value costs a string."""
    total: dict[str, int] = {}
    for view, docs in found:
        column = view.arrays.facets[name]
        if len(column.values) > 1:
            counts = _bincount(column, docs)
            for number, count in _frequent(counts, enough if len(found) == 1 else None):
                value = view.value(name, number)
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
