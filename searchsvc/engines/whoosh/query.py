"""Node × segment → which documents match. General trees; plain words take the paths of `scoring`."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import assert_never

import numpy as np

from searchsvc.analysis.addresses import url_key
from searchsvc.analysis.names import name_key
from searchsvc.engines.whoosh.arrays import Ints, Mask, Places
from searchsvc.engines.whoosh.codec.field_arrays import UNDATED
from searchsvc.engines.whoosh.leaves import Leaves
from searchsvc.engines.whoosh.view import View
from searchsvc.model.query import (
    And,
    DateRange,
    FacetFilter,
    Fuzzy,
    MatchAll,
    MinShouldMatch,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Url,
    Word,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

#: Answers a leaf, facet or address that means the article where the family is another one.
Elsewhere = Callable[[Node, View], Mask | None]


class Matcher:
    """Answers nodes of one query."""

    def __init__(self, leaves: Leaves, elsewhere: Elsewhere | None = None) -> None:
        self._leaves = leaves
        self._elsewhere = elsewhere

    def mask(self, node: Node, view: View) -> Mask:  # noqa: PLR0911 - one return a kind of node
        """Return which documents of a segment match; deleted ones may be among them."""
        if self._elsewhere is not None:
            answer = self._elsewhere(node, view)
            if answer is not None:
                return answer
        match node:
            case Word() | Phrase() | Prefix() | Fuzzy():
                return marked(view, self._leaves.documents(node, view))
            case FacetFilter(field, value):
                return has_value(view, field, name_key(value))
            case Url(url):
                key = url_key(url)
                return marked(view, view.arrays.keys["url"].documents(key).astype(np.intp) if key else [])
            case DateRange(start, end):
                return dated(view.arrays.dates, start, end)
            case MatchAll():
                return np.ones(view.count, np.bool_)
            case And() | Or() | MinShouldMatch() | Not():
                return self._combined(node, view)
            case _:
                assert_never(node)

    def _combined(self, node: And | Or | MinShouldMatch | Not, view: View) -> Mask:
        match node:
            case And(children):
                return self._all(children, view)
            case Or(children):
                found = np.zeros(view.count, np.bool_)
                for child in children:
                    found |= self.mask(child, view)
                return found
            case MinShouldMatch(children, least):
                return self.how_many(children, view) >= least
            case Not(child):
                return ~self.mask(child, view)
            case _:
                assert_never(node)

    def _all(self, children: tuple[Node, ...], view: View) -> Mask:
        found = np.ones(view.count, np.bool_)
        for child in children:
            found &= self.mask(child, view)
        return found

    def how_many(self, children: tuple[Node, ...], view: View) -> Ints:
        """Return how many of the nodes each document matches."""
        count = np.zeros(view.count, np.uint16)
        for child in children:
            count += self.mask(child, view)
        return count


def marked(view: View, docs: Places | list[int]) -> Mask:
    """Return a mask of some documents."""
    mask = np.zeros(view.count, np.bool_)
    mask[docs] = True
    return mask


def has_value(view: View, facet: str, folded: str) -> Mask:
    """Return which documents have a value in a column, case and accents aside."""
    column = view.arrays.facets[facet]
    numbers = view.numbers(facet, folded)
    mask = np.zeros(view.count, np.bool_)
    if not numbers:
        return mask
    wanted = np.zeros(len(column.values), np.bool_)
    wanted[numbers] = True
    if column.first is None:
        return wanted.take(column.ordinal)
    places = np.flatnonzero(wanted.take(column.ordinal))
    mask[np.searchsorted(column.first, places.astype(column.first.dtype), "right") - 1] = True
    return mask


def dated(dates: Ints, start: datetime | None, end: datetime | None) -> Mask:
    """Return which dates lie at or after `start` and before `end`; a missing date lies nowhere."""
    found: Mask = dates != UNDATED
    if start is not None:
        found &= dates >= _ceiling(start)
    if end is not None:
        found &= dates < _ceiling(end)
    return found


def _ceiling(moment: datetime) -> int:
    """Return seconds since 1970, rounded up: what is kept in whole seconds compares as if it were exact."""
    return -((_EPOCH - moment) // timedelta(seconds=1))
