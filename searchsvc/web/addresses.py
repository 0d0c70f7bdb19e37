"""SearchRequest → query string: the whole state of a page stands in its address."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import TypedDict, Unpack
from urllib.parse import urlencode

from searchsvc.model.fields import FACET, FacetField
from searchsvc.model.query import Sort
from searchsvc.search import PAGE_SIZE, MatchMode, SearchRequest


def pairs(request: SearchRequest) -> list[tuple[str, str]]:
    """Return the parameters that ask for it, without those that say what is so anyway."""
    return list(_pairs(request))


class Changes(TypedDict, total=False):
    """Fields of a SearchRequest that a link changes."""

    text: str
    page: int
    size: int
    sort: Sort | None
    match: MatchMode
    first: date | None
    last: date | None


def query_string(request: SearchRequest, **changes: Unpack[Changes]) -> str:
    """Return `?…` for the request with some fields changed; nothing for the bare page.

    Any change but that of the page number starts at the first page again.
    """
    if changes and "page" not in changes:
        changes["page"] = 1
    asked = pairs(replace(request, **changes))
    return f"?{urlencode(asked)}" if asked else ""


def with_value(request: SearchRequest, field: FacetField, value: str) -> str:
    """Return the query string that also takes articles with this value of the facet."""
    return query_string(request.choosing(field, (*request.values(field), value)), page=1)


def without_value(request: SearchRequest, field: FacetField, value: str) -> str:
    """Return the query string that no longer asks for this value of the facet."""
    return query_string(request.choosing(field, [one for one in request.values(field) if one != value]), page=1)


def has_filters(request: SearchRequest) -> bool:
    """Return whether something narrows the result beside its text."""
    return bool(request.first or request.last or request.chosen)


def without_filters(request: SearchRequest) -> str:
    """Return the query string that asks for the text alone."""
    return query_string(replace(request, chosen={}), first=None, last=None)


def _pairs(request: SearchRequest) -> Iterator[tuple[str, str]]:
    if request.text:
        yield "q", request.text
    for field, values in request.chosen.items():
        for value in values:
            yield FACET[field].parameter, value
    if request.first:
        yield "from", request.first.isoformat()
    if request.last:
        yield "to", request.last.isoformat()
    if request.sort:
        yield "sort", request.sort
    if request.match != "auto":
        yield "match", request.match
    if request.size != PAGE_SIZE:
        yield "size", str(request.size)
    if request.page > 1:
        yield "page", str(request.page)
