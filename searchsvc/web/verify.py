"""Route of the verbatim check: its page."""

from flask import Blueprint, Response, render_template, request

from searchsvc.errors import QueryError
from searchsvc.search.verify import verify
from searchsvc.web.problems import problem_of
from searchsvc.web.responses import HTML, Collection, page_of


def blueprint(collection: Collection) -> Blueprint:
    """Return the routes."""
    routes = Blueprint("verify", __name__)

    @routes.get("/verify")
    def check() -> Response:
        """Check a quotation, or ask for one. The whole of it stands in the address, so that it can be shared."""
        text = request.args.get("quote", "").strip()
        try:
            return page_of(
                collection,
                "verify.html",
                lambda engine: {
                    "asked": text,
                    "verdict": verify(engine, text) if text else None,
                    "articles": engine.count(),
                },
            )
        except QueryError as error:
            body = render_template("verify.html", asked=text, verdict=None, refused=error)
            return Response(body, status=problem_of(error).status, content_type=HTML)

    return routes
