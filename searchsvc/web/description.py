"""openapi.json → the published description of the API: what the table of fields says is filled in."""

import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any

from searchsvc.model.fields import ARTICLE_FACETS, FACETS, QUOTE_FACETS, SPEAKER, TEXT_FIELDS, FacetRow

#: Parameter before which those of the facets stand.
NEXT = "from"
#: How a facet of the article that carries a headline is told apart from one of an article that is found.
OF_ARTICLE, OF_PAGE = "Only this ", "Only on pages of this "
#: Of quotes: their own facets first, then those of their article.
_OF_QUOTES = tuple(sorted(FACETS, key=lambda row: row.of_quote is None))
_COUNTED = {"type": "array", "items": {"$ref": "#/components/schemas/FacetValue"}}


def describe() -> bytes:
    """Return the description of the API (OpenAPI 3.1)."""
    found: dict[str, Any] = json.loads(files("searchsvc.web").joinpath("openapi.json").read_bytes())
    of_articles = [_parameter(row, row.does) for row in ARTICLE_FACETS]
    of_quotes = {row.name: _parameter(row, row.does_for_quotes or row.does) for row in _OF_QUOTES}
    of_speaker = [parameter for name, parameter in of_quotes.items() if name != SPEAKER]
    of_headlines = [_parameter(row, row.does.replace(OF_ARTICLE, OF_PAGE)) for row in FACETS if row.of_head]
    for path, parameters in (
        ("/api/search", of_articles),
        ("/feed.atom", of_articles),
        ("/api/quotes", of_quotes.values()),
        ("/api/speakers", of_quotes.values()),
        ("/api/speakers/{name}", of_speaker),
        ("/api/headlines", of_headlines),
    ):
        _insert(found["paths"][path]["get"]["parameters"], parameters)
    schemas = found["components"]["schemas"]
    _count(schemas["Facets"], ARTICLE_FACETS)
    _count(schemas["QuoteFacets"], QUOTE_FACETS)
    schemas["Hit"]["properties"]["matched_in"]["items"]["enum"] = [row.name for row in TEXT_FIELDS]
    return json.dumps(found, ensure_ascii=False, indent=2).encode()


def _parameter(row: FacetRow, does: str) -> Mapping[str, Any]:
    value: dict[str, Any] = {"type": "string"}
    if row.known:
        value["enum"] = row.known
    schema = {"type": "array", "items": value}
    told = {"name": row.parameter, "in": "query", "description": does}
    return {**told, "schema": schema, "explode": True, "style": "form"}


def _insert(parameters: list[Mapping[str, Any]], more: Iterable[Mapping[str, Any]]) -> None:
    place = [one["name"] for one in parameters].index(NEXT)
    parameters[place:place] = more


def _count(schema: dict[str, Any], rows: Sequence[FacetRow]) -> None:
    names = [*(row.name for row in rows), "month"]
    schema["properties"], schema["required"] = dict.fromkeys(names, _COUNTED), names
