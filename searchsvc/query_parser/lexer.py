"""Text → lexemes with their offsets, in one pass without backtracking; and the limits of what a query may cost."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from searchsvc.errors import QueryError

LexemeKind = Literal["word", "phrase", "open", "close", "field", "minus", "or", "and", "not", "url"]
#: Code points of a query with operators, and of mere words. (Code points, since places are counted in them.)
LONGEST, LONGEST_PLAIN = 2_048, 16_384
#: Words of mere words.
MOST_WORDS = 1_000
#: Parentheses inside each other.
DEEPEST = 20
#: Words, phrases and conditions of one query: more than the longest query holds as prose (about 350 words).
MOST_CLAUSES = 512
#: `prefix*` and `fuzzy~` of one query: each may stand for many words.
MOST_EXPANSIONS = 8
#: Letters that a prefix has at least.
SHORTEST_PREFIX = 3
#: Letters that a word has at least before `~`: of shorter ones too little would be left.
SHORTEST_FUZZY = 3
#: Words of one phrase, and how far apart the words of a near-phrase may be.
LONGEST_PHRASE, WIDEST_SLOP = 60, 100
#: Words that a suggestion keeps of an over-long text.
KEPT_WORDS = 12
WORD = re.compile(r"[^\W_]+")
QUOTES = '"“”„‟«»'
#: What may close a phrase that this mark has opened.
CLOSERS = {'"': '"', "“": '”"“', "”": '”"', "„": '“”"', "‟": '”"', "«": '»"', "»": '«"'}
LEXEME = re.compile(
    rf"""
    (?P<space>\s+)
  | (?P<open>\()
  | (?P<close>\))
  | (?P<quote>[{QUOTES}])
  | (?P<url>(?i:https?://|www\.|(?-i:(?:[a-z0-9-]++\.)+[a-z]{{2,}}/(?=[^\s/]*[\d/-])))[^\s{QUOTES}]+)
  | (?P<field>[A-Za-z]{{2,20}}:(?=[^\s)]))
  | (?P<minus>[-−](?=[\w("“„«]))
  | (?P<word>[^\s(){QUOTES}]+)
    """,
    re.VERBOSE,
)
#: What is glued to a phrase's `~` after the number, but for the signs that end a sentence, says nothing.
SLOP = re.compile(rf"(?:~([0-9]*)|(?=\^))([^\s(){QUOTES}]*)")
#: A weight after a parenthesis says nothing either.
WEIGHT = re.compile(r"\^[0-9.]*")
#: Signs that end a sentence rather than an address.
AFTER_URL = ".,;:!?…'’"
SIGNS: dict[str, LexemeKind] = {"open": "open", "close": "close", "minus": "minus", "url": "url"}
KEYWORDS: dict[str, LexemeKind] = {"OR": "or", "AND": "and", "NOT": "not"}


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One piece of the text."""

    kind: LexemeKind
    #: A word as written; a phrase without its marks; a field's name in lower case.
    text: str
    start: int
    end: int
    #: Of a phrase: the number after `~`.
    slop: int = 0
    #: Of a phrase: what follows the `~` and is no number; of a phrase or group, a weight.
    spare: str = ""
    #: Of a phrase: its closing mark is there.
    closed: bool = True


def lexemes(text: str) -> Iterator[Lexeme]:
    """Yield the lexemes of a text."""
    at, glued = 0, False
    while at < len(text):
        match = LEXEME.match(text, at)
        if match is None:  # a lone mark that no rule takes
            at += 1
            continue
        kind = match.lastgroup
        if kind == "quote":
            lexeme = _phrase(text, match.start())
            yield lexeme
            at, glued = lexeme.end, False
            continue
        if kind == "minus" and glued:  # `a"b"-c`: a dash, no operator
            at = match.end()
            continue
        glued = kind in {"word", "url", "close"}
        at = match.end()
        if kind != "space":
            lexeme = _lexeme(kind or "word", match)
            yield lexeme
            at = lexeme.end


def _lexeme(kind: str, match: re.Match[str]) -> Lexeme:
    found = match.group()
    if kind == "word":
        return Lexeme(KEYWORDS.get(found, "word"), found, *match.span())
    if kind == "url":
        address = _address(found)
        return Lexeme("url", address, match.start(), match.start() + len(address))
    if kind == "field":
        return Lexeme("field", found[:-1].lower(), *match.span())
    if kind == "close" and (weight := WEIGHT.match(match.string, match.end())):
        return Lexeme("close", found, match.start(), weight.end(), spare=weight.group())
    return Lexeme(SIGNS[kind], found, *match.span())


def _address(found: str) -> str:
    """Return a pasted address without what stands around it: a full stop, a parenthesis that it did not open."""
    address = found.rstrip(AFTER_URL)
    spare = address.count(")") - address.count("(")
    while spare > 0 and address.endswith(")"):
        address, spare = address[:-1], spare - 1
    return address


def _phrase(text: str, start: int) -> Lexeme:
    closers = CLOSERS[text[start]]
    found = [at for closer in closers if (at := text.find(closer, start + 1)) >= 0]
    if not found:
        # A mark after a letter or digit opens nothing: `5"`, `the end"`.
        end = start + 1 if text[start - 1 : start].isalnum() else len(text)
        return Lexeme("phrase", text[start + 1 : end], start, end, closed=False)
    end = min(found)
    slop = SLOP.match(text, end + 1)
    inside = text[start + 1 : end]
    if slop is None:
        return Lexeme("phrase", inside, start, end + 1)
    apart = 0 if slop[1] is None else int(slop[1] or 1)
    return Lexeme("phrase", inside, start, slop.end(), slop=apart, spare=slop[2].strip(AFTER_URL))


def check_length(text: str, limit: int) -> None:
    """Refuse an over-long text.

    Raises:
        QueryError: It is over the limit.

    """
    if len(text) > limit:
        raise QueryError(
            f"the query has {len(text)} characters; {limit} can be answered",
            position=limit,
            length=len(text) - limit,
            suggestion=first_words(text[:limit]),
            too_costly=True,
        )


def first_words(text: str) -> str | None:
    """Return the first words of a text without anything that could be an operator; None if it has none."""
    words = islice(WORD.finditer(text), KEPT_WORDS)
    return " ".join(word.group().lower() for word in words) or None
