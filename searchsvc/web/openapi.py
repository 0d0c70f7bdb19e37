"""The API as OpenAPI 3.1: the frame of `openapi.json`, parameters of the tables of fields, schemas of the classes."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from inspect import cleandoc
from typing import Any

import msgspec

from searchsvc.json_analyses import ConcordanceJson, KeywordsJson, TrendsJson
from searchsvc.json_copies import ArticleCopiesJson
from searchsvc.json_queries import FiltersJson, HeadlineFiltersJson, QuoteFiltersJson
from searchsvc.json_shapes import (
    ArticleJson,
    FacetsJson,
    PageJson,
    QuoteFacetsJson,
    QuotePageJson,
    SpeakerPageJson,
    SpeakersPageJson,
    VerdictJson,
    VerdictsJson,
)
from searchsvc.json_stories import (
    ArticleLinksJson,
    HeadlineFacetsJson,
    HeadlinePageJson,
    SimilarPageJson,
    StoryJson,
    VersionsJson,
)
from searchsvc.model.fields import ARTICLE_FACETS, FACETS, HEADLINE_FACETS, QUOTE_FACETS, SPEAKER, FacetRow
from searchsvc.model.result import FacetValue, IndexInfo
from searchsvc.web.analysis_parameters import describe_analyses
from searchsvc.web.api import CollectionJson, SuggestionsJson
from searchsvc.web.batch import BatchJson
from searchsvc.web.copy_pages import describe_copies
from searchsvc.web.feeds import describe_feeds
from searchsvc.web.page_language import describe_languages
from searchsvc.web.problems import ProblemJson
from searchsvc.web.request_bodies import QuotationJson, QuotationsJson
from searchsvc.web.result_files import describe_files
from searchsvc.web.story_parameters import describe_stories
from searchsvc.web.version_pages import describe_versions

#: Parameter before which those of the facets stand.
NEXT = "month"
#: How a facet of the article that carries a headline is told apart from one of an article that is found.
OF_ARTICLE, OF_PAGE = "Only this ", "Only on pages of this "
#: Parameters of when articles came in → what they do.
ADDED = {
    "added_after": "Only what came into the index at or after this time",
    "added_before": "Only what came into the index before this time",
}
#: Of quotes: their own facets first, then those of their article.
_OF_QUOTES = tuple(sorted(FACETS, key=lambda row: row.of_quote is None))
#: How one schema refers to another.
REFERENCE = "#/components/schemas/{name}"
_COUNTED = {"type": "array", "items": {"$ref": REFERENCE.format(name="FacetValue")}}
#: What is answered and asked; what these hold is described with them.
PUBLISHED = (
    PageJson,
    ArticleJson,
    ArticleCopiesJson,
    QuotePageJson,
    HeadlinePageJson,
    ArticleLinksJson,
    SimilarPageJson,
    StoryJson,
    VersionsJson,
    SpeakersPageJson,
    SpeakerPageJson,
    SuggestionsJson,
    CollectionJson,
    VerdictJson,
    VerdictsJson,
    QuotationJson,
    QuotationsJson,
    BatchJson,
    TrendsJson,
    ConcordanceJson,
    KeywordsJson,
    ProblemJson,
    FacetValue,
)
#: Values of the model that have a shorter name in the JSON.
RENAMED = {IndexInfo.__name__: "Index"}
#: Classes that leave keys out; of all others every key is always there.
SPARSE = frozenset({ProblemJson.__name__})
FACETS_COUNTED: Mapping[type, Sequence[FacetRow]] = {
    FacetsJson: ARTICLE_FACETS,
    QuoteFacetsJson: QUOTE_FACETS,
    HeadlineFacetsJson: HEADLINE_FACETS,
}
#: Filters that answers repeat, and the facets among them.
FILTERS: Mapping[type, Sequence[FacetRow]] = {
    FiltersJson: ARTICLE_FACETS,
    QuoteFiltersJson: FACETS,
    HeadlineFiltersJson: HEADLINE_FACETS,
}


@cache
def describe() -> bytes:
    """Return the description of the API (OpenAPI 3.1), which is made once."""
    found: dict[str, Any] = json.loads(files("searchsvc.web").joinpath("openapi.json").read_bytes())
    of_articles = [_parameter(row, row.does) for row in ARTICLE_FACETS]
    of_quotes = {row.name: _parameter(row, row.does_for_quotes or row.does) for row in _OF_QUOTES}
    of_speaker = [parameter for name, parameter in of_quotes.items() if name != SPEAKER]
    of_headlines = [_parameter(row, row.does.replace(OF_ARTICLE, OF_PAGE)) for row in FACETS if row.of_head]
    added = [_moment_parameter(name, does) for name, does in ADDED.items()]
    for path, parameters in (
        ("/api/search", of_articles),
        ("/api/quotes", of_quotes.values()),
        ("/api/speakers", of_quotes.values()),
        ("/api/speakers/{name}", of_speaker),
        ("/api/headlines", of_headlines),
    ):
        _insert(found["paths"][path]["get"]["parameters"], [*parameters, *added])
    describe_files(found["paths"])
    describe_feeds(found["paths"])
    describe_analyses(found["paths"])
    describe_copies(found["paths"])
    describe_stories(found["paths"])
    describe_versions(found["paths"])
    describe_languages(found["paths"])
    # Forms send empty values: they count as not given.
    for operations in found["paths"].values():
        for parameter in operations.get("get", {}).get("parameters", ()):
            if parameter["in"] == "query":
                parameter["allowEmptyValue"] = True
    found["components"]["schemas"] = _schemas()
    found["info"]["version"] = version("searchsvc")
    return json.dumps(found, ensure_ascii=False, indent=2).encode()


def _parameter(row: FacetRow, does: str) -> Mapping[str, Any]:
    value: dict[str, Any] = {"type": "string"}
    if row.known:
        value["enum"] = row.known
    schema = {"type": "array", "items": value}
    told = {"name": row.parameter, "in": "query", "description": does}
    return {**told, "schema": schema, "explode": True, "style": "form"}


def _moment_parameter(name: str, does: str) -> Mapping[str, Any]:
    told = f"{does}: a day (`2024-05-31`, from its begin in UTC), or an instant (`2024-05-31T10:20:00Z`)."
    return {"name": name, "in": "query", "description": told, "schema": {"type": "string"}}


def _insert(parameters: list[Mapping[str, Any]], more: Iterable[Mapping[str, Any]]) -> None:
    place = [one["name"] for one in parameters].index(NEXT)
    parameters[place:place] = more


def _schemas() -> Mapping[str, Any]:
    """Return the schemas of what is answered and asked, made of the classes that are written and read."""
    _, made = msgspec.json.schema_components(PUBLISHED, schema_hook=_facets_schema, ref_template=REFERENCE)
    schemas = {_published_name(name): _tidied(schema) for name, schema in made.items()}
    for kind, rows in FACETS_COUNTED.items():
        names = [*(row.name for row in rows), "month"]
        totals = {"type": "object", "properties": {key: {"type": "integer"} for key in names}, "required": names}
        told = {"description": "How many values each has, those beyond `facet_limit` too, which contain `facet_query`."}
        schemas[_published_name(kind.__name__)] = {
            "description": kind.__doc__,
            "type": "object",
            "properties": {**dict.fromkeys(names, _COUNTED), "totals": {**told, **totals}},
            "required": [*names, "totals"],
        }
    for kind, rows in FILTERS.items():
        schemas[_published_name(kind.__name__)] = _filters_schema(kind, rows)
    return schemas


def _filters_schema(kind: type, rows: Sequence[FacetRow]) -> dict[str, Any]:
    day = {"type": ["string", "null"], "format": "date"}
    moment = {"type": ["string", "null"], "format": "date-time"}
    values = {row.parameter: {"type": "array", "items": {"type": "string"}} for row in rows}
    properties = {**values, "from": day, "to": day, "added_after": moment, "added_before": moment}
    return {
        "description": kind.__doc__,
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }


def _published_name(class_name: str) -> str:
    return RENAMED.get(class_name, class_name.removesuffix("Json"))


def _facets_schema(kind: type) -> dict[str, Any]:
    """Return a reference to the schema of facets, whose keys are those of the table."""
    return {"$ref": REFERENCE.format(name=kind.__name__)}


def _tidied(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema as it is published.

    Names of classes become published ones. A value of the model is written with all its keys: what has a default there
    is required here. `{"anyOf": [{"type": …}, {"type": "null"}]}` is written `{"type": […, "null"]}`. Enumerations are
    of strings.
    """
    tidied = {key: value for key, value in schema.items() if key not in {"title", "default"}}
    if "description" in tidied:
        tidied["description"] = cleandoc(tidied["description"])
    if "$ref" in tidied:
        tidied["$ref"] = REFERENCE.format(name=_published_name(tidied["$ref"].rsplit("/", 1)[-1]))
    for key in ("items", "additionalProperties"):
        if isinstance(tidied.get(key), dict):
            tidied[key] = _tidied(tidied[key])
    if "properties" in tidied:
        tidied["properties"] = {name: _tidied(value) for name, value in tidied["properties"].items()}
        if schema["title"] not in SPARSE:
            tidied["required"] = list(tidied["properties"])
    if "enum" in tidied:
        tidied["type"] = "string"
    if "anyOf" in tidied:
        tidied |= _union([_tidied(one) for one in tidied.pop("anyOf")])
    return tidied


def _union(schemas: Sequence[dict[str, Any]]) -> dict[str, Any]:
    value, *others = schemas
    if others != [{"type": "null"}] or "type" not in value:
        return {"anyOf": schemas}
    known = {"enum": [*value["enum"], None]} if "enum" in value else {}
    return {**value, "type": [value["type"], "null"], **known}
