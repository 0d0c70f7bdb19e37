"""The parameters of one search, as page, API and command line all have them, and the query nodes made of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType

from searchsvc.analysis import is_stop
from searchsvc.engines.base import Engine
from searchsvc.errors import QueryError
from searchsvc.model.fields import FACET, LANGUAGE, MONTH, FacetField
from searchsvc.model.message import Message
from searchsvc.model.query import (
    FACET_LIMIT,
    MAX_FACET_LIMIT,
    AddedRange,
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
from searchsvc.search.synonyms import Synonyms, current_synonyms, with_synonyms

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
    #: Bounds of when the articles came in: from the first instant on, and before the second one.
    added_after: datetime | None = None
    added_before: datetime | None = None
    #: Hits that are passed over, instead of those of the pages before.
    skipped: int | None = None
    #: Values of each facet that are counted out, the most frequent ones.
    facet_limit: int = FACET_LIMIT
    #: Words that the values of facets must contain; behind `outlet:` those of that facet alone.
    facet_query: str = ""
    #: Whether the text is taken as words only, without operators and fields.
    plain: bool = False
    #: Whether hits tell the parts of their scores.
    explain: bool = False
    #: Whether older versions of articles are searched, too.
    versions: bool = False
    #: Whether each copy of a story is a hit of its own, instead of the first printed one of those that match alone.
    show_copies: bool = False
    #: Main language of the articles that are looked for: its stop words are no words of a query, beside those of
    #: English, and its compounds and stems tell which spellings are one word. None: it is not known.
    language: str | None = None
    #: What is looked for beside the words of the text.
    synonyms: Synonyms = field(default_factory=current_synonyms)
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
            raise QueryError(
                Message(
                    "%(name)s is %(n)s: ask for 1 to %(most)s results a page",
                    name="size",
                    n=self.size,
                    most=MAX_PAGE_SIZE,
                )
            )
        if self.page < 1:
            raise QueryError(Message("%(name)s is %(n)s: pages are counted from 1", name="page", n=self.page))
        if max(self.page * self.size, (self.skipped or 0) + self.size) > MAX_HIT:
            reason = Message(
                "%(name)s %(n)s lies beyond hit %(most)s: narrow the dates instead",
                name="page",
                n=self.page,
                most=MAX_HIT,
            )
            raise QueryError(reason, too_costly=True)
        if not 1 <= self.facet_limit <= MAX_FACET_LIMIT:
            raise QueryError(
                Message(
                    "%(name)s is %(n)s: ask for 1 to %(most)s values of a facet",
                    name="facet_limit",
                    n=self.facet_limit,
                    most=MAX_FACET_LIMIT,
                )
            )
        if self.first and self.last and self.first > self.last:
            raise QueryError(
                Message(
                    "%(name)s %(first)s is after to %(last)s: exchange the two",
                    name="from",
                    first=str(self.first),
                    last=str(self.last),
                )
            )
        if self.added_after and self.added_before and self.added_after >= self.added_before:
            reason = Message("%(name)s is not before added_before: nothing can come in between", name="added_after")
            raise QueryError(reason)

    @property
    def understood(self) -> ParsedQuery:
        """The parsed text; an empty text matches everything.

        Raises:
            QueryError: The text cannot be parsed, or the query would cost too much.

        """
        return _parse(self.text, self.now, None if self.language == "en" else self.language, plain=self.plain)

    @property
    def searched(self) -> ParsedQuery:
        """What is looked for: the parsed text with synonyms; of a plain text its words alone.

        Raises:
            QueryError: As `understood`.

        """
        return self.understood if self.plain else with_synonyms(self.understood, self.synonyms)

    @property
    def asked(self) -> Asked:
        """What the answer repeats beside the text."""
        dates = self.first, self.last, self.added_after, self.added_before
        return Asked(self.match, self.spelling, self.chosen, *dates, self.versions, self.show_copies)

    @property
    def order(self) -> Sort:
        """The order of the results: `sort` if given, else best first if there is a text, else newest first."""
        return self.sort or ("relevance" if self.text.strip() else "newest")

    @property
    def is_grouped(self) -> bool:
        """Whether copies of a story are one hit; a plain text shows each of them."""
        return not (self.plain or self.show_copies)

    @property
    def offset(self) -> int:
        """Number of hits on the pages before this one."""
        return (self.page - 1) * self.size if self.skipped is None else self.skipped

    @property
    def selection(self) -> FacetSelection:
        """Which values of the facets are counted out."""
        name, colon, words = self.facet_query.partition(":")
        field = FACET_NAMES.get(name.strip()) if colon else None
        return FacetSelection(self.facet_limit, (words if field else self.facet_query).strip(), field, self._month)

    @property
    def _month(self) -> str | None:
        """The month of first and last day, as `2009-07`, if both are days of one."""
        months = {day.isoformat()[:7] for day in (self.first, self.last) if day}
        return months.pop() if self.first and self.last and len(months) == 1 else None

    def values(self, field: FacetField) -> tuple[str, ...]:
        """Return the chosen values of a facet."""
        return self.chosen.get(field, ())

    def choosing(self, field: FacetField, values: Sequence[str]) -> "SearchRequest":
        """Return a copy of the request in which these values of the facet are chosen, and no others."""
        return replace(self, chosen={**self.chosen, field: tuple(values)})

    def filters(self, *, sideways: bool = False) -> tuple[Filter, ...]:
        """Return the filters for facets and dates, which do not score.

        With `sideways`, the values of each facet, and the dates, become a `DrillSidewaysFilter`.
        """
        return tuple(self._filters(sideways=sideways))

    def _filters(self, *, sideways: bool) -> Iterator[Filter]:
        for name, values in self.chosen.items():
            node = at_least_one([FacetFilter(name, value) for value in values])
            yield DrillSidewaysFilter(name, node) if sideways else node
        if self.first or self.last:
            dates = DateRange(_midnight(self.first), _midnight(self.last and _next_day(self.last)))
            yield DrillSidewaysFilter(MONTH, dates) if sideways else dates
        if self.added_after or self.added_before:
            yield AddedRange(self.added_after, self.added_before)


def main_language(engine: Engine) -> str | None:
    """Return the code of the language of most articles; None if none is known."""
    return next(iter(engine.languages()), None)


def with_language(engine: Engine, request: SearchRequest) -> SearchRequest:
    """Return the request with its main language: the one chosen, the first of several, else that of most articles."""
    chosen = request.values(LANGUAGE)
    language = chosen[0] if chosen else main_language(engine)
    return request if language in {None, request.language} else replace(request, language=language)


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
def _parse(text: str, now: datetime, language: str | None, *, plain: bool) -> ParsedQuery:
    if not text.strip():
        return EMPTY_QUERY
    parsed = plain_query(text) if plain else parse_query(text, now=now)
    return without_stop_words(parsed, language) if language else parsed


def _next_day(day: date) -> date | None:
    return None if day == date.max else day + timedelta(days=1)


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)
