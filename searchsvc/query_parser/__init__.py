"""A reader's text → ParsedQuery: a typed tree, and how the text was read.

Grammar, loosest first: `a OR b`; `a b` and `a AND b`; `-a` and `NOT a`; `(…)`, `field:…`; words,
`"phrases"`, `"near"~5`, `prefix*`, `fuzzy~`. Whatever has a sensible reading is read so, with a
notice where it is not plain; QueryError is the only error.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from searchsvc.analysis import is_stop, tokenize
from searchsvc.errors import QueryError
from searchsvc.model.query import And, DateRange, MatchAll, Node, Notice, ParsedQuery, Word, positive_leaves
from searchsvc.query_parser.canonical_form import PRONOUN, conjunction, format_query
from searchsvc.query_parser.field_values import Clock
from searchsvc.query_parser.lexer import LONGEST, LONGEST_PLAIN, MOST_WORDS, check_length, first_words, lexemes
from searchsvc.query_parser.parser import Clause, Parser

__all__ = ["LONGEST", "LONGEST_PLAIN", "parse_query", "plain_query"]
#: Halves of characters, which a broken encoding leaves behind: no answer could carry them.
SURROGATES = re.compile("[\ud800-\udfff]")
NOTHING = ParsedQuery(MatchAll(), (), (), "")


def parse_query(text: str, *, now: datetime) -> ParsedQuery:
    """Read a query.

    Args:
        text: What a reader wrote.
        now: What relative dates (`after:7d`) count from.

    Raises:
        QueryError: It cannot be read in any sensible way, or would cost too much; the error
            holds the place, the reason and a query that can be answered.

    """
    check_length(text, LONGEST)
    whole = SURROGATES.sub("\ufffd", text)
    try:
        return _read(whole, now)
    except QueryError as error:
        raise _with_working_suggestion(error, whole, now) from None


def plain_query(text: str) -> ParsedQuery:
    """Read a text as mere words: every word is wanted, nothing is an operator.

    Raises:
        QueryError: It has too many characters or words.

    """
    check_length(text, LONGEST_PLAIN)
    words = tuple(Word(token.text) for token in tokenize(text))
    if len(words) > MOST_WORDS:
        raise QueryError(
            f"the query has {len(words)} words; {MOST_WORDS} can be answered",
            suggestion=first_words(text),
            too_costly=True,
        )
    if not words:
        return _nothing(text, ())
    root = words[0] if len(words) == 1 else And(words)
    return ParsedQuery(root, words, (), " ".join(word.text for word in words), _stop_notices(root))


def _read(text: str, now: datetime) -> ParsedQuery:
    clock = Clock(now)
    parser = Parser(text, tuple(lexemes(text)), clock)
    whole = parser.query()
    notices = tuple(parser.notices.values())
    if whole is None:
        return _nothing(text, notices)
    parts = whole.parts or (whole,)
    root = conjunction([whole.node])
    held = _nodes(parts, bare=False)
    bare = tuple(node for node in _nodes(parts, bare=True) if node not in held)
    fixed = () if not bare and root == MatchAll() else held
    # `title:(a b)` grows when it is written out: where that breaks the limit, the reader's own text says the same.
    written = format_query(root)
    text = written if len(written) <= LONGEST else text
    return ParsedQuery(root, bare, fixed, text, (*notices, *_stop_notices(root), *_no_time(fixed)), clock.unit)


def _nodes(parts: Sequence[Clause], *, bare: bool) -> tuple[Node, ...]:
    return tuple(dict.fromkeys(part.node for part in parts if part.bare is bare))


def _nothing(text: str, notices: tuple[Notice, ...]) -> ParsedQuery:
    if not text.strip():
        return NOTHING
    none = Notice("no-words", "There is no word in the query; everything is shown.")
    return ParsedQuery(MatchAll(), (), (), "", (*notices, none))


def _stop_notices(root: Node) -> tuple[Notice, ...]:
    """Say which bare words are not looked for: stop words, where there is anything else."""
    leaves = positive_leaves(root)
    stops = [leaf.text for leaf in leaves if isinstance(leaf, Word) and leaf.field is None and is_stop(leaf.text)]
    named = [word for word in dict.fromkeys(stops) if word != PRONOUN]
    if not named or len(stops) == len(leaves):
        return ()
    text = f"Not looked for, as they stand everywhere: {', '.join(named)}. In quotation marks they count."
    return (Notice("stop-words-ignored", text),)


def _no_time(fixed: Sequence[Node]) -> tuple[Notice, ...]:
    """Say it when the dates asked for leave no time between them."""
    times = [node for node in fixed if isinstance(node, DateRange)]
    starts = [time.start for time in times if time.start]
    ends = [time.end for time in times if time.end]
    if not starts or not ends or max(starts) < min(ends):
        return ()
    return (
        Notice("no-time-left", "The dates leave no time between them: after: is the earlier one, before: the later."),
    )


def _with_working_suggestion(error: QueryError, text: str, now: datetime) -> QueryError:
    suggestion = error.suggestion
    if suggestion is not None:
        try:
            check_length(suggestion, LONGEST)
            _read(suggestion, now)
        except QueryError:
            suggestion = first_words(text)
    return QueryError(
        error.reason,
        position=error.position,
        length=error.length,
        suggestion=suggestion,
        too_costly=error.too_costly,
    )
