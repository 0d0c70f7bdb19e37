"""Random queries through the parser, and random parameters through the application.

Right: a query is read, and its writing read back as the same tree, or refused with a QueryError whose suggestion works;
it takes time in proportion to its length.
"""

import json
import time
from collections import Counter
from datetime import UTC, datetime
from random import Random
from statistics import median
from typing import ClassVar, Self

from searchsvc.engines import engine_url
from searchsvc.errors import QueryError
from searchsvc.query_parser import parse_query, plain_query
from searchsvc.reindex import reindex_places
from searchsvc.settings import Settings
from searchsvc.web import create_app
from soak.archive import record
from soak.part import Part, Wrong, require
from soak.query_texts import query
from soak.random_requests import RandomRequests

NOW = datetime(2024, 6, 15, tzinfo=UTC)
ARTICLES = 60
#: Queries of a step, and sets of parameters beside them.
QUERIES, REQUESTS = 1_000, 100
#: A query is slow that takes so many times the usual time for its length, and more than so many seconds, each time.
SLOW, SECONDS, TIMES = 40.0, 0.05, 4
#: Characters that every query is charged beside its own.
FIXED = 50


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
        self._requests = RandomRequests(create_app(Settings(engine=engine_url(self.place / "index"))), ARTICLES)
        self._outcomes = Counter[str]()
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
            self._requests.send(rng)

    def finish(self) -> str:
        """Tell what became of all."""
        counted = ", ".join(f"{count:,} {name}" for name, count in sorted(self._outcomes.items()))
        statuses = ", ".join(f"{count:,} of {status}" for status, count in sorted(self._requests.statuses.items()))
        return f"{counted}; requests: {statuses}"


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
