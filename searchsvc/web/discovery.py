"""Request → what programs look for at known addresses: feed, OpenAPI, OpenSearch, robots.txt, icon, problem types."""

from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files

from flask import Blueprint, Response, render_template, request

from searchsvc.errors import NotFoundError
from searchsvc.search import search
from searchsvc.settings import Settings
from searchsvc.web.description import describe
from searchsvc.web.parameters import query_string, read_request
from searchsvc.web.problems import TITLES
from searchsvc.web.responses import REVALIDATE, Collection, entity_tag, unchanged, validated

#: RFC 4287 wants a date of every entry; an article without one is as old as can be said.
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
#: Search results are endless: crawlers are to read articles only.
ROBOTS = "User-agent: *\nDisallow: /*?\nDisallow: /api/\nAllow: /\n"
DAY_SECONDS = 86_400
DAY_LONG = {"Cache-Control": f"public, max-age={DAY_SECONDS}"}


def blueprint(collection: Collection, settings: Settings) -> Blueprint:
    """Return the routes."""
    routes = Blueprint("discovery", __name__)
    description = describe()
    icon = files("searchsvc.web").joinpath("static", "icon.svg").read_bytes()

    @routes.get("/feed.atom")
    def feed() -> Response:
        """Return the newest articles that a search finds."""
        asked = read_request(request.args, strict=True)
        asked = asked if asked.sort else replace(asked, sort="newest")
        engine = collection.engine()
        base = _base_url(settings)
        tag = entity_tag(engine.info(), asked, also=base)
        if (kept := unchanged(tag)) is not None:
            return kept
        body = render_template(
            "feed.xml",
            page=search(engine, asked),
            asked=asked,
            here=query_string(replace(asked, sort=None, page=1)),
            base=base,
            undated=UNDATED,
        )
        return Response(body, content_type="application/atom+xml; charset=utf-8", headers=validated(tag))

    @routes.get("/openapi.json")
    def openapi() -> Response:
        """Describe the API (OpenAPI 3.1)."""
        return Response(description, content_type="application/json", headers=DAY_LONG)

    @routes.get("/robots.txt")
    def robots() -> Response:
        """Tell crawlers what is worth their time."""
        return Response(ROBOTS, content_type="text/plain; charset=utf-8", headers=DAY_LONG)

    @routes.get("/favicon.ico")
    @routes.get("/favicon.svg")
    def favicon() -> Response:
        """Return the icon."""
        return Response(icon, content_type="image/svg+xml", headers=DAY_LONG)

    @routes.get("/opensearch.xml")
    def opensearch() -> Response:
        """Describe the search box to browsers."""
        body = render_template("opensearch.xml", base=_base_url(settings))
        # Without an address of ours it names the one that was asked, which others may ask by another name.
        kept = DAY_LONG if settings.base_url else {"Cache-Control": REVALIDATE}
        return Response(body, content_type="application/opensearchdescription+xml; charset=utf-8", headers=kept)

    @routes.get("/problems/<name>")
    def problem_type(name: str) -> Response:
        """Say what a problem type means: the `type` of a refusal leads here."""
        if name not in TITLES:
            raise NotFoundError("There is no such type of problem")
        body = render_template("problem_type.html", name=name, titles=TITLES)
        return Response(body, content_type="text/html; charset=utf-8", headers=DAY_LONG)

    return routes


def _base_url(settings: Settings) -> str:
    """Return the address readers use, without a slash at its end."""
    return settings.base_url or request.url_root.rstrip("/")
