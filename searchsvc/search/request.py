"""What a reader may ask of one search, on the page, in the API and on the command line → what an engine is asked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from searchsvc.analysis import is_stop
from searchsvc.errors import QueryError
from searchsvc.model.fields import FACET, FacetField
from searchsvc.model.query import (
    And,
    DateRange,
    DrillSidewaysFilter,
    FacetFilter,
    Filter,
    MatchAll,
    MinShouldMatch,
    Node,
    Or,
    ParsedQuery,
    Sort,
    Word,
)
from searchsvc.query_parser import parse_query, plain_query

MatchMode = Literal["auto", "all", "any"]
PAGE_SIZE = 10
LARGEST_PAGE = 100
#: Deeper pages are served by narrowing the dates; this many hits is past what anybody reads.
DEEPEST_HIT = 1_000_000
#: Where fewer articles have all the words, those with most of them follow.
FEW = 10
#: Of so many words one is enough; of more, more than half.
PAIR = 2
NOTHING_ASKED = ParsedQuery(MatchAll(), (), (), "")
#: Readings that are remembered: more than the requests that a process answers at once.
AT_ONCE = 32


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search. Several values of a facet widen it; different facets narrow each other.

    `sort` None means by relevance, or newest first where there is no text. A request carries the
    moment it was made, so its text says the same to all who ask `understood`, and is parsed once.
    """

    text: str = ""
    page: int = 1
    size: int = PAGE_SIZE
    sort: Sort | None = None
    match: MatchMode = "auto"
    #: Facet → values that are asked for. Those that ask for none are left out, in the order of the facets.
    chosen: Mapping[FacetField, tuple[str, ...]] = field(default_factory=dict, hash=False)
    #: First and last day, both included.
    first: date | None = None
    last: date | None = None
    #: The text is mere words: no operators, no fields.
    plain: bool = False
    #: What relative dates count from.
    now: datetime = field(default_factory=_now, compare=False)

    def __post_init__(self) -> None:
        """Refuse what cannot be answered.

        Raises:
            QueryError: A number is out of range or the dates are the wrong way round.
            ValueError: There is no such facet.

        """
        if not FACET.keys() >= self.chosen.keys():
            raise ValueError(f"{set(self.chosen).difference(FACET)} are no facets")
        chosen = {name: tuple(self.chosen[name]) for name in FACET if self.chosen.get(name)}
        object.__setattr__(self, "chosen", MappingProxyType(chosen))
        if not 1 <= self.size <= LARGEST_PAGE:
            raise QueryError(f"size is {self.size}: ask for 1 to {LARGEST_PAGE} articles a page")
        if self.page < 1:
            raise QueryError(f"page is {self.page}: pages are counted from 1")
        if self.page * self.size > DEEPEST_HIT:
            raise QueryError(
                f"page {self.page} lies beyond hit {DEEPEST_HIT}: narrow the dates instead", too_costly=True
            )
        if self.first and self.last and self.first > self.last:
            raise QueryError(f"from {self.first} is after to {self.last}: exchange the two")

    @property
    def understood(self) -> ParsedQuery:
        """What the text asks for; everything where there is none.

        Raises:
            QueryError: It cannot be read, or would cost too much.

        """
        return _understand(self.text, self.now, plain=self.plain)

    @property
    def order(self) -> Sort:
        """The order of the results: `sort`, else best first where there is a text, else newest first."""
        return self.sort or ("relevance" if self.text.strip() else "newest")

    @property
    def offset(self) -> int:
        """How many hits stand on the pages before."""
        return (self.page - 1) * self.size

    def values(self, field: FacetField) -> tuple[str, ...]:
        """Return the values of a facet that are asked for."""
        return self.chosen.get(field, ())

    def choosing(self, field: FacetField, values: Sequence[str]) -> "SearchRequest":
        """Return the request with these values of a facet."""
        return replace(self, chosen={**self.chosen, field: tuple(values)})

    def filters(self, *, sideways: bool = False) -> tuple[Filter, ...]:
        """Return what narrows the result without scoring; `sideways`, values of a facet are a `DrillSidewaysFilter`."""
        return tuple(self._filters(sideways=sideways))

    def _filters(self, *, sideways: bool) -> Iterator[Filter]:
        for name, values in self.chosen.items():
            node = at_least_one([FacetFilter(name, value) for value in values])
            yield DrillSidewaysFilter(name, node) if sideways else node
        if self.first or self.last:
            yield DateRange(_midnight(self.first), _midnight(self.last and _next_day(self.last)))


def any_word(understood: ParsedQuery) -> Node:
    """Return a root that asks for at least one of the bare words."""
    bare = understood.bare
    return _with_fixed(understood, bare[0] if len(bare) == 1 else Or(bare)) if bare else understood.root


def most_words(understood: ParsedQuery) -> Node | None:
    """Return a root that asks for most of the bare words, or None where there is nothing to relax.

    Of two words one is enough; of more, more than half.
    """
    bare = tuple(node for node in understood.bare if not (isinstance(node, Word) and is_stop(node.text)))
    if len(bare) <= 1:
        return None
    minimum = len(bare) // 2 + 1 if len(bare) > PAIR else 1
    return _with_fixed(understood, MinShouldMatch(bare, minimum))


def _with_fixed(understood: ParsedQuery, words: Node) -> Node:
    fixed = tuple(node for node in understood.fixed if not isinstance(node, MatchAll))
    return And((words, *fixed)) if fixed else words


def at_least_one(nodes: Sequence[Node]) -> Node:
    """Return a node that asks for at least one of some, which are not none."""
    return nodes[0] if len(nodes) == 1 else Or(tuple(nodes))


@lru_cache(AT_ONCE)
def _understand(text: str, now: datetime, *, plain: bool) -> ParsedQuery:
    if not text.strip():
        return NOTHING_ASKED
    return plain_query(text) if plain else parse_query(text, now=now)


def _next_day(day: date) -> date | None:
    return None if day == date.max else day + timedelta(days=1)


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)
