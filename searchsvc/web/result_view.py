"""The values that the template of a results page shows: links for facets, filters, orders and pages, suggestions."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import assert_never

from searchsvc.analysis.keys import value_key
from searchsvc.model.fields import ARTICLE_FACETS, FACET, QUOTE_FACETS, SPEAKER, FacetRow, Titles
from searchsvc.model.query import FACET_LIMIT, MAX_FACET_LIMIT, Fuzzy, Phrase, Prefix, Word
from searchsvc.model.result import ArticlePage, WordFrequency, ZeroHitSuggestions
from searchsvc.search import EXACT_NAME_MARK, PAGE_SIZE, QuotePage, SearchRequest
from searchsvc.web.facet_links import (
    Asking,
    Bar,
    FacetView,
    Link,
    Paging,
    Titled,
    affordable_links,
    facet_views,
    filter_links,
    in_order,
    paging,
    shown_value,
    sort_links,
    span,
    timeline,
)
from searchsvc.web.parameters import has_filters, pairs, query_string, without_filters

#: Facets in the order they are shown.
ARTICLE_FACETS_SHOWN = in_order((row, row.articles) for row in ARTICLE_FACETS)
QUOTE_FACETS_SHOWN = in_order((row, row.quotes) for row in QUOTE_FACETS)
#: A quotation in the text of a search; words of one at least for which the verbatim check is offered.
_QUOTATION, QUOTED_WORDS = re.compile('["“„«]([^"“”„«»]+)["”“»]'), 4
#: Links of a hit to its article, at most: of its title and of two snippets.
LINKS_OF_A_HIT = 3


@dataclass(frozen=True, slots=True)
class ResultView:
    """The values that the templates need: the page of results, the search, and the links."""

    page: ArticlePage | QuotePage
    asked: SearchRequest
    facets: tuple[FacetView, ...]
    bars: tuple[Bar, ...]
    #: A link for each active filter that removes it.
    filters: tuple[Link, ...]
    sorts: tuple[Link, ...]
    paging: Paging
    #: First and last month of the dated hits, as text; "" if none is dated.
    span: str
    #: Endpoint of the page of all values of a facet, and its query string.
    values_page: str = "pages.values"
    all_values: str = ""
    #: Query string of the suggested spelling, if there is one.
    suggestion: str | None = None
    #: Query string of the search as typed, if the articles of the suggested spelling are shown instead.
    typed: str | None = None

    @property
    def quotation(self) -> str | None:
        """Return the longest quotation in the text of the search, of QUOTED_WORDS words at least; None without one."""
        found = max(_QUOTATION.findall(self.asked.text), key=len, default="").strip()
        return found if len(found.split()) >= QUOTED_WORDS else None

    @property
    def is_dated(self) -> bool:
        """Whether days can be chosen: some hit has one, or there are none for the days that are chosen."""
        return bool(self.page.facets.month or self.asked.first or self.asked.last or not self.page.total)

    @property
    def undated(self) -> str:
        """Return the query string of the same search without first and last day."""
        return query_string(self.asked, first=None, last=None)

    @property
    def unfiltered(self) -> str:
        """Return the query string of the same search without filters."""
        return without_filters(self.asked)

    @property
    def feed(self) -> str:
        """Return the query string of the same search as a feed."""
        return query_string(replace(self.asked, facet_limit=FACET_LIMIT, facet_query=""), sort=None, size=PAGE_SIZE)

    @property
    def state(self) -> str:
        """Return the query string that the links of hits pass on, for the marks on an article's page and its way back.

        It is "" where there is no text, or where all links together would be too long.
        """
        return query_string(self.asked) if self.passed_on else ""

    @property
    def passed_on(self) -> str:
        """Return the text that the links of hits pass on; "" where they pass on nothing."""
        links = LINKS_OF_A_HIT * len(self.page.results)
        return self.page.text if links <= affordable_links(self.asked) else ""

    @property
    def carried(self) -> tuple[tuple[str, str], ...]:
        """Return the parameters that the search form passes on in hidden fields."""
        return tuple((name, value) for name, value in pairs(self.asked) if name not in {"q", "page"})


def articles_view(request: SearchRequest, page: ArticlePage) -> ResultView:
    """Return the view of a page of articles, the result of `search_articles(..., offers=True)`.

    If a better spelling was asked instead of the text as typed, the links go on with that spelling.
    """
    asked = replace(request, text=page.suggestion) if page.suggestion is not None and page.respelled else request
    view = _view(asked, page, ARTICLE_FACETS_SHOWN, "Articles", as_it_is)
    if page.respelled:
        return replace(view, typed=query_string(request, spelling="typed"))
    return (
        view
        if page.suggestion is None
        else replace(view, suggestion=query_string(request, text=page.suggestion, spelling="auto"))
    )


def quotes_view(
    request: SearchRequest,
    page: QuotePage,
    facets: Sequence[Titled] = QUOTE_FACETS_SHOWN,
    speaker: str | None = None,
) -> ResultView:
    """Return the view of a page of quotes, the result of `search_quotes(..., offers=True)`.

    Args:
        request: The search.
        page: Its result.
        facets: The facets that the page shows.
        speaker: The speaker whose page it is, if it is one's: links that leave the page choose him.

    """
    view = _view(request, page, facets, "Quotes", exact_value)
    if speaker is None:
        return view
    return replace(view, all_values=_all_values(request.choosing(SPEAKER, (exact_value(FACET[SPEAKER], speaker),))))


def _view(
    request: SearchRequest, page: ArticlePage | QuotePage, facets: Sequence[Titled], what: str, asking: Asking
) -> ResultView:
    return ResultView(
        page=page,
        asked=request,
        facets=tuple(facet_views(request, facets, page.facets, asking)),
        bars=timeline(page.facets.month, request),
        filters=tuple(islice(filter_links(request, facets, what), affordable_links(request))),
        sorts=tuple(sort_links(request, page.sort, dated=bool(page.facets.month))) if page.total > 1 else (),
        paging=paging(request, page.total, len(page.results)),
        span=span(page.facets.month),
        values_page="pages.values" if isinstance(page, ArticlePage) else "pages.quote_values",
        all_values=_all_values(request),
    )


def _all_values(request: SearchRequest) -> str:
    """Return the query string of the page of all values of a facet of a search."""
    return query_string(replace(request, facet_limit=FACET_LIMIT, facet_query=""), page=1)


@dataclass(frozen=True, slots=True)
class FacetChoice:
    """A value of a facet, on the page of all its values."""

    #: As the page shows it, and as the parameter takes it.
    text: str
    parameter: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class FacetPage:
    """All values of one facet of a search, to choose some of them."""

    page: ArticlePage | QuotePage
    row: FacetRow
    titles: Titles
    choices: tuple[FacetChoice, ...]
    #: Number of its values, and the words that they contain.
    total: int
    words: str
    #: The search without this facet, for hidden fields; the chosen values of it, and those that are no choices here.
    carried: tuple[tuple[str, str], ...]
    chosen: tuple[str, ...]
    others: tuple[str, ...]
    #: Query string of the search, the way back.
    back: str


def facet_request(request: SearchRequest, row: FacetRow) -> SearchRequest:
    """Return the request for all values of a facet that contain the words of the request's `facet_query`."""
    words = f"{row.name}:{request.selection.words}"
    return replace(request, page=1, size=1, facet_limit=MAX_FACET_LIMIT, facet_query=words)


def facet_page(
    request: SearchRequest, page: ArticlePage | QuotePage, row: FacetRow, titles: Titles, asking: Asking
) -> FacetPage:
    """Return the view of all values of a facet; `page` is the answer to `facet_request`."""
    plain = replace(request, page=1, facet_limit=FACET_LIMIT, facet_query="")
    chosen = {value_key(value): value for value in request.values(row.name)}
    choices = tuple(
        FacetChoice(shown_value(row, one.value), parameter, one.count, value_key(parameter) in chosen)
        for one in page.facets[row.name]
        for parameter in [asking(row, one.value)]
    )
    listed = {value_key(choice.parameter) for choice in choices}
    return FacetPage(
        page=page,
        row=row,
        titles=titles,
        choices=choices,
        total=page.facets.totals.get(row.name, 0),
        words=request.selection.words,
        carried=tuple(pairs(plain.choosing(row.name, ()))),
        chosen=request.values(row.name),
        others=tuple(value for key, value in chosen.items() if key not in listed),
        back=query_string(plain),
    )


def as_it_is(_row: FacetRow, value: str) -> str:
    """Return the parameter's value that filters articles by a facet's value: the value itself."""
    return value


def exact_value(row: FacetRow, value: str) -> str:
    """Return the parameter's value for exactly this facet value: a name without marks also matches longer names."""
    return f"{EXACT_NAME_MARK}{value}{EXACT_NAME_MARK}" if row.name == SPEAKER else value


@dataclass(frozen=True, slots=True)
class WordCount:
    """A word of the query and the number of articles that contain it."""

    text: str
    count: int
    #: Query string of the search for this word alone.
    href: str
    #: Similar words of the index, if no article contains this one.
    near: tuple["WordCount", ...] = ()


@dataclass(frozen=True, slots=True)
class WiderSearch:
    """A wider search that has hits."""

    #: What the search does, as the text of its link.
    text: str
    count: int
    href: str


@dataclass(frozen=True, slots=True)
class SuggestionsView:
    """The suggestions on a results page without hits: counts of the words, and wider searches."""

    words: tuple[WordCount, ...]
    ways: tuple[WiderSearch, ...]


def suggestions_view(request: SearchRequest, suggestions: ZeroHitSuggestions) -> SuggestionsView:
    """Return the words with their counts, and the wider searches that have hits."""
    words = tuple(map(_word_count, suggestions.words))
    wider = tuple(search for search in _wider_searches(request, suggestions) if search.count)
    return SuggestionsView(words, wider)


def _word_count(frequency: WordFrequency) -> WordCount:
    near = tuple(_counted(text, articles) for text, articles in frequency.near)
    return _counted(_text(frequency.leaf), frequency.articles, near)


def _counted(text: str, count: int, near: tuple[WordCount, ...] = ()) -> WordCount:
    return WordCount(text, count, query_string(SearchRequest(text=text)), near)


def _wider_searches(request: SearchRequest, suggestions: ZeroHitSuggestions) -> Iterator[WiderSearch]:
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
    """Return a word, phrase, prefix or fuzzy word in the query syntax."""
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
