"""Routes of the HTML pages: search results, an article, quotes, speakers."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import NamedTuple, get_args
from urllib.parse import urlencode

from flask import Blueprint, Response, g, request, url_for

from searchsvc.analysis.keys import is_name
from searchsvc.engines.base import Engine
from searchsvc.errors import NotFoundError, QueryError
from searchsvc.languages import direction
from searchsvc.model.fields import SPEAKER, TEXT_FIELDS, taught_words
from searchsvc.model.message import Message
from searchsvc.model.printed_date import TimePrecision
from searchsvc.model.result import FacetValue
from searchsvc.query_parser.canonical_form import format_query
from searchsvc.search import (
    SearchRequest,
    SpeakerKind,
    find_article,
    find_speaker,
    search_articles,
    search_quotes,
    search_speakers,
)
from searchsvc.web.article_view import HEAD_FIELDS, article_view, safe_link
from searchsvc.web.facet_links import KIND_TITLES, Link, Titled, paging, shown_value
from searchsvc.web.facet_value_pages import ValuesAsked, values_page
from searchsvc.web.parameters import PARAMETERS, QUOTE_PARAMETERS, SPEAKER_PARAMETERS, read_leniently
from searchsvc.web.query_strings import has_filters, query_string
from searchsvc.web.responses import EngineProvider, note_unfound, page_of
from searchsvc.web.result_view import (
    ARTICLE_FACETS_SHOWN,
    QUOTE_FACETS_SHOWN,
    articles_view,
    as_it_is,
    exact_value,
    quotes_view,
    suggestions_view,
)
from searchsvc.web.statements import report_address, statements_found
from searchsvc.web.timeline import day, moment, month_name
from searchsvc.web.verification_pages import add_checks, marked_passage

#: Speakers on a page, each in one line.
SPEAKERS_PAGE = 50
#: Text field → its name on pages.
FIELD_TITLES: Mapping[str, str] = {row.name: row.title for row in TEXT_FIELDS}
#: Field that is counted for the whole collection → its name on pages.
COLLECTED_TITLES: Mapping[str, str] = {**HEAD_FIELDS, "date": Message("date"), **FIELD_TITLES}
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
        kind = next((one for one in get_args(SpeakerKind) if one == request.args.get("of")), None)
        shown = Listing(request.args.get("order") == "name", kind)
        return page_of(provider, "speakers.html", lambda engine: _speakers(engine, search, shown), search)

    @routes.get("/speakers/<path:name>")
    def speaker(name: str) -> Response:
        """Show one speaker: counts, topics, and the quotes that match."""
        return _speaker_page(provider, name)

    add_checks(routes, provider)
    return routes


def _add_template_names(routes: Blueprint) -> None:
    """Register the filters, functions and constants that templates use."""
    routes.app_template_filter("day")(day)
    routes.app_template_filter("month")(month_name)
    routes.app_template_global("printed")(_printed)
    routes.app_template_filter("moment")(lambda at: moment(at) if at else "")
    routes.app_template_filter("xml")(_xml)
    routes.app_template_filter("query")(format_query)
    routes.app_template_filter("safe_link")(safe_link)
    routes.app_template_filter("direction")(direction)
    titles = {"FIELD_TITLES": FIELD_TITLES, "KIND_TITLES": KIND_TITLES, "COLLECTED_TITLES": COLLECTED_TITLES}
    routes.app_context_processor(lambda: titles)
    routes.app_template_global("taught_words")(taught_words)
    routes.app_template_global("has_page")(_has_page)
    routes.app_template_global("report_address")(report_address)
    routes.app_template_global("shown_value")(shown_value)


def _asked(known: Sequence[str] = PARAMETERS) -> SearchRequest:
    """Return the search of the current request; the page tells which values were passed over."""
    search, g.passed_over = read_leniently(request.args, known)
    return search


def _start(provider: EngineProvider) -> Response:
    search = _asked()
    at_home = not search.text and not has_filters(search) and search.page == 1

    def make(engine: Engine) -> dict[str, object]:
        page = search_articles(engine, search, offers=True)
        note_unfound(page)
        zero_hits = suggestions_view(search, page.zero_hit_suggestions) if page.zero_hit_suggestions else None
        return {"view": articles_view(search, page), "zero_hits": zero_hits, "at_home": at_home}

    return page_of(provider, "search.html", make, search)


def _article(provider: EngineProvider, article_id: str) -> Response:
    text = request.args.get("q", "").strip()
    search, back = _search_of(text), _back()
    quoted = request.args.get("quote", "").strip()

    def make(engine: Engine) -> dict[str, object]:
        article = find_article(engine, article_id)
        root = search.searched.root if search else None
        passage = marked_passage(engine, article, quoted) if quoted and root is None else {}
        return {
            "view": article_view(engine, article, root, passage), "asked": text, "back": back, "quoted": quoted,
        }  # fmt: skip

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
    page = search_quotes(engine, search, offers=True)
    return {"view": quotes_view(search, page), "statements": statements_found(engine, page.results)}


def _values(provider: EngineProvider, name: str, search: SearchRequest, facets: Sequence[Titled]) -> Response:
    if facets is QUOTE_FACETS_SHOWN:
        asked = ValuesAsked(name, search, facets, url_for("pages.quotes"), exact_value)
        return values_page(provider, asked, partial(search_quotes, offers=True))
    asked = ValuesAsked(name, search, facets, url_for("pages.start"), as_it_is)
    return values_page(provider, asked, partial(search_articles, offers=True))


class Listing(NamedTuple):
    """How speakers are listed: by name or by number of quotes, and which."""

    by_name: bool
    of: SpeakerKind | None

    def added_to(self, href: str) -> str:
        """Return a query string, which may be empty, with the parameters that say so."""
        parameters = {"order": "name" if self.by_name else "", "of": self.of or ""}
        more = urlencode({name: value for name, value in parameters.items() if value})
        return f"{href}{'&' if href else '?'}{more}" if more else href


def _speakers(engine: Engine, search: SearchRequest, shown: Listing) -> dict[str, object]:
    page = search_speakers(engine, search, by_name=shown.by_name, of=shown.of)

    def href(listing: Listing, number: int = 1) -> str:
        return listing.added_to(query_string(search, page=number))

    return {
        "listing": shown,
        "orders": [
            (Message("Most quotes"), href(shown._replace(by_name=False)), not shown.by_name),
            (Message("By name"), href(shown._replace(by_name=True)), shown.by_name),
        ],
        "kinds": [
            (Message("All"), href(shown._replace(of=None)), shown.of is None),
            (Message("People"), href(shown._replace(of="people")), shown.of == "people"),
            (Message("Bodies"), href(shown._replace(of="bodies")), shown.of == "bodies"),
        ],
        "page": page,
        "asked": search,
        "paging": paging(search, page.ranking.total, len(page.ranking.hits), partial(href, shown)),
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
        "statements": statements_found(engine, page.quotes.results, roles=False),
        "years": list(_years(search, page.quotes.facets.month)),
        "topics": [
            Link(topic.word, query_string(SearchRequest(text=f'"{topic.word}"')), topic.quotes) for topic in page.topics
        ],
    }


def _years(search: SearchRequest, months: Sequence[FacetValue]) -> Iterator[Link]:
    """Yield a link for each year that has quotes, oldest first; nothing if there is only one."""
    counts: Counter[int] = Counter()
    for month in months:
        counts[int(month.value[:4])] += month.count
    for year, count in sorted(counts.items()) if len(counts) > 1 else ():
        yield Link(str(year), query_string(search, page=1, first=date(year, 1, 1), last=date(year, 12, 31)), count)


def _has_page(speaker: str) -> bool:
    """Return whether a speaker has a page: a proper name (not `the report`) that a URL path can contain."""
    return is_name(speaker) and not speaker.startswith("/") and "\n" not in speaker


def _printed(at: datetime, own: date, precision: TimePrecision) -> str:
    """Return a date as a page printed it: its own day, and the clock in UTC, with the day there if that is another."""
    if precision == "day":
        return day(own)
    return moment(at) if at.date() == own else f"{day(own)} ({moment(at)})"


def _xml(text: str) -> str:
    """Return the text with U+FFFD in place of each character that XML cannot represent."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
