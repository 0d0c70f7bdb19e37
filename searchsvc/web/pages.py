"""HTML routes: the search page, and an article's own."""

import re
from datetime import datetime

from flask import Blueprint, Response, request

from searchsvc.engines.base import Engine
from searchsvc.errors import NotFoundError, QueryError
from searchsvc.languages import direction
from searchsvc.model.fields import TEXT_FIELDS, taught_words
from searchsvc.search import SearchRequest, search_articles
from searchsvc.web.addresses import has_filters, query_string
from searchsvc.web.article import article_view
from searchsvc.web.collection import Collection
from searchsvc.web.help import help_for
from searchsvc.web.links import safe_link
from searchsvc.web.navigation import day
from searchsvc.web.parameters import ParameterError, read_request
from searchsvc.web.rendering import page_of
from searchsvc.web.results import results_view

#: Names of fields as readers call them.
FIELD_TITLES = {row.name: row.title for row in TEXT_FIELDS}
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
    routes.app_template_global("taught_words")(taught_words)

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
    asked = read_request(request.args, strict=False)
    at_home = not asked.text and not has_filters(asked) and asked.page == 1

    def make(engine: Engine) -> dict[str, object]:
        page = search_articles(engine, asked, offers=True)
        lost = help_for(asked, page.zero_hit_suggestions) if page.zero_hit_suggestions else None
        return {"view": results_view(asked, page), "lost": lost, "at_home": at_home}

    return page_of(collection, "search.html", make, asked)


def _article(collection: Collection, article_id: str) -> Response:
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

    return page_of(collection, "article.html", make, asked)


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


def _day(value: datetime | None) -> str:
    return day(value.date()) if value else ""


def _moment(value: datetime | None) -> str:
    return f"{day(value.date())}, {value:%H:%M} UTC" if value else ""


def _xml(text: str) -> str:
    """Return the text without characters that XML cannot hold in any spelling."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
