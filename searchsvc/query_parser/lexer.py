"""Split the text of a query into lexemes with offsets, and define the limits of what a query may cost.

The lexer reads the text once, from left to right, and never returns to an earlier lexeme.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from searchsvc.analysis import tokenize
from searchsvc.errors import QueryError
from searchsvc.model.message import Message
from searchsvc.model.query import TextUnit

LexemeKind = Literal["word", "phrase", "open", "close", "field", "minus", "or", "and", "not", "url"]
#: Longest query with operators, and longest text read as words only, in code points (as are all offsets).
MAX_QUERY_LENGTH, MAX_PLAIN_LENGTH = 2_048, 16_384
#: Most words of a text read as words only.
MAX_PLAIN_WORDS = 1_000
#: Deepest nesting of parentheses. It bounds the parser's recursion.
MAX_DEPTH = 20
#: Most words, phrases and conditions of one query. Running text of MAX_QUERY_LENGTH has fewer (English: about 350).
MAX_CLAUSES = 512
#: Most distinct `prefix*` and `fuzzy~` of one query: an engine replaces each by many terms.
MAX_EXPANSIONS = 8
#: Fewest letters and digits of a word before `~`: with one edit, shorter words would match almost any short term.
MIN_FUZZY_LENGTH = 3
#: Most words of one phrase, and largest slop (other words between those of a near-phrase, in all).
MAX_PHRASE_WORDS, MAX_SLOP = 60, 100
#: Code points of a suggestion, at most: it may be asked as a query with operators or without.
MAX_SUGGESTION_LENGTH = min(MAX_QUERY_LENGTH, MAX_PLAIN_LENGTH)
#: Words of an over-long text that the suggestion keeps.
SUGGESTION_WORDS = 12
#: Signs of surface forms that a query could read as something else.
_OPERATORS = re.compile("[&+#.]")
QUOTES = '"“”„‟«»‹›「」『』《》〝〞〟'
#: Opening mark → the marks that may close its phrase. The styles of several languages share marks.
CLOSERS = {
    '"': '"', "“": '”"“', "”": '”"', "„": '“”"', "‟": '”"', "«": '»"', "»": '«"', "‹": "›", "›": "‹",
    "「": "」", "」": "」", "『": "』", "』": "』", "《": "》", "》": "》", "〝": "〞〟", "〞": "〟", "〟": "〟",
}  # fmt: skip
LEXEME = re.compile(
    rf"""
    (?P<space>\s+)
  | (?P<open>\()
  | (?P<close>\))
  | (?P<quote>[{QUOTES}])
  | (?P<url>(?i:https?://|www\.|(?-i:(?:[a-z0-9-]++\.)+[a-z]{{2,}}/(?=[^\s/]*[\d/-])))[^\s{QUOTES}]+)
  | (?P<field>[A-Za-z][A-Za-z_]{{1,19}}:(?=[^\s)]))
  | (?P<minus>[-−](?=[\w({QUOTES}]))
  | (?P<word>[^\s(){QUOTES}]+)
    """,
    re.VERBOSE,
)
#: What may follow the closing mark of a phrase: `~` with the slop, `@s` or `@p`, or `^`; then any characters up to a
#: space, which are ignored (with a notice, unless they are punctuation only).
SLOP = re.compile(rf"(?:~([0-9]*)|@(s(?:entence)?|p(?:aragraph)?)(?!\w)|(?=\^))([^\s(){QUOTES}]*)", re.IGNORECASE)
#: First letter of what follows `@` → the unit.
UNITS: dict[str, TextUnit] = {"s": "sentence", "p": "paragraph"}
#: The weight of a group, in the syntax of other search engines: `(a b)^2`. It is ignored.
WEIGHT = re.compile(r"\^[0-9.]*")
#: Punctuation dropped at the end of an address: it belongs to the sentence around it.
URL_TRAILING_SIGNS = ".,;:!?…'’"
#: Group of LEXEME → kind of lexeme, where the text of the match needs no further treatment.
GROUP_KINDS: dict[str, LexemeKind] = {"open": "open", "close": "close", "minus": "minus", "url": "url"}
KEYWORDS: dict[str, LexemeKind] = {"OR": "or", "AND": "and", "NOT": "not"}


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A lexeme: the code points `start` to `end` (exclusive) of the query."""

    kind: LexemeKind
    #: A word as written; a phrase without its quotation marks; a field's name in lower case, without the colon.
    text: str
    start: int
    end: int
    #: Of a phrase: the number after `~`, 1 if there is none, and 0 without `~`.
    slop: int = 0
    #: Of a phrase: the unit named after `@`.
    within: TextUnit = ""
    #: Characters after a phrase or a closing parenthesis that have no meaning here, such as a weight (`^2`).
    ignored: str = ""
    #: False for a phrase without a closing mark.
    closed: bool = True


def lexemes(text: str) -> Iterator[Lexeme]:
    """Yield the lexemes of a text in order. Characters of no lexeme (spaces, a hyphen within words) are skipped."""
    # `glued`: no space since the last word, address or parenthesis, so that a minus is a hyphen and excludes nothing.
    at, glued = 0, False
    while at < len(text):
        match = LEXEME.match(text, at)
        if match is None:  # a character that begins no lexeme
            at += 1
            continue
        kind = match.lastgroup
        if kind == "quote":
            lexeme = _phrase(text, match.start())
            yield lexeme
            at, glued = lexeme.end, False
            continue
        if kind == "minus" and glued:
            at = match.end()
            continue
        glued = kind in {"word", "url", "close"}
        at = match.end()
        if kind != "space":
            lexeme = _lexeme(kind or "word", match)
            yield lexeme
            at = lexeme.end


def _lexeme(kind: str, match: re.Match[str]) -> Lexeme:
    """Return the lexeme of a match of LEXEME that is no space and no quotation mark."""
    written = match.group()
    if kind == "word":
        return Lexeme(KEYWORDS.get(written, "word"), written, *match.span())
    if kind == "url":
        address = _address(written)
        return Lexeme("url", address, match.start(), match.start() + len(address))
    if kind == "field":
        return Lexeme("field", written[:-1].lower(), *match.span())
    if kind == "close" and (weight := WEIGHT.match(match.string, match.end())):
        return Lexeme("close", written, match.start(), weight.end(), ignored=weight.group())
    return Lexeme(GROUP_KINDS[kind], written, *match.span())


def _address(written: str) -> str:
    """Return a pasted address without trailing punctuation and without closing parentheses it did not open."""
    address = written.rstrip(URL_TRAILING_SIGNS)
    unopened = address.count(")") - address.count("(")
    while unopened > 0 and address.endswith(")"):
        address, unopened = address[:-1], unopened - 1
    return address


def _phrase(text: str, start: int) -> Lexeme:
    """Return the phrase whose opening mark is at `start`, with its slop.

    Without a closing mark it extends to the end of the text; but a mark right after a letter or
    digit (`5"`, `the end"`) then opens no phrase: the lexeme is that mark alone, with empty text.
    """
    closers = CLOSERS[text[start]]
    ends = [at for closer in closers if (at := text.find(closer, start + 1)) >= 0]
    if not ends:
        end = start + 1 if text[start - 1 : start].isalnum() else len(text)
        return Lexeme("phrase", text[start + 1 : end], start, end, closed=False)
    end = min(ends)
    slop = SLOP.match(text, end + 1)
    inside = text[start + 1 : end]
    if slop is None:
        return Lexeme("phrase", inside, start, end + 1)
    count = 0 if slop[1] is None else int(slop[1] or 1)
    unit: TextUnit = UNITS[slop[2][0].lower()] if slop[2] else ""
    ignored = slop[3].strip(URL_TRAILING_SIGNS)
    return Lexeme("phrase", inside, start, slop.end(), slop=count, within=unit, ignored=ignored)


def check_length(text: str, limit: int) -> None:
    """Check the length of a query.

    Raises:
        QueryError: The text has more than `limit` code points.

    """
    if len(text) > limit:
        raise QueryError(
            Message("the query has %(count)s characters; %(most)s can be answered", count=len(text), most=limit),
            position=limit,
            length=len(text) - limit,
            suggestion=first_words(text[:limit]),
            too_costly=True,
        )


def first_words(text: str) -> str | None:
    """Return the first SUGGESTION_WORDS words of a text, joined by spaces; None if it has none.

    The words are surface forms of letters and digits only, so none can be read as an operator. A form may be longer
    than what was written: one that would make the text too long for a query is left out.
    """
    kept, length = [], 0
    for word in islice(tokenize(text), SUGGESTION_WORDS):
        if not _OPERATORS.search(word.text) and length + len(word.text) <= MAX_SUGGESTION_LENGTH:
            kept.append(word.text)
            length += len(word.text) + 1
    return " ".join(kept) or None
