"""Routes of the versions of an article: the list of them, and what differs between any two."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from searchsvc.engines.base import Engine
from searchsvc.errors import QueryError
from searchsvc.json_stories import versions_to_json
from searchsvc.model.article import Article, ArticleHead, ChangedPart
from searchsvc.model.deadline import check_deadline
from searchsvc.model.message import Message
from searchsvc.search import ComparedVersions, compare_versions, find_versions
from searchsvc.versions import BlockChange
from searchsvc.web.api import json_answer
from searchsvc.web.page_language import told
from searchsvc.web.parameters import ParameterError, check_names
from searchsvc.web.responses import EngineProvider, page_of
from searchsvc.web.timeline import moment

#: Parameters that name the two versions: their ids, or the times in these.
OLDER, NEWER = "from", "to"
#: Parts of an article, as pages name them.
PART_TITLES: Mapping[ChangedPart, Message] = {
    "headline": Message("headline"),
    "standfirst": Message("lead"),
    "text": Message("text"),
    "quotes": Message("quotes"),
    "authors": Message("authors"),
    "dates": Message("dates"),
}
#: Parts whose change is told on a hit; changes of dates and authors alone are not.
OF_SUBSTANCE: frozenset[ChangedPart] = frozenset({"headline", "standfirst", "text", "quotes"})
#: Unchanged blocks on each side of a changed one that the comparison shows.
AROUND = 1


def blueprint(provider: EngineProvider) -> Blueprint:
    """Return the routes."""
    routes = Blueprint("versions", __name__)
    routes.app_template_filter("changed_parts")(changed_parts)
    routes.app_template_filter("substance")(of_substance)
    routes.app_template_filter("version_time")(version_time)

    @routes.get("/versions/<path:article_id>")
    def versions(article_id: str) -> Response:
        """Show all versions of an article that are kept, and what differs between two."""
        older, newer = _asked()
        return page_of(provider, "versions.html", lambda engine: _shown(engine, article_id, older, newer))

    @routes.get("/api/articles/<path:article_id>/versions")
    def versions_json(article_id: str) -> Response:
        """Return the versions of an article, and what differs between two of them if they are named."""
        check_names(request.args, (OLDER, NEWER))
        older, newer = _asked()
        return json_answer(provider, lambda engine: _answer(engine, article_id, older, newer))

    return routes


def _asked() -> tuple[str | None, str | None]:
    """Return the two versions that are asked for."""
    return request.args.get(OLDER, "").strip() or None, request.args.get(NEWER, "").strip() or None


def _shown(engine: Engine, article_id: str, older: str | None, newer: str | None) -> dict[str, object]:
    page = find_versions(engine, article_id)
    compared, reason = None, ""
    if len(page.versions) > 1:
        try:
            compared = compare_versions(page, older, newer)
        except QueryError as error:
            if error.too_costly:
                raise
            compared, reason = compare_versions(page), error.reason
    return {"page": page, "compared": compared, "reason": reason, "blocks": shown_blocks(compared)}


def _answer(engine: Engine, article_id: str, older: str | None, newer: str | None) -> bytes:
    page = find_versions(engine, article_id)
    if not (older or newer):
        return versions_to_json(page)
    try:
        compared = compare_versions(page, older, newer)
    except QueryError as error:
        if error.too_costly:
            raise
        raise ParameterError(OLDER if older else NEWER, f"names none that is kept: {error.reason}") from error
    return versions_to_json(compared.page, compared)


def of_substance(head: ArticleHead) -> tuple[ChangedPart, ...]:
    """Return the parts of substance that the newest version changed; none of an older version."""
    history = head.history
    return () if history is None or head.is_old else tuple(part for part in history.changed if part in OF_SUBSTANCE)


def changed_parts(parts: tuple[ChangedPart, ...]) -> str:
    """Return the names of some parts: `headline, text`."""
    return ", ".join(told(PART_TITLES[part]) for part in parts)


def version_time(version: Article) -> str:
    """Return when the first capture of a version was made, as pages write it."""
    since = version.head.history.since if version.head.history else version.provenance.captured
    if since is None:
        return told(Message("at an unknown time"))
    return moment(since)


def shown_blocks(compared: ComparedVersions | None) -> tuple[BlockChange | int, ...]:
    """Return the blocks that changed, with those beside them; a number stands for as many that are left out."""
    blocks = compared.comparison.blocks if compared else ()
    changed = (i for i, block in enumerate(blocks) if block.state != "same")
    near = {place for i in changed for place in range(i - AROUND, i + AROUND + 1)}
    shown: list[BlockChange | int] = []
    for i, block in enumerate(blocks):
        check_deadline()
        if i in near:
            shown.append(block)
        elif shown and isinstance(last := shown[-1], int):
            shown[-1] = last + 1
        else:
            shown.append(1)
    return tuple(shown)


def describe_versions(paths: dict[str, Any]) -> None:
    """Add the operation to the paths of the description of the API."""
    like = paths["/api/articles/{id}"]["get"]
    told = like["responses"]["200"] | {
        "description": "The versions.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Versions"}}},
    }
    named = {
        OLDER: "A version: its id, or the time in it; if not given the one before the other.",
        NEWER: "The other version; the newest if it is not given.",
    }
    parameters = [
        {"name": name, "in": "query", "description": does, "schema": {"type": "string"}} for name, does in named.items()
    ]
    paths["/api/articles/{id}/versions"] = {
        "get": {
            "operationId": "versions",
            "summary": "The versions of an article, and what differs between two of them",
            "parameters": [*like["parameters"], *parameters],
            "responses": {**like["responses"], "200": told},
        }
    }
