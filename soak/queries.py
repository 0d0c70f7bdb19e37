"""Random queries through the parser, and random parameters through the application.

Right: a query is read, and its writing read back as the same tree, or refused with a QueryError whose suggestion works;
it takes time in proportion to its length. No request is answered with 5xx or a body without end; JSON is as described.
"""

import json
import time
from collections import Counter
from datetime import UTC, datetime
from random import Random
from statistics import median
from typing import Any, ClassVar, Self
from urllib.parse import quote

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from searchsvc.engines import engine_url
from searchsvc.errors import QueryError
from searchsvc.query_parser import parse_query, plain_query
from searchsvc.reindex import reindex_places
from searchsvc.settings import Settings
from searchsvc.web import create_app
from soak.archive import record
from soak.part import Part, Wrong, require
from soak.query_texts import PIECES, query

NOW = datetime(2024, 6, 15, tzinfo=UTC)
ARTICLES = 60
#: Queries of a step, and sets of parameters beside them.
QUERIES, REQUESTS = 1_000, 100
#: A query is slow that takes so many times the usual time for its length, and more than so many seconds, each time.
SLOW, SECONDS, TIMES = 40.0, 0.05, 4
#: Characters that every query is charged beside its own.
FIXED = 50
#: Bytes of an answer, at most.
MOST_BYTES = 2_000_000
#: A body is compared with its description one time in so many.
DESCRIBED = 5
PAGES = (
    "/",
    "/quotes",
    "/speakers",
    "/verify",
    "/search.atom",
    "/api/search",
    "/api/quotes",
    "/api/speakers",
    "/api/headlines",
    "/api/suggest",
    "/api/collection",
    "/opensearch.xml",
    "/openapi.json",
    "/healthz",
    "/readyz",
    "/robots.txt",
)
NAMED = ("/a/", "/api/articles/", "/speakers/", "/api/speakers/", "/problems/")
PARAMETERS = (
    "q",
    "page",
    "size",
    "sort",
    "match",
    "from",
    "to",
    "dups",
    "section",
    "outlet",
    "author",
    "speaker",
    "lang",
    "kind",
    "month",
    "quote",
    "x",
)
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
    "all",
    "any",
    "auto",
    "2024-02-30",
    "2024-05-01",
    "0001-01-01",
    "9999-12-31",
    "Sea",
    "Edda Quill",
    '"Edda Quill"',
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
#: Path of an answer in JSON → the name of its description.
SCHEMAS = {
    "/api/search": "Page",
    "/api/quotes": "QuotePage",
    "/api/headlines": "HeadlinePage",
    "/api/speakers": "SpeakersPage",
    "/api/suggest": "Suggestions",
    "/api/collection": "Collection",
    "/api/articles/": "Article",
    "/api/speakers/": "SpeakerPage",
    "/api/verify": "Verdict",
}
OK, SERVER_ERROR = 200, 500


class Queries(Part):
    """Steps of queries, and of requests to one application."""

    name: ClassVar[str] = "queries"
    full: ClassVar[int] = 1_000_000
    step: ClassVar[int] = QUERIES

    def __enter__(self) -> Self:
        """Fill an index, and make the application."""
        records = [json.dumps(record(number, number % 3)) for number in range(ARTICLES)]
        (self.place / "records.jsonl").write_text("\n".join(records) + "\n")
        reindex_places([str(self.place / "records.jsonl")], index=str(self.place / "index"))
        self._client = create_app(Settings(engine=engine_url(self.place / "index"))).test_client()
        description = self._client.get("/openapi.json").get_json()
        self._schemas = {name: _validator(description, name) for name in {*SCHEMAS.values(), "Problem"}}
        self._statuses, self._outcomes = Counter[int](), Counter[str]()
        return self

    def trial(self, number: int, rng: Random) -> None:  # noqa: ARG002  the generator knows it
        """Read QUERIES queries, and send REQUESTS requests."""
        texts = [query(rng) for _ in range(QUERIES)]
        costs = []
        for text in texts:
            begin = time.thread_time()
            self._outcomes[read(text)] += 1
            costs.append((time.thread_time() - begin) / (len(text) + FIXED))
        usual = median(costs)
        for text, cost in zip(texts, costs, strict=True):
            if cost > SLOW * usual:
                check_cost(text, usual)
        for _ in range(REQUESTS):
            self._request(rng)

    def finish(self) -> str:
        """Tell what became of all."""
        counted = ", ".join(f"{count:,} {name}" for name, count in sorted(self._outcomes.items()))
        statuses = ", ".join(f"{count:,} of {status}" for status, count in sorted(self._statuses.items()))
        return f"{counted}; requests: {statuses}"

    def _request(self, rng: Random) -> None:
        """Send one request with random parameters."""
        method, path, body = "GET", rng.choice(PAGES), None
        schema = SCHEMAS.get(path)
        if rng.random() < 0.25:
            prefix = rng.choice(NAMED)
            schema = SCHEMAS.get(prefix)
            path = prefix + _quoted(rng.choice((f"a{rng.randrange(ARTICLES)}", "Edda Quill", query(rng)[:200])))
        elif rng.random() < 0.12:
            method, path, schema = "POST", "/api/verify", SCHEMAS["/api/verify"]
            body = rng.choice((_quotation, _quotation, _broken))(rng)
        pairs = [
            ("q" if rng.random() < 0.4 else rng.choice(PARAMETERS), _value(rng))
            for _ in range(rng.choice((0, 1, 1, 2, 3, 5)))
        ]
        url = path + "?" + "&".join(f"{name}={_quoted(value)}" for name, value in pairs)
        kind = rng.choice(("application/json", "application/json", "text/plain"))
        answer = self._client.open(url, method=method, data=body, content_type=kind if body is not None else None)
        what = f"{method} {url[:2000]} {body and body[:2000]!r}: {answer.status_code}"
        self._statuses[answer.status_code] += 1
        require(answer.status_code < SERVER_ERROR, what)
        data = answer.get_data()
        require(len(data) <= MOST_BYTES, f"{what}: {len(data):,} bytes")
        if (answer.mimetype or "").endswith("json"):
            found = json.loads(data)
            name = schema if answer.status_code == OK else "Problem"
            if name and rng.randrange(DESCRIBED) == 0:
                errors = [error.message[:300] for error in self._schemas[name].iter_errors(found)]
                require(not errors, f"{what}: no {name}: {errors[:3]}")


def read(text: str) -> str:
    """Read one query as it is typed and as mere words; return what became of it.

    Raises:
        Wrong: Another error than QueryError, a suggestion that does not work, or a writing that reads otherwise.

    """
    try:
        return _read(text)
    except Wrong as error:
        raise Wrong(f"{error}: {text!r}, at its shortest {shortest(text)!r}") from error


def _read(text: str) -> str:
    suggestion = None
    try:
        found = parse_query(text, now=NOW)
    except QueryError as error:
        suggestion, outcome = error.suggestion, "refused"
    except Exception as error:
        raise Wrong(f"{type(error).__name__}: {error}") from error
    else:
        outcome = "read"
        try:
            again = parse_query(found.text, now=NOW)
        except Exception as error:
            raise Wrong(f"its canonical form {found.text!r} is not read: {error}") from error
        if again.root != found.root or again.text != found.text:
            raise Wrong(f"its canonical form {found.text!r} reads otherwise, as {again.text!r}")
    try:
        if suggestion is not None:
            parse_query(suggestion, now=NOW)
    except Exception as error:
        raise Wrong(f"the suggestion {suggestion!r} is not read: {error}") from error
    try:
        plain_query(text)
    except QueryError:
        pass
    except Exception as error:
        raise Wrong(f"as mere words: {type(error).__name__}: {error}") from error
    return outcome


def shortest(text: str) -> str:
    """Return a query that is wrong, too, and of which no character can be left out without its being right."""
    at = 0
    while at < len(text):
        shorter = text[:at] + text[at + 1 :]
        try:
            _read(shorter)
        except Wrong:
            text, at = shorter, 0
        else:
            at += 1
    return text


def check_cost(text: str, usual: float) -> None:
    """Raise Wrong if a query takes far more than others of its length, however often it is read.

    Args:
        text: The query.
        usual: Seconds that a character usually takes.

    """
    best = min(_seconds(text) for _ in range(TIMES))
    allowed = max(SECONDS, SLOW * usual * (len(text) + FIXED))
    require(best <= allowed, f"{best * 1000:.1f} ms for {len(text)} characters: {text!r}")


def _seconds(text: str) -> float:
    begin = time.thread_time()
    _read(text)
    return time.thread_time() - begin


def _value(rng: Random) -> str:
    return query(rng) if rng.random() < 0.5 else rng.choice(VALUES)


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def _quotation(rng: Random) -> bytes:
    text = rng.choice(
        (query(rng), "the harbour of number3 … is a wall", " ".join(rng.choices(PIECES, k=rng.randrange(1, 300))))
    )
    return json.dumps(
        {rng.choice(("quote", "quote", "quote", "x")): rng.choice((text, text, text, 7, None, [text]))}
    ).encode()


def _broken(rng: Random) -> bytes:
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


def _validator(description: Any, schema: str) -> Draft202012Validator:
    """Return what finds errors in an answer: keys that are not described are errors, too."""
    schemas = description["components"]["schemas"].items()
    closed = {"components": {"schemas": {name: {"additionalProperties": False, **one} for name, one in schemas}}}
    resource = Resource.from_contents({"$schema": "https://json-schema.org/draft/2020-12/schema", **closed})
    registry: Registry[Any] = Registry().with_resource("urn:api", resource)
    return Draft202012Validator({"$ref": f"urn:api#/components/schemas/{schema}"}, registry=registry)
