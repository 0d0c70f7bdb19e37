"""The values that the page of all values of a facet shows, from which some are chosen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from flask import Response

from searchsvc.analysis.keys import value_key
from searchsvc.engines.base import Engine
from searchsvc.errors import NotFoundError
from searchsvc.model.fields import FacetRow, Titles
from searchsvc.model.message import Message, shortened
from searchsvc.model.query import FACET_LIMIT, MAX_FACET_LIMIT
from searchsvc.search import SearchRequest
from searchsvc.web.facet_links import Asking, FacetChoice, Titled, shown_value
from searchsvc.web.query_strings import pairs, query_string
from searchsvc.web.responses import EngineProvider, page_of
from searchsvc.web.result_view import AnyPage


@dataclass(frozen=True, slots=True)
class FacetPage:
    """All values of one facet of a search, to choose some of them."""

    page: AnyPage
    row: FacetRow
    titles: Titles
    choices: tuple[FacetChoice, ...]
    #: Number of its values, and the words that they contain.
    total: int
    words: str
    #: The search without this facet, for hidden fields; the chosen values of it, and those that are no choices here.
    carried: tuple[tuple[str, str], ...]
    chosen: tuple[str, ...]
    others: tuple[str, ...]
    #: Query string of the search, the way back.
    back: str


def facet_request(request: SearchRequest, row: FacetRow) -> SearchRequest:
    """Return the request for all values of a facet that contain the words of the request's `facet_query`."""
    words = f"{row.name}:{request.selection.words}"
    return replace(request, page=1, size=1, facet_limit=MAX_FACET_LIMIT, facet_query=words)


def facet_page(request: SearchRequest, page: AnyPage, row: FacetRow, titles: Titles, asking: Asking) -> FacetPage:
    """Return the view of all values of a facet; `page` is the answer to `facet_request`."""
    plain = replace(request, page=1, facet_limit=FACET_LIMIT, facet_query="")
    chosen = {value_key(value): value for value in request.values(row.name)}
    choices = tuple(
        FacetChoice(shown_value(row, one.value), parameter, "", one.count, value_key(parameter) in chosen)
        for one in page.facets[row.name]
        for parameter in [asking(row, one.value)]
    )
    listed = {value_key(choice.parameter) for choice in choices}
    return FacetPage(
        page=page,
        row=row,
        titles=titles,
        choices=choices,
        total=page.facets.totals.get(row.name, 0),
        words=request.selection.words,
        carried=tuple(pairs(plain.choosing(row.name, ()))),
        chosen=request.values(row.name),
        others=tuple(value for key, value in chosen.items() if key not in listed),
        back=query_string(plain),
    )


class ValuesAsked(NamedTuple):
    """Which values are asked for: those of a facet of a search, by the name of its parameter."""

    name: str
    search: SearchRequest
    #: The facets that there are.
    facets: Sequence[Titled]
    #: Address of the page of results.
    root: str
    asking: Asking


#: Answers a search, with facets that are counted as if none of their values were chosen.
Find = Callable[[Engine, SearchRequest], AnyPage]


def values_page(provider: EngineProvider, asked: ValuesAsked, find: Find) -> Response:
    """Return the page of all values of a facet; raise NotFoundError if there is no such facet."""
    found = next(((row, titles) for row, titles in asked.facets if row.parameter == asked.name), None)
    if found is None:
        known = ", ".join(row.parameter for row, _ in asked.facets)
        name = repr(shortened(asked.name))
        raise NotFoundError(Message("There is no facet %(name)s; there are %(known)s", name=name, known=known))
    row, titles = found
    wanted = facet_request(asked.search, row)

    def make(engine: Engine) -> dict[str, object]:
        view = facet_page(asked.search, find(engine, wanted), row, titles, asked.asking)
        return {"view": view, "root": asked.root}

    return page_of(provider, "values.html", make, wanted)
