"""Routes of the HTML pages: search results, an article, quotes, speakers, the verbatim check."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from flask import Blueprint, Response, g, render_template, request, url_for

from searchsvc.analysis.keys import is_name
from searchsvc.engines.base import Engine
from searchsvc.errors import NotFoundError, QueryError
from searchsvc.languages import direction
from searchsvc.model.fields import SPEAKER, TEXT_FIELDS, taught_words
from searchsvc.model.printed_date import TimePrecision
from searchsvc.search import SearchRequest, find_speaker, search_articles, search_quotes, search_speakers
from searchsvc.verify import verify_quotation
from searchsvc.web.article_view import article_view, safe_link
from searchsvc.web.facet_links import KIND_TITLES, Link, Titled, day, paging
from searchsvc.web.parameters import (
    PARAMETERS,
    QUOTE_PARAMETERS,
    SPEAKER_PARAMETERS,
    has_filters,
    query_string,
    read_leniently,
)
from searchsvc.web.problems import problem_of
from searchsvc.web.responses import HTML, EngineProvider, page_of
from searchsvc.web.result_view import (
    ARTICLE_FACETS_SHOWN,
    QUOTE_FACETS_SHOWN,
    articles_view,
    as_it_is,
    exact_value,
    facet_page,
    facet_request,
    quotes_view,
    suggestions_view,
)

#: Characters of a name that an error message repeats, at most.
MAX_REPEATED = 80
#: Speakers on a page, each in one line.
SPEAKERS_PAGE = 50
#: Text field → its name on pages.
FIELD_TITLES = {row.name: row.title for row in TEXT_FIELDS}
#: Characters that XML 1.0 cannot represent, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def blueprint(provider: EngineProvider) -> Blueprint:
    """Return the routes of the pages."""
    routes = Blueprint("pages", __name__)
    _add_template_names(routes)

    @routes.get("/")
    def start() -> Response:
        """Show the articles that match; without a search, an overview of the collection."""
        return _start(provider)

    @routes.get("/a/<path:article_id>")
    def article(article_id: str) -> Response:
        """Show one article, with the words of the query that led to it marked."""
        return _article(provider, article_id)

    @routes.get("/quotes")
    def quotes() -> Response:
        """Show the quotes that match; without a search, the newest ones."""
        search = _asked(QUOTE_PARAMETERS)
        return page_of(provider, "quotes.html", lambda engine: _quotes(engine, search), search)

    @routes.get("/facets/<name>")
    def values(name: str) -> Response:
        """Show all values of a facet of the articles that match, to choose some, or those that contain some words."""
        return _values(provider, name, _asked(), ARTICLE_FACETS_SHOWN)

    @routes.get("/quotes/facets/<name>")
    def quote_values(name: str) -> Response:
        """Show all values of a facet of the quotes that match, as `values` does."""
        return _values(provider, name, _asked(QUOTE_PARAMETERS), QUOTE_FACETS_SHOWN)

    @routes.get("/speakers")
    def speakers() -> Response:
        """Show the speakers whose quotes match, most quotes first."""
        search = replace(_asked(QUOTE_PARAMETERS), size=SPEAKERS_PAGE)
        return page_of(provider, "speakers.html", lambda engine: _speakers(engine, search), search)

    @routes.get("/speakers/<path:name>")
    def speaker(name: str) -> Response:
        """Show one speaker: counts, topics, and the quotes that match."""
        return _speaker_page(provider, name)

    @routes.get("/verify")
    def check() -> Response:
        """Check the quotation that the query string contains, or show the form. The address can be shared."""
        return _verify(provider)

    return routes


def _add_template_names(routes: Blueprint) -> None:
    """Register the filters, functions and constants that templates use."""
    routes.app_template_filter("day")(day)
    routes.app_template_global("printed")(_printed)
    routes.app_template_filter("moment")(_moment)
    routes.app_template_filter("xml")(_xml)
    routes.app_template_filter("safe_link")(safe_link)
    routes.app_template_filter("direction")(direction)
    routes.app_context_processor(lambda: {"FIELD_TITLES": FIELD_TITLES, "KIND_TITLES": KIND_TITLES})
    routes.app_template_global("taught_words")(taught_words)
    routes.app_template_global("has_page")(_has_page)


def _asked(known: Sequence[str] = PARAMETERS) -> SearchRequest:
    """Return the search of the current request; the page tells which values were passed over."""
    search, g.passed_over = read_leniently(request.args, known)
    return search


def _start(provider: EngineProvider) -> Response:
    search = _asked()
    at_home = not search.text and not has_filters(search) and search.page == 1

    def make(engine: Engine) -> dict[str, object]:
        page = search_articles(engine, search, offers=True)
        zero_hits = suggestions_view(search, page.zero_hit_suggestions) if page.zero_hit_suggestions else None
        return {"view": articles_view(search, page), "zero_hits": zero_hits, "at_home": at_home}

    return page_of(provider, "search.html", make, search)


def _article(provider: EngineProvider, article_id: str) -> Response:
    text = request.args.get("q", "").strip()
    search, back = _search_of(text), _back()

    def make(engine: Engine) -> dict[str, object]:
        article = engine.article(article_id)
        if article is None:
            raise NotFoundError(
                "No article of this collection has this address; it may have been taken out, or renamed"
            )
        root = search.understood.root if search else None
        return {"view": article_view(engine, article, root), "asked": text, "back": back}

    return page_of(provider, "article.html", make, search)


def _back() -> str:
    """Return the query string of the results page that led to this one, without parameters that are not a search's."""
    return query_string(read_leniently(request.args)[0])


def _search_of(text: str) -> SearchRequest | None:
    """Return the search whose words are marked in an article; None if there is no text or it cannot be parsed."""
    search = SearchRequest(text)
    try:
        return search if text and search.understood else None
    except QueryError:
        return None


def _quotes(engine: Engine, search: SearchRequest) -> dict[str, object]:
    return {"view": quotes_view(search, search_quotes(engine, search, offers=True))}


def _values(provider: EngineProvider, name: str, search: SearchRequest, facets: Sequence[Titled]) -> Response:
    found = next(((row, titles) for row, titles in facets if row.parameter == name), None)
    if found is None:
        raise NotFoundError(
            f"There is no facet {name[:MAX_REPEATED]!r}; there are {', '.join(r.parameter for r, _ in facets)}"
        )
    row, titles = found
    asked = facet_request(search, row)

    def make(engine: Engine) -> dict[str, object]:
        if facets is QUOTE_FACETS_SHOWN:
            quotes = search_quotes(engine, asked, offers=True)
            view, root = facet_page(search, quotes, row, titles, exact_value), "pages.quotes"
        else:
            view, root = (
                facet_page(search, search_articles(engine, asked, offers=True), row, titles, as_it_is),
                "pages.start",
            )
        return {"view": view, "root": url_for(root)}

    return page_of(provider, "values.html", make, asked)


def _speakers(engine: Engine, search: SearchRequest) -> dict[str, object]:
    page = search_speakers(engine, search)
    return {
        "page": page,
        "asked": search,
        "paging": paging(search, page.ranking.total, len(page.ranking.hits)),
    }


def _speaker_page(provider: EngineProvider, name: str) -> Response:
    """Return the page of a speaker; half a name leads to the list of those who bear it."""
    search = _asked(SPEAKER_PARAMETERS)
    try:
        return page_of(provider, "speaker.html", lambda engine: _speaker(engine, name, search), search)
    except NotFoundError:
        half = SearchRequest(chosen={SPEAKER: (name,)})
        if not search_speakers(provider.engine(), half).ranking.total:
            raise
        return Response(status=302, headers={"Location": url_for("pages.speakers", speaker=name)})


def _speaker(engine: Engine, name: str, search: SearchRequest) -> dict[str, object]:
    page = find_speaker(engine, name, search, offers=True)
    other_facets = tuple(one for one in QUOTE_FACETS_SHOWN if one[0].name != SPEAKER)
    return {
        "found": page,
        "view": quotes_view(search, page.quotes, other_facets, page.name),
        "topics": [
            Link(topic.word, query_string(SearchRequest(text=topic.word)), topic.quotes) for topic in page.topics
        ],
    }


def _verify(provider: EngineProvider) -> Response:
    """Return the page of the check; a quotation that is refused gets the reason on the page, with its status."""
    text = request.args.get("quote", "").strip()
    try:
        return page_of(
            provider,
            "verify.html",
            lambda engine: {
                "asked": text,
                "verdict": verify_quotation(engine, text) if text else None,
                "articles": engine.count(),
            },
        )
    except QueryError as error:
        body = render_template("verify.html", asked=text, verdict=None, refused=error)
        return Response(body, status=problem_of(error).status, content_type=HTML)


def _has_page(speaker: str) -> bool:
    """Return whether a speaker has a page: a proper name (not `the report`) that a URL path can contain."""
    return is_name(speaker) and not speaker.startswith("/") and "\n" not in speaker


def _moment(value: datetime | None) -> str:
    return f"{day(value.date())}, {value:%H:%M} UTC" if value else ""


def _printed(at: datetime, own: date, precision: TimePrecision) -> str:
    """Return a date as a page printed it: its own day, and the clock in UTC, with the day there if that is another."""
    if precision == "day":
        return day(own)
    return _moment(at) if at.date() == own else f"{day(own)} ({_moment(at)})"


def _xml(text: str) -> str:
    """Return the text with U+FFFD in place of each character that XML cannot represent."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
