"""HTML routes: the search page, and an article's own."""

import re
import time
from datetime import UTC, datetime

from flask import Blueprint, Response, render_template, request

from searchsvc.errors import NotFoundError, QueryError
from searchsvc.model.query import Node
from searchsvc.query_parser import parse_query
from searchsvc.search import search
from searchsvc.web.addresses import has_filters
from searchsvc.web.article import article_view
from searchsvc.web.collection import Collection
from searchsvc.web.headers import entity_tag, unchanged, validated
from searchsvc.web.help import help_for
from searchsvc.web.languages import direction
from searchsvc.web.links import safe_link
from searchsvc.web.parameters import read_request
from searchsvc.web.results import day, results_view

HTML = "text/html; charset=utf-8"
#: Names of fields as readers call them.
FIELD_TITLES = {
    "title": "headline",
    "lead": "lead",
    "body": "text",
    "crossheads": "cross-head",
    "captions": "caption",
    "quotes": "quote",
    "related": "related headline",
    "speaker": "speaker",
    "author": "author",
}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def blueprint(collection: Collection) -> Blueprint:
    """Return the routes of the pages."""
    routes = Blueprint("pages", __name__)
    routes.app_template_filter("day")(_day)
    routes.app_template_filter("date_day")(day)
    routes.app_template_filter("moment")(_moment)
    routes.app_template_filter("xml")(_xml)
    routes.app_template_filter("safe_link")(safe_link)
    routes.app_template_filter("direction")(direction)
    routes.app_context_processor(lambda: {"FIELD_TITLES": FIELD_TITLES})

    @routes.get("/")
    def start() -> Response:
        """Search, or show what is in here if nothing is asked."""
        return _start(collection)

    @routes.get("/a/<path:article_id>")
    def article(article_id: str) -> Response:
        """Show an article."""
        return _article(collection, article_id)

    return routes


def _start(collection: Collection) -> Response:
    started = time.perf_counter()
    asked = read_request(request.args, strict=False)
    engine = collection.engine()
    tag = entity_tag(engine.info(), weak=True)
    if (kept := unchanged(tag)) is not None:
        return kept
    page = search(engine, asked)
    view = results_view(engine, asked, page)
    lost = help_for(engine, asked) if not page.total and asked.text else None
    seconds = time.perf_counter() - started
    at_home = not asked.text and not has_filters(asked) and asked.page == 1
    body = render_template("search.html", view=view, lost=lost, seconds=seconds, at_home=at_home)
    headers = {"Server-Timing": f"search;dur={seconds * 1000:.2f}", **validated(tag)}
    return Response(body, content_type=HTML, headers=headers)


def _article(collection: Collection, article_id: str) -> Response:
    engine = collection.engine()
    tag = entity_tag(engine.info(), weak=True)
    if (kept := unchanged(tag)) is not None:
        return kept
    article = engine.article(article_id)
    if article is None:
        raise NotFoundError("No article of this collection has this address; it may have been taken out, or renamed")
    text = request.args.get("q", "").strip()
    body = render_template("article.html", view=article_view(engine, article, _root(text)), asked=text)
    return Response(body, content_type=HTML, headers=validated(tag))


def _root(text: str) -> Node | None:
    """Return what to mark. Who follows a link with a text we cannot read still gets the article."""
    try:
        return parse_query(text, now=datetime.now(UTC)).root if text else None
    except QueryError:
        return None


def _day(value: datetime | None) -> str:
    return day(value.date()) if value else ""


def _moment(value: datetime | None) -> str:
    return f"{day(value.date())}, {value:%H:%M} UTC" if value else ""


def _xml(text: str) -> str:
    """Return the text without characters that XML cannot hold in any spelling."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
