"""Parse the text of a query into a ParsedQuery: a tree of query nodes, with notices about how the text was read.

Operators, from the loosest binding to the tightest: `a OR b`; `a b` and `a AND b`; `-a` and `NOT a`;
`(…)` and `field:…`; words, `"phrases"`, `"near"~5`, `"one sentence"@s`, `"one paragraph"@p`,
`prefix*`, `fuzzy~`. The parser repairs faulty queries where the intention is clear (an open
parenthesis, an operator without operand) and adds a Notice for each repair. It raises QueryError,
and no other error, for all other faults.

The steps: text → lexemes (`lexer`), lexemes → clauses (`parser`), one word, phrase or value → node
(`terms`, `field_values`), nodes → canonical tree → canonical text (`canonical_form`).
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from searchsvc.analysis import bound, has_accents, is_stop
from searchsvc.errors import QueryError
from searchsvc.model.message import Message
from searchsvc.model.query import And, DateRange, MatchAll, Node, Notice, ParsedQuery, Phrase, Word, positive_leaves
from searchsvc.query_parser.canonical_form import PRONOUN, conjunction, disjunction, format_query, negation
from searchsvc.query_parser.compounds import plain_chains
from searchsvc.query_parser.field_values import Clock
from searchsvc.query_parser.lexer import (
    MAX_PHRASE_WORDS,
    MAX_PLAIN_LENGTH,
    MAX_PLAIN_WORDS,
    MAX_QUERY_LENGTH,
    check_length,
    first_words,
    lexemes,
)
from searchsvc.query_parser.parser import Clause, Parser

__all__ = [
    "MAX_PLAIN_LENGTH",
    "MAX_QUERY_LENGTH",
    "conjunction",
    "disjunction",
    "format_query",
    "negation",
    "parse_query",
    "plain_query",
    "without_stop_words",
]
#: Lone surrogates, left by broken encodings. UTF-8 cannot encode them, so an answer could not repeat them.
SURROGATE = re.compile("[\ud800-\udfff]")
#: Code of the notice that stop words are left out.
STOPS_IGNORED = "stop-words-ignored"
EMPTY_QUERY = ParsedQuery(MatchAll(), (), (), "")


def parse_query(text: str, *, now: datetime) -> ParsedQuery:
    """Parse a query with operators.

    Args:
        text: The query as the user wrote it, at most MAX_QUERY_LENGTH code points.
        now: The time that relative dates (`after:7d`) count back from; with a time zone.

    Returns:
        The tree, its clauses that may be relaxed and those that may not, its canonical text, and notices.
        A text without words matches everything.

    Raises:
        QueryError: The query has no clear meaning, or would cost too much. `position` and `length`
            count code points of `text`; `suggestion`, where there is one, is a query that parses.

    """
    check_length(text, MAX_QUERY_LENGTH)
    valid = SURROGATE.sub("\ufffd", text)
    try:
        return _parse(valid, now)
    except QueryError as error:
        raise _with_working_suggestion(error, valid, now) from None


def plain_query(text: str) -> ParsedQuery:
    """Parse a text as words only: every word is required, and no character is an operator.

    Raises:
        QueryError: The text has more than MAX_PLAIN_LENGTH code points or MAX_PLAIN_WORDS words.

    """
    check_length(text, MAX_PLAIN_LENGTH)
    found = plain_chains(text, MAX_PHRASE_WORDS)
    count = sum(map(len, found))
    if count > MAX_PLAIN_WORDS:
        raise QueryError(
            Message("the query has %(count)s words; %(most)s can be answered", count=count, most=MAX_PLAIN_WORDS),
            suggestion=first_words(text),
            too_costly=True,
        )
    if not found:
        return _nothing(text, ())
    words = tuple(Word(forms[0]) if len(forms) == 1 else Phrase(forms) for forms in found)
    root = words[0] if len(words) == 1 else And(words)
    return ParsedQuery(root, words, (), " ".join(map(" ".join, found)), _stop_notices(root))


def without_stop_words(query: ParsedQuery, language: str | None) -> ParsedQuery:
    """Return a query that does not demand the bare stop words of a language; a notice lists them.

    Nothing changes if it has no other words. Engines leave out English stop words by themselves.
    """
    stops = {node for node in query.bare if isinstance(node, Word) and is_stop(node.text, language)}
    if not stops or not (set(query.bare) - stops or positive_leaves(conjunction(query.fixed))):
        return query
    bare = tuple(node for node in query.bare if node not in stops)
    root = conjunction([node for node in (*bare, *query.fixed) if not isinstance(node, MatchAll)])
    others = tuple(notice for notice in query.notices if notice.code != STOPS_IGNORED)
    notices = (*others, *_stop_notices(query.root, language))
    return replace(query, root=root, bare=bare, notices=notices)


def _parse(text: str, now: datetime) -> ParsedQuery:
    """Parse a query of valid length; its errors may carry a suggestion that does not parse."""
    clock = Clock(now)
    found = tuple(lexemes(bound(text)))
    parser = Parser(text, found, clock)
    query = parser.query()
    notices = tuple(parser.notices.values())
    if query is None:
        return _nothing(text, notices)
    clauses = query.parts or (query,)
    root = conjunction([query.node])
    required = _nodes(clauses, bare=False)
    bare = tuple(node for node in _nodes(clauses, bare=True) if node not in required)
    fixed = () if not bare and root == MatchAll() else required
    # The canonical text may be longer than the user's (`title:(a b)` becomes `title:a title:b`) and exceed the limit.
    # The user's text parses to the same tree, so it takes its place.
    canonical = format_query(root)
    text = canonical if len(canonical) <= MAX_QUERY_LENGTH else text
    notices = (*notices, *_stop_notices(root), *_empty_dates_notices(fixed))
    printed = tuple(lexeme.text for lexeme in found if lexeme.kind == "phrase" and has_accents(lexeme.text))
    return ParsedQuery(root, bare, fixed, text, notices, clock.unit, printed)


def _nodes(clauses: Sequence[Clause], *, bare: bool) -> tuple[Node, ...]:
    """Return the distinct nodes of the clauses that are (or are not) bare words, in order."""
    return tuple(dict.fromkeys(clause.node for clause in clauses if clause.bare is bare))


def _nothing(text: str, notices: tuple[Notice, ...]) -> ParsedQuery:
    """Return the query that matches everything, with a notice if the text has characters but no words."""
    if not text.strip():
        return EMPTY_QUERY
    none = Notice("no-words", Message("There is no word in the query; everything is shown."))
    return ParsedQuery(MatchAll(), (), (), "", (*notices, none))


def _stop_notices(root: Node, language: str | None = None) -> tuple[Notice, ...]:
    """Return a notice that lists the stop words left out of the search: English ones, and those of a language.

    None if the query has only stop words.
    """
    leaves = positive_leaves(root)
    words = [leaf.text for leaf in leaves if isinstance(leaf, Word) and leaf.field is None]
    stops = [word for word in words if is_stop(word) or is_stop(word, language)]
    named = [word for word in dict.fromkeys(stops) if word != PRONOUN]
    if not named or len(stops) == len(leaves):
        return ()
    text = Message(
        "Not looked for, as they stand everywhere: %(words)s. In quotation marks they count.", words=", ".join(named)
    )
    return (Notice(STOPS_IGNORED, text),)


def _empty_dates_notices(fixed: Sequence[Node]) -> tuple[Notice, ...]:
    """Return a notice if the date conditions exclude one another: no instant satisfies all of them."""
    ranges = [node for node in fixed if isinstance(node, DateRange)]
    starts = [dates.start for dates in ranges if dates.start]
    ends = [dates.end for dates in ranges if dates.end]
    if not starts or not ends or max(starts) < min(ends):
        return ()
    text = Message("The dates leave no time between them: after: is the earlier one, before: the later.")
    return (Notice("no-time-left", text),)


def _with_working_suggestion(error: QueryError, text: str, now: datetime) -> QueryError:
    """Return the error with a suggestion that parses: its own, else the first words of the text."""
    suggestion = error.suggestion
    if suggestion is not None:
        try:
            check_length(suggestion, MAX_QUERY_LENGTH)
            _parse(suggestion, now)
        except QueryError:
            suggestion = first_words(text)
    return QueryError(
        error.reason,
        position=error.position,
        length=error.length,
        suggestion=suggestion,
        too_costly=error.too_costly,
    )
