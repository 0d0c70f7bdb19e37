"""HTML routes: quotes, who said them, and all that one of them said."""

from dataclasses import replace

from flask import Blueprint, Response, request

from searchsvc.analysis.names import is_name
from searchsvc.engines.base import Engine
from searchsvc.model.fields import SPEAKER
from searchsvc.search import (
    SearchRequest,
    find_speaker,
    search_quotes,
    search_speakers,
)
from searchsvc.web.facet_links import (
    KIND_TITLES,
    Link,
    paging,
)
from searchsvc.web.parameters import (
    QUOTE_PARAMETERS,
    SPEAKER_PARAMETERS,
    query_string,
    read_request,
)
from searchsvc.web.responses import Collection, page_of
from searchsvc.web.result_view import QUOTE_FACETS_SHOWN, quotes_view

#: Speakers a page: a line each.
SPEAKERS_PAGE = 50


def blueprint(collection: Collection) -> Blueprint:
    """Return the routes of the pages about quotes."""
    routes = Blueprint("quotes", __name__)
    routes.app_context_processor(lambda: {"KIND_TITLES": KIND_TITLES, "has_page": _has_page})

    @routes.get("/quotes")
    def quotes() -> Response:
        """Search what was said; show the newest quotes if nothing is asked."""
        asked = read_request(request.args, strict=False, known=QUOTE_PARAMETERS)
        return page_of(collection, "quotes.html", lambda engine: _quotes(engine, asked), asked)

    @routes.get("/speakers")
    def speakers() -> Response:
        """Show who is quoted, most quotes first."""
        asked = replace(read_request(request.args, strict=False, known=QUOTE_PARAMETERS), size=SPEAKERS_PAGE)
        return page_of(collection, "speakers.html", lambda engine: _speakers(engine, asked), asked)

    @routes.get("/speakers/<path:name>")
    def speaker(name: str) -> Response:
        """Show what somebody said: newest first, over time, by topic."""
        asked = read_request(request.args, strict=False, known=SPEAKER_PARAMETERS)
        return page_of(collection, "speaker.html", lambda engine: _speaker(engine, name, asked), asked)

    return routes


def _has_page(speaker: str) -> bool:
    """Return whether a speaker's page can be reached: `the report` has none, nor has what a path cannot hold."""
    return is_name(speaker) and not speaker.startswith("/") and "\n" not in speaker


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
