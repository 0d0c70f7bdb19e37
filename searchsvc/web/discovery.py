"""Routes for programs at well-known addresses: OpenAPI, OpenSearch, robots.txt, icon; and the problem types."""

from importlib.resources import files

from flask import Blueprint, Response, render_template, request

from searchsvc.errors import NotFoundError
from searchsvc.json_output import to_json
from searchsvc.model.message import Message
from searchsvc.search import complete
from searchsvc.settings import Settings
from searchsvc.web.openapi import describe
from searchsvc.web.problems import TITLES
from searchsvc.web.responses import EngineProvider, answered, base_url, validated
from searchsvc.web.security_headers import REVALIDATE

#: Crawlers are to read articles only: result pages have any number of URLs.
ROBOTS = "User-agent: *\nDisallow: /*?\nDisallow: /api/\nDisallow: /saved/\nAllow: /\n"
#: Media type of OpenSearch Suggestions 1.1.
SUGGESTIONS_JSON = "application/x-suggestions+json"
DAY_SECONDS = 86_400
#: Headers of responses that clients may cache for a day.
DAY_LONG = {"Cache-Control": f"public, max-age={DAY_SECONDS}"}


def blueprint(provider: EngineProvider, settings: Settings) -> Blueprint:
    """Return the routes."""
    routes = Blueprint("discovery", __name__)
    description = describe()
    icon = files("searchsvc.web").joinpath("static", "icon.svg").read_bytes()

    @routes.get("/openapi.json")
    def openapi() -> Response:
        """Return the description of the API (OpenAPI 3.1)."""
        return Response(description, content_type="application/json", headers=DAY_LONG)

    @routes.get("/robots.txt")
    def robots() -> Response:
        """Return the rules for crawlers: articles may be read, search results and the API may not."""
        return Response(ROBOTS, content_type="text/plain; charset=utf-8", headers=DAY_LONG)

    @routes.get("/favicon.ico")
    @routes.get("/favicon.svg")
    def favicon() -> Response:
        """Return the icon."""
        return Response(icon, content_type="image/svg+xml", headers=DAY_LONG)

    @routes.get("/problems/<name>")
    def problem_type(name: str) -> Response:
        """Return the page of a problem type, which the `type` of a problem links to."""
        if name not in TITLES:
            raise NotFoundError(Message("There is no such type of problem"))
        body = render_template("problem_type.html", name=name, titles=TITLES)
        return Response(body, content_type="text/html; charset=utf-8", headers=DAY_LONG)

    _add_opensearch(routes, provider, settings)
    return routes


def _add_opensearch(routes: Blueprint, provider: EngineProvider, settings: Settings) -> None:
    @routes.get("/opensearch.xml")
    def opensearch() -> Response:
        """Return the description of the search form for browsers (OpenSearch 1.1)."""
        body = render_template("opensearch.xml", base=base_url(settings))
        # Without a base URL the response contains the address of this request, and the server may have several.
        caching = DAY_LONG if settings.base_url else {"Cache-Control": REVALIDATE}
        return Response(body, content_type="application/opensearchdescription+xml; charset=utf-8", headers=caching)

    @routes.get("/opensearch/suggestions")
    def opensearch_suggestions() -> Response:
        """Return completions of `q` for the search field of browsers (OpenSearch Suggestions 1.1)."""
        text = request.args.get("q", "")
        tag, completions = answered(provider, lambda engine: complete(engine, text))
        if isinstance(completions, Response):
            return completions
        found = dict.fromkeys(completion.text for completion in completions)
        return Response(to_json([text, list(found)]), content_type=SUGGESTIONS_JSON, headers=validated(tag))
