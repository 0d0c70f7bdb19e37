"""HTML routes: quotes, who said them, and all that one of them said."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, Response, request

from searchsvc.analysis.names import is_name
from searchsvc.engines.base import Engine
from searchsvc.model.fields import QUOTE_FACETS, SPEAKER
from searchsvc.model.rows import FacetRow
from searchsvc.search import (
    EXACTLY,
    QuotePage,
    SearchRequest,
    find_speaker,
    search_quotes,
    search_speakers,
)
from searchsvc.web.facet_links import (
    KIND_TITLES,
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
    timeline,
)
from searchsvc.web.parameters import (
    QUOTE_PARAMETERS,
    SPEAKER_PARAMETERS,
    pairs,
    query_string,
    read_request,
    without_filters,
)
from searchsvc.web.responses import Collection, page_of

#: Facets in the order they are shown.
FACETS = in_order((row, row.quotes) for row in QUOTE_FACETS)
#: Speakers a page: a line each.
SPEAKERS_PAGE = 50


@dataclass(frozen=True, slots=True)
class QuotesView:
    """All that the templates need beside the quotes themselves."""

    page: QuotePage
    asked: SearchRequest
    facets: tuple[FacetView, ...]
    bars: tuple[Bar, ...]
    filters: tuple[Link, ...]
    sorts: tuple[Link, ...]
    paging: Paging
    #: The same without filters.
    unfiltered: str
    #: Parameters a form carries on, its own fields aside.
    carried: tuple[tuple[str, str], ...]


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


def quotes_view(asked: SearchRequest, page: QuotePage, facets: Sequence[Titled] = FACETS) -> QuotesView:
    """Return the view of quotes that were asked for with their offers."""
    return QuotesView(
        page=page,
        asked=asked,
        facets=tuple(facet_views(asked, facets, page.facets, _asking)),
        bars=timeline(page.facets.month, asked),
        filters=tuple(filter_links(asked, facets, "Quotes")),
        sorts=tuple(sort_links(asked, page.sort)) if page.total > 1 else (),
        paging=paging(asked, page.total, len(page.results)),
        unfiltered=without_filters(asked),
        carried=tuple((name, value) for name, value in pairs(asked) if name not in {"q", "page"}),
    )


def _asking(row: FacetRow, value: str) -> str:
    """Return what asks for exactly this value: words of a name would find its namesakes too."""
    return f"{EXACTLY}{value}{EXACTLY}" if row.name == SPEAKER else value


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
    others = tuple(one for one in FACETS if one[0].name != SPEAKER)
    return {
        "found": found,
        "view": quotes_view(asked, found.quotes, others),
        "topics": [
            Link(topic.word, query_string(SearchRequest(text=topic.word)), topic.quotes) for topic in found.topics
        ],
    }
