"""Routes for programs at well-known addresses: feed, OpenAPI, OpenSearch, robots.txt, icon; and the problem types."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from importlib.metadata import version
from importlib.resources import files
from inspect import cleandoc
from typing import Any

import msgspec
from flask import Blueprint, Response, render_template, request

from searchsvc.errors import NotFoundError
from searchsvc.json_output import to_json
from searchsvc.json_queries import FiltersJson, HeadlineFiltersJson, QuoteFiltersJson
from searchsvc.json_shapes import (
    ArticleJson,
    FacetsJson,
    HeadlinePageJson,
    PageJson,
    QuoteFacetsJson,
    QuotePageJson,
    SpeakerPageJson,
    SpeakersPageJson,
    VerdictJson,
)
from searchsvc.model.fields import ARTICLE_FACETS, FACETS, HEADLINE_FACETS, QUOTE_FACETS, SPEAKER, FacetRow
from searchsvc.model.printed_date import midnight
from searchsvc.model.result import FacetValue, IndexInfo
from searchsvc.search import complete, search_articles
from searchsvc.settings import Settings
from searchsvc.web.api import CollectionJson, SuggestionsJson
from searchsvc.web.parameters import QuotationJson, query_string, read_request
from searchsvc.web.problems import TITLES, ProblemJson
from searchsvc.web.responses import EngineProvider, entity_tag, unchanged, validated
from searchsvc.web.security_headers import REVALIDATE

#: Parameter before which those of the facets stand.
NEXT = "month"
#: How a facet of the article that carries a headline is told apart from one of an article that is found.
OF_ARTICLE, OF_PAGE = "Only this ", "Only on pages of this "
#: Of quotes: their own facets first, then those of their article.
_OF_QUOTES = tuple(sorted(FACETS, key=lambda row: row.of_quote is None))
#: How one schema refers to another.
REFERENCE = "#/components/schemas/{name}"
_COUNTED = {"type": "array", "items": {"$ref": REFERENCE.format(name="FacetValue")}}
#: What is answered and asked; what these hold is described with them.
PUBLISHED = (
    PageJson,
    ArticleJson,
    QuotePageJson,
    HeadlinePageJson,
    SpeakersPageJson,
    SpeakerPageJson,
    SuggestionsJson,
    CollectionJson,
    VerdictJson,
    QuotationJson,
    ProblemJson,
    FacetValue,
)
#: Values of the model that have a shorter name in the JSON.
RENAMED = {IndexInfo.__name__: "Index"}
#: Classes that leave keys out; of all others every key is always there.
SPARSE = frozenset({ProblemJson.__name__})
FACETS_COUNTED: Mapping[type, Sequence[FacetRow]] = {FacetsJson: ARTICLE_FACETS, QuoteFacetsJson: QUOTE_FACETS}
#: Filters that answers repeat, and the facets among them.
FILTERS: Mapping[type, Sequence[FacetRow]] = {
    FiltersJson: ARTICLE_FACETS,
    QuoteFiltersJson: FACETS,
    HeadlineFiltersJson: HEADLINE_FACETS,
}


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
        for parameter in found["paths"][path]["get"]["parameters"]:
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
    values = {row.parameter: {"type": "array", "items": {"type": "string"}} for row in rows}
    properties = {**values, "from": day, "to": day}
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


def feed_moment(at: datetime, day: date) -> str:
    """Return an instant for the feed (RFC 3339), at the offset nearest to UTC at which it is the page's own day."""
    begins = midnight(day)
    if at < begins:
        offset = timedelta(minutes=-((at - begins) // MINUTE))
    elif at >= begins + timedelta(days=1):
        offset = -timedelta(minutes=(at - begins - timedelta(days=1)) // MINUTE + 1)
    else:
        offset = timedelta()
    return at.astimezone(timezone(offset)).isoformat()


#: Date of an undated article in the feed: RFC 4287 requires `updated` in every entry.
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
#: Crawlers are to read articles only: result pages have any number of URLs.
ROBOTS = "User-agent: *\nDisallow: /*?\nDisallow: /api/\nAllow: /\n"
#: Media type of OpenSearch Suggestions 1.1.
SUGGESTIONS_JSON = "application/x-suggestions+json"
DAY_SECONDS = 86_400
MINUTE = timedelta(minutes=1)
#: Headers of responses that clients may cache for a day.
DAY_LONG = {"Cache-Control": f"public, max-age={DAY_SECONDS}"}


def blueprint(provider: EngineProvider, settings: Settings) -> Blueprint:
    """Return the routes; the description of the API is made once, here."""
    routes = Blueprint("discovery", __name__)
    description = describe()
    icon = files("searchsvc.web").joinpath("static", "icon.svg").read_bytes()

    @routes.get("/feed.atom")
    def feed() -> Response:
        """Return the articles that match, as an Atom feed (RFC 4287); newest first unless `sort` is given."""
        search = read_request(request.args, strict=True)
        search = search if search.sort else replace(search, sort="newest")
        engine = provider.engine()
        base = _base_url(settings)
        tag = entity_tag(engine.info(), search, also=base)
        if (not_modified := unchanged(tag)) is not None:
            return not_modified
        body = render_template(
            "feed.xml",
            page=search_articles(engine, search),
            asked=search,
            here=query_string(replace(search, sort=None, page=1)),
            base=base,
            undated=UNDATED,
            moment_of=feed_moment,
        )
        return Response(body, content_type="application/atom+xml; charset=utf-8", headers=validated(tag))

    @routes.get("/openapi.json")
    def openapi() -> Response:
        """Return the description of the API (OpenAPI 3.1)."""
        return Response(description, content_type="application/json", headers=DAY_LONG)

    @routes.get("/robots.txt")
    def robots() -> Response:
        """Return the rules for crawlers: articles may be read, search results and the API may not."""
        return Response(ROBOTS, content_type="text/plain; charset=utf-8", headers=DAY_LONG)

    @routes.get("/favicon.ico")
    @routes.get("/favicon.svg")
    def favicon() -> Response:
        """Return the icon."""
        return Response(icon, content_type="image/svg+xml", headers=DAY_LONG)

    @routes.get("/problems/<name>")
    def problem_type(name: str) -> Response:
        """Return the page of a problem type, which the `type` of a problem links to."""
        if name not in TITLES:
            raise NotFoundError("There is no such type of problem")
        body = render_template("problem_type.html", name=name, titles=TITLES)
        return Response(body, content_type="text/html; charset=utf-8", headers=DAY_LONG)

    _add_opensearch(routes, provider, settings)
    return routes


def _add_opensearch(routes: Blueprint, provider: EngineProvider, settings: Settings) -> None:
    @routes.get("/opensearch.xml")
    def opensearch() -> Response:
        """Return the description of the search form for browsers (OpenSearch 1.1)."""
        body = render_template("opensearch.xml", base=_base_url(settings))
        # Without a base URL the response contains the address of this request, and the server may have several.
        caching = DAY_LONG if settings.base_url else {"Cache-Control": REVALIDATE}
        return Response(body, content_type="application/opensearchdescription+xml; charset=utf-8", headers=caching)

    @routes.get("/opensearch/suggestions")
    def opensearch_suggestions() -> Response:
        """Return completions of `q` for the search field of browsers (OpenSearch Suggestions 1.1)."""
        engine = provider.engine()
        tag = entity_tag(engine.info())
        if (not_modified := unchanged(tag)) is not None:
            return not_modified
        text = request.args.get("q", "")
        found = dict.fromkeys(completion.text for completion in complete(engine, text))
        return Response(to_json([text, list(found)]), content_type=SUGGESTIONS_JSON, headers=validated(tag))


def _base_url(settings: Settings) -> str:
    """Return the address of the service, without a slash at its end: the base URL, else that of the request."""
    return settings.base_url or request.url_root.rstrip("/")
