"""The parameters of one search, as page, API and command line all have them, and the query nodes made of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType

from searchsvc.analysis import is_stop
from searchsvc.engines.base import Engine
from searchsvc.errors import QueryError
from searchsvc.model.fields import FACET, LANGUAGE, FacetField
from searchsvc.model.query import (
    FACET_LIMIT,
    MAX_FACET_LIMIT,
    And,
    DateRange,
    DrillSidewaysFilter,
    FacetFilter,
    FacetSelection,
    Filter,
    MatchAll,
    MatchMode,
    MinShouldMatch,
    Node,
    Or,
    ParsedQuery,
    Sort,
    Spelling,
    Word,
)
from searchsvc.model.result import Asked
from searchsvc.query_parser import parse_query, plain_query, without_stop_words

#: Hits a page: default and maximum.
PAGE_SIZE = 10
MAX_PAGE_SIZE = 100
#: Number of the last hit that can be requested.
MAX_HIT = 1_000_000
#: `match="auto"` relaxes a search if fewer articles than this have all the words.
RELAX_BELOW = 10
#: A relaxed query of at most so many words requires one of them; a longer one more than half.
MAX_WORDS_FOR_ONE = 2
#: The parsed form of an empty text.
EMPTY_QUERY = ParsedQuery(MatchAll(), (), (), "")
#: Parsed texts in the cache: more than a process answers requests at once, since each request parses its text once.
PARSE_CACHE_SIZE = 32


#: Name or parameter of a facet → the facet.
FACET_NAMES: Mapping[str, FacetField] = {
    name: row.name for row in FACET.values() for name in (str(row.name), row.parameter)
}


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search.

    A hit must have one of the chosen values of each facet. `sort` None means by relevance, or newest first if there
    is no text. The request stores the time it was made, so that `understood` is the same at each call, and its parsed
    form can be cached.
    """

    #: The query as typed; "" matches everything.
    text: str = ""
    #: Page of the result, from 1, and hits a page.
    page: int = 1
    size: int = PAGE_SIZE
    sort: Sort | None = None
    match: MatchMode = "auto"
    spelling: Spelling = "auto"
    #: Facet → chosen values. After construction facets without values are left out, the others in the order of `FACET`.
    chosen: Mapping[FacetField, tuple[str, ...]] = field(default_factory=dict, hash=False)
    #: First and last day, both included.
    first: date | None = None
    last: date | None = None
    #: Values of each facet that are counted out, the most frequent ones.
    facet_limit: int = FACET_LIMIT
    #: Words that the values of facets must contain; behind `outlet:` those of that facet alone.
    facet_query: str = ""
    #: Whether the text is taken as words only, without operators and fields.
    plain: bool = False
    #: Language whose stop words are not looked for, beside those of English.
    stop_words: str | None = None
    #: Time that relative dates in the text count from.
    now: datetime = field(default_factory=_now, compare=False)

    def __post_init__(self) -> None:
        """Check the parameters and normalize `chosen`.

        Raises:
            QueryError: Page, size or facet_limit is out of range, or the first day is after the last.
            ValueError: `chosen` has a facet that is not in the table.

        """
        if not FACET.keys() >= self.chosen.keys():
            raise ValueError(f"{set(self.chosen).difference(FACET)} are no facets")
        chosen = {name: tuple(self.chosen[name]) for name in FACET if self.chosen.get(name)}
        object.__setattr__(self, "chosen", MappingProxyType(chosen))
        if not 1 <= self.size <= MAX_PAGE_SIZE:
            raise QueryError(f"size is {self.size}: ask for 1 to {MAX_PAGE_SIZE} articles a page")
        if self.page < 1:
            raise QueryError(f"page is {self.page}: pages are counted from 1")
        if self.page * self.size > MAX_HIT:
            raise QueryError(f"page {self.page} lies beyond hit {MAX_HIT}: narrow the dates instead", too_costly=True)
        if not 1 <= self.facet_limit <= MAX_FACET_LIMIT:
            raise QueryError(f"facet_limit is {self.facet_limit}: ask for 1 to {MAX_FACET_LIMIT} values of a facet")
        if self.first and self.last and self.first > self.last:
            raise QueryError(f"from {self.first} is after to {self.last}: exchange the two")

    @property
    def understood(self) -> ParsedQuery:
        """The parsed text; an empty text matches everything.

        Raises:
            QueryError: The text cannot be parsed, or the query would cost too much.

        """
        return _parse(self.text, self.now, self.stop_words, plain=self.plain)

    @property
    def asked(self) -> Asked:
        """What the answer repeats beside the text."""
        return Asked(self.match, self.spelling, self.chosen, self.first, self.last)

    @property
    def order(self) -> Sort:
        """The order of the results: `sort` if given, else best first if there is a text, else newest first."""
        return self.sort or ("relevance" if self.text.strip() else "newest")

    @property
    def offset(self) -> int:
        """Number of hits on the pages before this one."""
        return (self.page - 1) * self.size

    @property
    def selection(self) -> FacetSelection:
        """Which values of the facets are counted out."""
        name, colon, words = self.facet_query.partition(":")
        field = FACET_NAMES.get(name.strip()) if colon else None
        return FacetSelection(self.facet_limit, (words if field else self.facet_query).strip(), field)

    def values(self, field: FacetField) -> tuple[str, ...]:
        """Return the chosen values of a facet."""
        return self.chosen.get(field, ())

    def choosing(self, field: FacetField, values: Sequence[str]) -> "SearchRequest":
        """Return a copy of the request in which these values of the facet are chosen, and no others."""
        return replace(self, chosen={**self.chosen, field: tuple(values)})

    def filters(self, *, sideways: bool = False) -> tuple[Filter, ...]:
        """Return the filters for facets and dates, which do not score.

        With `sideways`, the values of each facet become a `DrillSidewaysFilter`.
        """
        return tuple(self._filters(sideways=sideways))

    def _filters(self, *, sideways: bool) -> Iterator[Filter]:
        for name, values in self.chosen.items():
            node = at_least_one([FacetFilter(name, value) for value in values])
            yield DrillSidewaysFilter(name, node) if sideways else node
        if self.first or self.last:
            yield DateRange(_midnight(self.first), _midnight(self.last and _next_day(self.last)))


def with_stop_words(engine: Engine, request: SearchRequest) -> SearchRequest:
    """Return the request with the language whose stop words it has: the one chosen, else that of most articles."""
    languages = request.values(LANGUAGE) or engine.languages()
    main = languages[0] if languages else None
    return request if main in {None, "en", request.stop_words} else replace(request, stop_words=main)


def any_word(understood: ParsedQuery) -> Node:
    """Return a root that requires at least one of the bare words, and all fixed nodes."""
    bare = understood.bare
    return _with_fixed(understood, bare[0] if len(bare) == 1 else Or(bare)) if bare else understood.root


def most_words(understood: ParsedQuery) -> Node | None:
    """Return a root that requires most of the bare words that are no stop words, and all fixed nodes.

    "Most" of n words is 1 if n = 2, else n // 2 + 1. None if there are fewer than two such words: nothing to relax.
    """
    bare = tuple(node for node in understood.bare if not (isinstance(node, Word) and is_stop(node.text)))
    if len(bare) <= 1:
        return None
    minimum = len(bare) // 2 + 1 if len(bare) > MAX_WORDS_FOR_ONE else 1
    return _with_fixed(understood, MinShouldMatch(bare, minimum))


def _with_fixed(understood: ParsedQuery, words: Node) -> Node:
    """Return the conjunction of a node and the fixed nodes of a query."""
    fixed = tuple(node for node in understood.fixed if not isinstance(node, MatchAll))
    return And((words, *fixed)) if fixed else words


def at_least_one(nodes: Sequence[Node]) -> Node:
    """Return a node that matches what at least one of the nodes matches; `nodes` must not be empty."""
    return nodes[0] if len(nodes) == 1 else Or(tuple(nodes))


@lru_cache(PARSE_CACHE_SIZE)
def _parse(text: str, now: datetime, stop_words: str | None, *, plain: bool) -> ParsedQuery:
    if not text.strip():
        return EMPTY_QUERY
    parsed = plain_query(text) if plain else parse_query(text, now=now)
    return without_stop_words(parsed, stop_words) if stop_words else parsed


def _next_day(day: date) -> date | None:
    return None if day == date.max else day + timedelta(days=1)


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)
