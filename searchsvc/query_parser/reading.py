"""Text → Understood."""

from collections.abc import Sequence
from datetime import datetime

from searchsvc.analysis import is_stop, tokenize
from searchsvc.errors import QueryError
from searchsvc.model.query import And, Everything, Node, Notice, Understood, Word
from searchsvc.query_parser.lexer import lexemes
from searchsvc.query_parser.limits import LONGEST, LONGEST_PLAIN, MOST_WORDS, check_length, first_words
from searchsvc.query_parser.parser import Parser, Part
from searchsvc.query_parser.tree import all_of
from searchsvc.query_parser.writing import write

NOTHING = Understood(Everything(), (), (), "")


def parse_query(text: str, *, now: datetime) -> Understood:
    """Read a query.

    Args:
        text: What a reader wrote.
        now: What relative dates (`after:7d`) count from.

    Raises:
        QueryError: It cannot be read in any sensible way, or would cost too much; the error
            holds the place, the reason and a query that can be answered.

    """
    check_length(text, LONGEST)
    try:
        return _read(text, now)
    except QueryError as error:
        raise _with_working_suggestion(error, text, now) from None


def plain_query(text: str) -> Understood:
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
    return Understood(root, words, (), " ".join(word.text for word in words), _stop_notices(words))


def _read(text: str, now: datetime) -> Understood:
    parser = Parser(text, tuple(lexemes(text)), now)
    whole = parser.query()
    notices = tuple(parser.notices.values())
    if whole is None:
        return _nothing(text, notices)
    parts = whole.parts or (whole,)
    bare = _nodes(parts, bare=True)
    root = all_of([whole.node])
    fixed = () if not bare and root == Everything() else _nodes(parts, bare=False)
    return Understood(root, bare, fixed, write(root), (*notices, *_stop_notices(bare)))


def _nodes(parts: Sequence[Part], *, bare: bool) -> tuple[Node, ...]:
    return tuple(dict.fromkeys(part.node for part in parts if part.bare is bare))


def _nothing(text: str, notices: tuple[Notice, ...]) -> Understood:
    if not text.strip():
        return NOTHING
    none = Notice("no-words", "There is no word in the query; everything is shown.")
    return Understood(Everything(), (), (), "", (*notices, none))


def _stop_notices(bare: Sequence[Node]) -> tuple[Notice, ...]:
    stops = [node.text for node in bare if isinstance(node, Word) and is_stop(node.text)]
    if not stops or len(stops) == len(bare):
        return ()
    named = ", ".join(dict.fromkeys(stops))
    return (
        Notice(
            "stop-words-ignored", f"Not looked for, as they stand everywhere: {named}. In quotation marks they count."
        ),
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
