"""Request → HTML page: articles found, an article, quotes, speakers, the verbatim check."""

import re
from dataclasses import replace
from datetime import datetime

from flask import Blueprint, Response, render_template, request

from searchsvc.analysis.keys import is_name
from searchsvc.engines.base import Engine
from searchsvc.errors import NotFoundError, QueryError
from searchsvc.languages import direction
from searchsvc.model.fields import SPEAKER, TEXT_FIELDS, taught_words
from searchsvc.search import SearchRequest, find_speaker, search_articles, search_quotes, search_speakers
from searchsvc.verify import verify_quotation
from searchsvc.web.article_view import article_view, safe_link
from searchsvc.web.facet_links import KIND_TITLES, Link, day, paging
from searchsvc.web.parameters import (
    QUOTE_PARAMETERS,
    SPEAKER_PARAMETERS,
    ParameterError,
    has_filters,
    query_string,
    read_request,
)
from searchsvc.web.problems import problem_of
from searchsvc.web.responses import HTML, EngineProvider, page_of
from searchsvc.web.result_view import QUOTE_FACETS_SHOWN, articles_view, quotes_view, suggestions_view

#: Speakers a page: a line each.
SPEAKERS_PAGE = 50
#: Names of fields as readers call them.
FIELD_TITLES = {row.name: row.title for row in TEXT_FIELDS}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def blueprint(provider: EngineProvider) -> Blueprint:
    """Return the routes of the pages."""
    routes = Blueprint("pages", __name__)
    _add_template_names(routes)

    @routes.get("/")
    def start() -> Response:
        """Search, or show what is in here if nothing is asked."""
        return _start(provider)

    @routes.get("/a/<path:article_id>")
    def article(article_id: str) -> Response:
        """Show an article."""
        return _article(provider, article_id)

    @routes.get("/quotes")
    def quotes() -> Response:
        """Search what was said; show the newest quotes if nothing is asked."""
        asked = read_request(request.args, strict=False, known=QUOTE_PARAMETERS)
        return page_of(provider, "quotes.html", lambda engine: _quotes(engine, asked), asked)

    @routes.get("/speakers")
    def speakers() -> Response:
        """Show who is quoted, most quotes first."""
        asked = replace(read_request(request.args, strict=False, known=QUOTE_PARAMETERS), size=SPEAKERS_PAGE)
        return page_of(provider, "speakers.html", lambda engine: _speakers(engine, asked), asked)

    @routes.get("/speakers/<path:name>")
    def speaker(name: str) -> Response:
        """Show what somebody said: newest first, over time, by topic."""
        asked = read_request(request.args, strict=False, known=SPEAKER_PARAMETERS)
        return page_of(provider, "speaker.html", lambda engine: _speaker(engine, name, asked), asked)

    @routes.get("/verify")
    def check() -> Response:
        """Check a quotation, or ask for one. The whole of it stands in the address, so that it can be shared."""
        return _verify(provider)

    return routes


def _add_template_names(routes: Blueprint) -> None:
    routes.app_template_filter("day")(_day)
    routes.app_template_filter("date_day")(day)
    routes.app_template_filter("moment")(_moment)
    routes.app_template_filter("xml")(_xml)
    routes.app_template_filter("safe_link")(safe_link)
    routes.app_template_filter("direction")(direction)
    routes.app_context_processor(lambda: {"FIELD_TITLES": FIELD_TITLES, "KIND_TITLES": KIND_TITLES})
    routes.app_template_global("taught_words")(taught_words)
    routes.app_template_global("has_page")(_has_page)


def _start(provider: EngineProvider) -> Response:
    asked = read_request(request.args, strict=False)
    at_home = not asked.text and not has_filters(asked) and asked.page == 1

    def make(engine: Engine) -> dict[str, object]:
        page = search_articles(engine, asked, offers=True)
        zero_hits = suggestions_view(asked, page.zero_hit_suggestions) if page.zero_hit_suggestions else None
        return {"view": articles_view(asked, page), "zero_hits": zero_hits, "at_home": at_home}

    return page_of(provider, "search.html", make, asked)


def _article(provider: EngineProvider, article_id: str) -> Response:
    text = request.args.get("q", "").strip()
    asked, back = _asked(text), _back(text)

    def make(engine: Engine) -> dict[str, object]:
        article = engine.article(article_id)
        if article is None:
            raise NotFoundError(
                "No article of this collection has this address; it may have been taken out, or renamed"
            )
        root = asked.understood.root if asked else None
        return {"view": article_view(engine, article, root), "asked": text, "back": back}

    return page_of(provider, "article.html", make, asked)


def _back(text: str) -> str:
    """Return the query string of the results that led here; whatever else was added to the address is left out."""
    try:
        return query_string(read_request(request.args, strict=False))
    except ParameterError:
        return query_string(SearchRequest(text))


def _asked(text: str) -> SearchRequest | None:
    """Return the search whose words are marked; who comes with a text we cannot read still gets the article."""
    asked = SearchRequest(text)
    try:
        return asked if text and asked.understood else None
    except QueryError:
        return None


def _quotes(engine: Engine, asked: SearchRequest) -> dict[str, object]:
    return {"view": quotes_view(asked, search_quotes(engine, asked, offers=True))}


def _speakers(engine: Engine, asked: SearchRequest) -> dict[str, object]:
    page = search_speakers(engine, asked)
    return {
        "page": page,
        "asked": asked,
        "paging": paging(asked, page.ranking.total, len(page.ranking.hits)),
    }


def _speaker(engine: Engine, name: str, asked: SearchRequest) -> dict[str, object]:
    found = find_speaker(engine, name, asked, offers=True)
    others = tuple(one for one in QUOTE_FACETS_SHOWN if one[0].name != SPEAKER)
    return {
        "found": found,
        "view": quotes_view(asked, found.quotes, others),
        "topics": [
            Link(topic.word, query_string(SearchRequest(text=topic.word)), topic.quotes) for topic in found.topics
        ],
    }


def _verify(provider: EngineProvider) -> Response:
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
    """Return whether a speaker's page can be reached: `the report` has none, nor has what a path cannot hold."""
    return is_name(speaker) and not speaker.startswith("/") and "\n" not in speaker


def _day(value: datetime | None) -> str:
    return day(value.date()) if value else ""


def _moment(value: datetime | None) -> str:
    return f"{day(value.date())}, {value:%H:%M} UTC" if value else ""


def _xml(text: str) -> str:
    """Return the text without characters that XML cannot hold in any spelling."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
