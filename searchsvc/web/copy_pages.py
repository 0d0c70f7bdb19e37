"""Copies of an article, as a page and as JSON: where the same story was printed, and what is worded otherwise there."""

from typing import Any

from flask import Blueprint, Response, request

from searchsvc.json_copies import copies_to_json
from searchsvc.search import find_copies
from searchsvc.web.api import json_answer
from searchsvc.web.parameters import check_names
from searchsvc.web.responses import EngineProvider, page_of


def blueprint(provider: EngineProvider) -> Blueprint:
    """Return the routes."""
    routes = Blueprint("copies", __name__)

    @routes.get("/a/<path:article_id>/copies")
    def page(article_id: str) -> Response:
        """Show where the same story was printed, and what each copy words otherwise."""
        return page_of(provider, "copies.html", lambda engine: {"found": find_copies(engine, article_id)})

    @routes.get("/api/articles/<path:article_id>/copies")
    def data(article_id: str) -> Response:
        """Return the other articles that print the same story, with what each words otherwise."""
        check_names(request.args, ())
        return json_answer(provider, lambda engine: copies_to_json(find_copies(engine, article_id)))

    return routes


def describe_copies(paths: dict[str, Any]) -> None:
    """Add the copies of an article to the paths of the description of the API."""
    of_article = paths["/api/articles/{id}"]["get"]
    whole = of_article["responses"]["200"]
    schema = {"application/json": {"schema": {"$ref": "#/components/schemas/ArticleCopies"}}}
    answer = {**whole, "description": "The article and its copies, the first printed first.", "content": schema}
    paths["/api/articles/{id}/copies"] = {
        "get": {
            **of_article,
            "operationId": "articleCopies",
            "summary": "Other articles that print the same story, and what each words otherwise",
            "responses": {**of_article["responses"], "200": answer},
        }
    }
