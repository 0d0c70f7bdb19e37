"""Is the process alive, and can it answer: for whoever watches it."""

from flask import Blueprint, Response

from searchsvc.json_output import to_json
from searchsvc.web.responses import Collection

PATHS = frozenset({"/healthz", "/readyz"})


def blueprint(collection: Collection) -> Blueprint:
    """Return the routes."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def alive() -> Response:
        """Answer as long as the process lives, with or without an index."""
        return _never_kept({"status": "ok"})

    @routes.get("/readyz")
    def ready() -> Response:
        """Answer 200 if searches can be answered; an index that is away becomes a 503 problem."""
        return _never_kept({"status": "ok", "index": collection.engine().info()})

    return routes


def _never_kept(value: object) -> Response:
    return Response(to_json(value), content_type="application/json", headers={"Cache-Control": "no-store"})
