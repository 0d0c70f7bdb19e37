"""Page → what the search page shows: facets, filters and pages as links."""

from collections.abc import Iterator
from dataclasses import dataclass

from searchsvc.model.result import Page
from searchsvc.search import PAGE_SIZE, SearchRequest
from searchsvc.web.addresses import pairs, query_string, without_filters
from searchsvc.web.navigation import (
    FacetTitles,
    FacetView,
    Link,
    Paging,
    facet_view,
    filter_links,
    paging,
    sort_links,
    span,
)
from searchsvc.web.timeline import Bar, timeline

#: Facets in the order they are shown.
FACETS = (
    FacetTitles("section", "Section", "Sections"),
    FacetTitles("outlet", "Outlet", "Outlets"),
    FacetTitles("speaker", "Who is quoted", "Who is quoted"),
    FacetTitles("author", "Author", "Authors"),
    FacetTitles("language", "Language", "Languages"),
)


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
    paging: Paging
    #: The same without filters; with the spelling suggested; as a feed.
    unfiltered: str
    suggestion: str | None
    feed: str
    #: From the first dated article to the last; "" without any.
    span: str
    #: Query string of this very page: an article's page leads back by it.
    state: str
    #: Parameters a form carries on, its own fields aside.
    carried: tuple[tuple[str, str], ...]


def results_view(asked: SearchRequest, page: Page) -> ResultsView:
    """Return the view of a page that was asked for with its offers."""
    return ResultsView(
        page=page,
        asked=asked,
        facets=tuple(_facets(asked, page)),
        bars=timeline(page.facets.month, asked),
        filters=tuple(filter_links(asked, FACETS, "Articles")),
        sorts=tuple(sort_links(asked, page.sort)) if page.total > 1 else (),
        paging=paging(asked, page.total, len(page.results)),
        unfiltered=without_filters(asked),
        suggestion=None if page.suggestion is None else query_string(asked, text=page.suggestion),
        feed=query_string(asked, sort=None, size=PAGE_SIZE),
        span=span(page.facets.month),
        state=query_string(asked),
        carried=tuple((name, value) for name, value in pairs(asked) if name not in {"q", "page"}),
    )


def _facets(asked: SearchRequest, page: Page) -> Iterator[FacetView]:
    for titles in FACETS:
        values = getattr(page.facets, titles.field)
        if len(values) > 1 or getattr(asked, titles.field):
            yield facet_view(asked, titles, values, lambda _, value: value)
