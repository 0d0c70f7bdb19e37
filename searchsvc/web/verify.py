"""Routes of the verbatim check: JSON and the page."""

import time

from flask import Blueprint, Response, render_template, request

from searchsvc.errors import QueryError
from searchsvc.json_output import verdict_to_json
from searchsvc.search.verify import verify
from searchsvc.web.parameters import JSON, check_names, read_text
from searchsvc.web.problems import problem_of
from searchsvc.web.responses import HTML, Collection, page_of


def blueprint(collection: Collection) -> Blueprint:
    """Return the routes."""
    routes = Blueprint("verify", __name__)

    @routes.post("/api/verify")
    def verify_json() -> Response:
        """Check whether a quotation is printed here."""
        check_names(request.args, ())
        quote = read_text(request, "quote")
        started = time.perf_counter()
        body = verdict_to_json(verify(collection.engine(), quote))
        headers = {"Server-Timing": f"verify;dur={(time.perf_counter() - started) * 1000:.2f}"}
        return Response(body, content_type=JSON, headers=headers)

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
