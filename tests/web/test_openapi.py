"""The published description of the API is valid, and says what the API does."""

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from searchsvc import __version__, json_analyses, json_copies, json_queries, json_shapes
from searchsvc.web import api, parameters, problems
from searchsvc.web.analysis_parameters import CONCORDANCE_PARAMETERS, KEYWORD_PARAMETERS, TREND_PARAMETERS
from searchsvc.web.parameters import (
    HEADLINE_PARAMETERS,
    PARAMETERS,
    QUOTE_PARAMETERS,
    SPEAKER_PARAMETERS,
    SPEAKERS_PARAMETERS,
)
from soak.random_requests import answer_validator

#: Shapes that the service never answers with: a refused query there is a problem.
OF_THE_COMMAND_LINE = {"RefusedQuery"}


@pytest.fixture
def description(client: FlaskClient) -> Any:
    return client.get("/openapi.json").get_json()


def test_openapi_is_valid(description: Any) -> None:
    assert list(OpenAPIV31SpecValidator(description).iter_errors()) == []
    assert description["openapi"].startswith("3.1.")
    assert description["info"]["version"] == __version__


def test_openapi_names_exactly_the_parameters_there_are(description: Any) -> None:
    for path, known in (
        ("/api/search", PARAMETERS),
        ("/search.atom", (*PARAMETERS, "archive")),
        ("/quotes.atom", (*QUOTE_PARAMETERS, "archive")),
        ("/headlines.atom", (*HEADLINE_PARAMETERS, "archive")),
        ("/speakers/{name}.atom", ("name", *SPEAKER_PARAMETERS, "archive")),
        ("/api/quotes", QUOTE_PARAMETERS),
        ("/api/headlines", HEADLINE_PARAMETERS),
        ("/api/speakers", SPEAKERS_PARAMETERS),
        ("/api/speakers/{name}", ("name", *SPEAKER_PARAMETERS)),
        ("/api/trends", TREND_PARAMETERS),
        ("/trends.csv", TREND_PARAMETERS),
        ("/api/concordance", CONCORDANCE_PARAMETERS),
        ("/concordance.csv", CONCORDANCE_PARAMETERS),
        ("/api/keywords", KEYWORD_PARAMETERS),
        ("/keywords.csv", KEYWORD_PARAMETERS),
    ):
        named = [one["name"] for one in description["paths"][path]["get"]["parameters"]]
        assert sorted(named) == sorted(known), path


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/api/search?q=otters", "Page"),
        ("/api/search", "Page"),
        ("/api/search?q=zzqqx", "Page"),
        ("/api/articles/mill", "Article"),
        ("/api/articles/bare", "Article"),
        ("/api/quotes", "QuotePage"),
        ("/api/quotes?q=swans&speaker=oldroyd&kind=full&from=2024-01-01", "QuotePage"),
        ("/api/quotes?kind=sung", "Problem"),
        ("/api/headlines", "HeadlinePage"),
        ("/api/headlines?q=otters&section=rivers", "HeadlinePage"),
        ("/api/speakers", "SpeakersPage"),
        ("/api/speakers/Greta%20Oldroyd", "SpeakerPage"),
        ("/api/speakers/Nobody", "Problem"),
        ("/api/suggest?q=otters", "Suggestions"),
        ("/api/collection", "Collection"),
        ("/api/trends", "Trends"),
        ("/api/trends?q=swans&q2=zzqqx&interval=week&match=all", "Trends"),
        ("/api/trends?interval=x", "Problem"),
        ("/api/concordance", "Concordance"),
        ("/api/keywords?q=station", "Keywords"),
        ("/api/keywords?q=zzqqx", "Keywords"),
        ("/api/concordance?q=swans+ottters&order=left&size=3", "Concordance"),
        ("/api/search?size=0", "Problem"),
        ("/api/articles/nobody", "Problem"),
        ("/api/search?q=a*", "Problem"),
    ],
)
def test_openapi_describes_what_is_answered_to_the_last_key(
    client: FlaskClient, description: Any, path: str, schema: str
) -> None:
    answer = client.get(path).get_json(force=True)
    assert [error.message for error in answer_validator(description, schema).iter_errors(answer)] == []


def test_every_described_path_is_there(client: FlaskClient, description: Any) -> None:
    for path, methods in description["paths"].items():
        if "get" not in methods:
            continue
        required = [one["name"] for one in methods["get"].get("parameters", ()) if one.get("required")]
        asked = {"id": "mill"} if "id" in required and "{id}" not in path else {}
        address = path.replace("{id}", "mill").replace("{name}", "greta oldroyd")
        assert client.get(address, query_string=asked, follow_redirects=True).status_code == 200, path


@pytest.mark.parametrize(
    ("quote", "schema"),
    [
        ("The swans were here before the mill", "Verdict"),
        ("The swans … before the weir", "Verdict"),
        ("Mill race to be cleared", "Verdict"),
        ("zzqqx", "Verdict"),
        ("?!", "Problem"),
        (7, "Problem"),
    ],
)
def test_openapi_describes_the_verbatim_check(
    client: FlaskClient, description: Any, quote: object, schema: str
) -> None:
    answer = client.post("/api/verify", json={"quote": quote}).get_json(force=True)
    assert list(answer_validator(description, schema).iter_errors(answer)) == []


def test_openapi_example_of_the_verbatim_check_can_be_sent(client: FlaskClient, description: Any) -> None:
    example = description["paths"]["/api/verify"]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert list(answer_validator(description, "Quotation").iter_errors(example)) == []
    assert client.post("/api/verify", json=example).status_code == 200


def test_openapi_describes_every_published_shape_and_says_what_each_is(description: Any) -> None:
    schemas = description["components"]["schemas"]
    modules = (json_queries, json_shapes, json_analyses, json_copies, api, parameters, problems)
    shapes = {name.removesuffix("Json") for module in modules for name in vars(module) if name.endswith("Json")}
    assert shapes - set(schemas) == OF_THE_COMMAND_LINE
    assert [name for name, schema in schemas.items() if not schema.get("description")] == []
    assert set(re.findall(r"#/components/schemas/(\w+)", json.dumps(description))) == set(schemas)


def test_openapi_requires_every_key_but_of_problems(description: Any) -> None:
    """All keys always, null where unknown."""
    schemas = description["components"]["schemas"]
    optional = {name for name, schema in schemas.items() if schema["required"] != list(schema["properties"])}
    assert optional == {"Problem"}


def test_openapi_describes_the_keys_that_problems_have_and_no_others(client: FlaskClient, description: Any) -> None:
    keys = [set(client.get(path).get_json(force=True)) for path in ("/api/search?q=a*", "/api/search?size=0", "/api/x")]
    problem = description["components"]["schemas"]["Problem"]
    assert set.union(*keys) == set(problem["properties"])
    assert set.intersection(*keys) == set(problem["required"])


def test_openapi_tells_types_of_values_that_may_be_null_and_of_known_values(description: Any) -> None:
    schemas = description["components"]["schemas"]
    head, related, quote_hit = (schemas[name]["properties"] for name in ("Head", "RelatedHeadline", "QuoteHit"))
    assert head["published"]["type"] == head["published_day"]["type"] == ["string", "null"]
    assert head["published_day"]["format"] == "date"
    assert all(re.fullmatch(head["published"]["pattern"], text) for text in ("2009-07-15", "2009-07-15T10:21:00Z"))
    assert head["published_precision"]["enum"] == ["day", "minute", "second", None]
    moment = {"description": "UTC, ending in Z.", "type": ["string", "null"], "format": "date-time"}
    assert related["age_from"] == moment
    assert related["age_precision"]["type"] == ["string", "null"]
    assert None in related["age_precision"]["enum"]
    assert quote_hit["evidence"]["anyOf"] == [{"$ref": "#/components/schemas/Evidence"}, {"type": "null"}]
