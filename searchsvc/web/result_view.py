"""The values that the template of a results page shows: links for facets, filters, orders and pages, suggestions."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import assert_never

from searchsvc.model.fields import ARTICLE_FACETS, FACET, HEADLINE_FACETS, QUOTE_FACETS, SPEAKER, FacetRow
from searchsvc.model.message import Message
from searchsvc.model.query import FACET_LIMIT, Fuzzy, Phrase, Prefix, Word
from searchsvc.model.result import ArticlePage, WordFrequency, ZeroHitSuggestions
from searchsvc.search import PAGE_SIZE, HeadlinePage, QuotePage, SearchRequest, exactly
from searchsvc.web.facet_links import (
    Asking,
    FacetView,
    Hits,
    Link,
    Paging,
    Titled,
    facet_views,
    filter_links,
    in_order,
    paging,
    sort_links,
)
from searchsvc.web.query_strings import affordable_links, has_filters, pairs, query_string, without_filters
from searchsvc.web.timeline import Timeline, span, timeline

#: Facets in the order they are shown.
ARTICLE_FACETS_SHOWN = in_order((row, row.articles) for row in ARTICLE_FACETS)
QUOTE_FACETS_SHOWN = in_order((row, row.quotes) for row in QUOTE_FACETS)
#: Related headlines are narrowed by the values of the articles whose pages have them.
HEADLINE_FACETS_SHOWN = in_order((row, row.articles) for row in HEADLINE_FACETS)
AnyPage = ArticlePage | QuotePage | HeadlinePage
#: What a page lists.
HITS: Mapping[type[AnyPage], Hits] = {ArticlePage: "articles", QuotePage: "quotes", HeadlinePage: "pages"}
#: Endpoint of the page of all values of a facet.
VALUES_PAGES: Mapping[type[AnyPage], str] = {
    ArticlePage: "pages.values",
    QuotePage: "pages.quote_values",
    HeadlinePage: "stories.headline_values",
}
#: A quotation in the text of a search; words of one at least for which the verbatim check is offered.
_QUOTATION, QUOTED_WORDS = re.compile('["“„«]([^"“”„«»]+)["”“»]'), 4
#: Links of a hit to its article, at most: of its title and of three snippets.
LINKS_OF_A_HIT = 4


@dataclass(frozen=True, slots=True)
class ResultView:
    """The values that the templates need: the page of results, the search, and the links."""

    page: AnyPage
    asked: SearchRequest
    facets: tuple[FacetView, ...]
    timeline: Timeline
    #: A link for each active filter that removes it.
    filters: tuple[Link, ...]
    sorts: tuple[Link, ...]
    paging: Paging
    #: First and last month of the dated hits, as text; "" if none is dated.
    span: str
    #: Endpoint of the page of all values of a facet, and its query string.
    values_page: str = "pages.values"
    all_values: str = ""
    #: Query strings of the same search as a file (all its records, in the order of its pages), and as a feed of quotes.
    files: str = ""
    followed: str = ""
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
    def explaining(self) -> str:
        """Return the query string of the same page with the parts of the scores, or without them if it has them."""
        return query_string(self.asked, explain=not self.asked.explain, page=self.asked.page)

    @property
    def copies(self) -> str:
        """Return the query string of the same search with copies listed each, or grouped if they are."""
        return query_string(self.asked, show_copies=not self.asked.show_copies)

    @property
    def here(self) -> str:
        """Return the query string of this page, as it may be passed on: without what was passed over."""
        return query_string(self.asked, page=self.asked.page)

    @property
    def json(self) -> str:
        """Return the query string of this page of quotes as JSON, with the speaker whose page it is."""
        return f"{self.files}{'&' if self.files else '?'}page={self.page.page}&size={self.page.size}"

    @property
    def feed(self) -> str:
        """Return the query string of the same search as a feed."""
        plain = replace(self.asked, facet_limit=FACET_LIMIT, facet_query="", explain=False)
        return query_string(plain, sort=None, size=PAGE_SIZE)

    @property
    def state(self) -> str:
        """Return the query string that the links of hits pass on, for the marks on an article's page and its way back.

        It is "" where there is no text, or where all links together would be too long.
        """
        return query_string(self.asked) if self.passed_on else ""

    def state_of(self, place: int) -> str:
        """Return `state` with the number of a hit, given by its place on the page from 1, and how many there are."""
        number = self.asked.offset + place
        return f"{self.state}&hit={number}&of={self.page.total}" if self.state else ""

    @property
    def passed_on(self) -> str:
        """Return the text that the links of hits pass on; "" where they pass on nothing."""
        links = LINKS_OF_A_HIT * len(self.page.results)
        return self.page.text if links <= affordable_links(self.asked) else ""

    @property
    def searches_versions(self) -> bool:
        """Return whether older versions can be searched, too: whether this is a search for articles."""
        return isinstance(self.page, ArticlePage)

    @property
    def with_versions(self) -> str:
        """Return the query string of the search of older versions, too."""
        return query_string(self.asked, versions=True)

    @property
    def unchosen(self) -> tuple[tuple[str, str], ...]:
        """Return the parameters that the form of filters passes on in hidden fields: all that it has no field for."""
        shown = {(one.parameter, choice.parameter) for one in self.facets for choice in (*one.links, *one.more)}
        fields = {"page", "match", "versions", *(("from", "to") if self.is_dated else ())}
        return tuple(pair for pair in pairs(self.asked) if pair[0] not in fields and pair not in shown)

    @property
    def searched(self) -> tuple[tuple[str, str], ...]:
        """Return the parameters of the page of all values of a facet."""
        plain = replace(self.asked, facet_limit=FACET_LIMIT, facet_query="")
        return tuple((name, value) for name, value in pairs(plain) if name != "page")

    @property
    def carried(self) -> tuple[tuple[str, str], ...]:
        """Return the parameters that the search form passes on in hidden fields."""
        return tuple((name, value) for name, value in pairs(self.asked) if name not in {"q", "page"})


def articles_view(request: SearchRequest, page: ArticlePage) -> ResultView:
    """Return the view of a page of articles, of `search_articles(..., offers=True)`; links go on with its spelling."""
    asked = replace(request, text=page.suggestion) if page.suggestion is not None and page.respelled else request
    view = _view(asked, page, ARTICLE_FACETS_SHOWN, as_it_is)
    if page.respelled:
        return replace(view, typed=query_string(request, spelling="typed"))
    if page.suggestion is None:
        return view
    return replace(view, suggestion=query_string(request, text=page.suggestion, spelling="auto"))


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
    view = _view(request, page, facets, exact_value)
    if speaker is None:
        return view
    own = request.choosing(SPEAKER, (exact_value(FACET[SPEAKER], speaker),))
    return replace(view, all_values=_all_values(own), files=_files(own), followed=_files(replace(own, sort=None)))


def headlines_view(request: SearchRequest, page: HeadlinePage) -> ResultView:
    """Return the view of a page of related headlines, the result of `search_headlines(..., offers=True)`."""
    return _view(request, page, HEADLINE_FACETS_SHOWN, as_it_is)


def _view(request: SearchRequest, page: AnyPage, facets: Sequence[Titled], asking: Asking) -> ResultView:
    return ResultView(
        page=page,
        asked=request,
        facets=tuple(facet_views(request, facets, page.facets, asking)),
        timeline=timeline(page.facets.month, page.facets.day, request),
        filters=tuple(
            islice(
                filter_links(request, facets, HITS[type(page)]),
                affordable_links(request),
            )
        ),
        sorts=tuple(sort_links(request, page.sort, dated=bool(page.facets.month))) if page.total > 1 else (),
        paging=paging(request, page.total, len(page.results)),
        span=span(page.facets.month),
        values_page=VALUES_PAGES[type(page)],
        all_values=_all_values(request),
        files=_files(request),
        followed=_files(replace(request, sort=None)),
    )


def _files(request: SearchRequest) -> str:
    """Return the query string of a search as a file."""
    plain = replace(request, facet_limit=FACET_LIMIT, facet_query="", explain=False)
    return query_string(plain, size=PAGE_SIZE)


def _all_values(request: SearchRequest) -> str:
    """Return the query string of the page of all values of a facet of a search."""
    return query_string(replace(request, facet_limit=FACET_LIMIT, facet_query=""), page=1)


def as_it_is(_row: FacetRow, value: str) -> str:
    """Return the parameter's value that filters articles by a facet's value: the value itself."""
    return value


def exact_value(row: FacetRow, value: str) -> str:
    """Return the parameter's value for exactly this facet value: a name without marks also matches longer names."""
    return exactly(value) if row.name == SPEAKER else value


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
            Message("Search everything, without the filters"), suggestions.without_filters, without_filters(request)
        )
    if request.match != "any":
        yield WiderSearch(
            Message("Take articles with any of the words"), suggestions.any_word, query_string(request, match="any")
        )
    if request.match != "any" and filtered:
        widest = SearchRequest(text=request.text, match="any", sort=request.sort)
        yield WiderSearch(
            Message("Both: any of the words, without the filters"),
            suggestions.any_word_without_filters,
            query_string(widest),
        )


def _text(leaf: Word | Phrase | Prefix | Fuzzy) -> str:
    """Return a word, phrase, prefix or fuzzy word in the query syntax."""
    match leaf:
        case Word(text):
            return text
        case Phrase(words, within=within):
            return f'"{" ".join(words)}"{f"@{within[0]}" if within else ""}'
        case Prefix(text):
            return f"{text}*"
        case Fuzzy(text):
            return f"{text}~"
        case _:
            assert_never(leaf)
