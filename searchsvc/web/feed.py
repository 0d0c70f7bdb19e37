"""SearchRequest → Atom feed: any search can be followed."""

from dataclasses import replace
from datetime import UTC, datetime

from flask import Blueprint, Response, render_template, request

from searchsvc.search import search
from searchsvc.settings import Settings
from searchsvc.web.discovery import base_url
from searchsvc.web.parameters import query_string, read_request
from searchsvc.web.responses import Collection, entity_tag, unchanged, validated

#: RFC 4287 wants a date of every entry; an article without one is as old as can be said.
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)


def blueprint(collection: Collection, settings: Settings) -> Blueprint:
    """Return the route."""
    routes = Blueprint("feed", __name__)

    @routes.get("/feed.atom")
    def feed() -> Response:
        """Return the newest articles that a search finds."""
        asked = read_request(request.args, strict=True)
        asked = asked if asked.sort else replace(asked, sort="newest")
        engine = collection.engine()
        base = base_url(settings)
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

    return routes
