"""Page → what the search page shows: facets, filters and pages as links."""

from dataclasses import dataclass

from searchsvc.model.fields import ARTICLE_FACETS
from searchsvc.model.result import Page
from searchsvc.search import PAGE_SIZE, SearchRequest
from searchsvc.web.facet_links import (
    Bar,
    FacetView,
    Link,
    Paging,
    facet_views,
    filter_links,
    in_order,
    paging,
    sort_links,
    span,
    timeline,
)
from searchsvc.web.parameters import pairs, query_string, without_filters

#: Facets in the order they are shown.
FACETS = in_order((row, row.articles) for row in ARTICLE_FACETS)


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
        facets=tuple(facet_views(asked, FACETS, page.facets, lambda _, value: value)),
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
