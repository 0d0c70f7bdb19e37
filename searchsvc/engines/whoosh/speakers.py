"""Quotes found → who said them, the spellings of one name taken together."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from searchsvc.analysis.names import is_full_name
from searchsvc.engines.weights import FACET_VALUES
from searchsvc.engines.whoosh.arrays import Ints, Places
from searchsvc.engines.whoosh.codec import UNDATED
from searchsvc.engines.whoosh.facets import Found
from searchsvc.engines.whoosh.view import View
from searchsvc.model.result import FacetValue, SpeakerHit, SpeakerRanking

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Dates that are later, or earlier, than any.
_LATEST, _EARLIEST = np.iinfo(np.int64).max, np.iinfo(np.int64).min
#: Documents of a segment → the articles they stand in, by number.
OwnersOf = Callable[[View, Places], Places]


def speaker_facet(found: Found) -> tuple[FacetValue, ...]:
    """Return the most frequent names, their spellings counted together, ties by the spelling shown."""
    values = [FacetValue(_shown(counted), counted.total()) for counted in _spellings(found).values()]
    return tuple(sorted(values, key=lambda value: (-value.count, value.value))[:FACET_VALUES])


def find_speakers(found: Found, owners_of: OwnersOf, limit: int, offset: int) -> SpeakerRanking:
    """Return who said the quotes found under a full name: most quotes first, ties by name."""
    spellings = _spellings(found, full=True)
    order = sorted(spellings, key=lambda key: (-spellings[key].total(), key))
    page = order[offset : offset + limit]
    return SpeakerRanking(tuple(_hits(found, owners_of, page, spellings)), len(order))


def _spellings(found: Found, *, full: bool = False) -> dict[str, Counter[str]]:
    """Return for each name how often each of its spellings is counted."""
    spellings: dict[str, Counter[str]] = {}
    for view, docs in found:
        column, keys = view.arrays.facets["speaker"], view.folded("speaker")
        counts = np.bincount(_ordinals(view, docs), minlength=len(column.values))
        counts[0] = 0
        numbers = np.flatnonzero(counts)
        for number, count in zip(numbers.tolist(), counts.take(numbers).tolist(), strict=True):
            name = view.value("speaker", number)
            if not full or is_full_name(name):
                spellings.setdefault(keys[number], Counter())[name] += count
    return spellings


def _hits(
    found: Found, owners_of: OwnersOf, page: Sequence[str], spellings: dict[str, Counter[str]]
) -> Iterator[SpeakerHit]:
    group_of = {key: group for group, key in enumerate(page)}
    first, last = np.full(len(page), _LATEST, np.int64), np.full(len(page), _EARLIEST, np.int64)
    pairs: list[Places] = [np.empty(0, np.intp)]
    for view, docs in found:
        groups = _groups(view, docs, group_of)
        mine, groups = docs[groups >= 0], groups[groups >= 0]
        dates = view.arrays.dates.take(mine)
        np.minimum.at(first, groups, np.where(dates == UNDATED, _LATEST, dates))
        np.maximum.at(last, groups, dates)
        pairs.append(owners_of(view, mine) * max(len(page), 1) + groups)
    articles = np.bincount(np.unique(np.concatenate(pairs)) % max(len(page), 1), minlength=len(page))
    for key, count, start, end in zip(page, articles.tolist(), first.tolist(), last.tolist(), strict=True):
        counted = spellings[key]
        dated = end != UNDATED
        yield SpeakerHit(
            _shown(counted), counted.total(), count, _moment(start) if dated else None, _moment(end) if dated else None
        )


def _groups(view: View, docs: Places, group_of: dict[str, int]) -> Places:
    """Return which name of the page said each quote, -1 for none of them."""
    keys = view.folded("speaker")
    ordinals = _ordinals(view, docs)
    group = np.full(len(keys), -1, np.intp)
    for number in np.unique(ordinals).tolist():
        if number and is_full_name(view.value("speaker", number)):
            group[number] = group_of.get(keys[number], -1)
    return group.take(ordinals)


def _ordinals(view: View, docs: Places) -> Ints:
    """Return the number of each quote's speaker, 0 for none: a quote has one at most."""
    return view.arrays.facets["speaker"].ordinal.take(docs)


def _shown(counted: Counter[str]) -> str:
    """Return the most frequent spelling, ties by code points."""
    return min(counted, key=lambda name: (-counted[name], name))


def _moment(seconds: int) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)
