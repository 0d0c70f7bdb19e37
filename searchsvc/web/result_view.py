"""Page of results → what its template shows: facets, filters, orders and pages as links, or ways out of no result."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from searchsvc.model.fields import ARTICLE_FACETS, QUOTE_FACETS, SPEAKER, FacetRow
from searchsvc.model.query import Fuzzy, Phrase, Prefix, Word
from searchsvc.model.result import ArticlePage, WordFrequency, ZeroHitSuggestions
from searchsvc.search import EXACT_NAME_MARK, PAGE_SIZE, QuotePage, SearchRequest
from searchsvc.web.facet_links import (
    Asking,
    Bar,
    FacetView,
    Link,
    Paging,
    Titled,
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
ARTICLE_FACETS_SHOWN = in_order((row, row.articles) for row in ARTICLE_FACETS)
QUOTE_FACETS_SHOWN = in_order((row, row.quotes) for row in QUOTE_FACETS)


@dataclass(frozen=True, slots=True)
class ResultView:
    """All that the templates need beside the page of results itself."""

    page: ArticlePage | QuotePage
    asked: SearchRequest
    facets: tuple[FacetView, ...]
    bars: tuple[Bar, ...]
    #: Active filters, each a link that takes it away.
    filters: tuple[Link, ...]
    sorts: tuple[Link, ...]
    paging: Paging
    #: From the first dated result to the last; "" without any.
    span: str
    #: Query string with the spelling suggested, if one is.
    suggestion: str | None = None

    @property
    def unfiltered(self) -> str:
        """Return the query string of the same search without filters."""
        return without_filters(self.asked)

    @property
    def feed(self) -> str:
        """Return the query string of the same search as a feed."""
        return query_string(self.asked, sort=None, size=PAGE_SIZE)

    @property
    def state(self) -> str:
        """Return the query string of this very page: an article's page leads back by it."""
        return query_string(self.asked)

    @property
    def carried(self) -> tuple[tuple[str, str], ...]:
        """Return the parameters that a form carries on, its own fields aside."""
        return tuple((name, value) for name, value in pairs(self.asked) if name not in {"q", "page"})


def articles_view(asked: SearchRequest, page: ArticlePage) -> ResultView:
    """Return the view of a page of articles that was asked for with its offers."""
    view = _view(asked, page, ARTICLE_FACETS_SHOWN, "Articles", lambda _, value: value)
    return view if page.suggestion is None else replace(view, suggestion=query_string(asked, text=page.suggestion))


def quotes_view(asked: SearchRequest, page: QuotePage, facets: Sequence[Titled] = QUOTE_FACETS_SHOWN) -> ResultView:
    """Return the view of a page of quotes that was asked for with its offers."""
    return _view(asked, page, facets, "Quotes", _exact_value)


def _view(
    asked: SearchRequest, page: ArticlePage | QuotePage, facets: Sequence[Titled], what: str, asking: Asking
) -> ResultView:
    return ResultView(
        page=page,
        asked=asked,
        facets=tuple(facet_views(asked, facets, page.facets, asking)),
        bars=timeline(page.facets.month, asked),
        filters=tuple(filter_links(asked, facets, what)),
        sorts=tuple(sort_links(asked, page.sort)) if page.total > 1 else (),
        paging=paging(asked, page.total, len(page.results)),
        span=span(page.facets.month),
    )


def _exact_value(row: FacetRow, value: str) -> str:
    """Return what asks for exactly this value: words of a name would find its namesakes too."""
    return f"{EXACT_NAME_MARK}{value}{EXACT_NAME_MARK}" if row.name == SPEAKER else value


@dataclass(frozen=True, slots=True)
class WordCount:
    """A word of the query and how many articles have it."""

    text: str
    count: int
    href: str
    #: Words of the archive that are spelled almost so, where none has it.
    near: tuple["WordCount", ...] = ()


@dataclass(frozen=True, slots=True)
class WiderSearch:
    """A wider search that finds something."""

    text: str
    count: int
    href: str


@dataclass(frozen=True, slots=True)
class SuggestionsView:
    """What a reader is told who found nothing."""

    words: tuple[WordCount, ...]
    ways: tuple[WiderSearch, ...]


def suggestions_view(request: SearchRequest, suggestions: ZeroHitSuggestions) -> SuggestionsView:
    """Return the words with their counts, and the wider searches that find something."""
    words = tuple(map(_word_count, suggestions.words))
    return SuggestionsView(words, tuple(way for way in _ways(request, suggestions) if way.count))


def _word_count(found: WordFrequency) -> WordCount:
    near = tuple(_counted(text, articles) for text, articles in found.near)
    return _counted(_text(found.leaf), found.articles, near)


def _counted(text: str, count: int, near: tuple[WordCount, ...] = ()) -> WordCount:
    return WordCount(text, count, query_string(SearchRequest(text=text)), near)


def _ways(request: SearchRequest, suggestions: ZeroHitSuggestions) -> Iterator[WiderSearch]:
    filtered = has_filters(request)
    if filtered:
        yield WiderSearch(
            "Search everything, without the filters", suggestions.without_filters, without_filters(request)
        )
    if request.match != "any":
        yield WiderSearch(
            "Take articles with any of the words", suggestions.any_word, query_string(request, match="any")
        )
    if request.match != "any" and filtered:
        widest = SearchRequest(text=request.text, match="any", sort=request.sort)
        yield WiderSearch(
            "Both: any of the words, without the filters", suggestions.any_word_without_filters, query_string(widest)
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
