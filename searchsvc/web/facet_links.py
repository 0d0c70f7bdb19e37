"""SearchRequest and counts → links: facets, filters, orders, pages, and the bars of the timeline."""

import calendar
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, date

from searchsvc.analysis.keys import name_key
from searchsvc.languages import language_name
from searchsvc.model.fields import KIND, LANGUAGE, SPEAKER, FacetField, FacetRow, Titles
from searchsvc.model.query import Sort
from searchsvc.model.result import Facets, FacetValue
from searchsvc.search import SearchRequest, exact_name
from searchsvc.search.request import MAX_HIT
from searchsvc.web.parameters import query_string, with_value, without_value

#: Bars are links with a label each: so many fit beside each other.
MOST_BARS = 24
MONTH, YEAR, DECADE, CENTURY = 1, 12, 120, 1200
UNITS = (MONTH, YEAR, DECADE, CENTURY)
#: Height of the highest bar, and of the lowest that is not empty: one article must be seen.
HIGHEST, LOWEST = 100, 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One period and how many of the articles are of it."""

    #: `July 2009`, for reading out.
    label: str
    #: `Jul`, below the bar.
    short: str
    #: The year, where months begin or a year does.
    year: str
    count: int
    height: int
    #: Query string that narrows to the period; None where there is nothing.
    href: str | None

    @property
    def top(self) -> int:
        """Return where the bar begins, from above."""
        return HIGHEST - self.height


def timeline(months: Sequence[FacetValue], request: SearchRequest) -> tuple[Bar, ...]:
    """Return the bars without gaps, or none where all is of one period."""
    counts = {_month(value.value): value.count for value in months}
    if not counts:
        return ()
    unit = next((unit for unit in UNITS if max(counts) // unit - min(counts) // unit < MOST_BARS), UNITS[-1])
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
    year, month = divmod(period * unit, YEAR)
    opens_year = unit == MONTH and (month == 0 or period == first)
    return Bar(
        label=_label(year, month, unit),
        short=calendar.month_abbr[month + 1] if unit == MONTH else f"{year}{'' if unit == YEAR else 's'}",
        year=str(year) if opens_year else "",
        count=count,
        height=max(LOWEST, round(HIGHEST * count / highest)) if count else 0,
        href=query_string(request, first=_first_day(period * unit), last=_last_day((period + 1) * unit - 1))
        if count
        else None,
    )


def _label(year: int, month: int, unit: int) -> str:
    if unit == MONTH:
        return f"{calendar.month_name[month + 1]} {year}"
    return str(year) if unit == YEAR else f"{year} to {year + unit // YEAR - 1}"


def _month(value: str) -> int:
    year, _, month = value.partition("-")
    return int(year) * YEAR + int(month) - 1


def _first_day(month: int) -> date:
    return date(max(month // YEAR, 1), month % YEAR + 1, 1)


def _last_day(month: int) -> date:
    year, month = min(month // YEAR, MAXYEAR), month % YEAR + 1
    return date(year, month, calendar.monthrange(year, month)[1])


#: Values of a facet that are shown at once; the rest unfolds.
SHOWN_VALUES = 8
MOST_SHOWN = 60
#: Page numbers that stand on either side of the current one.
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

#: A facet that is shown, and what it is called there.
Titled = tuple[FacetRow, Titles]
#: Facet and its value → the value of the parameter that asks for it.
Asking = Callable[[FacetRow, str], str]


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere to go from here."""

    text: str
    href: str
    count: int | None = None
    #: It is where we are: the chosen facet value, sort or page.
    current: bool = False


@dataclass(frozen=True, slots=True)
class FacetView:
    """One facet: values that add a filter, or take it away."""

    field: FacetField
    title: str
    plural: str
    links: tuple[Link, ...]
    #: Values that unfold.
    more: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Paging:
    """The pages of a result."""

    #: Numbers of the first and the last hit shown.
    first: int
    last: int
    #: Numbers of pages; None is a gap.
    pages: tuple[Link | None, ...]
    previous: str | None
    next: str | None
    #: Last page there is.
    last_page: int
    last_href: str


def paging(asked: SearchRequest, total: int, shown: int) -> Paging:
    """Return the pages of a result of which `shown` hits are on this one."""
    last_page = max(1, -(-min(total, MAX_HIT) // asked.size))
    before = (asked.page - 1) * asked.size
    return Paging(
        first=before + 1,
        last=before + shown,
        pages=tuple(_pages(asked, last_page)) if last_page > 1 else (),
        previous=query_string(asked, page=asked.page - 1) if 1 < asked.page <= last_page else None,
        next=query_string(asked, page=asked.page + 1) if asked.page < last_page else None,
        last_page=last_page,
        last_href=query_string(asked, page=last_page),
    )


def in_order(titled: Iterable[tuple[FacetRow, Titles | None]]) -> tuple[Titled, ...]:
    """Return the facets that have titles on a page, in their order there."""
    shown = [(row, titles) for row, titles in titled if titles is not None]
    return tuple(sorted(shown, key=lambda one: one[1].place))


def facet_views(asked: SearchRequest, facets: Sequence[Titled], counted: Facets, asking: Asking) -> Iterator[FacetView]:
    """Yield the links of the facets that can narrow the result, or do so."""
    for row, titles in facets:
        values = counted[row.name]
        if len(values) > 1 or asked.values(row.name):
            links = tuple(_value_links(asked, row, values, asking))
            yield FacetView(row.name, titles.title, titles.plural, links[:SHOWN_VALUES], links[SHOWN_VALUES:MOST_SHOWN])


def _value_links(asked: SearchRequest, row: FacetRow, values: Sequence[FacetValue], asking: Asking) -> Iterator[Link]:
    alike = name_key if row.names else str.casefold
    chosen = {alike(value): value for value in asked.values(row.name)}
    known = {alike(asking(row, one.value)) for one in values}
    for folded, value in chosen.items():
        if folded not in known:
            # Words of a name, or a value beyond the most frequent: how many are its own is not counted.
            yield Link(shown_value(row, value), without_value(asked, row.name, value), current=True)
    for one in sorted(values, key=lambda one: alike(asking(row, one.value)) not in chosen):
        text, wanted = shown_value(row, one.value), asking(row, one.value)
        mine = chosen.get(alike(wanted))
        if mine is None:
            yield Link(text, with_value(asked, row.name, wanted), one.count)
        else:
            yield Link(text, without_value(asked, row.name, mine), one.count, current=True)


def filter_links(asked: SearchRequest, facets: Sequence[Titled], what: str) -> Iterator[Link]:
    """Yield the active filters, each as a link that takes it away; `what` is found: `Articles`."""
    for row, titles in facets:
        for value in asked.values(row.name):
            yield Link(f"{titles.title}: {shown_value(row, value)}", without_value(asked, row.name, value))
    if asked.first or asked.last:
        yield Link(_dates(asked.first, asked.last), query_string(asked, first=None, last=None))
    if asked.match != "auto":
        words = "all the words" if asked.match == "all" else "any of the words"
        yield Link(f"{what} with {words}", query_string(asked, match="auto"))


def sort_links(asked: SearchRequest, current: Sort) -> Iterator[Link]:
    """Yield the orders there are."""
    for sort, title in SORT_TITLES:
        if sort == "relevance" and not asked.text:
            continue
        by_default = sort == ("relevance" if asked.text else "newest")
        yield Link(title, query_string(asked, sort=None if by_default else sort), current=sort == current)


def shown_value(row: FacetRow, value: str) -> str:
    """Return a facet's value as it is shown."""
    if row.name == KIND:
        return KIND_TITLES.get(value, value)
    if row.name == SPEAKER:
        return exact_name(value) or value
    return language_name(value) if row.name == LANGUAGE else value


def span(months: Sequence[FacetValue]) -> str:
    """Return `July 2009 to May 2011`, from the first month to the last; nothing without any."""
    if not months:
        return ""
    first, last = month_label(months[0].value), month_label(months[-1].value)
    return first if first == last else f"{first} to {last}"


def day(value: date | None) -> str:
    """Return a day as it is printed: `15 July 2009`."""
    return f"{value.day} {value:%B} {value.year}" if value else ""


def _dates(first: date | None, last: date | None) -> str:
    if first and last:
        return day(first) if first == last else f"{day(first)} to {day(last)}"
    return f"Since {day(first)}" if first else f"Until {day(last)}" if last else ""


def _pages(asked: SearchRequest, last: int) -> Iterator[Link | None]:
    near = range(asked.page - NEIGHBOURS, asked.page + NEIGHBOURS + 1)
    before = 0
    for number in sorted({1, last, *(n for n in near if 1 <= n <= last)}):
        if number > before + 1:
            yield None
        yield Link(str(number), query_string(asked, page=number), current=number == asked.page)
        before = number
