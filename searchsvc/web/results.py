"""Page → what the search page shows: facets, filters and pages as links."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from searchsvc.engines.base import Engine
from searchsvc.model.query import FacetField, Sort
from searchsvc.model.result import FacetValue, Page
from searchsvc.search import PAGE_SIZE, SearchRequest, search
from searchsvc.search.request import DEEPEST_HIT
from searchsvc.web.addresses import pairs, query_string, with_value, with_values, without_filters, without_value
from searchsvc.web.languages import language_name
from searchsvc.web.timeline import Bar, month_label, timeline

#: Values of a facet that are shown at once; the rest unfolds.
SHOWN_VALUES = 8
MOST_SHOWN = 60
#: Page numbers that stand on either side of the current one.
NEIGHBOURS = 2
#: Facets in the order they are shown, each with its name beside a result and on the first page.
FACET_TITLES: tuple[tuple[FacetField, str, str], ...] = (
    ("section", "Section", "Sections"),
    ("outlet", "Outlet", "Outlets"),
    ("speaker", "Who is quoted", "Who is quoted"),
    ("author", "Author", "Authors"),
    ("language", "Language", "Languages"),
)
SORT_TITLES: tuple[tuple[Sort, str], ...] = (("relevance", "Best match"), ("newest", "Newest"), ("oldest", "Oldest"))


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
    #: The title where nothing is asked: `Sections`.
    plural: str
    links: tuple[Link, ...]
    #: Values that unfold.
    more: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class ResultsView:
    """All that the template needs beside the page itself."""

    page: Page
    asked: SearchRequest
    facets: tuple[FacetView, ...]
    bars: tuple[Bar, ...]
    #: Active filters, each a link that takes it away.
    filters: tuple[Link, ...]
    sorts: tuple[Link, ...]
    #: Numbers of pages; None is a gap.
    pages: tuple[Link | None, ...]
    previous: str | None
    next: str | None
    #: Last page there is.
    last_page: int
    last_href: str
    #: The same without filters; with the spelling suggested; as a feed.
    unfiltered: str
    suggestion: str | None
    feed: str
    #: `July 2009 to May 2011`, from the first dated article to the last; "" without any.
    span: str
    #: Parameters a form carries on, its own fields aside.
    carried: tuple[tuple[str, str], ...]

    @property
    def first(self) -> int:
        """Return the number of the first hit shown."""
        return (self.page.page - 1) * self.page.size + 1

    @property
    def last(self) -> int:
        """Return the number of the last hit shown."""
        return self.first + len(self.page.results) - 1


def results_view(engine: Engine, asked: SearchRequest, page: Page) -> ResultsView:
    """Return the view of a page."""
    last_page = max(1, -(-min(page.total, DEEPEST_HIT) // page.size))
    return ResultsView(
        page=page,
        asked=asked,
        facets=tuple(_facets(engine, asked, page)),
        bars=timeline(page.facets.month, asked),
        filters=tuple(_filters(asked)),
        sorts=tuple(_sorts(asked, page)) if page.total > 1 else (),
        pages=tuple(_pages(asked, page.page, last_page)) if last_page > 1 else (),
        previous=query_string(asked, page=page.page - 1) if 1 < page.page <= last_page else None,
        next=query_string(asked, page=page.page + 1) if page.page < last_page else None,
        last_page=last_page,
        last_href=query_string(asked, page=last_page),
        unfiltered=without_filters(asked),
        suggestion=None if page.suggestion is None else query_string(asked, text=page.suggestion),
        feed=query_string(asked, sort=None, size=PAGE_SIZE),
        span=_span(page.facets.month),
        carried=tuple((name, value) for name, value in pairs(asked) if name not in {"q", "page"}),
    )


def _facets(engine: Engine, asked: SearchRequest, page: Page) -> Iterator[FacetView]:
    for field, title, plural in FACET_TITLES:
        chosen = getattr(asked, field)
        values = _wider(engine, asked, field) if chosen else getattr(page.facets, field)
        if len(values) > 1 or chosen:
            links = tuple(_value_links(asked, field, values))
            yield FacetView(field, title, plural, links[:SHOWN_VALUES], links[SHOWN_VALUES:MOST_SHOWN])


def _wider(engine: Engine, asked: SearchRequest, field: FacetField) -> Sequence[FacetValue]:
    """Return the values as they are without this facet's own filter: they are what may be added."""
    without = replace(with_values(asked, field, ()), size=1)
    return tuple(getattr(search(engine, without).facets, field))


def _value_links(asked: SearchRequest, field: FacetField, values: Sequence[FacetValue]) -> Iterator[Link]:
    chosen = getattr(asked, field)
    folded = {value.casefold() for value in chosen}
    known = {value.value.casefold() for value in values}
    for value in chosen:
        if value.casefold() not in known:
            yield Link(shown_value(field, value), without_value(asked, field, value), 0, current=True)
    for one in sorted(values, key=lambda one: one.value.casefold() not in folded):
        text = shown_value(field, one.value)
        if one.value.casefold() in folded:
            mine = next(value for value in chosen if value.casefold() == one.value.casefold())
            yield Link(text, without_value(asked, field, mine), one.count, current=True)
        else:
            yield Link(text, with_value(asked, field, one.value), one.count)


def _filters(asked: SearchRequest) -> Iterator[Link]:
    for field, title, _ in FACET_TITLES:
        for value in getattr(asked, field):
            yield Link(f"{title}: {shown_value(field, value)}", without_value(asked, field, value))
    if asked.first or asked.last:
        yield Link(_dates(asked.first, asked.last), query_string(asked, first=None, last=None))
    if asked.match != "auto":
        text = "Articles with all the words" if asked.match == "all" else "Articles with any of the words"
        yield Link(text, query_string(asked, match="auto"))


def _span(months: Sequence[FacetValue]) -> str:
    if not months:
        return ""
    first, last = month_label(months[0].value), month_label(months[-1].value)
    return first if first == last else f"{first} to {last}"


def _dates(first: date | None, last: date | None) -> str:
    if first and last:
        return day(first) if first == last else f"{day(first)} to {day(last)}"
    return f"Since {day(first)}" if first else f"Until {day(last)}" if last else ""


def day(value: date | None) -> str:
    """Return a day as it is printed: `15 July 2009`."""
    return f"{value.day} {value:%B} {value.year}" if value else ""


def _sorts(asked: SearchRequest, page: Page) -> Iterator[Link]:
    for sort, title in SORT_TITLES:
        if sort == "relevance" and not asked.text:
            continue
        by_default = sort == ("relevance" if asked.text else "newest")
        yield Link(title, query_string(asked, sort=None if by_default else sort), current=page.sort == sort)


def _pages(asked: SearchRequest, current: int, last: int) -> Iterator[Link | None]:
    near = range(current - NEIGHBOURS, current + NEIGHBOURS + 1)
    before = 0
    for number in sorted({1, last, *(n for n in near if 1 <= n <= last)}):
        if number > before + 1:
            yield None
        yield Link(str(number), query_string(asked, page=number), current=number == current)
        before = number


def shown_value(field: FacetField, value: str) -> str:
    """Return a facet's value as it is shown."""
    return language_name(value) if field == "language" else value
