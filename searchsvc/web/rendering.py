"""What a page tells → the page, with its validator and the time it took."""

import time
from collections.abc import Callable, Mapping

from flask import Response, render_template

from searchsvc.engines.base import Engine
from searchsvc.search import SearchRequest
from searchsvc.web.collection import Collection
from searchsvc.web.responses import entity_tag, unchanged, validated

HTML = "text/html; charset=utf-8"
#: The engine → the values of a template.
Make = Callable[[Engine], Mapping[str, object]]


def page_of(collection: Collection, template: str, make: Make, asked: SearchRequest | None = None) -> Response:
    """Return a page made of what the engine tells, or that the asker has it already.

    Args:
        collection: Holds the engine.
        template: Name of the page's template.
        make: What the engine tells.
        asked: What is searched for, if anything is.

    Raises:
        QueryError: What is searched for cannot be read.

    """
    started = time.perf_counter()
    engine = collection.engine()
    tag = entity_tag(engine.info(), asked, weak=True)
    if (kept := unchanged(tag)) is not None:
        return kept
    values = make(engine)
    seconds = time.perf_counter() - started
    body = render_template(template, seconds=seconds, **values)
    headers = {"Server-Timing": f"search;dur={seconds * 1000:.2f}", **validated(tag)}
    return Response(body, content_type=HTML, headers=headers)
