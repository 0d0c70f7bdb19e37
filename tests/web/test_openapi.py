"""The published description of the API is valid, and says what the API does."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource

from searchsvc import __version__
from searchsvc.web.parameters import (
    HEADLINE_PARAMETERS,
    PARAMETERS,
    QUOTE_PARAMETERS,
    SPEAKER_PARAMETERS,
    SPEAKERS_PARAMETERS,
)


@pytest.fixture
def description(client: FlaskClient) -> Any:
    return client.get("/openapi.json").get_json()


def test_openapi_is_valid(description: Any) -> None:
    assert list(OpenAPIV31SpecValidator(description).iter_errors()) == []
    assert description["openapi"].startswith("3.1.")
    assert description["info"]["version"] == __version__


def test_openapi_names_exactly_the_parameters_there_are(description: Any) -> None:
    for path, parameters in (
        ("/api/search", PARAMETERS),
        ("/feed.atom", PARAMETERS),
        ("/api/quotes", QUOTE_PARAMETERS),
        ("/api/headlines", HEADLINE_PARAMETERS),
        ("/api/speakers", SPEAKERS_PARAMETERS),
        ("/api/speakers/{name}", ("name", *SPEAKER_PARAMETERS)),
    ):
        named = [one["name"] for one in description["paths"][path]["get"]["parameters"]]
        assert sorted(named) == sorted(parameters), path


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
        ("/api/search?size=0", "Problem"),
        ("/api/articles/nobody", "Problem"),
        ("/api/search?q=a*", "Problem"),
    ],
)
def test_openapi_describes_what_is_answered_to_the_last_key(
    client: FlaskClient, description: Any, path: str, schema: str
) -> None:
    answer = client.get(path).get_json(force=True)
    schemas = description["components"]["schemas"]
    validator = _validator(description, schema)
    assert [error.message for error in validator.iter_errors(answer)] == []
    assert set(answer) <= set(schemas[schema]["properties"])


def test_every_described_path_is_there(client: FlaskClient, description: Any) -> None:
    for path, methods in description["paths"].items():
        if "get" not in methods:
            continue
        assert client.get(path.replace("{id}", "mill").replace("{name}", "greta oldroyd")).status_code == 200


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
    assert list(_validator(description, schema).iter_errors(answer)) == []
    assert set(answer) <= set(description["components"]["schemas"][schema]["properties"])


def test_openapi_example_of_the_verbatim_check_can_be_sent(client: FlaskClient, description: Any) -> None:
    example = description["paths"]["/api/verify"]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert list(_validator(description, "Quotation").iter_errors(example)) == []
    assert client.post("/api/verify", json=example).status_code == 200


def _validator(description: Any, schema: str) -> Draft202012Validator:
    resource = Resource.from_contents({"$schema": "https://json-schema.org/draft/2020-12/schema", **description})
    registry: Registry[Any] = Registry().with_resource("urn:api", resource)
    return Draft202012Validator({"$ref": f"urn:api#/components/schemas/{schema}"}, registry=registry)
