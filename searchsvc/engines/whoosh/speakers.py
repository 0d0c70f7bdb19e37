"""Quotes found → who said them, the spellings of one name taken together."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np

from searchsvc.analysis.names import is_full_name
from searchsvc.engines.ranking_rules import FACET_VALUES
from searchsvc.engines.whoosh.arrays import Ints, Places
from searchsvc.engines.whoosh.codec.field_arrays import UNDATED
from searchsvc.engines.whoosh.collection import Collection
from searchsvc.engines.whoosh.facets import Found
from searchsvc.engines.whoosh.view import View
from searchsvc.model.fields import FacetField
from searchsvc.model.result import FacetValue, SpeakerHit, SpeakerRanking

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Dates that are later, or earlier, than any.
_LATEST, _EARLIEST = np.iinfo(np.int64).max, np.iinfo(np.int64).min
#: Documents of a segment → the articles they stand in, by number.
OwnersOf = Callable[[View, Places], Places]


class Names:
    """The names of one commit in a facet of quotes. A name's number is its place among all `name_key`s in order."""

    def __init__(self, quotes: Collection, field: FacetField) -> None:
        self._quotes, self._field = quotes, field

    @cached_property
    def _keys(self) -> list[str]:
        return sorted({key for view in self._quotes.views for key in view.folded(self._field)})

    @cached_property
    def _names(self) -> list[Places]:
        """Number of the name of every value of the column, for each segment; -1 for no name."""
        number_of = {key: number for number, key in enumerate(self._keys)}
        found = []
        for view in self._quotes.views:
            names = np.array([number_of[key] for key in view.folded(self._field)], np.intp)
            names[:1] = -1
            found.append(names)
        return found

    @cached_property
    def _full_names(self) -> list[Places]:
        """The same, with -1 also for what is not a full name."""
        found = []
        for view, names in zip(self._quotes.views, self._names, strict=True):
            values = (value.decode("utf-8", "surrogatepass") for value in view.arrays.facets[self._field].values.all())
            full = np.fromiter(map(is_full_name, values), np.bool_, len(names))
            found.append(np.where(full, names, -1))
        return found

    def facet(self, found: Found) -> tuple[FacetValue, ...]:
        """Return the most frequent names, ties by name."""
        counts = self._counts(found, self._names)
        best = _most(counts)[:FACET_VALUES]
        shown = self._shown(found, self._names, best)
        return tuple(FacetValue(shown[name], int(counts[name])) for name in best.tolist())

    def ranking(self, found: Found, owners_of: OwnersOf, limit: int, offset: int) -> SpeakerRanking:
        """Return who said the quotes found under a full name: most quotes first, ties by name."""
        counts = self._counts(found, self._full_names)
        order = _most(counts)
        page = order[offset : offset + limit]
        return SpeakerRanking(tuple(self._hits(found, owners_of, page, counts)), len(order))

    def _counts(self, found: Found, names: list[Places]) -> Ints:
        counts = np.zeros(len(self._keys), np.int64)
        for view, docs in found:
            said = names[view.number].take(self._ordinals(view, docs))
            counts += np.bincount(said[said >= 0], minlength=len(counts))
        return counts

    def _ordinals(self, view: View, docs: Places) -> Ints:
        """Return the number of each quote's name in the column, 0 for none: a quote has one at most."""
        return view.arrays.facets[self._field].ordinal.take(docs)

    def _shown(self, found: Found, names: list[Places], wanted: Places) -> dict[int, str]:
        """Return the most frequent spelling of some names among the quotes found, ties by code points."""
        spellings: dict[int, Counter[str]] = {}
        for view, docs in found:
            mine = names[view.number]
            ordinals = self._ordinals(view, docs)
            counts = np.bincount(ordinals[np.isin(mine, wanted).take(ordinals)], minlength=len(mine))
            for ordinal in np.flatnonzero(counts).tolist():
                counted = spellings.setdefault(int(mine[ordinal]), Counter())
                counted[view.value(self._field, ordinal)] += int(counts[ordinal])
        return {name: min(counted, key=lambda text: (-counted[text], text)) for name, counted in spellings.items()}

    def _hits(self, found: Found, owners_of: OwnersOf, page: Places, counts: Ints) -> Iterator[SpeakerHit]:
        size = len(page)
        place = np.full(len(self._keys), -1, np.intp)
        place[page] = np.arange(size)
        first, last = np.full(size, _LATEST, np.int64), np.full(size, _EARLIEST, np.int64)
        pairs: list[Places] = [np.empty(0, np.intp)]
        for view, docs in found:
            said = self._full_names[view.number].take(self._ordinals(view, docs))
            places = np.where(said >= 0, place.take(said), -1)
            mine, places = docs[places >= 0], places[places >= 0]
            dates = view.arrays.dates.take(mine)
            np.minimum.at(first, places, np.where(dates == UNDATED, _LATEST, dates))
            np.maximum.at(last, places, dates)
            pairs.append(owners_of(view, mine) * size + places)
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
