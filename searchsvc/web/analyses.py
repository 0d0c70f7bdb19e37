"""Routes of analyses, each as a page, as JSON and as CSV: counts over time, words in context, words that stand out."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, get_args

from flask import Blueprint, Response, g, request

from searchsvc.engines.base import Engine
from searchsvc.exports import (
    CONCORDANCE_COLUMNS,
    FILE_FORMATS,
    KEYWORD_COLUMNS,
    TREND_COLUMNS,
    Column,
    csv_of,
    trend_rows,
)
from searchsvc.exports.columns import Around
from searchsvc.json_analyses import concordance_to_json, keywords_to_json, trends_to_json
from searchsvc.model.message import Message, join_messages
from searchsvc.model.query import MatchAll, Word
from searchsvc.query_parser.canonical_form import format_query
from searchsvc.search import (
    PAGE_SIZE,
    ConcordanceOrder,
    SearchRequest,
    search_concordance,
    search_keywords,
    search_trends,
)
from searchsvc.settings import Settings
from searchsvc.web.analysis_parameters import (
    COMPARED,
    KEYWORD_PARAMETERS,
    TrendsRequest,
    analysis_href,
    concordance_href,
    concordance_pairs,
    read_concordance,
    read_keywords,
    read_trends,
)
from searchsvc.web.api import json_answer
from searchsvc.web.exclusions import with_more
from searchsvc.web.facet_links import filter_links, paging
from searchsvc.web.query_strings import affordable_links, pairs, query_string, without_filters
from searchsvc.web.responses import EngineProvider, answered, base_url, page_of, validated
from searchsvc.web.result_files import file_name
from searchsvc.web.result_view import ARTICLE_FACETS_SHOWN
from searchsvc.web.trend_chart import most_points, trend_chart

#: Orders of lines as readers call them.
ORDER_TITLES: tuple[tuple[ConcordanceOrder, str], ...] = tuple(
    zip(
        get_args(ConcordanceOrder),
        (
            Message("As listed"),
            Message("Words before"),
            Message("Words after"),
            Message("The match"),
            Message("Date"),
            Message("Outlet"),
        ),
        strict=True,
    )
)


def blueprint(provider: EngineProvider, settings: Settings) -> Blueprint:
    """Return the routes."""
    routes = Blueprint("analyses", __name__)
    routes.app_template_global("analysis_href")(analysis_href)
    _add_trends(routes, provider, settings)
    _add_concordance(routes, provider, settings)
    _add_keywords(routes, provider, settings)
    return routes


def _add_trends(routes: Blueprint, provider: EngineProvider, settings: Settings) -> None:
    @routes.get("/trends")
    def trends() -> Response:
        """Show how many articles of up to four searches there are over time."""
        asked, g.passed_over = read_trends(request.args, strict=False)
        return page_of(provider, "trends.html", lambda engine: _trends(engine, asked), asked.dated)

    @routes.get("/api/trends")
    def trends_json() -> Response:
        """Return counts over time."""
        asked, _ = read_trends(request.args, strict=True)
        return json_answer(
            provider,
            lambda engine: trends_to_json(search_trends(engine, asked.searches, asked.interval)),
            asked.dated,
        )

    @routes.get("/trends.csv")
    def trends_csv() -> Response:
        """Return counts over time, a row for each period of each search."""
        asked, _ = read_trends(request.args, strict=True)

        def find(engine: Engine) -> Sequence[Any]:
            return trend_rows(search_trends(engine, asked.searches, asked.interval))

        return _file(provider, settings, "trends", asked.dated, TREND_COLUMNS, find)


def _add_concordance(routes: Blueprint, provider: EngineProvider, settings: Settings) -> None:
    @routes.get("/concordance")
    def concordance() -> Response:
        """Show each place of a query's words in the first hits, below each other."""
        asked, order, g.passed_over = read_concordance(request.args, strict=False)
        return page_of(provider, "concordance.html", lambda engine: _concordance(engine, asked, order), asked)

    @routes.get("/api/concordance")
    def concordance_json() -> Response:
        """Return one page of the places of a query's words in the first hits."""
        asked, order, _ = read_concordance(request.args, strict=True)
        return json_answer(
            provider, lambda engine: concordance_to_json(search_concordance(engine, asked, order)), asked
        )

    @routes.get("/concordance.csv")
    def concordance_csv() -> Response:
        """Return all places of a query's words in the first hits, whatever page and size say."""
        asked, order, _ = read_concordance(request.args, strict=True)

        def find(engine: Engine) -> Sequence[Any]:
            return search_concordance(engine, asked, order, whole=True).lines

        return _file(provider, settings, "concordance", asked, CONCORDANCE_COLUMNS, find)


def _add_keywords(routes: Blueprint, provider: EngineProvider, settings: Settings) -> None:
    @routes.get("/keywords")
    def keywords() -> Response:
        """Show the words that stand out in the first hits, each with the search that it narrows to."""
        asked, g.passed_over = read_keywords(request.args, strict=False)
        return page_of(provider, "keywords.html", lambda engine: _keywords(engine, asked), asked)

    @routes.get("/api/keywords")
    def keywords_json() -> Response:
        """Return the words that stand out in the first hits."""
        asked, _ = read_keywords(request.args, strict=True)
        return json_answer(provider, lambda engine: keywords_to_json(search_keywords(engine, asked)), asked)

    @routes.get("/keywords.csv")
    def keywords_csv() -> Response:
        """Return the words that stand out, a row each."""
        asked, _ = read_keywords(request.args, strict=True)
        return _file(
            provider, settings, "keywords", asked, KEYWORD_COLUMNS, lambda engine: search_keywords(engine, asked).words
        )


def _file(
    provider: EngineProvider,
    settings: Settings,
    name: str,
    search: SearchRequest,
    columns: Sequence[Column[Any]],
    find: Callable[[Engine], Sequence[Any]],
) -> Response:
    """Return a file of CSV, or 304 if the client's cached copy is still valid."""
    around = Around(MatchAll(), base_url(settings))
    tag, body = answered(provider, lambda engine: csv_of(columns, find(engine), around), search)
    if isinstance(body, Response):
        return body
    named = f'attachment; filename="{file_name(name, search.text)}.csv"'
    return Response(
        body,
        content_type=FILE_FORMATS["csv"].media_type,
        headers={"Content-Disposition": named, **validated(tag)},
    )


def _trends(engine: Engine, asked: TrendsRequest) -> dict[str, Any]:
    page = search_trends(engine, asked.searches, asked.interval, most=most_points(asked))
    plain = tuple(SearchRequest(one.text) for one in asked.searches)
    return {
        "page": page,
        "asked": asked,
        "chart": trend_chart(asked, page),
        "fields": list(zip(COMPARED, [*(one.text for one in asked.searches), "", "", ""], strict=False)),
        "filters": _filters(asked.filtered),
        "unfiltered": TrendsRequest(plain, asked.interval, asked.share).query_string(),
        "coarser": asked.interval not in {None, page.interval},
        "files": asked.query_string(interval=asked.interval or page.interval),
    }


def _filters(search: SearchRequest) -> str:
    """Return the filters of a search in words."""
    return join_messages((link.text for link in filter_links(search, ARTICLE_FACETS_SHOWN, "articles")), "; ")


def _concordance(engine: Engine, asked: SearchRequest, order: ConcordanceOrder) -> dict[str, Any]:
    page = search_concordance(engine, asked, order)
    result = replace(asked, page=1, size=PAGE_SIZE)
    return {
        "page": page,
        "asked": asked,
        "orders": [(title, concordance_href(asked, one), one == order) for one, title in ORDER_TITLES],
        "paging": paging(asked, page.total, len(page.lines), partial(concordance_href, asked, order)),
        "filters": _filters(asked),
        "unfiltered": without_filters(result),
        "back": query_string(result),
        "here": concordance_href(asked, order, asked.page),
        "files": concordance_href(asked, order),
        "marked": asked.text if affordable_links(result) >= len(page.lines) else "",
        "carried": [one for one in concordance_pairs(asked, order) if one[0] != "q"],
    }


def _keywords(engine: Engine, asked: SearchRequest) -> dict[str, Any]:
    page = search_keywords(engine, asked)
    affordable = page.words[: affordable_links(asked)]
    narrowed = ((word, with_more(asked, format_query(Word(word.form)))) for word in affordable)
    own = analysis_href(asked)
    return {
        "page": page,
        "words": [(word, text and query_string(asked, text=text)) for word, text in narrowed],
        "filters": _filters(asked),
        "unfiltered": without_filters(asked),
        "here": own,
        "back": query_string(asked),
        "carried": [one for one in pairs(asked) if one[0] in KEYWORD_PARAMETERS and one[0] != "q"],
    }
