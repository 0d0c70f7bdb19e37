"""The API, told to people and programs: `/docs` shows its description as a page, `/api` lists what there is."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, render_template, request

from searchsvc.errors import EngineError
from searchsvc.exports import FILE_FORMATS, RECORD_KINDS
from searchsvc.json_output import to_json
from searchsvc.model.fields import SPEAKER
from searchsvc.search import SearchRequest, search_articles
from searchsvc.web.openapi import describe
from searchsvc.web.parameters import JSON, check_names
from searchsvc.web.responses import HTML, EngineProvider
from searchsvc.web.security_headers import REVALIDATE

#: Operation → path and query string of an example; `{article}` and `{speaker}` stand for an id and a name of the index.
EXAMPLES: Mapping[str, str] = {
    "search": "/api/search?q=harbour&sort=newest&size=3",
    "quotes": "/api/quotes?q=ferry&kind=full",
    "headlines": "/api/headlines?q=storm",
    "speakers": "/api/speakers?q=ferry&from=2023-01-01",
    "speaker": "/api/speakers/{speaker}",
    "article": "/api/articles/{article}",
    "versions": "/api/articles/{article}/versions",
    "articleCopies": "/api/articles/{article}/copies",
    "suggest": "/api/suggest?q=har",
    "collection": "/api/collection",
    "trends": "/api/trends?q=ferry&q2=bridge&interval=month",
    "trends_csv": "/trends.csv?q=ferry&q2=bridge&interval=year",
    "concordance": "/api/concordance?q=ferry&order=right",
    "concordance_csv": "/concordance.csv?q=ferry",
    "article_links": "/api/articles/{article}/links",
    "similar": "/api/articles/{article}/similar",
    "story": "/api/story/{article}",
    "story_atom": "/story.atom?id={article}",
    "story_csv": "/story.csv?id={article}",
    "story_jsonl": "/story.jsonl?id={article}",
    "keywords": "/api/keywords?q=ferry",
    "keywords_csv": "/keywords.csv?q=ferry",
    "feed": "/feed.atom?q=harbour",
    "speaker_atom": "/speakers/{speaker}.atom",
    "headlines_atom": "/headlines.atom?q=storm",
    "search_atom": "/search.atom?q=harbour",
    "quotes_atom": "/quotes.atom?q=ferry",
    **{
        f"{name}_{suffix}": f"/{name}.{suffix}?q=ferry"
        for name, kind in RECORD_KINDS.items()
        for suffix, output in FILE_FORMATS.items()
        if kind.cited or not output.cites
    },
    "alive": "/healthz",
    "ready": "/readyz",
}
#: Operation → body of an example that is posted.
BODIES: Mapping[str, tuple[str, str]] = {
    "batch": ("/api/search/batch", '{"searches": [{"q": "harbour wall"}, {"q": "ferry", "size": 5}]}'),
    "verify": ("/api/verify", '{"quote": "I would sooner stop for a year"}'),
    "verify_many": ("/api/verify/many", '{"quotes": ["I would sooner stop for a year", "The tide does not wait"]}'),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter as the page shows it."""

    name: str
    #: Where it stands: `query` or `path`.
    place: str
    does: str
    #: What it may be: `integer, 1 to 100, default 10`.
    values: str


@dataclass(frozen=True, slots=True)
class Operation:
    """What can be asked at one address."""

    name: str
    method: str
    path: str
    does: str
    more: str
    parameters: tuple[Parameter, ...]
    #: Status and meaning of each answer.
    answers: tuple[tuple[str, str], ...]
    #: Address of the example, and its body if it is posted.
    example: str
    body: str | None


def blueprint(provider: EngineProvider) -> Blueprint:
    """Return the routes; but for an id and a name in the examples, their answers depend on the version alone."""
    routes = Blueprint("api_docs", __name__)
    description = json.loads(describe())
    operations = tuple(_operations(description))

    @routes.get("/docs")
    def docs() -> Response:
        """Show the description of the API, with an example of each operation."""
        names = _known(provider)
        shown = [replace(one, example=_filled(one.example, names)) for one in operations]
        body = render_template("docs.html", operations=shown, info=description["info"])
        return Response(body, content_type=HTML, headers={"Cache-Control": REVALIDATE})

    @routes.get("/api")
    @routes.get("/api/")
    def contents() -> Response:
        """Return what there is: address, method and purpose of each operation."""
        check_names(request.args, ())
        root, names = request.script_root, _known(provider)
        listed = [
            {
                "method": one.method,
                "path": root + one.path,
                "summary": one.does,
                "example": root + _filled(one.example, names),
            }
            for one in operations
        ]
        answer = {"operations": listed, "openapi": f"{root}/openapi.json", "docs": f"{root}/docs"}
        return Response(to_json(answer), content_type=JSON, headers={"Cache-Control": REVALIDATE})

    return routes


def _known(provider: EngineProvider) -> Mapping[str, str]:
    """Return the id of the newest article and the most frequent speaker; nothing where the index has none.

    The description is there before the index is: an index that cannot be read gives nothing, too.
    """
    try:
        page = search_articles(provider.engine(), SearchRequest(sort="newest", size=1))
    except EngineError:
        return {}
    found = {
        "article": [result.head.id for result in page.results],
        "speaker": [one.value for one in page.facets[SPEAKER]],
    }
    return {name: values[0] for name, values in found.items() if values}


def _filled(example: str, names: Mapping[str, str]) -> str:
    """Return the address of an example with an id and a name of the index, percent-encoded."""
    for name, value in names.items():
        example = example.replace(f"{{{name}}}", quote(value, safe=""))
    return example


def _operations(description: Mapping[str, Any]) -> Iterator[Operation]:
    named = description["components"]["responses"]
    for path, methods in description["paths"].items():
        for method, told in methods.items():
            name = told["operationId"]
            address, body = BODIES.get(name) or (EXAMPLES[name], None)
            yield Operation(
                name=name,
                method=method.upper(),
                path=path,
                does=told["summary"],
                more=told.get("description", ""),
                parameters=tuple(map(_parameter, told.get("parameters", ()))),
                answers=tuple((status, _meaning(answer, named)) for status, answer in told["responses"].items()),
                example=address,
                body=body,
            )


def _parameter(told: Mapping[str, Any]) -> Parameter:
    return Parameter(told["name"], told["in"], told.get("description", ""), _values(told["schema"]))


def _values(schema: Mapping[str, Any]) -> str:
    """Return what a parameter may be, in words."""
    if schema.get("type") == "array":
        return f"{_values(schema['items'])}; may be given again"
    facts = [" or ".join(schema["enum"])] if "enum" in schema else [str(schema.get("format", schema["type"]))]
    if "maximum" in schema:
        facts.append(f"{schema.get('minimum', 0):,} to {schema['maximum']:,}")
    if "maxLength" in schema:
        facts.append(f"at most {schema['maxLength']:,} characters")
    if "default" in schema:
        facts.append(f"{schema['default']} if not given")
    return ", ".join(facts)


def _meaning(answer: Mapping[str, Any], named: Mapping[str, Any]) -> str:
    told = named[answer["$ref"].rsplit("/", 1)[-1]] if "$ref" in answer else answer
    return str(told["description"])
