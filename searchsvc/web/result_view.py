"""Page → what the search page shows: facets, filters and pages as links."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from searchsvc.model.fields import ARTICLE_FACETS
from searchsvc.model.query import Fuzzy, Phrase, Prefix, Word
from searchsvc.model.result import Page, WaysOut, WordFrequency
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
from searchsvc.web.parameters import has_filters, pairs, query_string, without_filters

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


@dataclass(frozen=True, slots=True)
class WordCount:
    """A word of the query and how many articles have it."""

    text: str
    count: int
    href: str
    #: Words of the archive that are spelled almost so, where none has it.
    near: tuple["WordCount", ...] = ()


@dataclass(frozen=True, slots=True)
class WayOut:
    """A wider search that finds something."""

    text: str
    count: int
    href: str


@dataclass(frozen=True, slots=True)
class Help:
    """What a reader is told who found nothing."""

    words: tuple[WordCount, ...]
    ways: tuple[WayOut, ...]


def help_for(request: SearchRequest, ways_out: WaysOut) -> Help:
    """Return the words with their counts, and the wider searches that find something."""
    words = tuple(map(_word_count, ways_out.words))
    return Help(words, tuple(way for way in _ways(request, ways_out) if way.count))


def _word_count(found: WordFrequency) -> WordCount:
    near = tuple(_counted(text, articles) for text, articles in found.near)
    return _counted(_text(found.leaf), found.articles, near)


def _counted(text: str, count: int, near: tuple[WordCount, ...] = ()) -> WordCount:
    return WordCount(text, count, query_string(SearchRequest(text=text)), near)


def _ways(request: SearchRequest, ways_out: WaysOut) -> Iterator[WayOut]:
    filtered = has_filters(request)
    if filtered:
        yield WayOut("Search everything, without the filters", ways_out.without_filters, without_filters(request))
    if request.match != "any":
        yield WayOut("Take articles with any of the words", ways_out.any_word, query_string(request, match="any"))
    if request.match != "any" and filtered:
        widest = SearchRequest(text=request.text, match="any", sort=request.sort)
        yield WayOut(
            "Both: any of the words, without the filters", ways_out.any_word_without_filters, query_string(widest)
        )


def _text(leaf: Word | Phrase | Prefix | Fuzzy) -> str:
    """Return the word, or the like, as a reader would type it."""
    match leaf:
        case Word(text):
            return text
        case Phrase(words):
            return f'"{" ".join(words)}"'
        case Prefix(text):
            return f"{text}*"
        case Fuzzy(text):
            return f"{text}~"
        case _:
            assert_never(leaf)
