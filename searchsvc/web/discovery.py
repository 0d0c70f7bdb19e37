"""What programs look for at known places: robots.txt, icon, OpenAPI, OpenSearch, problem types."""

from importlib.resources import files

from flask import Blueprint, Response, render_template, request

from searchsvc.errors import NotFoundError
from searchsvc.settings import Settings
from searchsvc.web.description import describe
from searchsvc.web.problems import TITLES
from searchsvc.web.responses import REVALIDATE

#: Search results are endless: crawlers are to read articles only.
ROBOTS = "User-agent: *\nDisallow: /*?\nDisallow: /api/\nAllow: /\n"
DAY_SECONDS = 86_400
DAY_LONG = {"Cache-Control": f"public, max-age={DAY_SECONDS}"}


def base_url(settings: Settings) -> str:
    """Return the address readers use, without a slash at its end."""
    return settings.base_url or request.url_root.rstrip("/")


def blueprint(settings: Settings) -> Blueprint:
    """Return the routes."""
    routes = Blueprint("discovery", __name__)
    description = describe()
    icon = files("searchsvc.web").joinpath("static", "icon.svg").read_bytes()

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
        body = render_template("opensearch.xml", base=base_url(settings))
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
