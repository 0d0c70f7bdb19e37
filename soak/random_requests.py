"""Random requests: every address that the application serves, every parameter and body that its description names.

Right: no request is answered with 5xx or a body without end, and JSON is as the description says.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote

from flask import Flask
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from soak.part import require
from soak.query_texts import PIECES, query

#: Old names of parameters, and one that there never was, beside those of the description.
OTHER_PARAMETERS = ("lang", "x")
VALUES = (
    "",
    "1",
    "0",
    "-1",
    "2",
    "100",
    "101",
    "9" * 40,
    "1e9",
    "relevance",
    "newest",
    "oldest",
    "added",
    "all",
    "any",
    "auto",
    "show",
    "day",
    "year",
    "left",
    "2024-02-30",
    "2024-05-01",
    "0001-01-01",
    "9999-12-31",
    "Sea",
    "Edda Quill",
    '"Edda Quill"',
    "title,id",
    "full",
    "en",
    "de",
    "Post",
    "\0",
    "\ud800",
    "²",
    "١",
    "<script>",
    "a" * 3000,
)
#: Names that some addresses take: facets and problems; articles and people are added by chance.
NAMES = ("outlet", "speaker", "month", "bad-query", "nothing")
#: Bytes of an answer, at most.
MOST_BYTES = 2_000_000
#: A body is compared with its description one time in so many.
DESCRIBED = 5
OK, SERVER_ERROR = 200, 500
_ARGUMENT = re.compile(r"<(?:\w+(?:\(([^)]*)\))?:)?(\w+)>|\{\w+\}")


@dataclass(frozen=True, slots=True)
class Address:
    """An address that is served, and how its answer is described.

    Attributes:
        rule: Its path, with `<…>` for arguments.
        posted: Names of the keys of a body that is posted; None for addresses that are got.
        schema: Name of the description of its JSON; None if it is no JSON or is not described.

    """

    rule: str
    posted: tuple[str, ...] | None
    schema: str | None


class RandomRequests:
    """Requests to one application by chance, and the statuses of the answers."""

    def __init__(self, application: Flask, articles: int) -> None:
        """Read what the application serves; its index has articles `a0`, `a1` … up to `articles`."""
        self._client, self._articles = application.test_client(), articles
        description = self._client.get("/openapi.json").get_json()
        self._addresses = addresses(application, description)
        self._parameters = (*parameters(description), *OTHER_PARAMETERS)
        self._schemas = {
            name: answer_validator(description, name)
            for name in {address.schema for address in self._addresses if address.schema} | {"Problem"}
        }
        self.statuses = Counter[int]()

    def send(self, rng: Random) -> None:
        """Send one request.

        Raises:
            Wrong: The answer is none that the application may give.

        """
        address = rng.choice(self._addresses)
        pairs = [
            ("q" if rng.random() < 0.4 else rng.choice(self._parameters), _value(rng))
            for _ in range(rng.choice((0, 1, 1, 2, 3, 5)))
        ]
        url = self._path(address.rule, rng) + "?" + "&".join(f"{name}={_quoted(value)}" for name, value in pairs)
        if address.posted is None:
            method, body, kind = "GET", None, None
        else:
            method, body = "POST", _body(rng, address.posted)
            kind = rng.choice(("application/json", "application/json", "text/plain"))
        answer = self._client.open(url, method=method, data=body, content_type=kind)
        what = f"{method} {url[:2000]} {body and body[:2000]!r}: {answer.status_code}"
        self.statuses[answer.status_code] += 1
        require(answer.status_code < SERVER_ERROR, what)
        data = answer.get_data()
        require(len(data) <= MOST_BYTES, f"{what}: {len(data):,} bytes")
        if (answer.mimetype or "").endswith("json"):
            found = json.loads(data)
            name = address.schema if answer.status_code == OK else "Problem"
            if name and rng.randrange(DESCRIBED) == 0:
                errors = [error.message[:300] for error in self._schemas[name].iter_errors(found)]
                require(not errors, f"{what}: no {name}: {errors[:3]}")

    def _path(self, rule: str, rng: Random) -> str:
        """Return the path of a rule, its arguments chosen by chance."""

        def argument(match: re.Match[str]) -> str:
            choices: str | None = match[1]
            if choices:
                return rng.choice(choices.split(","))
            article = f"a{rng.randrange(self._articles)}"
            return _quoted(rng.choice((article, article, "Edda Quill", rng.choice(NAMES), query(rng)[:200])))

        return _ARGUMENT.sub(argument, rule)


def addresses(application: Flask, description: Any) -> list[Address]:
    """Return every address of an application, but for its static files.

    Args:
        application: The application.
        description: What it answers at /openapi.json.

    """
    paths = {_ARGUMENT.sub("<>", path): of for path, of in description["paths"].items()}
    found = []
    for rule in application.url_map.iter_rules():
        described = paths.get(_ARGUMENT.sub("<>", rule.rule), {})
        if rule.endpoint == "static":
            continue
        if "GET" in (rule.methods or ()):
            found.append(Address(rule.rule, None, _schema(described.get("get"))))
        if "POST" in (rule.methods or ()):
            keys = _posted(description, described.get("post"))
            found.append(Address(rule.rule, keys, _schema(described.get("post"))))
    return found


def parameters(description: Any) -> list[str]:
    """Return the names of all parameters that a description names."""
    operations = [operation for path in description["paths"].values() for operation in path.values()]
    return sorted({one["name"] for operation in operations for one in operation.get("parameters", ())})


def _schema(operation: Any) -> str | None:
    content = operation["responses"].get("200", {}).get("content", {}) if operation else {}
    reference = content.get("application/json", {}).get("schema", {}).get("$ref")
    return reference.rpartition("/")[2] if reference else None


def _posted(description: Any, operation: Any) -> tuple[str, ...]:
    if not operation:
        return ("quote",)
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    return tuple(description["components"]["schemas"][reference.rpartition("/")[2]]["properties"])


def _value(rng: Random) -> str:
    return query(rng) if rng.random() < 0.5 else rng.choice(VALUES)


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def _body(rng: Random, keys: tuple[str, ...]) -> bytes:
    """Return a body of JSON with some of the keys, or one that is no JSON."""
    if rng.random() < 0.3:
        return rng.choice(
            (
                b"",
                b"{" * rng.randrange(1, 9000),
                b"[" * 60_000,
                b'{"quote": 1e99999}',
                b'{"quote":"\xff"}',
                rng.randbytes(40),
            )
        )
    text = rng.choice(
        (query(rng), "the harbour of number3 … is a wall", " ".join(rng.choices(PIECES, k=rng.randrange(1, 300))))
    )
    value: Any = rng.choice(
        (text, text, text, 7, None, [text], [text] * 20, [{"q": text}], [{"q": text, "size": 7}], {})
    )
    return json.dumps({rng.choice((*keys, *keys, *keys, "x")): value}).encode()


def answer_validator(description: Any, schema: str) -> Draft202012Validator:
    """Return what finds errors in an answer: keys that are not described are errors, too."""
    schemas = description["components"]["schemas"].items()
    closed = {"components": {"schemas": {name: {"additionalProperties": False, **one} for name, one in schemas}}}
    resource = Resource.from_contents({"$schema": "https://json-schema.org/draft/2020-12/schema", **closed})
    registry: Registry[Any] = Registry().with_resource("urn:api", resource)
    return Draft202012Validator({"$ref": f"urn:api#/components/schemas/{schema}"}, registry=registry)
