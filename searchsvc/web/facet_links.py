"""The links of a results page: facets, active filters, orders and pages."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Literal

from searchsvc.analysis.keys import value_key
from searchsvc.languages import language_name
from searchsvc.model.fields import KIND, LANGUAGE, SPEAKER, FacetField, FacetRow, Titles
from searchsvc.model.message import Message, join_messages
from searchsvc.model.query import Sort
from searchsvc.model.result import Facets, FacetValue
from searchsvc.search import MatchMode, SearchRequest, exact_name
from searchsvc.search.request import MAX_HIT
from searchsvc.web.exclusions import excluded, excluding
from searchsvc.web.query_strings import affordable_links, query_string, with_value, without_value
from searchsvc.web.timeline import arrivals, dates

#: Values of a facet that are shown at once, and with those that unfold, at most.
SHOWN_VALUES, MAX_VALUES_SHOWN = 8, 60
#: Page numbers that are shown on either side of the current one.
NEIGHBOURS = 2
SORT_TITLES: tuple[tuple[Sort, str], ...] = (
    ("relevance", Message("Best match")),
    ("newest", Message("Newest")),
    ("oldest", Message("Oldest")),
    ("added", Message("Added")),
)
#: Kinds of quotes as readers call them.
KIND_TITLES: Mapping[str, str] = {
    "full": Message("whole sentences"),
    "partial": Message("parts of sentences"),
    "term": Message("terms in marks"),
    "pullquote": Message("pull quotes"),
    "blockquote": Message("block quotes"),
    "headline": Message("in headlines"),
}

#: What a search finds.
Hits = Literal["articles", "quotes", "pages"]
#: A facet that is shown, and its titles.
Titled = tuple[FacetRow, Titles]
#: (facet, value) → value of the URL parameter that filters by it.
Asking = Callable[[FacetRow, str], str]


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another state of the page."""

    text: str
    #: Query string, `?...`; "" for the page without parameters.
    href: str
    #: Number of hits there; None if it is not counted.
    count: int | None = None
    #: Whether this facet value, order or page is chosen now.
    current: bool = False


@dataclass(frozen=True, slots=True)
class FacetChoice:
    """A value of a facet, to be chosen or left out."""

    text: str
    #: Value of the parameter that filters by it.
    parameter: str
    #: Query string of the search with one more chosen value, or one less.
    href: str
    #: Number of hits; None if it is not counted.
    count: int | None = None
    chosen: bool = False
    #: Query string of the search without the articles that have the value; None if a query cannot say so.
    excluding: str | None = None


@dataclass(frozen=True, slots=True)
class FacetView:
    """One facet with its values, to choose some, or to leave some out."""

    field: FacetField
    title: str
    plural: str
    links: tuple[FacetChoice, ...]
    #: Values that are hidden until the reader unfolds them.
    more: tuple[FacetChoice, ...]
    #: How many values it has, and what they are called.
    total: int
    nouns: str
    #: Value of the parameter's name, by which the page of all values is found.
    parameter: str

    @property
    def shown(self) -> int:
        """Return how many values are shown."""
        return len(self.links) + len(self.more)

    @property
    def is_long(self) -> bool:
        """Return whether the page of all values shows more than the values that are not hidden."""
        return self.total > len(self.links)


@dataclass(frozen=True, slots=True)
class Paging:
    """The links to the pages of a result."""

    #: Number of the first and of the last hit on this page, from 1.
    first: int
    last: int
    #: Links to the first, the last and the neighbouring pages; None stands for pages left out.
    pages: tuple[Link | None, ...]
    previous: str | None
    next: str | None
    #: Number of the last page, and its query string.
    last_page: int
    last_href: str


def last_page_of(request: SearchRequest, total: int) -> int:
    """Return the number of the last page of a result of `total` hits that can be asked for; 1 if there is none."""
    return max(1, -(-min(total, MAX_HIT) // request.size))


def paging(request: SearchRequest, total: int, shown: int, href: Callable[[int], str] | None = None) -> Paging:
    """Return the links to the pages of a result.

    Args:
        request: The search.
        total: Hits of the result.
        shown: Those on this page.
        href: Returns the query string of a page; None: that of the search.

    """
    to = href or partial(_page_of, request)
    last_page = last_page_of(request, total)
    before = (request.page - 1) * request.size
    return Paging(
        first=before + 1,
        last=before + shown,
        pages=tuple(_pages(request.page, last_page, to)) if last_page > 1 else (),
        previous=to(request.page - 1) if 1 < request.page <= last_page else None,
        next=to(request.page + 1) if request.page < last_page else None,
        last_page=last_page,
        last_href=to(last_page),
    )


def in_order(titled: Iterable[tuple[FacetRow, Titles | None]]) -> tuple[Titled, ...]:
    """Return the facets that have titles for a page, in the order in which the page shows them."""
    shown = [(row, titles) for row, titles in titled if titles is not None]
    return tuple(sorted(shown, key=lambda one: one[1].place))


def facet_views(
    request: SearchRequest, facets: Sequence[Titled], counted: Facets, asking: Asking
) -> Iterator[FacetView]:
    """Yield the facets with more than one value, or with a chosen one; fewer values for a very long search.

    Args:
        request: The search.
        facets: Facets that the page shows.
        counted: Counts of their values.
        asking: Returns the parameter's value that filters by a facet's value.

    """
    most = max(1, min(MAX_VALUES_SHOWN, affordable_links(request) // max(1, len(facets))))
    for row, titles in facets:
        values = counted[row.name]
        if len(values) > 1 or request.values(row.name):
            links = tuple(islice(_choices(request, row, values, asking), most))
            yield FacetView(
                row.name,
                titles.title,
                titles.plural,
                links[:SHOWN_VALUES],
                links[SHOWN_VALUES:],
                counted.totals.get(row.name, len(values)),
                titles.nouns,
                row.parameter,
            )


def _choices(
    request: SearchRequest, row: FacetRow, values: Sequence[FacetValue], asking: Asking
) -> Iterator[FacetChoice]:
    """Yield the values of a facet: chosen values that are not counted, chosen ones, then all others."""
    chosen = {value_key(value): value for value in request.values(row.name)}
    counted = {value_key(asking(row, one.value)) for one in values}
    for folded, value in chosen.items():
        if folded not in counted:
            # Words of a name, or a value too rare to be among the counted ones: its count is not known.
            yield FacetChoice(shown_value(row, value), value, without_value(request, row.name, value), chosen=True)
    for one in sorted(values, key=lambda one: (value_key(asking(row, one.value)) not in chosen, *_rank(one))):
        text, parameter = shown_value(row, one.value), asking(row, one.value)
        given = chosen.get(value_key(parameter))
        if given is None:
            added = with_value(request, row.name, parameter)
            yield FacetChoice(text, parameter, added, one.count, excluding=excluding(request, row, one.value))
        else:
            yield FacetChoice(text, given, without_value(request, row.name, given), one.count, chosen=True)


def _rank(value: FacetValue) -> tuple[int, list[tuple[bool, int, str]]]:
    """Return what values are ordered by: most hits first, ties as readers count, `Section 2` before `Section 10`."""
    parts = re.findall(r"[0-9]{1,18}|[^0-9]+", value_key(value.value))
    return -value.count, [(not part[0].isdecimal(), int(part) if part[0].isdecimal() else 0, part) for part in parts]


def filter_links(request: SearchRequest, facets: Sequence[Titled], what: Hits) -> Iterator[Link]:
    """Yield a link for each active filter that removes it; `what` are the hits."""
    for row, titles in facets:
        for value in request.values(row.name):
            yield Link(
                join_messages((titles.title, shown_value(row, value)), ": "), without_value(request, row.name, value)
            )
    for text, href in excluded(request, {word: titles.title for row, titles in facets for word in row.words}):
        yield Link(text, href)
    if request.first or request.last:
        yield Link(dates(request), query_string(request, first=None, last=None))
    if request.added_after or request.added_before:
        yield Link(arrivals(request), query_string(request, added_after=None, added_before=None))
    if request.match != "auto":
        yield Link(_match_filter(what, request.match), query_string(request, match="auto"))


def _match_filter(what: Hits, match: MatchMode) -> Message:
    """Return how many of the words hits have, where that is chosen."""
    if what == "pages":
        return Message("Pages with all the words") if match == "all" else Message("Pages with any of the words")
    if what == "articles":
        return Message("Articles with all the words") if match == "all" else Message("Articles with any of the words")
    return Message("Quotes with all the words") if match == "all" else Message("Quotes with any of the words")


def sort_links(request: SearchRequest, current: Sort, *, dated: bool) -> Iterator[Link]:
    """Yield a link for each order of the results: relevance only if there is a text, others only if some are dated."""
    for sort, title in SORT_TITLES:
        if (sort == "relevance" and not request.text) or (sort not in {"relevance", "added", current} and not dated):
            continue
        by_default = sort == ("relevance" if request.text else "newest")
        yield Link(title, query_string(request, sort=None if by_default else sort), current=sort == current)


def shown_value(row: FacetRow, value: str) -> str:
    """Return a facet's value as the page shows it."""
    if row.name == KIND:
        return KIND_TITLES.get(value, value)
    if row.name == SPEAKER:
        return exact_name(value) or value
    return language_name(value) if row.name == LANGUAGE else value


def _page_of(request: SearchRequest, number: int) -> str:
    return query_string(request, page=number)


def _pages(page: int, last: int, to: Callable[[int], str]) -> Iterator[Link | None]:
    """Yield links to the first, the neighbouring and the last page, None between pages that are not consecutive."""
    near = range(page - NEIGHBOURS, page + NEIGHBOURS + 1)
    before = 0
    for number in sorted({1, last, *(n for n in near if 1 <= n <= last)}):
        if number > before + 1:
            yield None
        yield Link(str(number), to(number), current=number == page)
        before = number
