"""Routes that help with searching: the help page, the query form, what is in here, and the way from hit to hit."""

from dataclasses import replace
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request, url_for

from searchsvc.engines.base import Engine
from searchsvc.errors import QueryError
from searchsvc.model.fields import ARTICLE_FACETS, TEXT_FIELDS
from searchsvc.model.query import FacetSelection
from searchsvc.search import SearchRequest, describe_collection, search_articles
from searchsvc.search.request import MAX_HIT
from searchsvc.web.parameters import read_leniently
from searchsvc.web.problems import problem_of
from searchsvc.web.query_form import QueryForm
from searchsvc.web.query_strings import pairs, query_string
from searchsvc.web.responses import HTML, EngineProvider, page_of

#: Parameter of an article's address that says which hit of its search it is, from 1; and how many there are.
HIT, OF = "hit", "of"
_MAX_DIGITS = 7
#: Values of each facet on the page of the collection.
LISTED = FacetSelection(20)


def blueprint(provider: EngineProvider) -> Blueprint:
    """Return the routes."""
    routes = Blueprint("guides", __name__)
    routes.app_template_global("beside_hit")(beside_hit)

    @routes.get("/help")
    def help_page() -> str:
        """Show how queries are written, and the keys."""
        return render_template("help.html")

    @routes.get("/advanced")
    def query_form() -> Response:
        """Show the query form; where it is filled in, lead to the search that it describes."""
        return _query_form()

    @routes.get("/collection")
    def collection() -> Response:
        """Show what is in here."""
        return page_of(provider, "collection.html", _collection)

    @routes.get("/hit")
    def hit() -> Response:
        """Lead to the article that is the n-th hit of a search; beyond the last one, to the page of results."""
        return _hit(provider)

    return routes


def _collection(engine: Engine) -> dict[str, object]:
    return {"found": describe_collection(engine, LISTED), "facet_rows": [row for row in ARTICLE_FACETS if row.articles]}


def _query_form() -> Response:
    form = QueryForm.of(request.args)
    refused: QueryError | None = None
    if not form.is_empty:
        try:
            return _to(url_for("pages.start") + form.address())
        except QueryError as error:
            refused = error
    body = render_template("advanced.html", form=form, refused=refused, places=TEXT_FIELDS)
    return Response(body, status=problem_of(refused).status if refused else 200, content_type=HTML)


def _hit(provider: EngineProvider) -> Response:
    search, _ = read_leniently(request.args)
    number = _number(HIT) or 1
    asked = replace(search, page=number, size=1)
    page = search_articles(provider.engine(), asked)
    if not page.results:
        return _to(url_for("pages.start") + query_string(search, page=1))
    address = url_for("pages.article", article_id=page.results[0].head.id)
    return _to(f"{address}?{urlencode([*pairs(search), (HIT, number), (OF, page.total)])}")


def _to(address: str) -> Response:
    return Response(status=302, headers={"Location": address, "Cache-Control": "no-store"})


def _number(name: str) -> int | None:
    """Return a whole number of the query string that may be one of a hit; None for anything else."""
    text = request.args.get(name, "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS else 0
    return number if 1 <= number <= MAX_HIT else None


def beside_hit(step: int) -> str | None:
    """Return the address of the hit before (-1) or after (1) the one that the article shown is; None without one."""
    number, total = _number(HIT), _number(OF)
    if number is None or total is None or not 1 <= number + step <= min(total, MAX_HIT):
        return None
    search: SearchRequest = read_leniently(request.args)[0]
    return f"{url_for('guides.hit')}?{urlencode([*pairs(search), (HIT, number + step)])}"
