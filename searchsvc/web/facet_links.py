"""The links of a results page: facets, active filters, orders and pages, and the timeline of articles by date."""

import calendar
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, date
from itertools import islice

from searchsvc.analysis.keys import value_key
from searchsvc.languages import language_name
from searchsvc.model.fields import KIND, LANGUAGE, SPEAKER, FacetField, FacetRow, Titles
from searchsvc.model.query import Sort
from searchsvc.model.result import Facets, FacetValue
from searchsvc.search import SearchRequest, exact_name
from searchsvc.search.request import MAX_HIT
from searchsvc.web.parameters import query_string, with_value, without_value

#: Bars of a timeline, at most, except in centuries: each has a label, and so many fit beside each other.
MAX_BARS = 24
#: Lengths of a bar's period, in months.
MONTH, YEAR, DECADE, CENTURY = 1, 12, 120, 1200
UNITS = (MONTH, YEAR, DECADE, CENTURY)
#: Bytes of the query strings of all links of one kind on a page, about. Each repeats the whole search, which may have
#: 8,000 bytes: hundreds of links would make a page of megabytes.
LINK_BYTES = 64_000
#: Height of the highest bar, and least height of a bar that is not empty, in units of the SVG.
MAX_HEIGHT, MIN_HEIGHT = 100, 4
#: Values of a facet that are shown at once, and with those that unfold, at most.
SHOWN_VALUES, MAX_VALUES_SHOWN = 8, 60
#: Page numbers that are shown on either side of the current one.
NEIGHBOURS = 2
SORT_TITLES: tuple[tuple[Sort, str], ...] = (("relevance", "Best match"), ("newest", "Newest"), ("oldest", "Oldest"))
#: Kinds of quotes as readers call them.
KIND_TITLES: Mapping[str, str] = {
    "full": "whole sentences",
    "partial": "parts of sentences",
    "term": "terms in marks",
    "pullquote": "pull quotes",
    "blockquote": "block quotes",
    "headline": "in headlines",
}

#: A facet that is shown, and its titles.
Titled = tuple[FacetRow, Titles]
#: (facet, value) → value of the URL parameter that filters by it.
Asking = Callable[[FacetRow, str], str]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a timeline: a period and the number of articles in it."""

    #: Name of the period for screen readers: `July 2009`.
    label: str
    #: Label below the bar: `Jul`.
    short: str
    #: The year, at the first bar and each January of a timeline in months; else "".
    year: str
    count: int
    height: int
    #: Query string that narrows the search to the period; None if it has no articles.
    href: str | None

    @property
    def top(self) -> int:
        """Return the distance from the top of the timeline to the top of the bar."""
        return MAX_HEIGHT - self.height


def affordable_links(request: SearchRequest) -> int:
    """Return how many links of one kind a page may have, 1 at least: fewer, the longer the search is."""
    return max(1, LINK_BYTES // max(1, len(query_string(request))))


def timeline(months: Sequence[FacetValue], request: SearchRequest) -> tuple[Bar, ...]:
    """Return a bar for each period from the first to the last article; () if all articles are of one period.

    The period is the shortest unit that gives at most MAX_BARS bars (fewer for a very long search), else centuries.

    Args:
        months: Counts by month, `2009-07`.
        request: The search that the bars narrow.

    """
    counts = {_month(value.value): value.count for value in months}
    if not counts:
        return ()
    most = min(MAX_BARS, affordable_links(request))
    unit = next((unit for unit in UNITS if max(counts) // unit - min(counts) // unit < most), UNITS[-1])
    periods: Counter[int] = Counter()
    for month, count in counts.items():
        periods[month // unit] += count
    if len(periods) == 1:
        return ()
    highest = max(periods.values())
    first, last = min(periods), max(periods)
    return tuple(_bar(period, unit, periods[period], highest, first, request) for period in range(first, last + 1))


def month_label(value: str) -> str:
    """Return `July 2009` for `2009-07`."""
    return _label(*divmod(_month(value), YEAR), MONTH)


def _bar(period: int, unit: int, count: int, highest: int, first: int, request: SearchRequest) -> Bar:
    """Return the bar of a period, which is a number of units since the year 0; `first` is that of the first bar."""
    year, month = divmod(period * unit, YEAR)
    opens_year = unit == MONTH and (month == 0 or period == first)
    return Bar(
        label=_label(year, month, unit),
        short=calendar.month_abbr[month + 1] if unit == MONTH else f"{year}{'' if unit == YEAR else 's'}",
        year=str(year) if opens_year else "",
        count=count,
        height=max(MIN_HEIGHT, round(MAX_HEIGHT * count / highest)) if count else 0,
        href=query_string(request, first=_first_day(period * unit), last=_last_day((period + 1) * unit - 1))
        if count
        else None,
    )


def _label(year: int, month: int, unit: int) -> str:
    if unit == MONTH:
        return f"{calendar.month_name[month + 1]} {year}"
    return str(year) if unit == YEAR else f"{year} to {year + unit // YEAR - 1}"


def _month(value: str) -> int:
    """Return the month `2009-07` as a number of months since the year 0."""
    year, _, month = value.partition("-")
    return int(year) * YEAR + int(month) - 1


def _first_day(month: int) -> date:
    """Return the first day of a month, counted as by `_month`; the calendar begins in the year 1."""
    return date(max(month // YEAR, 1), month % YEAR + 1, 1)


def _last_day(month: int) -> date:
    """Return the last day of a month, counted as by `_month`; the calendar ends in the year 9999."""
    year, month = min(month // YEAR, MAXYEAR), month % YEAR + 1
    return date(year, month, calendar.monthrange(year, month)[1])


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
class FacetView:
    """One facet with a link for each value: it adds the value as a filter, or removes it."""

    field: FacetField
    title: str
    plural: str
    links: tuple[Link, ...]
    #: Links that are hidden until the reader unfolds them.
    more: tuple[Link, ...]
    #: How many values it has, and what they are called.
    total: int
    nouns: str
    #: Value of the parameter's name, by which the page of all values is found.
    parameter: str

    @property
    def shown(self) -> int:
        """Return how many values have links."""
        return len(self.links) + len(self.more)

    @property
    def is_long(self) -> bool:
        """Return whether the page of all values shows more than the links that are not hidden."""
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


def paging(request: SearchRequest, total: int, shown: int) -> Paging:
    """Return the links to the pages of a result of `total` hits, `shown` of which are on this page."""
    last_page = last_page_of(request, total)
    before = (request.page - 1) * request.size
    return Paging(
        first=before + 1,
        last=before + shown,
        pages=tuple(_pages(request, last_page)) if last_page > 1 else (),
        previous=query_string(request, page=request.page - 1) if 1 < request.page <= last_page else None,
        next=query_string(request, page=request.page + 1) if request.page < last_page else None,
        last_page=last_page,
        last_href=query_string(request, page=last_page),
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
            links = tuple(islice(_value_links(request, row, values, asking), most))
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


def _value_links(request: SearchRequest, row: FacetRow, values: Sequence[FacetValue], asking: Asking) -> Iterator[Link]:
    """Yield a link for each value of a facet: chosen values that are not counted, chosen ones, then all others."""
    chosen = {value_key(value): value for value in request.values(row.name)}
    counted = {value_key(asking(row, one.value)) for one in values}
    for folded, value in chosen.items():
        if folded not in counted:
            # Words of a name, or a value too rare to be among the counted ones: its count is not known.
            yield Link(shown_value(row, value), without_value(request, row.name, value), current=True)
    for one in sorted(values, key=lambda one: value_key(asking(row, one.value)) not in chosen):
        text, parameter = shown_value(row, one.value), asking(row, one.value)
        given = chosen.get(value_key(parameter))
        if given is None:
            yield Link(text, with_value(request, row.name, parameter), one.count)
        else:
            yield Link(text, without_value(request, row.name, given), one.count, current=True)


def filter_links(request: SearchRequest, facets: Sequence[Titled], what: str) -> Iterator[Link]:
    """Yield a link for each active filter that removes it; `what` names the hits: `Articles`."""
    for row, titles in facets:
        for value in request.values(row.name):
            yield Link(f"{titles.title}: {shown_value(row, value)}", without_value(request, row.name, value))
    if request.first or request.last:
        yield Link(_dates(request.first, request.last), query_string(request, first=None, last=None))
    if request.match != "auto":
        words = "all the words" if request.match == "all" else "any of the words"
        yield Link(f"{what} with {words}", query_string(request, match="auto"))


def sort_links(request: SearchRequest, current: Sort, *, dated: bool) -> Iterator[Link]:
    """Yield a link for each order of the results: relevance only if there is a text, others only if some are dated."""
    for sort, title in SORT_TITLES:
        if (sort == "relevance" and not request.text) or (sort not in {"relevance", current} and not dated):
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


def span(months: Sequence[FacetValue]) -> str:
    """Return the first and the last of the months as `July 2009 to May 2011`; "" if there are none."""
    if not months:
        return ""
    first, last = month_label(months[0].value), month_label(months[-1].value)
    return first if first == last else f"{first} to {last}"


def day(value: date | None) -> str:
    """Return a day as `15 July 2009`; "" for None."""
    return f"{value.day} {value:%B} {value.year}" if value else ""


def _dates(first: date | None, last: date | None) -> str:
    if first and last:
        return day(first) if first == last else f"{day(first)} to {day(last)}"
    return f"Since {day(first)}" if first else f"Until {day(last)}" if last else ""


def _pages(request: SearchRequest, last: int) -> Iterator[Link | None]:
    """Yield links to the first, the neighbouring and the last page, None between pages that are not consecutive."""
    near = range(request.page - NEIGHBOURS, request.page + NEIGHBOURS + 1)
    before = 0
    for number in sorted({1, last, *(n for n in near if 1 <= n <= last)}):
        if number > before + 1:
            yield None
        yield Link(str(number), query_string(request, page=number), current=number == request.page)
        before = number
