"""Throw random queries at the query parser: `python tools/fuzz_queries.py N [SEED]`.

Every query must be read, and its writing read back as the same tree, or be refused with a
QueryError whose suggestion works. Stops at the first that does not, with the seed and the query.
"""

import random
import sys
import time
from datetime import UTC, datetime

from searchsvc.errors import QueryError
from searchsvc.query_parser import parse_query, plain_query

TEXT = (
    'storm us US U.S. the " “ ” « » ( ) - ~ ~2 * ? OR AND NOT title: quote: section: after: before: date: 2024-05 .. '
    "7d lang: de url: https://a.b/c café ½ C++ AT&T 1,000 ' ’ foo: : ; , . ! \\ / & | +"
    " 2009..2010 yesterday www.a.b us-led l'eau Cuban-Amer* and/or 10:21 date:.. lang:english section:( after:7d"
    " # @ ² ﷺ \u202e \ud800 \x00 \u00ad"
)
PIECES = TEXT.split()
#: Share of pieces that are any character at all.
ANYTHING = 0.1
NOW = datetime(2024, 6, 15, tzinfo=UTC)
EVERY = 100_000


def query(rng: random.Random) -> str:
    """Return one random query: pieces, with and without spaces, now and then any character."""
    parts = [
        chr(rng.randrange(0x110000)) if rng.random() < ANYTHING else rng.choice(PIECES) + rng.choice(("", "", " "))
        for _ in range(rng.randrange(1, 20))
    ]
    return "".join(parts)


def try_one(text: str) -> None:
    """Read one query; raise what must not be."""
    try:
        read = parse_query(text, now=NOW)
    except QueryError as error:
        if error.suggestion is not None:
            parse_query(error.suggestion, now=NOW)
        return
    if parse_query(read.text, now=NOW).root != read.root:
        raise AssertionError(f"{read.text!r} does not read back")
    plain_query(text)


def fails(text: str) -> bool:
    """Return whether a query is neither read nor refused as it must be."""
    try:
        try_one(text)
    except Exception:  # noqa: BLE001  whatever it is, it is what we look for
        return True
    return False


def shortest(text: str) -> str:
    """Return a failing query from which no character can be left out without its passing."""
    at = 0
    while at < len(text):
        shorter = text[:at] + text[at + 1 :]
        text, at = (shorter, 0) if fails(shorter) else (text, at + 1)
    return text


def main() -> None:
    """Run."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else EVERY
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)  # noqa: PLR2004
    print(f"seed {seed}")
    rng, start = random.Random(seed), time.perf_counter()
    for number in range(1, count + 1):
        text = query(rng)
        if fails(text):
            small = shortest(text)
            print(f"query {number}: {text!r}\nshortest that fails: {small!r}")
            try_one(small)
            sys.exit(1)
        if number % EVERY == 0:
            print(f"{number:,} queries, {number / (time.perf_counter() - start):,.0f} a second")
    print(f"{count:,} queries, all read or refused")


if __name__ == "__main__":
    main()
