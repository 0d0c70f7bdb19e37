"""Random queries: by the grammar of the query syntax, of pieces, and mutations of both."""

from collections.abc import Callable
from random import Random

PIECES = (
    'storm us US U.S. the " “ ” « » ( ) - ~ ~2 * ? OR AND NOT title: quote: section: after: before: date: 2024-05 .. '
    "7d lang: de url: https://a.b/c café ½ C++ AT&T 1,000 ' ’ foo: : ; , . ! \\ / & | +"
    " 2009..2010 yesterday www.a.b us-led l'eau Cuban-Amer* and/or 10:21 date:.. lang:english section:( after:7d"
    " # @ ² ﷺ \u202e \ud800 \x00 \u00ad speaker: author: outlet: id: 港口 İ ß ﬁ 🙂 ^2 [a TO b] 99999999999999d 2024-13"
    ' added_after: @s @p "storm"@s'
).split()
WORDS = "storm harbour wall ferry the of Council O'Neill us-led café 2024 U.S. C++ 港口 ½".split()
FIELDS = (
    "title quote section speaker outlet author related caption lang language url after before date added_after foo id"
).split()
VALUES = (
    "Sea",
    '"Edda Quill"',
    "en",
    "english",
    "https://a.example/b",
    "2024",
    "2024-05",
    "2024-05-31",
    "7d",
    "2w",
    "2009..2010",
    "yesterday",
    "",
)
#: What may stand behind a phrase.
AFTER_PHRASES = ("", "", "~5", "~", "@s", "@p")
#: Share of pieces that are any character at all.
ANYTHING = 0.1
#: Longest queries that are made by repetition: a bit more than what is read.
LONGEST = 2_300


def query(rng: Random) -> str:
    """Return one random query."""
    make = rng.choice((_pieces, _grammar, _grammar, _mutated, _mutated, _repeated))
    return make(rng)


def _pieces(rng: Random) -> str:
    return "".join(
        chr(rng.randrange(0x110000)) if rng.random() < ANYTHING else rng.choice(PIECES) + rng.choice(("", "", " "))
        for _ in range(rng.randrange(1, 20))
    )


def _grammar(rng: Random) -> str:
    return _clauses(rng, 0)


def _clauses(rng: Random, depth: int) -> str:
    joined = rng.choice((" ", " ", " ", " OR ", " AND ", " | "))
    return joined.join(_clause(rng, depth) for _ in range(rng.choice((1, 1, 2, 2, 3, 5))))


def _clause(rng: Random, depth: int) -> str:
    made: Callable[[], str] = rng.choice(
        (
            lambda: rng.choice(WORDS),
            lambda: rng.choice(WORDS),
            lambda: rng.choice(WORDS)[: rng.randrange(1, 6)] + "*",
            lambda: rng.choice(WORDS) + rng.choice(("~", "~1", "~2", "~9")),
            lambda: f'"{" ".join(rng.choices(WORDS, k=rng.randrange(1, 5)))}"' + rng.choice(AFTER_PHRASES),
            lambda: f"{rng.choice(FIELDS)}:{rng.choice((*VALUES, *WORDS))}",
            lambda: f"{rng.choice(FIELDS)}:{_clause(rng, depth + 1)}" if depth < 6 else "x",
            lambda: f"({_clauses(rng, depth + 1)})" if depth < 6 else "y",
            lambda: rng.choice(("-", "NOT ", "+")) + (_clause(rng, depth + 1) if depth < 6 else "z"),
        )
    )
    return made()


def _mutated(rng: Random) -> str:
    """Return a query with some characters lost, doubled, exchanged or put in."""
    text = list(_grammar(rng) if rng.random() < 0.7 else _pieces(rng)) or [" "]
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(text))
        match rng.randrange(4):
            case 0:
                text[at] = ""
            case 1:
                text[at] = rng.choice(PIECES)
            case 2:
                text[at] += "".join(text[at : at + rng.randrange(1, 9)])
            case _:
                text[at] = chr(rng.randrange(0x3000)) + text[at]
    return "".join(text)


def _repeated(rng: Random) -> str:
    """Return a long query: the same few pieces again and again."""
    if rng.random() < 0.9:  # long ones cost: most are short
        return _pieces(rng)
    some = "".join(rng.choice(PIECES) + rng.choice(("", " ")) for _ in range(rng.randrange(1, 4)))
    return (some * (LONGEST // len(some) + 1))[: rng.randrange(1, LONGEST)]
