"""SearchRequests → query strings: the links of pages, API and feed to the same search with something changed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import TypedDict, Unpack
from urllib.parse import urlencode

from searchsvc.model.fields import FACET, FacetField
from searchsvc.model.query import Sort
from searchsvc.query_parser.field_values import format_moment
from searchsvc.search import MatchMode, SearchRequest, Spelling

#: Bytes of the query strings of all links of one kind on a page, about. Each repeats the whole search, which may have
#: 8,000 bytes: hundreds of links would make a page of megabytes.
LINK_BYTES = 64_000


def affordable_links(request: SearchRequest) -> int:
    """Return how many links of one kind a page may have, 1 at least: fewer, the longer the search is."""
    return max(1, LINK_BYTES // max(1, len(query_string(request))))


def pairs(request: SearchRequest) -> list[tuple[str, str]]:
    """Return the parameters of a search as (name, value), without those that have their default value."""
    return list(_pairs(request))


class Changes(TypedDict, total=False):
    """Fields of a SearchRequest that a link changes."""

    text: str
    page: int
    size: int
    sort: Sort | None
    match: MatchMode
    spelling: Spelling
    versions: bool
    explain: bool
    show_copies: bool
    first: date | None
    last: date | None
    added_after: datetime | None
    added_before: datetime | None


def query_string(request: SearchRequest, **changes: Unpack[Changes]) -> str:
    """Return the query string of a search with some fields changed: `?…`, or "" if all have their default value.

    Any change resets the page to 1, unless it sets the page itself.
    """
    if changes and "page" not in changes:
        changes["page"] = 1
    parameters = pairs(replace(request, **changes))
    return f"?{urlencode(parameters)}" if parameters else ""


def with_value(request: SearchRequest, field: FacetField, value: str) -> str:
    """Return the query string of the search with one more chosen value of a facet."""
    return query_string(request.choosing(field, (*request.values(field), value)), page=1)


def without_value(request: SearchRequest, field: FacetField, value: str) -> str:
    """Return the query string of the search without a chosen value of a facet."""
    return query_string(request.choosing(field, [one for one in request.values(field) if one != value]), page=1)


def has_filters(request: SearchRequest) -> bool:
    """Return whether a search has dates or chosen facet values."""
    dates = request.first, request.last, request.added_after, request.added_before
    return bool(any(dates) or request.chosen)


def without_filters(request: SearchRequest) -> str:
    """Return the query string of the search without dates and facet values."""
    return query_string(replace(request, chosen={}), first=None, last=None, added_after=None, added_before=None)


def _pairs(request: SearchRequest) -> Iterator[tuple[str, str]]:
    """Yield the parameters in the order in which links have them."""
    if request.text:
        yield "q", request.text
    for field, values in request.chosen.items():
        for value in values:
            yield FACET[field].parameter, value
    usual = SearchRequest()
    rest: tuple[tuple[str, object, object], ...] = (
        ("from", request.first and request.first.isoformat(), None),
        ("to", request.last and request.last.isoformat(), None),
        ("added_after", request.added_after and format_moment(request.added_after), None),
        ("added_before", request.added_before and format_moment(request.added_before), None),
        ("sort", request.sort, usual.sort),
        ("match", request.match, usual.match),
        ("spelling", request.spelling, usual.spelling),
        ("versions", "all" if request.versions else None, None),
        ("explain", int(request.explain), int(usual.explain)),
        ("dups", "show" if request.show_copies else None, None),
        ("facet_limit", request.facet_limit, usual.facet_limit),
        ("facet_query", request.facet_query, usual.facet_query),
        ("size", request.size, usual.size),
        ("page", request.page, usual.page),
    )
    yield from ((name, str(value)) for name, value, default in rest if value != default)
